"""The facts of one document, and which of its particulars are still missing (law-and-process.md 2.7)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from cme_desktop.documents.fields import FURNITURE_FIELDS, FURNITURE_USES, WINDOW_USES
from cme_desktop.documents.template import Condition, Either, Field, Node, Template, Text
from cme_desktop.documents.words import TemplateFault, safe_text
from cme_desktop.domain.errors import UserError


@dataclass(frozen=True)
class Furniture:
    """What stands around the words: heading, envelope window, date and how the document goes out.

    ``address_lines``: name and address, at most six lines, never a child's name; empty where the template has no
    window. ``heading_lines``: the council's address and phone, at most three lines. ``delivery`` may be empty; its
    label is "Sent by" or "Delivered".
    """

    team: str
    heading_lines: tuple[str, ...]
    letter_date: str
    address_lines: tuple[str, ...] = ()
    delivery_label: str = "Sent by"
    delivery: str = ""


@dataclass(frozen=True)
class LetterFacts:
    """Everything that one document prints and that is not in its template: fields, conditions that hold, furniture."""

    fields: Mapping[str, str]
    conditions: frozenset[str]
    furniture: Furniture
    rule_set: str

    @property
    def sha256(self) -> str:
        """Return the fingerprint of the facts: a draft whose facts have moved shows by it (design.md section 6)."""
        content = {
            "fields": dict(self.fields),
            "conditions": sorted(self.conditions),
            "furniture": asdict(self.furniture),
            "rule_set": self.rule_set,
        }
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


class MissingParticulars(UserError):
    """Say which particulars a document still needs; ``missing`` holds the names of their fields."""

    code = "particulars-missing"

    def __init__(self, name: str, missing: tuple[str, ...], labels: tuple[str, ...]) -> None:
        super().__init__(f"“{name}” cannot be made yet. Fill in first: {'; '.join(labels)}.")
        self.missing = missing
        self.labels = labels


def check_names(template: Template, facts: LetterFacts) -> None:
    """Refuse facts with a field or condition that the template does not know, or a choice not made exactly once.

    Raises TemplateFault. A misspelt condition would otherwise leave words of the law out without a sound.
    """
    unknown = sorted(name for name in facts.fields if not template.knows_field(name))
    if unknown:
        raise TemplateFault(f"{template.code}: the facts hold unknown fields: {', '.join(unknown)}.")
    strange = sorted(facts.conditions - set(template.conditions))
    if strange:
        raise TemplateFault(f"{template.code}: the facts hold unknown conditions: {', '.join(strange)}.")
    for group in template.one_of:
        chosen = [name for name in group if name in facts.conditions]
        if len(chosen) != 1:
            raise TemplateFault(f"{template.code}: exactly one of {', '.join(group)} must hold; {len(chosen)} do.")


def missing_particulars(template: Template, facts: LetterFacts) -> tuple[str, ...]:
    """Return the names of the fields that print and are not filled, in the order of the page, each once.

    Raises TemplateFault for names that the template does not know. ``missing_labels`` gives the officer's words.
    """
    check_names(template, facts)
    furniture = facts.furniture
    held = {"team": furniture.team, "rule_set": facts.rule_set}
    uses: tuple[str, ...] = FURNITURE_USES
    if template.window:
        held["heading_lines"] = "".join(furniture.heading_lines)
        held["letter_date"] = furniture.letter_date
        held["address_lines"] = "".join(furniture.address_lines)
        uses += WINDOW_USES
    wanted = [name for name, value in held.items() if not safe_text(value)]
    printed = [*uses, *_printed_in_nodes(template.nodes, facts.conditions)]
    wanted += [name for name in printed if not safe_text(facts.fields.get(name, ""))]
    return tuple(dict.fromkeys(wanted))


def missing_labels(template: Template, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the officer reads for each missing field."""
    return tuple(FURNITURE_FIELDS.get(name) or template.label_of(name) for name in names)


def holds(condition: Condition | None, conditions: frozenset[str]) -> bool:
    """Return whether a part under this condition prints."""
    return condition is None or (condition.name in conditions) != condition.negated


def _printed_in_nodes(nodes: tuple[Node, ...], conditions: frozenset[str]) -> Iterator[str]:
    for node in nodes:
        if node.kind == "if":
            branch = node.children if holds(node.condition, conditions) else node.otherwise
            yield from _printed_in_nodes(branch, conditions)
            continue
        yield from _printed_in_text(node.text, conditions)
        for row in node.rows:
            if holds(row.condition, conditions):
                for cell in row.cells:
                    yield from _printed_in_text(cell, conditions)
        yield from _printed_in_nodes(node.children, conditions)


def _printed_in_text(text: Text, conditions: frozenset[str]) -> Iterator[str]:
    for part in text:
        if isinstance(part, Field):
            yield part.name
        elif isinstance(part, Either):
            branch = part.then if holds(part.condition, conditions) else part.otherwise
            yield from _printed_in_text(branch, conditions)
