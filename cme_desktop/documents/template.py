"""Letter templates: a small strict language, read once into a tree; an unknown name or a stray mark is an error."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cme_desktop.documents.fields import COMMON_FIELDS
from cme_desktop.documents.words import TemplateFault

TEXT_WIDTH_MM = 162.0

_FENCE = "+++"
_KEYS = {"code", "version", "name", "style", "statutory", "window", "draft_until_confirmed", "one_of", "fields"}
_KEYS |= {"conditions"}
_REQUIRED = {"code", "version", "name", "style"}
STYLES = ("parent", "school")

_MARK = re.compile(r"\*\*|\{([^{}]*)\}|\[IF (not )?([^\[\]]*)\]|\[ELSE\]|\[END IF\]|[{}\[\]]")
_OPENER = re.compile(r"\[([A-Z][A-Z ]*?)(?: ([0-9][0-9. ]*))?\](?: (.*))?")
_IF_LINE = re.compile(r"\[IF (not )?([^\[\]]*)\]")
_IF_TURN = re.compile(r"\[IF [^\[\]]*\]|\[ELSE\]|\[END IF\]")
_NUMBERED = re.compile(r"[0-9]+\. (.*)")

# A line that opens with one of these carries its words on the same line.
LINE_KINDS = {
    "LINE ABOVE": "line above",
    "OPERATIVE": "operative",
    "SMALL": "small",
    "SLIP TITLE": "slip title",
}
# A block that opens with one of these runs to its END line; True means that it must give measures.
BLOCK_KINDS = {
    "PARTICULARS": True,
    "TABLE": True,
    "TICK BOXES": True,
    "FILL IN": True,
    "SIGNATURE": True,
    "LANGUAGE LINE": False,
    "BOX": False,
}
SIGNATURE_PARTS = ("close", "name", "post", "authority", "copy")


@dataclass(frozen=True)
class Condition:
    """A named yes or no of the facts, or its opposite."""

    name: str
    negated: bool = False


@dataclass(frozen=True)
class Fixed:
    """Words of the template itself."""

    text: str
    bold: bool


@dataclass(frozen=True)
class Field:
    """A place that a fact fills."""

    name: str
    bold: bool


@dataclass(frozen=True)
class Either:
    """Words that print when a condition holds, and others when it does not."""

    condition: Condition
    then: Text
    otherwise: Text


Text = tuple["Fixed | Field | Either", ...]


@dataclass(frozen=True)
class Row:
    """One line of a list, table or particulars block."""

    cells: tuple[Text, ...]
    label: str = ""
    condition: Condition | None = None
    tall: bool = False


@dataclass(frozen=True)
class Node:
    """One part of a template, in the order of the page."""

    kind: str
    text: Text = ()
    rows: tuple[Row, ...] = ()
    children: tuple[Node, ...] = ()
    otherwise: tuple[Node, ...] = ()
    measures: tuple[float, ...] = ()
    condition: Condition | None = None
    locked: bool = False


@dataclass(frozen=True)
class Template:
    """A letter template as shipped: what it is called, what it needs, and its parts."""

    code: str
    version: str
    name: str
    style: str
    statutory: bool
    window: bool
    draft_until_confirmed: bool
    one_of: tuple[tuple[str, ...], ...]
    own_fields: dict[str, str]
    conditions: dict[str, str]
    nodes: tuple[Node, ...] = field(repr=False)
    sha256: str

    @property
    def template_version(self) -> str:
        """Return the version with the first six places of the hash, as the footer prints it."""
        return f"{self.version} ({self.sha256[:6]})"

    def label_of(self, name: str) -> str:
        """Return what the officer reads for a field of this letter."""
        return self.own_fields.get(name) or COMMON_FIELDS[name]

    def knows_field(self, name: str) -> bool:
        """Return whether a field of that name may be filled for this letter."""
        return name in self.own_fields or name in COMMON_FIELDS


def parse_template(source: str) -> Template:
    """Read a template; raise TemplateFault for anything that the language does not know.

    The hash is taken of the text with plain line ends, so that a checkout on Windows gives the same version.
    """
    source = source.replace("\r\n", "\n")
    lines = source.split("\n")
    if lines[0] != _FENCE or _FENCE not in lines[1:]:
        raise TemplateFault("The template does not begin with its heading between two +++ lines.")
    end = lines.index(_FENCE, 1)
    meta = _heading("\n".join(lines[1:end]))
    reader = _Reader(lines[end + 1 :], first_line=end + 2)
    nodes = reader.nodes(closer=None, locked=False)
    template = Template(
        code=meta["code"],
        version=meta["version"],
        name=meta["name"],
        style=meta["style"],
        statutory=meta.get("statutory", False),
        window=meta.get("window", True),
        draft_until_confirmed=meta.get("draft_until_confirmed", False),
        one_of=tuple(tuple(group) for group in meta.get("one_of", ())),
        own_fields=meta.get("fields", {}),
        conditions=meta.get("conditions", {}),
        nodes=nodes,
        sha256=hashlib.sha256(source.encode()).hexdigest(),
    )
    _check_names(template)
    return template


def walk_text(text: Text) -> Iterator[Fixed | Field | Either]:
    """Yield every part of a text, those inside conditions too."""
    for part in text:
        yield part
        if isinstance(part, Either):
            yield from walk_text(part.then)
            yield from walk_text(part.otherwise)


def walk(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Yield every part of a template, those inside boxes and conditions too."""
    for node in nodes:
        yield node
        yield from walk(node.children)
        yield from walk(node.otherwise)


