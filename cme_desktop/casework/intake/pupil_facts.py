"""Turn a pupil of a file into what the matcher compares and what a case is opened with."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop import resources
from cme_desktop.casework.intake.meaning import day_of
from cme_desktop.casework.rows.child_rows import (
    FORMER,
    LEGAL,
    PREFERRED,
    AddressFacts,
    ChildFacts,
    NameFacts,
    RegistrationFacts,
)
from cme_desktop.casework.rows.parent_rows import ParentFacts, Phone
from cme_desktop.domain.names import real_name, search_key
from cme_desktop.importers.s2s.reading import ContactReading, PupilReading, SchoolEntry, Values
from cme_desktop.matching.score import Identity, PersonName
from cme_desktop.models.reference import School
from cme_desktop.storage.audit_format import canonical

_LINES = tuple(f"AddressLine{number}" for number in range(1, 6))
_PROFESSIONALS = frozenset({"SWR", "DOC", "CHM", "TCH", "HTC", "RLG"})
_NATURAL = frozenset({"PAM", "PAF"})
_CARERS = frozenset({"STP", "FOS", "FOM", "FOF", "CAR"})
_TRUE = frozenset({"true", "1", "y", "yes"})


def names_of(pupil: PupilReading) -> tuple[NameFacts, ...]:
    """Return the legal name, and the preferred and former ones where they differ."""
    values = pupil.values
    legal = (values.get("Surname", ""), values.get("Forename", ""))
    found = [NameFacts(*legal, values.get("MiddleNames", ""), LEGAL)]
    preferred = (values.get("PreferredSurname", legal[0]), values.get("PreferredForename", legal[1]))
    if preferred != legal:
        found.append(NameFacts(*preferred, kind=PREFERRED))
    former = (values.get("FormerSurname", ""), values.get("FormerForename", ""))
    if any(former) and former != legal:
        found.append(NameFacts(former[0] or legal[0], former[1] or legal[1], kind=FORMER))
    return tuple(name for name in found if real_name(name.surname) or real_name(name.forename))


def identity_of(pupil: PupilReading) -> Identity:
    """Return what the matcher compares of a pupil."""
    home = address_of(pupil.address)
    phones = [phone.get("PhoneNo", "") for phone in pupil.phones]
    phones += [phone.get("PhoneNo", "") for contact in pupil.contacts for phone in contact.phones]
    return Identity(
        names=tuple(PersonName(name.surname, name.forename, name.middle_names) for name in names_of(pupil)),
        dob=day_of(pupil.values, "DOB"),
        sex=pupil.values.get("Sex", "U"),
        upns=tuple(upn for upn in (pupil.values.get("UPN", ""), *pupil.former_upns) if upn),
        uln=pupil.values.get("UniqueLearnerNumber", ""),
        postcodes=(home.postcode,) if home and home.postcode else (),
        houses=(house_of(home.lines),) if home else (),
        phones=tuple(phone for phone in phones if phone),
        schools=tuple(entry.values["URN"] for entry in pupil.history if entry.values.get("URN", "").isdecimal()),
    )


def pupil_key(pupil: PupilReading) -> str:
    """Return a fingerprint of who a pupil is: the same as long as names, birth date, numbers and home stay the same."""
    one = identity_of(pupil)
    names = [[search_key(name.surname), search_key(name.forename)] for name in one.names]
    born = one.dob.isoformat() if one.dob else pupil.values.get("DOB", "")
    return hashlib.sha256(canonical([names, born, list(one.upns), list(one.postcodes)]).encode()).hexdigest()


def house_of(lines: tuple[str, ...]) -> str:
    """Return the part of an address that tells one house of a postcode from another: its first line with a figure."""
    return next((line for line in lines if any(character.isdigit() for character in line)), lines[0] if lines else "")


def address_of(values: Values) -> AddressFacts | None:
    """Return an address as lines, None where the file gives none; a foreign code stands in the postcode's place."""
    if not values:
        return None
    lines = [values[name] for name in _LINES if values.get(name)]
    if not lines:
        house = " ".join(part for part in (values.get("PAON", ""), values.get("Street", "")) if part)
        places = [values.get("SAON", ""), house, values.get("Locality", ""), values.get("Town", "")]
        town = values.get("PostTown", "")
        lines = [line for line in (*places, town if town.casefold() != places[3].casefold() else "") if line]
    postcode = values.get("ZIP") or values.get("PostCode", "")
    if not lines and not postcode:
        return None
    return AddressFacts(
        tuple(lines), postcode, values.get("Country", ""), values.get("UniquePropertyReferenceNumber", "")
    )


