"""What the case page says, without a widget: names, tags, days, steps, people, and the days typed into its forms."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop import shipped
from cme_desktop.domain.deadlines import explain
from cme_desktop.domain.errors import CalendarUnknown
from cme_desktop.register.case_page import CaseHead
from cme_desktop.register.case_rows import AdultRow, DocumentRow, EventRow, TaskRow
from cme_desktop.ui.case import wording
from cme_desktop.ui.case.explaining import explained, of_deadline, read_days, recount
from cme_desktop.ui.case.forms.inputs import read_day
from cme_desktop.ui.case.forms.lists import enquiry_lines
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.words import long_date, short_date

TODAY = date(2026, 11, 24)
HEAD = CaseHead(
    episode_id=1,
    ref="CME-2026-00001",
    child_id=1,
    forename="Amara",
    surname="Kamara",
    preferred="",
    other_script="",
    dob=date(2012, 3, 2),
    age=14,
    year="10",
    sex="F",
    upn="",
    status="whereabouts-unknown",
    status_label="Whereabouts unknown",
    pathway="whereabouts-unknown",
    is_open=True,
    risk="not-rated",
    risk_answered=9,
    restricted=False,
    has_ehcp=False,
    last_school="Example High School",
    off_roll_on=None,
    address="",
    opened_on=date(2026, 11, 3),
    closed_on=None,
    missing_since=None,
    days=21,
    review_on=date(2026, 12, 1),
    outcome_label="",
    waiting_on="",
    owner="",
)
TASK = TaskRow(
    1, "SD37", "Home visit", "Case opened", date(2026, 11, 27), "LOCME", "open", "step", False, (), None, None
)
EVENT = EventRow(
    1,
    "enquiry",
    TODAY,
    datetime(2026, 11, 24, 10, 12, tzinfo=UTC),
    datetime(2026, 11, 24, 10, 13, tzinfo=UTC),
    "Phone: Mother, no answer",
    "Voicemail left",
    "Asha Patel",
    None,
    None,
    "phone",
    "07700 900142",
    "council",
)
ADULT = AdultRow(
    id=1,
    title="",
    name="Fatmata Kamara",
    forename="Fatmata",
    surname="Kamara",
    relationship="Mother",
    has_care=True,
    parental_responsibility=True,
    address=(),
    postcode="",
    phone="",
    phones=(),
    email="",
    may_be_written_to=True,
    must_not_be_told=False,
    no_contact=False,
    restriction_reason="",
    address_confidential=False,
    electronic_consent=False,
    electronic_consent_on=None,
    electronic_address="",
)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "14, Year 10"),
        ({"age": 5, "year": "R"}, "5, Reception"),
        ({"age": 17, "year": ""}, "17, not of school age"),
        ({"age": None, "dob": None, "year": ""}, "age not known"),
    ],
)
def test_age_and_year(changes: dict[str, object], words: str) -> None:
    assert wording.age_words(replace(HEAD, **changes)) == words


def test_the_birth_date_always_stands_with_the_age() -> None:
    assert wording.born_words(HEAD) == "born 2 Mar 2012, age 14"
    assert wording.born_words(replace(HEAD, dob=None)) == "date of birth not known"


@pytest.mark.parametrize(
    ("changes", "words", "tone"),
    [
        ({}, "Open: whereabouts unknown", Tone.BLUE),
        ({"status_label": "EHE, to be checked"}, "Open: EHE, to be checked", Tone.BLUE),
        (
            {"is_open": False, "status": "closed", "outcome_label": "School place taken up"},
            "Closed: school place taken up",
            Tone.GREEN,
        ),
        (
            {"is_open": False, "status": "closed-alert-remains", "outcome_label": "Not found, alert remains"},
            "Closed: not found, alert remains",
            Tone.AMBER,
        ),
    ],
)
def test_the_status_tag(changes: dict[str, object], words: str, tone: Tone) -> None:
    look = wording.status_tag(replace(HEAD, **changes))
    assert (look.text, look.tone) == (words, tone)


@pytest.mark.feature("F41")
def test_risk_is_said_by_word_and_shape() -> None:
    assert wording.risk_tag(HEAD).text == "Not rated: 13 not asked yet"
    shapes = {risk: wording.risk_tag(replace(HEAD, risk=risk)).icon for risk in ("high", "medium", "standard")}
    assert shapes == {"high": "triangle", "medium": "diamond", "standard": "circle"}


@pytest.mark.rule("SD56")
def test_the_days_of_the_four_weeks() -> None:
    assert wording.day_look(HEAD, TODAY).says() == "Day 21 of 28, review Tue 1 Dec"
    assert wording.day_look(replace(HEAD, days=28), TODAY).filled == 28
    long = wording.day_look(replace(HEAD, days=54), TODAY)
    assert (long.before, long.filled) == ("Day 54", None)
    closed = wording.day_look(replace(HEAD, is_open=False, closed_on=date(2026, 11, 12), days=1), TODAY)
    assert closed.says() == "Closed 12 Nov 2026, after 1 day"


@pytest.mark.rule("SD56")
def test_a_review_that_is_late_says_so() -> None:
    on_its_day = wording.day_look(HEAD, date(2026, 12, 1))
    assert (on_its_day.after, on_its_day.late) == ("review Tue 1 Dec", False)
    late = wording.day_look(replace(HEAD, days=29), date(2026, 12, 2))
    assert (late.says(), late.late) == ("Day 29, review was due Tue 1 Dec", True)


def test_lines_of_the_timeline() -> None:
    assert wording.event_when(EVENT, TODAY) == "Today 10:12"
    assert wording.event_when(replace(EVENT, happened_on=date(2025, 9, 14)), TODAY) == "14 Sep 2025"
    assert wording.event_title(EVENT) == "Call to mother, no answer"
    assert wording.event_title(replace(EVENT, side="school")) == "School’s call to mother, no answer"
    visit = replace(EVENT, method="visit", title="Enquiry: Home visit, nobody in")
    assert wording.event_title(visit) == "Home visit, nobody in"
    assert wording.event_title(replace(visit, side="school")) == "School’s home visit, nobody in"
    assert wording.event_title(replace(visit, title="Enquiry: 8 Low Street")) == "Visit to 8 Low Street"
    assert wording.event_title(replace(EVENT, kind="note", method="")) == EVENT.title
    assert wording.event_detail(EVENT, TODAY) == "07700 900142. Voicemail left. A. Patel"
    assert wording.event_icon(replace(EVENT, method="visit")) == "house"
    assert wording.event_icon(replace(EVENT, method="", kind="closed")) == "check"


@pytest.mark.feature("F24")
def test_a_line_recorded_later_says_both_days() -> None:
    later = replace(EVENT, happened_on=date(2026, 11, 18))
    assert wording.recorded_words(later, TODAY) == "Recorded 24 Nov 10:13"
    assert wording.recorded_words(EVENT, TODAY) == ""


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, ("27 Nov", "muted", False)),
        ({"due": TODAY}, ("today", "text", True)),
        ({"due": TODAY, "band": "safeguarding"}, ("today", "danger", True)),
        ({"due": date(2026, 11, 20)}, ("4 days late", "danger", True)),
        ({"due": date(2026, 11, 20), "put_off_until": date(2026, 12, 2)}, ("2 Dec", "muted", False)),
        ({"state": "done", "done_on": date(2026, 11, 12)}, ("12 Nov", "muted", False)),
    ],
)
def test_when_a_step_is_due(changes: dict[str, object], due: tuple[str, str, bool]) -> None:
    made = wording.due_of(replace(TASK, **changes), TODAY)
    assert (made.words, made.token, made.strong) == due


def test_why_a_step_is_there() -> None:
    assert wording.why_of(TASK, TODAY) == "Case opened"
    assert wording.why_of(replace(TASK, waits_on="Housing"), TODAY) == "Case opened, waiting on Housing"
    put_off = replace(TASK, put_off_until=date(2026, 12, 2))
    assert wording.why_of(put_off, TODAY) == "Put off from 27 Nov"
    assert wording.step_says(put_off, TODAY) == "Home visit, due 2 Dec, Put off from 27 Nov"


def test_steps_about_safety_come_first_and_one_done_last() -> None:
    tasks = (
        replace(TASK, id=1),
        replace(TASK, id=2, due=date(2026, 12, 9), band="safeguarding"),
        replace(TASK, id=3, due=TODAY),
        replace(TASK, id=4, state="done", done_on=date(2026, 11, 10)),
        replace(TASK, id=5, state="done", done_on=date(2026, 11, 12)),
    )
    assert [task.id for task in wording.shown_steps(tasks, TODAY, whole=False)] == [2, 3, 1, 5]
    assert [task.id for task in wording.shown_steps(tasks, TODAY, whole=True)] == [2, 3, 1, 5, 4]


@pytest.mark.parametrize(
    ("changes", "tags"),
    [
        ({}, ["May be written to"]),
        ({"must_not_be_told": True}, ["Must not be told where the child is"]),
        ({"no_contact": True, "may_be_written_to": False}, ["No contact"]),
        ({"may_be_written_to": False}, ["Must not be written to"]),
        ({"address_confidential": True}, ["May be written to", "Address confidential"]),
    ],
)
def test_what_may_be_done_towards_an_adult(changes: dict[str, object], tags: list[str]) -> None:
    assert [look.text for look in wording.adult_tags(replace(ADULT, **changes))] == tags


def test_the_whole_truth_of_an_adult_stands_on_the_people_tab() -> None:
    both = wording.adult_tags(replace(ADULT, must_not_be_told=True), whole=True)
    assert [look.text for look in both] == ["Must not be told where the child is", "May be written to"]
    assert wording.adult_words(ADULT) == "mother, has care"
    assert wording.adult_words(replace(ADULT, has_care=False)) == "mother, parental responsibility"


def test_how_far_a_document_has_come() -> None:
    at = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
    draft = DocumentRow(1, "L01", "First enquiry letter", "", "", 1, "draft", TODAY, at, None, None, None, 2, "", "")
    assert wording.document_tag(draft).text == "Draft"
    assert wording.document_tag(replace(draft, approved_at=at)).text == "Approved, not issued yet"
    assert wording.document_tag(replace(draft, approved_at=at, issued_at=at)).text == "Issued"
    assert wording.document_tag(replace(draft, issued_at=at, printed_at=at)).text == "Printed"


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_step_is_proposed_for_a_weekday_after(day: date) -> None:
    found = wording.next_weekday(day)
    assert found.weekday() < 5
    assert timedelta(0) < found - day <= timedelta(days=3)


# Days typed into forms


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2 Mar 2012", date(2012, 3, 2)),
        ("2 march 12", date(2012, 3, 2)),
        ("2/3/2012", date(2012, 3, 2)),
        ("02.03.12", date(2012, 3, 2)),
        ("020312", date(2012, 3, 2)),
        ("02032012", date(2012, 3, 2)),
        ("2012-03-02", date(2012, 3, 2)),
        ("2 3 2012", date(2012, 3, 2)),
        ("today", TODAY),
        ("Yesterday", date(2026, 11, 23)),
        ("1/1/27", date(1927, 1, 1)),
        ("31 Feb 2012", None),
        ("2 Brumaire 2012", None),
        ("", None),
        ("soon", None),
    ],
)
def test_days_are_read_as_they_are_usually_typed(typed: str, day: date | None) -> None:
    assert read_day(typed, TODAY) == day


@given(st.dates(date(1930, 1, 1), date(2026, 11, 24)))
def test_every_way_of_typing_a_day_gives_it_back(day: date) -> None:
    for typed in (
        short_date(day),
        day.isoformat(),
        f"{day:%d/%m/%Y}",
        f"{day:%d%m%y}",
        f"{day.day}.{day.month}.{day.year}",
    ):
        assert read_day(typed, TODAY) == day


@given(st.text(max_size=24))
def test_no_text_breaks_the_reading_of_days(typed: str) -> None:
    assert read_day(typed, TODAY) is None or isinstance(read_day(typed, TODAY), date)


# Why a date


RULES = [rule for one in shipped.rulebook().sets for rule in one.rules.values()]


@pytest.mark.feature("F48")
@given(st.sampled_from(RULES), st.dates(date(2026, 9, 7), date(2026, 11, 27)))
def test_every_rule_is_recounted_from_the_words_it_left(rule, start: date) -> None:  # type: ignore[no-untyped-def]
    calendar = shipped.placeholder_calendar()
    try:
        deadline = explain(rule, start, calendar)
    except CalendarUnknown:
        return
    assert recount(("Still to make: RE02", *deadline.derivation), calendar) == deadline
    made = of_deadline(deadline, calendar)
    assert made.day == deadline.last_day
    assert made.counted[0] == deadline.first_day
    assert made.counted[-1] <= deadline.last_day
    assert len(made.counted) == rule.count * (7 if rule.unit.value == "weeks" else 1)
    if made.what_if is not None:
        assert made.what_if(start) == deadline.last_day


def test_words_that_no_rule_gives_are_not_taken_for_one() -> None:
    calendar = shipped.placeholder_calendar()
    assert recount((), calendar) is None
    assert recount(("Case opened Tuesday 3 November 2026",), calendar) is None
    rule = shipped.rulebook().rule("HARROW-2023.four_weeks")
    words = explain(rule, date(2026, 11, 3)).derivation
    moved = tuple(line.replace("1 December", "2 December") for line in words)
    assert recount(moved, calendar) is None, "a date that the rule does not give is not explained by it"


def test_the_councils_own_interval_is_counted_and_named() -> None:
    words = (
        "Case opened Tuesday 3 November 2026",
        "Due Friday 13 November 2026, 10 days later (council's choice, not the policy)",
    )
    made = explained(replace(TASK, due=date(2026, 11, 13), derivation=words), shipped.placeholder_calendar(), TODAY)
    assert len(made.counted) == 10
    assert made.counted[-1] == date(2026, 11, 13)
    assert made.rule == "The council’s choice, not the policy"


def test_a_step_by_hand_and_one_put_off_say_so() -> None:
    calendar = shipped.placeholder_calendar()
    by_hand = explained(replace(TASK, is_manual=True, why=""), calendar, TODAY)
    assert ("Why", "Entered by hand") in by_hand.lines
    put_off = explained(replace(TASK, put_off_until=date(2026, 12, 2), derivation=("Home visit",)), calendar, TODAY)
    assert put_off.note == "Put off to 2 Dec; the date itself has not changed."


@given(st.lists(st.dates(date(2000, 1, 1), date(2090, 1, 1)), max_size=4))
def test_days_written_out_are_read_in_their_order(days: list[date]) -> None:
    assert read_days(" and ".join(long_date(day) for day in days)) == tuple(days)


def test_the_lines_of_the_list_name_each_agency_once() -> None:
    keys = [key for key, _ in enquiry_lines()]
    assert {"RE08:housing", "RE08:health", "RE08:social-care", "RE08"} <= set(keys)
    assert "RE15" not in keys, "to record every action is no enquiry"
    assert len(keys) == len(set(keys))
