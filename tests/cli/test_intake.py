"""``import`` where something goes wrong with one file: the others are taken in, and each is answered for."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cme_desktop.storage.content import Content, Sealed
from cme_desktop.system import DiskFull
from tests.casework.s2s import leaver_file, new_pupil
from tests.cli.case_kit import Desk, copy_desk, make_desk_folder
from tests.cli.conftest import Ran

ODD = b"bad\xff\xfename.xml".decode("utf-8", "surrogateescape") if os.name == "posix" else "bad name.xml"
MARKED = "bad\ufffd\ufffdname.xml" if os.name == "posix" else ODD


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a closed training register."""
    folder = tmp_path_factory.mktemp("desk") / "register"
    make_desk_folder(folder)
    return folder


@pytest.fixture
def desk(template: Path, tmp_path: Path, admin: Callable[..., Ran]) -> Desk:
    """Return a desk on a copy of the register."""
    return copy_desk(template, tmp_path, admin)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with three sound files, one of a name that is no text."""
    folder = tmp_path / "S2S"
    folder.mkdir()
    for number in (1, 2):
        name, data = leaver_file(new_pupil(), number=number)
        (folder / name).write_bytes(data)
    (folder / ODD).write_bytes(leaver_file(new_pupil(), number=3)[1])
    return folder


def files(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["name"], one["status"], one.get("error", {}).get("code", "")) for one in answer["files"]]


def test_a_name_that_is_no_text_is_taken_in_and_shown_with_marks(desk: Desk, folder: Path) -> None:
    answer = desk.run("import", folder)
    assert [status for _, status, _ in files(answer)] == ["staged"] * 3
    assert (MARKED, "staged", "") in files(answer)
    assert MARKED in {item["file"]["name"] for item in desk.run("inbox")["items"]}
    assert desk.run("verify")["checks"] == dict.fromkeys(("pages", "rows", "audit", "content"), True)


@pytest.mark.parametrize("form", ["--json", "--json-lines", "words"])
def test_no_output_holds_half_a_character(desk: Desk, folder: Path, admin: Callable[..., Ran], form: str) -> None:
    path = folder / b"bad\xff\xfename.xml".decode("utf-8", "surrogateescape")
    who = ("--user", "Anita Patel", "--passphrase-file", desk.passphrase)
    for command in (("import", desk.folder, path, *who), ("inspect", path)):
        words = [form] if form != "words" and (form == "--json" or command[0] == "import") else []
        ran = admin(*command, *words)
        assert ran.code == 0, ran.err
        assert MARKED in ran.out.decode("utf-8")
        assert b"udcff" not in ran.out
    missing = admin("inspect", folder / b"none\xff.xml".decode("utf-8", "surrogateescape"), "--json")
    assert missing.code == 2
    assert "none\ufffd.xml" in missing.json["error"]["message"]
    assert "none\ufffd.xml" in missing.err


def test_a_file_too_large_is_refused_by_itself(desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cme_desktop.casework.intake.files.MOST_HELD", 100_000)
    with (folder / "big.xml").open("wb") as handle:
        handle.truncate(100_001)
    (folder / "0byte.xml").touch()
    answer = desk.run_all("import", folder)
    assert ("big.xml", "refused", "too-large") in files(answer)
    assert ("0byte.xml", "refused", "") in files(answer)
    assert (answer["ok"], answer["staged"], answer["not_tried"]) == (True, 3, [])
    [big] = [one for one in answer["files"] if one["name"] == "big.xml"]
    assert big["problems"] == ["too-large"]
    assert len(big["sha256"]) == 64


@pytest.mark.parametrize("form", ["--json", "--json-lines", "words"])
def test_a_disk_that_fills_half_way_names_what_is_saved(
    desk: Desk, folder: Path, admin: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    real, sealed = Content.seal, list[bytes]()

    def seal(content: Content, data: bytes) -> Sealed:
        if sealed:
            raise DiskFull("The disk is full.")
        sealed.append(data)
        return real(content, data)

    monkeypatch.setattr(Content, "seal", seal)
    words = [] if form == "words" else [form]
    ran = admin("import", desk.folder, folder, "--user", "Anita Patel", "--passphrase-file", desk.passphrase, *words)
    assert ran.code == 1
    first, second = "3104999_CML_310LLLL_001.xml", "3104999_CML_310LLLL_002.xml"
    if form == "words":
        assert f"{first}: taken in, 1 to decide" in ran.text
        assert f"{second}: not taken in" in ran.text
        assert "The disk is full." in ran.text
    else:
        found = ran.json if form == "--json" else {"files": [json.loads(line) for line in ran.text.splitlines()]}
        assert files(found) == [(first, "staged", ""), (second, "refused", "disk-full")]
        if form == "--json":
            assert found["not_tried"] == [f"{folder}{os.sep}{MARKED}"]
    assert "Files not tried after the disk had failed: 1." in ran.err