def child_facts(session: Session, pupil: PupilReading, source: Values) -> ChildFacts:
    """Return what a file says of a child, ready to be entered; the sender completes its own entry's particulars."""
    values = pupil.values
    sen = [row for row in pupil.sen if "EndDate" not in row]
    provision = sen[-1].get("SENprovision", "") if sen else ""
    languages = [row.get("Language", "") for row in pupil.languages if row.get("LanguageType", "F") == "F"]
    upn = values.get("UPN", "")
    return ChildFacts(
        names=names_of(pupil),
        dob=day_of(values, "DOB"),
        dob_text=values.get("DOB", ""),
        sex=values.get("Sex", "U"),
        upns=(upn,) if upn else (),
        former_upns=pupil.former_upns,
        uln=values.get("UniqueLearnerNumber", ""),
        uci=values.get("UCI", ""),
        address=address_of(pupil.address),
        registrations=tuple(registration(session, entry, source) for entry in _stays(pupil, source)),
        ethnicity=values.get("Ethnicity", ""),
        first_language=languages[0] if languages else "",
        sen_provision=provision,
        has_ehcp=provision == "E",
        looked_after=pupil.care.get("InCare", "").lower() in _TRUE,
    )


def _stays(pupil: PupilReading, source: Values) -> list[SchoolEntry]:
    stays = [entry for entry in reversed(pupil.history_by_date()) if _has_school(entry.values)]
    if pupil.own_entry is not None and source:
        stays.append(SchoolEntry({**source, **pupil.own_entry.values}, pupil.own_entry.ground))
    return stays


def _has_school(values: Values) -> bool:
    return any(values.get(name) for name in ("SchoolName", "URN", "Estab"))


def registration(session: Session, entry: SchoolEntry, source: Values) -> RegistrationFacts:
    """Return one stay as a registration, its school found in the directory where it is there."""
    values = dict(entry.values)
    if entry.is_at(source):
        values = {**source, **values}
    school = find_school(session, values)
    name = values.get("SchoolName") or (school.name if school else "") or _by_number(values)
    return RegistrationFacts(
        school_name=name,
        school_urn=school.urn if school else None,
        la=values.get("LEA", ""),
        estab=values.get("Estab", ""),
        entry_date=day_of(values, "EntryDate"),
        leaving_date=day_of(values, "LeavingDate"),
        leaving_reason=values.get("LeavingReason", ""),
        ground=entry.ground,
        ground_text=values.get("RemovalGrounds", ""),
        ground_read_because=entry.ground_read_because or "",
    )


def _by_number(values: Mapping[str, str]) -> str:
    number = "/".join(part for part in (values.get("LEA", ""), values.get("Estab", "")) if part)
    return f"School {number or values.get('URN', 'not named')}"


def find_school(session: Session, values: Values) -> School | None:
    """Return the school of the directory that a record names: by URN first, else by number, the open one first."""
    urn = values.get("URN", "")
    if urn.isdecimal():
        school = session.get(School, urn)
        if school is not None:
            return school
    number = (values.get("LEA", ""), values.get("Estab", ""))
    if not all(number):
        return None
    return session.scalar(
        select(School)
        .where(School.la == number[0], School.estab == number[1])
        .order_by(School.status != "open", School.closed_on.desc(), School.urn)
        .limit(1)
    )


def parents_of(pupil: PupilReading, source: str) -> tuple[ParentFacts, ...]:
    """Return the adults of a pupil by priority, professionals left out; only a file's own word gives an address."""
    adults = [one for one in pupil.contacts_by_priority() if one.values.get("Relationship") not in _PROFESSIONALS]
    named = [
        one for one in adults if real_name(one.values.get("Surname", "")) or real_name(one.values.get("Forename", ""))
    ]
    return tuple(_parent(contact, pupil, source) for contact in named)


def _parent(contact: ContactReading, pupil: PupilReading, source: str) -> ParentFacts:
    values = contact.values
    as_pupil = contact.address.get("AddressAsPupil", "").lower() in _TRUE
    home = address_of(pupil.address) if as_pupil else address_of(contact.address)
    code = values.get("Relationship", "")
    responsible = values.get("Responsibility", "").lower() in _TRUE
    court = values.get("CourtOrder", "")
    ordered = bool(court) and court.upper() not in ("N", "NO", "FALSE", "0")
    lives_with = as_pupil or (home is not None and home == address_of(pupil.address))
    return ParentFacts(
        forename=values.get("Forename", ""),
        surname=values.get("Surname", ""),
        title=values.get("Title", ""),
        relationship=relationship_words(code),
        relationship_code=code,
        parental_responsibility=responsible,
        has_care=lives_with and (responsible or code in _NATURAL or code in _CARERS),
        address=home.lines if home else (),
        postcode=home.postcode if home else "",
        phones=tuple(Phone(one["PhoneNo"], one.get("TelephoneType", "")) for one in contact.phones if "PhoneNo" in one),
        email=values.get("Email", ""),
        court_order=court if ordered else "",
        source=source,
        may_be_written_to=not ordered and (responsible or code in _NATURAL or lives_with),
        restriction_reason="The file marks a court order: check it before anything is sent." if ordered else "",
    )


def relationship_words(code: str) -> str:
    """Return a relationship code in words, the code itself where it is not on the list."""
    lines = csv.DictReader(io.StringIO(resources.read_text("codes/relationship.csv")))
    return next((line["description"] for line in lines if line["code"] == code), code)
