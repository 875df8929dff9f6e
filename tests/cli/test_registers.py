"""The commands that make a register, take files in, decide, check, back up and put back, end to end."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cme_desktop.casework.founding import being_made
from tests.cli.conftest import Ran
from tests.importers.files import NAME, ctf

Admin = Callable[..., Ran]
WHO = ("--user", "Asha Officer")


def test_a_folder_that_holds_something_is_refused_and_left_alone(
    admin: Admin, tmp_path: Path, passphrase: Path
) -> None:
    folder = tmp_path / "full"
    folder.mkdir()
    (folder / "letter.txt").write_text("mine", encoding="utf-8")
    ran = admin("init", folder, "--officer", "Asha", "--passphrase-file", passphrase, "--json")
    assert ran.code == 2
    assert ran.json["error"]["code"] == "store-exists"
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


def test_the_light_kdf_is_refused_for_a_real_register(admin: Admin, tmp_path: Path, passphrase: Path) -> None:
    ran = admin(
        "init", tmp_path / "real", "--officer", "Asha", "--passphrase-file", passphrase, "--kdf", "light", "--json"
    )
    assert ran.code == 2
    assert not (tmp_path / "real").exists()


def test_a_wrong_passphrase_exits_3_and_a_missing_register_2(admin: Admin, register: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("not this one at all\n", encoding="utf-8")
    ran = admin("inbox", register, *WHO, "--passphrase-file", wrong, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (3, "wrong-passphrase")
    ran = admin("inbox", tmp_path / "nowhere", *WHO, "--passphrase-file", wrong, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, "store-missing")


@pytest.mark.feature("F1")
@pytest.mark.feature("F12")
def test_the_same_file_again_or_under_another_name_changes_nothing_and_says_so(
    admin: Admin, register: Path, passphrase: Path, tmp_path: Path
) -> None:
    key = (*WHO, "--passphrase-file", passphrase, "--json")
    file = tmp_path / NAME
    file.write_bytes(ctf())
    before = file.read_bytes()
    first = admin("import", register, file, *key)
    assert (first.code, first.json["staged"], first.json["duplicates"]) == (0, 1, 0)
    held = admin("verify", register, *key).json["counts"]
    again = admin("import", register, file, *key)
    assert again.json["files"][0]["status"] == "duplicate"
    assert (again.code, again.json["staged"], again.json["duplicates"]) == (0, 0, 1)
    other = tmp_path / "renamed.xml"
    other.write_bytes(before)
    renamed = admin("import", register, other, *key)
    assert renamed.json["files"][0]["duplicate_of"] == NAME
    after = admin("verify", register, *key).json["counts"]
    assert {name: after[name] for name in ("children", "cases", "files", "inbox")} == {
        name: held[name] for name in ("children", "cases", "files", "inbox")
    }
    assert file.read_bytes() == before


def test_an_item_becomes_a_case_that_the_next_file_matches(
    admin: Admin, register: Path, passphrase: Path, tmp_path: Path
) -> None:
    key = (*WHO, "--passphrase-file", passphrase, "--json")
    file = tmp_path / NAME
    file.write_bytes(ctf())
    admin("import", register, file, *key)
    waiting = admin("inbox", register, *key).json
    assert waiting["total"] == 1
    item = waiting["items"][0]
    assert item["file"]["name"] == NAME
    done = admin("accept", register, item["id"], "--as", "new", *key)
    assert done.code == 0
    assert done.json["case"].startswith("CME-")
    assert admin("inbox", register, *key).json["total"] == 0
    touched = tmp_path / ("later" + NAME)
    touched.write_bytes(ctf().replace(b"</CTfile>", b"\n</CTfile>"))
    admin("import", register, touched, *key)
    match = admin("inbox", register, *key).json["items"][0]["matches"][0]
    assert (match["case"], match["class"]) == (done.json["case"], "certain")
    assert all(reason["text"] for reason in match["reasons"])


def test_json_lines_gives_one_object_a_file(admin: Admin, register: Path, passphrase: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / NAME, tmp_path / "bad.xml"
    good.write_bytes(ctf())
    bad.write_bytes(b"<!DOCTYPE x><x/>")
    ran = admin("import", register, good, bad, *WHO, "--passphrase-file", passphrase, "--json-lines")
    lines = [json.loads(line) for line in ran.text.splitlines()]
    assert [(line["status"], line["problems"]) for line in lines] == [("staged", []), ("refused", ["doctype"])]
    assert ran.code == 1


def test_pupils_of_a_zip_name_the_zip_that_was_taken_in(
    admin: Admin, register: Path, passphrase: Path, tmp_path: Path
) -> None:
    key = (*WHO, "--passphrase-file", passphrase, "--json")
    packed = tmp_path / "files.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(NAME, ctf())
    [taken] = admin("import", register, packed, *key).json["files"]
    [item] = admin("inbox", register, *key).json["items"]
    assert item["file"] == {"name": "files.zip", "sha256": taken["sha256"], "kind": "zip"}
    assert (item["member"]["name"], item["member"]["kind"]) == (NAME, "CTF")


@pytest.mark.feature("F92")
def test_a_backup_restores_to_the_same_register_and_a_damaged_one_leaves_nothing(
    admin: Admin, register: Path, passphrase: Path, tmp_path: Path
) -> None:
    key = (*WHO, "--passphrase-file", passphrase, "--json")
    file = tmp_path / NAME
    file.write_bytes(ctf())
    admin("import", register, file, *key)
    made = admin("backup", register, tmp_path / "backups", *key)
    assert made.code == 0, made.err
    assert made.json["manifest"]["counts"]["files"] == 1
    back = admin("restore", made.json["path"], tmp_path / "restored", *key)
    assert back.code == 0, back.err
    assert back.json["counts"] == made.json["manifest"]["counts"]
    assert back.json["replaced_kept_at"] is None
    assert admin("verify", tmp_path / "restored", *key).json["ok"] is True
    assert admin("verify", made.json["path"], *key).json["ok"] is True

    broken = tmp_path / "broken"
    shutil.copytree(made.json["path"], broken)
    database = broken / made.json["manifest"]["database"]
    data = bytearray(database.read_bytes())
    data[len(data) // 2] ^= 0x10
    database.write_bytes(bytes(data))
    refused = admin("restore", broken, tmp_path / "not-made", *key)
    assert (refused.code, refused.json["error"]["code"]) == (2, "backup-damaged")
    assert not (tmp_path / "not-made").exists()
    absent = admin("restore", tmp_path / "nowhere", tmp_path / "not-made", *key)
    assert (absent.code, absent.json["error"]["code"]) == (2, "path-missing")


def test_verify_without_a_person_looks_only_from_outside(admin: Admin, register: Path) -> None:
    ran = admin("verify", register, "--json")
    assert ran.code == 0
    assert set(ran.json["checks"].values()) == {None}
    assert (ran.json["counts"], ran.json["audit"]) == (None, None)


def test_a_second_person_gets_a_log_in_and_only_an_administrator_gives_it(
    admin: Admin, register: Path, passphrase: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new"
    new.write_text("bharti has her own words\n", encoding="utf-8")
    added = admin(
        "user", "add", register, "Bharti Manager", "--role", "manager", "--new-passphrase-file", new,
        *WHO, "--passphrase-file", passphrase, "--json",
    )  # fmt: skip
    assert added.code == 0, added.err
    refused = admin(
        "user", "add", register, "Another", "--role", "manager", "--new-passphrase-file", new,
        "--user", "Bharti Manager", "--passphrase-file", new, "--json",
    )  # fmt: skip
    assert (refused.code, refused.json["error"]["code"]) == (2, "not-allowed")


@pytest.mark.feature("F99")
def test_the_same_demo_is_made_from_the_same_seed_and_its_records_are_intact(
    admin: Admin, tmp_path: Path, passphrase: Path
) -> None:
    refs = []
    for name in ("one", "two"):
        made = admin(
            "demo", tmp_path / name, "--children", "60", "--seed", "5", "--today", "2026-11-24",
            "--passphrase-file", passphrase, "--kdf", "light", "--json",
        )  # fmt: skip
        assert made.code == 0, made.err
        assert made.json["children"] == 60
        assert made.json["cases"] >= 15
        key = ("--user", "demo-officer", "--passphrase-file", passphrase, "--today", "2026-11-24", "--json")
        assert admin("verify", tmp_path / name, *key).json["ok"] is True
        refs.append(admin("cases", tmp_path / name, *key).json["cases"])
    assert [(row["ref"], row["surname"], row["status"], row["next_date"]) for row in refs[0]] == [
        (row["ref"], row["surname"], row["status"], row["next_date"]) for row in refs[1]
    ]


def test_a_register_where_none_can_be_made_is_a_sentence(admin: Admin, tmp_path: Path, passphrase: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file" / "register", tmp_path / ("x" * 300)):
        ran = admin("init", folder, "--officer", "Asha", "--passphrase-file", passphrase, "--json")
        assert (ran.code, ran.json["error"]["code"]) == (2, "place-unwritable")
        assert "Choose another folder" in ran.err
        assert [path.name for path in tmp_path.iterdir() if path != passphrase] == ["file"]


def test_a_register_for_which_the_disk_has_no_room_leaves_nothing(
    admin: Admin, tmp_path: Path, passphrase: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    ran = admin(
        "init", tmp_path / "new", "--officer", "Asha", "--passphrase-file", passphrase, "--demonstration",
        "--kdf", "light", "--json",
    )  # fmt: skip
    assert (ran.code, ran.json["error"]["code"]) == (2, "disk-full")
    assert not (tmp_path / "new").exists()


_KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from cme_desktop.casework import founding
from cme_desktop.system import FixedClock
folder, how = Path(sys.argv[1]), sys.argv[2]
with founding.being_made(folder):
    if how == "with keys":
        founding.found_register(folder, "demo-officer", "a long passphrase for tests",
            FixedClock(datetime(2026, 11, 24, 12, tzinfo=UTC)), demonstration=True, light=True)
    (folder / "more").touch()
    os._exit(9)
"""


