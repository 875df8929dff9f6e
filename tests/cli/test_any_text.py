"""No value on the command line ends in a fault of the program, and what nobody sees is taken out and said."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.conftest import Ran

Admin = Callable[..., Ran]
WHO = ("--user", "Asha Officer")


def test_hidden_characters_are_taken_out_and_said(admin: Admin, tmp_path: Path, passphrase: Path) -> None:
    made = admin(
        "init", tmp_path / "new", "--officer", "As\u200bha\u202e Of\u2060ficer", "--passphrase-file", passphrase,
        "--demonstration", "--kdf", "light", "--json",
    )  # fmt: skip
    assert made.code == 0
    assert made.json["user"] == "Asha Officer"
    assert "Characters that nobody sees were taken out of: officer." in made.err
    seen = admin("cases", tmp_path / "new", "--user", "Asha\u00ad Officer", "--passphrase-file", passphrase, "--json")
    assert seen.code == 0


ODD = [
    "", " ", "\t\n", "\x00", "\x1b[2J", "\u202e", "\u200b", "\ud800", os.fsdecode(b"\xff\xfe"), "محمد \U0001fae9", "-1",
    "--", "-", "0", "9" * 40, "1e999", "nan", "2026-02-31", "0000-00-00", "9999-12-31", "2026-13-01", "٢٠٢٦-٠١-٠١",
    "A" * 100_000, "../../etc/passwd", "C:\\con", "'; DROP TABLE child; --", "{0}", "%s", "=1+1", "💥" * 500, "a=b=c",
]  # fmt: skip


def commands(store: Path, passphrase: Path, odd: str, tmp: Path) -> list[list[object]]:
    """Return each command of a register with the odd value in each of its places."""
    key = ["--user", "Asha Officer", "--passphrase-file", passphrase, "--json"]
    return [
        ["cases", store, "--user", odd, "--passphrase-file", passphrase, "--json"],
        ["cases", store, "--user", "Asha Officer", "--passphrase-file", odd, "--json"],
        ["cases", odd, *key],
        ["cases", store, *key, "--as-at", odd],
        ["cases", store, *key, "--known-at", odd],
        ["cases", store, *key, "--today", odd],
        ["cases", store, *key, "--wait", odd],
        ["cases", store, *key, "--status", odd],
        ["cases", store, *key, "--find", odd],
        ["case", store, odd, *key],
        ["case", store, "CME-2026-00001", *key, odd],
        ["act", store, odd, "list", *key],
        ["act", store, "CME-2026-00001", odd, *key],
        ["act", store, "CME-2026-00001", "add-note", *key, "--set", f"text={odd}"],
        ["act", store, "CME-2026-00001", "open", *key, "--set", f"surname={odd}"],
        ["act", store, "CME-2026-00001", "add-note", *key, "--on", odd],
        ["letter", store, "CME-2026-00001", odd, "--out", tmp / "out.pdf", *key],
        ["letter", store, "CME-2026-00001", "L01", "--out", odd, *key],
        ["letter", store, odd, "L01", "--out", tmp / "out.pdf", *key],
        ["letter", store, "CME-2026-00001", "L01", "--out", tmp / "out.pdf", *key, "--parent", odd],
        ["letter", store, "CME-2026-00001", "L05", "--out", tmp / "out.pdf", *key, "--school", odd],
        ["letter", store, "CME-2026-00001", "L01", "--out", tmp / "out.pdf", *key, "--set", odd],
        ["import", store, odd, *key],
        ["inbox", store, *key, odd],
        ["accept", store, odd, *key, "--as", "new"],
        ["accept", store, "1", *key, "--as", odd],
        ["accept", store, "1", *key, "--reason", odd],
        ["user", "add", store, odd, "--role", "officer", "--new-passphrase-file", passphrase, *key],
        ["user", "add", store, "Ann", "--role", odd, "--new-passphrase-file", passphrase, *key],
        ["user", "add", store, "Ann", "--role", "officer", "--new-passphrase-file", odd, *key],
        ["backup", store, odd, *key],
        ["verify", odd, *key],
        ["verify", odd, "--json"],
        ["restore", odd, tmp / "back", *key],
        ["restore", store, odd, *key],
        ["init", odd, "--officer", "Asha", "--passphrase-file", passphrase, "--json"],
        ["init", tmp / f"made-{abs(hash(odd))}", "--officer", odd, "--passphrase-file", passphrase, "--json",
         "--demonstration", "--kdf", "light"],
        ["demo", odd, "--children", "1", "--seed", "1", "--passphrase-file", passphrase, "--kdf", "light", "--json"],
        ["demo", tmp / "demo", "--children", odd, "--seed", "1", "--passphrase-file", passphrase, "--json"],
        ["demo", tmp / "demo", "--children", "1", "--seed", odd, "--passphrase-file", odd, "--json"],
        ["explain", odd, "--json"],
        ["school-age", odd, "--json"],
        ["upn", odd, "--json"],
        ["inspect", odd, "--json"],
        ["make-s2s", odd, "--json"],
        [odd],
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(len(ODD)))
def test_no_odd_value_is_a_fault(
    admin: Admin, register: Path, passphrase: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    for words in commands(register, passphrase, ODD[number], tmp_path):
        ran = admin(*words)
        assert ran.code in (0, 1, 2, 3), (ran.code, [str(word)[:60] for word in words], ran.err[-300:])
        assert "Traceback" not in ran.err


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30))
def test_any_name_of_a_person_is_taken_or_refused(admin: Admin, register: Path, passphrase: Path, name: str) -> None:
    key = ("--user", "Asha Officer", "--passphrase-file", passphrase, "--json")
    ran = admin("user", "add", register, "--role", "officer", "--new-passphrase-file", passphrase, *key, "--", name)
    assert ran.code in (0, 2), (name, ran.err)
    if ran.code == 0:
        seen = admin("cases", register, "--passphrase-file", passphrase, "--json", f"--user={name}")
        assert seen.code == 0, (name, seen.err)