def _heading(source: str) -> dict[str, Any]:
    try:
        meta = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise TemplateFault(f"The heading of the template cannot be read: {error}.") from error
    unknown = sorted(set(meta) - _KEYS)
    missing = sorted(_REQUIRED - set(meta))
    if unknown or missing:
        raise TemplateFault(f"The heading of the template: unknown {unknown}, missing {missing}.")
    if meta["style"] not in STYLES:
        raise TemplateFault(f"The heading of the template: the style is one of {', '.join(STYLES)}.")
    clash = sorted(set(meta.get("fields", {})) & set(COMMON_FIELDS))
    if clash:
        raise TemplateFault(f"The heading of the template declares common fields again: {', '.join(clash)}.")
    return meta


def _check_names(template: Template) -> None:
    """Refuse names that are used and not declared, or declared and not used."""
    fields: set[str] = set()
    conditions: set[str] = set()
    for node in walk(template.nodes):
        texts = [node.text, *(cell for row in node.rows for cell in row.cells)]
        for condition in (node.condition, *(row.condition for row in node.rows)):
            if condition:
                conditions.add(condition.name)
        for text in texts:
            for part in walk_text(text):
                if isinstance(part, Field):
                    fields.add(part.name)
                elif isinstance(part, Either):
                    conditions.add(part.condition.name)
    grouped = {name for group in template.one_of for name in group}
    faults = {
        "unknown field": {name for name in fields if not template.knows_field(name)},
        "field declared and not used": set(template.own_fields) - fields,
        "unknown condition": (conditions | grouped) - set(template.conditions),
        "condition declared and not used": set(template.conditions) - conditions - grouped,
    }
    for what, names in faults.items():
        if names:
            raise TemplateFault(f"Template {template.code}: {what}: {', '.join(sorted(names))}.")


