"""The directory of schools of a new register: the shipped snapshot, read by column name (never by position)."""

from __future__ import annotations

import csv
import gzip
import io
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from cme_desktop import resources
from cme_desktop.domain.names import search_key
from cme_desktop.domain.order_process.facts import SchoolKind
from cme_desktop.models.reference import School, SchoolLink
from cme_desktop.storage import bulk

OTHER = "other"

# GIAS type codes. Maintained here means section 437(8): no nursery school and no pupil referral unit.
_SECTORS = {
    **dict.fromkeys(("1", "2", "3", "5"), SchoolKind.MAINTAINED.value),
    **dict.fromkeys(("7", "12"), SchoolKind.SPECIAL.value),
    **dict.fromkeys(("28", "33", "34", "35", "36", "38", "40", "41", "42", "43", "44", "45"), SchoolKind.ACADEMY.value),
    **dict.fromkeys(("8", "10", "11"), SchoolKind.INDEPENDENT.value),
}
_GROUPS = {"Academies": SchoolKind.ACADEMY.value, "Free Schools": SchoolKind.ACADEMY.value}
_ADMITS = {"1": "council", "3": "council", "7": "council", "2": "governing body", "5": "governing body"}
_STATUS = {"1": "open", "2": "closed", "3": "closing", "4": "proposed"}
_ADDRESS = ("Street", "Locality", "Address3", "Town", "County (name)")

TRAINING_SCHOOLS: tuple[dict[str, Any], ...] = (
    {
        "urn": "999001",
        "estab": "2999",
        "name": "Example Primary School",
        "kind": "Community school",
        "sector": SchoolKind.MAINTAINED.value,
        "phase": "Primary",
        "address": ["2 Sample Lane", "Harrow"],
        "phone": "020 7946 0101",
        "head_name": "Ms Ruth Osei",
        "low_age": 4,
        "high_age": 11,
        "admission_authority": "council",
    },
    {
        "urn": "999002",
        "estab": "4998",
        "name": "Example Academy",
        "kind": "Academy converter",
        "sector": SchoolKind.ACADEMY.value,
        "phase": "Secondary",
        "address": ["4 Sample Lane", "Harrow"],
        "phone": "020 7946 0102",
        "head_name": "Mr Daniel Sample",
        "low_age": 11,
        "high_age": 18,
        "trust": "Example Learning Trust",
        "admission_authority": "trust",
    },
    {
        "urn": "999003",
        "estab": "4999",
        "name": "Example High School",
        "kind": "Community school",
        "sector": SchoolKind.MAINTAINED.value,
        "phase": "Secondary",
        "address": ["6 Sample Lane", "Harrow"],
        "phone": "020 7946 0103",
        "head_name": "Mrs Amina Example",
        "low_age": 11,
        "high_age": 18,
        "admission_authority": "council",
    },
    *(
        {
            "urn": urn,
            "la": la,
            "estab": estab,
            "name": name,
            "kind": "Community school",
            "sector": SchoolKind.MAINTAINED.value,
            "phase": "Primary" if low == 4 else "Secondary",
            "address": [f"{number} Specimen Lane", town],
            "phone": f"020 7946 0{number + 100}",
            "low_age": low,
            "high_age": 11 if low == 4 else 16,
            "admission_authority": "council",
        }
        for number, (urn, la, estab, name, town, low) in enumerate(
            (
                ("999011", "310", "2998", "Specimen Primary School", "Harrow", 4),
                ("999021", "304", "2999", "Pattern Primary School", "Wembley", 4),
                ("999022", "304", "4999", "Pattern High School", "Wembley", 11),
                ("999031", "302", "2999", "St Fable's Church of England Primary School", "Edgware", 4),
                ("999032", "302", "4999", "Fable Grammar School", "Edgware", 11),
                ("999041", "312", "2999", "Model Primary & Nursery School", "Pinner", 4),
                ("999042", "312", "4999", "Model High School", "Pinner", 11),
                ("999051", "919", "2999", "Trial Junior Mixed and Infant School", "Bushey", 4),
                ("999052", "919", "4999", "Trial School", "Bushey", 11),
            ),
            start=4,
        )
    ),
)
"""Invented schools of a training register, with room in every year: those of the invented S2S files are here too."""


def put_directory(session: Session, *, training: bool) -> int:
    """Write the shipped directory into a new register, inside an act, and return how many schools that are."""
    about = tomllib.loads(resources.read_text("schools/snapshot.toml"))
    snapshot: date = about["date"]
    rows = [row for name in about["directory"] for row in _schools(name, snapshot)]
    if training:
        rows += [_training(row) for row in TRAINING_SCHOOLS]
    bulk.insert_many(session, School, rows)
    bulk.insert_many(session, SchoolLink, [row for name in about["links"] for row in _links(name)])
    return len(rows)


def _training(row: dict[str, Any]) -> dict[str, Any]:
    fixed = {"la": "310", "postcode": "ZZ1 2ZZ", "status": "open", "training_only": True, "admission_number": 60}
    return {**fixed, **row, "name_key": search_key(row["name"])}


def _lines(name: str) -> Iterator[dict[str, str]]:
    data = resources.read_bytes(f"schools/{name}")
    if name.endswith(".gz"):
        data = gzip.decompress(data)
    return csv.DictReader(io.StringIO(data.decode("cp1252")))


def _schools(name: str, snapshot: date) -> Iterator[dict[str, Any]]:
    for line in _lines(name):
        code = line["TypeOfEstablishment (code)"].lstrip("0")
        sector = _SECTORS.get(code) or ("" if code else _GROUPS.get(line["EstablishmentTypeGroup (name)"])) or OTHER
        yield {
            "urn": line["URN"],
            "la": line["LA (code)"],
            "estab": line["EstablishmentNumber"],
            "name": line["EstablishmentName"],
            "name_key": search_key(line["EstablishmentName"]),
            "kind": line["TypeOfEstablishment (name)"],
            "sector": sector,
            "phase": line["PhaseOfEducation (name)"],
            "status": _STATUS.get(line["EstablishmentStatus (code)"], "open"),
            "opened_on": _day(line["OpenDate"]),
            "closed_on": _day(line["CloseDate"]),
            "address": [line[column] for column in _ADDRESS if line[column]],
            "postcode": line["Postcode"],
            "phone": _phone(line["TelephoneNum"]),
            "website": line["SchoolWebsite"],
            "low_age": _age(line["StatutoryLowAge"]),
            "high_age": _age(line["StatutoryHighAge"]),
            "trust": line["Trusts (name)"],
            "admission_authority": _ADMITS.get(code, "trust" if sector == SchoolKind.ACADEMY else ""),
            "snapshot_on": snapshot,
        }


def _links(name: str) -> Iterator[dict[str, Any]]:
    for line in _lines(name):
        yield {
            "urn": line["URN"],
            "other_urn": line["LinkURN"],
            "kind": line["LinkType"],
            "on_day": _day(line["LinkEstablishedDate"]),
        }


def _day(text: str) -> date | None:
    """Return a GIAS date, written 31-08-2026 or, re-saved by a spreadsheet, 31/08/2026."""
    return datetime.strptime(text.replace("/", "-"), "%d-%m-%Y").date() if text else None  # noqa: DTZ007


def _phone(text: str) -> str:
    """Return a phone number with the leading 0 that GIAS leaves out."""
    return f"0{text}" if text and not text.startswith("0") else text


def _age(text: str) -> int | None:
    return int(text) if text.isdigit() else None
