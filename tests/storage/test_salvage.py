"""A damaged register: found at the start, read around the damage, copied as it is, and never changed by either."""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections import namedtuple
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from cme_desktop.casework import keeping
from cme_desktop.models.child import Child, ChildName
from cme_desktop.models.reference import RoutineCheck
from cme_desktop.storage import engine, salvage
from cme_desktop.storage.keys import read_key_file
from cme_desktop.storage.salvage import SalvageFailed, SalvageStopped, copy_as_it_is, save_readable
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import VerifyCancelled, check_at_start, counts_readable
from cme_desktop.system import StoreInUse
from tests.crypto_pages import decrypted_pages
from tests.storage.registers import NOW, add_child, clock_at, fill, log_in, new_register, reopen

CHILDREN = 400


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a closed register with some hundred children, six cases and some sealed files."""
    folder = tmp_path_factory.mktemp("salvage") / "register"
    store = new_register(folder)
    fill(store, 6)
    with store.action(store.person, "child.add") as session:
        for number in range(100, 100 + CHILDREN - 6):
            add_child(session, number, surname=f"Longername-{number:03}")
        add_child(session, 900, surname="=HYPERLINK(1)", forename="+44")
    store.close()
    return folder


@pytest.fixture
def register(filled: Path, tmp_path: Path) -> Path:
    """Return a copy of that register that a test may damage."""
    return Path(shutil.copytree(filled, tmp_path / "register"))


def database_of(folder: Path) -> Path:
    return folder / read_key_file(folder).database


def damage(folder: Path, is_it: Callable[[bytes], bool], most: int = 1) -> list[int]:
    """Flip a bit in the first pages whose decrypted bytes are what is looked for; return their numbers."""
    database = database_of(folder)
    pages = decrypted_pages(database, log_in(folder).data_key)
    found = [number for number, page in enumerate(pages) if is_it(page)][:most]
    assert found, "the page that was to be damaged is there"
    whole = bytearray(database.read_bytes())
    for number in found:
        whole[number * 4096 + 2000] ^= 1
    database.write_bytes(whole)
    return found


def leaf_of_names(page: bytes) -> bool:
    """Say whether a page is a leaf of the table of names (13: a leaf of a table)."""
    return page[:1] == b"\x0d" and b"Longername-250" in page and b"legal" in page


def state_of(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a register but those of its lock."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("store.")
    }


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """Return a saved table."""
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def test_a_sound_register_passes_the_check_of_each_start(register: Path) -> None:
    assert check_at_start(register, log_in(register))
    assert check_at_start(register, log_in(register), whole=True)


def test_a_damaged_page_is_found_at_the_start(register: Path) -> None:
    damage(register, leaf_of_names)
    assert not check_at_start(register, log_in(register))
    assert not check_at_start(register, log_in(register), whole=True)


def test_a_damaged_first_page_is_found_at_the_start(register: Path) -> None:
    database = database_of(register)
    database.write_bytes(b"\xff" * 4096 + database.read_bytes()[4096:])
    assert not check_at_start(register, log_in(register))


def test_the_check_can_be_stopped(register: Path) -> None:
    with pytest.raises(VerifyCancelled):
        check_at_start(register, log_in(register), whole=True, cancelled=lambda: True)


def test_every_page_is_checked_weekly_and_after_an_end_that_was_not_proper(register: Path) -> None:
    clock = clock_at()
    store = reopen(register, clock=clock)
    unlocked = log_in(register)

    def whole_checks() -> int:
        with store.read() as session:
            return session.query(RoutineCheck).filter_by(kind="pages").count()

    assert keeping.check_at_start(store, store.person, unlocked)
    assert whole_checks() == 1, "it was never made"
    clock.moment += timedelta(days=6)
    assert keeping.check_at_start(store, store.person, unlocked)
    assert whole_checks() == 1
    clock.moment += timedelta(days=1)
    assert keeping.check_at_start(store, store.person, unlocked)
    assert whole_checks() == 2
    assert keeping.check_at_start(store, store.person, unlocked, whole=True)
    assert whole_checks() == 3
    store.unclean = True
    assert keeping.check_at_start(store, store.person, unlocked)
    assert whole_checks() == 4
    store.close()


def test_a_check_that_found_damage_writes_nothing_into_the_register(register: Path) -> None:
    store = reopen(register)
    damage(register, leaf_of_names)
    assert not keeping.check_at_start(store, store.person, log_in(register))
    with store.read() as session:
        assert session.query(RoutineCheck).filter_by(kind="pages").count() == 0
    store.close()


def test_everything_of_a_sound_register_is_saved(register: Path, tmp_path: Path) -> None:
    before = state_of(register)
    told: list[float] = []
    done = save_readable(register, log_in(register), tmp_path, now=NOW, progress=lambda _table, part: told.append(part))
    assert done.gaps == {}
    assert len(table(done.folder, "child")) == CHILDREN + 1
    assert len(table(done.folder, "child_name")) == CHILDREN + 1
    assert [row["Case"] for row in table(done.folder, "cases")] == sorted(
        row["ref"] for row in table(done.folder, "episode")
    )
    assert "nothing: every row and file was read" in (done.folder / "read-me.txt").read_text(encoding="utf-8")
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert state_of(register) == before


def test_the_saved_files_are_what_was_sealed(register: Path, tmp_path: Path) -> None:
    store = reopen(register)
    held = len(store.content.names())
    store.close()
    done = save_readable(register, log_in(register), tmp_path, now=NOW)
    saved = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (done.folder / "files").iterdir()}
    assert done.files == held > 0
    assert saved == {row["sha256"] for row in table(done.folder, "content_file")}


def test_no_key_and_no_formula_is_saved(register: Path, tmp_path: Path) -> None:
    done = save_readable(register, log_in(register), tmp_path, now=NOW)
    assert not (done.folder / "data_key.csv").exists()
    assert not (done.folder / "form_draft.csv").exists()
    keys = {
        name for path in done.folder.glob("*.csv") for name in path.read_text("utf-8-sig").splitlines()[0].split(",")
    }
    assert keys.isdisjoint({"file_key", "public_key", "data_key", "wrapped_key"})
    [odd] = [row for row in table(done.folder, "child_name") if "HYPERLINK" in row["surname"]]
    assert (odd["surname"], odd["forename"]) == ("'=HYPERLINK(1)", "'+44")


def test_what_lies_around_a_damaged_page_is_saved_and_the_gap_is_named(register: Path, tmp_path: Path) -> None:
    with closing(engine.connect(database_of(register), log_in(register).data_key, mode="ro")) as connection:
        truth = connection.execute("SELECT id, surname FROM child_name ORDER BY id").fetchall()
    damage(register, leaf_of_names)
    before = state_of(register)
    done = save_readable(register, log_in(register), tmp_path, now=NOW)
    got = [(int(row["id"]), row["surname"].removeprefix("'")) for row in table(done.folder, "child_name")]
    lost = sorted(set(truth) - set(got))
    assert set(got) < set(truth), "what was saved is as it was"
    assert 0 < len(lost) < 60, "one page of names is lost, no more"
    assert "Longername-250" in {name for _number, name in lost}
    assert list(done.gaps) == ["child_name"]
    assert done.gaps["child_name"].startswith(f"rows {lost[0][0]} to {lost[-1][0]}")
    assert done.gaps["child_name"] in (done.folder / "read-me.txt").read_text(encoding="utf-8")
    assert len(table(done.folder, "child")) == CHILDREN + 1, "the other tables are whole"
    assert state_of(register) == before, "the damaged register was not touched"


def test_what_can_be_counted_of_a_damaged_register_is(register: Path) -> None:
    whole = counts_readable(register, log_in(register))
    assert whole["children"] == CHILDREN + 1
    damage(register, lambda page: page[:1] == b"\x05" and b"" in page, most=1000)  # the inner pages of all tables
    damaged = counts_readable(register, log_in(register))
    assert damaged["cases"] == whole["cases"], "a table of one page has no inner page"
    assert damaged["children"] is None or damaged["children"] == whole["children"]


def test_where_not_even_the_tables_can_be_read_it_says_so_and_leaves_nothing(register: Path, tmp_path: Path) -> None:
    unlocked = log_in(register)
    database_of(register).write_bytes(b"\xff" * 8192)
    place = tmp_path / "place"
    place.mkdir()
    with pytest.raises(SalvageFailed, match="Put a backup back"):
        save_readable(register, unlocked, place, now=NOW)
    assert list(place.iterdir()) == []


def test_saving_can_be_stopped_and_leaves_nothing(register: Path, tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    asked = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 30

    with pytest.raises(SalvageStopped):
        save_readable(register, log_in(register), place, now=NOW, cancelled=cancelled)
    assert list(place.iterdir()) == []


def test_a_place_that_is_away_is_said(register: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for save in (
        lambda: save_readable(register, log_in(register), tmp_path / "file", now=NOW),
        lambda: copy_as_it_is(register, tmp_path / "file", now=NOW),
    ):
        with pytest.raises(SalvageFailed) as refused:
            save()
        assert refused.value.code == "place-away"


def test_a_copy_is_the_register_byte_for_byte_without_its_backups(register: Path, tmp_path: Path) -> None:
    (register / "backups" / "backup-1").mkdir(parents=True)
    (register / "backups" / "backup-1" / "manifest.json").write_text("{}", encoding="utf-8")
    damage(register, leaf_of_names)
    wanted = {name: value for name, value in state_of(register).items() if not name.startswith("backups")}
    copy = copy_as_it_is(register, tmp_path / "usb", now=NOW)
    assert copy.parent == tmp_path / "usb"
    assert state_of(copy) == wanted
    assert state_of(copy_as_it_is(register, tmp_path / "usb", now=NOW)) == wanted, "a second one lies beside it"


def test_a_register_that_is_open_is_not_copied(register: Path, tmp_path: Path) -> None:
    store: Store = reopen(register)
    with pytest.raises(StoreInUse):
        copy_as_it_is(register, tmp_path / "usb", now=NOW)
    store.close()


def test_a_disk_without_room_keeps_no_half_copy(
    register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", ["total", "used", "free"])
    monkeypatch.setattr(salvage.shutil, "disk_usage", lambda _path: usage(1, 1, 0))
    with pytest.raises(SalvageFailed) as refused:
        copy_as_it_is(register, tmp_path / "usb", now=NOW)
    assert refused.value.code == "disk-full"
    assert list((tmp_path / "usb").iterdir()) == []


def test_the_list_of_cases_names_the_child_and_what_is_next(register: Path, tmp_path: Path) -> None:
    store = reopen(register)
    with store.read() as session:
        names = {name.surname for name in session.query(ChildName).join(Child, Child.id == ChildName.child_id)}
    store.close()
    done = save_readable(register, log_in(register), tmp_path, now=NOW)
    rows = table(done.folder, "cases")
    assert {row["Surname"] for row in rows} <= names
    assert all(row["Born"].startswith("20") and row["Status"] for row in rows)
