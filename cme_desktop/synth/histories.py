"""Invented cases with their whole history, as rows: referral, adults, statuses, enquiries and a timeline."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.casework.rows.numbers import CASES, next_numbers, reference
from cme_desktop.domain.names import first_last
from cme_desktop.domain.roles import Person
from cme_desktop.domain.school_age import year_group
from cme_desktop.models.child import SchoolRegistration
from cme_desktop.models.episode import (
    Episode,
    EpisodeReason,
    EpisodeRisk,
    EpisodeStatus,
    EpisodeWaiting,
    Parent,
    Referral,
)
from cme_desktop.models.reference import ReasonCode
from cme_desktop.models.timeline import Enquiry, Event
from cme_desktop.storage import bulk, search
from cme_desktop.storage.search import WhoEntry
from cme_desktop.synth import s2s_places as places
from cme_desktop.synth.names import FEMALE, MALE, NameMaker
from cme_desktop.synth.population import InventedChild, found_by
from cme_desktop.synth.work_done import write_work

OFFICE_OPENS = time(9, 0)
_OPENING = (
    ("whereabouts-unknown", "whereabouts-unknown", 38),
    ("known-not-in-education", "known-not-in-education", 34),
    ("school-applied", "known-not-in-education", 14),
    ("ehe-to-check", "ehe", 9),
    ("out-of-borough", "out-of-borough", 5),
)
_OUTCOMES = (
    ("school-place", "The school confirmed by S2S that the child is on its register", 52),
    ("moved-authority", "The other council confirmed by secure mail", 14),
    ("moved-abroad", "The parent sent the new school's letter", 12),
    ("ehe-suitable", "The EHE officer saw the child's work", 8),
    ("not-cme", "The school's register was checked", 8),
    ("over-age", "The last Friday in June of the year of the 16th birthday has passed", 2),
    ("lost", "All enquiries done, the alert stays on", 4),
)
_REASONS = (
    ("not-started-secondary", 20),
    ("not-started-infant", 15),
    ("not-started-junior", 8),
    (None, 30),
)
_LINES: tuple[tuple[str, str, str], ...] = (
    ("enquiry", "Call to mother, no answer", "Voicemail left, asked to ring back."),
    ("enquiry", "Home visit, nobody in", "Neighbour had not seen the family for some days. Card left."),
    ("enquiry", "Admissions checked: no application", "In-year team, by phone."),
    ("enquiry", "Housing asked", "Tenancy question only, reply by secure mail."),
    ("enquiry", "Health visitor asked", "No change of surgery known."),
    ("contact", "Mother rang back", "She says the family is staying with relatives."),
    ("note", "Talked over with the manager", "Go on with the enquiries, look again in a week."),
    ("enquiry", "School asked again", "The school has heard nothing new."),
    ("enquiry", "Neighbouring council asked", "Not known to them."),
    ("note", "S2S messages checked", "Nothing about this child."),
)
_CHECKS: tuple[tuple[str, str, str, str], ...] = (
    ("RE02", "relative", "Aunt named on the school's record", "phone"),
    ("RE04", "", "Parents at home", "visit"),
    ("RE08", "housing", "Housing, tenancy team", "email"),
    ("RE08", "health", "Health visitors", "email"),
    ("RE08", "social-care", "Children's social care, front door", "phone"),
    ("RE11", "", "The school before", "phone"),
    ("RE12", "", "Neighbouring council", "email"),
)
_WORKED = 0.9
_REVIEWED_WITHIN = {"standard": 24, "medium": 10, "high": 5}
FOUR_WEEKS = 28


@dataclass
class InventedCase:
    """One invented case before it is written; ``episode_id`` and ``ref`` are set when it is."""

    child: InventedChild
    opened: date
    status: str
    pathway: str
    closed: date | None
    outcome: str | None
    how: str
    reason: str | None
    adults: list[dict[str, Any]] = field(default_factory=list)
    lines: list[tuple[date, str, str, str]] = field(default_factory=list)
    enquiries: list[dict[str, Any]] = field(default_factory=list)
    risk: str = "not-rated"
    rated: date | None = None
    reviewed: date | None = None
    dfe_reason: str | None = None
    episode_id: int = 0
    ref: str = ""


class CaseMaker:
    """Make cases for children, the same ones for the same seed."""

    def __init__(self, seed: int, today: date) -> None:
        self.rng = random.Random(f"cases {seed}")
        self.names = NameMaker(seed + 1)
        self._until = today - timedelta(days=1)  # nothing of today is later than whoever opens it

    def case(self, child: InventedChild, opened: date, *, stays_open: bool) -> InventedCase:
        """Return a case of a child that opened on a day; a closed one ends before today."""
        rng = self.rng
        status, pathway = _pick(rng, [((status, pathway), weight) for status, pathway, weight in _OPENING])
        closed, outcome, how = None, None, ""
        if not stays_open:
            closed = min(opened + timedelta(days=int(rng.lognormvariate(3.1, 0.9)) + 2), self._until)
            outcome, how = _pick(rng, [((code, words), weight) for code, words, weight in _OUTCOMES])
        made = InventedCase(child, opened, status, pathway, closed, outcome, how, _pick(rng, list(_REASONS)))
        made.adults = list(self._adults(child))
        self._timeline(made)
        if rng.random() < _WORKED:
            self._work(made)
        return made

    def _work(self, case: InventedCase) -> None:
        """Have the officer's first weeks of work done: checks, letter, visit, risk questions, review."""
        rng, end = self.rng, case.closed or self._until
        for code, agency, asked, method in _CHECKS:
            day = min(end, case.opened + timedelta(days=rng.randint(0, 6)))
            case.enquiries.append(self._enquiry("council", code, asked, method, "nothing", day, agency))
        for place in range(len(case.adults)):
            entry = self._enquiry("council", "RE01", "Letter", "letter", "nothing", case.opened, "parent")
            case.enquiries.append({**entry, "adult": place})
        if case.outcome is None or rng.random() < 0.5:
            case.risk = _pick(rng, [("standard", 68), ("medium", 24), ("high", 8)])
            case.rated = max(case.opened, end - timedelta(days=rng.randint(0, _REVIEWED_WITHIN[case.risk])))
        if (end - case.opened).days > FOUR_WEEKS:
            case.reviewed = end - timedelta(days=rng.randint(0, 6))

    def _enquiry(
        self, side: str, code: str, asked: str, method: str, outcome: str, day: date, agency: str = ""
    ) -> dict[str, Any]:
        return {
            "side": side,
            "enquiry_code": code,
            "agency": agency,
            "asked": asked,
            "contact_detail": places.landline(self.rng),
            "method": method,
            "made_on": day,
            "outcome": outcome,
            "answered_on": day,
        }

    def _adults(self, child: InventedChild) -> Iterator[dict[str, Any]]:
        rng = self.rng
        yield self._adult(child, FEMALE, child.lines, child.postcode)
        if rng.random() < 0.55:
            elsewhere = rng.random() < 0.3
            lines, postcode = child.lines, child.postcode
            if elsewhere:
                home = places.address(rng)
                lines, postcode = [f"{home['PAON']} {home['Street']}", home["Town"]], home["PostCode"]
            yield self._adult(child, MALE, lines, postcode, has_care=not elsewhere)

    def _adult(
        self, child: InventedChild, sex: str, lines: list[str], postcode: str, *, has_care: bool = True
    ) -> dict[str, Any]:
        mother = sex == FEMALE
        return {
            "title": "Ms" if mother else "Mr",
            "forename": self.names.forename(child.family, sex),
            "surname": child.surname,
            "relationship_code": "PAM" if mother else "PAF",
            "relationship": "mother" if mother else "father",
            "parental_responsibility": True,
            "has_care": has_care,
            "address": lines,
            "postcode": postcode,
            "phones": [{"TelephoneType": "M", "PhoneNo": places.mobile(self.rng)}],
            "source": "invented for training",
        }

    def _timeline(self, case: InventedCase) -> None:
        rng = self.rng
        end = case.closed or self._until
        span = max(1, (end - case.opened).days)
        case.lines.append((case.opened, "opened", "Case opened (School)", f"Referral by {case.child.school.name}."))
        for _ in range(rng.randint(12, 24)):
            kind, title, detail = rng.choice(_LINES)
            case.lines.append((case.opened + timedelta(days=rng.randrange(span)), kind, title, detail))
        for side, code, asked, method, outcome in (
            ("school", "RE01", case.child.school.name, "phone", "no-answer"),
            ("council", "RE06", "School Admissions", "system-check", "nothing"),
            ("council", "RE07", "S2S and GIAP search", "system-check", "nothing"),
        ):
            day = case.opened + timedelta(days=rng.randrange(span))
            case.enquiries.append(self._enquiry(side, code, asked, method, outcome, day))
        case.lines.sort()


