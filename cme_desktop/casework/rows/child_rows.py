"""Write what is known of a child as dated rows: what is there is ended or superseded, never overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.casework.rows import periods
from cme_desktop.casework.rows.lookup import known_school
from cme_desktop.domain.identifiers import check_upn, tidy_identifier
from cme_desktop.domain.names import search_key, tidy
from cme_desktop.matching.keys import name_key, postcode_key
from cme_desktop.models.child import (
    Child,
    ChildAddress,
    ChildIdentifier,
    ChildName,
    SchoolRegistration,
    SiblingLink,
)

LEGAL, PREFERRED, FORMER, OTHER_SCRIPT = "legal", "preferred", "former", "other-script"
UPN, ULN, UCI, SOURCE = "upn", "uln", "uci", "source"


@dataclass(frozen=True)
class NameFacts:
    """One name of a child; ``kind`` is legal, preferred, former or other-script."""

    surname: str
    forename: str
    middle_names: str = ""
    kind: str = LEGAL


@dataclass(frozen=True)
class AddressFacts:
    """Where a child lives."""

    lines: tuple[str, ...]
    postcode: str = ""
    country: str = ""
    uprn: str = ""
    confidential: bool = False


@dataclass(frozen=True)
class RegistrationFacts:
    """A school whose register holds or held the child; ``ground`` is a code such as ``2024:9(1)(i)``."""

    school_name: str
    school_urn: str | None = None
    la: str = ""
    estab: str = ""
    entry_date: date | None = None
    leaving_date: date | None = None
    leaving_reason: str = ""
    ground: str | None = None
    ground_text: str = ""
    ground_read_because: str = ""
    first_absent_day: date | None = None


@dataclass(frozen=True)
class ChildFacts:
    """What is known of a child when the child is first entered; the first of ``upns`` is the current one."""

    names: tuple[NameFacts, ...]
    dob: date | None = None
    dob_text: str = ""
    sex: str = "U"
    upns: tuple[str, ...] = ()
    former_upns: tuple[str, ...] = ()
    uln: str = ""
    uci: str = ""
    address: AddressFacts | None = None
    registrations: tuple[RegistrationFacts, ...] = ()
    ethnicity: str = ""
    first_language: str = ""
    sen_provision: str = ""
    has_ehcp: bool = False
    looked_after: bool = False
    other_numbers: tuple[tuple[str, str], ...] = field(default=())


def make_child(session: Session, facts: ChildFacts, *, on: date, now: datetime, source: str) -> Child:
    """Enter a child with everything known, true from a day, inside an act."""
    child = Child(
        dob=facts.dob,
        dob_text=facts.dob_text,
        sex=facts.sex if facts.sex in ("M", "F") else "U",
        ethnicity=facts.ethnicity,
        first_language=facts.first_language,
        sen_provision=facts.sen_provision,
        has_ehcp=facts.has_ehcp,
        looked_after=facts.looked_after,
        created_at=now,
    )
    session.add(child)
    session.flush()
    for name in facts.names:
        put_name(session, child.id, name, on=on, now=now, source=source)
    if facts.address is not None:
        put_address(session, child.id, facts.address, on=on, now=now, source=source)
    put_numbers(session, child.id, facts, on=on, source=source)
    for registration in facts.registrations:
        put_registration(session, child.id, registration, on=on, now=now, source=source)
    session.flush()
    return child


def put_name(session: Session, child_id: int, name: NameFacts, *, on: date, now: datetime, source: str) -> bool:
    """Record a name from a day; say whether it is news: another case, blank or mark is none."""
    owner = {"child_id": child_id, "kind": name.kind}
    known = periods.current(session, ChildName, owner)
    if not tidy(name.surname) and not tidy(name.forename):
        return False
    if known is not None and _same_name(known, name):
        return False
    _end_before(session, ChildName, owner, known, on=on, now=now)
    made = periods.change(
        session,
        ChildName,
        owner,
        on=on,
        now=now,
        surname=tidy(name.surname),
        forename=tidy(name.forename),
        middle_names=tidy(name.middle_names),
        surname_key=name_key(name.surname),
        forename_key=name_key(name.forename),
        source=source,
    )
    return made is not None


def _same_name(known: ChildName, name: NameFacts) -> bool:
    pairs = [(known.surname, name.surname), (known.forename, name.forename)]
    if search_key(name.middle_names):
        pairs.append((known.middle_names, name.middle_names))
    return all(search_key(mine) == search_key(theirs) for mine, theirs in pairs)


def _end_before(
    session: Session,
    model: type[ChildName] | type[ChildAddress],
    owner: Mapping[str, Any],
    known: ChildName | ChildAddress | None,
    *,
    on: date,
    now: datetime,
) -> None:
    """Let the first thing that was entered end where a new one begins earlier than it was entered.

    Since when it was so was never known, only since when it is on record; what is known is that it was so until then.
    """
    if known is not None and on < known.valid_from and periods.live(session, model, owner) == [known]:
        periods.correct(session, known, now=now, valid_from=on - timedelta(days=1), valid_to=on)
        session.flush()


def put_address(session: Session, child_id: int, home: AddressFacts, *, on: date, now: datetime, source: str) -> bool:
    """Record where the child lives from a day; say whether it is news. A confidential address stays confidential."""
    owner = {"child_id": child_id}
    known = periods.current(session, ChildAddress, owner)
    lines = [tidy(line) for line in home.lines if tidy(line)]
    if not lines and not home.postcode:
        return False
    if known is not None and same_address(known.lines, known.postcode, lines, home.postcode):
        return False
    _end_before(session, ChildAddress, owner, known, on=on, now=now)
    made = periods.change(
        session,
        ChildAddress,
        owner,
        on=on,
        now=now,
        lines=lines,
        postcode=tidy(home.postcode).upper(),
        postcode_key=postcode_key(home.postcode),
        country=home.country,
        uprn=home.uprn,
        confidential=home.confidential or (known is not None and known.confidential),
        source=source,
    )
    return made is not None


def same_address(lines: list[str], postcode: str, other_lines: list[str], other_postcode: str) -> bool:
    """Say whether two addresses read the same, whatever their commas, capitals and line ends."""
    here, there = search_key(" ".join(lines)), search_key(" ".join(other_lines))
    return here == there and postcode_key(postcode) == postcode_key(other_postcode)


def put_numbers(session: Session, child_id: int, facts: ChildFacts, *, on: date | None, source: str) -> int:
    """Keep every number of the child; a newer current UPN makes the earlier ones former. Return how many are new."""
    wanted = [(UPN, upn, place == 0) for place, upn in enumerate(facts.upns)]
    wanted += [(UPN, upn, False) for upn in facts.former_upns]
    wanted += [
        (ULN, facts.uln, True),
        (UCI, facts.uci, True),
        *((scheme, v, True) for scheme, v in facts.other_numbers),
    ]
    added = 0
    for scheme, value, is_current in wanted:
        tidied = tidy_identifier(value)
        if tidied:
            added += _put_number(session, child_id, scheme, tidied, is_current, on, source)
    return added


def _put_number(
    session: Session, child_id: int, scheme: str, value: str, is_current: bool, on: date | None, source: str
) -> int:
    session.flush()
    known = list(
        session.scalars(
            select(ChildIdentifier).where(ChildIdentifier.child_id == child_id, ChildIdentifier.scheme == scheme)
        )
    )
    if any(row.value == value for row in known):
        return 0
    if is_current:
        for row in known:
            row.is_current = False
    kind = ""
    if scheme == UPN:
        check = check_upn(value)
        kind = check.kind.value if check.valid else "wrong-check-letter"
    session.add(
        ChildIdentifier(
            child_id=child_id,
            scheme=scheme,
            value=value,
            kind=kind,
            is_current=is_current,
            from_date=on if is_current else None,
            source=source,
        )
    )
    return 1


def put_registration(
    session: Session, child_id: int, facts: RegistrationFacts, *, on: date, now: datetime, source: str
) -> bool:
    """Record a school registration; one already known is completed by superseding it. Say whether it is news.

    Raises:
        UserError: the directory has no school with that URN.
    """
    if facts.school_urn is not None:
        known_school(session, facts.school_urn)
    session.flush()
    known = next(
        (row for row in periods.live(session, SchoolRegistration, {"child_id": child_id}) if _same_stay(row, facts)),
        None,
    )
    starts = facts.entry_date or (known.entry_date if known else None) or facts.leaving_date or on
    values = {
        "school_urn": facts.school_urn,
        "la": facts.la,
        "estab": facts.estab,
        "school_name": facts.school_name,
        "entry_date": facts.entry_date,
        "leaving_date": facts.leaving_date,
        "leaving_reason": facts.leaving_reason,
        "ground": facts.ground,
        "ground_text": facts.ground_text,
        "ground_read_because": facts.ground_read_because,
        "first_absent_day": facts.first_absent_day,
    }
    if known is None:
        session.add(
            SchoolRegistration(
                child_id=child_id,
                valid_from=starts,
                valid_to=facts.leaving_date,
                recorded_at=now,
                superseded_at=None,
                source=source,
                **values,
            )
        )
        return True
    news = {name: value for name, value in values.items() if value and getattr(known, name) != value}
    if news.keys() <= {"school_name"}:
        return False  # another spelling of the school's name is no news
    ends = news.get("leaving_date", known.leaving_date)
    periods.correct(session, known, now=now, **{**news, "valid_from": starts, "valid_to": ends, "source": source})
    return True


def _same_stay(row: SchoolRegistration, facts: RegistrationFacts) -> bool:
    same_school = (
        row.school_urn == facts.school_urn
        if row.school_urn and facts.school_urn
        else (row.la, row.estab) == (facts.la, facts.estab)
        if row.estab and facts.estab
        else search_key(row.school_name) == search_key(facts.school_name)
    )
    if not same_school:
        return False
    if row.entry_date and facts.entry_date:
        return row.entry_date == facts.entry_date
    if row.leaving_date and facts.entry_date:
        return facts.entry_date < row.leaving_date  # a later entry is another stay
    if row.leaving_date and facts.leaving_date:
        return row.leaving_date == facts.leaving_date
    return True


def link(session: Session, one: int, other: int, source: str) -> bool:
    """Link two children as siblings, once, and say whether that is news."""
    low, high = sorted((one, other))
    session.flush()
    known = session.scalar(select(SiblingLink).where(SiblingLink.child_id == low, SiblingLink.other_child_id == high))
    if known is not None or low == high:
        return False
    session.add(SiblingLink(child_id=low, other_child_id=high, source=source))
    return True
