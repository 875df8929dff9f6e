"""``inspect`` and ``make-s2s``: what they answer, their exit codes, and that no file given is touched."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cme_desktop.importers.limits import LIMITS
from tests.cli.conftest import Ran
from tests.cli.test_main import HEAVY
from tests.importers.files import FIXTURES, NAME, ctf, pupil
from tests.importers.test_archive import packed

Admin = Callable[..., Ran]


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Return a file that is read whole."""
    file = tmp_path / NAME
    file.write_bytes(ctf())
    return file


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """Return a file that was cut off."""
    file = tmp_path / "cut.xml"
    file.write_bytes(ctf()[:-30])
    return file


def test_files_are_answered_in_the_order_given(admin: Admin, sound: Path, cut: Path) -> None:
    ran = admin("inspect", cut, sound, "--json")
    files = ran.json["files"]
    assert ran.code == 1
    assert ran.json["ok"] is True
    assert [file["path"] for file in files] == [str(cut), str(sound)]
    assert [file["status"] for file in files] == ["refused", "read"]
    assert files[1]["sha256"] == hashlib.sha256(sound.read_bytes()).hexdigest()
    assert set(files[1]) == {
        "path", "name", "sha256", "status", "kind", "kind_from", "lost", "version", "version_as_written", "qualifier",
        "descriptor", "supplier", "made_at", "source", "destination", "repairs", "problems", "unused_elements",
        "pupils", "members",
    }  # fmt: skip


def test_a_file_read_whole_or_rightly_left_alone_is_success(admin: Admin, sound: Path, tmp_path: Path) -> None:
    admissions = tmp_path / "310LLLL_ATF_3102999_001.xml"
    admissions.write_bytes(b"<ATfile/>")
    archive = tmp_path / "batch.zip"
    archive.write_bytes(packed((NAME, ctf())))
    ran = admin("inspect", sound, admissions, archive, "--json")
    assert ran.code == 0
    assert [file["status"] for file in ran.json["files"]] == ["read", "ignored", "read"]
    assert ran.json["files"][2]["members"][0]["pupils"][0]["Surname"] == "Testpupil"


@pytest.mark.parametrize("data", [ctf(pupil(DOB=None)), packed((NAME, b""))])
def test_a_file_read_in_part_is_not_success(admin: Admin, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(data)
    assert admin("inspect", file, "--json").code == 1


def test_files_of_real_systems_through_the_installed_reader(admin: Admin) -> None:
    ran = admin("inspect", *sorted(FIXTURES.glob("*.xml")), "--json")
    assert ran.code == 0
    assert {file["supplier"] for file in ran.json["files"]} >= {"SIMS", "Arbor", "ScholarPack", "GIAP", "Aspen"}


def test_no_file_is_read_if_one_is_absent(admin: Admin, sound: Path, tmp_path: Path) -> None:
    ran = admin("inspect", sound, tmp_path / "absent.xml", "--json")
    assert ran.code == 2
    assert ran.json["error"]["code"] == "path-missing"
    assert "files" not in ran.json
    assert "absent.xml" in ran.err


def test_what_is_no_regular_file_is_refused_at_once(admin: Admin, sound: Path, tmp_path: Path) -> None:
    """Nobody is at the other end of the pipe: whoever opened it would wait for good, and this test with it."""
    pipe, link, dead = tmp_path / "pipe", tmp_path / "link", tmp_path / "dead"
    os.mkfifo(pipe)
    link.symlink_to(sound)
    dead.symlink_to(tmp_path / "nothing")
    for path in (pipe, link, dead, tmp_path, "/dev/null", ""):
        ran = admin("inspect", sound, path, "--json")
        assert ran.code == 2
        assert ran.json["error"]["code"] == ("not-a-file" if path != "" else "usage")


def test_a_file_that_may_not_be_opened_is_said(admin: Admin, sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    ran = admin("inspect", sound, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, "file-unreadable")


def test_a_file_beyond_the_limit_is_hashed_but_not_kept(admin: Admin, tmp_path: Path) -> None:
    file = tmp_path / NAME
    with file.open("wb") as target:
        target.truncate(LIMITS.bytes + 1)
    ran = admin("inspect", file, "--json")
    (answer,) = ran.json["files"]
    assert ran.code == 1
    assert [problem["code"] for problem in answer["problems"]] == ["too-large"]
    with file.open("rb") as source:
        assert answer["sha256"] == hashlib.file_digest(source, "sha256").hexdigest()
    assert (answer["path"], answer["name"]) == (str(file), NAME)


def test_no_file_is_moved_or_changed(admin: Admin, sound: Path, cut: Path) -> None:
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (sound, cut)}
    admin("inspect", sound, cut)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in sound.parent.iterdir()} == before


