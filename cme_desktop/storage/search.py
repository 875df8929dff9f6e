"""Find children by who they are and cases by what was written: rows of our own, normalised in Python (design.md 3).

Every search takes the condition on ``Child`` for what the viewer may see and puts it inside the query.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from itertools import pairwise
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import ColumnElement, Select, and_, column, delete, insert, literal_column, or_, select, table, text
from sqlalchemy.orm import Session, aliased

from cme_desktop.domain.names import search_key
from cme_desktop.matching.keys import phone_key
from cme_desktop.models.child import Child
from cme_desktop.models.search import SearchText, SearchWho
from cme_desktop.storage.capture import action_of
from cme_desktop.storage.ddl import FULL_TEXT

NUMBER, REFERENCE, POSTCODE, PHONE, DOB = "number", "reference", "postcode", "phone", "dob"
NAME, PARENT, SCHOOL, WORD = "name", "parent", "school", "word"
_IDENTIFIERS = (NUMBER, REFERENCE, POSTCODE, PHONE, DOB)
Query = Select[Any, Any, Any, Any]
_LAST = "\U0010ffff"
_SHORTEST_PREFIX_OF_NUMBER = 3
_SHORTEST_TO_CORRECT = 4
_NEAR_WORDS = 12
_SHORT_WORD = 3
_NEAR_STARTS = ("ckq", "szc", "yji", "wv", "fp", "aeiou", "gj", "xsk")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Tier(IntEnum):
    """How well a hit answers, best first."""

    IDENTIFIER = 1
    NAME = 2
    PREFIX = 3
    SPELLING = 4


@dataclass(frozen=True)
class WhoEntry:
    """One thing to find a child by.

    ``kind`` is one of the kinds of this module; ``text`` is as written; ``rank`` is 0 for what is so now.
    """

    kind: str
    text: str
    episode_id: int | None = None
    rank: int = 0


@dataclass(frozen=True)
class WhoHit:
    """A child found: by what kind of thing, its normalised value, and how well it answers."""

    child_id: int
    episode_id: int | None
    kind: str
    value: str
    tier: Tier


@dataclass(frozen=True)
class TextHit:
    """A note, letter or event found, with where it stands."""

    source: str
    source_id: int
    child_id: int
    episode_id: int | None
    on_day: date


@dataclass(frozen=True)
class TextHits:
    """The newest hits, and whether there are more."""

    hits: tuple[TextHit, ...]
    more: bool


def compact(text_: str) -> str:
    """Return a number, reference or postcode in small letters and figures only."""
    return "".join(character for character in text_.casefold() if character.isalnum())


def put_who(session: Session, child_id: int, entries: Iterable[WhoEntry]) -> None:
    """Replace everything one child is found by, inside an act."""
    put_who_many(session, {child_id: entries}, replace=True)


def put_who_many(session: Session, entries: Mapping[int, Iterable[WhoEntry]], *, replace: bool = False) -> None:
    """Write what many children are found by, inside an act; ``replace`` removes what they were found by before."""
    action = action_of(session)
    rows: list[tuple[Any, ...]] = []
    for child_id, wanted in entries.items():
        best: dict[tuple[str, str], tuple[int, int | None]] = {}
        for entry in wanted:
            for kind, value in values_of(entry):
                known = best.get((kind, value))
                if known is None or entry.rank < known[0]:
                    best[kind, value] = (entry.rank, entry.episode_id)
        rows += [(kind, value, child_id, episode, rank) for (kind, value), (rank, episode) in best.items()]
    with action.gate.writing():
        if replace:
            gone = [(child_id,) for child_id in entries]
            action.connection.exec_driver_sql("DELETE FROM search_who WHERE child_id = ?", gone)
        if rows:
            action.connection.exec_driver_sql(
                "INSERT INTO search_who (kind, value, child_id, episode_id, rank) VALUES (?, ?, ?, ?, ?)", rows
            )


def _words(whole: str) -> Iterator[str]:
    """Yield the words of a name, and short ones also joined to the next: Mc Donald is found as McDonald."""
    parts = whole.split()
    yield from parts
    yield from (first + second for first, second in pairwise(parts) if len(first) <= _SHORT_WORD)


_READINGS: dict[str, Callable[[str], str]] = {PHONE: phone_key, SCHOOL: search_key, DOB: str}


def values_of(entry: WhoEntry) -> Iterator[tuple[str, str]]:
    """Return the kinds and normalised values under which one thing is found."""
    if entry.kind in (NAME, PARENT):
        whole = search_key(entry.text)
        if whole:
            yield entry.kind, whole
            yield from ((WORD, word) for word in _words(whole))
        return
    value = _READINGS.get(entry.kind, compact)(entry.text)
    if value:
        yield entry.kind, value


def put_text(
    session: Session,
    source: str,
    source_id: int,
    words: str,
    *,
    child_id: int,
    episode_id: int | None,
    on_day: date,
) -> None:
    """Index the words of one row (``source`` names its table), inside an act; empty words take it out."""
    put_text_many(
        session,
        [
            {
                "source": source,
                "source_id": source_id,
                "child_id": child_id,
                "episode_id": episode_id,
                "on_day": on_day,
                "body": words,
            }
        ],
        replace=True,
    )


def put_text_many(session: Session, rows: Sequence[Mapping[str, Any]], *, replace: bool = False) -> None:
    """Index the words (``body``) of many rows, inside an act; ``replace`` takes out what was indexed for them."""
    action = action_of(session)
    with action.gate.writing():
        if replace:
            for row in rows:
                action.connection.execute(
                    delete(SearchText).where(
                        SearchText.source == row["source"], SearchText.source_id == row["source_id"]
                    )
                )
        ready = [{**row, "body": search_key(row["body"])} for row in rows]
        ready = [row for row in ready if row["body"]]
        if ready:
            action.connection.execute(insert(SearchText), ready)


def forget_child(session: Session, child_id: int) -> None:
    """Take a child and all words about the child out of every search, inside an act."""
    action = action_of(session)
    with action.gate.writing():
        action.connection.execute(delete(SearchWho).where(SearchWho.child_id == child_id))
        action.connection.execute(delete(SearchText).where(SearchText.child_id == child_id))


def find_who(session: Session, typed: str, visible: ColumnElement[bool], limit: int = 50) -> tuple[WhoHit, ...]:
    """Return the children that what was typed may mean, best first, each once.

    Tiers: an exact identifier (UPN, reference, date of birth, postcode, phone), an exact name in any order of its
    parts, the start of one, then a near spelling, which is tried only while there is room.

    Args:
        session: a session of the read lane.
        typed: what was typed, unfinished or not.
        visible: the condition on ``Child`` for what the viewer may see.
        limit: the most hits to return.
    """
    found: dict[int, WhoHit] = {}
    words = tuple(dict.fromkeys(search_key(typed).split()))

    def keep(tier: Tier, query: Query | None) -> bool:
        if query is not None and len(found) < limit:
            unseen = query.where(SearchWho.child_id.not_in(list(found))) if found else query
            for row in session.execute(
                unseen.join(Child, Child.id == SearchWho.child_id).where(visible).limit(4 * limit)
            ):
                if row.child_id not in found and len(found) < limit:
                    found[row.child_id] = WhoHit(row.child_id, row.episode_id, row.kind, row.value, tier)
        return len(found) >= limit

    if not words:
        return ()
    if (
        keep(Tier.IDENTIFIER, _exact_identifier(typed))
        or keep(Tier.NAME, _exact_name(words))
        or keep(Tier.PREFIX, _prefix_of_identifier(typed))
        or keep(Tier.PREFIX, _prefix_of_words(words))
        or keep(Tier.PREFIX, _prefix_of_school(typed))
    ):
        return tuple(found.values())
    keep(Tier.SPELLING, _near(session, words))
    return tuple(found.values())


_HIT = (SearchWho.child_id, SearchWho.episode_id, SearchWho.kind, SearchWho.value)


def _exact_identifier(typed: str) -> Query:
    plain = compact(typed)
    values = {plain}
    if phone := phone_key(typed):
        values.add(phone)
    if day := read_date(typed):
        values.add(day.isoformat())
    return (
        select(*_HIT)
        .where(SearchWho.kind.in_(_IDENTIFIERS), SearchWho.value.in_(sorted(values)))
        .order_by(SearchWho.rank)
    )


def _exact_name(words: Sequence[str]) -> Query:
    driver, *others = sorted(words, key=len, reverse=True)
    query = select(*_HIT).where(SearchWho.kind == WORD, SearchWho.value == driver)
    return query.where(*(_has(_is(word)) for word in others)).order_by(SearchWho.rank)


def _prefix_of_identifier(typed: str) -> Query | None:
    plain = compact(typed)
    if len(plain) < _SHORTEST_PREFIX_OF_NUMBER or not any(character.isdigit() for character in plain):
        return None
    return select(*_HIT).where(SearchWho.kind.in_((NUMBER, REFERENCE, POSTCODE)), _starts(plain)(SearchWho))


def _prefix_of_words(words: Sequence[str]) -> Query:
    driver, *others = sorted(words, key=len, reverse=True)
    query = select(*_HIT).where(SearchWho.kind == WORD, _starts(driver)(SearchWho))
    return query.where(*(_has(_starts(word)) for word in others)).order_by(SearchWho.kind, SearchWho.value)


def _prefix_of_school(typed: str) -> Query | None:
    whole = search_key(typed)
    if len(whole) < _SHORTEST_PREFIX_OF_NUMBER:
        return None
    return select(*_HIT).where(SearchWho.kind == SCHOOL, _starts(whole)(SearchWho)).order_by(SearchWho.value)


def _near(session: Session, words: Sequence[str]) -> Query | None:
    """Return the query for near spellings: each word may be one that is near it, or the start of one."""
    near = {word: _near_words(session, word) for word in words}
    if not any(near.values()):
        return None
    driver = max(words, key=lambda word: (bool(near[word]), len(word)))

    query = select(*_HIT).where(SearchWho.kind == WORD, SearchWho.value.in_(near[driver]))
    query = query.where(*(_has(_means(word, near[word])) for word in words if word != driver))
    order = {value: place for place, value in enumerate(near[driver])}
    whens = " ".join(f"WHEN :near{place} THEN {place}" for place in order.values())
    by_nearness = text(f"CASE search_who.value {whens} END").bindparams(
        **{f"near{place}": value for value, place in order.items()}
    )
    return query.order_by(by_nearness)


def _near_words(session: Session, word: str) -> list[str]:
    """Return the words of the register that are spelt nearly like this one, nearest first."""
    if len(word) < _SHORTEST_TO_CORRECT:
        return []
    starts = {word[0], word[1], *(letter for group in _NEAR_STARTS if word[0] in group for letter in group)}
    known: list[str] = []
    for start in sorted(starts):
        known += session.scalars(
            select(SearchWho.value).where(SearchWho.kind == WORD, _starts(start)(SearchWho)).distinct()
        )
    most = 1 if len(word) < 6 else 2
    close = process.extract(word, known, scorer=OSA.distance, score_cutoff=most, limit=_NEAR_WORDS)
    return [value for value, distance, _ in close if distance]


Test = Callable[[Any], ColumnElement[bool]]


def _is(word: str) -> Test:
    return lambda row: row.value == word


def _starts(start: str) -> Test:
    return lambda row: and_(row.value >= start, row.value < start + _LAST)


def _means(word: str, near: Sequence[str]) -> Test:
    return lambda row: or_(row.value.in_(near), _starts(word)(row))


def _has(test: Test) -> ColumnElement[bool]:
    """Return the condition that the child of a row has another word that passes a test."""
    other = aliased(SearchWho)
    mine = (other.child_id == SearchWho.child_id, other.kind == WORD)
    return select(literal_column("1")).where(*mine, test(other)).exists()


def find_text(session: Session, typed: str, visible: ColumnElement[bool], limit: int = 50) -> TextHits:
    """Return the newest notes, letters and events that hold every word typed (the last may be unfinished).

    Args:
        session: a session of the read lane.
        typed: what was typed.
        visible: the condition on ``Child`` for what the viewer may see.
        limit: the most hits to return; ``more`` says that there are others.
    """
    words = search_key(typed).split()
    if not words:
        return TextHits((), more=False)
    match = " ".join(f'"{word}"' for word in words) + "*"
    fts = table(FULL_TEXT, column("rowid"))
    rows = session.execute(
        select(SearchText.source, SearchText.source_id, SearchText.child_id, SearchText.episode_id, SearchText.on_day)
        .select_from(fts)
        .join(SearchText, SearchText.id == fts.c.rowid)
        .join(Child, Child.id == SearchText.child_id)
        .where(text(f"{FULL_TEXT} MATCH :match").bindparams(match=match), visible)
        .order_by(fts.c.rowid.desc())
        .limit(limit + 1)
    ).all()
    hits = tuple(TextHit(*row) for row in rows[:limit])
    return TextHits(hits, more=len(rows) > limit)


def read_date(typed: str) -> date | None:
    """Return the day that was typed as 3/9/2015, 3/9/15, 3 Sep 2015 or 2015-09-03, or None."""
    words = re.findall(r"\d+|[^\W\d_]+", typed.casefold())
    if len(words) != 3:
        return None
    if len(words[0]) == 4:
        words.reverse()
    day, month, year = words
    if month[:3] in _MONTHS:
        month = str(_MONTHS.index(month[:3]) + 1)
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except (ValueError, OverflowError):
        return None
