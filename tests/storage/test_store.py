"""An act is saved with its event or not at all, and the read lane never writes."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cme_desktop.domain.errors import NotAllowed
from cme_desktop.domain.roles import Person, Role
from cme_desktop.models.audit import AuditChange, AuditEvent
from cme_desktop.models.base import UtcDateTime
from cme_desktop.models.child import Child, ChildName
from cme_desktop.models.episode import CaseCounter
from cme_desktop.models.people import PersonRow, SigningKey
from cme_desktop.models.timeline import FormDraft
from cme_desktop.storage.audit_format import canonical_event, change_digest, reason_digest
from cme_desktop.storage.capture import action_of
from cme_desktop.storage.engine import RegisterBusy, Unreadable
from cme_desktop.storage.keys import renew_person, signature_holds, unlock
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import verify
from tests.storage.registers import (
    CHEAP,
    LOW,
    NOW,
    add_child,
    fill,
    log_in,
    new_register,
    reopen,
    second_person,
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = new_register(tmp_path / "register")
    yield made
    made.close()


def changes(store: Store, seq: int | None = None) -> list[AuditChange]:
    with store.read() as session:
        query = select(AuditChange).order_by(AuditChange.id)
        return list(session.scalars(query if seq is None else query.where(AuditChange.seq == seq)))


def events(store: Store) -> list[AuditEvent]:
    with store.read() as session:
        return list(session.scalars(select(AuditEvent).order_by(AuditEvent.seq)))


def test_an_act_is_saved_with_its_event(store: Store) -> None:
    with store.action(store.person, "child.add", reason="rang in", entity="list:7", batch="b1") as session:
        child = add_child(session, 1)
        seq = action_of(session).seq
    event = events(store)[-1]
    assert (event.seq, event.action, event.reason, event.entity, event.batch) == (
        seq,
        "child.add",
        "rang in",
        "list:7",
        "b1",
    )
    assert (event.at, event.user_id, event.key_id) == (NOW, 1, log_in(store.folder).key_id)
    made = changes(store, seq)
    assert [(c.table_name, c.row_id, c.operation) for c in made] == [
        ("child", str(child.id), "insert"),
        ("child_name", "1", "insert"),
    ]
    assert json.loads(made[1].after)["surname"] == "Testcase"
    assert "valid_to" not in json.loads(made[1].after), "what is empty is left out"
    assert event.changes == 2


def test_the_chain_by_its_description(store: Store) -> None:
    """Recompute hash, digests and signature the way docs/decisions/0004-audit-rows.md says, without capture's help."""
    fill(store, 2)
    key = log_in(store.folder).public_key
    prev = bytes(32)
    for event in events(store):
        row = {name: getattr(event, name) for name in list(AuditEvent.__table__.columns.keys())}
        row["at"] = event.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        total = hashlib.sha256()
        for change in changes(store, event.seq):
            content = "\n".join(
                [change.table_name, change.row_id, change.operation, change.before or "", change.after or ""]
            )
            assert change.digest == hashlib.sha256(change.salt + content.encode()).digest()
            total.update(change.digest)
        assert event.changes_digest == total.digest()
        assert event.prev_hash == prev
        body = {
            "action": event.action,
            "at": row["at"],
            "batch": event.batch,
            "changes": event.changes,
            "changes_digest": total.hexdigest(),
            "clock_doubtful": 0,
            "entity": event.entity,
            "episode_id": event.episode_id,
            "key_id": event.key_id,
            "reason_digest": event.reason_digest and event.reason_digest.hex(),
            "seq": event.seq,
            "user_id": event.user_id,
        }
        canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        assert canonical == canonical_event(row)
        assert event.hash == hashlib.sha256(prev + canonical).digest()
        assert signature_holds(key, event.signature, event.hash)
        if event.reason is not None:
            assert event.reason_digest == reason_digest(event.reason_salt, event.reason)
        prev = event.hash


def half_done(session: Session) -> None:
    add_child(session, 1)
    session.flush()
    raise ZeroDivisionError


def test_nothing_of_a_failed_act_stays(store: Store) -> None:
    before = (events(store)[-1].seq, len(changes(store)))
    with pytest.raises(ZeroDivisionError), store.action(store.person, "child.add") as session:
        half_done(session)
    assert (events(store)[-1].seq, len(changes(store))) == before
    with store.read() as session:
        assert session.scalar(select(Child)) is None
    with store.action(store.person, "child.add") as session:
        add_child(session, 1)
    assert events(store)[-1].seq == before[0] + 1


def test_a_change_records_what_changed_and_only_that(store: Store) -> None:
    with store.action(store.person, "child.add") as session:
        child_id = add_child(session, 1).id
    with store.action(store.person, "child.edit") as session:
        child = session.get_one(Child, child_id)
        child.sex, child.dob, child.restricted = "F", None, False
    change = changes(store)[-1]
    assert (change.table_name, change.row_id, change.operation) == ("child", str(child_id), "update")
    assert json.loads(change.before) == {"dob": "2015-01-02", "sex": "U"}
    assert json.loads(change.after) == {"dob": None, "sex": "F"}


