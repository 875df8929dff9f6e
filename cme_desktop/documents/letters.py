"""A letter in words: the template with its facts filled in, part by part, before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cme_desktop.documents.fields import AS_TYPED, NAMES
from cme_desktop.documents.particulars import (
    Furniture,
    LetterFacts,
    MissingParticulars,
    holds,
    missing_labels,
    missing_particulars,
)
from cme_desktop.documents.template import Field, Fixed, Node, Row, Template, Text
from cme_desktop.documents.words import Span, TemplateFault, Words, plain, safe_text, tidy, typographic
from cme_desktop.domain.errors import UserError


@dataclass(frozen=True)
class Paragraph:
    """Running words; kind is ``body``, ``operative`` (the sentence that does the legal work) or ``small``."""

    words: Words
    kind: str = "body"
    locked: bool = False


@dataclass(frozen=True)
class Heading:
    """A heading inside the letter; kind is ``heading``, ``second title`` (on a new page) or ``slip title``."""

    words: Words
    kind: str = "heading"
    locked: bool = False


@dataclass(frozen=True)
class ListBlock:
    """A list of points or of numbered steps."""

    items: tuple[Words, ...]
    numbered: bool = False
    locked: bool = False


@dataclass(frozen=True)
class Particulars:
    """Label and value, line by line: child, last day, school."""

    rows: tuple[tuple[str, Words], ...]
    label_mm: float
    locked: bool = True


@dataclass(frozen=True)
class Box:
    """The tinted box: what you need to do."""

    title: Words
    parts: tuple[Paragraph | ListBlock, ...]
    locked: bool = False


@dataclass(frozen=True)
class TableRow:
    """One row of a table; a tall one leaves room to write."""

    cells: tuple[Words, ...]
    tall: bool = False


@dataclass(frozen=True)
class TableBlock:
    """A table with a head row; columns in millimetres."""

    head: tuple[Words, ...]
    rows: tuple[TableRow, ...]
    columns_mm: tuple[float, ...]
    locked: bool = False


@dataclass(frozen=True)
class TickBoxes:
    """Boxes to tick by hand, in columns read downwards."""

    items: tuple[Words, ...]
    columns: int


@dataclass(frozen=True)
class FillIn:
    """Lines to write on; no words means a line over the whole width."""

    labels: tuple[Words, ...]
    label_mm: float


@dataclass(frozen=True)
class Signature:
    """The signature block: closing words, room for a wet signature, name, post, authority, copies."""

    close: Words
    name: Words
    post: Words
    authority: Words
    copy: Words
    room_mm: float


@dataclass(frozen=True)
class LanguageLine:
    """The offer of other formats and languages, under its own rule."""

    lines: tuple[Words, ...]


@dataclass(frozen=True)
class CutLine:
    """The dashed line above a slip; what follows it is the slip."""


@dataclass(frozen=True)
class NewPage:
    """The start of a new page."""


Block = (
    Paragraph
    | Heading
    | ListBlock
    | Particulars
    | Box
    | TableBlock
    | TickBoxes
    | FillIn
    | Signature
    | LanguageLine
    | CutLine
    | NewPage
)


@dataclass(frozen=True)
class Letter:
    """A document in words, ready to draw: testable as text, made of no drawing."""

    code: str
    name: str
    style: str
    statutory: bool
    window: bool
    draft_until_confirmed: bool
    template_version: str
    rule_set: str
    case_ref: str
    council: str
    officer_name: str
    council_phone: str
    council_email: str
    furniture: Furniture
    line_above: Words
    title: Words
    blocks: tuple[Block, ...]
    missing: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the words of the letter, one part a line, in the order of the page (the furniture apart)."""
        lines = [plain(self.line_above), plain(self.title)]
        for block in self.blocks:
            lines.extend(plain(words) for words in words_of(block))
        return "\n".join(line for line in lines if line)


def build_letter(template: Template, facts: LetterFacts) -> Letter:
    """Fill a template with the facts of one document.

    Raises MissingParticulars when a field of a part that prints is empty, TemplateFault for unknown names,
    ChildInWindow when the address for the envelope window names the child.
    """
    missing = missing_particulars(template, facts)
    if missing:
        raise MissingParticulars(template.name, missing, missing_labels(template, missing))
    _check_window(template, facts)
    return _filled(template, facts, ())


