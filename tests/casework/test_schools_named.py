"""An act that names a school takes only one that the directory has, and says so where it has none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cme_desktop.casework import cases, children
from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.children import DetailChanges
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.reference import policy
from cme_desktop.domain.errors import UserError
from cme_desktop.models.order import Approval
from tests.casework.look import rows
from tests.casework.order_path import everything
from tests.factories import Register, child_facts, make_case, open_case_command, referral_facts

NOWHERE = "123456"
STAY = replace(child_facts().registrations[0], school_urn=NOWHERE)
PLACE = CloseCase("school-place", "Told by the school", school_urn=NOWHERE, started_on=date(2026, 11, 23))


@pytest.mark.parametrize(
    "changes",
    [{"child": child_facts(registrations=(STAY,))}, {"referral": referral_facts(referrer_school_urn=NOWHERE)}],
)
def test_a_case_opens_with_schools_of_the_directory_only(register: Register, changes: dict[str, Any]) -> None:
    before = everything(register)
    with pytest.raises(UserError, match=f"no school with URN {NOWHERE}. Look it up by name under Schools") as caught:
        cases.open_case(register.store, register.officer, open_case_command(**changes))
    assert caught.value.code == "school-unknown"
    assert everything(register) == before


def test_what_is_said_of_a_case_later_names_schools_of_the_directory_only(register: Register) -> None:
    store, officer, ref = register.store, register.officer, make_case(register).ref
    before = everything(register)
    plan = DetailChanges(has_ehcp=True, ehcp_school_urn=NOWHERE)
    for act in (
        lambda: children.record_registration(store, officer, ref, STAY, reason="Told by the school"),
        lambda: children.change_details(store, officer, ref, plan, reason="Plan seen"),
        lambda: cases.change_status(
            store, officer, ref, "known-not-in-education", reason="Place offered", school_urn=NOWHERE
        ),
        lambda: close_case(store, officer, ref, PLACE),
    ):
        with pytest.raises(UserError, match=f"no school with URN {NOWHERE}"):
            act()
    assert everything(register) == before


def test_a_case_opened_again_names_a_school_of_the_directory(register: Register) -> None:
    store, officer, ref = register.store, register.officer, make_case(register).ref
    close_case(store, officer, ref, replace(PLACE, school_urn=None))
    referral = referral_facts(referrer_school_urn=NOWHERE)
    with pytest.raises(UserError, match=f"no school with URN {NOWHERE}"):
        cases.reopen_case(store, officer, ref, "whereabouts-unknown", reason="Missing again", referral=referral)


def test_a_closing_that_cannot_be_does_not_wait_for_a_second_person(register: Register) -> None:
    store, officer, ref = register.store, register.officer, make_case(register).ref
    policy.change_settings(store, officer, {"approval.kinds": ["close"]})
    for command, words in ((PLACE, f"no school with URN {NOWHERE}"), (CloseCase("lost", ""), "how the outcome was")):
        with pytest.raises(UserError, match=words):
            close_case(store, officer, ref, command)
    assert rows(register, Approval) == []