class _Reader:
    """Read the lines of a template's body into nodes."""

    def __init__(self, lines: list[str], first_line: int) -> None:
        self._lines = [line.strip() for line in lines]
        self._first = first_line
        self._at = 0

    def nodes(self, closer: str | None, *, locked: bool, may_turn: bool = False) -> tuple[Node, ...]:
        """Read to the closing line (to the end of the file when there is none), or to [ELSE] where one may stand."""
        found: list[Node] = []
        while True:
            line = self._next_line()
            if line is None:
                if closer:
                    raise self._fault(f"[{closer}] is missing")
                return tuple(found)
            if closer and line == f"[{closer}]":
                return tuple(found)
            if may_turn and line == "[ELSE]":
                self._at -= 1
                return tuple(found)
            if line == "[LOCKED]":
                if locked:
                    raise self._fault("[LOCKED] stands inside [LOCKED]")
                found.extend(self.nodes("END LOCKED", locked=True))
            else:
                self._add(found, self._node(line, locked=locked))

    def _add(self, found: list[Node], node: Node) -> None:
        """Add a node; list lines that follow one another are one list."""
        last = found[-1] if found else None
        if node.kind in ("bullets", "numbers") and last and last.kind == node.kind and last.locked == node.locked:
            found[-1] = Node(node.kind, rows=last.rows + node.rows, locked=node.locked)
        else:
            found.append(node)

    def _node(self, line: str, *, locked: bool) -> Node:
        if match := _IF_LINE.fullmatch(line):
            then = self.nodes("END IF", locked=locked, may_turn=True)
            otherwise: tuple[Node, ...] = ()
            if self._at < len(self._lines) and self._lines[self._at] == "[ELSE]":
                self._at += 1
                otherwise = self.nodes("END IF", locked=locked)
            condition = self._condition(match[1], match[2])
            return Node("if", children=then, otherwise=otherwise, condition=condition, locked=locked)
        if line in ("[CUT LINE]", "[NEW PAGE]"):
            return Node(line[1:-1].lower(), locked=locked)
        for mark, kind in (("### ", "heading"), ("## ", "second title"), ("# ", "title")):
            if line.startswith(mark):
                return Node(kind, text=self._text(line[len(mark) :]), locked=locked)
        if line.startswith("- "):
            return Node("bullets", rows=(self._row(line[2:]),), locked=locked)
        if match := _NUMBERED.fullmatch(line):
            return Node("numbers", rows=(self._row(match[1]),), locked=locked)
        if (match := _OPENER.fullmatch(line)) and (match[1] in LINE_KINDS or match[1] in BLOCK_KINDS):
            return self._opened(match[1], match[2], match[3], locked=locked)
        return Node("paragraph", text=self._text(line), locked=locked)

    def _opened(self, name: str, measures: str | None, words: str | None, *, locked: bool) -> Node:
        if name in LINE_KINDS:
            if measures or not words:
                raise self._fault(f"[{name}] carries words and no measures")
            return Node(LINE_KINDS[name], text=self._text(words), locked=locked)
        numbers = tuple(float(number) for number in (measures or "").split())
        if bool(numbers) != BLOCK_KINDS[name]:
            raise self._fault(f"[{name}] {'gives no' if BLOCK_KINDS[name] else 'takes no'} measures")
        if bool(words) != (name == "BOX"):
            raise self._fault(f"[{name}] {'needs a title' if name == 'BOX' else 'takes no words on its own line'}")
        closer, kind = f"END {name}", name.lower()
        if name == "BOX":
            title = self._text(words or "")
            return Node(kind, text=title, children=self.nodes(closer, locked=locked), locked=locked)
        rows = tuple(self._block_row(name, line) for line in self._block_lines(closer))
        if not rows:
            raise self._fault(f"[{name}] is empty")
        if name == "TABLE":
            if any(len(row.cells) != len(numbers) for row in rows):
                raise self._fault("[TABLE] has a row with another number of cells than it has columns")
            if sum(numbers) != TEXT_WIDTH_MM:
                raise self._fault(f"[TABLE] columns must fill {TEXT_WIDTH_MM:g} mm")
        elif len(numbers) > 1:
            raise self._fault(f"[{name}] takes one measure")
        return Node(kind, rows=rows, measures=numbers, locked=locked)

    def _block_lines(self, closer: str) -> Iterator[str]:
        while (line := self._next_line()) != f"[{closer}]":
            if line is None:
                raise self._fault(f"[{closer}] is missing")
            yield line

    def _block_row(self, name: str, line: str) -> Row:
        if name == "TABLE":
            return self._table_row(line)
        if name == "TICK BOXES":
            if not line.startswith("- [ ] "):
                raise self._fault("a tick box line begins with - [ ]")
            return Row((self._text(line.removeprefix("- [ ] ")),))
        if name == "PARTICULARS":
            condition, rest = self._whole_condition(line)
            label, colon, value = rest.partition(": ")
            if not colon or "{" in label or "[" in label:
                raise self._fault("a line of particulars is label: value, and the label is plain words")
            return Row((self._text(value),), label=label, condition=condition)
        if name == "SIGNATURE":
            part, colon, value = line.partition(": ")
            if not colon or part not in SIGNATURE_PARTS:
                raise self._fault(f"a signature line is one of {', '.join(SIGNATURE_PARTS)}, with its words")
            return Row((self._text(value),), label=part)
        if line == "(blank line)":
            return Row(((),))
        return self._row(line)

    def _table_row(self, line: str) -> Row:
        condition, rest = self._whole_condition(line)
        tall = rest.startswith("[TALL] ")
        rest = rest.removeprefix("[TALL] ")
        if not (rest.startswith("|") and rest.endswith("|") and len(rest) > 1):
            raise self._fault("a table row stands between | marks")
        cells = tuple(self._text(cell.strip()) for cell in rest[1:-1].split("|"))
        return Row(cells, condition=condition, tall=tall)

    def _row(self, line: str) -> Row:
        condition, rest = self._whole_condition(line)
        return Row((self._text(rest.strip()),), condition=condition)

    def _whole_condition(self, line: str) -> tuple[Condition | None, str]:
        """Return the condition that holds a whole line, without an [ELSE] of its own, and the line inside."""
        opener, depth = _IF_LINE.match(line), 0
        if opener is None or not line.endswith("[END IF]"):
            return None, line
        for turn in _IF_TURN.finditer(line):
            depth += {"[ELSE]": 0, "[END IF]": -1}.get(turn[0], 1)
            if (depth < 1 and turn.end() < len(line)) or (depth == 1 and turn[0] == "[ELSE]"):
                return None, line
        return self._condition(opener[1], opener[2]), line[opener.end() : -len("[END IF]")].strip()

    def _condition(self, negation: str | None, name: str) -> Condition:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise self._fault(f"[IF {name}] does not name a condition")
        return Condition(name, negated=bool(negation))

    def _text(self, line: str) -> Text:
        """Read one line of words: fields, bold, and conditions inside the line (they may nest)."""
        stack: list[list[Fixed | Field | Either]] = [[]]
        pending: list[tuple[Condition, list[Fixed | Field | Either] | None]] = []
        bold, at = False, 0
        for match in _MARK.finditer(line):
            if match.start() > at:
                stack[-1].append(Fixed(line[at : match.start()], bold))
            at, mark = match.end(), match[0]
            if mark == "**":
                bold = not bold
            elif match[1] is not None:
                stack[-1].append(Field(match[1], bold))
            elif match[3] is not None:
                pending.append((self._condition(match[2], match[3]), None))
                stack.append([])
            elif mark == "[ELSE]" and pending and pending[-1][1] is None:
                pending[-1] = (pending[-1][0], stack.pop())
                stack.append([])
            elif mark == "[END IF]" and pending:
                condition, then = pending.pop()
                inner = stack.pop()
                first, second = (inner, []) if then is None else (then, inner)
                stack[-1].append(Either(condition, tuple(first), tuple(second)))
            else:
                raise self._fault(f"stray {mark}")
        if at < len(line):
            stack[-1].append(Fixed(line[at:], bold))
        if pending or bold:
            raise self._fault("[END IF] is missing" if pending else "** is not closed")
        return tuple(stack[0])

    def _next_line(self) -> str | None:
        while self._at < len(self._lines):
            self._at += 1
            if self._lines[self._at - 1]:
                return self._lines[self._at - 1]
        return None

    def _fault(self, what: str) -> TemplateFault:
        return TemplateFault(f"Template, line {self._first + self._at - 1}: {what}.")