def test_a_change_to_the_same_value_is_no_change(store: Store) -> None:
    with store.action(store.person, "child.add") as session:
        child_id = add_child(session, 1).id
    count = len(changes(store))
    with store.action(store.person, "child.edit") as session:
        session.get_one(Child, child_id).sex = "U"
    assert len(changes(store)) == count
    assert events(store)[-1].changes == 0


def test_a_column_changed_unread_has_its_old_value(store: Store) -> None:
    with store.action(store.person, "child.add") as session:
        child_id = add_child(session, 1).id
    with store.action(store.person, "child.edit") as session:
        child = session.get_one(Child, child_id)
        session.expire(child, ["sex", "ethnicity"])
        child.sex = "M"
    change = changes(store)[-1]
    assert (json.loads(change.before), json.loads(change.after)) == ({"sex": "U"}, {"sex": "M"})


def test_a_deletion_keeps_what_was_there(store: Store) -> None:
    with store.action(store.person, "child.add") as session:
        name_id = session.scalars(select(ChildName.id).where(ChildName.child_id == add_child(session, 1).id)).one()
    with store.action(store.person, "name.remove") as session:
        name = session.get_one(ChildName, name_id)
        session.expire(name)
        session.delete(name)
    change = changes(store)[-1]
    assert (change.operation, change.after) == ("delete", None)
    assert json.loads(change.before)["forename"] == "Ann"


def test_composite_and_text_keys(store: Store) -> None:
    with store.action(store.person, "counter.next") as session:
        session.add(CaseCounter(series="case", year=2026, last=1))
    with store.action(store.person, "counter.next") as session:
        session.get_one(CaseCounter, ("case", 2026)).last = 2
    assert [(c.row_id, c.before) for c in changes(store)[-2:]] == [
        ('["case",2026]', None),
        ('["case",2026]', '{"last":1}'),
    ]


def test_bytes_stand_in_the_audit_by_their_hash_only(store: Store) -> None:
    fill(store, 0)
    after = json.loads(next(c.after for c in changes(store) if c.table_name == "content_file"))
    assert set(after["file_key"]) == {"sha256"}


def test_drafts_are_not_audited(store: Store) -> None:
    count = len(changes(store))
    with store.action(store.person, "draft.keep") as session:
        session.add(FormDraft(key="case:1", user_id=1, values={"a": "b"}, saved_at=NOW))
    assert len(changes(store)) == count


def test_writes_that_would_escape_the_audit_are_refused(store: Store) -> None:
    with store.action(store.person, "child.add") as session:
        child_id = add_child(session, 1).id
    for statement in (
        update(Child).values(sex="F"),
        delete(ChildName),
        insert(CaseCounter).values(series="case", year=2026, last=1),
    ):
        with pytest.raises(RuntimeError, match="audit"), store.action(store.person, "x") as session:
            session.execute(statement)
        with pytest.raises(RuntimeError, match="audit"), store.action(store.person, "x") as session:
            session.connection().execute(statement)
    with pytest.raises(RuntimeError, match="audit"), store.action(store.person, "x") as session:
        session.execute(text("UPDATE child SET sex = 'F'"))
    with store.read() as session:
        assert session.get_one(Child, child_id).sex == "U"


def test_a_row_that_names_nothing_undoes_the_act(store: Store) -> None:
    with (
        pytest.raises(IntegrityError, match="FOREIGN KEY"),
        store.action(store.person, "name.add") as session,
    ):
        session.add(ChildName(child_id=99, surname="X", forename="Y", valid_from=date(2026, 9, 1), recorded_at=NOW))
    with store.read() as session:
        assert session.scalar(select(ChildName)) is None
    with store.action(store.person, "child.add") as session:
        session.add(ChildName(child_id=99, surname="X", forename="Y", valid_from=date(2026, 9, 1), recorded_at=NOW))
        session.flush()
        session.add(Child(id=99, created_at=NOW))


def test_a_primary_key_never_changes(store: Store) -> None:
    with store.action(store.person, "child.add") as session:
        child_id = add_child(session, 1).id
    with pytest.raises(RuntimeError, match="primary key"), store.action(store.person, "x") as session:
        session.get_one(Child, child_id).id = 99


def test_the_audit_is_append_only(store: Store) -> None:
    fill(store, 1)
    for statement in (
        "UPDATE audit_event SET action = 'other' WHERE seq = 1",
        "UPDATE audit_event SET reason = NULL, reason_salt = NULL, erased_by = 1 WHERE seq = 1",
        "DELETE FROM audit_event WHERE seq = 3",
        "UPDATE audit_change SET after = NULL, before = NULL, salt = NULL, erased_by = 1 WHERE id = 1",
        "UPDATE audit_change SET after = '{}' WHERE id = 1",
        "DELETE FROM audit_change WHERE id = 1",
    ):
        with (
            pytest.raises(Exception, match="append-only"),
            store.action(store.person, "x") as session,
            action_of(session).gate.writing(),
        ):
            session.connection().exec_driver_sql(statement)


