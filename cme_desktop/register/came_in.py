"""What came in that waits for a decision, the office routines, and whether the records are safe: the side of Today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from cme_desktop import shipped
from cme_desktop.domain.calendar import BankHolidays, Calendar, Division
from cme_desktop.domain.errors import CalendarUnknown
from cme_desktop.domain.roles import Person
from cme_desktop.domain.school_age import age_on
from cme_desktop.models.child import Child, ChildAddress, ChildName
from cme_desktop.models.document import Document
from cme_desktop.models.episode import Episode, Referral
from cme_desktop.models.intake import FolderFile, SourceFile, StagedPupil
from cme_desktop.models.order import Approval
from cme_desktop.models.people import PersonRow
from cme_desktop.models.reference import BankHoliday, RoutineCheck
from cme_desktop.register.periods import current_name, full_name
from cme_desktop.register.visibility import visible, visible_pupil
from cme_desktop.system import LONDON

NEW_REFERRAL = "new-referral"
ANSWER_STAYS = timedelta(days=7)
"""How long an answer of a second person is news, where no document waits to be issued after it."""
WORKING_DAYS_WITHOUT_COPY, DAYS_TO_RED = 1, 7
"""Amber and red of safety.md 8."""
ROUTINES: tuple[tuple[str, int], ...] = (("s2s-messages", 7), ("weekly-report", 7))
"""Each routine and after how many days it is due: SD49 is weekly; SD50 gives no interval (the council's choice)."""
SATURDAY = 5
_SEX = {"F": "a girl", "M": "a boy"}


@dataclass(frozen=True)
class CameIn:
    """What came in that nobody has decided yet; ``oldest_at`` is when the first of it came.

    ``answers`` counts what a second person decided for this viewer and is not yet acted on; ``referral_words`` tell
    the newest referral without a name.
    """

    files: int
    same: int
    check: int
    new: int
    problem_files: int
    problem_name: str
    not_deleted: int
    answers: int
    oldest_at: datetime | None = None
    referrals: int = 0
    referral_ref: str = ""
    referral_words: str = ""
    answer_by: str = ""
    answer_words: str = ""
    answer_ref: str = ""
    not_cme: int = 0

    @property
    def children(self) -> int:
        """Return how many children of these files wait for a decision: the count beside Inbox in the rail."""
        return self.same + self.check + self.new + self.not_cme

    @property
    def nothing(self) -> bool:
        """Say whether nothing waits."""
        return not (self.files or self.problem_files or self.not_deleted or self.answers or self.referrals)


@dataclass(frozen=True)
class RecordsSafe:
    """When the register was last backed up and checked, and how.

    ``copy`` tells of the second place: ``ok``, ``late`` after one working day without a copy there, ``very-late``
    after seven days, or ``none`` before the first.
    """

    backup_at: datetime | None
    backup_ok: bool
    second_place: bool
    checked_at: datetime | None
    checked_ok: bool
    copy: str = "none"


@dataclass(frozen=True)
class Routine:
    """An office routine: when it was last done and by whom, and from which day it is due."""

    kind: str
    done_at: datetime | None
    by: str
    due: date


def came_in(session: Session, viewer: Person, now: datetime) -> CameIn:
    """Return what waits for a decision inside an open read."""
    waiting = and_(StagedPupil.decision.is_(None), visible_pupil(viewer))
    proposed: dict[str, int] = {
        key: count
        for key, count in session.execute(
            select(StagedPupil.proposed, func.count()).where(waiting).group_by(StagedPupil.proposed)
        )
    }
    files, oldest = session.execute(
        select(func.count(func.distinct(SourceFile.id)), func.min(SourceFile.received_at))
        .select_from(StagedPupil)
        .join(SourceFile, SourceFile.id == StagedPupil.source_file_id)
        .where(waiting)
    ).one()
    problems = session.scalars(
        select(SourceFile.name)
        .where(SourceFile.is_problem.is_(True), SourceFile.problem_settled_at.is_(None))
        .order_by(SourceFile.id.desc())
    ).all()
    referrals, referral_ref, referral_words = _referrals(session, viewer, now)
    answers = _answers(session, viewer, now)
    return CameIn(
        files=files,
        same=proposed.get("match", 0),
        check=proposed.get("later", 0),
        new=proposed.get("new", 0),
        problem_files=len(problems),
        problem_name=problems[0] if problems else "",
        not_deleted=session.scalar(select(func.count()).select_from(FolderFile).where(FolderFile.refusal != "")) or 0,
        answers=len(answers),
        oldest_at=oldest,
        referrals=referrals,
        referral_ref=referral_ref,
        referral_words=referral_words,
        answer_by=answers[0][0] if answers else "",
        answer_words=answers[0][1] if answers else "",
        answer_ref=answers[0][2] if answers else "",
        not_cme=proposed.get("not-cme", 0),
    )


def _referrals(session: Session, viewer: Person, now: datetime) -> tuple[int, str, str]:
    """Return how many new referrals wait, and the newest of them by reference and in words without a name."""
    open_ones = (Episode.closed_on.is_(None), Episode.status == NEW_REFERRAL, visible(viewer))
    count = session.scalar(
        select(func.count()).select_from(Episode).join(Child, Child.id == Episode.child_id).where(*open_ones)
    )
    newest = session.execute(
        select(Episode.ref, Child, Referral.referrer_kind)
        .join(Child, Child.id == Episode.child_id)
        .outerjoin(Referral, Referral.episode_id == Episode.id)
        .where(*open_ones)
        .order_by(Episode.id.desc(), Referral.id.desc())
        .limit(1)
    ).first()
    if newest is None:
        return 0, "", ""
    ref, child, kind = newest
    source = shipped.code_lists()["referral-source"].get(kind or "")
    who = _SEX.get(child.sex, "a child")
    if child.dob is not None:
        who += f" of {age_on(child.dob, now.astimezone(LONDON).date())}"
    lines = session.scalar(
        select(ChildAddress.lines)
        .where(
            ChildAddress.child_id == child.id,
            ChildAddress.valid_to.is_(None),
            ChildAddress.superseded_at.is_(None),
            ChildAddress.confidential.is_(False),
        )
        .order_by(ChildAddress.valid_from.desc())
        .limit(1)
    )
    town = lines[-1] if lines else ""
    return count or 0, ref, ", ".join(part for part in (source.label if source else "", who, town) if part)


def _answers(session: Session, viewer: Person, now: datetime) -> list[tuple[str, str, str]]:
    """Return what was decided for this viewer and is not yet acted on, newest first: by whom, what, on which case."""
    rows = session.execute(
        select(Approval, PersonRow.name, ChildName, Episode.ref, Document.state)
        .join(Episode, Episode.id == Approval.episode_id)
        .join(Child, Child.id == Episode.child_id)
        .join(PersonRow, PersonRow.id == Approval.decided_by)
        .outerjoin(ChildName, current_name())
        .outerjoin(Document, Document.id == Approval.document_id)
        .where(
            Approval.asked_by == viewer.id,
            Approval.decision.in_(["approved", "refused"]),
            Episode.closed_on.is_(None),
            visible(viewer),
        )
        .order_by(Approval.decided_at.desc())
    )
    found = []
    for approval, by, name, ref, state in rows:
        acts_now = approval.document_id is None
        if state == "draft" or (acts_now and approval.decided_at and approval.decided_at >= now - ANSWER_STAYS):
            what = str(approval.data.get("what", "Letter"))
            found.append((by, f"{what} {approval.decision}: {full_name(name)}", ref))
    return found


def records_safe(session: Session, today: date) -> RecordsSafe:
    """Return when the last backup and the last check of the records were made, and how old the second copy is."""
    checks = session.scalars(
        select(RoutineCheck).where(RoutineCheck.kind.in_(["backup", "verify"])).order_by(RoutineCheck.id)
    ).all()
    latest = {check.kind: check for check in checks}
    backup, verify = latest.get("backup"), latest.get("verify")
    copies = [
        check.done_at
        for check in checks
        if check.kind == "backup" and check.result.get("ok") and check.result.get("second_place")
    ]
    dated = [at for at in copies if at.astimezone(LONDON).date() <= today]  # a copy of tomorrow is none of today
    return RecordsSafe(
        backup_at=backup.done_at if backup else None,
        backup_ok=bool(backup and backup.result.get("ok")),
        second_place=bool(backup and backup.result.get("second_place")),
        checked_at=verify.done_at if verify else None,
        checked_ok=bool(verify and verify.result.get("ok")),
        copy=_age_of_copy(session, max(dated), today) if dated else "late" if copies else "none",
    )


def _age_of_copy(session: Session, made_at: datetime, today: date) -> str:
    made = made_at.astimezone(LONDON).date()
    if today >= made + timedelta(days=DAYS_TO_RED):
        return "very-late"
    try:
        enough_until = _calendar(session).add_working_days(made, WORKING_DAYS_WITHOUT_COPY)
    except CalendarUnknown:  # a year without bank holidays: warn a little early rather than late
        enough_until = made + timedelta(days=1)
    return "late" if today > enough_until else "ok"


def _calendar(session: Session) -> Calendar:
    """Return the working days of the register: its bank holidays, without terms."""
    holidays = {
        day: title
        for day, title in session.execute(
            select(BankHoliday.on_day, BankHoliday.title).where(
                BankHoliday.division == Division.ENGLAND_AND_WALES.value
            )
        )
    }
    return Calendar("the register", BankHolidays({Division.ENGLAND_AND_WALES: holidays}))


def _working_day(calendar: Calendar, day: date) -> date:
    """Return the first working day from a day on; in a year without bank holidays the first Monday to Friday."""
    try:
        return calendar.add_working_days(day - timedelta(days=1), 1)
    except CalendarUnknown:
        return day + timedelta(days=7 - day.weekday() if day.weekday() >= SATURDAY else 0)


def routines(session: Session, today: date) -> tuple[Routine, ...]:
    """Return the office routines, each with the working day on which it is due next; one never done is due at once."""
    found: dict[str, tuple[datetime, str]] = {
        kind: (at, by or "")
        for kind, at, by in session.execute(
            select(RoutineCheck.kind, RoutineCheck.done_at, PersonRow.name)
            .outerjoin(PersonRow, PersonRow.id == RoutineCheck.user_id)
            .where(RoutineCheck.kind.in_([kind for kind, _ in ROUTINES]))
            .order_by(RoutineCheck.id)
        )
    }
    made = []
    calendar = _calendar(session)
    for kind, every in ROUTINES:
        at, by = found.get(kind, (None, ""))
        due = at.astimezone(LONDON).date() + timedelta(days=every) if at else today
        made.append(Routine(kind, at, by, _working_day(calendar, due)))
    return tuple(made)