def _pick(rng: random.Random, weighted: Sequence[tuple[Any, int]]) -> Any:
    return rng.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]


def write_cases(session: Session, cases: Sequence[InventedCase], officer: Person, *, today: date) -> None:
    """Write cases of one batch with their history, inside an act, and give each its number and reference."""
    for year in sorted({case.opened.year for case in cases}):
        of_year = [case for case in cases if case.opened.year == year]
        for case, number in zip(of_year, next_numbers(session, CASES, year, len(of_year)), strict=True):
            case.ref = reference(year, number)
    counted_under: dict[str | None, str | None] = dict(
        session.execute(select(ReasonCode.code, ReasonCode.dfe_reason)).all()
    )
    for case in cases:
        case.dfe_reason = counted_under.get(case.reason)
    ids = bulk.insert_many(session, Episode, (_episode(case, officer, today) for case in cases))
    for case, number in zip(cases, ids, strict=True):
        case.episode_id = number
    bulk.insert_many(session, EpisodeStatus, _statuses(cases))
    bulk.insert_many(session, EpisodeRisk, (_risk(case) for case in cases))
    bulk.insert_many(session, EpisodeReason, (_reason(case) for case in cases))
    bulk.insert_many(session, EpisodeWaiting, (_waiting(case) for case in cases if case.closed))
    bulk.insert_many(session, Referral, (_referral(case) for case in cases))
    _write_enquiries(session, cases, _write_adults(session, cases), officer)
    write_work(session, cases, officer)
    _write_lines(session, cases, officer)
    bulk.update_many(session, SchoolRegistration, _leavings(session, cases))
    search.put_who_many(
        session, {case.child.child_id: [*found_by(case.child), *_case_words(case)] for case in cases}, replace=True
    )


