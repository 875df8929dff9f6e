"""Keys of names, postcodes and numbers: what is looked up in indexed columns before anything is scored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from cme_desktop.domain.identifiers import tidy_identifier
from cme_desktop.domain.names import compact_key, real_name, search_key

# Spellings of one name that families, schools and registrars use for each other. Each line is one name.
_VARIANTS = (
    "muhammad muhammed mohammad mohammed mohamed mohamad muhamed mohd md mehmed mahomed",
    "ahmad ahmed ahmet achmed",
    "aisha ayesha aaisha aysha aishah ayse",
    "fatima fatimah fathima fatema faatimah fatma",
    "zainab zaynab zeynab zeinab zeynep",
    "zahra zara zahrah zehra",
    "maryam mariam miriam meryem",
    "khadija khadijah khadeeja hadija",
    "hussain hussein husain hussayn husayn",
    "hassan hasan hassaan",
    "yusuf yousuf yusef youssef yousef yusof",
    "ibrahim ebrahim ibraheem",
    "ismail ismaeel esmail",
    "omar umar umer omer",
    "ali aly alee",
    "abdul abd abdel abdal",
    "abdirahman abdurrahman abdulrahman abdirahmaan abderrahman abdurahman",
    "abdullah abdallah abdulla abdullahi abdulahi",
    "hamza hamzah",
    "sheikh shaikh shaykh",
    "sayed syed said saeed",
    "chaudhry chaudhary choudhury choudhry chowdhury",
    "patel pattel",
    "shah shaah",
    "krishna krishnan",
    "lakshmi laxmi",
    "sivakumar shivakumar",
    "jayden jaiden jaydon",
    "aleksander alexander aleksandar oleksandr",
    "sofia sophia sofiya zofia",
    "stefan steven stephen stefen",
    "catherine katherine kathryn katarina katarzyna ecaterina",
    "ioan ion john jon",
    "mihai michael mikhail michal",
    "andrei andrey andrew andrzej",
    "elena helena olena",
    "philip phillip filip",
    "geoffrey jeffrey",
    "anne ann anna",
    "isaac izaak ishaq",
    "jusuf josip joseph jozef",
)
_VARIANT_OF = {spelling: line.split()[0] for line in _VARIANTS for spelling in line.split()}

# Spellings that sound alike when names are written down from another script, longest first.
_SOUNDS = (
    ("aa", "a"),
    ("ee", "i"),
    ("ii", "i"),
    ("oo", "u"),
    ("ou", "u"),
    ("ei", "i"),
    ("ay", "ai"),
    ("ey", "ai"),
    ("ph", "f"),
    ("ck", "k"),
    ("kh", "k"),
    ("gh", "g"),
    ("dh", "d"),
    ("th", "t"),
    ("bh", "b"),
    ("sh", "s"),
    ("cz", "c"),
    ("sz", "s"),
    ("ch", "c"),
    ("w", "v"),
    ("q", "k"),
    ("x", "ks"),
    ("z", "s"),
    ("y", "i"),
    ("c", "k"),
    ("j", "i"),
)


def fold(text: str) -> str:
    """Return words in small letters without accents or marks, separated by one blank, as search rows hold them."""
    return search_key(text)


def parts(text: str) -> tuple[str, ...]:
    """Return the folded parts of a name, single-letter initials included; a filler such as "." has none."""
    return tuple(search_key(real_name(text)).split())


def name_key(text: str) -> str:
    """Return the key under which a surname or a forename is indexed: folded, without blanks; empty for a filler."""
    return compact_key(real_name(text))


def variant_key(part: str) -> str:
    """Return one spelling for all known spellings of a folded name part."""
    return _VARIANT_OF.get(part, part)


def sound_key(part: str) -> str:
    """Return how a folded name part sounds, roughly: spellings of one name from another script share it."""
    sound = part
    for spelled, heard in _SOUNDS:
        sound = sound.replace(spelled, heard)
    kept = sound[:1] + "".join(after for before, after in pairwise(sound) if after != before)
    return kept.rstrip("h") or kept


def postcode_key(text: str) -> str:
    """Return a postcode in capitals without blanks."""
    return "".join(character for character in text.upper() if character.isalnum())


def phone_key(text: str) -> str:
    """Return the last nine figures of a phone number, or nothing when there are fewer."""
    figures = "".join(character for character in text if character.isdigit())
    return figures[-9:] if len(figures) >= 9 else ""


def swapped(day: date) -> date | None:
    """Return the date with day and month exchanged, or None when that is no other date."""
    if day.day > 12 or day.day == day.month:
        return None
    return date(day.year, day.day, day.month)


def month_of(day: date) -> tuple[date, date]:
    """Return the first day of the month of a date, and the first day of the next month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


@dataclass(frozen=True)
class BlockKeys:
    """What to look up for one incoming pupil; every entry meets an index, so no table is read from end to end.

    ``months`` are (first day, first day of the next month, start of the surname key); ``places`` are (postcode key,
    start of the forename key); ``names`` are (surname key, forename key), given also in exchanged order.
    """

    numbers: tuple[str, ...]
    births: tuple[date, ...]
    months: tuple[tuple[date, date, str], ...]
    places: tuple[tuple[str, str], ...]
    names: tuple[tuple[str, str], ...]


SURNAME_START, FORENAME_START = 2, 2


def block_keys(
    numbers: tuple[str, ...],
    dob: date | None,
    names: tuple[tuple[str, str], ...],
    postcodes: tuple[str, ...],
) -> BlockKeys:
    """Return what to look up for a pupil with these numbers, birth date, (surname, forename) pairs and postcodes."""
    pairs: list[tuple[str, str]] = []
    for surname, forename in names:
        last, first = name_key(surname), name_key(forename)
        pairs += [(last, first), (first, last)]
    pairs = [pair for pair in dict.fromkeys(pairs) if any(pair)]
    births: list[date] = []
    months: list[tuple[date, date, str]] = []
    if dob is not None:
        other = swapped(dob)
        births = [dob, *([other] if other else [])]
        first_day, next_month = month_of(dob)
        starts = dict.fromkeys(last[:SURNAME_START] for last, _ in pairs if last)
        months = [(first_day, next_month, start) for start in starts]
    places = dict.fromkeys(
        (postcode_key(postcode), first[:FORENAME_START])
        for postcode in postcodes
        if postcode_key(postcode)
        for _, first in pairs
        if first
    )
    return BlockKeys(
        numbers=tuple(dict.fromkeys(tidy_identifier(number) for number in numbers if tidy_identifier(number))),
        births=tuple(births),
        months=tuple(months),
        places=tuple(places),
        names=tuple(pair for pair in pairs if all(pair)),
    )
