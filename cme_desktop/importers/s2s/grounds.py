"""Give each stay of a pupil what its ground for leaving was read as, by the council's list of grounds."""

from __future__ import annotations

from dataclasses import replace

from cme_desktop.domain.grounds import GroundBook
from cme_desktop.importers.s2s.checks import read_date
from cme_desktop.importers.s2s.reading import PupilReading, SchoolEntry


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
