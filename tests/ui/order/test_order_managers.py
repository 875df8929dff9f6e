"""The order tab of a manager: what waits is read and decided, and a look is recorded."""

from __future__ import annotations

import pytest

from cme_desktop.casework import access_log
from cme_desktop.casework.orders.page import order_page
from cme_desktop.domain.errors import NotAllowed
from cme_desktop.ui.widgets.cover import Cover
from tests.factories import Register
from tests.ui.case.stage import Stage, focus, press, write
from tests.ui.order.conftest import MakeStage
from tests.ui.order.looking import page_of, tab_of, words
from tests.ui.order.scene import parent_ids


def test_a_manager_reads_and_decides_what_waits(set_stage: MakeStage, register: Register) -> None:
    stage = set_stage("manager")
    tab = tab_of(stage)
    assert "Decision not to serve Faduma Ali" in words(tab.waiting)
    assert "No address after enquiries of the family and the school. Asked by Anita Patel on 20 Nov 2026." in words(
        tab.waiting
    )
    acts = [button.text() for card in (tab.now, tab.later) for button in card.buttons]
    assert acts == ["Look at the replies"], "a manager takes no step"
    tab.parents.table.setFocus()
    press("J", "J", "Enter")
    assert focus().accessibleName() == "Approve: Decision not to serve Faduma Ali"
    press("Enter")
    assert stage.said == ["Approved"]
    page = page_of(register, stage.ref)
    assert page.not_to_be_served == {parent_ids(register)[2]}
    assert not tab.waiting.isVisible()


def test_a_refusal_needs_its_reason(set_stage: MakeStage, register: Register) -> None:
    stage = set_stage("manager")
    tab = tab_of(stage)
    tab.waiting.focus_first()
    press("Tab", "Enter")
    cover = stage.screen.findChild(Cover)
    assert cover is not None
    assert not cover.asks.go_on.isEnabled()
    write("Ask the school for the address first")
    press("Tab", "Enter")
    assert stage.said == ["Refused, with your reason"]
    assert page_of(register, stage.ref).waiting == ()
    assert stage.events("approval.refuse")[-1].reason == "Ask the school for the address first"


def test_the_page_asks_for_the_receipt_of_the_recorded_look(register: Register, stage: Stage) -> None:
    receipt = access_log.open_case_page(register.store, register.officer, stage.ref)
    with pytest.raises(NotAllowed):
        order_page(register.store, register.manager, stage.ref, receipt)
