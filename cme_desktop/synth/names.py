"""Invented names as Harrow's families have them, from the lists in ``resources/names``. None is a real child's."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from functools import cache

from cme_desktop import resources

FEMALE, MALE = "F", "M"
_FILES = ("names/drawn.json", "names/own.json")


@dataclass(frozen=True)
class _Community:
    """The names of one community; a frequent one stands in its list more than once."""

    share: int
    girls: tuple[str, ...]
    boys: tuple[str, ...]
    surnames: tuple[str, ...]


@cache
def _communities() -> dict[str, _Community]:
    found = {}
    for file in _FILES:
        for name, lists in json.loads(resources.read_text(file)).items():
            found[name] = _Community(
                int(lists["share"]), tuple(lists["girls"]), tuple(lists["boys"]), tuple(lists["surnames"])
            )
    return found


@dataclass(frozen=True)
class Family:
    """What the members of one family share."""

    community: str
    surname: str


class NameMaker:
    """Make families and forenames, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def family(self, community: str | None = None) -> Family:
        """Return a family, of any community unless one is named."""
        known = _communities()
        if community is None:
            community = self._random.choices(list(known), [each.share for each in known.values()])[0]
        return Family(community, self._random.choice(known[community].surnames))

    def forename(self, family: Family, sex: str) -> str:
        """Return a forename that fits the family; ``sex`` is F or M."""
        names = _communities()[family.community]
        return self._random.choice(names.girls if sex == FEMALE else names.boys)
