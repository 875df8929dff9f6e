"""The day of service by each method, the printed last day, and the notice that gave too few days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.domain.errors import CalendarUnknown, StepRefused
from cme_desktop.domain.service import ElectronicConsent, Method, deemed, latest_posting, plan, recount
from tests.domain.books import calendar, rules

PERIOD = rules().rule("SAO-A.notice_437_min")
CONSENT = ElectronicConsent("Parent@example.org", date(2026, 10, 1))


@pytest.mark.feature("F59")
@pytest.mark.parametrize(
    ("method", "sent", "served"),
    [
        (Method.HAND, date(2026, 11, 7), date(2026, 11, 7)),
        (Method.LEFT, date(2026, 12, 25), date(2026, 12, 25)),
        (Method.FIRST_CLASS, date(2026, 11, 4), date(2026, 11, 6)),
        (Method.FIRST_CLASS, date(2026, 11, 6), date(2026, 11, 10)),
        (Method.FIRST_CLASS, date(2026, 12, 24), date(2026, 12, 30)),
        (Method.SECOND_CLASS, date(2026, 11, 4), date(2026, 11, 10)),
    ],
)
def test_day_of_service(method: Method, sent: date, served: date) -> None:
    assert deemed(method, sent, calendar(), rules()).served_on == served


@pytest.mark.feature("F59")
def test_electronic_service_counts_only_with_consent_to_that_address() -> None:
    sent = date(2026, 11, 4)
    with_consent = deemed(Method.ELECTRONIC, sent, calendar(), rules(), consent=CONSENT, address=" parent@example.ORG ")
    assert with_consent.served_on == sent
    for consent, address, words in (
        (None, "parent@example.org", "has not agreed in writing"),
        (CONSENT, "other@example.org", "another address"),
        (ElectronicConsent("parent@example.org", date(2026, 11, 5)), "parent@example.org", "only on Thursday 5"),
    ):
        with pytest.raises(StepRefused) as refused:
            deemed(Method.ELECTRONIC, sent, calendar(), rules(), consent=consent, address=address)
        assert words in refused.value.message
        assert "s572" in refused.value.refusal.section
        assert refused.value.code == "consent-missing"


def test_the_councils_own_posting_days_are_used() -> None:
    book = rules()
    own = book.with_rule(book.rule("SERVICE.first_class").with_count(3, "council setting"))
    assert deemed(Method.FIRST_CLASS, date(2026, 11, 4), calendar(), own).served_on == date(2026, 11, 9)


def test_posting_outside_known_bank_holidays_is_refused() -> None:
    with pytest.raises(CalendarUnknown):
        deemed(Method.FIRST_CLASS, date(2028, 12, 30), calendar(), rules())


def test_printed_day_comes_from_the_planned_posting_and_the_councils_extra_days() -> None:
    planned = plan(Method.FIRST_CLASS, date(2026, 11, 4), PERIOD, calendar(), rules())
    assert (planned.served_on, planned.last_day) == (date(2026, 11, 6), date(2026, 11, 20))
    longer = plan(Method.FIRST_CLASS, date(2026, 11, 4), PERIOD, calendar(), rules(), extra_days=10)
    assert longer.last_day == date(2026, 11, 30)
    assert any("10 more days" in step for step in longer.derivation)


def test_notice_posted_two_days_late_is_defective() -> None:
    planned = plan(Method.FIRST_CLASS, date(2026, 11, 4), PERIOD, calendar(), rules())
    served = deemed(Method.FIRST_CLASS, date(2026, 11, 6), calendar(), rules()).served_on
    late = recount(planned.last_day, served, PERIOD)
    assert (late.defective, late.days_given, late.least_last_day) == (True, 11, date(2026, 11, 24))
    assert "serve it again" in late.derivation[-1]
    good = recount(planned.last_day, planned.served_on, PERIOD)
    assert (good.defective, good.days_given) == (False, 15)
    assert recount(date(2026, 11, 1), date(2026, 11, 6), PERIOD).days_given == 0


@given(st.sampled_from(list(Method)), st.dates(date(2026, 1, 1), date(2028, 10, 1)), st.integers(-20, 40))
def test_recount_is_defective_exactly_below_fifteen_days(method: Method, posted: date, shift: int) -> None:
    served = deemed(
        method, posted, calendar(), rules(), consent=ElectronicConsent("a", date(2020, 1, 1)), address="a"
    ).served_on
    assert served >= posted
    printed = served + timedelta(days=shift)
    assert recount(printed, served, PERIOD).defective == (shift + 1 < 15)


@given(
    st.sampled_from([Method.HAND, Method.FIRST_CLASS, Method.SECOND_CLASS]),
    st.dates(date(2026, 2, 1), date(2028, 10, 1)),
)
def test_latest_posting_is_the_last_day_that_still_holds(method: Method, printed: date) -> None:
    last = latest_posting(printed, method, PERIOD, calendar(), rules())
    assert not recount(printed, deemed(method, last, calendar(), rules()).served_on, PERIOD).defective
    after = last + timedelta(days=1)
    assert recount(printed, deemed(method, after, calendar(), rules()).served_on, PERIOD).defective
