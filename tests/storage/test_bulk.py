"""Many rows at once leave the same audit as one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import process_time

import pytest
from sqlalchemy import func, select

from cme_desktop.models.audit import AuditChange
from cme_desktop.models.child import Child, ChildName
from cme_desktop.models.document import ContentFile
from cme_desktop.models.episode import CaseCounter, Episode
from cme_desktop.models.timeline import FormDraft
from cme_desktop.storage import bulk
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import verify
from tests.storage.registers import NOW, add_case, add_child, log_in, new_register

ROWS = [
    {"surname": "Testcase", "forename": f"Ann{n}", "valid_from": date(2026, 9, n + 1), "recorded_at": NOW}
    for n in range(5)
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = new_register(tmp_path / "register")
    yield made
    made.close()


def recorded(store: Store, seq: int) -> list[tuple[str, str | None, str | None]]:
    with store.read() as session:
        rows = session.execute(
            select(AuditChange.operation, AuditChange.before, AuditChange.after)
            .where(AuditChange.seq == seq, AuditChange.table_name == "child_name")
            .order_by(AuditChange.id)
        )
        return [(row[0], *(without_key(text) for text in row[1:])) for row in rows]


def without_key(text: str | None) -> str | None:
    return None if text is None else json.dumps({k: v for k, v in json.loads(text).items() if k not in ("id",)})


def test_bulk_rows_are_recorded_as_single_ones_are(store: Store) -> None:
    with store.action(store.person, "one.by.one") as session:
        child_id = add_child(session, 1).id
        for row in ROWS:
            session.add(ChildName(child_id=child_id, **row))
    with store.action(store.person, "all.at.once") as session:
        bulk.insert_many(session, ChildName, [{"child_id": child_id, **row} for row in ROWS])
    with store.read() as session:
        last = session.scalar(select(func.max(AuditChange.seq)))
    assert recorded(store, last) == recorded(store, last - 1)[1:]


def test_keys_are_given_in_order_and_may_be_set(store: Store) -> None:
    with store.action(store.person, "x") as session:
        assert bulk.insert_many(session, Child, [{"created_at": NOW}, {"created_at": NOW}]) == [1, 2]
        assert bulk.insert_many(session, Child, [{"created_at": NOW, "id": 10}, {"created_at": NOW}]) == [10, 11]
        session.add(Child(created_at=NOW))
    with store.action(store.person, "x") as session:
        keys = bulk.insert_many(
            session, CaseCounter, [{"series": "case", "year": year, "last": 0} for year in (2025, 2026)]
        )
    assert keys == [("case", 2025), ("case", 2026)]
    with store.read() as session:
        assert session.scalars(select(Child.id).order_by(Child.id)).all() == [1, 2, 10, 11, 12]
        uids = session.scalars(select(Child.uid)).all()
    assert len(set(uids)) == 5, "each row has its own default"


def test_unknown_attributes_are_refused(store: Store) -> None:
    with pytest.raises(TypeError, match="shoe_size"), store.action(store.person, "x") as session:
        bulk.insert_many(session, Child, [{"created_at": NOW, "shoe_size": 4}])
    with pytest.raises(TypeError), store.action(store.person, "x") as session:
        bulk.update_many(session, Child, [{"sex": "F"}])
    with pytest.raises(LookupError), store.action(store.person, "x") as session:
        bulk.update_many(session, Child, [{"id": 99, "sex": "F"}])


def test_changes_record_only_what_changed(store: Store) -> None:
    with store.action(store.person, "x") as session:
        child = add_child(session, 1)
        bulk.insert_many(session, Child, [{"created_at": NOW, "sex": "M"}])
        assert bulk.update_many(session, Child, [{"id": 1, "sex": "F"}, {"id": 2, "sex": "M", "dob": None}]) == 1
        assert child.sex == "F", "what the session knew is read anew"
        assert bulk.update_many(session, Child, [{"id": 1, "sex": "M"}, {"id": 1, "sex": "U"}]) == 2
    with store.read() as session:
        updates = session.execute(
            select(AuditChange.before, AuditChange.after)
            .where(AuditChange.operation == "update")
            .order_by(AuditChange.id)
        ).all()
    assert [tuple(row) for row in updates] == [
        ('{"sex":"U"}', '{"sex":"F"}'),
        ('{"sex":"F"}', '{"sex":"M"}'),
        ('{"sex":"M"}', '{"sex":"U"}'),
    ]


def test_deletions_are_recorded(store: Store) -> None:
    with store.action(store.person, "x") as session:
        bulk.insert_many(session, Child, [{"created_at": NOW} for _ in range(3)])
        bulk.insert_many(session, CaseCounter, [{"series": "case", "year": 2026, "last": 4}])
    with store.action(store.person, "x") as session:
        assert bulk.delete_many(session, Child, [1, 3, 77]) == 2
        assert bulk.delete_many(session, CaseCounter, [("case", 2026)]) == 1
    with store.read() as session:
        assert session.scalars(select(Child.id)).all() == [2]
        gone = session.execute(
            select(AuditChange.row_id, AuditChange.after).where(AuditChange.operation == "delete")
        ).all()
    assert [tuple(row) for row in gone] == [("1", None), ("3", None), ('["case",2026]', None)]


def test_keys_of_files_are_hashed_and_drafts_are_left_out(store: Store) -> None:
    with store.action(store.person, "x") as session:
        bulk.insert_many(session, FormDraft, [{"key": "k", "user_id": 1, "values": {}, "saved_at": NOW}])
        bulk.insert_many(
            session,
            ContentFile,
            [
                {
                    "stored_name": "a" * 32,
                    "file_key": b"k" * 32,
                    "sha256": "0" * 64,
                    "size": 1,
                    "media_type": "text/plain",
                    "sealed_at": NOW,
                }
            ],
        )
    with store.read() as session:
        last = session.scalars(select(AuditChange).order_by(AuditChange.id.desc()).limit(1)).one()
    assert last.table_name == "content_file"
    assert set(json.loads(last.after)["file_key"]) == {"sha256"}


def test_touched_cases_are_known(store: Store) -> None:
    seen: list[frozenset[int]] = []
    store.on_commit_of_action(lambda session, touched: seen.append(touched))
    with store.action(store.person, "x") as session:
        episode = add_case(session, add_child(session, 1), 1)
    with store.action(store.person, "x") as session:
        bulk.update_many(session, Episode, [{"id": episode.id, "waiting_on": "school"}])
    with store.action(store.person, "x") as session:
        bulk.insert_many(session, ChildName, [{"child_id": 1, **ROWS[0]}])
    assert seen == [{episode.id}] * 3


@pytest.mark.alone
def test_bulk_rows_stand_the_check_and_are_fast(store: Store) -> None:
    """20,000 audited rows a second of processor time; a quarter of that is asked for here."""
    began = process_time()
    with store.action(store.person, "demo.fill") as session:
        ids = bulk.insert_many(session, Child, ({"created_at": NOW, "dob": date(2015, 1, 1)} for _ in range(4000)))
        bulk.insert_many(session, ChildName, [{"child_id": child_id, **ROWS[0]} for child_id in ids])
    assert process_time() - began < 8000 / 5000
    verdict = verify(store.folder, log_in(store.folder))
    assert (verdict.ok, verdict.counts["children"]) == (True, 4000)


def test_only_inside_an_act(store: Store) -> None:
    with store.read() as session, pytest.raises(RuntimeError, match=r"Store\.action"):
        bulk.insert_many(session, Child, [{"created_at": NOW}])
