"""Find who in the register a pupil may be: looked up by keys, compared, ranked, with the reasons kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from cme_desktop import shipped
from cme_desktop.casework.intake.meaning import JOINER, LATER, MATCH, NEW, Meaning
from cme_desktop.casework.intake.pupil_facts import house_of, identity_of, pupil_key
from cme_desktop.importers.s2s.reading import PupilReading
from cme_desktop.matching.keys import BlockKeys, block_keys, variant_key
from cme_desktop.matching.score import Identity, Known, Match, MatchClass, PersonName, rank
from cme_desktop.models.child import Child, ChildAddress, ChildIdentifier, ChildName, SchoolRegistration
from cme_desktop.models.episode import Episode, Parent
from cme_desktop.models.intake import MatchCandidate, NotSame

OPEN_CASE = "open case"
_BATCH = 500
_TOLD = 250
"""How many pupils are looked up at a time: between two such parts a long import tells how far it is."""
T = TypeVar("T")


@dataclass(frozen=True)
class Found:
    """The candidates of one pupil, best first, and whom the first of them means."""

    matches: tuple[Match, ...]

    @property
    def best(self) -> Match | None:
        """Return the best candidate, None if there is nobody."""
        return self.matches[0] if self.matches else None


def find(session: Session, pupil: PupilReading) -> Found:
    """Return who in the register a pupil may be; pairs that were judged not the same are left out (F16)."""
    return find_many(session, [pupil])[0]


def find_many(
    session: Session, pupils: Sequence[PupilReading], *, on_found: Callable[[int], object] = lambda pupils: None
) -> list[Found]:
    """Return who in the register each of some pupils may be, in their order; every look-up meets an index.

    Args:
        on_found: called with how many pupils were looked up since the last call.
    """
    found: list[Found] = []
    seen = _Seen()
    for place in range(0, len(pupils), _TOLD):
        part = pupils[place : place + _TOLD]
        found += _find_batch(session, part, seen)
        on_found(len(part))
    return found


@dataclass
class _Seen:
    """What was read of the register for the pupils before: the children, and who was born in a month."""

    children: dict[int, Known] = field(default_factory=dict)
    months: dict[tuple[date, date], list[tuple[int, str]]] = field(default_factory=dict)


def _find_batch(session: Session, pupils: Sequence[PupilReading], seen: _Seen) -> list[Found]:
    ones = [identity_of(pupil) for pupil in pupils]
    keys = [
        block_keys((*one.upns, one.uln), one.dob, tuple((n.surname, n.forename) for n in one.names), one.postcodes)
        for one in ones
    ]
    hits = _look_up(session, keys, seen)
    judged: dict[str, set[int]] = defaultdict(set)
    own_keys = [pupil_key(pupil) for pupil in pupils]
    for part in _parts(sorted(set(own_keys))):
        for key, child_id in session.execute(
            select(NotSame.pupil_key, NotSame.child_id).where(NotSame.pupil_key.in_(part))
        ):
            judged[key].add(child_id)
    wanted = [ids - judged[key] for ids, key in zip(hits, own_keys, strict=True)]
    unknown = sorted(set().union(*wanted) - seen.children.keys())
    for ids in _parts(unknown):
        seen.children.update((known.child_id, known) for known in known_children(session, ids))
    return [
        Found(tuple(rank(one, [seen.children[child_id] for child_id in sorted(own)])))
        for one, own in zip(ones, wanted, strict=True)
    ]


def _parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[place : place + _BATCH] for place in range(0, len(values), _BATCH))


def _look_up(session: Session, keys: Sequence[BlockKeys], seen: _Seen) -> list[set[int]]:
    """Return for each pupil the children that share a key with it."""
    by_number = _by_number(session, {number for one in keys for number in one.numbers})
    by_birth = _by_birth(session, {day for one in keys for day in one.births})
    for month in {(first, following) for one in keys for first, following, _ in one.months} - seen.months.keys():
        seen.months[month] = _by_month(session, *month)
    by_place = _by_place(session, {postcode for one in keys for postcode, _ in one.places})
    by_name = _by_name(session, {pair for one in keys for pair in one.names})
    found: list[set[int]] = []
    for one in keys:
        ids = {child for number in one.numbers for child in by_number.get(number, ())}
        starts = {start for pair in (*one.names, *_halves(one)) for start in _starts(pair)}
        ids |= {child for day in one.births for child, name in by_birth.get(day, ()) if starts & _starts(name)}
        for first, following, start in one.months:
            ids |= {child for child, surname in seen.months[first, following] if surname.startswith(start)}
        for postcode, start in one.places:
            ids |= {child for child, forename in by_place.get(postcode, ()) if forename.startswith(start)}
        ids |= {child for pair in one.names for child in by_name.get(pair, ())}
        found.append(ids)
    return found


def _halves(one: BlockKeys) -> Iterator[tuple[str, str]]:
    """Give the starts of the names of a pupil that has no pair of names, as its other keys have them."""
    yield from ((start, "") for _, _, start in one.months)
    yield from ((start, "") for _, start in one.places)


def _starts(pair: tuple[str, str]) -> set[str]:
    """Return how a name begins, surname and forename alike, in one spelling: a mere shared birthday finds nobody."""
    return {variant_key(part)[:2] for part in pair if part}


Pair = tuple[str, str]


def _by_number(session: Session, numbers: Collection[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for part in _parts(sorted(numbers)):
        query = select(ChildIdentifier.value, ChildIdentifier.child_id).where(
            ChildIdentifier.scheme.in_(("upn", "uln")), ChildIdentifier.value.in_(part)
        )
        for value, child_id in session.execute(query):
            found[value].append(child_id)
    return found


def _by_birth(session: Session, days: Collection[date]) -> dict[date, list[tuple[int, Pair]]]:
    found: dict[date, list[tuple[int, Pair]]] = defaultdict(list)
    for part in _parts(sorted(days)):
        query = (
            select(Child.dob, Child.id, ChildName.surname_key, ChildName.forename_key)
            .join(ChildName, ChildName.child_id == Child.id)
            .where(Child.dob.in_(part), ChildName.superseded_at.is_(None))
        )
        for day, child_id, surname, forename in session.execute(query):
            if day is not None:
                found[day].append((child_id, (surname, forename)))
    return found


def _by_month(session: Session, first: date, following: date) -> list[tuple[int, str]]:
    query = (
        select(Child.id, ChildName.surname_key)
        .join(ChildName, ChildName.child_id == Child.id)
        .where(Child.dob >= first, Child.dob < following, ChildName.superseded_at.is_(None))
    )
    return list(session.execute(query))


def _by_place(session: Session, postcodes: Collection[str]) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for part in _parts(sorted(postcodes)):
        query = (
            select(ChildAddress.postcode_key, ChildAddress.child_id, ChildName.forename_key)
            .join(ChildName, ChildName.child_id == ChildAddress.child_id)
            .where(ChildAddress.postcode_key.in_(part), ChildName.superseded_at.is_(None))
        )
        for postcode, child_id, forename in session.execute(query):
            found[postcode].append((child_id, forename))
    return found


def _by_name(session: Session, pairs: Collection[Pair]) -> dict[Pair, list[int]]:
    found: dict[Pair, list[int]] = defaultdict(list)
    for part in _parts(sorted(pairs)):
        query = select(ChildName.surname_key, ChildName.forename_key, ChildName.child_id).where(
            tuple_(ChildName.surname_key, ChildName.forename_key).in_(part)
        )
        for surname, forename, child_id in session.execute(query):
            found[surname, forename].append(child_id)
    return found


def known_children(session: Session, ids: Sequence[int]) -> list[Known]:
    """Return children of the register as the matcher compares them, with their open or last case."""
    names: dict[int, list[PersonName]] = defaultdict(list)
    for child_id, *name in session.execute(
        select(ChildName.child_id, ChildName.surname, ChildName.forename, ChildName.middle_names).where(
            ChildName.child_id.in_(ids), ChildName.superseded_at.is_(None)
        )
    ):
        names[child_id].append(PersonName(*name))
    homes: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for child_id, lines, postcode in session.execute(
        select(ChildAddress.child_id, ChildAddress.lines, ChildAddress.postcode).where(
            ChildAddress.child_id.in_(ids), ChildAddress.superseded_at.is_(None)
        )
    ):
        homes[child_id].append((house_of(tuple(lines)), postcode))
    schools: dict[int, list[str]] = defaultdict(list)
    for child_id, urn in session.execute(
        select(SchoolRegistration.child_id, SchoolRegistration.school_urn).where(
            SchoolRegistration.child_id.in_(ids), SchoolRegistration.superseded_at.is_(None)
        )
    ):
        schools[child_id] += [urn] if urn else []
    numbers = _numbers(session, ids)
    cases = _cases(session, ids)
    phones = _phones(session, [case.id for case in cases.values()])
    children = session.execute(select(Child.id, Child.dob, Child.sex).where(Child.id.in_(ids)).order_by(Child.id))
    found: list[Known] = []
    for child_id, dob, sex in children:
        case = cases.get(child_id)
        identity = Identity(
            names=tuple(names[child_id]),
            dob=dob,
            sex=sex,
            upns=tuple(value for scheme, value in numbers[child_id] if scheme == "upn"),
            uln=next((value for scheme, value in numbers[child_id] if scheme == "uln"), ""),
            postcodes=tuple(postcode for _, postcode in homes[child_id] if postcode),
            houses=tuple(house for house, _ in homes[child_id]),
            phones=tuple(phones[case.id]) if case else (),
            schools=tuple(schools[child_id]),
        )
        found.append(Known(child_id, identity, case.id if case else None, case.ref if case else None, _case_note(case)))
    return found


def _numbers(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    query = (
        select(ChildIdentifier.child_id, ChildIdentifier.scheme, ChildIdentifier.value)
        .where(ChildIdentifier.child_id.in_(ids))
        .order_by(ChildIdentifier.is_current.desc(), ChildIdentifier.id.desc())
    )
    for child_id, scheme, value in session.execute(query):
        found[child_id].append((scheme, value))
    return found


@dataclass(frozen=True)
class _Case:
    """The open case of a child, else the one closed last."""

    id: int
    ref: str
    closed_on: date | None
    outcome: str | None


def _cases(session: Session, ids: Sequence[int]) -> dict[int, _Case]:
    query = (
        select(Episode.child_id, Episode.id, Episode.ref, Episode.closed_on, Episode.outcome)
        .where(Episode.child_id.in_(ids))
        .order_by(Episode.closed_on.is_(None), Episode.closed_on, Episode.id)
    )
    rows = session.execute(query)
    return {child_id: _Case(number, ref, closed_on, outcome) for child_id, number, ref, closed_on, outcome in rows}


def _phones(session: Session, case_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    query = select(Parent.episode_id, Parent.phones).where(Parent.episode_id.in_(case_ids))
    for episode_id, phones in session.execute(query):
        found[episode_id] += [str(phone.get("PhoneNo", "")) for phone in phones if isinstance(phone, dict)]
    return found


def _case_note(case: _Case | None) -> str:
    if case is None:
        return "no case"
    if case.closed_on is None:
        return OPEN_CASE
    day = case.closed_on
    known = shipped.lifecycle().outcomes.get(case.outcome or "")
    return f"closed {day.day} {day:%b} {day.year}: {known.label if known else 'outcome not known'}"


def propose(meaning: Meaning, found: Found) -> str:
    """Return what is proposed for a pupil: the same child, look at it, a new child, or no case at all."""
    best = found.best
    if best is None:
        return meaning.proposed
    has_open_case = best.known.note == OPEN_CASE
    if best.match_class is MatchClass.REVIEW:
        return LATER if has_open_case or meaning.opens_case or meaning.code == JOINER else meaning.proposed
    if has_open_case or meaning.opens_case or meaning.proposed == NEW:
        return MATCH
    return meaning.proposed


def rows_of(found: Found) -> list[dict[str, Any]]:
    """Return the candidates of one pupil as rows without their pupil's number."""
    return [
        {
            "child_id": match.known.child_id,
            "episode_id": match.known.episode_id,
            "rank": place,
            "score": match.score,
            "match_class": match.match_class.value,
            "reasons": [
                {"field": one.field, "outcome": one.outcome, "weight": one.weight, "text": one.text}
                for one in match.reasons
            ],
        }
        for place, match in enumerate(found.matches, start=1)
    ]


def replace_candidates(session: Session, staged_id: int, found: Found) -> None:
    """Write the candidates of a staged pupil anew, inside an act."""
    for old in session.scalars(select(MatchCandidate).where(MatchCandidate.staged_id == staged_id)):
        session.delete(old)
    session.flush()
    session.add_all(MatchCandidate(staged_id=staged_id, **row) for row in rows_of(found))
