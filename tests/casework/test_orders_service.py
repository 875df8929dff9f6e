"""Service of documents: the deemed day, the days counted again, consent, a paper that came back (s572)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path as FilePath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cme_desktop import shipped
from cme_desktop.casework.documents.handling import record_posted, record_returned
from cme_desktop.casework.documents.letters.council import council_rules
from cme_desktop.casework.documents.signing import add_signatory
from cme_desktop.casework.parents import record_electronic_consent
from cme_desktop.casework.reference.forms import agree_confirmation, enter_confirmation
from cme_desktop.casework.reference.policy import Policy, change_settings
from cme_desktop.domain.deadlines import explain
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.service import Method, deemed, recount
from cme_desktop.models.document import Document
from cme_desktop.models.order import Service
from tests.casework.look import rows, titles
from tests.casework.order_path import Path, start
from tests.factories import Register, child_facts, make_register

FRIDAY = date(2026, 11, 27)
COMMUNITY_SCHOOL = "102185"


@pytest.mark.feature("F59")
def test_a_first_class_notice_counts_from_the_second_working_day(register: Register) -> None:
    path = start(register).at(FRIDAY)
    notice = path.letter("L04", method="first-class")
    assert (notice.planned_service_on, notice.printed_last_day) == (date(2026, 12, 1), date(2026, 12, 15))
    assert notice.send_by == date(2026, 11, 29)  # a letter posted on Sunday goes with Monday’s count
    taken = path.step("serve-437", method="first-class", proof="Certificate of posting 0001")
    assert (taken.served_on, taken.last_day, taken.defective) == (date(2026, 12, 1), date(2026, 12, 15), "")
    assert any("2 working days" in line for line in taken.derivation)
    [service] = rows(register, Service)
    assert (service.sent_on, service.deemed_on, service.method) == (FRIDAY, date(2026, 12, 1), "first-class")
    assert service.address_used == ["8 Low Street, Harrow HA2 9ZZ"]
    assert rows(register, Document)[0].posted_on == FRIDAY


@pytest.mark.feature("F59")
def test_a_notice_posted_two_days_late_is_defective_and_says_so_on_the_case(register: Register) -> None:
    path = start(register).at(FRIDAY)
    path.letter("L04", method="first-class")
    taken = path.at(date(2026, 11, 30)).step("serve-437", method="first-class")
    assert "gives 14 days from Wednesday 2 December 2026" in taken.defective
    [service] = rows(register, Service)
    assert (service.defective, service.last_day) == (True, None)
    assert titles(register, path.ref)[-1] == ("Section 437(1) notice served on Ms Isatu Kamara. Defective: serve again")
    assert path.lawful().next_action == "Serve the section 437(1) notice again"


@given(days=st.integers(0, 40), sent=st.integers(0, 20), method=st.sampled_from(["hand", "left", "first-class"]))
@settings(max_examples=12)
def test_a_notice_holds_exactly_when_it_gives_fifteen_days_from_service(days: int, sent: int, method: str) -> None:
    """The recount of domain/service, on the rules with the council's settings."""
    rules, calendar = council_rules(Policy({})), shipped.placeholder_calendar()
    posted = FRIDAY + timedelta(days=sent)
    served = deemed(Method(method), posted, calendar, rules).served_on
    printed = served + timedelta(days=days)
    counted = recount(printed, served, rules.rule("SAO-A.notice_437_min"))
    assert counted.defective == (days < 14)
    assert explain(rules.rule("SAO-A.notice_437_min"), served).last_day == served + timedelta(days=14)


def test_the_council_sets_how_long_the_post_takes(register: Register) -> None:
    change_settings(register.store, register.officer, {"service.first-class": 3}, reason="Post is slow in December")
    path = start(register).at(FRIDAY)
    notice = path.letter("L04", method="first-class")
    assert notice.planned_service_on == date(2026, 12, 2)
    taken = path.step("serve-437", method="first-class")
    assert taken.served_on == date(2026, 12, 2)
    assert any("council setting" in line for line in taken.derivation)


def test_more_days_than_the_law_asks_are_printed_and_waited_for(register: Register) -> None:
    change_settings(register.store, register.officer, {"order.extra-days": 7}, reason="Christmas")
    path = start(register).at(date(2026, 12, 1))
    notice = path.letter("L04", method="hand")
    assert notice.printed_last_day == date(2026, 12, 22)
    path.step("serve-437", method="hand")
    assert path.at(date(2026, 12, 22)).refused("assess-response", result="none").allowed_from == date(2026, 12, 23)


@pytest.mark.feature("F59")
def test_electronic_service_needs_recorded_consent_to_the_very_address(register: Register) -> None:
    path = start(register).at(date(2026, 12, 1))
    path.letter("L04", method="hand")
    refusal = path.refused("serve-437", method="electronic", address="parent@home.example")
    assert refusal.code == "consent-missing"
    assert refusal.section.startswith("Education Act 1996 s572")
    record_electronic_consent(
        register.store, register.officer, path.ref, 1, address="parent@home.example", given_on=date(2026, 11, 30)
    )
    other = path.refused("serve-437", method="electronic", address="other@home.example")
    assert "another address" in other.message
    taken = path.step("serve-437", method="electronic")
    assert taken.served_on == date(2026, 12, 1)
    assert rows(register, Service)[0].address_used == ["parent@home.example"]


