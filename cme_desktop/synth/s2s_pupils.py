"""Invented pupils in the terms of the S2S formats: each is what a reader should find in the file, by element names."""

from __future__ import annotations

import random
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta

from cme_desktop.domain.identifiers import check_letter
from cme_desktop.synth import s2s_places as places
from cme_desktop.synth.names import FEMALE, MALE, Family, NameMaker

_SERIALS = 1_000
_LAST_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_ETHNICITIES = ("WBRI", "WOTH", "AIND", "APKN", "AOTH", "BSOM", "BAFR", "MWAS", "OAFG", "AOSL")
_LANGUAGES = {
    "gujarati": "GUJ",
    "tamil": "TAM",
    "somali": "SOM",
    "afghan": "PRSD",
    "albanian": "ALB",
    "nepali": "NEP",
    "ro_RO": "RMN",
    "pl_PL": "POL",
}

Form = dict[str, object]


@dataclass
class Pupil:
    """One invented pupil: ``form`` is P as the file will hold it, ``problems`` what a reader should say of it."""

    form: Form
    family: Family
    born: date
    problems: list[str] = field(default_factory=list)

    def copy(self) -> Pupil:
        """Return the pupil again, for another file."""
        return deepcopy(self)

    def set_block(self, name: str, rows: list[Form]) -> None:
        """Put contacts or school history in the place of what the pupil had."""
        self.form[name] = rows

    def block(self, name: str) -> list[Form]:
        """Return contacts, school history or telephone numbers, to be read or changed."""
        rows = self.form.setdefault(name, [])
        assert isinstance(rows, list)
        return rows


def school_year(day: date) -> int:
    """Return the year in which the school year of a day began."""
    return day.year if day.month >= 9 else day.year - 1


def year_group(born: date, day: date) -> int:
    """Return the national curriculum year by age: 0 is reception."""
    age_at_start = school_year(day) - school_year(born) - 1
    return age_at_start - 4


def shift_days(day: date, days: int) -> date:
    """Return a day so many days later, on a Monday to Friday (moved back from a week-end)."""
    moved = day + timedelta(days=days)
    return moved - timedelta(days=max(0, moved.weekday() - 4))


class PupilMaker:
    """Make pupils with UPNs that no other pupil of the same maker has."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.names = NameMaker(seed)
        self._serials: Counter[tuple[str, str, int]] = Counter()
        self._families = 0

    def upn(self, year: int, *, temporary: bool = False) -> str:
        """Return a new UPN allocated by a test school in a year, with its right check letter."""
        for school in places.SCHOOLS:
            key = (school.lea, school.estab, year)
            serial = self._serials[key]
            if serial < _SERIALS:
                self._serials[key] += 1
                break
        else:
            raise ValueError("there are no numbers left for so many pupils of one year")
        body = f"{school.lea}{school.estab}{year % 100:02d}"
        body += f"{serial // 10:02d}{_LAST_LETTERS[serial % 10]}" if temporary else f"{serial:03d}"
        return f"{check_letter(body)}{body}"

    def pupil(self, on: date, *, age: int | None = None, family: Family | None = None) -> Pupil:
        """Return a pupil of compulsory school age as known on a day, with names, address and one or two contacts."""
        rng = self.rng
        family = family or self.names.family()
        sex = rng.choice((FEMALE, MALE))
        years = rng.randint(5, 15) if age is None else age
        born = date(school_year(on) - years - 1, 9, 1) + timedelta(days=rng.randrange(365))
        forename = self.names.forename(family, sex)
        year = max(0, min(year_group(born, on), 11))
        form: Form = {
            "UPN": self.upn(school_year(born) + 5),
            "Surname": family.surname,
            "Forename": forename,
            "DOB": born.isoformat(),
            "Sex": sex,
            "PreferredSurname": family.surname,
            "PreferredForename": forename,
            "NCyearActual": str(year) if year else "R",
            "Ethnicity": rng.choice(_ETHNICITIES),
            "EnrolStatus": "C",
        }
        if rng.random() < 0.3:
            form["MiddleNames"] = self.names.forename(family, sex)
        language = _LANGUAGES.get(family.community, "ENG")
        form["Languages"] = [{"LanguageType": "F", "Language": language}]
        if rng.random() < 0.12:
            form["SENhistory"] = [
                {"StartDate": shift_days(on, -rng.randint(200, 900)).isoformat(), "SENprovision": rng.choice("KKKE")}
            ]
        form["Address"] = places.address(rng)
        form["Phones"] = [{"TelephoneType": "H", "PhoneNo": places.landline(rng)}] if rng.random() < 0.5 else []
        if not form["Phones"]:
            del form["Phones"]
        pupil = Pupil(form, family, born)
        pupil.set_block("Contacts", self._contacts(family))
        return pupil

    def _contacts(self, family: Family) -> list[Form]:
        rng = self.rng
        contacts: list[Form] = [self.contact(family, 1, FEMALE)]
        if rng.random() < 0.6:
            contacts.append(self.contact(family, 2, MALE))
        return contacts

    def contact(self, family: Family, order: int, sex: str) -> Form:
        """Return a mother or father who lives with the pupil."""
        return {
            "Order": str(order),
            "Title": "Mrs" if sex == FEMALE else "Mr",
            "Surname": family.surname,
            "Forename": self.names.forename(family, sex),
            "Sex": sex,
            "Relationship": "PAM" if sex == FEMALE else "PAF",
            "Responsibility": "true",
            "Address": {"AddressAsPupil": "true"},
            "Phones": [{"TelephoneType": "M", "PhoneNo": places.mobile(self.rng)}],
        }
