"""Dated rule sets: what they hold, when they hold, and that a shipped one never changes."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from cme_desktop import resources
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.rules import DayOne, RuleBook, Unit, parse_rulebook, parse_ruleset
from tests.domain.books import rules

SHIPPED = {
    "foia-1.toml": "57f8cab736b9065d6f0957d72090b96d62430b85132d040cdcf8277222fa9297",
    "harrow-2023-1.toml": "88402adc39d37d3352976bc2399246a588564b20e94ce9a470b5cb9ab6918b02",
    "pi-2005-1.toml": "7e9a33aa7930ddafd03523342a9637d93fbb66d6f1e9c7e79b90cf8b0ccf9990",
    "pr-2024-1.toml": "f46ffe7b2f92cc5035be05ac97e7d0b8606801393224815fd87ac64f7e47fb13",
    "sao-a-1.toml": "a3c4bf935595636d932192e670a94d36d0238d222d1d731daafb18b5226407c3",
    "sao-b-1.toml": "6b2d80bf9620b4b2f292128d01c3329e7cbb90819500bc280330c814e4bfedb0",
    "service-1.toml": "00781effe845b2df37a5ccf1a08ca45efc5a62d1f9d088fa39da7c0e3937ea71",
}

TABLE = {  # command-line.md 6, written out a second time on purpose
    "SAO-A.notice_437_min": (15, "calendar-days", "same-day"),
    "SAO-A.sos_application": (15, "calendar-days", "same-day"),
    "SAO-A.notice_438_choice": (15, "calendar-days", "same-day"),
    "SAO-A.eso_reasons": (8, "weeks", "same-day"),
    "SAO-B.prelim_serve_by": (5, "calendar-days", "same-day"),
    "SAO-B.prelim_response_min": (15, "calendar-days", "same-day"),
    "SAO-B.school_decision_notice_by": (15, "calendar-days", "same-day"),
    "SAO-B.sos_application": (10, "school-days", "same-if-school-day"),
    "SAO-B.nomination_by": (5, "calendar-days", "next-day"),
    "SAO-B.nomination_choice": (15, "calendar-days", "same-day"),
    "SAO-B.sao_serve_by": (5, "calendar-days", "same-day"),
    "PR-2024.new_pupil_return": (5, "calendar-days", "next-day"),
    "PR-2024.ground_h": (10, "school-days", "next-day"),
    "PR-2024.ground_i": (20, "school-days", "same-day"),
    "PR-2024.attendance_return": (10, "school-days", "same-day"),
    "PI-2005.ctf": (15, "school-days", "next-day"),
    "HARROW-2023.four_weeks": (28, "calendar-days", "next-day"),
    "FOIA.reply": (20, "working-days", "next-day"),
    "SERVICE.first_class": (2, "working-days", "next-day"),
    "SERVICE.second_class": (4, "working-days", "next-day"),
}

SMALL = """
id = "T"
version = {version}
name = "Test"
citation = "Test Act"
effective_from = {start}
{end}
source = "invented"
[rules.wait]
n = {n}
unit = "calendar-days"
count = "same-day"
event = "Served"
period = "some days"
citation = "Test Act s1"
"""


def small(version: int, start: str, n: int, end: str = "") -> str:
    """Return the text of a small rule set."""
    return SMALL.format(version=version, start=start, n=n, end=end)


@pytest.mark.feature("F47")
def test_every_rule_of_the_command_line_is_there_and_no_other() -> None:
    book = rules()
    assert {
        name: (book.rule(name).count, book.rule(name).unit.value, book.rule(name).day_one.value)
        for name in book.names()
    } == TABLE


@pytest.mark.feature("F47")
def test_shipped_rule_sets_never_change() -> None:
    found = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in resources.path("rules").glob("*.toml")
    }
    assert found == SHIPPED, "a shipped rule set is never edited: add a new version beside it"


@pytest.mark.feature("F47")
def test_the_2026_act_is_held_but_not_in_force() -> None:
    book = rules()
    assert not book.ruleset("SAO-B").in_force(date(2035, 1, 1))
    started = book.with_start("SAO-B", date(2027, 9, 1))
    assert started.ruleset("SAO-B").in_force(date(2027, 9, 1))
    assert not started.ruleset("SAO-B").in_force(date(2027, 8, 31))
    assert book.ruleset("SAO-B").effective_from is None


def test_pupil_registration_rules_hold_from_19_august_2024() -> None:
    assert not rules().ruleset("PR-2024").in_force(date(2024, 8, 18))
    assert rules().ruleset("PR-2024").in_force(date(2024, 8, 19))
    held = {one.id for one in rules().in_force(date(2026, 11, 24))}
    assert held == {"SAO-A", "PR-2024", "PI-2005", "HARROW-2023", "FOIA", "SERVICE"}


def test_the_version_in_force_on_the_day_is_used_and_the_old_one_kept() -> None:
    book = parse_rulebook([small(2, "2026-01-01", 20), small(1, "2020-01-01", 15, "effective_to = 2025-12-31")])
    assert book.rule("T.wait", date(2025, 12, 31)).count == 15
    assert book.rule("T.wait", date(2026, 1, 1)).count == 20
    assert book.rule("T.wait").count == 20
    assert book.rule("T.wait", date(2019, 1, 1)).count == 20
    assert book.names() == ("T.wait",)
    assert book.ruleset("T", date(2021, 1, 1)).label == "T version 1"


@pytest.mark.parametrize("name", ["T.wait", "SAO-A", "SAO-A.nothing", ""])
def test_unknown_rule_is_refused_with_where_to_look(name: str) -> None:
    with pytest.raises(UserError, match="explain --list") as refused:
        rules().rule(name)
    assert refused.value.code == "rule-unknown"


def test_the_council_may_set_its_own_posting_days() -> None:
    book = rules()
    own = book.with_rule(book.rule("SERVICE.first_class").with_count(3, "set by the council on 1 September 2026"))
    assert (own.rule("SERVICE.first_class").count, book.rule("SERVICE.first_class").count) == (3, 2)
    assert own.rule("SERVICE.second_class").count == 4
    assert own.rule("SERVICE.first_class").basis.startswith("set by the council")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id = ", "not written as TOML"),
        ('id = "T"', "lacks rules"),
        (small(1, "2020-01-01", 1).replace('"calendar-days"', '"moons"'), "moons"),
        (small(1, "2020-01-01", 1).replace("\nn = 1", ""), "lacks n"),
    ],
)
def test_rule_set_that_cannot_be_read_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(UserError) as refused:
        parse_ruleset(text)
    assert words in refused.value.message
    assert refused.value.code == "rule-file"


def test_unverified_figures_are_marked() -> None:
    unverified = {name for name in rules().names() if not rules().rule(name).verified}
    assert unverified == {"PI-2005.ctf", "FOIA.reply", "SERVICE.first_class", "SERVICE.second_class"}
    assert isinstance(rules(), RuleBook)
    assert rules().rule("SAO-A.notice_437_min").unit is Unit.CALENDAR_DAYS
    assert rules().rule("SAO-B.sos_application").day_one is DayOne.SAME_IF_SCHOOL_DAY
