"""Any batch of S2S files: taken in twice is as once, their order does not matter, and undone is as before."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cme_desktop.casework import undo
from cme_desktop.casework.intake import Decision, accept
from cme_desktop.casework.intake.files import take
from cme_desktop.domain.errors import UserError
from cme_desktop.models.base import Base
from cme_desktop.models.intake import MatchCandidate, SourceFile, StagedPupil
from cme_desktop.storage.audit_format import NOT_AUDITED
from tests.casework.look import rows
from tests.casework.s2s import READER, Pupil, file_bytes, joiner_file, leaver_file, lost_file, transfer_file
from tests.factories import Register, child_facts, make_case, make_upn, open_copy

UPNS = tuple(make_upn(f"31020260{number:04d}") for number in range(6))
NAMES = (("Kamara", "Amara"), ("Kamara", "Isata"), ("Patel", "Ravi"), ("Khan", "Muhammad"), ("Khan", "Mohamed"))
NOT_COMPARED = frozenset({*NOT_AUDITED, "case_counter", "seen_again", "task"})

pupils = st.builds(
    Pupil,
    surname=st.sampled_from([name[0] for name in NAMES]),
    forename=st.sampled_from([name[1] for name in NAMES]),
    dob=st.sampled_from(("2012-03-02", "2012-02-03", "2014-11-30", "", "2012-13-40")),
    sex=st.sampled_from(("M", "F", "")),
    upn=st.sampled_from((*UPNS, "", "A12")),
    postcode=st.sampled_from(("HA2 9ZZ", "HA1 9ZZ", "")),
    ground=st.sampled_from(("9(1)(i)", "9(1)(f)", "9(1)(a)", "9(1)(k)", "", "moved away")),
    leaving=st.sampled_from(("2026-11-03", "2026-11-20", "")),
)
batches = st.lists(
    st.tuples(
        st.sampled_from((leaver_file, joiner_file, lost_file, transfer_file)), st.lists(pupils, min_size=1, max_size=3)
    ),
    min_size=1,
    max_size=4,
)
Batch = list[tuple[str, bytes]]


def files_of(batch: list[tuple[Any, list[Pupil]]]) -> Batch:
    """Return the files of a batch, each under a name of its own, and one that cannot be read."""
    made = [make(*inside, number=number) for number, (make, inside) in enumerate(batch, start=1)]
    return [*made, ("damaged.xml", file_bytes(Pupil())[:300])]


@contextmanager
def register_of(template: Register, factory: pytest.TempPathFactory) -> Iterator[Register]:
    """Open a copy of the template with two cases in it."""
    register = open_copy(template, factory.mktemp("batch") / "register")
    make_case(register, child=child_facts(upns=(UPNS[0],)))
    make_case(register, child=child_facts("Patel", "Ravi", upns=()))
    try:
        yield register
    finally:
        register.close()


def put_all(register: Register, batch: Batch) -> None:
    """Take in every file of a batch."""
    for name, data in batch:
        take(register.store, register.officer, data, name, reader=READER)


def staged_as_told(register: Register) -> list[str]:
    """Return what the inbox holds, without numbers that depend on the order of arrival."""
    files = {row.id: row for row in rows(register, SourceFile)}
    candidates: dict[int, list[Any]] = {}
    for row in rows(register, MatchCandidate):
        candidates.setdefault(row.staged_id, []).append(
            [row.rank, row.child_id, row.score, row.match_class, row.reasons]
        )
    told = []
    for row in rows(register, StagedPupil):
        file = files[row.source_file_id]
        content = [
            file.sha256,
            row.number,
            row.record,
            row.meaning,
            row.meaning_code,
            row.proposed,
            str(row.event_date),
        ]
        told.append(json.dumps([*content, row.child_id, row.decision, candidates.get(row.id, [])], sort_keys=True))
    held = [json.dumps([row.sha256, row.status, row.kind, row.lost, row.problems]) for row in files.values()]
    return sorted(told) + sorted(held)


def everything(register: Register) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the register that a person's work makes."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with register.store.read() as session:
        for table in Base.metadata.sorted_tables:
            if table.name not in NOT_COMPARED:
                wanted = [column for column in table.c if column.name not in ("recorded_at", "superseded_at")]
                lines = session.execute(select(*wanted).order_by(*table.primary_key))
                found[table.name] = [tuple(str(value) for value in line) for line in lines]
    return found


def twice(template: Register, factory: pytest.TempPathFactory, batch: Batch) -> None:
    """Prove that a batch taken in twice, under other names too, is as taken in once."""
    with register_of(template, factory) as register:
        put_all(register, batch)
        once = staged_as_told(register)
        put_all(register, batch)
        put_all(register, [(f"again {name}", data) for name, data in batch])
        assert staged_as_told(register) == once


def in_any_order(template: Register, factory: pytest.TempPathFactory, batch: Batch, seed: int) -> None:
    """Prove that the order in which files come does not matter."""
    other = list(batch)
    random.Random(seed).shuffle(other)
    with register_of(template, factory) as first, register_of(template, factory) as second:
        put_all(first, batch)
        put_all(second, other)
        assert staged_as_told(first) == staged_as_told(second)


def undone(template: Register, factory: pytest.TempPathFactory, batch: Batch, seed: int) -> None:
    """Prove that taking in and deciding, undone from the last to the first, leaves what was before."""
    chance = random.Random(seed)
    with register_of(template, factory) as register:
        before = everything(register)
        with register.store.read() as session:
            since = undo.last_seq(session)
        put_all(register, list({data: (name, data) for name, data in batch}.values()))
        for item in [row.id for row in rows(register, StagedPupil)]:
            kind = chance.choice(["new", "not-cme", "later", "match"])
            found = rows(register, MatchCandidate, MatchCandidate.staged_id == item)
            decision = Decision(kind, child_id=found[0].child_id if kind == "match" and found else None)
            try:
                accept(register.store, register.officer, item, decision)
            except UserError:
                continue
        while undo.last_act(register.store, register.officer, since_seq=since) is not None:
            undo.undo_last(register.store, register.officer, since_seq=since)
        assert everything(register) == before


@settings(max_examples=8)
@given(batch=batches)
def test_import_property_twice_is_once(
    batch: list[tuple[Any, list[Pupil]]], template: Register, tmp_path_factory: pytest.TempPathFactory
) -> None:
    twice(template, tmp_path_factory, files_of(batch))


@settings(max_examples=8)
@given(batch=batches, seed=st.integers(0, 99))
def test_import_property_order_does_not_matter(
    batch: list[tuple[Any, list[Pupil]]], seed: int, template: Register, tmp_path_factory: pytest.TempPathFactory
) -> None:
    in_any_order(template, tmp_path_factory, files_of(batch), seed)


@settings(max_examples=8)
@given(batch=batches, seed=st.integers(0, 99))
def test_import_property_undone_is_as_before(
    batch: list[tuple[Any, list[Pupil]]], seed: int, template: Register, tmp_path_factory: pytest.TempPathFactory
) -> None:
    undone(template, tmp_path_factory, files_of(batch), seed)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
@settings(max_examples=125)
@given(batch=batches, seed=st.integers(0, 99))
def test_import_property_of_a_thousand_batches(
    part: int,
    batch: list[tuple[Any, list[Pupil]]],
    seed: int,
    template: Register,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Try a thousand batches in eight parts: each draws its own."""
    files = files_of(batch)
    twice(template, tmp_path_factory, files)
    in_any_order(template, tmp_path_factory, files, seed)
    undone(template, tmp_path_factory, files, seed)


def test_the_fingerprints_tell_a_difference(template: Register, tmp_path_factory: pytest.TempPathFactory) -> None:
    batch = [leaver_file(Pupil(upn=UPNS[1]))]
    with register_of(template, tmp_path_factory) as register:
        empty, before = staged_as_told(register), everything(register)
        put_all(register, batch)
        assert staged_as_told(register) != empty
        assert everything(register) != before
        assert Path(register.folder).is_dir()
