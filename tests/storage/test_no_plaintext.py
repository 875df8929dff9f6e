"""No name lies in clear in any file of the register; after an erasure it is not in the decrypted pages either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from cme_desktop.models.audit import AuditChange, AuditEvent
from cme_desktop.models.child import Child, ChildName
from cme_desktop.models.document import ContentFile
from cme_desktop.models.episode import Episode
from cme_desktop.models.timeline import Event, FormDraft
from cme_desktop.storage import search
from cme_desktop.storage.audit_format import row_key
from cme_desktop.storage.backup import make_backup
from cme_desktop.storage.capture import action_of
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import BACKUPS, verify
from tests.crypto_pages import decrypted_pages, hits_in_clear, hits_in_files
from tests.storage.registers import NOW, add_case, add_child, add_note, fill, log_in, new_register

SURNAME, FORENAME, PLACE = "Qwyxplorvuk", "Zvjetkazum", "Wuqhtxering"
CANARIES = (SURNAME, FORENAME, PLACE)
PIECES = tuple(
    word[start : start + 4] for word in (SURNAME.lower(), FORENAME.lower()) for start in range(len(word) - 3)
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = new_register(tmp_path / "register")
    fill(made, 3)
    yield made
    made.close()


def add_canary(store: Store) -> int:
    with store.action(store.person, "child.add", reason=f"{FORENAME}'s school rang") as session:
        child = add_child(session, 77, surname=SURNAME, forename=FORENAME)
        episode = add_case(session, child, 77)
        for number in range(40):
            add_note(session, episode, f"{FORENAME} {SURNAME} moved to {PLACE} Heights, line {number} " + "x" * 500)
        sealed = store.content.seal(f"a letter about {FORENAME} {SURNAME}".encode())
        session.add(
            ContentFile(
                stored_name=sealed.name,
                file_key=sealed.key,
                sha256=sealed.sha256,
                size=sealed.size,
                media_type="text/plain",
                sealed_at=NOW,
            )
        )
        session.add(FormDraft(key="case", user_id=1, values={"who": SURNAME}, saved_at=NOW))
    with store.action(store.person, "child.edit") as session:
        name = session.scalars(select(ChildName).where(ChildName.child_id == child.id)).one()
        name.middle_names = PLACE
    return child.id


def erase(store: Store, child_id: int) -> None:
    """Destroy a child the way storage offers it: rows, what the audit said of them, words, search, journal."""
    with store.action(store.person, "erase.child", entity=f"child:{child_id}") as session:
        action = action_of(session)
        session.delete(session.scalars(select(FormDraft)).one())
        episodes = session.scalars(select(Episode).where(Episode.child_id == child_id)).all()
        notes = session.scalars(select(Event).where(Event.episode_id.in_([e.id for e in episodes]))).all()
        names = session.scalars(select(ChildName).where(ChildName.child_id == child_id)).all()
        rows = [*notes, *episodes, *names, session.get_one(Child, child_id)]
        for row in rows:
            action.blank(row.__tablename__, [row_key([row.id])])
            session.delete(row)
        for content in session.scalars(select(ContentFile).where(ContentFile.media_type == "text/plain")):
            content.file_key = None
        seqs = session.scalars(
            select(AuditChange.seq).where(AuditChange.table_name == "child", AuditChange.row_id == str(child_id))
        ).all()
        action.blank_reasons(seqs)
        search.forget_child(session, child_id)
    store.scrub()


def test_no_plaintext(store: Store, tmp_path: Path) -> None:
    key = log_in(store.folder).data_key
    child_id = add_canary(store)
    make_backup(store.folder, log_in(store.folder), store.folder / BACKUPS, now=NOW)
    assert hits_in_files(tmp_path, CANARIES) == dict.fromkeys(CANARIES, 0)
    before = hits_in_clear(store.database, key, CANARIES)
    assert all(before.values()), "the helper finds what is there, or its silence would prove nothing"
    erase(store, child_id)
    assert hits_in_clear(store.database, key, (*CANARIES, *PIECES)) == dict.fromkeys((*CANARIES, *PIECES), 0)
    assert hits_in_files(tmp_path, CANARIES) == dict.fromkeys(CANARIES, 0)
    later = make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW)
    copy = later.path / later.manifest["database"]
    assert hits_in_clear(copy, key, (*CANARIES, *PIECES)) == dict.fromkeys((*CANARIES, *PIECES), 0)


def test_the_chain_holds_after_an_erasure(store: Store) -> None:
    erase(store, add_canary(store))
    verdict = verify(store.folder, log_in(store.folder))
    assert verdict.problems == ()
    with store.read() as session:
        blanked = session.scalars(select(AuditChange).where(AuditChange.erased_by.is_not(None))).all()
        words = session.scalars(select(AuditEvent.reason).where(AuditEvent.erased_by.is_not(None))).all()
    assert len(blanked) > 80
    assert all(c.before is None and c.after is None and c.salt is None and len(c.digest) == 32 for c in blanked)
    assert set(words) == {None}


def test_only_an_erasure_blanks_the_audit(store: Store) -> None:
    with pytest.raises(RuntimeError, match=r"erase\."), store.action(store.person, "child.edit") as session:
        action_of(session).blank("child", ["1"])
    with pytest.raises(RuntimeError, match=r"erase\."), store.action(store.person, "child.edit") as session:
        action_of(session).blank_reasons([1])


def test_the_helper_refuses_a_wrong_key(store: Store) -> None:
    store.scrub()
    with pytest.raises(AssertionError, match="does not decrypt"):
        list(decrypted_pages(store.database, bytes(32)))
