"""Where a backup may lie: apart from every register, under any name, and with room enough."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cme_desktop.storage.backup import BackupFailed, check_backup, make_backup
from cme_desktop.storage.restore import restore
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import BACKUPS
from tests.storage.registers import NOW, clock_at, fill, log_in, new_register


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = new_register(tmp_path / "register")
    fill(made, 3)
    yield made
    made.close()


INSIDE = ["", "content", "elsewhere", "content/deeper"]


@pytest.mark.parametrize("inside", INSIDE)
def test_no_backup_is_made_inside_the_register(store: Store, inside: str) -> None:
    is_refused(store, store.folder / inside)
    assert make_backup(store.folder, log_in(store.folder), store.folder / BACKUPS, now=NOW).path.is_dir()


@pytest.mark.parametrize("inside", INSIDE)
def test_no_link_leads_a_backup_into_the_register(store: Store, tmp_path: Path, inside: str) -> None:
    is_refused(store, _linked(tmp_path, store.folder) / inside)


def is_refused(store: Store, folder: Path) -> None:
    """Prove that a folder is refused as a place of backups, and that nothing is made there."""
    before = sorted(store.folder.rglob("*"))
    with pytest.raises(BackupFailed) as refused:
        make_backup(store.folder, log_in(store.folder), folder, now=NOW)
    assert refused.value.code == "place-in-register"
    assert sorted(store.folder.rglob("*")) == before


def _linked(place: Path, folder: Path) -> Path:
    link = place / "link"
    if not link.is_symlink():
        link.symlink_to(folder)
    return link


def test_no_backup_is_made_among_the_files_of_another_register_or_backup(store: Store, tmp_path: Path) -> None:
    """Thinning the place would take away sealed files that the other needs."""
    other = new_register(tmp_path / "other")
    other.content.seal(b"of the other")
    other.close()
    made = make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW)
    for folder in (other.folder, other.folder / "content", made.path):
        with pytest.raises(BackupFailed, match="belongs to a case register or to a backup"):
            make_backup(store.folder, log_in(store.folder), folder, now=NOW)


def test_a_place_whose_name_is_no_text_takes_a_backup(store: Store, tmp_path: Path) -> None:
    place = tmp_path / b"bad\xff".decode("utf-8", "surrogateescape")
    made = make_backup(store.folder, log_in(store.folder), place, now=NOW)
    assert check_backup(made.path) == made
    assert restore(
        made.path, tmp_path / b"new\xff".decode("utf-8", "surrogateescape"), log_in(made.path), clock_at()
    ).counts
