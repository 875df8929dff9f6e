"""What the list of Today shows, line by line: heads and steps in words, and which rows wait behind "Show all"."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from cme_desktop.access import may
from cme_desktop.domain.roles import Person, Role
from cme_desktop.register.today import GROUPS, TodayPage, TodayRow
from cme_desktop.system import LONDON
from cme_desktop.ui.words import MONTHS, count, day_date, days_from, with_short_dates

OPEN, LOG, DONE, PUT_OFF, INBOX, READ = "open", "log", "done", "put-off", "inbox", "read"
HEAD_HEIGHT: Final = 30
ROW_HEIGHT: Final = 40
LEAST: Final = 2
"""How many rows of a group that may be held back are shown at least."""
MOST: Final = 60
"""How many rows of any group are shown before "Show all"; a list of hundreds is worked from the Register."""
WHOLE: Final = 400
"""How many rows a group shown whole has at most: beyond that the Register is the place to work from."""
_TITLES: Final = dict(GROUPS)
_ICONS: Final = {
    "safeguarding": ("alert", "danger"),
    "overdue": ("clock", "danger"),
    "today": ("flag", "accent"),
    "week": ("calendar", "muted"),
    "decision": ("inbox", "muted"),
    "waiting": ("person", "muted"),
}
_HELD_BACK: Final = ("week", "waiting")
_ACTS: Final = ((LOG, "enquiry.record"), (DONE, "task.done"), (PUT_OFF, "task.put-off"))


@dataclass(frozen=True)
class Head:
    """The head of a group: its name, how many rows it has, and what its link says when rows are held back."""

    group: str
    title: str
    count: int
    more: str = ""

    @property
    def urgent(self) -> bool:
        """Say whether the head stands in the colour of danger."""
        return self.group in ("safeguarding", "overdue")


@dataclass(frozen=True)
class Step:
    """One row: who, why it is here, the next step and when, and what can be done with it right here."""

    row: TodayRow
    name: str
    year: str
    why: str
    next_step: str
    when: str
    late: bool
    acts: tuple[str, ...]

    @property
    def icon(self) -> tuple[str, str]:
        """Return the icon of the row's group and the token of its colour."""
        return _ICONS[self.row.group]

    @property
    def always(self) -> bool:
        """Say whether its buttons are shown without selection."""
        return self.row.group == "safeguarding"

    @property
    def spoken(self) -> str:
        """Return what a screen reader says of the row."""
        parts = (_TITLES[self.row.group], self.name, self.year, self.why, self.next_step, self.when)
        return ". ".join(part for part in parts if part)


Line = Head | Step


def lines_of(
    page: TodayPage, viewer: Person, room: int, *, head: int, row: int, whole: Collection[str] = ()
) -> tuple[Line, ...]:
    """Return the lines of the list.

    Args:
        room: the height in px that the list may take without scrolling.
        head: the height of a head in px.
        row: the height of a row in px.
        whole: the groups that are shown whole because the person asked for it.
    """
    shown = _shown(page, room, head, row, whole)
    lines: list[Line] = []
    for group, rows in page.groups:
        more = ""
        if group in whole:
            more = "Show fewer"
        elif shown[group] < len(rows):
            more = f"Show all {len(rows):,}" if len(rows) <= WHOLE else f"Show the first {WHOLE}"
        lines.append(Head(group, _TITLES[group], len(rows), more))
        lines += [step_of(one, viewer, page.day) for one in rows[: shown[group]]]
    return tuple(lines)


def _shown(page: TodayPage, room: int, head: int, row: int, whole: Collection[str]) -> dict[str, int]:
    """Return how many rows of each group are shown: what is due always, what is to come as far as there is room."""
    sizes = {group: len(rows) for group, rows in page.groups}
    shown = {}
    for group, size in sizes.items():
        least = min(size, LEAST if group in _HELD_BACK else MOST)
        shown[group] = min(size, WHOLE) if group in whole else least
    left = room - head * len(sizes) - row * sum(shown.values())
    growing = [group for group in _HELD_BACK if group in sizes and group not in whole]
    while growing and left >= row:
        for group in list(growing):
            if shown[group] >= min(sizes[group], MOST):
                growing.remove(group)
            elif left >= row:
                shown[group] += 1
                left -= row
    return shown


def step_of(row: TodayRow, viewer: Person, day: date) -> Step:
    """Return one row in words; names are shown to an officer, others see the reference until they open the case."""
    return Step(
        row=row,
        name=row.name if viewer.holds(Role.OFFICER) and row.name else row.ref,
        year=year_words(row.year),
        why=with_short_dates(row.why, day),
        next_step=f"Waiting on {row.waits_on}" if row.group == "waiting" else row.next_step,
        when=when_words(row, day),
        late=row.group == "overdue",
        acts=_acts(row, viewer),
    )


def _acts(row: TodayRow, viewer: Person) -> tuple[str, ...]:
    if row.kind == "staged":
        return (INBOX,)
    if row.kind == "approval":
        return (READ,) if row.group == "decision" else (OPEN,)
    allowed = tuple(act for act, code in _ACTS if may(viewer, code))
    if row.group == "safeguarding":
        return (*(act for act in allowed if act == LOG), OPEN)
    # Done first: it is what most rows end with
    return tuple(sorted(allowed, key=(DONE, LOG, PUT_OFF).index)) or (OPEN,)


def year_words(year: str) -> str:
    """Return "Year 10" or "Reception"; nothing where the year is not known."""
    return {"": "", "R": "Reception"}.get(year, f"Year {year}")


def when_words(row: TodayRow, day: date) -> str:
    """Return when a row is due ("4 days late", "today", "Wed 25 Nov"), or since when it waits."""
    if row.since is not None:
        verb = "asked" if row.kind == "approval" else "since"
        return f"{verb} {_past(row.since.astimezone(LONDON).date(), day)}"
    if row.due is None:
        return ""
    if row.group == "waiting":
        return f"chase {row.due.day} {MONTHS[row.due.month - 1]}" if row.due != day else "chase today"
    if row.due <= day:
        return days_from(row.due, day)
    return day_date(row.due)


def _past(past: date, day: date) -> str:
    ago = (day - past).days
    words = f"{past.day} {MONTHS[past.month - 1]}" + ("" if past.year == day.year else f" {past.year}")
    return {0: "today", 1: "yesterday"}.get(ago, words)


def next_words(page: TodayPage, viewer: Person) -> str:
    """Return the first step that comes, for the empty list: "Next: Home visit, Niamh O’Sullivan, Fri 27 Nov."."""
    coming = page.rows("week")
    if not coming:
        return ""
    step = step_of(coming[0], viewer, page.day)
    return f"Next: {step.next_step}, {step.name}, {step.when}."


def is_quiet(page: TodayPage) -> bool:
    """Say whether nothing is due by today and nothing waits for the viewer's own decision."""
    return not any(page.rows(group) for group in ("safeguarding", "overdue", "today", "decision"))


def said(page: TodayPage) -> str:
    """Return what a screen reader is told when Today has changed."""
    parts = [f"{_TITLES[group]} {len(rows)}" for group, rows in page.groups]
    return ", ".join(parts) or f"Nothing to do; {count(page.open_cases, 'open case')}"
