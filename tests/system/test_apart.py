"""What must lie apart from the register: its second place and the sheet with its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from cme_desktop.system import NotApart, check_second_place, check_sheet_place


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """Return the folder of a register with a folder in it, beside others, and a link to it."""
    folder = tmp_path / "data" / "register"
    (folder / "content").mkdir(parents=True)
    for name in ("S2S", "stick", "registers"):
        (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to(folder)
    return folder


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("data/register", "place-in-register"),
        ("data/register/content", "place-in-register"),
        ("data/register/not/there", "place-in-register"),
        ("data", "place-in-register"),
        (".", "place-in-register"),
        ("link", "place-in-register"),
        ("link/backups", "place-in-register"),
        ("stick/../data/register", "place-in-register"),
        ("S2S", "place-watched"),
        ("S2S/backups", "place-watched"),
    ],
)
def test_a_second_place_is_apart(register: Path, tmp_path: Path, place: str, code: str) -> None:
    with pytest.raises(NotApart) as refused:
        check_second_place(tmp_path / place, register, tmp_path / "S2S")
    assert refused.value.code == code


def test_a_second_place_on_the_same_disk_is_used_and_said(register: Path, tmp_path: Path) -> None:
    assert "same disk" in check_second_place(tmp_path / "stick" / "new", register, tmp_path / "S2S")
    assert "same disk" in check_second_place(tmp_path / "registers", register)
    assert check_second_place(Path("/proc"), register) == ""


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("data/register/key.pdf", "sheet-beside-register"),
        ("data/register/content/key.pdf", "sheet-beside-register"),
        ("data/key.pdf", "sheet-beside-register"),
        ("link/key.pdf", "sheet-beside-register"),
        ("stick/backups/key.pdf", "sheet-beside-backup"),
        ("stick/key.pdf", "sheet-beside-backup"),
    ],
)
def test_the_sheet_is_apart(register: Path, tmp_path: Path, file: str, code: str) -> None:
    with pytest.raises(NotApart) as refused:
        check_sheet_place(tmp_path / file, register, tmp_path / "stick" / "backups")
    assert refused.value.code == code


def test_the_sheet_may_lie_elsewhere(register: Path, tmp_path: Path) -> None:
    check_sheet_place(tmp_path / "key.pdf", register, tmp_path / "stick" / "backups")
    check_sheet_place(tmp_path / "registers" / "key.pdf", register)
