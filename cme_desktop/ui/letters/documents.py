"""The documents that can be chosen for a case, as a list: what each is for, and why one cannot be made yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from cme_desktop.casework.documents.lawful import Possible
from cme_desktop.register.case_rows import DOCUMENT_TITLES
from cme_desktop.register.letters import LetterRow
from cme_desktop.system import LONDON
from cme_desktop.ui import icons
from cme_desktop.ui.lists.rows import RowDelegate, RowList
from cme_desktop.ui.qt import Index
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.tags import TagLook, draw_line, paint_tag, tag_width
from cme_desktop.ui.words import short_date

CHOICE: Final = int(Qt.ItemDataRole.UserRole)
ROW: Final = 56
PURPOSES: Final = {
    "L01": "To one parent: where is the child learning? Not a legal notice.",
    "L04": "To each parent: show us that your child is being educated, s437(1).",
    "L05": "To the school: its views before it is named, or the trust’s agreement, s439(5).",
    "L06": "To a maintained school: the decision to name it, s439(6).",
    "L07": "To each served parent: the school the order will name, s438(2).",
    "L08": "To each served parent: register the child at the school, s437(3).",
    "L09": "To the school: the order was served, s437(5).",
    "L24": "To the referrer: the case is closed, with no more than they need.",
}
CAN: Final = TagLook("Can be made", Tone.GREEN, "check")
FILL: Final = TagLook("Fill in first", Tone.AMBER, "alert")
NOT: Final = TagLook("Not yet", Tone.GREY, "lock")
FILED: Final = TagLook("Filed", Tone.BLUE, "check")


@dataclass(frozen=True)
class Choice:
    """One document: code, title, what it is for or why not, and whether it can be made.

    ``document_id`` is the filed one that is opened where another cannot be made.
    """

    code: str
    title: str
    second: str
    tag: TagLook
    why: str = ""
    document_id: int = 0

    def says(self) -> str:
        """Return all of it for a screen reader."""
        return f"{self.title}. {self.tag.text}. {self.why or self.second}"


def choices_of(possible: Possible, filed: Mapping[str, LetterRow]) -> tuple[Choice, ...]:
    """Return every document of a case, those that can be made in their place among the others.

    Args:
        possible: what can be made now.
        filed: the documents that are filed and of which no other can be made now, by their code.
    """
    return tuple(_choice(code, title, possible, filed.get(code)) for code, title in DOCUMENT_TITLES.items())


def _choice(code: str, title: str, possible: Possible, filed: LetterRow | None) -> Choice:
    if filed is not None and filed.issued_at is not None:
        second = f"Issued {short_date(filed.issued_at.astimezone(LONDON).date())}. Opens as it was issued."
        return Choice(code, title, second, FILED, document_id=filed.document_id)
    if code in possible.codes:
        return Choice(code, title, PURPOSES[code], CAN)
    why = " ".join(possible.blocked.get(code, ())) or "It cannot be made for this case."
    fill = "Fill in first: " in why and " cannot be made yet" in why
    second = f"Fill in first: {why.rpartition('Fill in first: ')[2]}" if fill else why
    return Choice(code, title, second, FILL if fill else NOT, why)


class ChoiceModel(QAbstractListModel):
    """The documents in their order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choices: tuple[Choice, ...] = ()

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Return the documents."""
        return self._choices

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Show other documents."""
        self.beginResetModel()
        self._choices = tuple(choices)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many documents there are."""
        return 0 if parent.isValid() else len(self._choices)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a document's title, the whole of it for a screen reader, or the choice itself."""
        if not index.isValid():
            return None
        choice = self._choices[index.row()]
        if role == CHOICE:
            return choice
        if role == Qt.ItemDataRole.DisplayRole:
            return choice.title
        return choice.says() if role == Qt.ItemDataRole.AccessibleTextRole else None


class ChoiceDelegate(RowDelegate):
    """Paint a document: icon, title and purpose, and its tag at the right."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return the height of a row."""
        theme = Theme.of()
        return QSize(120, max(theme.px(ROW), theme.line("body") + theme.line("hint") + theme.px(16)))

    def ring(self, area: QRect) -> QRect:
        """Return where the ring goes: above the line under the row."""
        return area.adjusted(1, 1, -1, -2)

    def paint_row(self, painter: QPainter, area: QRect, index: Index) -> None:
        """Paint one row, and the line under it."""
        choice = index.data(CHOICE)
        if isinstance(choice, Choice):
            painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), Theme.of().color("line"))
            self._paint_words(painter, area, choice)

    def tip(self, index: Index) -> str:
        """Return the title with the whole reason."""
        choice = index.data(CHOICE)
        return f"{choice.title}\n{choice.why or choice.second}" if isinstance(choice, Choice) else ""

    def _paint_words(self, painter: QPainter, area: QRect, choice: Choice) -> None:
        theme = Theme.of()
        first, second = theme.line("body"), theme.line("hint")
        top = area.top() + (area.height() - 1 - first - second) // 2
        can = choice.tag is not NOT
        icons.paint(painter, "mail" if can else "lock", area.left() + 16, top + 1, "muted")
        left = area.left() + theme.px(44)
        tag = tag_width(choice.tag)
        right = area.right() - 16
        paint_tag(painter, QRect(right - tag + 1, area.top(), tag, area.height() - 1), choice.tag)
        room = right - tag - 12 - left
        elide = Qt.TextElideMode.ElideRight
        painter.setFont(theme.font("strong"))
        painter.setPen(theme.color("text" if can else "muted"))
        words = painter.fontMetrics().elidedText(choice.title, elide, room)
        draw_line(painter, words, left, QRect(left, top, room, first))
        painter.setFont(theme.font("hint"))
        painter.setPen(theme.color("muted"))
        words = painter.fontMetrics().elidedText(choice.second, elide, room)
        draw_line(painter, words, left, QRect(left, top + first, room, second))


class ChoiceList(RowList):
    """The documents; Space chooses too. ``picked`` carries the choice."""

    picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Documents of this case", parent)
        self.documents = ChoiceModel(self)
        self.setModel(self.documents)
        self.setItemDelegate(ChoiceDelegate(self))

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Show other documents, and stand on the first that can be made."""
        self.documents.show_choices(choices)
        self.go_to(next((place for place, one in enumerate(choices) if one.tag is CAN), 0))

    def act(self, key: Qt.Key, row: int) -> bool:
        """Choose with Space too."""
        if key == Qt.Key.Key_Space:
            self.open_row(row)
        return key == Qt.Key.Key_Space

    def open_row(self, row: int) -> None:
        """Choose a document."""
        if 0 <= row < self.documents.rowCount():
            self.picked.emit(self.documents.choices[row])

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose what was pressed."""
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.open_row(self.indexAt(event.position().toPoint()).row())