def _write_adults(session: Session, cases: Sequence[InventedCase]) -> dict[tuple[int, int], int]:
    places_ = [(case.episode_id, place) for case in cases for place in range(len(case.adults))]
    rows = (
        {**adult, "episode_id": case.episode_id, "created_at": at(case.opened)}
        for case in cases
        for adult in case.adults
    )
    return dict(zip(places_, bulk.insert_many(session, Parent, rows), strict=True))


def _write_enquiries(
    session: Session, cases: Sequence[InventedCase], adults: dict[tuple[int, int], int], officer: Person
) -> None:
    rows = []
    for case in cases:
        for entry in case.enquiries:
            place = entry.pop("adult", None)
            rows.append(
                {
                    **entry,
                    "episode_id": case.episode_id,
                    "parent_id": None if place is None else adults[case.episode_id, place],
                    "user_id": officer.id,
                    "recorded_at": at(entry["made_on"]),
                }
            )
    bulk.insert_many(session, Enquiry, rows)


def _write_lines(session: Session, cases: Sequence[InventedCase], officer: Person) -> None:
    rows = [
        {
            "episode_id": case.episode_id,
            "kind": kind,
            "happened_on": day,
            "recorded_at": at(day),
            "user_id": officer.id,
            "title": title,
            "detail": detail,
        }
        for case in cases
        for day, kind, title, detail in _all_lines(case)
    ]
    ids = bulk.insert_many(session, Event, rows)
    child_of: dict[Any, int] = {case.episode_id: case.child.child_id for case in cases}
    search.put_text_many(
        session,
        [
            {
                "source": "event",
                "source_id": number,
                "child_id": child_of[row["episode_id"]],
                "episode_id": row["episode_id"],
                "on_day": row["happened_on"],
                "body": f"{row['title']}\n{row['detail']}",
            }
            for number, row in zip(ids, rows, strict=True)
        ],
    )


def _all_lines(case: InventedCase) -> Iterator[tuple[date, str, str, str]]:
    yield from case.lines
    if case.closed:
        yield case.closed, "closed", "Case closed", case.how


def at(day: date) -> datetime:
    """Return the instant at which the office recorded what happened on a day."""
    return datetime.combine(day, OFFICE_OPENS, tzinfo=UTC)


