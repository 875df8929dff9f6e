"""Test schools, invented addresses and reserved telephone numbers for invented pupils."""

from __future__ import annotations

import random
from dataclasses import dataclass

COUNCIL = {"LEA": "310", "Estab": "LLLL"}
NOWHERE = {"LEA": "XXX", "Estab": "XXXX", "URN": "XXXXXX"}

# None of these sectors has any postcode: Royal Mail allots HA0 1-4, HA1 1-4, HA2 0 and 6-9, HA3 0 and 5-9, HA4 0 and
# 6-9, HA5 1-5, HA7 1-4, HA8 0 and 4-9, HA9 0 and 6-9, NW9 0 and 4-9, UB1 1-3, UB5 4-6, and no school of the national
# list lies in one of these.
UNUSED_SECTORS = ("HA1 9", "HA2 5", "HA3 2", "HA5 9", "HA7 9", "HA8 2", "HA9 3", "NW9 2", "UB1 9", "UB5 1")
_UNIT_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_STREETS = (
    "Sample Road",
    "Specimen Avenue",
    "Example Street",
    "Pattern Lane",
    "Invention Close",
    "Model Drive",
    "Fiction Gardens",
    "Fable Way",
    "Trial Crescent",
    "Dummy Terrace",
)
_TOWNS = {
    "HA1": "Harrow",
    "HA2": "Harrow",
    "HA3": "Harrow",
    "HA5": "Pinner",
    "HA7": "Stanmore",
    "HA8": "Edgware",
    "HA9": "Wembley",
    "NW9": "London",
    "UB1": "Southall",
    "UB5": "Northolt",
}


@dataclass(frozen=True)
class TestSchool:
    """A school that does not exist: its number is one kept for tests."""

    lea: str
    estab: str
    urn: str
    name: str
    first_age: int
    last_age: int

    __test__ = False

    def as_header(self, *, with_urn: bool = True, with_name: bool = True) -> dict[str, str]:
        """Return the school as a header or a history entry names it."""
        form = {"LEA": self.lea, "Estab": self.estab}
        if with_urn:
            form["URN"] = self.urn
        if with_name:
            form["SchoolName"] = self.name
        return form

    @property
    def number(self) -> str:
        """Return the seven figures that file names use."""
        return self.lea + self.estab


SCHOOLS = (
    TestSchool("310", "2999", "999001", "Example Primary School", 4, 11),
    TestSchool("310", "4999", "999003", "Example High School", 11, 16),
    TestSchool("310", "2998", "999011", "Specimen Primary School", 4, 11),
    TestSchool("310", "4998", "999002", "Specimen Academy", 11, 16),
    TestSchool("304", "2999", "999021", "Pattern Primary School", 4, 11),
    TestSchool("304", "4999", "999022", "Pattern High School", 11, 16),
    TestSchool("302", "2999", "999031", "St Fable's Church of England Primary School", 4, 11),
    TestSchool("302", "4999", "999032", "Fable Grammar School", 11, 16),
    TestSchool("312", "2999", "999041", "Model Primary & Nursery School", 4, 11),
    TestSchool("312", "4999", "999042", "Model High School", 11, 16),
    TestSchool("919", "2999", "999051", "Trial Junior Mixed and Infant School", 4, 11),
    TestSchool("919", "4999", "999052", "Trial School", 11, 16),
)
OURS = tuple(school for school in SCHOOLS if school.lea == "310")


def schools_for(age: int, *, ours: bool) -> tuple[TestSchool, ...]:
    """Return the test schools that take children of an age, in the council's area or outside it."""
    fitting = tuple(s for s in SCHOOLS if (s.lea == "310") == ours and s.first_age <= age < s.last_age)
    return fitting or tuple(s for s in SCHOOLS if (s.lea == "310") == ours and s.last_age == 16)


def postcode(rng: random.Random) -> str:
    """Return a postcode of the right form that belongs to no address."""
    return f"{rng.choice(UNUSED_SECTORS)}{rng.choice(_UNIT_LETTERS)}{rng.choice(_UNIT_LETTERS)}"


def address(rng: random.Random) -> dict[str, str]:
    """Return an address in parts (BS7666), as most systems write it."""
    code = postcode(rng)
    form = {"SAON": f"Flat {rng.randint(1, 40)}"} if rng.random() < 0.2 else {}
    form |= {
        "PAON": str(rng.randint(1, 220)),
        "Street": rng.choice(_STREETS),
        "Town": _TOWNS[code.split()[0]],
        "PostCode": code,
        "Country": "United Kingdom",
    }
    return form


def address_in_lines(rng: random.Random) -> dict[str, str]:
    """Return an address in lines, as some systems write it."""
    code = postcode(rng)
    return {
        "AddressLine1": f"{rng.randint(1, 220)} {rng.choice(_STREETS)}",
        "AddressLine2": _TOWNS[code.split()[0]],
        "AddressLine3": "Middlesex",
        "PostCode": code,
    }


def mobile(rng: random.Random) -> str:
    """Return a mobile number from the range kept for fiction."""
    return f"07700900{rng.randint(0, 999):03d}"


def landline(rng: random.Random) -> str:
    """Return a London number from the range kept for fiction."""
    return f"02079460{rng.randint(0, 999):03d}"
