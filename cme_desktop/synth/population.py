"""Invented children as rows of the register: names, numbers, homes and schools, written many at a time."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from cme_desktop.domain.identifiers import check_letter
from cme_desktop.matching.keys import name_key, postcode_key
from cme_desktop.models.child import Child, ChildAddress, ChildIdentifier, ChildName, SchoolRegistration
from cme_desktop.storage import bulk, search
from cme_desktop.storage.search import WhoEntry
from cme_desktop.synth import s2s_places as places
from cme_desktop.synth.names import FEMALE, MALE, Family, NameMaker

SOURCE = "invented for training"
_ETHNICITIES = ("WBRI", "WOTH", "AIND", "APKN", "AOTH", "BSOM", "BAFR", "MWAS", "OAFG", "AOSL")
_UPN_SCHOOLS = 800


@dataclass(frozen=True)
class LocalSchool:
    """A school of the directory that an invented child may have gone to."""

    urn: str
    la: str
    estab: str
    name: str
    low_age: int
    high_age: int


@dataclass
class InventedChild:
    """One invented child before it is written; ``child_id`` is set when it is."""

    family: Family
    forename: str
    sex: str
    born: date
    upn: str
    lines: list[str]
    postcode: str
    school: LocalSchool
    entered: date
    left: date | None
    ehcp: bool
    ethnicity: str
    child_id: int = 0
    extra_names: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def surname(self) -> str:
        """Return the family name."""
        return self.family.surname


class ChildMaker:
    """Make children with numbers that no other child of the same maker has."""

    def __init__(self, seed: int, schools: Sequence[LocalSchool], today: date) -> None:
        self.rng = random.Random(f"children {seed}")
        self.names = NameMaker(seed)
        self._schools = [school for school in schools if school.high_age > school.low_age]
        self._by_age: dict[int, list[LocalSchool]] = {
            age: [school for school in self._schools if school.low_age <= age < school.high_age] or self._schools
            for age in range(4, 17)
        }
        self._today = today
        self._serial = 0
        self._last: InventedChild | None = None

    def upn(self, year: int) -> str:
        """Return a new permanent UPN with its right check letter."""
        number = self._serial
        self._serial += 1
        school, serial = 2000 + number % _UPN_SCHOOLS, number // _UPN_SCHOOLS
        body = f"310{school:04d}{year % 100:02d}{serial:03d}"
        return f"{check_letter(body)}{body}"

    def child(self) -> InventedChild:
        """Return another child of school age; one in six is a brother or sister of the one before."""
        rng = self.rng
        sibling = self._last if self._last is not None and rng.random() < 1 / 6 else None
        family = sibling.family if sibling else self.names.family()
        sex = rng.choice((FEMALE, MALE))
        age = rng.randint(5, 15)
        year = self._today.year if self._today.month >= 9 else self._today.year - 1
        born = date(year - age - 1, 9, 1) + timedelta(days=rng.randrange(365))
        school = rng.choice(self._by_age[age])
        entered = date(min(year, max(born.year + school.low_age + 1, year - 6)), 9, 3)
        home = places.address(rng)
        made = InventedChild(
            family=family,
            forename=self.names.forename(family, sex),
            sex=sex,
            born=born,
            upn=self.upn(born.year + 5),
            lines=sibling.lines if sibling else _lines(home),
            postcode=sibling.postcode if sibling else home["PostCode"],
            school=school,
            entered=entered,
            left=None,
            ehcp=rng.random() < 0.04,
            ethnicity=rng.choice(_ETHNICITIES),
        )
        self._last = made
        return made


def _lines(home: dict[str, str]) -> list[str]:
    first = ", ".join(part for part in (home.get("SAON", ""), f"{home['PAON']} {home['Street']}") if part)
    return [first, home["Town"]]


def write_children(session: Session, children: Sequence[InventedChild], *, now: datetime) -> None:
    """Write children with everything they are found by, inside an act, and give each its number."""
    ids = bulk.insert_many(session, Child, (_child(child, now) for child in children))
    for child, number in zip(children, ids, strict=True):
        child.child_id = number
    bulk.insert_many(session, ChildName, _names(children, now))
    bulk.insert_many(session, ChildAddress, (_address(child, now) for child in children))
    bulk.insert_many(session, ChildIdentifier, (_number(child) for child in children))
    bulk.insert_many(session, SchoolRegistration, (_stay(child, now) for child in children))
    search.put_who_many(session, {child.child_id: list(found_by(child)) for child in children})


def found_by(child: InventedChild) -> Iterator[WhoEntry]:
    """Return what a child is found by, as the casework's own acts write it."""
    yield WhoEntry(search.DOB, child.born.isoformat())
    yield WhoEntry(search.NAME, f"{child.forename} {child.surname}")
    for _, forename, surname in child.extra_names:
        yield WhoEntry(search.NAME, f"{forename} {surname}")
    yield WhoEntry(search.NUMBER, child.upn)
    yield WhoEntry(search.POSTCODE, child.postcode)
    yield WhoEntry(search.SCHOOL, child.school.name, rank=0 if child.left is None else 1)


def _child(child: InventedChild, now: datetime) -> dict[str, Any]:
    return {
        "dob": child.born,
        "sex": child.sex,
        "ethnicity": child.ethnicity,
        "has_ehcp": child.ehcp,
        "sen_provision": "E" if child.ehcp else "",
        "ehcp_school_urn": child.school.urn if child.ehcp else None,
        "created_at": now,
    }


def _names(children: Iterable[InventedChild], now: datetime) -> Iterator[dict[str, Any]]:
    for child in children:
        for kind, forename, surname in (("legal", child.forename, child.surname), *child.extra_names):
            yield {
                "child_id": child.child_id,
                "kind": kind,
                "surname": surname,
                "forename": forename,
                "surname_key": name_key(surname),
                "forename_key": name_key(forename),
                "source": SOURCE,
                **_since(child.born, now),
            }


def _address(child: InventedChild, now: datetime) -> dict[str, Any]:
    return {
        "child_id": child.child_id,
        "lines": child.lines,
        "postcode": child.postcode,
        "postcode_key": postcode_key(child.postcode),
        "country": "United Kingdom",
        "source": SOURCE,
        **_since(child.entered, now),
    }


def _number(child: InventedChild) -> dict[str, Any]:
    return {"child_id": child.child_id, "scheme": "upn", "value": child.upn, "kind": "permanent", "source": SOURCE}


def _stay(child: InventedChild, now: datetime) -> dict[str, Any]:
    return {
        "child_id": child.child_id,
        "school_urn": child.school.urn,
        "la": child.school.la,
        "estab": child.school.estab,
        "school_name": child.school.name,
        "entry_date": child.entered,
        "leaving_date": child.left,
        "ground": "2024:9(1)(i)" if child.left else None,
        "ground_text": "9(1)(i)" if child.left else "",
        "source": SOURCE,
        **_since(child.entered, now),
    }


def _since(day: date, now: datetime) -> dict[str, Any]:
    return {"valid_from": day, "valid_to": None, "recorded_at": now, "superseded_at": None}
