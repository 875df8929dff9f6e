"""Who may be told what: one rule for every document (safety.md 6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cme_desktop.casework.documents.letters.sources import CaseSources
from cme_desktop.domain.errors import Refusal
from cme_desktop.domain.names import compact_key, search_key
from cme_desktop.models.episode import Parent

RULE = "council rule: who may be told where the child is"


def may_write_to(parent: Parent) -> Refusal | None:
    """Return why an adult may not be written to, None if a letter may go to them."""
    if parent.may_be_written_to and not parent.no_contact:
        return None
    why = f" The reason on the case: {parent.restriction_reason}." if parent.restriction_reason else ""
    return Refusal(
        f"This adult may not be written to, so no letter was made.{why} Write to another adult, or change what may be "
        "done towards this one under People.",
        RULE,
        missing=("parent",),
    )


def check_words(
    sources: CaseSources, texts: Mapping[str, str], *, withheld: bool, to_referrer: bool = False
) -> Refusal | None:
    """Return why the officer's words cannot go out: they say where the child is to somebody who must not read it."""
    if not (withheld or to_referrer):
        return None
    hidden = list(_address_keys(sources))
    if to_referrer:
        placed = sources.school(sources.episode.placed_school_urn)
        hidden += [compact_key(placed.name)] if placed is not None else []
    for name, text in texts.items():
        if any(part and part in compact_key(text) for part in hidden):
            who = "the referrer" if to_referrer else "an adult who must not be told where the child is"
            return Refusal(
                f"The words of “{name.replace('_', ' ')}” say where the child is, and this goes to {who}. Take it out.",
                RULE,
                missing=(name,),
            )
    return None


def _address_keys(sources: CaseSources) -> Iterator[str]:
    """Give what tells an address apart: its street without the number, its house, its postcode; never the town."""
    home = sources.home
    if home is None:
        return
    yield compact_key(home.postcode)
    for line in home.lines[:2]:
        words = [word for word in search_key(line).split() if not any(char.isdigit() for char in word)]
        if len(words) > 1:
            yield "".join(words)
