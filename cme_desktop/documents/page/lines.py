"""Words broken into lines: scripts mixed, nothing hyphenated, and every filled field's place known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from bidi.mirror import MIRRORED

from cme_desktop.documents.fonts import FontSet
from cme_desktop.documents.page.styles import TextStyle
from cme_desktop.documents.runs import Run, has_rtl, levels, runs_of, visual_order
from cme_desktop.documents.words import Words, plain, unbroken_spaces

_SLACK = 0.01
# The spaces of a line may shrink by this share of their width so that one more word stands on it.
_SHRINKAGE = 0.05


class Atom(NamedTuple):
    """The smallest part of a line that is drawn at once: one run of one field, with its width in points."""

    run: Run
    width: float
    field: str | None


class Segment(NamedTuple):
    """A part of a line as drawn: an unshaped text, or a shaped run."""

    x: float
    width: float
    run: Run


class Turned(NamedTuple):
    """Neighbouring segments that read from right to left, with the text in reading order."""

    segments: tuple[Segment, ...]
    text: str


class Line(NamedTuple):
    """One set line: what is drawn from left to right, its width, and where its fields stand."""

    parts: tuple[Segment | Turned, ...]
    width: float
    fields: tuple[tuple[str, float, float], ...]
    word_space: float = 0.0


def set_lines(words: Words, style: TextStyle, width: float, fonts: FontSet) -> tuple[Line, ...]:
    """Break words into lines of at most ``width`` points; a word longer than a line breaks where it must."""
    units = _units(words, style, fonts)
    space = fonts.face("latin", bold=style.bold).width(" ") * style.size / 1000
    rows: list[list[list[Atom]]] = []
    room = 0.0
    for unit in units:
        needed = sum([atom.width for atom in unit])
        if rows and space + needed <= room + _SHRINKAGE * space * len(rows[-1]):
            rows[-1].append(unit)
            room -= space + needed
            continue
        pieces = [unit] if needed <= width + _SLACK else _forced(unit, width, style.size, fonts)
        rows.extend([piece] for piece in pieces)
        room = width - sum(atom.width for atom in rows[-1][0])
    last = len(rows) - 1
    return tuple(_line(row, width, style, fonts, ends=number == last) for number, row in enumerate(rows))


def one_line(text: str, style: TextStyle, fonts: FontSet, field: str | None = None) -> Line:
    """Return text on one line as it stands, however long."""
    atoms = _atoms(text, style.bold, field, style.size, fonts)
    if has_rtl(text):
        return _turned(list(_by_level(atoms, style.size)), 0.0)
    return Line(*_placed(atoms, 0.0))


def natural_width(words: Words, style: TextStyle, fonts: FontSet) -> float:
    """Return the width of the words on one line, in points."""
    return sum(
        run.width * style.size / 1000
        for span in words
        for run in runs_of(span.text, fonts, bold=span.bold or style.bold)
    )


def _units(words: Words, style: TextStyle, fonts: FontSet) -> Iterator[list[Atom]]:
    """Yield what stands between two spaces at which a line may break."""
    kept = unbroken_spaces(plain(words))
    unit: list[Atom] = []
    start = 0
    for span in words:
        bold = span.bold or style.bold
        begin = 0
        for place, char in enumerate(span.text):
            if char == " " and start + place not in kept:
                unit.extend(_atoms(span.text[begin:place], bold, span.field, style.size, fonts))
                if unit:
                    yield unit
                unit, begin = [], place + 1
        unit.extend(_atoms(span.text[begin:], bold, span.field, style.size, fonts))
        start += len(span.text)
    if unit:
        yield unit


def _atoms(text: str, bold: bool, field: str | None, size: float, fonts: FontSet) -> list[Atom]:
    if not text:
        return []
    return [Atom(run, run.width * size / 1000, field) for run in runs_of(text, fonts, bold=bold)]


def _forced(unit: list[Atom], width: float, size: float, fonts: FontSet) -> list[list[Atom]]:
    """Break a unit that is wider than a line: at its spaces first, inside a word where nothing else helps."""
    rows: list[list[Atom]] = [[]]
    used = 0.0
    for atom in unit:
        bold = atom.run.face.bold
        pieces = atom.run.text.split(" ")
        for number, piece in enumerate(pieces):
            text = piece if number == len(pieces) - 1 else f"{piece} "
            for part in _parts_that_fit(text, width, size, bold, fonts):
                for made in _atoms(part, bold, atom.field, size, fonts):
                    if rows[-1] and used + _bare(made.run, size) > width + _SLACK:
                        rows.append([])
                        used = 0.0
                    rows[-1].append(made)
                    used += made.width
    return rows


def _bare(run: Run, size: float) -> float:
    """Return the width of a run without the space at its end."""
    if run.glyphs is None and run.text.endswith(" "):
        return run.face.width(run.text[:-1]) * size / 1000
    return run.width * size / 1000


def _parts_that_fit(text: str, width: float, size: float, bold: bool, fonts: FontSet) -> Iterator[str]:
    """Yield a word whole when it fits on a line of its own, else in the longest pieces that fit."""
    begin = 0
    while begin < len(text):
        end = len(text)
        while end > begin + 1:
            runs = runs_of(text[begin:end], fonts, bold=bold)
            if sum(run.width for run in runs[:-1]) * size / 1000 + _bare(runs[-1], size) <= width + _SLACK:
                break
            end -= 1
        yield text[begin:end]
        begin = end


def _line(row: list[list[Atom]], width: float, style: TextStyle, fonts: FontSet, *, ends: bool) -> Line:
    """Join the units of a line with spaces, shrunk where they must be, and place its parts from left to right."""
    atoms: list[Atom] = []
    for number, unit in enumerate(row):
        if number:
            atoms.append(_space_between(atoms[-1], unit[0], style, fonts))
        atoms.extend(unit)
    word_space = 0.0
    excess = sum([atom.width for atom in atoms]) - width
    if excess > _SLACK and len(row) > 1:
        counts = [atom.run.text.count(" ") for atom in atoms]
        word_space = -excess / sum(counts)
        atoms = [
            atom._replace(width=atom.width + count * word_space) for atom, count in zip(atoms, counts, strict=True)
        ]
    if not ends:  # the word space at the end of a line is kept for those who read the text out of the file
        atoms.append(_space_between(atoms[-1], atoms[-1], style, fonts))
    if any(has_rtl(atom.run.text) for atom in atoms if atom.run.glyphs):
        return _turned(list(_by_level(atoms, style.size, word_space)), word_space)
    return Line(*_placed(atoms, 0.0), word_space)


def _space_between(before: Atom, after: Atom, style: TextStyle, fonts: FontSet) -> Atom:
    face = before.run.face if before.run.glyphs is None else after.run.face
    if not face.has(" "):
        face = fonts.face("latin", bold=style.bold)
    field = before.field if before.field == after.field else None
    width = face.width(" ")
    return Atom(Run(" ", face, width), width * style.size / 1000, field)


def _by_level(atoms: list[Atom], size: float, word_space: float = 0.0) -> Iterator[Atom]:
    """Yield the atoms of a line as they stand from left to right; unshaped ones are cut where the level changes."""
    text_levels = levels("".join(atom.run.text for atom in atoms))
    cut: list[Atom] = []
    cut_levels: list[int] = []
    start = 0
    for atom in atoms:
        text = atom.run.text
        own = text_levels[start : start + len(text)]
        start += len(text)
        if atom.run.glyphs is not None:
            cut.append(atom)
            cut_levels.append(max(own))
            continue
        for level, group in groupby(zip(own, text, strict=True), key=lambda pair: pair[0]):
            part = "".join(char for _, char in group)
            if level % 2:
                part = "".join(MIRRORED.get(char, char) for char in reversed(part))
            width = atom.run.face.width(part)
            run = Run(part, atom.run.face, width, rtl=bool(level % 2))
            cut.append(Atom(run, width * size / 1000 + part.count(" ") * word_space, atom.field))
            cut_levels.append(level)
    for unit in visual_order(cut_levels):
        yield cut[unit]


def _turned(atoms: list[Atom], word_space: float) -> Line:
    """Place a line that holds text read from right to left; such parts are kept together with their own text."""
    parts: list[Segment | Turned] = []
    fields: list[tuple[str, float, float]] = []
    x = 0.0
    for rtl, group in groupby(atoms, key=lambda atom: atom.run.rtl):
        segments, width, places = _placed(list(group), x)
        x = width
        fields.extend(places)
        if rtl:
            parts.append(Turned(segments, "".join(_logical(segment.run) for segment in reversed(segments))))
        else:
            parts.extend(segments)
    return Line(tuple(parts), x, tuple(fields), word_space)


def _logical(run: Run) -> str:
    """Return the text of a turned run in reading order."""
    if run.glyphs is not None:
        return run.text
    return "".join(MIRRORED.get(char, char) for char in reversed(run.text))


def _placed(atoms: Sequence[Atom], x: float) -> tuple[tuple[Segment, ...], float, tuple[tuple[str, float, float], ...]]:
    """Return segments (unshaped neighbours in one face are one text), where they end, and the places of fields."""
    segments: list[Segment] = []
    fields: list[tuple[str, float, float]] = []
    texts: list[str] = []
    start, field_start = x, x
    for number, (run, width, field) in enumerate(atoms):
        follower = atoms[number + 1] if number + 1 < len(atoms) else None
        x += width
        if run.glyphs is not None:
            segments.append(Segment(start, x - start, run))
            start = x
        else:
            texts.append(run.text)
            if follower is None or follower.run.face is not run.face or follower.run.glyphs is not None:
                segments.append(Segment(start, x - start, Run("".join(texts), run.face, 0.0, run.rtl)))
                texts, start = [], x
        if follower is None or follower.field != field:
            if field:
                fields.append((field, field_start, x))
            field_start = x
    return tuple(segments), x, tuple(fields)
