"""The frames on the page: one round each block of lines that a field fills."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cme_desktop.documents import FieldPlace
from cme_desktop.ui.widgets.pdf_view import Spot

_NEAR: Final = 10
"""Points between two lines that still belong to one field."""


def frames(places: Sequence[FieldPlace]) -> tuple[Spot, ...]:
    """Return a frame for each block of places, in the order of the pages."""
    return tuple(_around(block) for block in _blocks(places))


def _blocks(places: Sequence[FieldPlace]) -> list[list[FieldPlace]]:
    """Return places in blocks: what follows without a gap is one, as a list of facts or a sentence over lines is."""
    blocks: list[list[FieldPlace]] = []
    for one in sorted(places, key=lambda place: (place.page, place.top, place.left)):
        last = blocks[-1] if blocks else []
        bottom = max((before.top + before.height for before in last), default=0.0)
        if last and last[-1].page == one.page and one.top <= bottom + _NEAR:
            last.append(one)
        else:
            blocks.append([one])
    return blocks


def _around(block: Sequence[FieldPlace]) -> Spot:
    """Return the frame round a block."""
    left, top = min(one.left for one in block), min(one.top for one in block)
    right = max(one.left + one.width for one in block)
    bottom = max(one.top + one.height for one in block)
    return Spot(block[0].page - 1, left, top, right - left, bottom - top)
