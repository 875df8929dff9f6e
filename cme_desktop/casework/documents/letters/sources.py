"""What the documents of a case are made from: its rows, read a table at a time for as many cases as are asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cme_desktop.casework.documents.letters.council import Council
from cme_desktop.casework.facts import CaseRecords, order_facts, records_of
from cme_desktop.casework.facts.order import has_order
from cme_desktop.casework.rows.child_rows import LEGAL, PREFERRED, UPN
from cme_desktop.domain.names import search_key
from cme_desktop.domain.order_process import OrderFacts
from cme_desktop.models.child import ChildAddress, ChildIdentifier, ChildName, SiblingLink
from cme_desktop.models.episode import Episode, Parent
from cme_desktop.models.people import PersonRow
from cme_desktop.models.reference import School

BATCH = 500


@dataclass(frozen=True)
class OtherChild:
    """A brother or sister with an open case, and the adults on that case who may be told where the child is."""

    first_name: str
    adults: frozenset[str]


@dataclass
class CaseSources:
    """The rows that the documents of one case are made from; ``order`` is None where no order could be thought of."""

    records: CaseRecords
    name: ChildName | None = None
    preferred: ChildName | None = None
    home: ChildAddress | None = None
    upn: str = ""
    owner: str = ""
    order: OrderFacts | None = None
    siblings: list[OtherChild] = field(default_factory=list)
    more_schools: dict[str, School] = field(default_factory=dict)

    @property
    def episode(self) -> Episode:
        """Return the case."""
        return self.records.episode

    @property
    def first_name(self) -> str:
        """Return what the child is called."""
        known = self.preferred if self.preferred is not None and self.preferred.forename else self.name
        return known.forename if known is not None else ""

    def parent(self, parent_id: int | None) -> Parent | None:
        """Return an adult of the case."""
        return next((row for row in self.records.parents if row.id == parent_id), None)

    def school(self, urn: str | None) -> School | None:
        """Return a school that the case has to do with."""
        return (self.records.schools.get(urn) or self.more_schools.get(urn)) if urn else None


def sources_of(
    session: Session, episodes: Sequence[Episode], council: Council, *, also: Collection[str] = ()
) -> list[CaseSources]:
    """Return what the documents of some cases are made from, in the order given; a few queries for each 500 cases.

    Args:
        also: URNs of further schools that are asked about.
    """
    found: list[CaseSources] = []
    for start in range(0, len(episodes), BATCH):
        found += _read(session, episodes[start : start + BATCH], council, also)
    return found


def _read(session: Session, episodes: Sequence[Episode], council: Council, also: Collection[str]) -> list[CaseSources]:
    cases = [CaseSources(records) for records in records_of(session, episodes)]
    of_child: dict[int, list[CaseSources]] = defaultdict(list)
    for case in cases:
        of_child[case.records.child.id].append(case)
    _read_child(session, of_child)
    _read_siblings(session, of_child)
    ids = {case.episode.owner_id for case in cases}
    named = session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(ids)))
    owners = {number: name for number, name in named}
    wanted = {row.referrer_school_urn for case in cases for row in case.records.referrals} | set(also)
    more = {row.urn: row for row in session.scalars(select(School).where(School.urn.in_(wanted - {None})))}
    for case in cases:
        case.owner = owners.get(case.episode.owner_id, "")
        case.more_schools = more
        if case.episode.closed_on is None or has_order(case.records):
            case.order = order_facts(
                session,
                case.records,
                council.policy,
                training=council.training,
                also=also,
                form_confirmed=council.form_confirmed,
            )
    return cases


def _read_child(session: Session, of_child: dict[int, list[CaseSources]]) -> None:
    ids = list(of_child)
    for name in session.scalars(
        select(ChildName).where(
            ChildName.child_id.in_(ids), ChildName.valid_to.is_(None), ChildName.superseded_at.is_(None)
        )
    ):
        for case in of_child[name.child_id]:
            if name.kind == LEGAL:
                case.name = name
            elif name.kind == PREFERRED:
                case.preferred = name
    for home in session.scalars(
        select(ChildAddress).where(
            ChildAddress.child_id.in_(ids), ChildAddress.valid_to.is_(None), ChildAddress.superseded_at.is_(None)
        )
    ):
        for case in of_child[home.child_id]:
            case.home = home
    for number in session.scalars(
        select(ChildIdentifier).where(
            ChildIdentifier.child_id.in_(ids), ChildIdentifier.scheme == UPN, ChildIdentifier.is_current.is_(True)
        )
    ):
        for case in of_child[number.child_id]:
            case.upn = number.value


def _read_siblings(session: Session, of_child: dict[int, list[CaseSources]]) -> None:
    ids = list(of_child)
    pairs: list[tuple[int, int]] = []
    for link in session.scalars(
        select(SiblingLink).where(or_(SiblingLink.child_id.in_(ids), SiblingLink.other_child_id.in_(ids)))
    ):
        pairs += [(link.child_id, link.other_child_id), (link.other_child_id, link.child_id)]
    wanted = [(mine, other) for mine, other in pairs if mine in of_child]
    if not wanted:
        return
    others = _open_children(session, {other for _, other in wanted})
    for mine, other in wanted:
        if other in others:
            for case in of_child[mine]:
                case.siblings.append(others[other])


def _open_children(session: Session, child_ids: set[int]) -> dict[int, OtherChild]:
    """Return those of some children who have an open case, with the adults of that case who may be told of them."""
    names: dict[int, str] = {}
    for child_id, forename in session.execute(
        select(ChildName.child_id, ChildName.forename)
        .join(Episode, Episode.child_id == ChildName.child_id)
        .where(
            ChildName.child_id.in_(child_ids),
            ChildName.kind == LEGAL,
            ChildName.valid_to.is_(None),
            ChildName.superseded_at.is_(None),
            Episode.closed_on.is_(None),
        )
    ):
        names[child_id] = forename
    adults: dict[int, set[str]] = defaultdict(set)
    for child_id, adult in session.execute(
        select(Episode.child_id, Parent)
        .join(Parent, Parent.episode_id == Episode.id)
        .where(Episode.child_id.in_(child_ids), Episode.closed_on.is_(None))
    ):
        if not (adult.must_not_be_told or adult.no_contact):
            adults[child_id].add(adult_key(adult))
    return {child_id: OtherChild(name, frozenset(adults[child_id])) for child_id, name in names.items()}


def adult_key(adult: Parent) -> str:
    """Return by what an adult is taken for the same person on a brother's or sister's case: name and address."""
    return search_key(f"{adult.forename} {adult.surname} {' '.join(adult.address)} {adult.postcode}")
