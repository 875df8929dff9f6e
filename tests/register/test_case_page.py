"""One case on its page and its tabs: nothing without the receipt of this look, and everything with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cme_desktop.access import Receipt
from cme_desktop.casework import access_log, cases, children, enquiries, notes, parents, risk
from cme_desktop.casework.children import AddressFacts, DetailChanges, NameFacts, RegistrationFacts
from cme_desktop.casework.enquiries import EnquiryEntry
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.parents import Phone
from cme_desktop.casework.risk import AnswerEntry
from cme_desktop.domain.errors import NotAllowed, NotFound
from cme_desktop.models.episode import Episode
from cme_desktop.models.timeline import Event
from cme_desktop.register import case_page, case_record, history
from cme_desktop.register import risk as risk_tab
from cme_desktop.register.case_page import EVENT_GROUPS, CaseHead, timeline
from cme_desktop.register.case_page import case_page as page_of
from cme_desktop.register.case_rows import EventRow
from tests.casework.look import episode, rows
from tests.factories import (
    ACADEMY,
    NOON,
    PRIMARY,
    SECONDARY,
    TODAY,
    Register,
    child_facts,
    make_case,
    make_upn,
    open_copy,
    parent_facts,
)
from tests.register.world import at, receipt_for

SHOWS = (
    case_page.case_page,
    case_page.timeline,
    case_page.enquiries,
    case_page.addresses,
    case_page.registrations,
    case_record.case_record,
    history.history,
    risk_tab.risk_page,
)


def head(register: Register, ref: str) -> CaseHead:
    return page_of(register.store, register.officer, ref, receipt_for(register, ref)).head


@pytest.mark.feature("F74")
@pytest.mark.parametrize("show", SHOWS, ids=lambda show: show.__name__)
def test_only_the_receipt_of_this_person_for_this_case_shows_it(register: Register, show: object) -> None:
    assert callable(show)
    case, other = make_case(register), make_case(register, child=child_facts("Two", "Child"))
    store, officer, manager = register.store, register.officer, register.manager
    own = access_log.open_case_page(store, officer, case.ref)
    assert show(store, officer, case.ref.lower(), replace(own, entity=f"case:{case.ref.lower()}")) is not None
    of_manager = access_log.open_case_page(store, manager, case.ref)
    of_other = access_log.open_case_page(store, officer, other.ref)
    of_list = access_log.opened_list(store, officer, "open", filters="", rows=2)
    of_search = access_log.searched(store, officer, "kamara", hits=1)
    of_name = access_log.reveal_name(store, officer, case.ref)
    for wrong in (of_manager, of_other, of_list, of_search, of_name):
        with pytest.raises(NotAllowed, match="has not been recorded yet"):
            show(store, officer, case.ref, wrong)
    assert show(store, officer, case.ref, own) is not None
    assert show(store, manager, case.ref, of_manager) is not None


@pytest.mark.parametrize("show", SHOWS, ids=lambda show: show.__name__)
def test_a_case_that_is_not_there_is_said_to_be_so(register: Register, show: object) -> None:
    assert callable(show)
    receipt = Receipt("access.open-case", register.officer.id, "case:CME-2026-00077", 1, NOON)
    with pytest.raises(NotFound, match="No case has the reference CME-2026-00077"):
        show(register.store, register.officer, "CME-2026-00077", receipt)


def test_the_identity_bar_says_who_and_where(register: Register) -> None:
    upn, former = make_upn(), make_upn()
    case = make_case(
        register,
        child=child_facts(
            names=(
                NameFacts("Ștefan", "Mara", "Ioana"),
                NameFacts("Ștefan", "Mimi", kind="preferred"),
                NameFacts("શાહ", "દિયા", kind="other-script"),
            ),
            dob=date(2015, 8, 31),
            upns=(upn,),
            former_upns=(former,),
            has_ehcp=True,
        ),
    )
    bar = head(register, case.ref)
    assert (bar.forename, bar.surname, bar.preferred, bar.other_script) == ("Mara", "Ștefan", "Mimi Ștefan", "દિયા શાહ")
    assert (bar.dob, bar.age, bar.year, bar.sex, bar.upn) == (date(2015, 8, 31), 11, "7", "F", upn)
    assert (bar.status_label, bar.pathway, bar.is_open) == ("Whereabouts unknown", "whereabouts-unknown", True)
    assert (bar.last_school, bar.off_roll_on) == ("Example High School", date(2026, 11, 3))
    assert (bar.address, bar.days, bar.missing_since) == ("8 Low Street, Harrow, HA2 9ZZ", 0, date(2026, 11, 3))
    assert (bar.risk, bar.risk_answered, bar.has_ehcp, bar.restricted) == ("not-rated", 0, True, False)
    assert (bar.owner, bar.outcome_label, bar.closed_on) == ("Anita Patel", "", None)
    assert bar.review_on == episode(register, case.ref).review_on
    record = case_record.case_record(register.store, register.officer, case.ref, receipt_for(register, case.ref))
    assert [(one.upn, one.current) for one in record.upns] == [(upn, True), (former, False)]
    assert record.documents == ()


def test_the_bar_follows_what_becomes_known(register: Register) -> None:
    store, officer = register.store, register.officer
    case = make_case(register, child=child_facts(dob=None, address=None, upns=(), registrations=()))
    bar = head(register, case.ref)
    assert (bar.dob, bar.age, bar.year, bar.upn, bar.address, bar.last_school, bar.off_roll_on) == (
        None,
        None,
        "",
        "",
        "",
        "",
        None,
    )
    children.change_details(store, officer, case.ref, DetailChanges(dob=date(2020, 9, 1)), reason="Birth certificate")
    children.change_address(
        store, officer, case.ref, AddressFacts(("1 New Road",), "ZZ1 1ZZ"), on=TODAY, reason="Housing"
    )
    children.record_registration(
        store, officer, case.ref, RegistrationFacts("Example Primary School", PRIMARY, leaving_date=TODAY), reason="CTF"
    )
    children.add_number(store, officer, case.ref, "upn", "Z999", reason="File")
    risk.answer_question(store, officer, case.ref, AnswerEntry(3, "no"))
    register.clock.moment = NOON + timedelta(days=5)
    bar = head(register, case.ref)
    assert (bar.age, bar.year, bar.address, bar.last_school) == (
        6,
        "1",
        "1 New Road, ZZ1 1ZZ",
        "Example Primary School",
    )
    assert (bar.off_roll_on, bar.days, bar.upn, bar.risk_answered) == (TODAY, 5, "Z999", 1)
    close_case(
        store,
        officer,
        case.ref,
        cases.CloseCase("school-place", "Joiner file", school_urn=PRIMARY, started_on=date(2026, 11, 27)),
    )
    register.clock.moment = NOON + timedelta(days=50)
    bar = head(register, case.ref)
    assert (bar.is_open, bar.days, bar.placed_school_urn) == (False, 5, PRIMARY)
    assert bar.outcome_label == "School place taken up"


def test_the_page_holds_people_steps_and_earlier_cases(register: Register) -> None:
    store, officer = register.store, register.officer
    mother = parent_facts()
    father = parent_facts("Kamara", "Musa", relationship="Father", has_care=False, phones=(Phone("07700 900456"),))
    first = make_case(register, parents=(father, mother))
    close_case(store, officer, first.ref, cases.CloseCase("school-place", "File"))
    register.clock.moment = NOON + timedelta(days=40)
    again = cases.reopen_case(store, officer, first.ref, "whereabouts-unknown", reason="Left again")
    page = page_of(store, officer, again.ref, receipt_for(register, again.ref))
    assert [(adult.name, adult.has_care, adult.phone) for adult in page.adults] == [
        ("Isatu Kamara", True, "07700 900123"),
        ("Musa Kamara", False, "07700 900456"),
    ]
    assert page.adults[0].address == ("8 Low Street", "Harrow")
    assert page.previous_cases == ((first.ref, TODAY, TODAY),)
    assert page.tasks
    assert [step.state for step in page.tasks] == ["open"] * len(page.tasks)
    assert min(step.due for step in page.tasks) == again.next_date
    assert (
        page_of(store, officer, first.ref, receipt_for(register, first.ref)).referrer == "Example High School, school"
    )
    assert page.event_count == len(rows(register, Event, Event.episode_id == again.episode_id))
    assert (page.enquiry_count, page.documents) == (0, ())


def test_steps_come_by_date_the_done_ones_last(register: Register) -> None:
    from cme_desktop.casework import next_steps

    store, officer = register.store, register.officer
    case = make_case(register)
    near = next_steps.add_task(store, officer, case.ref, "Ring the school", due=TODAY)
    far = next_steps.add_task(store, officer, case.ref, "Ring housing", due=TODAY + timedelta(days=9))
    next_steps.put_off(store, officer, near.id, until=TODAY + timedelta(days=30), reason="School is shut")
    next_steps.mark_done(store, officer, far.id, note="Nothing known")
    steps = page_of(store, officer, case.ref, receipt_for(register, case.ref)).tasks
    assert [step.state for step in steps] == ["open"] * (len(steps) - 1) + ["done"]
    assert (steps[-1].id, steps[-1].done_on) == (far.id, TODAY)
    mine = next(step for step in steps if step.id == near.id)
    assert (mine.due, mine.put_off_until, mine.is_manual) == (
        TODAY + timedelta(days=30),
        TODAY + timedelta(days=30),
        True,
    )
    derived = [step for step in steps if not step.is_manual]
    assert all(step.derivation and step.why for step in derived)


def test_brothers_and_sisters_are_linked_from_both_sides(register: Register) -> None:
    one, two, three = (make_case(register, child=child_facts("Kamara", name)) for name in ("Amara", "Isata", "Sia"))
    children.link_siblings(register.store, register.officer, two.ref, one.child_id, source="same mother")
    children.link_siblings(register.store, register.officer, two.ref, three.child_id, source="referral")

    def siblings(ref: str) -> list[tuple[str, str | None, str]]:
        page = page_of(register.store, register.officer, ref, receipt_for(register, ref))
        return sorted((row.name, row.ref, row.source) for row in page.siblings)

    assert siblings(one.ref) == [("Isata Kamara", two.ref, "same mother")]
    assert siblings(two.ref) == [("Amara Kamara", one.ref, "same mother"), ("Sia Kamara", three.ref, "referral")]
    assert siblings(three.ref) == [("Isata Kamara", two.ref, "referral")]


def test_addresses_and_schools_come_newest_first(register: Register) -> None:
    store, officer = register.store, register.officer
    case = make_case(register)
    children.change_address(
        store,
        officer,
        case.ref,
        AddressFacts(("2 Next Road", "Harrow"), "ZZ1 1ZZ"),
        on=date(2026, 11, 30),
        reason="Told",
    )
    children.hide_address(store, officer, case.ref, confidential=True, reason="Refuge")
    receipt = receipt_for(register, case.ref)
    homes = case_page.addresses(store, officer, case.ref, receipt)
    assert [(home.one_line, home.valid_to, home.confidential) for home in homes] == [
        ("2 Next Road, Harrow, ZZ1 1ZZ", None, True),
        ("8 Low Street, Harrow, HA2 9ZZ", date(2026, 11, 30), False),
    ]
    children.record_registration(
        store,
        officer,
        case.ref,
        RegistrationFacts("Example Academy", ACADEMY, entry_date=date(2026, 11, 9)),
        reason="Phone",
    )
    schools = case_page.registrations(store, officer, case.ref, receipt)
    assert [(one.school, one.urn, one.entry_date, one.leaving_date) for one in schools] == [
        ("Example Academy", ACADEMY, date(2026, 11, 9), None),
        ("Example High School", SECONDARY, date(2023, 9, 4), date(2026, 11, 3)),
    ]
    assert (schools[1].ground, schools[1].ground_text) == ("2024:9(1)(i)", "9(1)(i)")


@pytest.mark.rule("SD39")
def test_each_enquiry_shows_whom_how_and_when(register: Register) -> None:
    store, officer = register.store, register.officer
    case = make_case(register)
    asked = EnquiryEntry(
        "school", "Example High School office", "020 7946 0103", "phone", date(2026, 11, 4), "no-answer", "RE01"
    )
    waits = EnquiryEntry(
        "council",
        "Housing",
        "housing@example.invalid",
        "email",
        TODAY,
        "waiting",
        "RE08",
        agency="housing",
        made_at=datetime(2026, 11, 24, 9, 5, tzinfo=UTC),
        chase_on=date(2026, 11, 30),
    )
    enquiries.record_enquiry(store, officer, case.ref, asked)
    saved = enquiries.record_enquiry(store, officer, case.ref, waits)
    receipt = receipt_for(register, case.ref)
    first, second = case_page.enquiries(store, officer, case.ref, receipt)
    assert (first.side, first.asked, first.contact_detail, first.method, first.method_code) == (
        "council",
        "Housing",
        "housing@example.invalid",
        "E-mail",
        "email",
    )
    assert (first.made_on, first.made_at, first.chase_on, first.agency) == (
        TODAY,
        waits.made_at,
        date(2026, 11, 30),
        "housing",
    )
    assert (second.side, second.outcome, second.code, second.by) == ("school", "no-answer", "RE01", "Anita Patel")
    assert second.code_label
    enquiries.record_answer(store, officer, case.ref, saved.id, outcome="nothing", detail="Not known", on=TODAY)
    answered = case_page.enquiries(store, officer, case.ref, receipt)[0]
    assert (answered.outcome, answered.outcome_detail, answered.answered_on) == ("nothing", "Not known", TODAY)


# The timeline


@pytest.mark.feature("F24")
def test_the_timeline_tells_when_it_happened_and_when_it_was_recorded(register: Register) -> None:
    store, officer = register.store, register.officer
    case = make_case(register)
    register.clock.moment = at(date(2026, 11, 26), 15)
    notes.add_note(store, officer, case.ref, "The aunt rang", on=date(2026, 11, 25))
    visit = EnquiryEntry("council", "Neighbour", "9 Low Street", "visit", date(2026, 11, 24), "nobody-in", "RE04")
    enquiries.record_enquiry(store, officer, case.ref, visit)
    cases.change_status(store, officer, case.ref, "known-not-in-education", reason="Seen")
    receipt = receipt_for(register, case.ref)
    lines = timeline(store, officer, case.ref, receipt)
    assert [(line.kind, line.happened_on.day, line.recorded_at.day) for line in lines] == [
        ("status", 26, 26),
        ("note", 25, 26),
        ("enquiry", 24, 26),
        ("opened", 24, 24),
    ]
    assert (lines[2].method, lines[2].contact, lines[2].side) == ("visit", "9 Low Street", "council")
    assert all(line.by == "Anita Patel" for line in lines)
    by_group = {group: timeline(store, officer, case.ref, receipt, group=group) for group in ("", *EVENT_GROUPS)}
    assert {group: [line.kind for line in found] for group, found in by_group.items()} == {
        "": ["status", "note", "enquiry", "opened"],
        "contact": ["enquiry"],
        "decision": ["status", "opened"],
        "file": [],
        "letter": [],
    }


@pytest.fixture(scope="module")
def noted(template: Register, tmp_path_factory: pytest.TempPathFactory) -> Register:
    """Return a register with one case, whose timeline the property below writes anew for each example."""
    made = open_copy(template, tmp_path_factory.mktemp("noted") / "register")
    make_case(made)
    return made


lines_of_a_case = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from(("note", "enquiry", "letter", "file"))), max_size=25
)


@pytest.mark.feature("F24")
@settings(max_examples=25)
@given(wanted=lines_of_a_case, size=st.integers(1, 7), group=st.sampled_from(("", "contact", "letter")))
def test_the_timeline_is_paged_without_gap_or_repeat(
    noted: Register, wanted: list[tuple[int, int, str]], size: int, group: str
) -> None:
    store, officer = noted.store, noted.officer
    with store.action(officer, "test.timeline", hooks=False) as session:
        for row in session.query(Event).all():
            session.delete(row)
        case = session.query(Episode).one()
        for day, second, kind in wanted:
            session.add(
                Event(
                    episode_id=case.id,
                    kind=kind,
                    happened_on=TODAY - timedelta(days=day),
                    recorded_at=NOON + timedelta(seconds=second),
                    user_id=officer.id,
                    title=f"{day} {second} {kind}",
                )
            )
    receipt = receipt_for(noted, "CME-2026-00001")
    whole = timeline(store, officer, "CME-2026-00001", receipt, group=group, limit=1000)
    paged: list[EventRow] = []
    while True:
        page = timeline(
            store, officer, "CME-2026-00001", receipt, group=group, before=paged[-1] if paged else None, limit=size
        )
        paged += page
        if len(page) < size:
            break
    assert tuple(paged) == whole
    kinds = EVENT_GROUPS.get(group)
    assert len(whole) == sum(1 for _, _, kind in wanted if kinds is None or kind in kinds)
    keys = [(line.happened_on, line.recorded_at, line.id) for line in whole]
    assert keys == sorted(keys, reverse=True)


def test_the_page_shows_the_newest_lines_and_how_many_there_are(register: Register) -> None:
    case = make_case(register)
    for number in range(6):
        notes.add_note(register.store, register.officer, case.ref, f"Line {number}")
    receipt = receipt_for(register, case.ref)
    page = page_of(register.store, register.officer, case.ref, receipt, events=3)
    assert ([line.title for line in page.events], page.event_count) == (["Line 5", "Line 4", "Line 3"], 7)
    rest = timeline(register.store, register.officer, case.ref, receipt, before=page.events[-1])
    assert [line.title for line in rest[:3]] == ["Line 2", "Line 1", "Line 0"]
    assert len(rest) == 4


def test_what_an_adult_may_be_told_is_on_the_page(register: Register) -> None:
    case = make_case(register)
    page = page_of(register.store, register.officer, case.ref, receipt_for(register, case.ref))
    parents.restrict_parent(
        register.store,
        register.officer,
        case.ref,
        page.adults[0].id,
        parents.Restrictions(must_not_be_told=True, may_be_written_to=False, reason="Court order"),
    )
    adult = page_of(register.store, register.officer, case.ref, receipt_for(register, case.ref)).adults[0]
    assert (adult.must_not_be_told, adult.may_be_written_to, adult.restriction_reason) == (True, False, "Court order")