def test_a_notice_planned_electronically_without_consent_is_not_even_drafted(register: Register) -> None:
    path = start(register).at(date(2026, 12, 1))
    assert path.letter_refused("L04", method="electronic").code == "consent-missing"


@pytest.mark.feature("F59")
def test_a_notice_that_came_back_does_not_count_as_served(register: Register) -> None:
    path = start(register).at(FRIDAY)
    notice = path.letter("L04", method="first-class")
    path.step("serve-437", method="first-class")
    path.at(date(2026, 12, 9))
    record_returned(register.store, register.officer, notice.id, on=date(2026, 12, 8), detail="Gone away")
    assert rows(register, Service)[0].returned_on == date(2026, 12, 8)
    assert path.lawful().state == "informal-enquiry"
    assert path.at(date(2026, 12, 17)).refused("assess-response", result="none").code == "notice-defective"


def test_a_day_of_posting_lies_between_the_date_of_the_paper_and_today(register: Register) -> None:
    path = start(register).at(date(2026, 12, 1))
    notice = path.letter("L01")
    for day in (date(2026, 11, 30), date(2026, 12, 2)):
        with pytest.raises(UserError, match="up to today"):
            record_posted(register.store, register.officer, notice.id, on=day)
    assert record_posted(register.store, register.officer, notice.id, on=date(2026, 12, 1)).state == "issued"
    assert titles(register, path.ref)[-1] == "Initial enquiry letter posted to Ms Isatu Kamara"


@pytest.fixture
def real_register(tmp_path: FilePath) -> Iterator[Register]:
    """Return an open register that is no training register, with the settings that its letters print."""
    made = make_register(tmp_path / "real", training=False)
    settings_of_letters = {
        "council.address": ["Example House", "1 Sample Way", "Harrow", "ZZ1 1ZZ"],
        "admissions.phone": "020 7946 0462",
        "admissions.link": "council.example/admissions",
        "sen.phone": "020 7946 0463",
        "advice.line": "Example Advice Centre, 020 7946 0470",
        "privacy.link": "council.example/cme-privacy",
    }
    change_settings(made.store, made.officer, settings_of_letters)
    add_signatory(
        made.store,
        made.officer,
        name="Anita Patel",
        post="Lead Officer, Children Missing Education",
        authority="scheme of delegation, 1 September 2026",
        valid_from=date(2026, 9, 1),
    )
    yield made
    made.close()


def _ready_for_the_order(path: Path, urn: str) -> Path:
    path.at(date(2026, 12, 1)).letter("L04", method="hand")
    path.step("serve-437", method="hand")
    path.at(date(2026, 12, 16)).step("assess-response", result="none")
    path.step("decide-expedient", expedient="yes", reasons="No education.")
    path.step("consult-school", urn=urn, head_name="Mr Test Head")
    path.step("notify-school-439", urn=urn, received="2026-12-16")
    path.step("record-school-answer", urn=urn, answer="We do not mean to apply.")
    path.letter("L07", method="hand")
    path.step("serve-438", method="hand")
    path.at(date(2026, 12, 31)).step("determine-school", urn=urn, basis="specified")
    return path


@pytest.mark.feature("F58")
def test_in_a_real_register_an_order_is_a_draft_until_legal_has_confirmed_the_form(real_register: Register) -> None:
    register = real_register
    home = child_facts(registrations=())
    path = _ready_for_the_order(start(register, child=home, referral=None), COMMUNITY_SCHOOL)
    draft = path.letter("L08", texts={"start_date": "2027-01-08"})
    assert draft.watermark == "DRAFT"
    refusal = path.refused("serve-order", method="hand")
    assert (refusal.code, refusal.section) == ("form-not-confirmed", "Education Act 1996 s437(3) (prescribed form)")
    enter_confirmation(
        register.store,
        register.administrator,
        confirmed_by="Priya Nair",
        post="Principal solicitor",
        confirmed_on=date(2026, 12, 30),
        scan=b"%PDF-1.7 signed",
        media_type="application/pdf",
    )
    assert path.refused("serve-order", method="hand").code == "form-not-confirmed"
    agree_confirmation(register.store, register.manager)
    assert "Make it again" in path.refused("serve-order", method="hand").message
    order = path.letter("L08", texts={"start_date": "2027-01-11"})
    assert (order.watermark, order.number) == ("", "SAO-2026-0002")
    assert path.step("serve-order", method="hand").state == "sao-served"


@pytest.mark.feature("F58")
def test_an_administrator_cannot_confirm_the_form_alone(register: Register) -> None:
    facts = {"post": "Administrator", "confirmed_on": date(2026, 11, 20), "media_type": "application/pdf"}
    with pytest.raises(UserError, match="A person of this register cannot confirm"):
        enter_confirmation(register.store, register.administrator, confirmed_by="Cora Flint", scan=b"scan", **facts)
    with pytest.raises(UserError, match="add the scan"):
        enter_confirmation(register.store, register.administrator, confirmed_by="Priya Nair", scan=b"", **facts)
    late = {**facts, "confirmed_on": date(2026, 11, 25)}
    with pytest.raises(UserError, match="in the future"):
        enter_confirmation(register.store, register.administrator, confirmed_by="Priya Nair", scan=b"scan", **late)
