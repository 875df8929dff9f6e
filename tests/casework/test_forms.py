"""The confirmation of the order form: entered by one person, agreed by another, with the scan that shows it."""

from __future__ import annotations

from datetime import date

import pytest

from cme_desktop.casework.documents.shipped_letters import template
from cme_desktop.casework.documents.signing import PRESCRIBED, confirmed_forms, form_confirmed
from cme_desktop.casework.reference import forms
from cme_desktop.casework.reference.policy import read_settings
from cme_desktop.domain.errors import NotAllowed, NotFound, UserError
from cme_desktop.domain.roles import Role
from cme_desktop.models.audit import AuditEvent
from tests.casework.look import rows
from tests.factories import Register, add_person

FACTS = {
    "confirmed_by": "Priya Nair",
    "post": "Principal solicitor",
    "confirmed_on": date(2026, 11, 20),
    "scan": b"%PDF-1.7 signed",
    "media_type": "application/pdf",
}


def counts(register: Register) -> bool:
    """Say whether an order made now is no draft."""
    with register.store.read() as session:
        return form_confirmed(session, template(PRESCRIBED).version)


@pytest.mark.feature("F58")
def test_what_an_administrator_enters_counts_once_a_manager_has_agreed(register: Register) -> None:
    store = register.store
    forms.enter_confirmation(store, register.administrator, **FACTS)  # type: ignore[arg-type]  # facts by name
    assert not counts(register)
    assert forms.read_scan(store, register.manager) == (b"%PDF-1.7 signed", "application/pdf")
    info = forms.agree_confirmation(store, register.manager)
    assert (info.confirmed_by, info.template_version) == ("Priya Nair", template(PRESCRIBED).version)
    assert counts(register)
    assert forms.waiting_form(store, register.officer) is None
    acts = [(event.action, event.user_id) for event in rows(register, AuditEvent)][-3:]
    manager = register.manager.id
    assert acts == [
        ("form.confirm", register.administrator.id),
        ("form.scan", manager),
        ("form.agree", manager),
    ]


@pytest.mark.feature("F73")
def test_one_person_in_both_roles_does_not_agree_with_themself(register: Register) -> None:
    both = add_person(register.store, register.unlocked, "Eva Long", Role.ADMINISTRATOR, Role.MANAGER)
    forms.enter_confirmation(register.store, both, **FACTS)  # type: ignore[arg-type]  # facts by name
    with pytest.raises(NotAllowed, match="a second person agrees") as caught:
        forms.agree_confirmation(register.store, both)
    assert caught.value.code == "never-the-drafter"
    assert rows(register, AuditEvent)[-1].action == "form.agree.refused"
    assert not counts(register)


def test_an_administrator_never_agrees_and_a_manager_never_enters(register: Register) -> None:
    forms.enter_confirmation(register.store, register.administrator, **FACTS)  # type: ignore[arg-type]  # facts by name
    for act in (forms.agree_confirmation, forms.read_scan):
        with pytest.raises(NotAllowed):
            act(register.store, register.administrator)
    with pytest.raises(NotAllowed):
        forms.enter_confirmation(register.store, register.manager, **FACTS)  # type: ignore[arg-type]  # facts by name


def test_a_confirmation_that_is_refused_is_gone_and_a_later_one_replaces_the_first(register: Register) -> None:
    store = register.store
    with pytest.raises(NotFound):
        forms.agree_confirmation(store, register.manager)
    forms.enter_confirmation(store, register.administrator, **FACTS)  # type: ignore[arg-type]  # facts by name
    changed = {**FACTS, "post": "Head of Legal"}
    forms.enter_confirmation(store, register.administrator, **changed)  # type: ignore[arg-type]  # facts by name
    waiting = forms.waiting_form(store, register.manager)
    assert waiting is not None
    assert (waiting.post, waiting.entered_by_name) == ("Head of Legal", "Cora Flint")
    with pytest.raises(UserError, match="Say why"):
        forms.refuse_confirmation(store, register.manager, reason=" ")
    forms.refuse_confirmation(store, register.manager, reason="the paper is not signed")
    assert forms.waiting_form(store, register.manager) is None
    assert confirmed_forms(store, register.manager) == ()
    with pytest.raises(NotFound):
        forms.refuse_confirmation(store, register.manager, reason="again")


def test_what_waits_is_no_setting(register: Register) -> None:
    before = read_settings(register.store, register.officer)
    forms.enter_confirmation(register.store, register.administrator, **FACTS)  # type: ignore[arg-type]  # facts by name
    assert read_settings(register.store, register.officer) == before
