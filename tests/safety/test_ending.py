"""Ending somebody ends it: what a person kept of before opens nothing of the register that goes on (safety.md 10)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select

from cme_desktop.casework import keeping, users
from cme_desktop.casework.cases import open_case
from cme_desktop.casework.notes import add_note
from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.models.document import ContentFile
from cme_desktop.models.people import PersonRow
from cme_desktop.storage import engine, keys, rotation
from cme_desktop.storage.content import FOLDER_NAME, Content
from cme_desktop.storage.keys.key_file import parse_key_file
from cme_desktop.storage.keys.sealing import Box, DoesNotOpen, unwrap, unwrap_with
from cme_desktop.storage.keys.slots import StoreMark
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import BACKUPS, verify
from cme_desktop.system import FixedClock
from tests.factories import NO_FLOOR, NOON, PASSPHRASE, Register, make_register, open_case_command

OTHER = "four green kettles sing"
OFFICER, MANAGER, ADMINISTRATOR = 1, 2, 3


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Register]:
    """Return an open register with three people."""
    made = make_register(tmp_path / "register")
    yield made
    made.close()


class Kept:
    """What one person kept: a whole copy of the folder, the passphrase, and everything that these open."""

    def __init__(self, live: Register, person_id: int, place: Path, passphrase: str = PASSPHRASE) -> None:
        self.folder = place
        shutil.copytree(live.folder, place)
        self.person = keys.read_key_file(place).person(person_id)
        opened = keys.unlock(place, self.person.name, passphrase, floors=NO_FLOOR)
        self.data_key, self.user_key, self.exchange = opened.data_key, opened.user_key, opened.exchange_key

    def opens(self, folder: Path) -> list[str]:
        """Return what of a register's own files opens: databases, and what any key file there holds."""
        found = [path.name for path in folder.glob("*.db*") if _opens(path, self.data_key)]
        for path in folder.glob("keys.json*"):
            file = parse_key_file(path.read_bytes())
            mark = StoreMark.of(file)
            with suppress(CannotUnlock):
                file.check_proof(self.data_key)
                found.append(f"{path.name} is proved by the old data key")
            for person in file.people:
                where = mark.circumstances("data-key", person_id=person.person_id)
                if person.data_key is not None and self._unseals(person.data_key, where):
                    found.append(f"{path.name}: the data key of person {person.person_id}")
        return found

    def _unseals(self, box: Box, where: dict[str, object]) -> bool:
        with suppress(DoesNotOpen):
            unwrap(self.user_key, box, where)
            return True
        return unseals(self.exchange, box, where)


def unseals(private: X25519PrivateKey, box: Box, where: dict[str, object]) -> bool:
    """Say whether a private key opens a box that was sealed to a public key."""
    with suppress(DoesNotOpen, TypeError):
        unwrap_with(private, box, where)
        return True
    return False


def _opens(path: Path, key: bytes) -> bool:
    if path.name.endswith(("-wal", "-shm")):
        return False
    try:
        engine.connect(path, key, mode="ro").close()
    except CannotUnlock:
        return False
    return True


Act = Callable[[Register], object]


def end(live: Register) -> object:
    """End the manager's log-in."""
    return users.disable_person(live.store, live.officer, live.unlocked, MANAGER, reason="moved on")


def reset(live: Register) -> object:
    """Give the manager another passphrase."""
    return users.renew_person(live.store, live.officer, live.unlocked, MANAGER, OTHER)


def change(live: Register) -> object:
    """Have the officer change the own passphrase."""
    return users.change_passphrase(live.store, live.officer, live.unlocked, PASSPHRASE, OTHER, floors=NO_FLOOR)


def paper(live: Register) -> object:
    """Renew the paper; return the new one as printed."""
    new = users.draft_recovery_key(live.store, live.officer, live.unlocked)
    users.put_recovery_key(live.store, live.officer, live.unlocked, new)
    return new.printed


def keep_file(live: Register, data: bytes) -> None:
    """Seal a file in the register, with the row that holds its key."""
    with live.store.action(live.officer, "file.keep") as session:
        sealed = live.store.content.seal(data)
        session.add(
            ContentFile(
                stored_name=sealed.name,
                file_key=sealed.key,
                sha256=sealed.sha256,
                size=sealed.size,
                media_type="application/pdf",
                sealed_at=NOON,
            )
        )


