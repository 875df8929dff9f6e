"""Read the header of an S2S file: who made it, when, for whom, and in which version of the format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cme_desktop.importers.s2s.elements import HEADER, SCHOOL_NUMBER, is_variant, name_table
from cme_desktop.importers.s2s.values import clean
from cme_desktop.importers.untrusted import Node

FIRST_VERSION, LAST_VERSION = 12, 26
_VERSION = re.compile(r"(?P<whole>[0-9]{1,3})(?:\.(?P<part>[0-9]{1,3}))?")
_NAMES = name_table(HEADER)
_SCHOOL_NAMES = name_table(SCHOOL_NUMBER)
_SCHOOLS = name_table(("SourceSchool", "DestSchool"))


@dataclass(frozen=True)
class Header:
    """The header's values as written, by standard names, and the repairs that reading them took."""

    values: Mapping[str, str] = field(default_factory=dict)
    source: Mapping[str, str] = field(default_factory=dict)
    destination: Mapping[str, str] = field(default_factory=dict)
    repairs: frozenset[str] = frozenset()

    @property
    def version_as_written(self) -> str | None:
        """Return the version as the file has it."""
        return self.values.get("CTFversion")

    @property
    def version(self) -> str | None:
        """Return the version in full, such as ``25.0``; as written where it is no number, None where it is absent."""
        written = self.version_as_written
        match = _VERSION.fullmatch(written) if written else None
        return f"{int(match['whole'])}.{match['part'] or 0}" if match else written

    @property
    def version_known(self) -> bool:
        """Return whether the version is one of CTF 12 to 26."""
        match = _VERSION.fullmatch(self.version or "")
        return match is not None and FIRST_VERSION <= int(match["whole"]) <= LAST_VERSION


class _Reader:
    """Take values from header elements and remember what was mended."""

    def __init__(self) -> None:
        self.repairs: set[str] = set()

    def text(self, node: Node, standard: str) -> str:
        node.used = True
        cleaned = clean(node.text)
        if cleaned.text:
            self.mended(
                variant=is_variant(node.name, standard, foreign=node.foreign),
                trimmed=cleaned.trimmed,
                stripped=cleaned.stripped,
            )
        return cleaned.text

    def mended(self, *, variant: bool = False, trimmed: bool = False, stripped: bool = False) -> None:
        if variant:
            self.repairs.add("element-name")
        if trimmed:
            self.repairs.add("padding-trimmed")
        if stripped:
            self.repairs.add("control-characters-removed")

    def values(self, node: Node, names: Mapping[str, str]) -> dict[str, str]:
        values: dict[str, str] = {}
        for child in node.children:
            standard = names.get(child.name.lower())
            if standard is not None and not child.children and standard not in values:
                text = self.text(child, standard)
                if text:
                    values[standard] = text
        return values


def read_header(root: Node, node: Node | None) -> Header:
    """Read the header element, if there is one, and the version that may stand on the root as an attribute."""
    reader = _Reader()
    values: dict[str, str] = {}
    schools: dict[str, dict[str, str]] = {}
    if node is not None:
        node.used = True
        reader.mended(variant=is_variant(node.name, "Header", foreign=node.foreign))
        values = reader.values(node, _NAMES)
        for child in node.children:
            school = _SCHOOLS.get(child.name.lower())
            if school is not None and school not in schools:
                child.used = True
                reader.mended(variant=is_variant(child.name, school, foreign=child.foreign))
                schools[school] = reader.values(child, _SCHOOL_NAMES)
    if "CTFversion" not in values:
        for name, written in root.attributes.items():
            cleaned = clean(written).text
            if name.lower() in ("version", "ctfversion") and cleaned:
                values["CTFversion"] = cleaned
                reader.mended(variant=True)
                break
    header = Header(values, schools.get("SourceSchool", {}), schools.get("DestSchool", {}))
    if header.version != header.version_as_written:
        reader.repairs.add("version-form")
    return Header(header.values, header.source, header.destination, frozenset(reader.repairs))
