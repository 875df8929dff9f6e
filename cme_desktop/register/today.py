"""Today: one row for one task, grouped by how soon it must be done."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from cme_desktop.access import requires
from cme_desktop.domain.roles import Person, Role
from cme_desktop.domain.school_age import year_group
from cme_desktop.models.child import Child, ChildName
from cme_desktop.models.episode import Episode
from cme_desktop.models.intake import FolderFile, SourceFile, StagedPupil
from cme_desktop.models.order import Approval
from cme_desktop.models.people import PersonRow
from cme_desktop.models.reference import RoutineCheck
from cme_desktop.models.timeline import Task
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
SELF = "officer"


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


@dataclass(frozen=True)
class CameIn:
    """What came in that nobody has decided yet."""

    files: int
    same: int
    check: int
    new: int
    problem_files: int
    problem_name: str
    not_deleted: int
    answers: int


@dataclass(frozen=True)
class RecordsSafe:
    """When the register was last backed up and checked, and how."""

    backup_at: datetime | None
    backup_ok: bool
    second_place: bool
    checked_at: datetime | None
    checked_ok: bool


@dataclass(frozen=True)
class TodayPage:
    """Everything that the Today page shows at once."""

    day: date
    groups: tuple[tuple[str, tuple[TodayRow, ...]], ...]
    came_in: CameIn
    records: RecordsSafe
    routines: tuple[tuple[str, datetime | None], ...]
    open_cases: int

    @property
    def due_count(self) -> int:
        """Return how many tasks are due by today: the count beside Today in the rail."""
        return sum(len(rows) for key, rows in self.groups if key in {"safeguarding", "overdue", "today"})


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
            came_in=_came_in(session),
            records=records_safe(session),
            routines=_routines(session),
            open_cases=session.scalar(
                select(func.count())
                .select_from(Episode)
                .join(Child, Child.id == Episode.child_id)
                .where(Episode.closed_on.is_(None), visible(viewer))
            )
            or 0,
        )


def _group(task: Task, effective: date, day: date) -> str | None:
    if task.band == "safeguarding" and effective <= day:
        return "safeguarding"
    if task.waits_on not in {SELF, ""}:
        return "overdue" if effective < day else "waiting"
    if effective < day:
        return "overdue"
    if effective == day:
        return "today"
    return "week" if effective <= day + timedelta(days=7) else None


def _task_rows(session: Session, viewer: Person, day: date) -> list[TodayRow]:
    effective = func.max(Task.due, func.coalesce(Task.put_off_until, Task.due))
    statement = (
        select(Task, Episode, Child.dob, ChildName)
        .join(Episode, Episode.id == Task.episode_id)
        .join(Child, Child.id == Episode.child_id)
        .outerjoin(ChildName, current_name())
        .where(
            Task.state == "open",
            Episode.closed_on.is_(None),
            visible(viewer),
            or_(effective <= day + timedelta(days=7), Task.waits_on.not_in([SELF, ""])),
        )
        .order_by(effective, Task.id)
    )
    rows = []
    for task, episode, dob, name in session.execute(statement):
        due = max(task.due, task.put_off_until or task.due)
        group = _group(task, due, day)
        if group is not None:
            rows.append(
                TodayRow(
                    task_id=task.id,
                    episode_id=episode.id,
                    ref=episode.ref,
                    name=full_name(name),
                    year=(year_group(dob, day) or "") if dob else "",
                    group=group,
                    why=task.why,
                    next_step=task.title,
                    due=due,
                    waits_on=task.waits_on,
                )
            )
    return rows


def _decision_rows(session: Session, viewer: Person, day: date) -> list[TodayRow]:
    """Return what waits for this viewer's own decision: joiner files that may close a case, and approvals."""
    rows: list[TodayRow] = []
    base = (
        select(StagedPupil, Episode, Child.dob, ChildName)
        .join(Episode, Episode.id == StagedPupil.episode_id)
        .join(Child, Child.id == Episode.child_id)
        .outerjoin(ChildName, current_name())
        .where(StagedPupil.decision.is_(None), Episode.closed_on.is_(None), visible(viewer))
        .order_by(StagedPupil.id)
    )
    if viewer.holds(Role.OFFICER):
        for staged, episode, dob, name in session.execute(base):
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
                    waits_on=SELF,
                    kind="staged",
                    staged_id=staged.id,
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
                waits_on="manager",
                kind="approval",
                approval_id=approval.id,
            )
        )
    return rows


def _came_in(session: Session) -> CameIn:
    waiting = and_(StagedPupil.decision.is_(None))
    proposed: dict[str, int] = {
        key: count
        for key, count in session.execute(
            select(StagedPupil.proposed, func.count()).where(waiting).group_by(StagedPupil.proposed)
        )
    }
    files = session.scalar(select(func.count(func.distinct(StagedPupil.source_file_id))).where(waiting)) or 0
    problems = session.execute(
        select(SourceFile.name)
        .where(SourceFile.is_problem.is_(True), SourceFile.problem_settled_at.is_(None))
        .order_by(SourceFile.id.desc())
    ).scalars()
    names = list(problems)
    return CameIn(
        files=files,
        same=proposed.get("match", 0),
        check=proposed.get("later", 0),
        new=proposed.get("new", 0),
        problem_files=len(names),
        problem_name=names[0] if names else "",
        not_deleted=session.scalar(select(func.count()).select_from(FolderFile).where(FolderFile.refusal != "")) or 0,
        answers=0,
    )


def records_safe(session: Session) -> RecordsSafe:
    """Return when the last verified backup and the last check of the records were made."""
    latest: dict[str, RoutineCheck] = {}
    for check in session.scalars(
        select(RoutineCheck).where(RoutineCheck.kind.in_(["backup", "verify"])).order_by(RoutineCheck.id)
    ):
        latest[check.kind] = check
    backup, verify = latest.get("backup"), latest.get("verify")
    return RecordsSafe(
        backup_at=backup.done_at if backup else None,
        backup_ok=bool(backup and backup.result.get("ok")),
        second_place=bool(backup and backup.result.get("second_place")),
        checked_at=verify.done_at if verify else None,
        checked_ok=bool(verify and verify.result.get("ok")),
    )


def _routines(session: Session) -> tuple[tuple[str, datetime | None], ...]:
    found: dict[str, datetime] = {
        kind: at
        for kind, at in session.execute(
            select(RoutineCheck.kind, func.max(RoutineCheck.done_at)).group_by(RoutineCheck.kind)
        )
    }
    return tuple((kind, found.get(kind)) for kind in ("s2s-messages", "weekly-report"))
