"""How far a document has come: nodes on a line from the draft to its service (mock-up 09, card *Approval*)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cme_desktop.ui import icons
from cme_desktop.ui.letters.preview.subject import BY_ACT, SERVED, Entry, LetterCase, Stage, noun
from cme_desktop.ui.qt import column, row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.tags import Tag, TagLook, draw_line
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import day_date, short_date, when

PITCH: Final = 38
_NODE: Final = 20
_LEFT: Final = 12
_TEXT: Final = 36
DONE, NOW, LATER, WRONG = "done", "now", "later", "wrong"


@dataclass(frozen=True)
class Node:
    """One stage: its words, who or when at the right, and how it stands."""

    words: str
    right: str = ""
    mark: str = LATER


@dataclass(frozen=True)
class Progress:
    """The card's whole content: its tag, the nodes, and one sentence below them."""

    tag: TagLook
    nodes: tuple[Node, ...]
    note: str = ""

    def says(self) -> str:
        """Return all of it for a screen reader."""
        how = {DONE: "done", NOW: "now", LATER: "not yet", WRONG: "refused"}
        parts = [f"{node.words} {node.right}, {how[node.mark]}".replace("  ", " ") for node in self.nodes]
        return ". ".join([self.tag.text, *parts, self.note]).strip(". ")


_TAGS: Final = {
    Stage.MAKING: TagLook("Draft", Tone.GREY),
    Stage.DRAFT: TagLook("Draft", Tone.GREY),
    Stage.WAITING: TagLook("Waits", Tone.AMBER, "clock"),
    Stage.REFUSED: TagLook("Refused", Tone.RED, "stop"),
    Stage.ISSUED: TagLook("Issued", Tone.GREEN, "check"),
    Stage.PRINTED: TagLook("Printed", Tone.GREEN, "print"),
}


def progress_of(case: LetterCase, entry: Entry, person: str) -> Progress:
    """Return how far an entry has come; ``person`` is who makes what is not filed yet."""
    stage, filed, today = entry.stage, entry.row, case.today
    drafter = filed.drafted_by if filed is not None else person
    drafted = when(filed.drafted_at, today) if filed is not None else ""
    tag = _TAGS.get(stage) or TagLook("Approved", Tone.GREEN, "check")
    first = Node(f"Draft by {drafter}", drafted, NOW if stage in (Stage.MAKING, Stage.DRAFT) else DONE)
    asks = case.needs_approval or (filed is not None and bool(filed.approval)) or _withheld(entry)
    if case.code in BY_ACT:
        note = "It is filed with its step of the order process." if filed is None else ""
        return Progress(tag, (first, *_after_issue(case, entry, today)), note)
    nodes = [first]
    if asks:
        nodes += _approval(case, entry, today)
    nodes += _after_issue(case, entry, today)
    return Progress(tag, tuple(nodes), _note(case, entry, asks))


def _withheld(entry: Entry) -> bool:
    return entry.preview is not None and entry.preview.withheld


def _approval(case: LetterCase, entry: Entry, today: date) -> list[Node]:
    row, stage, page = entry.row, entry.stage, entry.page
    asked = when(row.asked_at, today) if row is not None and row.asked_at else ""
    who = case.managers[0] if len(case.managers) == 1 else ""
    if stage in (Stage.MAKING, Stage.DRAFT):
        return [Node("Asked"), Node("Approved by a second person", who)]
    if stage is Stage.WAITING:
        return [Node("Asked", asked, DONE), Node("Approved by a second person", who, NOW)]
    if stage is Stage.REFUSED:
        return [Node("Asked", asked, DONE), Node("Refused by a second person", who, WRONG)]
    at = when(page.approved_at, today) if page is not None and page.approved_at else ""
    by = page.approved_by if page is not None and page.approved_by else "a second person"
    return [Node(f"Approved by {by}", at, DONE)]


def _after_issue(case: LetterCase, entry: Entry, today: date) -> list[Node]:
    row, stage = entry.row, entry.stage
    if row is None or row.issued_at is None:
        filed = case.code in BY_ACT
        return [Node("Filed with its step" if filed else "Issued", "", NOW if stage is Stage.APPROVED else LATER)]
    nodes = [Node("Issued", when(row.issued_at, today), DONE)]
    printed = when(row.printed_at, today) if row.printed_at else ""
    nodes.append(Node("Printed", printed, DONE if printed else NOW))
    if case.code in SERVED:
        served = entry.page.services[-1] if entry.page is not None and entry.page.services else None
        deemed = day_date(served[1]) if served is not None else ""
        nodes.append(Node("Served", deemed, DONE if served else NOW if printed else LATER))
    else:
        posted = day_date(row.posted_on) if row.posted_on else ""
        nodes.append(Node("Posted or sent", posted, DONE if posted else NOW if printed else LATER))
    if row.returned_on is not None:
        nodes.append(Node("Came back", day_date(row.returned_on), WRONG))
    return nodes