ACTS: dict[str, tuple[Act, int]] = {
    "end": (end, MANAGER),
    "reset": (reset, MANAGER),
    "change": (change, OFFICER),
}


@pytest.mark.parametrize("what", ACTS)
def test_what_was_kept_of_before_opens_nothing_of_the_live_register(live: Register, tmp_path: Path, what: str) -> None:
    act, whose = ACTS[what]
    kept = Kept(live, whose, tmp_path / "kept")
    assert kept.opens(live.folder) != [], "the attack works as long as nothing was ended"
    act(live)
    assert kept.opens(live.folder) == []
    with live.store.action(live.officer, "later.act"):
        pass
    assert kept.opens(live.folder) == []
    live.close()
    assert kept.opens(live.folder) == []


def test_an_old_paper_with_an_old_key_file_opens_nothing_of_the_live_register(live: Register, tmp_path: Path) -> None:
    shutil.copytree(live.folder, tmp_path / "kept")
    old = keys.recovery.draft_recovered(
        tmp_path / "kept", live.officer.name, live.recovery_key, OTHER, now=NOON, kdf=keys.LIGHT
    ).unlocked.data_key
    printed = paper(live)
    assert not any(_opens(path, old) for path in live.folder.glob("*.db"))
    for path in live.folder.glob("keys.json*"):
        with pytest.raises(CannotUnlock):
            parse_key_file(path.read_bytes()).check_proof(old)
    with pytest.raises(keys.RecoveryKeyReplaced):
        keys.check_recovery_key(live.folder, live.recovery_key)
    keys.check_recovery_key(live.folder, str(printed))
    live.reopen()
    assert verify(live.folder, live.unlocked).ok


@pytest.mark.parametrize("what", [*ACTS, "paper"])
def test_everybody_who_stays_gets_in_and_the_session_goes_on(live: Register, what: str) -> None:
    row = live.store
    {**{name: act for name, (act, _) in ACTS.items()}, "paper": paper}[what](live)
    with row.action(live.officer, "later.act"):
        pass
    assert keeping.back_up(row, live.officer, live.unlocked, live.folder / BACKUPS, second_place=False)
    assert verify(live.folder, live.unlocked).ok
    new = {"change": {OFFICER}, "reset": {MANAGER}}.get(what, set())
    for person in keys.read_key_file(live.folder).people:
        passphrase = OTHER if person.person_id in new else PASSPHRASE
        if what == "end" and person.person_id == MANAGER:
            with pytest.raises(keys.UserDisabled):
                keys.unlock(live.folder, person.name, passphrase, floors=NO_FLOOR)
            continue
        opened = keys.unlock(live.folder, person.name, passphrase, floors=NO_FLOOR)
        assert opened.data_key == live.unlocked.data_key
    if what != "paper":
        keys.check_recovery_key(live.folder, live.recovery_key)


def test_an_ended_person_who_kept_a_copy_reads_what_was_sealed_then_and_nothing_sealed_later(
    live: Register, tmp_path: Path
) -> None:
    keep_file(live, b"sealed before")
    kept = Kept(live, MANAGER, tmp_path / "kept")
    end(live)
    keep_file(live, b"sealed after")
    with closing(engine.connect(next(kept.folder.glob("*.db")), kept.data_key, mode="rw")) as connection:
        known = connection.execute("SELECT stored_name, file_key, sha256 FROM content_file").fetchall()
    content = Content(live.folder / FOLDER_NAME)
    assert len(content.names()) == 2
    assert [content.open(*row) for row in known] == [b"sealed before"], "the other's key is in the live register alone"


def test_a_backup_of_before_opens_for_those_of_its_time_and_by_the_chain(live: Register, tmp_path: Path) -> None:
    made = keeping.back_up(live.store, live.officer, live.unlocked, tmp_path / "place", second_place=True)
    change(live)
    end(live)
    assert keys.unlock(made.path, live.officer.name, PASSPHRASE, floors=NO_FLOOR)
    key = keys.data_key_of(live.unlocked, keys.read_key_file(made.path))
    assert key is not None
    assert _opens(made.path / made.manifest["database"], key)
    other = make_register(tmp_path / "other")
    other.close()
    assert keys.data_key_of(live.unlocked, keys.read_key_file(other.folder)) is None


