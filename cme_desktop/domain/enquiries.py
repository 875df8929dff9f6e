"""Reasonable enquiries: whose each is, what every entry must say (SD39), and how complete both sides' efforts are."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cme_desktop.domain.calendar import long_date
from cme_desktop.domain.errors import Refusal

SD39 = "Harrow CME policy 2023, page 9 (SD39)"


class Side(StrEnum):
    """Whose efforts are meant: the school's and the council's are kept apart (F27)."""

    SCHOOL = "school"
    COUNCIL = "council"


class Condition(StrEnum):
    """When an enquiry applies only to some children."""

    PREVIOUS_PLACE_KNOWN = "previous-place-known"
    POSSIBLE_PLACE_KNOWN = "possible-place-known"
    OTHER_HOME_COUNCIL = "other-home-council"
    SERVICE_CHILD = "service-child"
    RISK_OF_HARM = "risk-of-harm"


@dataclass(frozen=True)
class Enquiry:
    """One enquiry of the checklist; ``sides`` are those who make it, ``minimum`` is the council's suggested least."""

    id: str
    text: str
    short: str
    sides: frozenset[Side]
    minimum: bool = False
    condition: Condition | None = None
    agencies: tuple[str, ...] = ()
    recording_rule: bool = False


@dataclass(frozen=True)
class Made:
    """One enquiry that was made: which, by whom, when, to which agency, and whether an answer has come."""

    enquiry: str
    side: Side
    on: date
    agency: str = ""
    answered: bool = True
    outcome: str = ""


@dataclass(frozen=True)
class SideMeter:
    """How far one side has come: numbers of enquiries that apply and were made, and the ids still to make."""

    done: int
    total: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Meter:
    """How complete the enquiries of both sides are, what the council's least still lacks, and what waits."""

    school: SideMeter
    council: SideMeter
    minimum_missing: tuple[str, ...]
    waiting: tuple[str, ...]

    @property
    def minimum_met(self) -> bool:
        """Say whether the council's suggested least has been made."""
        return not self.minimum_missing


@dataclass(frozen=True)
class Checklist:
    """The enquiries that apply, in order; editable data."""

    enquiries: tuple[Enquiry, ...]

    def get(self, enquiry: str) -> Enquiry | None:
        """Return an enquiry by its id, such as "RE04"."""
        return next((one for one in self.enquiries if one.id == enquiry), None)

    def applying(self, conditions: Iterable[Condition]) -> tuple[Enquiry, ...]:
        """Return the enquiries to make for a child of whom these conditions are true."""
        holds = frozenset(conditions)
        return tuple(
            one
            for one in self.enquiries
            if not one.recording_rule and (one.condition is None or one.condition in holds)
        )

    def meter(self, made: Iterable[Made], conditions: Iterable[Condition] = ()) -> Meter:
        """Return how complete the enquiries are; what each side did counts for that side only.

        An enquiry that asks several agencies is complete on the least only when each named agency was asked.
        """
        entries = tuple(made)
        applying = self.applying(conditions)
        by_side = {
            side: {entry.enquiry for entry in entries if entry.side is side} for side in (Side.SCHOOL, Side.COUNCIL)
        }
        return Meter(
            _side_meter(applying, Side.SCHOOL, by_side),
            _side_meter(applying, Side.COUNCIL, by_side),
            tuple(one.id for one in applying if one.minimum and not _met(one, entries)),
            tuple(dict.fromkeys(entry.enquiry for entry in entries if not entry.answered)),
        )


def _side_meter(applying: tuple[Enquiry, ...], side: Side, made: Mapping[Side, set[str]]) -> SideMeter:
    own = [one.id for one in applying if side in one.sides]
    missing = tuple(enquiry for enquiry in own if enquiry not in made[side])
    return SideMeter(len(own) - len(missing), len(own), missing)


def _met(enquiry: Enquiry, made: tuple[Made, ...]) -> bool:
    entries = [entry for entry in made if entry.enquiry == enquiry.id]
    if enquiry.agencies:
        return set(enquiry.agencies) <= {entry.agency for entry in entries}
    return bool(entries)


def check_entry(*, who: str, contact: str, on: date | None, today: date) -> Refusal | None:
    """Return what an enquiry entry still lacks, None if it can be kept: name or team, contact details, date (SD39)."""
    lacking: list[tuple[str, str]] = []
    if not who.strip():
        lacking.append(("who", "Enter the name or team you spoke to."))
    if not contact.strip():
        lacking.append(("contact", "Enter the e-mail, phone number or address you used."))
    if on is None:
        lacking.append(("on", "Enter the date."))
    elif on > today:
        lacking.append(("on", f"The date must not be after today, {long_date(today)}."))
    if not lacking:
        return None
    return Refusal(
        " ".join(message for _, message in lacking),
        SD39,
        missing=tuple(field for field, _ in lacking),
        code="particulars-missing",
    )


def parse_checklist(text: str) -> Checklist:
    """Read the checklist from the text of the code file."""
    return Checklist(tuple(_enquiry(row) for row in tomllib.loads(text)["enquiry"]))


def _enquiry(row: Mapping[str, object]) -> Enquiry:
    who = str(row["who"])
    condition = row.get("condition")
    agencies = row.get("agencies", ())
    return Enquiry(
        id=str(row["id"]),
        text=str(row["text"]),
        short=str(row["short"]),
        sides=frozenset(Side) if who == "both" else frozenset({Side(who)}),
        minimum=bool(row.get("minimum", False)),
        condition=None if condition is None else Condition(str(condition)),
        agencies=tuple(str(agency) for agency in agencies) if isinstance(agencies, list) else (),
        recording_rule=bool(row.get("recording_rule", False)),
    )
