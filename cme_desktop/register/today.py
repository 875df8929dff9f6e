"""Today: one row for one task, grouped by how soon it must be done."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from cme_desktop.access import requires
from cme_desktop.domain.next_steps import Group
from cme_desktop.domain.next_steps.derive import OFFICER
from cme_desktop.domain.roles import Person, Role
from cme_desktop.domain.school_age import year_group
from cme_desktop.models.child import Child, ChildName
from cme_desktop.models.episode import Episode
from cme_desktop.models.intake import SourceFile, StagedPupil
from cme_desktop.models.order import Approval
from cme_desktop.models.people import PersonRow
from cme_desktop.models.timeline import Task
from cme_desktop.register.came_in import CameIn, RecordsSafe, Routine, came_in, records_safe, routines
from cme_desktop.register.periods import current_name, full_name
from cme_desktop.register.visibility import visible
from cme_desktop.storage.store import Store

GROUPS: tuple[tuple[str, str], ...] = (
    ("safeguarding", "Safeguarding now"),
    ("overdue", "Overdue"),
    ("today", "Due today"),
    ("week", "Next 7 days"),
    ("decision", "Waiting for your decision"),
    ("waiting", "Waiting on"),
)
MANAGER = "the manager"
_MINE = (OFFICER, "")


@dataclass(frozen=True)
class TodayRow:
    """One task of one case: who, why it is here in words, and the next step as a verb."""

    task_id: int | None
    episode_id: int
    ref: str
    name: str
    year: str
    group: str
    why: str
    next_step: str
    due: date | None
    waits_on: str
    kind: str = "task"
    staged_id: int | None = None
    approval_id: int | None = None
    since: datetime | None = None

    @property
    def key(self) -> tuple[str, int]:
        """Return what tells this row from every other, before and after a refresh."""
        return self.kind, self.task_id or self.staged_id or self.approval_id or 0


@dataclass(frozen=True)
class TodayPage:
    """Everything that the Today page shows at once."""

    day: date
    groups: tuple[tuple[str, tuple[TodayRow, ...]], ...]
    came_in: CameIn
    records: RecordsSafe
    routines: tuple[Routine, ...]
    open_cases: int

    @property
    def due_count(self) -> int:
        """Return how many tasks are due by today: the count beside Today in the rail."""
        return sum(len(rows) for key, rows in self.groups if key in {"safeguarding", "overdue", "today"})

    def rows(self, group: str) -> tuple[TodayRow, ...]:
        """Return the rows of one group; none when the group is empty."""
        return dict(self.groups).get(group, ())


@requires("ask.today")
def today_page(store: Store, viewer: Person) -> TodayPage:
    """Return what is most at risk, what is due and what came in, for this viewer today."""
    day = store.clock.today()
    with store.read() as session:
        rows = _task_rows(session, viewer, day) + _decision_rows(session, viewer, day)
        grouped: dict[str, list[TodayRow]] = defaultdict(list)
        for row in rows:
            grouped[row.group].append(row)
        return TodayPage(
            day=day,
            groups=tuple((key, tuple(grouped[key])) for key, _ in GROUPS if grouped[key]),
            came_in=came_in(session, viewer, store.clock.now()),
            records=records_safe(session, day),
            routines=routines(session, day),
            open_cases=session.scalar(
                select(func.count())
                .select_from(Episode)
                .join(Child, Child.id == Episode.child_id)
                .where(Episode.closed_on.is_(None), visible(viewer))
            )
            or 0,
        )


def _group(band: str, waits_on: str, effective: date, day: date) -> str | None:
    if band == Group.SAFEGUARDING.value and effective <= day:
        return "safeguarding"
    if waits_on not in _MINE:
        return "overdue" if effective < day else "waiting"
    if effective < day:
        return "overdue"
    if effective == day:
        return "today"
    return "week" if effective <= day + timedelta(days=7) else None


def _task_rows(session: Session, viewer: Person, day: date) -> list[TodayRow]:
    effective = func.max(Task.due, func.coalesce(Task.put_off_until, Task.due))
    statement = (
        select(
            Task.id,
            Task.band,
            Task.waits_on,
            Task.why,
            Task.title,
            Task.due,
            Task.put_off_until,
            Episode.id,
            Episode.ref,
            Child.dob,
            ChildName.forename,
            ChildName.surname,
        )
        .join(Episode, Episode.id == Task.episode_id)
        .join(Child, Child.id == Episode.child_id)
        .outerjoin(ChildName, current_name())
        .where(
            Task.state == "open",  # a closed case keeps one step open: to tell the referrer (SD35)
            visible(viewer),
            or_(effective <= day + timedelta(days=7), Task.waits_on.not_in(_MINE)),
        )
        .order_by(effective, Task.id)
    )
    rows = []
    years: dict[date | None, str] = {None: ""}  # thousands of rows on a few thousand birthdays
    found = session.execute(statement)
    for number, band, waits_on, why, title, first_due, put_off, episode_id, ref, dob, forename, surname in found:
        due = max(first_due, put_off or first_due)
        group = _group(band, waits_on, due, day)
        if dob is not None and dob not in years:
            years[dob] = year_group(dob, day) or ""
        if group is not None:
            rows.append(
                TodayRow(
                    task_id=number,
                    episode_id=episode_id,
                    ref=ref,
                    name=" ".join(part for part in (forename, surname) if part),
                    year=years[dob],
                    group=group,
                    why=why,
                    next_step=title,
                    due=due,
                    waits_on=waits_on,
                )
            )
    return rows


def _decision_rows(session: Session, viewer: Person, day: date) -> list[TodayRow]:
    """Return what waits for this viewer's own decision: joiner files that may close a case, and approvals."""
    rows: list[TodayRow] = []
    base = (
        select(StagedPupil, Episode, Child.dob, ChildName, SourceFile.received_at)
        .join(SourceFile, SourceFile.id == StagedPupil.source_file_id)
        .join(Episode, Episode.id == StagedPupil.episode_id)
        .join(Child, Child.id == Episode.child_id)
        .outerjoin(ChildName, current_name())
        .where(StagedPupil.decision.is_(None), Episode.closed_on.is_(None), visible(viewer))
        .order_by(StagedPupil.id)
    )
    if viewer.holds(Role.OFFICER):
        for staged, episode, dob, name, received_at in session.execute(base):
            rows.append(
                TodayRow(
                    task_id=None,
                    episode_id=episode.id,
                    ref=episode.ref,
                    name=full_name(name),
                    year=(year_group(dob, day) or "") if dob else "",
                    group="decision",
                    why=staged.meaning,
                    next_step="Look in the inbox",
                    due=None,
                    waits_on=OFFICER,
                    kind="staged",
                    staged_id=staged.id,
                    since=received_at,
                )
            )
    waiting = (
        select(Approval, Episode, Child.dob, ChildName, PersonRow.name)
        .join(Episode, Episode.id == Approval.episode_id)
        .join(Child, Child.id == Episode.child_id)
        .join(PersonRow, PersonRow.id == Approval.asked_by)
        .outerjoin(ChildName, current_name())
        .where(Approval.decision == "waiting", visible(viewer))
        .order_by(Approval.id)
    )
    for approval, episode, dob, name, asked_by in session.execute(waiting):
        mine = viewer.holds(Role.MANAGER) and approval.asked_by != viewer.id
        rows.append(
            TodayRow(
                task_id=None,
                episode_id=episode.id,
                ref=episode.ref,
                name=full_name(name),
                year=(year_group(dob, day) or "") if dob else "",
                group="decision" if mine else "waiting",
                why=f"{approval.data.get('what', 'A document')}, asked by {asked_by}",
                next_step="Read and approve or refuse" if mine else "Waiting on the manager",
                due=None,
                waits_on=MANAGER,
                kind="approval",
                approval_id=approval.id,
                since=approval.asked_at,
            )
        )
    return rows
