"""The rules without a case register: ``explain``, ``school-age`` and ``upn``."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cme_desktop import shipped
from cme_desktop.cli.options import add_json, clock_of
from cme_desktop.cli.parser import day, path_of
from cme_desktop.domain import deadlines, school_age
from cme_desktop.domain.calendar import Calendar, long_date, parse_term_csv
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.identifiers import UpnCheck, UpnProblem, check_upn
from cme_desktop.domain.rules import Rule, RuleBook

if TYPE_CHECKING:
    from cme_desktop.cli.output import Output
    from cme_desktop.cli.parser import Parser

_LARGEST_CALENDAR = 1_000_000
_UPN_WORDS = {
    UpnProblem.FORMAT: "not written as a UPN: a letter, then 12 digits, the last of which may be a letter",
    UpnProblem.LETTERS: "holds a letter that no UPN uses (I, O or S)",
    UpnProblem.CHECK_LETTER: "the first letter does not fit the digits; it would be {}",
}


def add_parsers(subparsers: argparse._SubParsersAction[Parser]) -> None:
    """Add ``explain``, ``school-age`` and ``upn``."""
    explain = subparsers.add_parser("explain", description="Say when a period ends, and why.")
    explain.add_argument("rule", metavar="RULE", nargs="?", help="the rule, such as SAO-A.notice_437_min")
    explain.add_argument("--list", action="store_true", help="list the rules instead")
    explain.add_argument(
        "--from", dest="starts", metavar="DATE", type=day, action="append", default=[], help="the day to count from"
    )
    explain.add_argument("--calendar", metavar="FILE", type=path_of, help="term dates to count school days with (CSV)")
    add_json(explain)
    explain.set_defaults(handle=_explain)

    ages = subparsers.add_parser(
        "school-age", description="Say when compulsory school age begins and ends, for each date of birth."
    )
    ages.add_argument("births", metavar="DOB", nargs="+", type=day, help="a date of birth")
    ages.add_argument("--on", metavar="DATE", type=day, help="the day to look at (default: today)")
    add_json(ages)
    ages.set_defaults(handle=_school_age)

    upn = subparsers.add_parser("upn", description="Check the form and the check letter of each UPN.")
    upn.add_argument("values", metavar="VALUE", nargs="+", help="a unique pupil number")
    add_json(upn)
    upn.set_defaults(handle=_upn)


def read_calendar(path: Path) -> Calendar:
    """Return the calendar that a CSV file of term dates makes with the shipped bank holidays.

    Raises UserError: ``path-missing``, ``not-a-file``, or ``calendar-file`` with the row and the rule broken.
    """
    if not path.exists():
        raise UserError(f"There is no file {path}. Check the name after --calendar.", code="path-missing")
    if not path.is_file():
        raise UserError(f"{path} is not a file. Name a CSV file of term dates after --calendar.", code="not-a-file")
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_CALENDAR).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"{path} could not be read as text. Save it as CSV (UTF-8) and try again.", code="calendar-file"
        ) from error
    return parse_term_csv(text, path.name, shipped.bank_holidays())


def _facts(rule: Rule) -> dict[str, object]:
    return {
        "rule": rule.name,
        "citation": rule.citation,
        "unit": rule.unit.value,
        "count": rule.count,
        "day_one": rule.day_one.value,
    }


def _list(book: RuleBook, on: date, out: Output) -> int:
    rows = []
    for name in book.names():
        rule = book.rule(name, on)
        in_force = book.ruleset(rule.ruleset, on).in_force(on)
        rows.append({**_facts(rule), "in_force": in_force, "period": rule.period, "verified": rule.verified})
    lines = [f"{row['rule']:<36} {row['period']}{'' if row['in_force'] else '  (not in force)'}" for row in rows]
    out.answer({"rules": rows}, lines)
    return 0


def _explain(args: argparse.Namespace, out: Output) -> int:
    book = shipped.rulebook()
    if args.list:
        return _list(book, clock_of(args).today(), out)
    if args.rule is None or not args.starts:
        raise UserError(
            "Name a rule and at least one day: explain RULE --from DATE. To see the rules: explain --list.",
            code="usage",
        )
    calendar = read_calendar(args.calendar) if args.calendar else shipped.placeholder_calendar()
    latest = max(args.starts)
    rule = book.rule(args.rule, latest)
    ruleset = book.ruleset(rule.ruleset, latest)
    in_force = all(ruleset.in_force(start) for start in args.starts)
    found = [deadlines.explain(rule, start, calendar) for start in args.starts]
    results = [
        {
            "from": each.start,
            "last_day": each.last_day,
            "next_step_from": each.next_step_from,
            "derivation": list(each.derivation),
        }
        for each in found
    ]
    lines = [] if in_force else [f"{rule.name} is not in force."]
    for each in found:
        lines.append(f"{rule.name} from {long_date(each.start)}: the last day is {long_date(each.last_day)}")
        lines.extend(f"  {step}" for step in each.derivation)
    out.answer(
        {
            **_facts(rule),
            "ruleset": ruleset.id,
            "version": ruleset.version,
            "verified": rule.verified,
            "in_force": in_force,
            "results": results,
        },
        lines,
    )
    return 0


def _school_age(args: argparse.Namespace, out: Output) -> int:
    on = args.on or clock_of(args).today()
    found = [school_age.describe(birth, on) for birth in args.births]
    results = [
        {
            "dob": each.dob,
            "start": each.start,
            "first_term": each.first_term,
            "end": each.end,
            "on": each.on,
            "is_school_age": each.is_school_age,
            "derivation": list(each.derivation),
        }
        for each in found
    ]
    out.answer({"results": results}, [line for each in found for line in (*each.derivation, "")])
    return 0


def _words(check: UpnCheck) -> str:
    if check.problem is None:
        return f"{check.upn}  a {check.kind.value} UPN, its check letter fits"
    return f"{check.upn}  {_UPN_WORDS[check.problem].format(check.expected_letter)}"


def _upn(args: argparse.Namespace, out: Output) -> int:
    found = [check_upn(value) for value in args.values]
    results = [
        {
            "input": each.input,
            "upn": each.upn,
            "valid": each.valid,
            "kind": each.kind.value,
            "expected_letter": each.expected_letter,
            "problem": each.problem.value if each.problem else None,
        }
        for each in found
    ]
    out.answer({"results": results}, map(_words, found))
    return 0 if all(each.valid for each in found) else 1