@pytest.mark.parametrize("how", ["with keys", "without keys"])
def test_a_demo_that_was_killed_never_passes_for_one_and_is_made_anew(
    admin: Admin, tmp_path: Path, passphrase: Path, how: str
) -> None:
    folder = tmp_path / "demo"
    done = subprocess.run([sys.executable, "-c", _KILLED, folder, how], check=False)
    assert done.returncode == 9
    key = ("--user", "demo-officer", "--passphrase-file", passphrase, "--json")
    ran = admin("cases", folder, *key)
    assert ran.code == 2
    assert ran.json["error"]["code"] == ("register-unfinished" if how == "with keys" else "store-missing")
    again = admin(
        "demo", folder, "--children", "3", "--seed", "5", "--today", "2026-11-24",
        "--passphrase-file", passphrase, "--kdf", "light", "--json",
    )  # fmt: skip
    assert again.code == 0, again.err
    assert "had been interrupted. It is made anew." in again.err
    assert not (folder / "more").exists()
    assert admin("cases", folder, *key).json["total"] == again.json["cases"]
    assert admin("verify", folder, *key).json["ok"]
    refused = admin("demo", folder, "--children", "3", "--seed", "5", "--passphrase-file", passphrase, "--json")
    assert refused.json["error"]["code"] == "store-exists"


