"""The options that commands share."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.cli import main as frame
from cme_desktop.cli.options import read_passphrase
from cme_desktop.domain.errors import UserError
from tests.cli.conftest import Ran

Admin = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _sample_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(frame.COMMANDS, "open", frame.Command("tests.cli.sample_commands", "a sample"))


@pytest.mark.parametrize(
    ("data", "passphrase"),
    [
        (b"four words with spaces\n", "four words with spaces"),
        (b"four words with spaces\r\n", "four words with spaces"),
        (b"no line end at all", "no line end at all"),
        (b"two ends, one kept\n\n", "two ends, one kept\n"),
        (b" outer blanks are kept \n", " outer blanks are kept "),
        (b"\xef\xbb\xbffrom Notepad\r\n", "from Notepad"),
        ("S\N{LATIN SMALL LETTER E}\N{COMBINING ACUTE ACCENT}an".encode(), "Séan"),
    ],
)
def test_one_trailing_line_end_is_dropped_and_nothing_else(tmp_path: Path, data: bytes, passphrase: str) -> None:
    path = tmp_path / "passphrase"
    path.write_bytes(data)
    assert read_passphrase(str(path)) == passphrase
    assert read_passphrase("-", stdin=io.BytesIO(data)) == passphrase


@given(st.text(st.characters(min_codepoint=33, max_codepoint=0x24F), min_size=1, max_size=60))
def test_the_line_end_never_changes_the_passphrase(passphrase: str) -> None:
    read = {read_passphrase("-", stdin=io.BytesIO(passphrase.encode() + end)) for end in (b"", b"\n", b"\r\n")}
    assert len(read) == 1 or passphrase.endswith("\r")


@pytest.mark.parametrize("data", [b"", b"\n", b"\xff\xfe", b"x" * 5_000], ids=["empty", "line", "no-text", "long"])
def test_a_file_without_a_passphrase_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "passphrase"
    path.write_bytes(data)
    with pytest.raises(UserError) as refused:
        read_passphrase(str(path))
    assert refused.value.code == "passphrase-file"
    assert "xxxx" not in refused.value.message


def test_no_passphrase_is_read_from_a_closed_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(UserError, match="Standard input is closed") as refused:
        read_passphrase("-")
    assert refused.value.code == "passphrase-file"


def test_a_missing_passphrase_file_is_refused(admin: Admin, tmp_path: Path) -> None:
    ran = admin("open", "S", "--user", "A. Patel", "--passphrase-file", tmp_path / "none", "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, "passphrase-file")


def test_a_person_and_a_passphrase_are_both_needed(admin: Admin, tmp_path: Path) -> None:
    path = tmp_path / "passphrase"
    path.write_text("correct horse battery\n", encoding="utf-8")
    for words in ((), ("--user", "A. Patel"), ("--passphrase-file", path)):
        ran = admin("open", "S", *words, "--json")
        assert (ran.code, ran.json["error"]["code"]) == (2, "who-missing")


def test_the_clock_is_the_machines_or_stands_at_noon_on_the_day_given(admin: Admin, tmp_path: Path) -> None:
    path = tmp_path / "passphrase"
    path.write_text("correct horse battery\n", encoding="utf-8")
    who = ("open", "S", "--user", "A. Patel", "--passphrase-file", path, "--json")
    answer = admin(*who).json
    assert (answer["today"], answer["wait"]) == ("2026-11-24", 0)
    answer = admin(*who, "--today", "2026-07-01", "--wait", "2.5").json
    assert (answer["today"], answer["now"], answer["wait"]) == ("2026-07-01", "2026-07-01T11:00:00+00:00", 2.5)