def build_preview(template: Template, facts: LetterFacts) -> Letter:
    """Fill a template for the screen only: each missing field prints as its label with "to be entered".

    The letter says in ``missing`` what it lacks and prints a red line at the top of each page; it is never filed.
    """
    missing = missing_particulars(template, facts)
    labels = zip(missing, missing_labels(template, missing), strict=True)
    stand_ins = {name: f"[{label.partition(' (')[0]}: to be entered]" for name, label in labels}
    around = facts.furniture
    furniture = replace(
        around,
        team=stand_ins.get("team", around.team),
        letter_date=stand_ins.get("letter_date", around.letter_date),
        heading_lines=_stand_in_lines(stand_ins, "heading_lines", around.heading_lines),
        address_lines=_stand_in_lines(stand_ins, "address_lines", around.address_lines),
    )
    fields = {**facts.fields, **{name: text for name, text in stand_ins.items() if template.knows_field(name)}}
    rule_set = stand_ins.get("rule_set", facts.rule_set)
    return _filled(template, replace(facts, fields=fields, furniture=furniture, rule_set=rule_set), missing)


def _stand_in_lines(stand_ins: Mapping[str, str], name: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    return (stand_ins[name],) if name in stand_ins else lines


class ChildInWindow(UserError):
    """Say that the address for the envelope window holds the name of the child."""

    code = "child-in-window"


def _check_window(template: Template, facts: LetterFacts) -> None:
    """Refuse an envelope window that names the child (law-and-process.md 7).

    A parent may bear the child's own name: a first line that is that name, with or without a title, is the addressee.
    """
    child = safe_text(facts.fields.get("child_name", "")).casefold()
    lines = [safe_text(line).casefold() for line in facts.furniture.address_lines]
    if lines and child in (lines[0], lines[0].partition(" ")[2]):
        del lines[0]
    shown = " ".join(lines)
    if template.window and child and child in shown:
        raise ChildInWindow(
            "The address for the envelope window holds the child’s name, and anyone could read it there. "
            "Take the name out of the address."
        )


def _filled(template: Template, facts: LetterFacts, missing: tuple[str, ...]) -> Letter:
    filler = _Filler(facts)
    nodes = tuple(filler.printed(template.nodes))
    fields = {name: safe_text(facts.fields.get(name, "")) for name in _OWN}
    return Letter(
        code=template.code,
        name=template.name,
        style=template.style,
        statutory=template.statutory,
        window=template.window,
        draft_until_confirmed=template.draft_until_confirmed,
        template_version=template.template_version,
        rule_set=safe_text(facts.rule_set),
        case_ref=fields["case_ref"],
        council=fields["council"],
        officer_name=fields["officer_name"],
        council_phone=fields["council_phone"],
        council_email=fields["council_email"],
        furniture=_clean_furniture(facts.furniture, filler if template.style == "school" else None),
        line_above=filler.only(nodes, "line above", template),
        title=filler.only(nodes, "title", template),
        blocks=tuple(filler.block(node) for node in nodes if node.kind not in ("line above", "title")),
        missing=missing,
    )


_OWN = ("case_ref", "council", "officer_name", "council_phone", "council_email")


def words_of(block: Block) -> Iterator[Words]:
    """Yield every run of words of a part, in the order of the page."""
    match block:
        case Paragraph() | Heading():
            yield block.words
        case ListBlock() | TickBoxes():
            yield from block.items
        case Particulars():
            for label, value in block.rows:
                yield (Span(label), Span(": "), *value)
        case Box():
            yield block.title
            for part in block.parts:
                yield from words_of(part)
        case TableBlock():
            for cells in (block.head, *(row.cells for row in block.rows)):
                yield from cells
        case FillIn():
            yield from block.labels
        case Signature():
            yield from (block.close, block.name, block.post, block.authority, block.copy)
        case LanguageLine():
            yield from block.lines
        case CutLine() | NewPage():
            return


def _clean_furniture(furniture: Furniture, filler: _Filler | None) -> Furniture:
    """Return the furniture fit to print; a school's name in the window reads as in the words of its letter."""

    def lines(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(cleaned for cleaned in map(safe_text, values) if cleaned)

    window = lines(furniture.address_lines)

    return replace(
        furniture,
        team=safe_text(furniture.team),
        heading_lines=lines(furniture.heading_lines),
        letter_date=safe_text(furniture.letter_date),
        address_lines=tuple(map(filler.running, window)) if filler else window,
        delivery_label=safe_text(furniture.delivery_label),
        delivery=safe_text(furniture.delivery),
    )


class _Filler:
    """Resolve the conditions of a template and fill its fields."""

    def __init__(self, facts: LetterFacts) -> None:
        self._conditions = facts.conditions
        fields = {name: safe_text(value) for name, value in facts.fields.items()}
        self._names = [fields.get(name, "") for name in NAMES]
        self._fields = {name: value if name in AS_TYPED else self.running(value) for name, value in fields.items()}

    def running(self, text: str) -> str:
        """Return text with typographic apostrophes, but for the names of the people of the letter."""
        return typographic(text, self._names)

    def printed(self, nodes: tuple[Node, ...]) -> Iterator[Node]:
        """Yield the parts that print; lists that a condition has brought together become one."""
        last: Node | None = None
        for node in self._chosen(nodes):
            if last and node.kind == last.kind and node.kind in ("bullets", "numbers") and node.locked == last.locked:
                last = replace(last, rows=last.rows + node.rows)
                continue
            if last:
                yield last
            last = node
        if last:
            yield last

    def only(self, nodes: tuple[Node, ...], kind: str, template: Template) -> Words:
        found = [node for node in nodes if node.kind == kind]
        if len(found) != 1:
            raise TemplateFault(f"{template.code}: exactly one {kind} must print; {len(found)} do.")
        return self._words(found[0].text)

    def block(self, node: Node) -> Block:
        match node.kind:
            case "paragraph":
                return Paragraph(self._words(node.text), locked=node.locked)
            case "operative" | "small":
                return Paragraph(self._words(node.text), kind=node.kind, locked=node.locked)
            case "heading" | "second title" | "slip title":
                return Heading(self._words(node.text), kind=node.kind, locked=node.locked)
            case "bullets" | "numbers":
                return ListBlock(self._items(node), numbered=node.kind == "numbers", locked=node.locked)
            case "particulars":
                rows = tuple((row.label, self._words(row.cells[0])) for row in self._rows(node))
                return Particulars(rows, label_mm=node.measures[0])
            case "box":
                return self._box(node)
            case "table":
                head, *body = (
                    TableRow(tuple(self._words(cell) for cell in row.cells), row.tall) for row in self._rows(node)
                )
                return TableBlock(head.cells, tuple(body), node.measures, locked=node.locked)
            case "tick boxes":
                return TickBoxes(self._items(node), columns=int(node.measures[0]))
            case "fill in":
                return FillIn(tuple(self._words(row.cells[0]) for row in node.rows), label_mm=node.measures[0])
            case "signature":
                parts = {row.label: self._words(row.cells[0]) for row in node.rows}
                close, name, post, authority, copy = (
                    parts.get(part, ()) for part in ("close", "name", "post", "authority", "copy")
                )
                return Signature(close, name, post, authority, copy, room_mm=node.measures[0])
            case "language line":
                return LanguageLine(tuple(self._words(row.cells[0]) for row in node.rows))
            case "cut line":
                return CutLine()
            case _:
                return NewPage()

    def _box(self, node: Node) -> Box:
        parts: list[Paragraph | ListBlock] = []
        for child in self.printed(node.children):
            part = self.block(child)
            if not isinstance(part, Paragraph | ListBlock):
                raise TemplateFault(f"A box holds paragraphs and lists only, not a {child.kind}.")
            parts.append(part)
        return Box(self._words(node.text), tuple(parts), locked=node.locked)

    def _chosen(self, nodes: tuple[Node, ...]) -> Iterator[Node]:
        for node in nodes:
            if node.kind == "if":
                yield from self._chosen(node.children if holds(node.condition, self._conditions) else node.otherwise)
            else:
                yield node

    def _rows(self, node: Node) -> Iterator[Row]:
        return (row for row in node.rows if holds(row.condition, self._conditions))

    def _items(self, node: Node) -> tuple[Words, ...]:
        return tuple(self._words(row.cells[0]) for row in self._rows(node))

    def _words(self, text: Text) -> Words:
        return tidy(self._spans(text))

    def _spans(self, text: Text) -> Iterator[Span]:
        for part in text:
            if isinstance(part, Fixed):
                yield Span(part.text, part.bold)
            elif isinstance(part, Field):
                yield Span(self._fields[part.name], part.bold, part.name)
            else:
                yield from self._spans(part.then if holds(part.condition, self._conditions) else part.otherwise)
