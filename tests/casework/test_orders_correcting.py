"""A service that was entered wrongly is entered anew and counted anew; what rests on it is not pulled from under it."""

from __future__ import annotations

from datetime import date

import pytest

from cme_desktop.casework.orders.correcting import correct_service, set_aside_service
from cme_desktop.casework.orders.process import StepTaken
from cme_desktop.casework.parents import add_parent
from cme_desktop.domain.errors import NotAllowed, StepRefused, UserError
from cme_desktop.domain.service import Method
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.document import Document
from cme_desktop.models.order import OrderStep, Service
from tests.casework.look import rows, titles
from tests.casework.order_path import Path, start
from tests.factories import SECONDARY, Register, parent_facts

TUESDAY, THURSDAY = date(2026, 12, 1), date(2026, 12, 3)
WHY = "I typed the first instead of the third of December"


def served(register: Register, *, printed_for: date = TUESDAY) -> Path:
    """Serve the section 437(1) notice by hand, as it was entered: on Tuesday."""
    path = start(register).at(printed_for)
    path.letter("L04", method="hand")
    path.at(TUESDAY).step("serve-437", method="hand", proof="Handed to Ms Kamara")
    return path


def correct(path: Path, *, on: date, method: Method = Method.HAND, reason: str = WHY, proof: str = "x") -> StepTaken:
    [document] = [row for row in rows(path.register, Document) if row.code == "L04"]
    return correct_service(
        path.register.store, path.register.officer, document.id, method=method, on=on, proof=proof, reason=reason
    )


@pytest.mark.feature("F87")
def test_a_wrong_day_is_corrected_and_the_period_counted_anew(register: Register) -> None:
    path = served(register)
    path.at(date(2026, 12, 4))
    taken = correct(path, on=THURSDAY, proof="Handed over at the door")
    assert taken.served_on == THURSDAY
    assert taken.defective.startswith("Defective: serve again"), "the printed day now gives too few days"
    [service] = rows(register, Service)
    assert (service.deemed_on, service.defective, service.proof) == (THURSDAY, True, "Handed over at the door")
    assert titles(register, path.ref)[-1] == "Service corrected: Section 437(1) notice on Ms Isatu Kamara"
    assert path.lawful().next_action == "Serve the section 437(1) notice again"


def test_an_earlier_day_lets_the_next_step_come_earlier(register: Register) -> None:
    path = start(register).at(TUESDAY)
    path.letter("L04", method="hand")
    path.at(THURSDAY)
    path.step("serve-437", method="hand", on=TUESDAY)
    path.at(date(2026, 12, 16))
    before = path.lawful().next_date
    path.at(THURSDAY)
    correct(path, on=TUESDAY, method=Method.LEFT)
    [service] = rows(register, Service)
    assert service.method == "left"
    path.at(date(2026, 12, 16))
    assert path.lawful().next_date == before
    path.step("assess-response", result="none")


def test_what_was_entered_before_stays_in_the_steps_and_in_the_audit(register: Register) -> None:
    path = served(register)
    path.at(THURSDAY)
    correct(path, on=TUESDAY, method=Method.LEFT)
    first, second = rows(register, OrderStep)
    assert first.withdrawn_at is not None
    assert second.withdrawn_at is None
    with register.store.read() as session:
        act = session.query(AuditEvent).filter_by(action="order.correct").one()
    assert act.reason == WHY


def test_a_posted_day_that_came_with_the_service_is_corrected_with_it(register: Register) -> None:
    path = start(register).at(TUESDAY)
    path.letter("L04", method="first-class")
    path.step("serve-437", method="first-class", proof="Certificate 0001")
    path.at(THURSDAY)
    correct(path, on=TUESDAY, method=Method.HAND)
    assert rows(register, Document)[0].posted_on is None


def test_nothing_is_corrected_once_a_later_step_rests_on_it(register: Register) -> None:
    path = served(register)
    path.at(date(2026, 12, 16)).step("assess-response", result="none")
    with pytest.raises(StepRefused) as caught:
        correct(path, on=THURSDAY)
    assert caught.value.refusal.code == "later-step"
    assert "16 December 2026" in caught.value.message
    [service] = rows(register, Service)
    assert service.deemed_on == TUESDAY


def test_the_same_paper_to_another_parent_does_not_stand_in_the_way(register: Register) -> None:
    path = start(register).at(TUESDAY)
    other = add_parent(register.store, register.officer, path.ref, parent_facts("Joseph"))
    first = path.letter("L04", method="hand", parent_id=1)
    path.letter("L04", method="hand", parent_id=other)
    path.step("serve-437", method="hand", parent=1)
    path.step("serve-437", method="hand", parent=other)
    path.at(THURSDAY)
    taken = correct_service(
        register.store, register.officer, first.id, method=Method.LEFT, on=TUESDAY, proof="x", reason=WHY
    )
    assert taken.served_on == TUESDAY
    assert len([row for row in rows(register, Service) if row.parent_id == 1]) == 1


def test_what_would_not_be_lawful_is_not_entered(register: Register) -> None:
    path = served(register)
    for on, method in (
        (date(2026, 12, 24), Method.HAND),
        (TUESDAY, Method.ELECTRONIC),
        (date(2026, 11, 2), Method.HAND),
    ):
        with pytest.raises(StepRefused):
            correct(path, on=on, method=method)
    [service] = rows(register, Service)
    assert (service.deemed_on, service.method) == (TUESDAY, "hand")
    assert len(rows(register, OrderStep)) == 1


def test_a_reason_is_asked_for_and_a_paper_that_was_served(register: Register) -> None:
    path = start(register).at(TUESDAY)
    notice = path.letter("L04", method="hand")
    with pytest.raises(UserError) as caught:
        correct(path, on=TUESDAY)
    assert caught.value.code == "not-served"
    path.step("serve-437", method="hand")
    with pytest.raises(UserError) as caught:
        correct(path, on=TUESDAY, reason="typo")
    assert caught.value.code == "reason-missing"
    with pytest.raises(NotAllowed):
        correct_service(
            register.store, register.manager, notice.id, method=Method.HAND, on=TUESDAY, proof="", reason=WHY
        )


def test_a_service_that_later_steps_rest_on_is_set_aside_and_the_process_begins_again_from_it(
    register: Register,
) -> None:
    path = served(register)
    path.at(date(2026, 12, 16)).step("assess-response", result="none")
    path.step("decide-expedient", expedient="yes", reasons="No education was shown")
    [document] = [row for row in rows(register, Document) if row.code == "L04"]
    with pytest.raises(UserError, match="at least 10 letters"):
        set_aside_service(register.store, register.officer, document.id, reason="typo")
    taken = set_aside_service(register.store, register.officer, document.id, reason=WHY)
    assert taken.next_action == "Serve the section 437(1) notice again"
    assert path.refused("consult-school", urn=SECONDARY).code == "notice-defective"
    with pytest.raises(UserError, match="does not hold already"):
        set_aside_service(register.store, register.officer, document.id, reason=WHY)
    path.letter("L04", method="hand")
    path.step("serve-437", method="hand")
    assert path.refused("decide-expedient", expedient="yes", reasons="x").allowed_from == date(2026, 12, 31)