def test_only_who_unlocked_acts(store: Store) -> None:
    stranger = Person(7, "Somebody Else", frozenset({Role.OFFICER}))
    with pytest.raises(NotAllowed), store.action(stranger, "x"):
        pass
    manager = store.admit(second_person(store, "Mira Okafor", [Role.MANAGER]))
    with store.action(manager, "case.comment") as session:
        session.add(Child(created_at=NOW))
    assert events(store)[-1].user_id == manager.id == 2
    with store.read() as session:
        assert session.get_one(PersonRow, 2).roles == ["manager"]
        assert len(session.scalars(select(SigningKey)).all()) == 2


def test_a_new_signing_key_retires_the_old_one(store: Store) -> None:
    first = second_person(store, "Mira Okafor", [Role.MANAGER])
    store.admit(first)
    renew_person(log_in(store.folder), 2, "another four words here", now=NOW, kdf=CHEAP)
    again = unlock(store.folder, "Mira Okafor", "another four words here", floors=LOW)
    manager = store.admit(again)
    store.seen(manager, "case.look", "episode:1")
    with store.read() as session:
        keys = {key.key_id: key.retired_at for key in session.scalars(select(SigningKey)) if key.person_id == 2}
    assert keys == {first.key_id: NOW, again.key_id: None}
    found = verify(store.folder, log_in(store.folder)).problems
    assert {problem.seq for problem in found} == {3, 4}, "both keys came by the key file alone, and nobody vouched"
    assert all("nobody certified" in p.message or "no administrator" in p.message for p in found)


def test_unsaved_forms_are_the_one_write_without_an_act(store: Store) -> None:
    count = len(events(store))
    with store.keep_form(store.person) as session:
        session.add(FormDraft(key="case:1", user_id=1, values={"a": "b"}, saved_at=NOW))
    with pytest.raises(RuntimeError, match="only an unsaved form"), store.keep_form(store.person) as session:
        session.add(Child(created_at=NOW))
    with pytest.raises(NotAllowed), store.keep_form(Person(9, "Nobody", frozenset())):
        pass
    with (
        pytest.raises(RuntimeError, match="inside another"),
        store.action(store.person, "x"),
        store.keep_form(store.person),
    ):
        pass
    assert len(events(store)) == count
    with store.read() as session:
        assert session.scalars(select(FormDraft.key)).all() == ["case:1"]
        assert session.scalar(select(Child)) is None


def test_the_journal_is_not_emptied_under_a_reader(store: Store) -> None:
    with store.read() as session:
        session.scalar(select(Child))
        with store.action(store.person, "child.add") as writing:
            add_child(writing, 1)
        with pytest.raises(RegisterBusy):
            store.scrub()
    store.scrub()
    assert store.database.with_name(f"{store.database.name}-wal").stat().st_size == 0


def test_keys_of_another_register_are_refused(store: Store, tmp_path: Path) -> None:
    other = new_register(tmp_path / "other")
    other.close()
    with pytest.raises(NotAllowed):
        store.admit(log_in(tmp_path / "other"))


def test_a_refusal_and_a_look_are_events_without_changes(store: Store) -> None:
    first = store.refused(store.person, "order.serve", "too early", episode_id=4)
    second = store.seen(store.person, "case.look", "episode:4", episode_id=4)
    found = {event.seq: event for event in events(store)}
    assert second == first + 1
    assert (found[first].action, found[first].reason, found[first].changes, found[first].episode_id) == (
        "order.serve.refused",
        "too early",
        0,
        4,
    )
    assert (found[second].action, found[second].entity) == ("case.look", "episode:4")


def test_what_is_saved_is_there_after_opening_again(store: Store) -> None:
    fill(store, 3)
    store.close()
    again = reopen(store.folder)
    assert not again.unclean
    with again.read() as session:
        assert len(session.scalars(select(Child)).all()) == 3
    assert again.person.name == "Asha Patel"
    assert again.content.names()
    again.close()


def test_instants_are_kept_in_utc_only() -> None:
    with pytest.raises(ValueError, match="time zone"):
        UtcDateTime().process_bind_param(NOW.replace(tzinfo=None), None)


def test_the_digest_of_a_change_depends_on_every_part() -> None:
    parts = [b"s" * 16, "child", "1", "update", '{"a":1}', '{"a":2}']
    digests = {change_digest(*parts)}
    for place in range(len(parts)):
        other = list(parts)
        other[place] = b"t" * 16 if place == 0 else f"{parts[place]}x"
        digests.add(change_digest(*other))
    assert len(digests) == 7


def test_a_damaged_page_met_while_opening_is_said_to_be_unreadable(store: Store) -> None:
    folder, database = store.folder, store.database
    with store.read() as session:
        page = session.scalar(text("SELECT rootpage FROM sqlite_master WHERE name = 'audit_event'"))
    store.close()
    data = bytearray(database.read_bytes())
    data[(page - 1) * 4096 + 100] ^= 1
    database.write_bytes(data)
    with pytest.raises(Unreadable):
        reopen(folder)
