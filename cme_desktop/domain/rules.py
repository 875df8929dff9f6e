"""Dated rule sets: every figure of law and policy as data, with its source and the dates between which it holds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from cme_desktop.domain.errors import UserError


class Unit(StrEnum):
    """What a period is counted in."""

    CALENDAR_DAYS = "calendar-days"
    SCHOOL_DAYS = "school-days"
    WORKING_DAYS = "working-days"
    WEEKS = "weeks"


class DayOne(StrEnum):
    """Which day is day 1 of a period: the day itself, the day after, or the day itself if it is a school day."""

    SAME_DAY = "same-day"
    NEXT_DAY = "next-day"
    SAME_IF_SCHOOL_DAY = "same-if-school-day"


@dataclass(frozen=True)
class Rule:
    """One period of a rule set.

    ``by_date`` marks a rule that only sets a last day, so that no next step becomes lawful when it ends.
    ``verified`` is False where the figure has not been checked against its source.
    """

    ruleset: str
    version: int
    key: str
    count: int
    unit: Unit
    day_one: DayOne
    citation: str
    period: str
    event: str
    by_date: bool = False
    whole_uk: bool = False
    basis: str = ""
    verified: bool = True

    @property
    def name(self) -> str:
        """Return the rule's outside name, such as "SAO-A.notice_437_min"."""
        return f"{self.ruleset}.{self.key}"

    def with_count(self, count: int, basis: str) -> Rule:
        """Return this rule with a figure the council has set for itself, named as such by ``basis``."""
        return replace(self, count=count, basis=basis)


@dataclass(frozen=True)
class RuleSet:
    """One version of a set of rules; ``effective_from`` is None while its start has not been set."""

    id: str
    version: int
    name: str
    citation: str
    effective_from: date | None
    effective_to: date | None
    source: str
    verified_by: str
    verified_on: date | None
    rules: Mapping[str, Rule]
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Return how papers name this version, such as "SAO-A version 1"."""
        return f"{self.id} version {self.version}"

    def in_force(self, on: date) -> bool:
        """Say whether the set holds on a day, its first and last day included; a set without a start never does."""
        return (
            self.effective_from is not None
            and self.effective_from <= on
            and (self.effective_to is None or on <= self.effective_to)
        )


@dataclass(frozen=True)
class RuleBook:
    """All rule sets of the program, each in all its versions."""

    sets: tuple[RuleSet, ...]

    def names(self) -> tuple[str, ...]:
        """Return the outside names of all rules, in the order of the sets."""
        return tuple(dict.fromkeys(rule.name for ruleset in self.sets for rule in ruleset.rules.values()))

    def ruleset(self, set_id: str, on: date | None = None) -> RuleSet:
        """Return the version of a set in force on a day, else its newest version.

        Raises UserError with code rule-unknown if there is no such set.
        """
        versions = sorted((one for one in self.sets if one.id == set_id), key=lambda one: one.version)
        if not versions:
            raise self._unknown(set_id)
        current = [one for one in versions if on is not None and one.in_force(on)]
        return (current or versions)[-1]

    def rule(self, name: str, on: date | None = None) -> Rule:
        """Return the rule named RULESET.KEY, in the version in force on a day, else the newest.

        Raises UserError with code rule-unknown, listing where the names can be found.
        """
        set_id, _, key = name.partition(".")
        rules = self.ruleset(set_id, on).rules
        if key not in rules:
            raise self._unknown(name)
        return rules[key]

    def in_force(self, on: date) -> tuple[RuleSet, ...]:
        """Return the versions in force on a day."""
        return tuple(one for one in self.sets if one.in_force(on))

    def with_start(self, set_id: str, effective_from: date) -> RuleBook:
        """Return the book with the start of a set filled in, as an administrator does on a commencement instrument."""
        newest = self.ruleset(set_id)
        started = replace(newest, effective_from=effective_from)
        return RuleBook(tuple(started if one is newest else one for one in self.sets))

    def with_rule(self, changed: Rule) -> RuleBook:
        """Return the book with one rule replaced by the council's own setting of it."""
        newest = self.ruleset(changed.ruleset)
        named = replace(newest, rules={**newest.rules, changed.key: changed})
        return RuleBook(tuple(named if one is newest else one for one in self.sets))

    @staticmethod
    def _unknown(name: str) -> UserError:
        return UserError(
            f'There is no rule called "{name}". Use the names that "cme-admin explain --list" prints.',
            code="rule-unknown",
        )


def parse_ruleset(text: str) -> RuleSet:
    """Read one rule set from TOML text; raise UserError naming what the file lacks."""
    try:
        data = tomllib.loads(text)
        rules = {key: _rule(data, key, fields) for key, fields in data["rules"].items()}
        return RuleSet(
            id=data["id"],
            version=data["version"],
            name=data["name"],
            citation=data["citation"],
            effective_from=data.get("effective_from"),
            effective_to=data.get("effective_to"),
            source=data["source"],
            verified_by=data.get("verified_by", ""),
            verified_on=data.get("verified_on"),
            rules=rules,
            notes=tuple(data.get("notes", ())),
        )
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(f"it is not written as TOML ({error})") from error
    except KeyError as error:
        raise _unreadable(f"it lacks {error.args[0]}") from error
    except ValueError as error:
        raise _unreadable(str(error)) from error


def parse_rulebook(texts: Iterable[str]) -> RuleBook:
    """Read all rule sets, in the order given; raise UserError if one of them cannot be read."""
    return RuleBook(tuple(parse_ruleset(text) for text in texts))


def _rule(data: Mapping[str, Any], key: str, fields: Mapping[str, Any]) -> Rule:
    return Rule(
        ruleset=data["id"],
        version=data["version"],
        key=key,
        count=fields["n"],
        unit=Unit(fields["unit"]),
        day_one=DayOne(fields["count"]),
        citation=fields["citation"],
        period=fields["period"],
        event=fields["event"],
        by_date=fields.get("by_date", False),
        whole_uk=fields.get("whole_uk", False),
        basis=fields.get("basis", ""),
        verified=fields.get("verified", True),
    )


def _unreadable(why: str) -> UserError:
    return UserError(
        f"A rule set could not be read, because {why}. Nothing was changed. Correct the file and load it again.",
        code="rule-file",
    )
