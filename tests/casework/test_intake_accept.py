"""Decisions about staged pupils: one act each, dated rows, nothing overwritten, undone as one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cme_desktop.casework import next_steps, undo
from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.intake import Decision, accept, bring_back, not_same
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.reference.policy import change_settings
from cme_desktop.domain.errors import NotFound, UserError
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.child import Child, ChildAddress, ChildIdentifier, ChildName, SchoolRegistration
from cme_desktop.models.episode import Episode, Parent, Referral
from cme_desktop.models.intake import MatchCandidate, NotSame, StagedPupil
from tests.casework.look import episode, open_tasks, rows, task_of, titles
from tests.casework.s2s import Pupil, joiner_file, leaver_file, new_pupil, transfer_file
from tests.casework.test_intake_files import put
from tests.factories import PRIMARY, SECONDARY, TODAY, Register, child_facts, make_case, make_upn


def decide(register: Register, item: int, text: str, **more: object) -> str | None:
    """Carry out a decision as the officer and return the case."""
    decision = Decision.parse(text)
    return accept(
        register.store,
        register.officer,
        item,
        Decision(decision.kind, decision.ref, **more),  # type: ignore[arg-type]
    ).case


def live(register: Register, model: type, name: str) -> list[object]:
    """Return one column of the rows that count now and have no end."""
    return [getattr(row, name) for row in rows(register, model) if row.superseded_at is None and row.valid_to is None]


def test_a_new_child_gets_a_case_with_everything_the_file_says(register: Register) -> None:
    upn = make_upn()
    name, data = leaver_file(Pupil(upn=upn))
    [item] = put(register, (name, data)).staged_ids
    ref = decide(register, item, "new")
    assert ref is not None
    case = episode(register, ref)
    assert (case.status, case.missing_since, case.reason) == (
        "whereabouts-unknown",
        date(2026, 11, 3),
        "file-leaver",
    )
    assert (case.last_school_urn, case.last_school_name) == (SECONDARY, "Example High School")
    [child] = rows(register, Child)
    assert (child.dob, child.sex) == (date(2012, 3, 2), "F")
    assert [(row.value, row.kind, row.is_current) for row in rows(register, ChildIdentifier)] == [
        (upn, "permanent", True)
    ]
    [home] = rows(register, ChildAddress)
    assert (home.lines, home.postcode, home.source) == (["8 Low Street", "Harrow"], "HA2 9ZZ", name)
    [stay] = rows(register, SchoolRegistration)
    assert (stay.school_urn, stay.ground, stay.leaving_date) == (SECONDARY, "2024:9(1)(i)", date(2026, 11, 3))
    [parent] = rows(register, Parent)
    assert (parent.forename, parent.relationship, parent.parental_responsibility, parent.has_care) == (
        "Isatu",
        "Mother",
        True,
        True,
    )
    assert parent.address == ["8 Low Street", "Harrow"]
    [referral] = rows(register, Referral)
    assert (referral.referrer_kind, referral.referrer_school_urn) == ("s2s-file", SECONDARY)
    assert titles(register, ref)[-1] == "Leaver file from Example High School: off roll on 9(1)(i), destination unknown"
    assert open_tasks(register, ref)
    [staged] = rows(register, StagedPupil)
    assert (staged.decision, staged.child_id, staged.episode_id) == ("new", child.id, case.id)


@pytest.mark.parametrize(
    ("ground", "status", "reason"),
    [
        ("9(1)(f)", "ehe-to-check", "ehe-leaver"),
        ("9(1)(o)", "known-not-in-education", "permanently-excluded"),
        ("9(1)(g)", "whereabouts-unknown", "believed-moved-uk"),
    ],
)
def test_the_ground_decides_how_the_case_opens(register: Register, ground: str, status: str, reason: str) -> None:
    [item] = put(register, leaver_file(new_pupil(ground=ground))).staged_ids
    ref = decide(register, item, "new")
    assert ref is not None
    assert (episode(register, ref).status, episode(register, ref).reason) == (status, reason)


def test_the_same_child_keeps_what_is_ours_and_gains_what_is_new(register: Register) -> None:
    old, new = make_upn(), make_upn()
    case = make_case(register, child=child_facts(upns=(old,), dob=None, sex="U"))
    pupil = Pupil(upn=new, paon="12", street="High Road", postcode="HA1 9ZZ", parent=("Abu", "Kamara"))
    [item] = put(register, leaver_file(pupil)).staged_ids
    assert decide(register, item, f"match:{case.ref}") == case.ref
    assert live(register, ChildAddress, "postcode") == ["HA2 9ZZ"]
    assert live(register, ChildName, "surname") == ["Kamara"]
    [child] = rows(register, Child)
    assert (child.dob, child.sex) == (date(2012, 3, 2), "F")
    assert {row.value: row.is_current for row in rows(register, ChildIdentifier)} == {old: False, new: True}
    assert [parent.forename for parent in rows(register, Parent)] == ["Isatu", "Abu"]
    assert len(rows(register, Episode)) == 1


def test_the_file_s_address_and_name_are_taken_where_the_officer_says_so(register: Register) -> None:
    case = make_case(register, opened_on=TODAY - timedelta(days=9))
    pupil = Pupil(surname="Conteh", paon="12", street="High Road", postcode="HA1 9ZZ", dob="2012-03-03", sex="M")
    [item] = put(register, leaver_file(pupil)).staged_ids
    decide(register, item, f"match:{case.ref}", take=frozenset({"address", "name", "dob", "sex"}))
    assert live(register, ChildAddress, "postcode") == ["HA1 9ZZ"]
    assert live(register, ChildName, "surname") == ["Conteh"]
    ended = [row for row in rows(register, ChildAddress) if row.superseded_at is None and row.valid_to == TODAY]
    assert [row.postcode for row in ended] == ["HA2 9ZZ"]
    assert (rows(register, Child)[0].dob, rows(register, Child)[0].sex) == (date(2012, 3, 3), "M")


def test_a_parent_of_the_same_name_is_neither_doubled_nor_changed(register: Register) -> None:
    case = make_case(register)
    [item] = put(register, leaver_file(Pupil(parent=("ISATU", "Kamara"), paon="99"))).staged_ids
    decide(register, item, f"match:{case.ref}")
    [parent] = rows(register, Parent)
    assert parent.address == ["8 Low Street", "Harrow"]


@pytest.mark.feature("F15")
def test_a_closed_case_is_opened_again_as_a_new_one(register: Register) -> None:
    upn = make_upn()
    case = make_case(register, child=child_facts(upns=(upn,)))
    close_case(register.store, register.officer, case.ref, CloseCase("moved-abroad", "seen"))
    [item] = put(register, leaver_file(Pupil(upn=upn, ground="9(1)(f)"))).staged_ids
    ref = decide(register, item, f"match:{case.ref}")
    assert ref not in (None, case.ref)
    assert ref is not None
    again = episode(register, ref)
    assert (again.child_id, again.status, again.closed_on) == (case.child_id, "ehe-to-check", None)
    assert f"Opened again: the previous case is {case.ref}" in titles(register, ref)
    assert len(rows(register, Child)) == 1


@pytest.mark.feature("F6")
def test_a_joiner_closes_an_open_case_only_when_a_person_says_so(register: Register) -> None:
    upn = make_upn()
    case = make_case(register, child=child_facts(upns=(upn,)))
    [item] = put(register, joiner_file(Pupil(upn=upn, leaving="2026-11-20"))).staged_ids
    decide(register, item, f"match:{case.ref}")
    row = episode(register, case.ref)
    assert (row.closed_on, row.on_roll, row.counts_as_cme) == (None, True, False)
    assert task_of(register, case.ref, "F6").title == "Confirm and close: on roll at Example Primary School"
    with pytest.raises(UserError, match="done by closing the case"):
        next_steps.mark_done(register.store, register.officer, task_of(register, case.ref, "F6").id)


@pytest.mark.feature("F6")
@pytest.mark.feature("F37")
def test_a_joiner_closes_the_case_in_one_act_with_its_evidence(register: Register) -> None:
    upn = make_upn()
    case = make_case(register, child=child_facts(upns=(upn,)))
    name, data = joiner_file(Pupil(upn=upn, leaving="2026-11-20"))
    [item] = put(register, (name, data)).staged_ids
    before = len(rows(register, AuditEvent))
    decide(register, item, f"match:{case.ref}", close=True)
    assert len(rows(register, AuditEvent)) == before + 1
    row = episode(register, case.ref)
    assert (row.closed_on, row.outcome, row.placed_school_urn, row.placed_on) == (
        TODAY,
        "school-place",
        PRIMARY,
        date(2026, 11, 20),
    )
    assert name in row.how_confirmed


def test_a_joiner_closes_nothing_where_closing_waits_for_a_second_person(register: Register) -> None:
    change_settings(register.store, register.officer, {"approval.kinds": ["close"]})
    upn = make_upn()
    case = make_case(register, child=child_facts(upns=(upn,)))
    [item] = put(register, joiner_file(Pupil(upn=upn, leaving="2026-11-20"))).staged_ids
    with pytest.raises(UserError, match="waits for a second person"):
        decide(register, item, f"match:{case.ref}", close=True)
    assert episode(register, case.ref).closed_on is None
    assert rows(register, StagedPupil)[0].decision is None
    decide(register, item, f"match:{case.ref}")
    assert episode(register, case.ref).on_roll


def test_a_joiner_of_a_closed_case_is_noted_and_opens_nothing(register: Register) -> None:
    upn = make_upn()
    case = make_case(register, child=child_facts(upns=(upn,)))
    close_case(register.store, register.officer, case.ref, CloseCase("moved-abroad", "seen"))
    [item] = put(register, joiner_file(Pupil(upn=upn))).staged_ids
    assert decide(register, item, f"match:{case.ref}") == case.ref
    assert titles(register, case.ref)[-1].startswith("Joiner file from Example Primary School")
    assert len(rows(register, Episode)) == 1


def test_a_child_can_be_named_by_number(register: Register) -> None:
    case = make_case(register)
    [item] = put(register, leaver_file(Pupil())).staged_ids
    accepted = accept(register.store, register.officer, item, Decision("match", child_id=case.child_id))
    assert (accepted.case, accepted.child_id) == (case.ref, case.child_id)


def test_not_cme_and_later_open_nothing(register: Register) -> None:
    first, second = put(register, leaver_file(new_pupil(), new_pupil(forename="Two", dob="2013-01-01"))).staged_ids
    assert decide(register, first, "not-cme") is None
    assert decide(register, second, "later") is None
    assert rows(register, Child) == []
    assert [row.decision for row in rows(register, StagedPupil)] == ["not-cme", "later"]
    assert rows(register, StagedPupil)[1].later_until == TODAY + timedelta(days=7)


def test_what_was_put_off_comes_back_on_its_day(register: Register) -> None:
    [item] = put(register, leaver_file(new_pupil())).staged_ids
    decide(register, item, "later", until=TODAY + timedelta(days=2))
    assert bring_back(register.store, register.officer) == 0
    register.clock.moment += timedelta(days=2)
    before = len(rows(register, AuditEvent))
    assert bring_back(register.store, register.officer) == 1
    assert bring_back(register.store, register.officer) == 0
    assert len(rows(register, AuditEvent)) == before + 1
    assert rows(register, StagedPupil)[0].decision is None


def test_a_new_school_that_stays_silent_makes_the_leaver_a_proposed_case(register: Register) -> None:
    [item] = put(register, transfer_file(new_pupil(ground="9(1)(a)"))).staged_ids
    until = rows(register, StagedPupil)[0].later_until
    assert until is not None
    register.clock.moment += until - TODAY
    assert bring_back(register.store, register.officer) == 1
    assert rows(register, StagedPupil)[0].proposed == "new"
    assert rows(register, Child) == []
    assert decide(register, item, "new") is not None


def test_a_decision_holds_until_it_is_undone(register: Register) -> None:
    [item] = put(register, leaver_file(new_pupil())).staged_ids
    decide(register, item, "not-cme")
    with pytest.raises(UserError, match="decided before") as caught:
        decide(register, item, "new")
    assert caught.value.code == "already-decided"
    undo.undo_last(register.store, register.officer, since_seq=0)
    assert decide(register, item, "new") is not None


@pytest.mark.parametrize("text", ["", "match", "new:CME-2026-00001", "yes", "match:"])
def test_only_the_four_decisions_are_understood(text: str) -> None:
    with pytest.raises(UserError, match="Say match:REFERENCE"):
        Decision.parse(text)


def test_wrong_particulars_decide_nothing(register: Register) -> None:
    [item] = put(register, leaver_file(new_pupil())).staged_ids
    wrong = [
        Decision("perhaps"),
        Decision("match"),
        Decision("match", child_id=1, take=frozenset({"ethnicity"})),
        Decision("later", until=TODAY),
    ]
    for decision in wrong:
        with pytest.raises(UserError):
            accept(register.store, register.officer, item, decision)
    with pytest.raises(NotFound):
        decide(register, item, "match:CME-2026-00099")
    with pytest.raises(NotFound, match="holds no item"):
        decide(register, 99, "later")
    assert rows(register, StagedPupil)[0].decision is None


def test_the_next_file_of_the_same_child_finds_the_child_just_entered(register: Register) -> None:
    upn = make_upn()
    [first] = put(register, leaver_file(Pupil(upn=upn))).staged_ids
    [second] = put(register, joiner_file(Pupil(upn=upn, leaving="2026-11-20"))).staged_ids
    ref = decide(register, first, "new")
    waiting = next(row for row in rows(register, StagedPupil) if row.id == second)
    assert waiting.proposed == "match"
    assert waiting.episode_id == episode(register, ref or "").id


def test_a_new_child_is_refused_once_while_a_match_was_not_shown(register: Register) -> None:
    [item] = put(register, leaver_file(Pupil(dob="2012-03-03"))).staged_ids
    case = make_case(register, child=child_facts(upns=()))
    with pytest.raises(UserError, match="who may be the same") as caught:
        decide(register, item, "new")
    assert caught.value.code == "match-found"
    assert [row.child_id for row in rows(register, MatchCandidate)] == [case.child_id]
    assert rows(register, StagedPupil)[0].decision is None
    assert decide(register, item, "new") != case.ref


@pytest.mark.feature("F16")
def test_not_the_same_is_remembered_and_the_next_candidate_shown(register: Register) -> None:
    case = make_case(register, child=child_facts(upns=()))
    name, data = leaver_file(Pupil(dob="2012-02-03"))
    [item] = put(register, (name, data)).staged_ids
    not_same(register.store, register.officer, item, case.child_id, why="Cousin")
    not_same(register.store, register.officer, item, case.child_id)
    assert rows(register, MatchCandidate) == []
    assert [row.why for row in rows(register, NotSame)] == ["Cousin"]
    assert rows(register, StagedPupil)[0].proposed == "new"
    put(register, leaver_file(Pupil(dob="2012-02-03", leaving="2026-11-04"), number=2))
    assert rows(register, MatchCandidate) == []
    put(register, leaver_file(Pupil(dob="2012-02-03", forename="Amara Jane"), number=3))
    assert len(rows(register, MatchCandidate)) == 1


@pytest.mark.feature("F18")
def test_brothers_and_sisters_are_suggested_and_never_linked_by_themselves(register: Register) -> None:
    first, second = put(
        register, leaver_file(new_pupil(), new_pupil(forename="Musa", sex="M", dob="2015-07-01"))
    ).staged_ids
    ref = decide(register, first, "new")
    accepted = accept(register.store, register.officer, second, Decision("new"))
    [sibling] = accepted.siblings
    assert (sibling.case, sibling.name, sibling.why) == (
        ref,
        "Amara Kamara",
        "same address, same surname, same parent or carer",
    )


def test_a_court_order_keeps_an_adult_from_being_written_to(register: Register) -> None:
    [item] = put(register, leaver_file(new_pupil(court_order="Y"))).staged_ids
    decide(register, item, "new")
    [parent] = rows(register, Parent)
    assert (parent.court_order, parent.may_be_written_to) == ("Y", False)
    assert "court order" in parent.restriction_reason


def test_professionals_are_no_adults_of_the_case(register: Register) -> None:
    [item] = put(register, leaver_file(new_pupil(relationship="SWR"))).staged_ids
    decide(register, item, "new")
    assert rows(register, Parent) == []


@pytest.mark.feature("F87")
def test_an_import_and_its_decisions_are_undone_one_by_one_to_the_state_before(register: Register) -> None:
    tables = (Child, ChildName, ChildAddress, ChildIdentifier, SchoolRegistration, Episode, Parent, Referral)
    case = make_case(register)
    before = {table: len(rows(register, table)) for table in tables}
    [item] = put(register, leaver_file(new_pupil(forename="Zainab", dob="2014-01-01"))).staged_ids
    decide(register, item, "new")
    undo.undo_last(register.store, register.officer, since_seq=0)
    undo.undo_last(register.store, register.officer, since_seq=0)
    assert {table: len(rows(register, table)) for table in tables} == before
    assert rows(register, StagedPupil) == []
    assert episode(register, case.ref).open_actions > 0
