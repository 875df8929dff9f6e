"""How much of a file from outside is looked at before it is refused (safety.md 5)."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """How much of a file XML is read before it is refused; ``records`` caps what is kept of it."""

    bytes: int = 50 * MIB
    depth: int = 256
    elements: int = 2_500_000
    attributes: int = 64
    value: int = 10_000
    records: int = 100_000


LIMITS = Limits()


@dataclass(frozen=True)
class ZipLimits:
    """How much of a zip file is unpacked before it is refused."""

    members: int = 20
    bytes: int = 50 * MIB
    ratio: int = 100


ZIP_LIMITS = ZipLimits()
