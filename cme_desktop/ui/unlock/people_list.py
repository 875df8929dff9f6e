"""The people who may unlock: rows of 52 with initials, chosen with Up and Down (mock-up 10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QListView, QSizePolicy, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cme_desktop.ui.focus import paint_ring
from cme_desktop.ui.qt import Index
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import RADIUS
from cme_desktop.ui.unlock.service import PersonRow
from cme_desktop.ui.widgets.tags import draw_line
from cme_desktop.ui.words import initials

_ROW: Final = 52
_GAP: Final = 4
_MOST: Final = 5
_PERSON: Final = int(Qt.ItemDataRole.UserRole)


class PeopleModel(QAbstractListModel):
    """The people, in the order given."""

    def __init__(self) -> None:
        super().__init__()
        self._people: tuple[PersonRow, ...] = ()

    @property
    def people(self) -> tuple[PersonRow, ...]:
        """Return the people."""
        return self._people

    def show_people(self, people: Sequence[PersonRow]) -> None:
        """Show other people."""
        self.beginResetModel()
        self._people = tuple(people)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many people there are."""
        return 0 if parent.isValid() else len(self._people)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a person, the name, or what a screen reader says."""
        if not index.isValid():
            return None
        person = self._people[index.row()]
        if role == _PERSON:
            return person
        if role == Qt.ItemDataRole.DisplayRole:
            return person.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (person.name, person.roles, person.note)))
        return None


class _PersonDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, Theme.of().px(_ROW) + _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, person, view = Theme.of(), index.data(_PERSON), self.parent()
        area: QRect = option.rect.adjusted(0, 0, 0, -_GAP)
        chosen = isinstance(view, QListView) and view.currentIndex().row() == index.row()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(QPen(theme.color("accent"), 1))
            painter.setBrush(theme.color("selection"))
            painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        side = theme.px(32)
        circle = QRect(area.left() + 12, area.top() + (area.height() - side) // 2, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent" if chosen else "grey_bg"))
        painter.drawEllipse(circle)
        painter.setFont(theme.font("hint-strong"))
        painter.setPen(theme.color("on_accent" if chosen else "grey_fg"))
        letters = initials(person.name)
        wide = painter.fontMetrics().horizontalAdvance(letters)
        draw_line(painter, letters, circle.left() + (side - wide) / 2, circle)
        self._paint_words(painter, area, circle.right() + 13, person, chosen=chosen)
        if isinstance(view, QListView) and chosen and view.hasFocus():
            paint_ring(painter, area, RADIUS)
        painter.restore()

    @staticmethod
    def _paint_words(painter: QPainter, area: QRect, left: int, person: PersonRow, *, chosen: bool) -> None:
        theme = Theme.of()
        note = theme.metrics("hint").horizontalAdvance(person.note)
        painter.setFont(theme.font("hint"))
        painter.setPen(theme.color("muted"))
        draw_line(painter, person.note, area.right() - 11 - note, area)
        room = area.right() - 11 - note - 12 - left
        one, two = theme.line("body") - 1, theme.line("hint") - 1
        top = area.top() + (area.height() - one - two) // 2
        name, roles = "strong" if chosen else "body", "hint"
        for words, step, token, high in ((person.name, name, "text", one), (person.roles, roles, "muted", two)):
            painter.setFont(theme.font(step))
            painter.setPen(theme.color(token))
            shown = theme.metrics(step).elidedText(words, Qt.TextElideMode.ElideRight, room)
            draw_line(painter, shown, left, QRect(left, top, room, high))
            top += high


class PeopleList(QListView):
    """The list; ``typed`` carries letters typed on it, which belong to the passphrase."""

    chosen = Signal(int)
    typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = PeopleModel()
        self.setModel(self._model)
        self.setItemDelegate(_PersonDelegate(self))
        self.setAccessibleName("Who is working now?")
        self.setProperty("in", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        Theme.of().changed.connect(self._on_theme_changed)

    @property
    def people(self) -> tuple[PersonRow, ...]:
        """Return the people shown."""
        return self._model.people

    def show_people(self, people: Sequence[PersonRow], chosen: int | None = None) -> None:
        """Show people, one of them chosen: the one with an id, else the first."""
        self._model.show_people(people)
        place = next((place for place, person in enumerate(people) if person.id == chosen), 0)
        if people:
            self.setCurrentIndex(self._model.index(place, 0))
        self.updateGeometry()

    def person(self) -> PersonRow | None:
        """Return who is chosen."""
        found = self.currentIndex().data(_PERSON)
        return found if isinstance(found, PersonRow) else None

    def step(self, by: int) -> None:
        """Choose the person before (-1) or after (1)."""
        place = min(max(self.currentIndex().row() + by, 0), self._model.rowCount() - 1)
        if place >= 0:
            self.setCurrentIndex(self._model.index(place, 0))

    def sizeHint(self) -> QSize:
        """Return room for all, at most five at a time."""
        rows = min(self._model.rowCount(), _MOST)
        return QSize(320, max(rows, 1) * (Theme.of().px(_ROW) + _GAP))

    def minimumSizeHint(self) -> QSize:
        """Return room for all, at most five at a time."""
        return QSize(200, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give letters to the passphrase; the arrows choose."""
        if event.text() and event.text().isprintable() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.typed.emit(event.text())
            return
        super().keyPressEvent(event)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, _current: QModelIndex, _before: QModelIndex) -> None:
        person = self.person()
        if person is not None:
            self.chosen.emit(person.id)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.scheduleDelayedItemsLayout()
