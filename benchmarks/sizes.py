"""The sizes that figures are measured at, by name (the council's real volumes, made large)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How many children a training register is made with; a quarter as many cases come with them."""

    name: str
    children: int


NORMAL = Size("Normal", 5_000)
FULL = Size("Full", 50_000)
EXTREME = Size("Extreme", 200_000)
IMPORT_PUPILS = 5_000
LETTERS = 200
SEED = 1
PASSPHRASE = "a passphrase for measuring"
