"""An act is undone as a whole, as a new act, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.child import Child, ChildName
from cme_desktop.models.document import ContentFile
from cme_desktop.models.episode import CaseCounter, Episode
from cme_desktop.models.search import SearchWho
from cme_desktop.models.timeline import Task
from cme_desktop.storage import bulk
from cme_desktop.storage.capture import action_of
from cme_desktop.storage.store import Store
from cme_desktop.storage.undo import CannotUndo, undo_event
from cme_desktop.storage.verify import verify
from tests.storage.registers import NOW, add_case, add_child, add_note, fill, log_in, new_register

DERIVED = {"task": None, "episode": frozenset({"next_action", "next_date", "open_actions"})}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = new_register(tmp_path / "register")
    yield made
    assert verify(made.folder, log_in(made.folder)).ok, "an undo leaves a register that checks"
    made.close()


def content(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every audited table."""
    with store.read() as session:
        connection = session.connection()
        names = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'audit%' AND name NOT LIKE '%fts%'"
        ).all()
        return {
            name: [tuple(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()]
            for (name,) in names
        }


def last(store: Store) -> int:
    with store.read() as session:
        return session.scalars(select(AuditEvent.seq).order_by(AuditEvent.seq.desc()).limit(1)).one()


def undo(store: Store, seq: int, **more: object) -> int:
    with store.action(store.person, "undo", entity=f"event:{seq}") as session:
        return undo_event(session, seq, **more)  # type: ignore[arg-type]


def test_an_import_is_undone_as_one(store: Store) -> None:
    fill(store, 1)
    before = content(store)
    with store.action(store.person, "import.apply", batch="file-1") as session:
        for number in range(2, 40):
            child = add_child(session, number)
            add_note(session, add_case(session, child, number), "from the file")
            session.get_one(Child, 1).sex = "F"
        session.flush()
        session.get_one(Child, child.id).sex = "M"
    seq = last(store)
    undo(store, seq)
    after = content(store)
    assert {name: rows for name, rows in after.items() if not name.startswith("search")} == {
        name: rows for name, rows in before.items() if not name.startswith("search")
    }
    with store.read() as session:
        assert set(session.scalars(select(SearchWho.child_id))) == {1}, "who was removed is not found any more"


def test_an_undo_can_be_undone(store: Store) -> None:
    with store.action(store.person, "child.add") as session:
        add_child(session, 1)
    there = content(store)["child"]
    undo(store, last(store))
    assert content(store)["child"] == []
    undo(store, last(store))
    assert content(store)["child"] == there


def test_a_removed_row_comes_back(store: Store) -> None:
    with store.action(store.person, "child.add") as session:
        add_child(session, 1)
        session.add(CaseCounter(series="case", year=2026, last=3))
    before = content(store)
    with store.action(store.person, "name.remove") as session:
        session.delete(session.scalars(select(ChildName)).one())
        session.get_one(CaseCounter, ("case", 2026)).last = 4
        session.flush()
        session.delete(session.get_one(CaseCounter, ("case", 2026)))
    undo(store, last(store))
    assert content(store) == before


def test_other_columns_changed_since_do_not_stand_in_the_way(store: Store) -> None:
    with store.action(store.person, "child.add") as session:
        add_child(session, 1)
    with store.action(store.person, "child.edit") as session:
        session.get_one(Child, 1).sex = "F"
    seq = last(store)
    with store.action(store.person, "child.edit") as session:
        session.get_one(Child, 1).dob = date(2014, 1, 1)
    assert undo(store, seq) == 1
    with store.read() as session:
        child = session.get_one(Child, 1)
        assert (child.sex, child.dob) == ("U", date(2014, 1, 1))


def test_the_same_column_changed_since_refuses_all(store: Store) -> None:
    with store.action(store.person, "child.add") as session:
        add_child(session, 1)
        add_child(session, 2)
    with store.action(store.person, "child.edit") as session:
        bulk.update_many(session, Child, [{"id": 1, "sex": "F"}, {"id": 2, "sex": "F"}])
    seq = last(store)
    with store.action(store.person, "child.edit") as session:
        session.get_one(Child, 2).sex = "M"
    before = content(store)
    with pytest.raises(CannotUndo) as refused:
        undo(store, seq)
    assert refused.value.code == "changed-since"
    assert content(store) == before


def test_a_row_added_since_refuses_all(store: Store) -> None:
    with store.action(store.person, "case.open") as session:
        episode = add_case(session, add_child(session, 1), 1)
    seq = last(store)
    with store.action(store.person, "note.add") as session:
        add_note(session, session.get_one(Episode, episode.id), "later")
    before = content(store)
    with pytest.raises(CannotUndo, match="depends on this step"):
        undo(store, seq)
    assert content(store) == before


def test_what_is_worked_out_does_not_stand_in_the_way(store: Store) -> None:
    with store.action(store.person, "case.open") as session:
        episode = add_case(session, add_child(session, 1), 1)
    seq = last(store)
    with store.action(store.person, "tasks.recompute") as session:
        session.get_one(Episode, episode.id).next_action = "Ring the school"
        session.add(
            Task(
                episode_id=episode.id,
                rule="SD31",
                title="Ring",
                due=date(2026, 9, 9),
                waits_on="us",
                created_at=NOW,
            )
        )
    with pytest.raises(CannotUndo):
        undo(store, seq)
    undo(store, seq, derived=DERIVED)
    assert content(store)["episode"] == content(store)["task"] == content(store)["child"] == []


def test_what_cannot_be_put_back_says_so(store: Store) -> None:
    fill(store, 1)
    seq = store.seen(store.person, "case.look", "episode:1")
    with pytest.raises(CannotUndo, match="changed nothing"):
        undo(store, seq)
    with pytest.raises(CannotUndo, match="changed nothing"):
        undo(store, 9999)
    with store.action(store.person, "file.erase") as session:
        session.scalars(select(ContentFile)).one().file_key = None
    with pytest.raises(CannotUndo, match="key"):
        undo(store, last(store))


def test_what_was_erased_is_not_put_back(store: Store) -> None:
    with store.action(store.person, "child.add") as session:
        add_child(session, 1)
    with store.action(store.person, "child.edit") as session:
        session.get_one(Child, 1).sex = "F"
    seq = last(store)
    with store.action(store.person, "erase.child") as session:
        action_of(session).blank("child", ["1"])
    with pytest.raises(CannotUndo, match="erased"):
        undo(store, seq)
