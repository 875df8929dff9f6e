"""A service entered wrongly is corrected from the card of its step, with a page that says what follows."""

from __future__ import annotations

from datetime import date

import pytest
from pytestqt.qtbot import QtBot

from cme_desktop.casework.orders.steps import take_step
from cme_desktop.models.order import Service
from cme_desktop.ui.case.order.forms.deciding import SetAsideForm
from cme_desktop.ui.case.order.forms.serving import CorrectForm
from cme_desktop.ui.case.order.path import Key
from tests.casework.look import rows
from tests.factories import Register, make_case
from tests.ui import walk
from tests.ui.case.stage import Stage, focus, press, write
from tests.ui.order.conftest import MakeStage
from tests.ui.order.looking import tab_of, to_card, words
from tests.ui.order.scene import go_to, issue, parent_ids


def served(register: Register, set_stage: MakeStage) -> Stage:
    """Serve a first notice by hand on the 25th, as it was entered, and look at the step on the 27th."""
    go_to(register, date(2026, 11, 25))
    ref = make_case(register).ref
    parent = parent_ids(register)[-1]
    issue(register, ref, "L04", parent, "hand")
    given = {"parent": str(parent), "method": "hand", "proof": "Handed over"}
    take_step(register.store, register.officer, ref, "serve-437", given, on=date(2026, 11, 25))
    go_to(register, date(2026, 11, 27))
    stage = set_stage(ref=ref)
    to_card(stage, Key.NOTICE_437)
    return stage


def begin(stage: Stage) -> CorrectForm:
    """Open the form by its link."""
    [link] = [one for one in tab_of(stage).now.buttons if one.text().startswith("Correct how")]
    link.setFocus()
    press("Enter")
    form = stage.panel
    assert isinstance(form, CorrectForm)
    return form


@pytest.mark.feature("F87")
def test_a_service_is_corrected_with_the_reason_and_what_was_entered_before(
    set_stage: MakeStage, register: Register
) -> None:
    stage = served(register, set_stage)
    form = begin(stage)
    assert (form.method.key(), form.day.day(), form.proof.text()) == ("hand", date(2026, 11, 25), "Handed over")
    form.method.pick("left")
    press("Ctrl+S")
    assert form.form.fields["reason"].error.startswith("Write what was entered wrongly")
    form.reason.setFocus()
    write("It was left at the home, nobody was in")
    press("Ctrl+S")
    assert form.cover is not None
    said = words(form.cover.asks)
    assert "Entered before:" in said
    assert "handed to the person on 25 Nov 2026" in said
    assert focus() is form.cover.asks.go_back
    press("Tab", "Enter")
    [service] = [row for row in rows(register, Service) if row.parent_id == parent_ids(register)[-1]]
    assert (service.method, service.deemed_on) == ("left", date(2026, 11, 25))
    assert stage.said[-1].endswith("corrected")


def test_it_is_not_offered_once_a_later_step_was_taken(set_stage: MakeStage, register: Register) -> None:
    stage = served(register, set_stage)
    go_to(register, date(2026, 12, 15))
    take_step(register.store, register.officer, stage.ref, "assess-response", {"result": "none"})
    stage.screen.refresh()
    to_card(stage, Key.NOTICE_437)
    assert not [one for one in tab_of(stage).now.buttons if one.text().startswith("Correct how")]
    [link] = [one for one in tab_of(stage).now.buttons if one.text().endswith("was not served so")]
    link.setFocus()
    press("Enter", "Ctrl+S")
    form = stage.panel
    assert isinstance(form, SetAsideForm)
    assert form.form.fields["reason"].error.startswith("Write what was entered wrongly")
    form.reason.setFocus()
    write("It was handed to a neighbour, not to her")
    press("Ctrl+S")
    service = [row for row in rows(register, Service) if row.parent_id == parent_ids(register)[-1]][-1]
    assert service.defective
    assert stage.said[-1].startswith(("Marked as not holding", "Defective"))


@pytest.mark.feature("F83")
def test_the_form_passes_the_walk(qtbot: QtBot, set_stage: MakeStage, register: Register) -> None:
    stage = served(register, set_stage)
    begin(stage)
    walk.check(qtbot, stage.screen)
