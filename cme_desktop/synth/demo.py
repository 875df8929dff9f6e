"""Make a training register: invented children, three years of cases, and cases that stand ready for each document."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

from sqlalchemy import func, select

from cme_desktop.casework import next_steps, users
from cme_desktop.casework.founding import Founded, end_set_up, found_register
from cme_desktop.domain.roles import Person, Role
from cme_desktop.models.episode import Episode
from cme_desktop.models.reference import School
from cme_desktop.storage import keys
from cme_desktop.storage.store import Store
from cme_desktop.synth.histories import CaseMaker, InventedCase, write_cases
from cme_desktop.synth.population import ChildMaker, InventedChild, LocalSchool, write_children
from cme_desktop.synth.ready import number_ready, ready_cases
from cme_desktop.synth.work_done import put_off_some
from cme_desktop.system import LONDON, FixedClock

OFFICER, MANAGER = "demo-officer", "demo-manager"
YEARS = 3
BATCH = 2_500
MOST_OPEN = 300
READY_FROM = 50
NOON = time(12, 0)

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Demo:
    """A training register that was made; ``founded`` holds it open until ``close``."""

    founded: Founded
    manager: Person
    children: int
    cases: int

    @property
    def store(self) -> Store:
        """Return the open register."""
        return self.founded.store

    def close(self) -> None:
        """Close the register."""
        self.founded.store.close()
        self.founded.unlocked.forget()


def make_demo(
    folder: Path,
    children: int,
    seed: int,
    today: date,
    passphrase: str,
    *,
    officer: str = OFFICER,
    manager: str = MANAGER,
    light: bool = False,
    program: str = "cme-admin",
    progress: Progress | None = None,
) -> Demo:
    """Make a training register of invented people; the same number, seed and day give the same content.

    The register has a manager too, with the same passphrase, so that what a second person decides can be practised.

    Raises:
        UserError: the folder is not empty, the passphrase cannot be used, or the calendar does not reach to that day;
            nothing is left of the register then.
    """
    tell: Progress = progress or (lambda what, part: None)
    clock = FixedClock(_noon(today - timedelta(days=365 * YEARS)))
    founded = found_register(folder, officer, passphrase, clock, demonstration=True, light=light, program=program)
    try:
        second = _second_person(founded, folder, manager, passphrase, light=light)
        made = _fill(founded.store, second, children, seed, today, clock, tell)
    except BaseException:
        founded.abandon()
        raise
    end_set_up(folder)
    return Demo(founded, second, children, made)


def _second_person(founded: Founded, folder: Path, name: str, passphrase: str, *, light: bool) -> Person:
    users.add_person(
        founded.store,
        founded.store.person,
        founded.unlocked,
        name,
        [Role.MANAGER],
        passphrase,
        kdf=keys.LIGHT if light else None,
    )
    return founded.store.admit(keys.unlock(folder, name, passphrase))


def _fill(store: Store, manager: Person, number: int, seed: int, today: date, clock: FixedClock, tell: Progress) -> int:
    officer = store.person
    maker = ChildMaker(seed, _schools(store), today)
    others = number - number_ready() if number >= READY_FROM else number
    children = [maker.child() for _ in range(others)]
    for start in range(0, others, BATCH):
        with store.action(officer, "training.children", entity="register", hooks=False) as session:
            write_children(session, children[start : start + BATCH], now=clock.now())
        tell("children", min(1.0, (start + BATCH) / others))
    cases = _cases(children, seed, today)
    agenda = _batches(store, officer, cases, today)
    if number >= READY_FROM:
        agenda += ready_cases(store, officer, manager, seed=seed, today=today)
    agenda.sort(key=lambda entry: entry[0])
    for place, (day, act) in enumerate(agenda, start=1):
        clock.moment = max(clock.moment, _noon(day) if day < today else _first_moment(today))
        act()
        tell("cases", place / len(agenda))
    clock.moment = max(clock.moment, _first_moment(today))
    next_steps.recompute_all(store, officer)
    put_off_some(store, officer, random.Random(f"steps {seed}"), today)
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(Episode)) or 0


def _schools(store: Store) -> list[LocalSchool]:
    with store.read() as session:
        rows = session.scalars(
            select(School)
            .where(School.la == "310", School.status == "open", School.low_age.is_not(None))
            .where(School.high_age.is_not(None))
            .order_by(School.urn)
        )
        return [LocalSchool(row.urn, row.la, row.estab, row.name, row.low_age or 0, row.high_age or 0) for row in rows]


def _cases(children: list[InventedChild], seed: int, today: date) -> list[InventedCase]:
    """Return a case for every fourth child, spread over three years; the newest are still open."""
    rng = random.Random(f"demo {seed}")
    wanted = math.ceil(len(children) / 4)
    open_cases = min(MOST_OPEN, max(1, wanted // 3))
    opened = [today - timedelta(days=ago) for ago in reversed(_spread(rng, wanted - open_cases))]
    still = sorted(rng.randrange(1, 90) for _ in range(open_cases))
    maker = CaseMaker(seed, today)
    chosen = rng.sample(children, wanted)
    done = [maker.case(child, day, stays_open=False) for child, day in zip(chosen[: len(opened)], opened, strict=True)]
    going = [
        maker.case(child, today - timedelta(days=ago), stays_open=True)
        for child, ago in zip(chosen[len(opened) :], reversed(still), strict=True)
    ]
    return done + going


def _spread(rng: random.Random, wanted: int) -> list[int]:
    """Return how many days ago each closed case opened, shortest first: one in each equal part of the three years."""
    first, span = 20, 365 * YEARS - 20
    edges = [first + span * place // wanted for place in range(wanted + 1)] if wanted else []
    return [rng.randrange(start, max(start + 1, end)) for start, end in pairwise(edges)]


def _batches(
    store: Store, officer: Person, cases: list[InventedCase], today: date
) -> list[tuple[date, Callable[[], None]]]:
    """Return one act for each quarter of a year: the cases whose history had ended by then, or is open today."""
    by_day: dict[date, list[InventedCase]] = {}
    for case in cases:
        day = case.closed or today
        end = min(today, date(day.year, (day.month - 1) // 3 * 3 + 1, 1) + timedelta(days=91))
        by_day.setdefault(end, []).append(case)
    agenda: list[tuple[date, Callable[[], None]]] = []
    for day, batch in sorted(by_day.items()):
        batch.sort(key=lambda case: case.opened)
        for start in range(0, len(batch), BATCH):
            agenda.append((day, _writing(store, officer, batch[start : start + BATCH], today)))
    return agenda


def _writing(store: Store, officer: Person, batch: list[InventedCase], today: date) -> Callable[[], None]:
    def write() -> None:
        with store.action(officer, "training.cases", entity="register", hooks=False) as session:
            write_cases(session, batch, officer, today=today)

    return write


def _noon(day: date) -> datetime:
    return datetime.combine(day, NOON, tzinfo=UTC)


def _first_moment(day: date) -> datetime:
    """Return the first moment of a day in London: what is made of today is not later than whoever looks at it."""
    return datetime.combine(day, time(0), tzinfo=LONDON).astimezone(UTC)
