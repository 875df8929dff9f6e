"""Cases: opened with a reference never used twice, moved, closed with an outcome, opened again."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from cme_desktop.casework import cases
from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.domain.errors import NotFound, StepRefused, UserError
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.child import Child
from cme_desktop.models.episode import (
    Episode,
    EpisodeReason,
    EpisodeRisk,
    EpisodeStatus,
    EpisodeWaiting,
    Parent,
    Referral,
)
from cme_desktop.storage.store import Store
from tests.casework.look import episode, open_tasks, rows, titles
from tests.factories import (
    PRIMARY,
    SECONDARY,
    TODAY,
    Register,
    child_facts,
    make_case,
    open_case_command,
    parent_facts,
    referral_facts,
)


def test_a_case_opens_with_reference_status_and_a_first_step(register: Register) -> None:
    case = make_case(register)
    assert case.ref == "CME-2026-00001"
    assert (case.status, case.pathway, case.is_open) == ("whereabouts-unknown", "whereabouts-unknown", True)
    assert case.counts_as_cme
    assert case.next_action
    assert case.next_date is not None
    assert case.waiting_on == "LOCME"
    row = episode(register, case.ref)
    assert (row.year_group, row.last_school_urn, row.last_school_name) == ("10", SECONDARY, "Example High School")
    assert titles(register, case.ref)[0] == "Case opened (School or alternative provider, Example High School)"


def test_every_dated_fact_of_a_case_begins_on_the_day_it_opens(register: Register) -> None:
    make_case(register, opened_on=date(2026, 11, 10))
    for model in (EpisodeStatus, EpisodeRisk, EpisodeReason, EpisodeWaiting):
        [row] = [row for row in rows(register, model) if row.superseded_at is None]
        assert (row.valid_from, row.valid_to) == (date(2026, 11, 10), None)
    [reason] = rows(register, EpisodeReason)
    assert (reason.reason, reason.dfe_reason) == ("left-no-new-school", "unknown")


def test_references_count_on_in_each_year_and_are_never_used_twice(register: Register) -> None:
    first = make_case(register, opened_on=date(2025, 12, 31))
    second = make_case(register, child=child_facts(forename="Two"))
    third = make_case(register, child=child_facts(forename="Three"))
    assert [first.ref, second.ref, third.ref] == ["CME-2025-00001", "CME-2026-00001", "CME-2026-00002"]


@pytest.mark.feature("F23")
def test_a_case_opens_only_in_a_status_for_that(register: Register) -> None:
    with pytest.raises(StepRefused, match="cannot start in that status"):
        make_case(register, status="order-process")
    assert rows(register, Episode) == []
    assert rows(register, Child) == []


def test_a_case_does_not_open_in_the_future_or_for_a_child_not_born(register: Register) -> None:
    with pytest.raises(UserError, match="a day to come"):
        make_case(register, opened_on=date(2026, 11, 25))
    with pytest.raises(StepRefused, match="Date of birth must be in the past"):
        make_case(register, child=child_facts(dob=date(2027, 1, 1)))
    with pytest.raises(UserError, match="Choose the reason from the list"):
        make_case(register, reason="because")


def test_a_child_has_one_open_case_at_a_time(register: Register) -> None:
    case = make_case(register)
    with pytest.raises(UserError, match=f"has an open case, {case.ref}") as caught:
        make_case(register, child=case.child_id)
    assert caught.value.code == "case-open-already"
    with pytest.raises(NotFound):
        make_case(register, child=99)


def test_a_child_without_a_date_of_birth_can_have_a_case(register: Register) -> None:
    case = make_case(register, child=child_facts(dob=None, dob_text="2012-13-40"))
    assert case.counts_as_cme
    assert episode(register, case.ref).year_group == ""
    assert open_tasks(register, case.ref)


def test_a_child_who_lives_elsewhere_does_not_count_here(register: Register) -> None:
    case = make_case(register, status="out-of-borough")
    assert not case.counts_as_cme
    assert not episode(register, case.ref).in_area


@pytest.mark.feature("F23")
def test_a_status_moves_only_where_that_is_lawful_and_with_a_reason(register: Register) -> None:
    case = make_case(register)
    with pytest.raises(StepRefused, match="cannot go from"):
        cases.change_status(register.store, register.officer, case.ref, "ehe-suitable", reason="told so")
    with pytest.raises(StepRefused, match="Enter why the status changes"):
        cases.change_status(register.store, register.officer, case.ref, "known-not-in-education", reason=" ")
    moved = cases.change_status(
        register.store, register.officer, case.ref, "known-not-in-education", reason="Mother phoned"
    )
    assert (moved.status, moved.pathway) == ("known-not-in-education", "known-not-in-education")
    assert titles(register, case.ref)[-1] == ("Status changed from “Whereabouts unknown” to “Known, not in education”")


def test_a_move_is_a_dated_row_and_what_was_said_before_stays(register: Register) -> None:
    case = make_case(register, opened_on=date(2026, 11, 10))
    cases.change_status(
        register.store,
        register.officer,
        case.ref,
        "known-not-in-education",
        reason="Mother phoned on the 20th",
        on=date(2026, 11, 20),
    )
    everything = rows(register, EpisodeStatus)
    live = sorted((row.valid_from, row.valid_to, row.status) for row in everything if row.superseded_at is None)
    assert live == [
        (date(2026, 11, 10), date(2026, 11, 20), "whereabouts-unknown"),
        (date(2026, 11, 20), None, "known-not-in-education"),
    ]
    [before] = [row for row in everything if row.superseded_at is not None]
    assert (before.valid_from, before.valid_to, before.status) == (date(2026, 11, 10), None, "whereabouts-unknown")


def test_a_place_offered_names_school_and_start_and_waits_for_both(register: Register) -> None:
    case = make_case(register, status="known-not-in-education")
    with pytest.raises(UserError, match="no school with URN 1"):
        cases.change_status(
            register.store, register.officer, case.ref, "place-offered", reason="Admissions", school_urn="1"
        )
    cases.change_status(
        register.store,
        register.officer,
        case.ref,
        "place-offered",
        reason="Admissions phoned",
        school_urn=PRIMARY,
        starts_on=date(2026, 12, 1),
    )
    waits = {task.rule: task.waits_on for task in open_tasks(register, case.ref)}
    assert waits["SD27"] == "Admissions"
    assert waits["SD42"] == "Example Primary School"


def test_facts_decide_whether_the_child_counts(register: Register) -> None:
    case = make_case(register, opened_on=date(2026, 11, 10))
    on_roll = cases.change_facts(
        register.store, register.officer, case.ref, reason="School confirmed", on_roll=True, on=date(2026, 11, 17)
    )
    assert not on_roll.counts_as_cme
    spans = sorted(
        (row.valid_from, row.valid_to, row.counts_as_cme)
        for row in rows(register, EpisodeStatus)
        if row.superseded_at is None
    )
    assert spans == [(date(2026, 11, 10), date(2026, 11, 17), True), (date(2026, 11, 17), None, False)]
    with pytest.raises(UserError, match="Say what shows this"):
        cases.change_facts(register.store, register.officer, case.ref, reason="", on_roll=False)


def test_reason_and_owner_change(register: Register) -> None:
    case = make_case(register)
    cases.set_reason(register.store, register.officer, case.ref, "moved-in")
    row = episode(register, case.ref)
    assert (row.reason, row.dfe_reason) == ("moved-in", "moved-in-from-another-local-authority")
    cases.change_owner(register.store, register.officer, case.ref, register.manager.id)
    assert episode(register, case.ref).owner_id == register.manager.id
    with pytest.raises(UserError, match="Only a person with a log-in"):
        cases.change_owner(register.store, register.officer, case.ref, 99)
    with pytest.raises(UserError, match="Only a person with a log-in"):
        make_case(register, owner_id=99)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (CloseCase("", "seen"), "Choose the outcome from the list"),
        (CloseCase("found", "seen"), "Choose the outcome from the list"),
        (CloseCase("moved-abroad", "  "), "Enter how the outcome was confirmed"),
        (CloseCase("over-age", "by age"), "Compulsory school age ends on"),
    ],
)
def test_a_case_does_not_close_without_outcome_and_proof(register: Register, command: CloseCase, message: str) -> None:
    case = make_case(register)
    with pytest.raises(StepRefused, match=message):
        close_case(register.store, register.officer, case.ref, command)
    assert episode(register, case.ref).closed_on is None


def test_a_case_closes_on_a_day_of_its_own_time(register: Register) -> None:
    case = make_case(register)
    for day in (date(2026, 11, 23), date(2026, 11, 25)):
        with pytest.raises(UserError, match="from its opening up to today"):
            close_case(register.store, register.officer, case.ref, CloseCase("lost", "all done", day))
    with pytest.raises(UserError, match="no school with URN 5"):
        close_case(register.store, register.officer, case.ref, CloseCase("school-place", "phone", None, "5", TODAY))


@pytest.mark.feature("F37")
def test_a_school_place_keeps_school_start_and_proof(register: Register) -> None:
    case = make_case(register)
    closed = close_case(
        register.store,
        register.officer,
        case.ref,
        CloseCase("school-place", "Head phoned, Ms Osei", None, PRIMARY, date(2026, 11, 23)),
    )
    assert (closed.is_open, closed.outcome, closed.status, closed.counts_as_cme) == (
        False,
        "school-place",
        "closed",
        False,
    )
    row = episode(register, case.ref)
    assert (row.placed_school_urn, row.placed_on, row.how_confirmed) == (
        PRIMARY,
        date(2026, 11, 23),
        "Head phoned, Ms Osei",
    )
    assert (row.next_action, row.next_date, row.waiting_on) == ("", None, "")
    assert [one for one in rows(register, EpisodeWaiting) if one.superseded_at is None] == []


@pytest.mark.rule("SD35")
def test_closing_leaves_one_step_to_tell_the_referrer(register: Register) -> None:
    case = make_case(register)
    close_case(register.store, register.officer, case.ref, CloseCase("moved-abroad", "Passenger record"))
    [task] = open_tasks(register, case.ref)
    assert (task.rule, task.title) == ("SD35", "Tell Example High School that the case is closed")
    cases.referrer_told(register.store, register.officer, case.ref, on=TODAY, how="Phoned the office")
    assert open_tasks(register, case.ref) == []
    assert rows(register, Referral)[0].told_of_closure_on == TODAY


def test_the_referrer_is_told_of_a_closing_only_and_not_in_the_future(register: Register) -> None:
    case = make_case(register)
    with pytest.raises(UserError, match="is open, so there is no closing to tell"):
        cases.referrer_told(register.store, register.officer, case.ref, on=TODAY, how="Phone")
    for how, day in (("", TODAY), ("Phone", date(2026, 11, 25))):
        with pytest.raises(UserError, match="Say how the referrer was told"):
            cases.referrer_told(register.store, register.officer, case.ref, on=day, how=how)


def test_after_a_death_nothing_is_sent_by_itself(register: Register) -> None:
    case = make_case(register)
    close_case(register.store, register.officer, case.ref, CloseCase("deceased", "Told by the hospital"))
    assert open_tasks(register, case.ref) == []


def test_a_child_not_found_keeps_its_alert(register: Register) -> None:
    case = make_case(register)
    closed = close_case(register.store, register.officer, case.ref, CloseCase("lost", "All enquiries made"))
    assert closed.status == "closed-alert-remains"


@pytest.mark.feature("F35")
def test_opening_again_is_a_new_case_of_the_same_child_and_keeps_the_old(register: Register) -> None:
    case = make_case(register)
    close_case(register.store, register.officer, case.ref, CloseCase("moved-abroad", "Passenger record"))
    again = cases.reopen_case(
        register.store, register.officer, case.ref, "whereabouts-unknown", reason="Seen in Harrow"
    )
    assert again.ref != case.ref
    assert again.child_id == case.child_id
    assert again.is_open
    assert episode(register, case.ref).outcome == "moved-abroad"
    assert titles(register, again.ref)[-1] == f"Opened again: the previous case is {case.ref}"
    assert [parent.forename for parent in rows(register, Parent)] == ["Isatu", "Isatu"]


def test_opening_again_needs_a_closed_case_and_a_reason(register: Register) -> None:
    case = make_case(register)
    with pytest.raises(StepRefused, match="open already"):
        cases.reopen_case(register.store, register.officer, case.ref, "whereabouts-unknown", reason="again")
    close_case(register.store, register.officer, case.ref, CloseCase("moved-abroad", "Passenger record"))
    with pytest.raises(StepRefused, match="Enter why the case is reopened"):
        cases.reopen_case(register.store, register.officer, case.ref, "whereabouts-unknown", reason="")


def test_a_closed_case_takes_no_step_and_no_second_closing(register: Register) -> None:
    case = make_case(register)
    close_case(register.store, register.officer, case.ref, CloseCase("moved-abroad", "Passenger record"))
    with pytest.raises(UserError, match="is closed") as caught:
        close_case(register.store, register.officer, case.ref, CloseCase("lost", "again"))
    assert caught.value.code == "case-closed"
    with pytest.raises(StepRefused, match="Reopen it"):
        cases.change_status(register.store, register.officer, case.ref, "known-not-in-education", reason="x")


def test_an_unknown_reference_is_said_to_be_so(register: Register) -> None:
    with pytest.raises(NotFound, match="No case has the reference CME-2026-00099"):
        cases.set_reason(register.store, register.officer, "cme-2026-00099 ", "other")


def test_each_act_is_one_event_about_its_case(register: Register) -> None:
    before = len(rows(register, AuditEvent))
    case = make_case(register)
    cases.set_reason(register.store, register.officer, case.ref, "other")
    events = rows(register, AuditEvent)[before:]
    assert [(event.action, event.episode_id) for event in events] == [
        ("case.open", case.episode_id),
        ("case.reason", case.episode_id),
    ]


def test_a_referral_keeps_who_and_by_which_route(register: Register) -> None:
    make_case(
        register,
        referral=referral_facts(
            date(2026, 11, 20), route="via MASH", their_reference="M-17", details="Seen at a shop", referrer_contact="x"
        ),
        parents=(parent_facts(), parent_facts("Sesay", "Mo", parental_responsibility=False)),
    )
    [referral] = rows(register, Referral)
    assert (referral.received_on, referral.route, referral.referrer_kind) == (date(2026, 11, 20), "via MASH", "school")
    assert (referral.their_reference, referral.details) == ("M-17", "Seen at a shop")
    assert [parent.surname for parent in rows(register, Parent)] == ["Kamara", "Sesay"]


def test_opening_a_case_works_out_its_steps_at_any_register(register: Register) -> None:
    register.store.close()
    register.store = Store.open(register.folder, register.unlocked, register.clock)
    row = cases.open_case(register.store, register.officer, open_case_command())
    assert len(open_tasks(register, row.ref)) > 1


def test_the_year_group_follows_the_school_year(register: Register) -> None:
    case = make_case(register)
    register.clock.moment = datetime(2027, 9, 6, 9, 0, tzinfo=UTC)
    cases.set_reason(register.store, register.officer, case.ref, "other")
    assert episode(register, case.ref).year_group == "11"
