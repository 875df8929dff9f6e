"""The training register: invented people, three years of cases, and a case ready for each document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cme_desktop.casework.orders.lawful import possible_codes, possible_documents, what_is_lawful
from cme_desktop.domain.errors import CalendarUnknown
from cme_desktop.domain.identifiers import check_upn
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.child import Child, ChildIdentifier, ChildName, SiblingLink
from cme_desktop.models.episode import Episode, Parent
from cme_desktop.models.reference import School
from cme_desktop.models.timeline import Enquiry, Event, RiskAnswer, Task
from cme_desktop.register.cases import cases_at
from cme_desktop.storage.verify import verify
from cme_desktop.synth.demo import Demo, make_demo
from cme_desktop.system import LONDON

TODAY = date(2026, 11, 24)
CODES = {"L01", "L04", "L05", "L06", "L07", "L08", "L09", "L24"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Return a training register of 120 children."""
    made = make_demo(
        tmp_path_factory.mktemp("demo") / "register", 120, 3, TODAY, "a passphrase for training", light=True
    )
    yield made
    made.close()


@pytest.mark.feature("F99")
def test_every_document_has_a_case_ready_for_it(demo: Demo) -> None:
    found = possible_documents(demo.store, demo.store.person)
    assert {code for documents in found.values() for code in documents.codes} >= CODES


def test_the_documents_of_all_cases_at_once_are_those_of_each_case(tmp_path: Path) -> None:
    """Closed cases that are alike are asked about once; each one by itself gives the same."""
    made = make_demo(tmp_path / "register", 400, 5, TODAY, "a passphrase for training", light=True)
    store, officer = made.store, made.store.person
    at_once = possible_codes(store, officer)
    assert at_once == {ref: what_is_lawful(store, officer, ref).documents.codes for ref in at_once}
    assert list(at_once.values()).count(("L24",)) > 50
    assert len(at_once) == made.cases
    made.close()


def test_there_are_a_quarter_as_many_cases_as_children_spread_over_three_years(demo: Demo) -> None:
    with demo.store.read() as session:
        opened = list(session.scalars(select(Episode.opened_on)))
        children = session.scalar(select(func.count()).select_from(Child)) or 0
    assert demo.cases == len(opened) >= 30
    assert children == demo.children == 120
    assert min(opened) >= TODAY - timedelta(days=365 * 3)
    assert len({(day.year, day.month) for day in opened}) >= 12
    ages = {(TODAY - day).days // 365 for day in opened}
    assert ages == {0, 1, 2}


def test_a_name_in_gujarati_script_shows_in_the_register(demo: Demo) -> None:
    [row] = [row for row in cases_at(demo.store, demo.store.person, TODAY) if row.surname == "પટેલ"]
    assert row.forename == "કૃષ્ણા"
    assert "L01" in possible_documents(demo.store, demo.store.person, [row.ref])[row.ref].codes


def test_the_people_that_exercises_need_are_there(demo: Demo) -> None:
    with demo.store.read() as session:
        names = {f"{name.forename} {name.surname}" for name in session.scalars(select(ChildName))}
        homes = session.execute(
            select(Parent.episode_id, func.count(func.distinct(Parent.postcode))).group_by(Parent.episode_id)
        ).all()
        plans = session.scalar(select(func.count()).select_from(Child).where(Child.has_ehcp.is_(True)))
        born = {row.id: row.dob for row in session.scalars(select(Child))}
        twins = [
            link for link in session.scalars(select(SiblingLink)) if born[link.child_id] == born[link.other_child_id]
        ]
        schools = {row.urn: (row.sector, row.la) for row in session.scalars(select(School)) if row.training_only}
    assert {"Zofia Wiśniewska", "Mara Ștefan", "દિયા પટેલ"} <= names
    assert any(number == 2 for _, number in homes)
    assert plans
    assert twins
    assert schools["999001"] == ("maintained", "310")
    assert schools["999002"] == ("academy", "310")
    assert schools["999003"] == ("maintained", "310")


def test_every_number_is_of_the_right_form_and_its_own(demo: Demo) -> None:
    with demo.store.read() as session:
        upns = list(session.scalars(select(ChildIdentifier.value).where(ChildIdentifier.scheme == "upn")))
    assert len(upns) == len(set(upns)) >= 120
    assert all(check_upn(upn).valid for upn in upns)


def test_every_open_case_has_a_step_and_the_same_answer_comes_from_its_history(demo: Demo) -> None:
    with demo.store.read() as session:
        steps = dict(
            session.execute(
                select(Task.episode_id, func.count()).where(Task.state == "open").group_by(Task.episode_id)
            ).all()
        )
        standing = {row.ref: row for row in session.scalars(select(Episode))}
    for row in cases_at(demo.store, demo.store.person, TODAY):
        kept = standing[row.ref]
        assert (row.is_open, row.status, row.risk) == (kept.closed_on is None, kept.status, kept.risk)
        assert not row.is_open or steps.get(kept.id, 0) > 0


def test_nothing_is_later_than_the_first_moment_of_its_day(demo: Demo) -> None:
    """Whoever opens it at a quarter past midnight finds nothing that is still to come."""
    midnight = datetime.combine(TODAY, time(0), tzinfo=LONDON)
    with demo.store.read() as session:
        latest = [
            session.scalar(select(func.max(moment)))
            for moment in (
                Event.recorded_at,
                Event.happened_at,
                Enquiry.recorded_at,
                RiskAnswer.recorded_at,
                AuditEvent.at,
            )
        ]
    assert max(one for one in latest if one is not None) <= midnight


def test_a_visit_names_whom_it_was_to(demo: Demo) -> None:
    with demo.store.read() as session:
        visited = session.scalars(
            select(Enquiry.asked).join(Episode, Episode.id == Enquiry.episode_id).where(Enquiry.method == "visit")
        ).all()
    assert "Ms Hodan Warsame" in visited


def test_the_records_are_intact(demo: Demo) -> None:
    verdict = verify(demo.store.folder, demo.founded.unlocked)
    assert verdict.problems == ()


def test_the_same_seed_gives_the_same_people(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        one = make_demo(tmp_path / name, 24, 9, TODAY, "a passphrase for training", light=True)
        made.append(cases_at(one.store, one.store.person, TODAY))
        one.close()
    assert made[0] == made[1]


def test_what_cannot_be_made_whole_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "register"
    with pytest.raises(CalendarUnknown):
        make_demo(folder, 50, 1, date(2031, 2, 3), "a passphrase for training", light=True)
    assert list(folder.iterdir()) == []