def _episode(case: InventedCase, officer: Person, today: date) -> dict[str, Any]:
    closed_status = "closed-alert-remains" if case.outcome == "lost" else "closed"
    return {
        "ref": case.ref,
        "child_id": case.child.child_id,
        "opened_on": case.opened,
        "closed_on": case.closed,
        "missing_since": case.opened - timedelta(days=5),
        "status": closed_status if case.closed else case.status,
        "pathway": case.pathway,
        "risk": case.risk,
        "reason": case.reason,
        "dfe_reason": case.dfe_reason,
        "owner_id": officer.id,
        "in_area": case.pathway != "out-of-borough",
        "counts_as_cme": case.closed is None and case.pathway != "out-of-borough",
        "open_actions": 0 if case.closed else 1,
        "outcome": case.outcome,
        "how_confirmed": case.how,
        "year_group": year_group(case.child.born, case.closed or today) or "",
        "last_school_urn": case.child.school.urn,
        "last_school_name": case.child.school.name,
    }


def _statuses(cases: Sequence[InventedCase]) -> Iterator[dict[str, Any]]:
    for case in cases:
        counted = case.pathway != "out-of-borough"
        common = {"episode_id": case.episode_id, "pathway": case.pathway, "superseded_at": None}
        if case.closed is None or case.closed > case.opened:
            yield {
                **common,
                "status": case.status,
                "counts_as_cme": counted,
                "why": "case opened",
                "valid_from": case.opened,
                "valid_to": case.closed,
                "recorded_at": at(case.opened),
            }
        if case.closed is not None:
            yield {
                **common,
                "status": "closed-alert-remains" if case.outcome == "lost" else "closed",
                "counts_as_cme": False,
                "why": case.how,
                "valid_from": case.closed,
                "valid_to": None,
                "recorded_at": at(case.closed),
            }


def _from_opening(case: InventedCase) -> dict[str, Any]:
    return {
        "episode_id": case.episode_id,
        "valid_from": case.opened,
        "valid_to": None,
        "recorded_at": at(case.opened),
        "superseded_at": None,
    }


def _risk(case: InventedCase) -> dict[str, Any]:
    return {**_from_opening(case), "risk": case.risk, "why": "risk questions answered" if case.rated else "case opened"}


def _reason(case: InventedCase) -> dict[str, Any]:
    return {**_from_opening(case), "reason": case.reason, "dfe_reason": case.dfe_reason}


def _waiting(case: InventedCase) -> dict[str, Any]:
    return {**_from_opening(case), "valid_to": case.closed, "waiting_on": "LOCME"}


def _referral(case: InventedCase) -> dict[str, Any]:
    return {
        "episode_id": case.episode_id,
        "received_on": case.opened,
        "route": "school",
        "referrer_kind": "school",
        "referrer_name": case.child.school.name,
        "referrer_school_urn": case.child.school.urn,
        "told_of_closure_on": case.closed,
    }


def _leavings(session: Session, cases: Sequence[InventedCase]) -> list[dict[str, Any]]:
    """Return the end of each child's stay at the school, a few days before the case was opened."""
    days = {case.child.child_id: case.opened - timedelta(days=3) for case in cases}
    rows = []
    ids = list(days)
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        for number, child_id in session.execute(
            select(SchoolRegistration.id, SchoolRegistration.child_id).where(SchoolRegistration.child_id.in_(part))
        ):
            rows.append(
                {
                    "id": number,
                    "leaving_date": days[child_id],
                    "ground": "2024:9(1)(i)" if days[child_id] >= date(2024, 8, 19) else "2006:8(1)(h)",
                    "ground_text": "9(1)(i)" if days[child_id] >= date(2024, 8, 19) else "8(1)(h)",
                }
            )
    return rows


def _case_words(case: InventedCase) -> Iterator[WhoEntry]:
    rank = 1 if case.closed else 0
    yield WhoEntry(search.REFERENCE, case.ref, case.episode_id, rank)
    for adult in case.adults:
        yield WhoEntry(search.PARENT, first_last(adult["forename"], adult["surname"]), case.episode_id, 2)
        for phone in adult["phones"]:
            yield WhoEntry(search.PHONE, phone["PhoneNo"], case.episode_id, 2)