def _note(case: LetterCase, entry: Entry, asks: bool) -> str:
    row = entry.row
    if entry.stage is Stage.REFUSED and row is not None:
        return f"The reason: {row.refused_because}"
    if entry.stage in (Stage.MAKING, Stage.DRAFT, Stage.WAITING):
        return "The drafter cannot approve." if asks else f"This {noun(case.code)} needs no second person."
    page = entry.page
    if entry.stage is Stage.APPROVED and page is not None and page.printed_last_day is not None:
        return f"The printed last day is {short_date(page.printed_last_day)}: send it as planned."
    return ""


class _Nodes(QWidget):
    """The nodes, painted."""

    def __init__(self) -> None:
        super().__init__()
        self._nodes: tuple[Node, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        Theme.of().changed.connect(self._on_theme_changed)

    def show_nodes(self, nodes: Sequence[Node]) -> None:
        """Show other nodes."""
        self._nodes = tuple(nodes)
        self._on_theme_changed()

    def sizeHint(self) -> QSize:
        """Return room for all nodes."""
        theme = Theme.of()
        return QSize(200, max(len(self._nodes) - 1, 0) * theme.px(PITCH) + theme.px(_NODE) + 4)

    def minimumSizeHint(self) -> QSize:
        """Return room for all nodes."""
        return QSize(140, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint each node with its line, its words and what stands at the right."""
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side, pitch, left = theme.px(_NODE), theme.px(PITCH), theme.px(_LEFT)
        for place, node in enumerate(self._nodes):
            middle = place * pitch + side / 2 + 2
            if place:
                token = "green_fg" if node.mark == DONE else "edge"
                between = QRectF(left, middle - pitch + side / 2 + 2, 1, pitch - side - 4)
                painter.fillRect(between, theme.color(token))
            self._paint_node(painter, QRectF(left - side / 2 + 0.5, middle - side / 2, side, side), node)
            self._paint_words(painter, round(middle), node)

    def _paint_node(self, painter: QPainter, area: QRectF, node: Node) -> None:
        theme = Theme.of()
        inner = area.adjusted(0.5, 0.5, -0.5, -0.5)
        fills = {DONE: ("green_bg", "green_fg"), NOW: ("accent", "accent"), WRONG: ("red_bg", "red_fg")}
        fill, edge = fills.get(node.mark, ("surface", "border"))
        pen = QPen(theme.color(edge), 1)
        if node.mark == LATER:
            pen.setDashPattern([3.0, 2.0])
        painter.setPen(pen)
        painter.setBrush(theme.color(fill))
        painter.drawEllipse(inner)
        glyph = {DONE: "check", WRONG: "close"}.get(node.mark)
        if glyph:
            size = theme.px(12)
            icons.paint(painter, glyph, area.center().x() - size / 2, area.center().y() - size / 2, edge, 12)

    def _paint_words(self, painter: QPainter, middle: int, node: Node) -> None:
        theme = Theme.of()
        line = theme.line("body")
        left = theme.px(_TEXT)
        area = QRect(left, middle - line // 2, self.width() - left, line)
        painter.setFont(theme.font("hint", tabular=True))
        painter.setPen(theme.color("muted"))
        wide = painter.fontMetrics().horizontalAdvance(node.right)
        draw_line(painter, node.right, self.width() - wide, area)
        painter.setFont(theme.font("body", bold=node.mark == NOW))
        painter.setPen(theme.color("text"))
        room = area.width() - (wide + 8 if wide else 0)
        elided = painter.fontMetrics().elidedText(node.words, Qt.TextElideMode.ElideRight, room)
        draw_line(painter, elided, left, area)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


class ApprovalCard(Card):
    """The card with the nodes and the one sentence below them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Approval", parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.tag = Tag("", Tone.GREY)
        self.head().addWidget(self.tag)
        self.nodes = _Nodes()
        self.note = Label("", "hint", "muted", wrap=True)
        self.body.setContentsMargins(12, 10, 16, 10)
        self.body.addLayout(column(self.nodes, row(4, self.note, gap=0), gap=14))

    def show_progress(self, progress: Progress) -> None:
        """Show how far a document has come."""
        self.tag.show_look(progress.tag)
        self.nodes.show_nodes(progress.nodes)
        self.note.setText(progress.note)
        self.note.setVisible(bool(progress.note))
        self.setAccessibleName(f"Approval. {progress.says()}")
        self.nodes.setAccessibleName(progress.says())
