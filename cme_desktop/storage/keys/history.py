"""What a key file tells of its past: who gave a person a passphrase for one use, and which papers opened before."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cme_desktop.storage.keys.errors import KeysDamaged

_INSTANT_RULE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


@dataclass(frozen=True)
class Given:
    """That an administrator gave a person a passphrase for one use, and when; ``reset``: in the place of an own one."""

    by: int
    at: str
    reset: bool


@dataclass(frozen=True)
class FormerPaper:
    """A recovery key that opens no more: by its public half it is told from one of another register."""

    slot_id: str
    public: bytes
    made_at: str
    until: str


def given_out(given: Given | None) -> dict[str, Any] | None:
    """Return an entry as it stands in the file."""
    return None if given is None else {"by": given.by, "at": given.at, "reset": given.reset}


def given_in(value: Any) -> Given | None:
    """Return what an entry of the file says; raise KeysDamaged."""
    if value is None:
        return None
    if not isinstance(value, dict) or type(value["by"]) is not int or type(value["reset"]) is not bool:
        raise KeysDamaged
    return Given(value["by"], instant_in(value["at"]), value["reset"])


def former_out(papers: tuple[FormerPaper, ...]) -> list[dict[str, str]]:
    """Return the earlier papers as they stand in the file."""
    return [
        {
            "slot_id": paper.slot_id,
            "public": base64.b64encode(paper.public).decode("ascii"),
            "made_at": paper.made_at,
            "until": paper.until,
        }
        for paper in papers
    ]


def former_in(value: Any) -> tuple[FormerPaper, ...]:
    """Return the earlier papers of the file; raise KeysDamaged."""
    if not isinstance(value, list):
        raise KeysDamaged
    return tuple(_paper(entry) for entry in value)


def _paper(entry: Mapping[str, Any]) -> FormerPaper:
    public = base64.b64decode(entry["public"], validate=True)
    if not isinstance(entry["slot_id"], str) or len(public) != 32:
        raise KeysDamaged
    return FormerPaper(entry["slot_id"], public, instant_in(entry["made_at"]), instant_in(entry["until"]))


def instant_in(value: Any) -> str:
    """Return an instant of the file; raise KeysDamaged for anything else."""
    if not isinstance(value, str) or not _INSTANT_RULE.fullmatch(value):
        raise KeysDamaged
    return value
