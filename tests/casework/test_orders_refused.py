"""What the law does not allow is refused, with its section and its first lawful day, and changes nothing."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from cme_desktop.casework.orders.steps import take_step
from cme_desktop.domain.errors import NotAllowed, UserError
from cme_desktop.models.document import ContentFile
from tests.casework.look import rows
from tests.casework.order_path import Path, everything, only_an_audit_row, start
from tests.factories import ACADEMY, SECONDARY, Register, child_facts, parent_facts

FATHER = parent_facts(forename="Musa", title="Mr", relationship="Father", relationship_code="PAF")


def _to_the_decision(path: Path) -> Path:
    path.at(date(2026, 12, 1)).letter("L04", parent_id=1, method="hand")
    path.step("serve-437", parent=1, method="hand")
    path.at(date(2026, 12, 16)).step("assess-response", result="none")
    path.step("decide-expedient", expedient="yes", reasons="No education since 3 November.")
    return path


def _to_the_second_notice(path: Path) -> Path:
    _to_the_decision(path)
    path.step("consult-school", urn=SECONDARY)
    path.step("notify-school-439", urn=SECONDARY, received="2026-12-16")
    path.at(date(2026, 12, 31)).letter("L07", method="hand")
    path.step("serve-438", method="hand", urn=SECONDARY)
    return path


@pytest.mark.feature("F57")
def test_an_order_one_day_early(register: Register) -> None:
    path = _to_the_second_notice(start(register)).at(date(2027, 1, 14))
    for refusal in (
        path.refused("determine-school", urn=SECONDARY, basis="specified"),
        path.letter_refused("L08"),
        path.refused("serve-order", method="hand"),
    ):
        assert refusal.code == "too-early"
        assert refusal.section == "Education Act 1996 s438(3) to (6)"
        assert refusal.allowed_from == date(2027, 1, 15)
    path.at(date(2027, 1, 15)).step("determine-school", urn=SECONDARY, basis="specified")
    path.letter("L08")
    assert path.step("serve-order", method="hand").state == "sao-served"


@pytest.mark.feature("F57")
def test_an_order_without_the_decision_that_school_is_expedient(register: Register) -> None:
    path = start(register)
    path.at(date(2026, 12, 1)).letter("L04", method="hand")
    path.step("serve-437", method="hand")
    path.at(date(2026, 12, 16)).step("assess-response", result="none")
    refusal = path.refused("serve-order", method="hand")
    assert refusal.section == "Education Act 1996 s437(3)"
    assert refusal.missing == ("decide-expedient",)
    assert refusal.allowed_from is not None
    assert refusal.allowed_from >= date(2027, 1, 15)
    assert path.refused("consult-school", urn=SECONDARY).missing == ("decide-expedient",)
    path.step("decide-expedient", expedient="no", reasons="Home education begins to be suitable.")
    assert "not expedient" in path.refused("consult-school", urn=SECONDARY).message


@pytest.mark.feature("F57")
@pytest.mark.feature("F60")
def test_an_order_without_a_consulted_school(register: Register) -> None:
    path = _to_the_decision(start(register))
    for refusal in (path.refused("serve-order", method="hand"), path.letter_refused("L08")):
        assert refusal.section == "Education Act 1996 s439(5)"
        assert refusal.missing == ("consult-school",)
        assert refusal.allowed_from == date(2027, 1, 15)
    assert path.refused("serve-438", method="hand", urn=SECONDARY).section == "Education Act 1996 s439(5)"


@pytest.mark.feature("F57")
def test_a_second_parent_neither_served_nor_decided_on(register: Register) -> None:
    path = start(register, parents=(parent_facts(), FATHER))
    path.at(date(2026, 12, 1)).letter("L04", parent_id=1, method="hand")
    path.step("serve-437", parent=1, method="hand")
    path.at(date(2026, 12, 16)).step("assess-response", result="none")
    refusal = path.refused("decide-expedient", expedient="yes", reasons="No education.")
    assert refusal.code == "parent-not-served"
    assert refusal.section.startswith("Education Act 1996 s437(3) and s576")
    assert refusal.missing == ("2",)
    assert refusal.allowed_from is not None
    assert path.refused("serve-order", parent=1, method="hand").code == "parent-not-served"


@pytest.mark.feature("F57")
@pytest.mark.feature("F59")
def test_an_order_on_a_defective_notice(register: Register) -> None:
    path = start(register)
    path.at(date(2026, 12, 1)).letter("L04", method="hand")
    late = path.at(date(2026, 12, 3)).step("serve-437", method="hand")
    assert late.defective.startswith("Defective: serve again. The notice says Tuesday 15 December 2026")
    assert late.state == "informal-enquiry"
    path.at(date(2026, 12, 20))
    for refusal in (
        path.refused("assess-response", result="none"),
        path.refused("serve-order", method="hand"),
        path.letter_refused("L08"),
    ):
        assert refusal.code == "notice-defective"
        assert refusal.section.startswith("Education Act 1996 s437(2)")
        assert refusal.allowed_from is not None
    path.letter("L04", method="hand")
    again = path.step("serve-437", method="hand")
    assert (again.state, again.last_day) == ("notice-437-served", date(2027, 1, 3))


@pytest.mark.feature("F57")
def test_a_child_out_of_school_age(register: Register) -> None:
    path = start(register, child=child_facts(dob=date(2011, 3, 2)))  # school age ends on 25 June 2027
    refusal = path.at(date(2027, 6, 26)).letter_refused("L04", method="hand")
    assert refusal.section == "Education Act 1996 s8"
    assert "ended on Friday 25 June 2027" in refusal.message
    assert refusal.allowed_from is None
    assert path.refused("serve-order", method="hand").section == "Education Act 1996 s8"
    refusal = path.at(date(2027, 6, 15)).letter_refused("L04", method="hand")
    assert "before this step could be lawful" in refusal.message or "before the parents' time" in refusal.message


def test_a_child_too_young_is_refused_with_the_day_from_which_it_would_be_lawful(register: Register) -> None:
    path = start(register, child=child_facts(dob=date(2022, 1, 15), registrations=()))
    refusal = path.at(date(2026, 12, 1)).letter_refused("L04", method="hand")
    assert (refusal.section, refusal.allowed_from) == ("Education Act 1996 s8", date(2027, 3, 31))


def test_a_paper_is_issued_before_its_service_is_recorded(register: Register) -> None:
    path = start(register)
    path.at(date(2026, 12, 1))
    refusal = path.refused("serve-437", method="hand")
    assert (refusal.code, refusal.missing) == ("document-not-issued", ("L04",))
    assert refusal.allowed_from == date(2026, 12, 1)


def test_a_step_is_not_recorded_before_its_day(register: Register) -> None:
    path = start(register)
    path.at(date(2026, 12, 1)).letter("L04", method="hand")
    refusal = path.refused("serve-437", method="hand", on=date(2026, 12, 2))
    assert (refusal.code, refusal.allowed_from) == ("in-the-future", date(2026, 12, 2))


def test_a_school_has_not_received_a_notice_before_the_day(register: Register) -> None:
    path = _to_the_decision(start(register))
    path.step("consult-school", urn=SECONDARY)
    refusal = path.refused("notify-school-439", urn=SECONDARY, received="2026-12-17")
    assert (refusal.code, refusal.missing) == ("in-the-future", ("received",))


def test_how_a_paper_was_served_has_to_be_said(register: Register) -> None:
    path = start(register)
    path.at(date(2026, 12, 1)).letter("L04", method="hand")
    refusal = path.refused("serve-437")
    assert (refusal.code, refusal.missing) == ("particulars-missing", ("method",))


def test_a_particular_that_is_missing_is_named_with_the_section(register: Register) -> None:
    path = start(register)
    path.at(date(2026, 12, 1)).letter("L04", method="hand")
    path.step("serve-437", method="hand")
    path.at(date(2026, 12, 16)).step("assess-response", result="none")
    refusal = path.refused("decide-expedient", expedient="yes")
    assert (refusal.code, refusal.missing, refusal.section) == (
        "particulars-missing",
        ("reasons",),
        "Education Act 1996 s437(3)",
    )


@pytest.mark.parametrize(
    ("action", "given", "code"),
    [
        ("serve-437", {"colour": "blue"}, "particular-unknown"),
        ("serve-437", {"method": "pigeon"}, "particular-unclear"),
        ("serve-437", {"parent": "mother"}, "particular-unclear"),
        ("decide-expedient", {"expedient": "perhaps"}, "particular-unclear"),
        ("notify-school-439", {"received": "tomorrow"}, "particular-unclear"),
        ("record-school-answer", {"sos": "maybe"}, "particular-unclear"),
        ("consult-school", {"reply_by": "soon"}, "date-format"),
        ("dance", {}, "action-unknown"),
        ("close", {}, "action-unknown"),
    ],
)
def test_a_particular_that_cannot_be_read_is_a_slip_and_leaves_no_trace(
    register: Register, action: str, given: dict[str, str], code: str
) -> None:
    path = start(register)
    before = everything(register)
    with pytest.raises(UserError) as caught:
        take_step(register.store, register.officer, path.ref, action, given)
    assert caught.value.code == code
    assert everything(register) == before


@pytest.mark.feature("F72")
def test_a_manager_takes_no_step_and_the_refusal_is_kept(register: Register) -> None:
    path = start(register)
    before = everything(register)
    with pytest.raises(NotAllowed):
        take_step(register.store, register.manager, path.ref, "assess-response", {"result": "none"})
    only_an_audit_row(register, before, "order.act.refused")


def test_an_unknown_school_is_looked_up_first(register: Register) -> None:
    path = _to_the_decision(start(register))
    assert path.refused("consult-school", urn="123456").code == "school-unknown"
    assert path.refused("consult-school").missing == ("urn",)


def test_a_parents_choice_names_a_school_of_the_directory(register: Register) -> None:
    path = _to_the_second_notice(start(register))
    refusal = path.at(date(2027, 1, 5)).refused(
        "determine-school", urn="123456", basis="applied", applied="2027-01-02", offered="2027-01-04"
    )
    assert (refusal.code, refusal.missing) == ("school-unknown", ("urn",))


def test_a_direction_names_a_school_of_the_directory(register: Register) -> None:
    path = _to_the_second_notice(start(register)).at(date(2027, 1, 5))
    refusal = path.refused("record-school-answer", urn=SECONDARY, sos="directed", directed_urn="123456")
    assert (refusal.code, refusal.missing) == ("school-unknown", ("directed_urn",))


def test_a_school_that_would_be_over_its_number_cannot_be_told_of_a_decision(register: Register) -> None:
    path = _to_the_decision(start(register))
    path.step("consult-school", urn=ACADEMY)
    path.step("consult-school", urn=SECONDARY, over_number="yes", class_size_prejudice="no")
    told = path.step("notify-school-439", urn=SECONDARY, received="2026-12-16")
    assert told.state == "school-decision-notice"  # the council itself admits to a community school
    refusal = path.refused("notify-school-439", urn=SECONDARY, received="2026-12-01")
    assert refusal.missing == ("received",)


def test_a_refused_letter_leaves_no_sealed_file_with_a_row(register: Register) -> None:
    path = start(register)
    with register.store.read() as session:
        before = session.scalars(select(ContentFile.id)).all()
    path.at(date(2026, 12, 1)).letter_refused("L08")
    assert [row.id for row in rows(register, ContentFile)] == list(before)