def test_a_demo_that_is_being_made_is_left_to_who_makes_it(admin: Admin, tmp_path: Path, passphrase: Path) -> None:
    folder = tmp_path / "demo"
    with being_made(folder):
        (folder / "half").touch()
        ran = admin("demo", folder, "--children", "3", "--seed", "5", "--passphrase-file", passphrase, "--json")
        assert (ran.code, ran.json["error"]["code"]) == (2, "store-in-use")
        assert (folder / "half").exists()
    with pytest.raises(RuntimeError), being_made(tmp_path / "other"):
        raise RuntimeError
    assert not (tmp_path / "other").exists()


def test_no_mark_makes_a_real_register_go(admin: Admin, tmp_path: Path, passphrase: Path) -> None:
    folder = tmp_path / "real"
    assert admin("init", folder, "--officer", "Asha", "--passphrase-file", passphrase).code == 0
    (folder / "training.unfinished").touch()
    before = sorted(folder.rglob("*"))
    ran = admin("demo", folder, "--children", "3", "--seed", "5", "--passphrase-file", passphrase, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, "store-exists")
    assert sorted(folder.rglob("*")) == before


def test_a_log_in_is_ended_for_good(admin: Admin, register: Path, passphrase: Path, tmp_path: Path) -> None:
    key = (*WHO, "--passphrase-file", passphrase, "--json")
    given = tmp_path / "given"
    given.write_text("seven quiet otters swim\n", encoding="utf-8")
    added = ("user", "add", register, "Bharti Shah", "--role", "manager", "--new-passphrase-file", given)
    assert admin(*added, *key).code == 0
    roles = admin("user", "role", register, "bharti shah", "--role", "officer", "--role", "manager", *key)
    assert (roles.code, roles.json["roles"]) == (0, ["manager", "officer"])
    shutil.copytree(register, tmp_path / "kept")
    unknown = admin("user", "disable", register, "Somebody", "--reason", "moved on", *key)
    assert (unknown.code, unknown.json["error"]["code"]) == (2, "person-unknown")
    ended = admin("user", "disable", register, "Bharti Shah", "--reason", "moved on", *key)
    assert (ended.code, ended.json["user"], ended.json["active"]) == (0, "Bharti Shah", False)
    theirs = ("--user", "Bharti Shah", "--passphrase-file", given, "--json")
    for kept in (tmp_path / "kept").glob("keys.json*"):
        attack = tmp_path / f"attack-{kept.name}"
        shutil.copytree(register, attack)
        shutil.copy(kept, attack / "keys.json")
        tried = admin("cases", attack, *theirs)
        assert (tried.code, "cases" in tried.json) == (3, False)
    assert admin("cases", register, *theirs).json["error"]["code"] == "user-disabled"
    assert admin("verify", register, *key).json["ok"]
    last = admin("user", "disable", register, "Asha Officer", "--reason", "moved on", *key)
    assert (last.code, last.json["error"]["code"]) == (2, "last-administrator")
