"""Read one pupil by searching its element for known names at any depth (s2s-files.md 9), each within its own scope.

A contact's surname is never the pupil's, one person's address never another's, and an unknown block about another
person, time or school lends nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cme_desktop.importers.s2s import elements
from cme_desktop.importers.s2s.elements import about_another, is_variant, name_table
from cme_desktop.importers.s2s.reading import ContactReading, PupilReading, SchoolEntry
from cme_desktop.importers.s2s.values import clean
from cme_desktop.importers.untrusted import Node

_PUPIL = name_table((*elements.PUPIL, *elements.LEAVING))
_CONTACT = name_table(elements.CONTACT)
_COURT = name_table(("CourtOrder",))
_SCHOOL = name_table(elements.SCHOOL)
_ADDRESS = name_table(elements.ADDRESS)
_PHONE = name_table(elements.PHONE)
_LANGUAGE = name_table(elements.LANGUAGE)
_DISABILITY = name_table(("Disability",))
_CARE = name_table(elements.CARE)
_SEN = name_table(elements.SEN)
_SEN_NEED = name_table(elements.SEN_NEED)
_BLOCKS = name_table(elements.BLOCKS)
_CONTACT_BLOCKS = name_table(("Address", "Phones", "Phone"))
_ADDRESS_BLOCKS = name_table(("BS7666Address", "AddressLines"))
_NONE: Mapping[str, str] = {}


@dataclass(frozen=True)
class PupilFound:
    """A pupil as read, and the codes of the repairs that reading it took."""

    pupil: PupilReading
    repairs: frozenset[str]


@dataclass
class _Finds:
    """What one scope holds: leaves by standard name and blocks by standard name, each with its depth."""

    leaves: dict[str, list[tuple[int, Node]]]
    blocks: dict[str, list[tuple[int, Node]]]


def read_pupil(node: Node, number: int) -> PupilFound:
    """Read the ``Pupil`` element; what nothing was taken from stays marked as not used.

    Args:
        node: the element with its children.
        number: the pupil's place in the file, from 1.
    """
    reader = _PupilReader()
    return PupilFound(reader.pupil(node, number), frozenset(reader.repairs))


class _PupilReader:
    def __init__(self) -> None:
        self.repairs: set[str] = set()

    def pupil(self, node: Node, number: int) -> PupilReading:
        self._use(node, "Pupil")
        finds = self._search(node, _PUPIL, _BLOCKS)
        own = self._values(finds, elements.LEAVING)
        blocks = finds.blocks
        contacts = [contact for _, block in blocks.get("Contacts", []) for contact in self._parts(block, "Contact")]
        contacts += [contact for _, contact in blocks.get("Contact", [])]
        schools = [school for _, block in blocks.get("SchoolHistory", []) for school in self._parts(block, "School")]
        schools += [school for _, school in blocks.get("School", [])]
        return PupilReading(
            number=number,
            values=self._values(finds, tuple(name for name in elements.PUPIL if name != "FormerUPN")),
            former_upns=tuple(dict.fromkeys(self._all(finds, "FormerUPN"))),
            languages=self._rows(finds, "Languages", _LANGUAGE, elements.LANGUAGE),
            disabilities=tuple(
                text for _, block in blocks.get("Disabilities", []) for text in self._all_in(block, _DISABILITY)
            ),
            care=next(iter(self._rows(finds, "LookedAfter", _CARE, elements.CARE)), {}),
            address=self._address(finds),
            phones=self._phones(finds),
            contacts=tuple(self._contact(contact) for contact in contacts),
            sen=self._rows(finds, "SENhistory", _SEN, elements.SEN),
            sen_needs=self._rows(finds, "SENhistory", _SEN_NEED, elements.SEN_NEED)
            or self._rows(finds, "SENneeds", _SEN_NEED, elements.SEN_NEED),
            history=tuple(entry for entry in map(self._school, schools) if entry.values),
            own_entry=SchoolEntry(own) if own else None,
        )

    def _search(self, node: Node, names: Mapping[str, str], blocks: Mapping[str, str]) -> _Finds:
        """Find the known names of one scope at any depth, without entering blocks or what is about another."""
        finds = _Finds({}, {})
        self._search_into(finds, node, names, blocks, 1)
        return finds

    def _search_into(
        self, finds: _Finds, node: Node, names: Mapping[str, str], blocks: Mapping[str, str], depth: int
    ) -> None:
        for child in node.children:
            key = child.name.lower()
            if key in blocks and (child.children or not child.text.strip()):
                self._use(child, blocks[key])
                if key == "basicdetails":
                    self._search_into(finds, child, names, blocks, depth)
                else:
                    finds.blocks.setdefault(blocks[key], []).append((depth, child))
            elif key in names and not child.children:
                finds.leaves.setdefault(names[key], []).append((depth, child))
            elif child.children and names is _CONTACT and key == "suppinfo":
                self._search_into(finds, child, _COURT, _NONE, depth + 1)
            elif child.children and not about_another(key):
                self._search_into(finds, child, names, blocks, depth + 1)

    def _use(self, node: Node, standard: str) -> None:
        node.used = True
        if is_variant(node.name, standard, foreign=node.foreign) and (node.children or node.text.strip()):
            self.repairs.add("element-name")

    def _text(self, node: Node, standard: str) -> str:
        """Return the cleaned text of a leaf and remember what was mended."""
        node.used = True
        cleaned = clean(node.text)
        if cleaned.text:
            self._use(node, standard)
            if cleaned.trimmed:
                self.repairs.add("padding-trimmed")
            if cleaned.stripped:
                self.repairs.add("control-characters-removed")
        return cleaned.text

    def _first(self, finds: _Finds, standard: str) -> str | None:
        """Return the value that stands highest, the standard name before another.

        A further value that is unlike it stays unused, an equal one does not.
        """
        chosen: str | None = None
        places = finds.leaves.get(standard)
        if places is None:
            return None
        for _, node in sorted(places, key=lambda place: (place[0], place[1].name != standard)):
            if chosen is None:
                chosen = self._text(node, standard) or None
            elif clean(node.text).text in ("", chosen):
                node.used = True
        return chosen

    def _all(self, finds: _Finds, standard: str) -> list[str]:
        texts = (self._text(node, standard) for _, node in finds.leaves.get(standard, []))
        return [text for text in texts if text]

    def _all_in(self, block: Node, names: Mapping[str, str]) -> list[str]:
        finds = self._search(block, names, _NONE)
        return [text for standard in finds.leaves for text in self._all(finds, standard)]

    def _values(self, finds: _Finds, order: Sequence[str]) -> dict[str, str]:
        values = ((name, self._first(finds, name)) for name in order)
        return {name: value for name, value in values if value is not None}

    def _parts(self, block: Node, standard: str) -> Iterator[Node]:
        """Yield the elements of one name in a block of several, at any depth."""
        for child in block.children:
            if child.name.lower() == standard.lower():
                self._use(child, standard)
                yield child
            elif child.children:
                yield from self._parts(child, standard)

    def _rows(
        self, finds: _Finds, block: str, names: Mapping[str, str], order: Sequence[str]
    ) -> tuple[dict[str, str], ...]:
        """Return one row for each innermost element of a block that holds some of these names."""
        rows: list[dict[str, str]] = []
        for _, node in finds.blocks.get(block, []):
            self._rows_into(rows, node, names, order)
        return tuple(rows)

    def _rows_into(
        self, rows: list[dict[str, str]], node: Node, names: Mapping[str, str], order: Sequence[str]
    ) -> bool:
        here = _Finds({}, {})
        below = False
        for child in node.children:
            standard = names.get(child.name.lower())
            if standard is not None and not child.children:
                here.leaves.setdefault(standard, []).append((1, child))
            elif child.children:
                below = self._rows_into(rows, child, names, order) or below
        row = self._values(here, order)
        if row:
            rows.append(row)
        node.used = node.used or bool(here.leaves) or below
        return node.used

    def _address(self, finds: _Finds) -> dict[str, str]:
        """Return the address that stands highest in its scope and is not empty."""
        for _, node in sorted(finds.blocks.get("Address", []), key=_depth):
            inside = self._search(node, _ADDRESS, _ADDRESS_BLOCKS)
            for blocks in inside.blocks.values():
                for depth, block in blocks:
                    self._search_into(inside, block, _ADDRESS, _NONE, depth)
            values = self._values(inside, elements.ADDRESS)
            if values:
                return values
        return {}

    def _phones(self, finds: _Finds) -> tuple[dict[str, str], ...]:
        return self._rows(finds, "Phones", _PHONE, elements.PHONE) + self._rows(finds, "Phone", _PHONE, elements.PHONE)

    def _contact(self, node: Node) -> ContactReading:
        finds = self._search(node, _CONTACT, _CONTACT_BLOCKS)
        return ContactReading(self._values(finds, elements.CONTACT), self._address(finds), self._phones(finds))

    def _school(self, node: Node) -> SchoolEntry:
        return SchoolEntry(self._values(self._search(node, _SCHOOL, _NONE), elements.SCHOOL))


def _depth(found: tuple[int, Node]) -> int:
    return found[0]
