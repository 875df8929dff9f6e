"""Put closed cases together that differ in nothing that decides which documents can be made for them.

Of a closed case without an order only the letter to the referrer (L24) can be made. Whether it can hangs on which facts
there are, never on what they say: so thousands of cases come down to a few kinds, and one of each kind is asked about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from cme_desktop.casework.documents.letters.closing_letter import to_answer
from cme_desktop.casework.documents.letters.filling import PAPERS
from cme_desktop.casework.documents.letters.printed import greeting_of
from cme_desktop.casework.rows.child_rows import LEGAL, PREFERRED
from cme_desktop.documents import safe_text
from cme_desktop.domain.names import search_key
from cme_desktop.models.child import Child, ChildName, SchoolRegistration
from cme_desktop.models.document import Document
from cme_desktop.models.episode import Episode, Referral
from cme_desktop.models.order import OrderProcess
from cme_desktop.models.reference import School

EMPTY, BLANK, FILLED = 0, 1, 2
Kind = tuple[Hashable, ...]


def alike() -> ColumnElement[bool]:
    """Return the condition on a case that it may be put together with others: closed, and no order was thought of."""
    papers = select(Document.episode_id).where(Document.code.in_(PAPERS), Document.state != "withdrawn")
    return and_(
        Episode.closed_on.is_not(None),
        Episode.id.not_in(select(OrderProcess.episode_id)),
        Episode.id.not_in(papers),
    )


def kinds(session: Session, seen: ColumnElement[bool]) -> list[list[tuple[int, str]]]:
    """Return the numbers and references of the closed cases under a condition on Child, kind by kind."""
    here = select(Episode).join(Child, Child.id == Episode.child_id).where(alike(), seen)
    ids, children = here.with_only_columns(Episode.id), here.with_only_columns(Episode.child_id)
    names = _names(session, children)
    referrals = defaultdict(list)
    for row in session.execute(_referrals().where(Referral.episode_id.in_(ids)).order_by(Referral.id)):
        referrals[row.episode_id].append(row)
    stays = session.execute(
        select(SchoolRegistration.child_id, SchoolRegistration.school_urn).where(
            SchoolRegistration.child_id.in_(children),
            SchoolRegistration.superseded_at.is_(None),
            SchoolRegistration.leaving_date.is_(None),
        )
    )
    on_roll = {(child_id, urn) for child_id, urn in stays}
    of_referrer = _referrer(session)
    found: dict[Kind, list[tuple[int, str]]] = defaultdict(list)
    columns = (Episode.id, Episode.ref, Episode.child_id, Episode.outcome, Episode.owner_id, Child.dob.is_(None))
    for number, ref, child_id, outcome, owner_id, unborn in session.execute(here.with_only_columns(*columns)):
        referral = to_answer(referrals[number])
        about: Kind = ()
        if referral is not None:
            urn = referral.referrer_school_urn
            about = (
                *of_referrer(urn, referral.referrer_name, referral.referrer_contact),
                _state(referral.their_reference),
                (child_id, urn) in on_roll,
            )
        found[outcome, owner_id, unborn, names.get(child_id), about].append((number, ref))
    return list(found.values())


def _referrals() -> Any:
    return select(
        Referral.episode_id,
        Referral.source_file_id,
        Referral.referrer_school_urn,
        Referral.referrer_name,
        Referral.referrer_contact,
        Referral.their_reference,
        Referral.told_of_closure_on,
    )


def _names(session: Session, children: Any) -> dict[int, Kind]:
    """Return of each child which parts of the legal and the preferred name are filled."""
    found: dict[int, dict[str, Kind]] = defaultdict(dict)
    for child_id, kind, *parts in session.execute(
        select(ChildName.child_id, ChildName.kind, ChildName.forename, ChildName.middle_names, ChildName.surname)
        .where(
            ChildName.child_id.in_(children),
            ChildName.kind.in_([LEGAL, PREFERRED]),
            ChildName.valid_to.is_(None),
            ChildName.superseded_at.is_(None),
        )
        .order_by(ChildName.id)
    ):
        found[child_id][kind] = tuple(_state(part) for part in parts)
    return {child_id: (names.get(LEGAL), names.get(PREFERRED)) for child_id, names in found.items()}


def _referrer(session: Session) -> Callable[[str | None, str, str], Kind]:
    """Return what tells of a referrer which facts of the letter there are: a school, a person, an address."""
    known = {
        row.urn: row
        for row in session.scalars(select(School).where(School.urn.in_(select(Referral.referrer_school_urn))))
    }

    @cache
    def kind(urn: str | None, name: str, contact: str) -> Kind:
        school = known.get(urn or "")
        the_school_itself = school is not None and search_key(name) == search_key(school.name)
        lines: Sequence[str] = () if school is None else (school.name, *school.address, school.postcode)
        return (
            urn is not None,
            school is not None,
            the_school_itself,
            _state(name),
            _state(greeting_of(name)),
            _state(contact),
            tuple(_state(line) for line in lines),
        )

    return kind


def _state(text: str) -> int:
    if not text:
        return EMPTY
    plainly = text.isascii() and text.isprintable() and not text.isspace()
    return FILLED if plainly or safe_text(text) else BLANK
