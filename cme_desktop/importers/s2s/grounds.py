"""Give each stay of a pupil what its ground for leaving was read as, by the council's list of grounds."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from cme_desktop import resources
from cme_desktop.domain.grounds import GroundBook, parse_grounds
from cme_desktop.importers.s2s.checks import read_date
from cme_desktop.importers.s2s.reading import PupilReading, SchoolEntry


@cache
def shipped_book() -> GroundBook:
    """Return the grounds and leaving reasons that travel with the program."""
    return parse_grounds(resources.read_text("codes/removal-grounds.toml"))


def with_grounds(pupil: PupilReading, book: GroundBook) -> PupilReading:
    """Return the pupil with the ground of each stay read; a letter alone is read by the stay's date of leaving."""
    if not any("RemovalGrounds" in entry.values for entry in pupil.stays):
        return pupil
    return replace(
        pupil,
        history=tuple(_read(entry, book) for entry in pupil.history),
        own_entry=None if pupil.own_entry is None else _read(pupil.own_entry, book),
    )


def _read(entry: SchoolEntry, book: GroundBook) -> SchoolEntry:
    written = entry.values.get("RemovalGrounds")
    if written is None:
        return entry
    reading = book.read(written, read_date(entry.values.get("LeavingDate", "")))
    return replace(entry, ground=reading.code, ground_read_because=reading.read_because)
