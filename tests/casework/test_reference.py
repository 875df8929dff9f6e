"""A new register: code lists, schools, calendars, settings and templates, put in once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cme_desktop import shipped
from cme_desktop.casework.reference import policy
from cme_desktop.casework.reference.calendars import calendar_of, set_terms
from cme_desktop.casework.reference.seed import seed
from cme_desktop.domain.calendar import parse_term_csv
from cme_desktop.domain.errors import CalendarUnknown, NotAllowed, UserError
from cme_desktop.models.reference import (
    BankHoliday,
    DfeReasonCode,
    EnquiryCode,
    GroundCode,
    MethodCode,
    OutcomeCode,
    ReasonCode,
    RiskGroupCode,
    School,
    SchoolLink,
    Setting,
    StatusCode,
    TemplateVersion,
    Term,
)
from tests.casework.look import rows
from tests.factories import Register, make_register


def test_every_list_of_the_domain_is_in_the_register(register: Register) -> None:
    book = shipped.lifecycle()
    assert {row.code for row in rows(register, StatusCode)} == set(book.statuses)
    assert {row.code for row in rows(register, OutcomeCode)} == set(book.outcomes)
    assert {row.code for row in rows(register, GroundCode)} == set(shipped.grounds().grounds)
    assert {row.code for row in rows(register, EnquiryCode)} == {one.id for one in shipped.checklist().enquiries}
    assert len(rows(register, DfeReasonCode)) == 20
    serving = {row.code for row in rows(register, MethodCode) if row.serves}
    assert serving == {"hand", "left", "first-class", "second-class", "electronic"}
    assert {"d1", "h16", "trafficking"} <= {row.code for row in rows(register, RiskGroupCode)}


def test_every_referral_reason_counts_under_a_published_one_and_every_published_one_has_a_reason(
    register: Register,
) -> None:
    reasons = {row.code: row for row in rows(register, ReasonCode)}
    for entry in shipped.code_lists()["referral-reason"].entries:
        assert reasons[entry.code].label == entry.label
        assert reasons[entry.code].dfe_reason is not None
    assert {row.dfe_reason for row in reasons.values()} == {row.code for row in rows(register, DfeReasonCode)}


def test_grounds_are_dated_by_the_day_the_letters_moved(register: Register) -> None:
    by_code = {row.code: row for row in rows(register, GroundCode)}
    assert by_code["2024:9(1)(i)"].valid_from == date(2024, 8, 19)
    assert by_code["2006:8(1)(h)"].valid_to == date(2024, 8, 19)


@pytest.mark.feature("F22")
def test_the_directory_is_the_real_one_with_its_sectors(register: Register) -> None:
    schools = {row.urn: row for row in rows(register, School)}
    assert len([row for row in schools.values() if row.la == "310" and not row.training_only]) == 88
    assert {row.sector for row in schools.values()} == {"maintained", "academy", "independent", "special", "other"}
    assert all(row.phone.startswith("0") for row in schools.values() if row.phone)
    assert schools["101568"].sector == "independent"
    assert schools["102180"].sector == "other"  # a pupil referral unit is not maintained in the sense of s437(8)
    assert schools["102180"].estab == ""
    closed = [row for row in schools.values() if row.status == "closed" and row.closed_on]
    assert closed
    assert rows(register, SchoolLink)
    invented = {urn for urn, row in schools.items() if row.training_only}
    assert invented >= {"999001", "999002", "999003", "999021"}  # the schools of the invented S2S files are there too
    assert all(urn.startswith("999") for urn in invented)
    assert (schools["999001"].sector, schools["999002"].sector) == ("maintained", "academy")


def test_a_real_register_has_no_invented_school_and_no_terms(tmp_path: Path) -> None:
    real = make_register(tmp_path / "real", training=False, people=False)
    try:
        assert not [row for row in rows(real, School) if row.training_only]
        assert rows(real, Term) == []
        with real.store.read() as session, pytest.raises(CalendarUnknown, match="Enter the school terms"):
            calendar_of(session).add_school_days(date(2026, 11, 24), 5)
        assert policy.read_settings(real.store, real.officer).text("council.phone") == "020 8736 6461"
        assert policy.read_settings(real.store, real.officer).text("out-of-hours.phone") == ""
    finally:
        real.close()


def test_a_register_is_prepared_once_by_an_administrator(register: Register) -> None:
    with pytest.raises(UserError, match="prepared before"):
        seed(register.store, register.administrator)
    with pytest.raises(NotAllowed):
        seed(register.store, register.manager)
    assert rows(register, TemplateVersion)
    assert len({(row.document_code, row.version) for row in rows(register, TemplateVersion)}) == 8


@pytest.mark.feature("F46")
def test_terms_are_entered_and_counted_with_at_once(register: Register) -> None:
    with register.store.read() as session:
        before = calendar_of(session)
        assert before.placeholder
        assert calendar_of(session) is before
    entered = parse_term_csv(
        "academic_year,term,term_start,term_end,half_term_start,half_term_end,status\n"
        "2026/27,Autumn,2026-09-02,2026-12-18,2026-10-26,2026-10-30,confirmed\n"
        "2026/27,INSET,2026-11-27,,,,\n",
        "Harrow terms",
        shipped.bank_holidays(),
    )
    assert set_terms(register.store, register.administrator, entered) == 2
    with register.store.read() as session:
        after = calendar_of(session)
    assert not after.placeholder
    assert after.add_school_days(date(2026, 11, 26), 1) == date(2026, 11, 30)
    assert len(rows(register, BankHoliday)) == sum(len(days) for days in shipped.bank_holidays().names.values())
    with pytest.raises(NotAllowed):
        set_terms(register.store, register.manager, entered)


def test_settings_change_with_their_kind_and_are_remembered(register: Register) -> None:
    changed = policy.change_settings(
        register.store,
        register.administrator,
        {"chase.days": 9, "out-of-hours.phone": "020 7946 0999", "order.wait-for-school": False},
        reason="Council decision",
    )
    assert (changed.days("chase.days"), changed.yes("order.wait-for-school")) == (9, False)
    register.reopen()
    assert policy.read_settings(register.store, register.manager).days("chase.days") == 9


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("chase.days", 0),
        ("chase.days", "9"),
        ("chase.days", True),
        ("four-weeks.from", "birthday"),
        ("order.wait-for-school", "yes"),
        ("council.address", "one line"),
        ("council.name", 7),
        ("approval.kinds", ["L01"]),
        ("no.such", 1),
    ],
)
def test_a_setting_takes_only_what_it_holds(register: Register, key: str, value: object) -> None:
    before = {row.key: row.value for row in rows(register, Setting)}
    with pytest.raises(UserError, match="nothing was changed"):
        policy.change_settings(register.store, register.administrator, {"mash.hours": "9 to 4", key: value})
    assert {row.key: row.value for row in rows(register, Setting)} == before


def test_a_setting_that_was_never_written_has_its_default() -> None:
    empty = policy.Policy({})
    assert empty.days("review.high") == 7
    assert empty.needs_approval("L04")
    assert not empty.needs_approval("close")
    assert all(info.source for info in policy.SETTINGS)
