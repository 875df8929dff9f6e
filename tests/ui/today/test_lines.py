"""What Today says line by line, and which rows wait behind "Show all"."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.domain.roles import Person, Role
from cme_desktop.register.came_in import CameIn, RecordsSafe, Routine
from cme_desktop.register.today import GROUPS, TodayPage, TodayRow
from cme_desktop.ui.today import lines, side
from cme_desktop.ui.today.lines import Head, Step, lines_of
from cme_desktop.ui.tokens import Tone

DAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
OFFICER = Person(1, "Anita Patel", frozenset({Role.OFFICER}))
MANAGER = Person(2, "Bernard Hall", frozenset({Role.MANAGER}))
NOTHING = CameIn(0, 0, 0, 0, 0, "", 0, 0)
SAFE = RecordsSafe(NOON, True, True, NOON, True, "ok")


def row(group: str = "today", number: int = 1, **changes: object) -> TodayRow:
    """Return one row of Today."""
    values: dict[str, object] = {
        "task_id": number,
        "episode_id": number,
        "ref": f"CME-2026-{number:05d}",
        "name": f"Testcase {number}",
        "year": "10",
        "group": group,
        "why": "Case opened",
        "next_step": "Home visit",
        "due": DAY,
        "waits_on": "LOCME",
    }
    return TodayRow(**{**values, **changes})  # type: ignore[arg-type]


def page(**sizes: int) -> TodayPage:
    """Return a page with so many rows in each group."""
    groups = tuple(
        (key, tuple(row(key, 100 * place + n + 1) for n in range(sizes[key])))
        for place, (key, _) in enumerate(GROUPS)
        if sizes.get(key)
    )
    return TodayPage(DAY, groups, NOTHING, SAFE, (), 9)


def shown(page_: TodayPage, room: int, whole: tuple[str, ...] = ()) -> dict[str, int]:
    """Return how many rows of each group are shown in so many px."""
    found: dict[str, int] = {}
    for line in lines_of(page_, OFFICER, room, head=30, row=40, whole=whole):
        if isinstance(line, Head):
            found[line.group] = 0
        else:
            found[line.row.group] += 1
    return found


def test_as_many_rows_of_the_later_groups_are_shown_as_there_is_room_for() -> None:
    """The numbers are those of the picture at 1366 x 768."""
    drawn = page(safeguarding=1, overdue=2, today=2, week=9, decision=1, waiting=14)
    assert shown(drawn, 614) == {"safeguarding": 1, "overdue": 2, "today": 2, "week": 2, "decision": 1, "waiting": 2}
    assert shown(drawn, 926)["week"] == 6
    heads = [line for line in lines_of(drawn, OFFICER, 614, head=30, row=40) if isinstance(line, Head)]
    assert [(head.title, head.count, head.more) for head in heads if head.more] == [
        ("Next 7 days", 9, "Show all 9"),
        ("Waiting on", 14, "Show all 14"),
    ]


def test_a_group_is_shown_whole_when_asked_for_and_can_be_cut_again() -> None:
    drawn = page(today=1, waiting=30)
    assert shown(drawn, 300, whole=("waiting",))["waiting"] == 30
    head = [
        line for line in lines_of(drawn, OFFICER, 300, head=30, row=40, whole=("waiting",)) if isinstance(line, Head)
    ]
    assert head[-1].more == "Show fewer"


def test_a_group_of_thousands_is_never_laid_out_whole() -> None:
    drawn = page(overdue=4_000)
    assert shown(drawn, 600) == {"overdue": lines.MOST}
    assert shown(drawn, 600, whole=("overdue",)) == {"overdue": lines.WHOLE}
    first = lines_of(drawn, OFFICER, 600, head=30, row=40)[0]
    assert isinstance(first, Head)
    assert (first.count, first.more) == (4_000, "Show the first 400")


counts = st.integers(0, 90)


@given(counts, counts, counts, counts, counts, counts, st.integers(0, 3_000))
def test_nothing_due_is_held_back_below_its_limit_and_the_list_fits_when_it_can(
    safeguarding: int, overdue: int, today: int, week: int, decision: int, waiting: int, room: int
) -> None:
    sizes = {
        "safeguarding": safeguarding,
        "overdue": overdue,
        "today": today,
        "week": week,
        "decision": decision,
        "waiting": waiting,
    }
    found = shown(page(**sizes), room)
    assert set(found) == {key for key, size in sizes.items() if size}
    for key, number in found.items():
        least = lines.LEAST if key in ("week", "waiting") else lines.MOST
        assert min(sizes[key], least) <= number <= sizes[key]
    height = 30 * len(found) + 40 * sum(found.values())
    smallest = 30 * len(found) + 40 * sum(
        min(sizes[key], lines.LEAST if key in ("week", "waiting") else lines.MOST) for key in found
    )
    assert height <= max(room, smallest)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"group": "overdue", "due": DAY - timedelta(days=4)}, "4 days late"),
        ({"group": "overdue", "due": DAY - timedelta(days=1)}, "1 day late"),
        ({"group": "today"}, "today"),
        ({"group": "week", "due": date(2026, 11, 25)}, "Wed 25 Nov"),
        ({"group": "waiting", "due": date(2026, 12, 2), "waits_on": "Housing"}, "chase 2 Dec"),
        ({"group": "decision", "due": None, "kind": "staged", "since": NOON}, "since today"),
        ({"group": "decision", "due": None, "kind": "staged", "since": NOON - timedelta(days=3)}, "since 21 Nov"),
        ({"group": "waiting", "due": None, "kind": "approval", "since": NOON - timedelta(days=1)}, "asked yesterday"),
    ],
)
def test_each_row_says_when_in_words(changes: dict[str, object], words: str) -> None:
    assert lines.step_of(row(**changes), OFFICER, DAY).when == words  # type: ignore[arg-type]


def test_a_row_that_waits_says_on_whom() -> None:
    step = lines.step_of(row("waiting", waits_on="Housing"), OFFICER, DAY)
    assert (step.next_step, step.spoken) == (
        "Waiting on Housing",
        "Waiting on. Testcase 1. Year 10. Case opened. Waiting on Housing. chase today",
    )


def test_names_are_shown_to_an_officer_and_references_to_others() -> None:
    assert lines.step_of(row(), OFFICER, DAY).name == "Testcase 1"
    assert lines.step_of(row(), MANAGER, DAY).name == "CME-2026-00001"


def test_what_can_be_done_follows_the_role_and_the_kind_of_row() -> None:
    assert lines.step_of(row(), OFFICER, DAY).acts == (lines.DONE, lines.LOG, lines.PUT_OFF)
    assert lines.step_of(row(), MANAGER, DAY).acts == (lines.OPEN,)
    assert lines.step_of(row("safeguarding"), OFFICER, DAY).acts == (lines.LOG, lines.OPEN)
    assert lines.step_of(row("decision", kind="staged"), OFFICER, DAY).acts == (lines.INBOX,)
    assert lines.step_of(row("decision", kind="approval"), MANAGER, DAY).acts == (lines.READ,)


def test_a_quiet_day_says_what_comes_next() -> None:
    quiet = page(week=2, waiting=3)
    assert lines.is_quiet(quiet)
    assert not lines.is_quiet(page(week=2, decision=1))
    assert lines.next_words(quiet, OFFICER) == "Next: Home visit, Testcase 301, today."
    assert lines.next_words(page(waiting=1), OFFICER) == ""


def test_the_year_of_a_child_in_reception_is_called_so() -> None:
    assert [lines.year_words(year) for year in ("R", "10", "")] == ["Reception", "Year 10", ""]


def test_the_side_tells_what_came_in_line_by_line() -> None:
    one = CameIn(
        3, 4, 1, 2, 1, "CTF_old.xml", 1, 1, NOON, 1, "CME-2026-00009", "Housing, a girl of 7, Wealdstone",
        "Bernard Hall", "Letter approved: Ann Testcase", "CME-2026-00004", 3,
    )  # fmt: skip
    made = side.came_in_lines(one)
    assert [(line.title, line.second) for line in made] == [
        ("3 S2S files, 10 children", "4 same child, 1 to check, 2 new, 3 not CME"),
        ("1 new referral", "Housing, a girl of 7, Wealdstone"),
        ("1 answer from Bernard Hall", "Letter approved: Ann Testcase"),
        ("1 problem file", "CTF_old.xml could not be read"),
        ("1 file still in the folder", "Held safely, but could not be removed"),
    ]
    assert [line.place.ref or line.place.page for line in made] == [
        "inbox",
        "CME-2026-00009",
        "CME-2026-00004",
        "inbox",
        "inbox",
    ]
    assert side.came_in_lines(NOTHING) == []
    assert side.since_words(NOON - timedelta(hours=3, minutes=5), DAY) == "since 08:55"
    assert side.since_words(NOON - timedelta(days=4), DAY) == "since 20 Nov"


@pytest.mark.parametrize(
    ("records", "words", "tone"),
    [
        (SAFE, "Backup OK", Tone.GREEN),
        (RecordsSafe(NOON, True, True, None, False, "late"), "Backup late", Tone.AMBER),
        (RecordsSafe(NOON, True, True, None, False, "very-late"), "Backup very late", Tone.RED),
        (RecordsSafe(NOON, False, True, None, False, "ok"), "Backup failed", Tone.RED),
        (RecordsSafe(None, False, False, None, False), "No backup yet", Tone.AMBER),
    ],
)
def test_the_backup_tag_tells_the_truth(records: RecordsSafe, words: str, tone: Tone) -> None:
    look = side.backup_look(records)
    assert (look.text, look.tone) == (words, tone)


def test_the_records_say_when_they_were_copied_and_checked() -> None:
    earlier = datetime(2026, 11, 23, 17, 2, tzinfo=UTC)
    said = side.safe_lines(RecordsSafe(NOON, True, True, earlier, True, "ok"), DAY)
    assert [(line.title, line.second) for line in said] == [
        ("Copy made today 12:00", "Second place, opened and checked"),
        ("Records intact", "Checked Mon 23 Nov 17:02"),
    ]
    bad = side.safe_lines(RecordsSafe(NOON, False, False, earlier, False, "none"), DAY)
    assert [line.title for line in bad] == ["The copy of today 12:00 failed", "Records are not intact"]
    none = side.safe_lines(RecordsSafe(None, False, False, None, False), DAY)
    assert [line.title for line in none] == ["No copy made yet", "Records not checked yet"]


def test_a_routine_says_when_it_is_due_and_who_did_it_last() -> None:
    last = datetime(2026, 11, 17, 9, tzinfo=UTC)
    assert side.routine_line(Routine("s2s-messages", last, "Anita Patel", DAY), DAY).second == (
        "Due today. Last done 17 Nov, A. Patel"
    )
    assert side.routine_line(Routine("s2s-messages", last, "", date(2026, 11, 27)), DAY).second == "Fri 27 Nov"
    late = side.routine_line(Routine("weekly-report", None, "", DAY - timedelta(days=1)), DAY)
    assert (late.title, late.second) == ("Capita One weekly report", "Was due Mon 23 Nov. Not done yet")


def test_the_step_keeps_its_icon_and_its_lateness_by_its_group() -> None:
    step = lines.step_of(row("overdue", due=DAY - timedelta(days=2)), OFFICER, DAY)
    assert isinstance(step, Step)
    assert (step.icon, step.late, step.always) == (("clock", "danger"), True, False)