def test_the_case_that_was_being_worked_on_is_there_and_the_next_one_too(live: Register) -> None:
    first = open_case(live.store, live.officer, open_case_command())
    end(live)
    second = open_case(live.store, live.officer, open_case_command())
    assert first.ref != second.ref
    store = live.reopen()
    with store.read() as session:
        row = session.get_one(PersonRow, MANAGER)
        assert not row.active
        assert session.scalar(select(PersonRow.id).where(PersonRow.id == OFFICER)) == OFFICER
    assert verify(live.folder, live.unlocked).ok


def test_notes_are_found_as_before(live: Register) -> None:
    case = open_case(live.store, live.officer, open_case_command())
    add_note(live.store, live.officer, case.ref, "the quibbleworth caravan")
    end(live)
    with closing(engine.connect(live.store.database, live.unlocked.data_key)) as connection:
        # rank 1 compares the index with the rows that it was made of
        connection.execute("INSERT INTO search_text_fts(search_text_fts, rank) VALUES('integrity-check', 1)")
        found = connection.execute("SELECT count(*) FROM search_text_fts WHERE search_text_fts MATCH 'quibbleworth'")
        assert found.fetchone()[0] == 1


def test_nothing_is_left_of_the_former_database_or_of_the_former_key_files(live: Register) -> None:
    before = live.store.database
    end(live)
    assert not before.exists()
    assert [path.name for path in live.folder.glob("*.db")] == [live.store.database.name]
    present = (live.folder / "keys.json").read_bytes()
    assert [path.read_bytes() for path in sorted(live.folder.glob("keys.json*"))] == [present, present]


def test_a_former_database_that_could_not_be_removed_goes_at_the_next_opening(
    live: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = live.store.database
    with monkeypatch.context() as patch:
        patch.setattr(keys.earlier, "clear_away", lambda *_: False)
        end(live)
        assert before.exists()
    live.reopen()
    assert not before.exists()
    assert len(list(live.folder.glob("*.db"))) == 1


def test_a_full_disk_changes_nothing(live: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path.name: path.read_bytes() for path in live.folder.glob("keys.json*")}
    database = live.store.database
    with monkeypatch.context() as patch:
        patch.setattr(rotation, "free_bytes", lambda _: 10)
        with pytest.raises(UserError) as refused:
            end(live)
        assert refused.value.code == "disk-full"
    with monkeypatch.context() as patch:

        def full(*_args: object, **_options: object) -> None:
            raise OSError(28, "no room")

        patch.setattr(keys.earlier, "atomic_write", full)
        with pytest.raises((OSError, UserError)):
            end(live)
    assert {path.name: path.read_bytes() for path in live.folder.glob("keys.json*")} == before
    assert [path.name for path in live.folder.glob("*.db")] == [database.name]
    with live.store.action(live.officer, "later.act"):
        pass
    with live.store.read() as session:
        assert session.get_one(PersonRow, MANAGER).active
    end(live)
    assert keys.read_key_file(live.folder).person(MANAGER).disabled_at is not None


def test_no_log_in_is_ended_in_the_middle_of_a_backup(live: Register) -> None:
    with live.store.kept_still(), pytest.raises(UserError) as refused:
        end(live)
    assert refused.value.code == "backup-running"
    end(live)


def test_a_person_reads_on_while_a_log_in_is_ended(live: Register) -> None:
    with live.store.read() as session:
        before = session.scalars(select(PersonRow.id)).all()
        end(live)
        assert session.scalars(select(PersonRow.id)).all() == before
        assert session.get_one(PersonRow, MANAGER).active, "one moment of the register"
    with live.store.read() as session:
        assert not session.get_one(PersonRow, MANAGER).active


def test_keys_that_another_process_opened_before_are_asked_for_again(live: Register) -> None:
    mine = keys.unlock(live.folder, "Cora Flint", PASSPHRASE, floors=NO_FLOOR)
    end(live)
    live.close()
    with pytest.raises(CannotUnlock) as refused:
        Store.open(live.folder, mine, FixedClock(NOON))
    assert refused.value.code == "unlock-again"
