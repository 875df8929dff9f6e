"""The list of the 22 questions: number, short name, and the answer as a tag or "Not asked yet"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from cme_desktop.domain.risk import NOT_ASKED, Answer, Question, QuestionBook, answer_words
from cme_desktop.ui.focus import paint_ring
from cme_desktop.ui.qt import Index
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.tags import TagLook, draw_line, paint_tag, tag_width

QUESTION: Final = int(Qt.ItemDataRole.UserRole)
ANSWER: Final = QUESTION + 1
ROW: Final = 28
_NUMBER: Final = 34
_TEXT: Final = 42
_RIGHT: Final = 18
_TONES: Final = {Answer.YES: Tone.RED, Answer.NOT_SURE: Tone.AMBER, Answer.NO: Tone.GREY}


class QuestionModel(QAbstractListModel):
    """All questions with the answers given so far."""

    def __init__(self, book: QuestionBook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._book = book
        self._answers: Mapping[int, Answer] = {}

    def show_answers(self, answers: Mapping[int, Answer]) -> None:
        """Show other answers."""
        self._answers = dict(answers)
        self.dataChanged.emit(self.index(0), self.index(len(self._book.questions) - 1))

    def answer_to(self, number: int) -> Answer | None:
        """Return the answer to a question, None while it is not asked yet."""
        return self._answers.get(number)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many questions there are."""
        return 0 if parent.isValid() else len(self._book.questions)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a question's short name, its full words with the answer for a screen reader, or the question."""
        if not index.isValid():
            return None
        question = self._book.questions[index.row()]
        answer = self.answer_to(question.number)
        if role == QUESTION:
            return question
        if role == ANSWER:
            return answer
        if role == Qt.ItemDataRole.DisplayRole:
            return question.short
        if role == Qt.ItemDataRole.ToolTipRole:
            return question.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"Question {question.number}. {question.text} {answer_words(answer)}"
        return None


class QuestionDelegate(QStyledItemDelegate):
    """Paint one question, 28 high."""

    def __init__(self, view: QuestionList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return the height of a row."""
        theme = Theme.of()
        return QSize(120, max(theme.px(ROW), theme.line("body") + 6))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row."""
        theme = Theme.of()
        area: QRect = option.rect
        question, answer = index.data(QUESTION), index.data(ANSWER)
        current = index.row() == self._view.currentIndex().row()
        painter.save()
        if current:
            painter.fillRect(area, theme.color("selection"))
        elif index.row() == self._view.indexAt(self._view.pointer()).row():
            painter.fillRect(area, theme.color("hover"))
        painter.setFont(theme.font("hint", tabular=True))
        painter.setPen(theme.color("muted"))
        words = str(question.number)
        wide = painter.fontMetrics().horizontalAdvance(words)
        draw_line(painter, words, area.left() + theme.px(_NUMBER) - wide, area)
        bar = self._view.verticalScrollBar()
        right = area.right() + 1 - theme.px(_RIGHT) + (bar.width() if bar.isVisible() else 0)
        if answer is None:
            width = painter.fontMetrics().horizontalAdvance(NOT_ASKED)
            draw_line(painter, NOT_ASKED, right - width, area)
        else:
            look = TagLook(answer_words(answer), _TONES[answer])
            width = tag_width(look)
            paint_tag(painter, QRect(right - width, area.top(), width, area.height()), look)
        left = area.left() + theme.px(_TEXT)
        painter.setFont(theme.font("hint"))
        painter.setPen(theme.color("text"))
        room = right - width - 8 - left
        draw_line(
            painter, painter.fontMetrics().elidedText(question.short, Qt.TextElideMode.ElideRight, room), left, area
        )
        if current and self._view.hasFocus():
            paint_ring(painter, area.adjusted(1, 1, -1, -1), 4)
        painter.restore()

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Show the policy's full words as the tooltip."""
        question = index.data(QUESTION)
        if event.type() == QEvent.Type.ToolTip and isinstance(question, Question):
            QToolTip.showText(event.globalPos(), f"{question.number}. {question.text}", view, view.visualRect(index))
            return True
        return super().helpEvent(event, view, option, index)


class QuestionList(QListView):
    """The questions; J K or arrows move, Enter goes to the answer. ``moved`` carries the number of a question."""

    moved = Signal(int)
    answer_wanted = Signal()

    def __init__(self, book: QuestionBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.questions = QuestionModel(book, self)
        self._place = self.rect().topLeft() - self.rect().bottomRight()
        self.setModel(self.questions)
        self.setItemDelegate(QuestionDelegate(self))
        self.setAccessibleName("22 questions")
        self.setProperty("in", "card")
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        Theme.of().changed.connect(self._on_theme_changed)

    def pointer(self) -> Any:
        """Return where the pointer is, outside when it is away."""
        return self._place

    def number(self) -> int:
        """Return the number of the current question, 1 before any is chosen."""
        return max(self.currentIndex().row(), 0) + 1

    def go_to(self, number: int) -> None:
        """Make a question current and bring it into view."""
        self.setCurrentIndex(self.questions.index(number - 1))
        self.scrollTo(self.currentIndex())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with J and K, go to the answer with Enter; figures are the answers."""
        key, number = event.key(), self.number()
        if key == Qt.Key.Key_J:
            self.go_to(min(number + 1, self.questions.rowCount()))
        elif key == Qt.Key.Key_K:
            self.go_to(max(number - 1, 1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                event.ignore()
            else:
                self.answer_wanted.emit()
        elif event.text() and event.text().isprintable():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: Any) -> None:
        """Follow the pointer."""
        self._place = event.position().toPoint()
        self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the pointer."""
        self._place = self.rect().topLeft() - self.rect().bottomRight()
        self.viewport().update()
        super().leaveEvent(event)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.viewport().update()
        if current.isValid():
            self.moved.emit(current.row() + 1)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.scheduleDelayedItemsLayout()
        self.viewport().update()
