"""What the order process says in each state, on the maintained, the academy and the plan path; and how it counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path as Folder

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop import shipped
from cme_desktop.casework import access_log, children
from cme_desktop.casework.children import DetailChanges
from cme_desktop.casework.documents.drafting import draft_document
from cme_desktop.casework.documents.issuing import ApprovalNeeded, issue_document
from cme_desktop.casework.orders.page import OrderPage, order_page
from cme_desktop.casework.reference.policy import Policy
from cme_desktop.domain.deadlines import explain
from cme_desktop.domain.order_process import Action
from cme_desktop.domain.service import Method, deemed, plan
from cme_desktop.ui.case.order import future_law
from cme_desktop.ui.case.order.explain import Books, explain_last_day, explain_school_time, planned_service
from cme_desktop.ui.case.order.offers import card_of
from cme_desktop.ui.case.order.path import ACTS, Key, Mark, beside, current_of, next_refused, steps_of
from tests.casework.order_path import Path, start
from tests.factories import ACADEMY, SECONDARY, Register, make_register, open_copy


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Register:
    """Return a closed register to copy from."""
    made = make_register(tmp_path_factory.mktemp("words-template") / "register")
    made.close()
    return made


@pytest.fixture
def register(empty: Register, tmp_path: Folder) -> Iterator[Register]:
    """Return an open register without a case."""
    made = open_copy(empty, tmp_path / "register")
    yield made
    made.close()


def page_of(path: Path) -> OrderPage:
    """Return what the page of a case shows on its day."""
    store, me = path.register.store, path.register.officer
    return order_page(store, me, path.ref, access_log.open_case_page(store, me, path.ref))


def now(path: Path) -> tuple[Key | None, str]:
    """Return the step that is now, with its words."""
    step = current_of(steps_of(page_of(path), path.today))
    return (step.key, step.words) if step is not None else (None, "")


def offers(path: Path) -> list[str]:
    """Return what the card of the present step offers."""
    page = page_of(path)
    step = current_of(steps_of(page, path.today))
    assert step is not None
    return [one.words for one in card_of(page, step, path.register.officer, path.today).offers]


def to_decision(path: Path) -> Path:
    """Serve the first notice on 1 December and decide on the first day possible."""
    path.at(date(2026, 12, 1)).letter("L04", method="hand")
    path.step("serve-437", method="hand")
    path.at(date(2026, 12, 16)).step("assess-response", result="none")
    path.step("decide-expedient", expedient="yes", reasons="No education since 3 November.")
    return path


def test_the_maintained_path_from_the_first_letter_to_the_school(register: Register) -> None:
    path = start(register)
    assert now(path) == (Key.ENQUIRY, "No letter, call or visit is recorded yet")
    assert offers(path) == ["Make first letter", "Log enquiry"]
    path.letter("L01")
    assert now(path) == (Key.NOTICE_437, "Allowed now")
    assert offers(path) == ["Make notice to Isatu Kamara"]
    path.at(date(2026, 12, 1)).letter("L04", method="hand")
    assert now(path) == (Key.NOTICE_437, "Issued. Record how it was served")
    assert offers(path) == ["Record how Isatu Kamara was served"]
    path.step("serve-437", method="hand")
    assert now(path) == (Key.ASSESS, "Allowed now. Last reply period ends Tue 15 Dec")
    refused = next_refused(steps_of(page_of(path), path.today), current_of(steps_of(page_of(path), path.today)))
    assert refused is not None
    assert (refused.key, refused.words) == (Key.EXPEDIENT, "Not yet: possible from Wed 16 Dec")
    path.at(date(2026, 12, 16)).step("assess-response", result="none")
    assert now(path) == (Key.EXPEDIENT, "Allowed now")
    path.step("decide-expedient", expedient="yes", reasons="No education since 3 November.")
    assert now(path) == (Key.CONSULT, "Allowed now")
    path.step("consult-school", urn=SECONDARY)
    assert now(path) == (Key.TELL, "Allowed now")
    path.step("notify-school-439", urn=SECONDARY, received="2026-12-16")
    assert now(path) == (Key.NOTICE_438, "Not yet: possible from Thu 31 Dec. Council practice, s439(7)")
    waits = steps_of(page_of(path), path.today)
    told = next(step for step in waits if step.key is Key.TELL)
    assert beside(waits, told) == current_of(waits), "the present step is the one that is refused"
    assert current_of(waits) is not None
    look = card_of(page_of(path), beside(waits, told) or told, path.register.officer, path.today)
    assert f"{look.refused} {look.when}".count("31 Dec") == 1
    path.at(date(2026, 12, 31))
    assert now(path) == (Key.NOTICE_438, "Allowed now")
    assert offers(path) == ["Make notice of intention to Isatu Kamara", "Record the school’s answer"]
    path.letter("L07", method="hand")
    path.step("serve-438", method="hand", urn=SECONDARY)
    assert now(path) == (Key.SETTLE, "Not yet: possible from Fri 15 Jan")
    path.at(date(2027, 1, 15))
    assert now(path) == (Key.SETTLE, "Allowed now")
    path.step("determine-school", urn=SECONDARY, basis="specified")
    assert offers(path) == ["Make order to Isatu Kamara"]
    path.letter("L08")
    path.step("serve-order", method="hand")
    assert now(path) == (Key.INFORM, "Allowed now")
    path.step("inform-school")
    assert now(path) == (None, "")
    done = [step.words for step in steps_of(page_of(path), path.today)]
    assert done[1:4] == ["Served on 1 parent", "No reply, Wed 16 Dec", "Expedient, decided Wed 16 Dec"]
    assert done[6:] == [
        "Served on 1 parent, last day Thu 14 Jan",
        "Specified by the council, Fri 15 Jan",
        "SAO-2027-0001 served Fri 15 Jan",
        "Told Fri 15 Jan",
    ]


def test_an_academy_is_asked_for_its_agreement_in_the_place_of_the_notice(register: Register) -> None:
    path = to_decision(start(register))
    path.step("consult-school", urn=ACADEMY)
    steps = {step.key: step for step in steps_of(page_of(path), path.today)}
    assert Key.TELL not in steps
    assert (steps[Key.AGREE].title, steps[Key.AGREE].mark) == ("The trust’s written agreement", Mark.NOW)
    path.step("agree-academy", urn=ACADEMY, agreed_by="Mr Daniel Sample")
    assert now(path) == (Key.NOTICE_438, "Allowed now")


def test_a_child_with_a_plan_has_the_school_of_the_plan(register: Register) -> None:
    path = start(register)
    children.change_details(
        register.store,
        register.officer,
        path.ref,
        DetailChanges(has_ehcp=True, ehcp_school_urn=SECONDARY),
        reason="The plan names the school",
    )
    to_decision(path)
    steps = steps_of(page_of(path), path.today)
    assert [step.key for step in steps] == [
        Key.ENQUIRY,
        Key.NOTICE_437,
        Key.ASSESS,
        Key.EXPEDIENT,
        Key.SETTLE,
        Key.ORDER,
        Key.INFORM,
    ]
    assert steps[4].title == "Name Example High School from the plan"


def test_a_satisfied_council_ends_the_process(register: Register) -> None:
    path = start(register)
    path.at(date(2026, 12, 1)).letter("L04", method="hand")
    path.step("serve-437", method="hand")
    path.at(date(2026, 12, 3)).step("assess-response", result="satisfied", reasons="A full timetable was shown.")
    page = page_of(path)
    assert page.lawful.state == "satisfied"
    assert page.steps == (), "what came before belongs to an ended process"


def test_a_decision_that_school_is_not_expedient_stops_what_follows(register: Register) -> None:
    path = start(register)
    path.at(date(2026, 12, 1)).letter("L04", method="hand")
    path.step("serve-437", method="hand")
    path.at(date(2026, 12, 16)).step("assess-response", result="none")
    path.step("decide-expedient", expedient="no", reasons="The child leaves for another council on Friday.")
    steps = steps_of(page_of(path), path.today)
    assert steps[3].words == "Not expedient: no order can follow, decided Wed 16 Dec"
    assert {step.words for step in steps[5:]} == {"Not needed while school is not expedient"}


def test_a_notice_that_waits_says_who_was_asked(register: Register) -> None:
    path = start(register)
    made = draft_document(register.store, register.officer, path.ref, "L04", planned_method="hand")
    with pytest.raises(ApprovalNeeded):
        issue_document(register.store, register.officer, made.id)
    assert now(path) == (Key.NOTICE_437, "Waits for approval, asked Tue 24 Nov")
    page = page_of(path)
    step = current_of(steps_of(page, path.today))
    assert step is not None
    card = card_of(page, step, register.officer, path.today)
    assert card.tag.text == "Waits for approval"
    assert card.sentences == ("The notice to Isatu Kamara waits for a second person. Anita Patel asked on Tue 24 Nov.",)
    assert [one.words for one in card.offers] == ["Read the notice to Isatu Kamara"]


def test_every_step_that_the_page_offers_is_an_act_of_the_law() -> None:
    assert set(ACTS.values()) <= {action.value for action in Action}


def test_the_future_law_shows_every_rule_of_the_shipped_set_and_allows_none() -> None:
    steps = future_law.future_steps()
    assert [step.words for step in steps] == [rule.period for rule in future_law.future_set().rules.values()]
    assert future_law.future_set().effective_from is None
    assert not any(step.allowed for step in steps)


# How it counts

BOOKS = Books.of(Policy({}), shipped.placeholder_calendar())
DAYS = st.dates(date(2026, 9, 7), date(2027, 6, 30))


@given(method=st.sampled_from([Method.HAND, Method.LEFT, Method.FIRST_CLASS, Method.SECOND_CLASS]), sent=DAYS)
def test_what_is_planned_is_what_the_law_counts(method: Method, sent: date) -> None:
    """The day shown before service is recorded is the day that recording it gives, and a notice as planned holds."""
    period = BOOKS.rules.rule("SAO-A.notice_437_min", sent)
    printed = plan(method, sent, period, BOOKS.calendar, BOOKS.rules)
    seen = planned_service(BOOKS, "L04", printed.last_day, method.value, sent)
    assert seen.holds
    assert (seen.served_on, seen.last_day) == (printed.served_on, printed.last_day)


@given(sent=DAYS, late=st.integers(1, 30))
def test_a_notice_served_late_is_never_said_to_hold(sent: date, late: int) -> None:
    period = BOOKS.rules.rule("SAO-A.notice_437_min", sent)
    printed = explain(period, sent).last_day
    seen = planned_service(BOOKS, "L04", printed, "hand", sent + timedelta(days=late))
    assert not seen.holds
    assert seen.days_given == max(period.count - late, 0)


def test_electronic_service_counts_on_its_day_and_post_is_counted() -> None:
    seen = planned_service(BOOKS, "L08", None, "electronic", date(2026, 11, 24))
    assert (seen.served_on, seen.last_day, seen.holds) == (date(2026, 11, 24), None, True)
    posted = planned_service(BOOKS, "L08", None, "first-class", date(2026, 11, 27))
    assert posted.served_on == deemed(Method.FIRST_CLASS, date(2026, 11, 27), BOOKS.calendar, BOOKS.rules).served_on


@pytest.mark.feature("F48")
def test_the_dates_of_a_case_explain_themselves(register: Register) -> None:
    path = to_decision(start(register))
    path.step("consult-school", urn=SECONDARY)
    path.step("notify-school-439", urn=SECONDARY, received="2026-12-16")
    page = page_of(path)
    notice = page.papers_of("L04")[-1]
    explained = explain_last_day(page, notice, BOOKS)
    assert explained is not None
    assert explained.day == date(2026, 12, 15)
    assert (explained.counted[0], explained.counted[-1], len(explained.counted)) == (
        date(2026, 12, 1),
        date(2026, 12, 15),
        15,
    )
    assert explained.what_if is not None
    assert explained.what_if(date(2026, 12, 2)) == date(2026, 12, 16)
    school = explain_school_time(page, BOOKS)
    assert school is not None
    assert (school.day, school.next_step) == (date(2026, 12, 30), date(2026, 12, 31))
    assert "council practice" in school.rule
    assert explain_last_day(page, page.papers_of("L05")[-1], BOOKS) is None