def test_a_person_reads_what_happened_in_words(admin: Admin, tmp_path: Path) -> None:
    archive = tmp_path / "batch\x1b[2J.zip"
    lost = ctf(pupil("<Mystery><Deep>x</Deep></Mystery>", UPN=None)).replace(
        b"<LEA>304</LEA><Estab>4001</Estab>", b"<LEA>XXX</LEA><Estab>XXXX</Estab>"
    )
    archive.write_bytes(packed(("3102999_CTF_XXXXXXX_001 (1).xml", lost), ("b.xml", b"")))
    ran = admin("inspect", archive)
    assert ran.text.splitlines() == [
        "batch?[2J.zip: zip, read in part",
        "  3102999_CTF_XXXXXXX_001 (1).xml: CTF, read, 1 pupil, destination not known",
        "    Mended: The file name was changed by copying or downloading. It was read as the name it had before.",
        "    Pupil 1: This pupil has no UPN in the file. Match by name and date of birth, and ask the school for it.",
        "    Not used: CTfile/CTFpupilData/Pupil/Mystery",
        "  b.xml: unknown, not read, 0 pupils",
        "    This file is empty. Ask the sender to send it again.",
    ]


def test_make_s2s_fills_a_folder_that_inspect_reads(admin: Admin, tmp_path: Path) -> None:
    folder = tmp_path / "s2s"
    ran = admin("make-s2s", folder, "--pupils", 60, "--seed", 7, "--json")
    assert ran.code == 0
    assert (ran.json["folder"], ran.json["pupils"], ran.json["seed"]) == (str(folder), 60, 7)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert ran.json["files"] == len(manifest["files"])
    answers = admin("inspect", *(folder / entry["name"] for entry in manifest["files"]), "--json").json["files"]
    assert [answer["status"] for answer in answers] == [entry["expect"]["status"] for entry in manifest["files"]]
    inside = [member for answer in answers for member in answer["members"]]
    assert sum(len(answer["pupils"]) for answer in answers + inside) == 60


def test_make_s2s_depends_on_its_numbers_and_its_day_only(admin: Admin, tmp_path: Path) -> None:
    for name, day in (("a", "2025-11-24"), ("b", "2025-11-24"), ("c", "2025-11-25")):
        assert admin("make-s2s", tmp_path / name, "--pupils", 20, "--seed", 1, "--today", day).code == 0
    contents = [{path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in "abc"]
    assert contents[0] == contents[1] != contents[2]


@pytest.mark.parametrize("seed", ["20261124123456", "-7"])
def test_make_s2s_takes_any_whole_number_as_its_seed(admin: Admin, tmp_path: Path, seed: str) -> None:
    assert admin("make-s2s", tmp_path / "files", "--pupils", 5, "--seed", seed, "--json").json["seed"] == int(seed)


@pytest.mark.parametrize("words", [("--pupils", "0", "--seed", "1"), ("--pupils", "x", "--seed", "1"), ("--seed", "1")])
def test_make_s2s_refuses_a_wrong_number(admin: Admin, tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = admin("make-s2s", tmp_path / "s2s", *words, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, "usage")
    assert not (tmp_path / "s2s").exists()


def test_make_s2s_writes_over_nothing(admin: Admin, tmp_path: Path) -> None:
    assert admin("make-s2s", tmp_path, "--pupils", 2, "--seed", 1).code == 0
    ran = admin("make-s2s", tmp_path, "--pupils", 2, "--seed", 1, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, "file-exists")


def test_inspect_loads_no_more_than_reading_takes(sound: Path) -> None:
    """That is what lets it start within a second (command-line.md 1; the figure itself is one of ``make bench``).

    The command loads neither the database nor the parser; the process that reads loads the parser and no database.
    """
    code = (
        "import sys; from cme_desktop.cli.main import main; code = main(sys.argv[2:]);"
        "sys.exit(' '.join(set(sys.argv[1].split(',')) & set(sys.modules)) or code)"
    )
    command = [sys.executable, "-c", code, ",".join(HEAVY), "inspect", str(sound), "--json"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["files"][0]["status"] == "read"
    code = (
        "import sys, cme_desktop.importers.serving; sys.exit(' '.join(set(sys.argv[1].split(',')) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, ",".join(HEAVY)], capture_output=True, check=False)
    assert done.stderr.split() == [b"lxml"]


def test_inspect_needs_no_window_no_pdf_and_no_database(sound: Path) -> None:
    script = (
        "import sys\nfrom cme_desktop.cli.main import main\n"
        f"code = main(['inspect', {str(sound)!r}])\n"
        "loaded = {name.split('.')[0] for name in sys.modules}\n"
        "heavy = loaded & {'PySide6', 'reportlab', 'sqlalchemy', 'sqlcipher3', 'faker', 'lxml'}\n"
        "assert not heavy, heavy\nsys.exit(code)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
