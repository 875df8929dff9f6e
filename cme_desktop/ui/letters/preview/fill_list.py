"""The list *To fill in*: rows of 50 px; the chosen one holds its editor, and the page is framed where it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.ui import icons
from cme_desktop.ui.focus import OWN_RING, paint_ring
from cme_desktop.ui.letters.preview.editors import RowEditor
from cme_desktop.ui.letters.preview.fields import Editor, FillRow
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.tags import Tag, TagLook, draw_line

ROW: Final = 50
_ICON: Final = 16
_TEXT: Final = 39
_RIGHT: Final = 15

MakeEditor = Callable[[FillRow], RowEditor | None]


class _Line(QAbstractButton):
    """What a row says; pressing it opens or closes its editor."""

    stepped = Signal(int)

    def __init__(self, given: FillRow) -> None:
        super().__init__()
        self.given = given
        self.open = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty(OWN_RING, True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        Theme.of().changed.connect(self._on_theme_changed)
        self.show_row(given)

    def show_row(self, given: FillRow) -> None:
        """Say something else."""
        self.given = given
        self.setText(given.title)
        state = "missing" if given.missing else "filled in"
        self.setAccessibleName(f"{given.title}, {state}. {given.second}")
        self.setToolTip(f"{given.title}\n{given.second}")
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of a row."""
        theme = Theme.of()
        return QSize(200, max(theme.px(ROW), theme.line("body") + theme.line("hint") + theme.px(14)))

    def minimumSizeHint(self) -> QSize:
        """Return the height of a row; its words are cut with a tooltip."""
        return QSize(80, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open on Enter as on Space; move up and down with the arrows, J and K."""
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_J: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_K: -1}
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            self.stepped.emit(step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the icon, two lines and the chevron."""
        theme = Theme.of()
        painter = QPainter(self)
        if self.open:
            painter.fillRect(self.rect(), theme.color("selection"))
        elif self.underMouse():
            painter.fillRect(self.rect(), theme.color("hover"))
        first, second = theme.line("body"), theme.line("hint")
        top = (self.height() - theme.px(_ICON) - first // 2 - second // 2) // 2
        side = theme.px(_ICON)
        icon, token = ("alert", "danger") if self.given.missing else ("check", "muted")
        icons.paint(painter, icon, theme.px(15), top + (first - side) / 2, token)
        acts = self.given.editor is not Editor.NOTHING
        if acts:
            chevron = "chevron-down" if self.open else "chevron-right"
            icons.paint(painter, chevron, self.width() - theme.px(_RIGHT) - side, top + (first - side) / 2, "muted")
        left = theme.px(_TEXT)
        room = self.width() - left - theme.px(_RIGHT) - (side + 6 if acts else 0)
        elide = Qt.TextElideMode.ElideRight
        painter.setFont(theme.font("body", bold=self.open))
        painter.setPen(theme.color("text"))
        words = painter.fontMetrics().elidedText(self.given.title, elide, room)
        draw_line(painter, words, left, QRect(left, top, room, first))
        painter.setFont(theme.font("hint", tabular=True))
        painter.setPen(theme.color("muted"))
        words = painter.fontMetrics().elidedText(self.given.second, elide, self.width() - left - theme.px(_RIGHT))
        middle = top + first // 2 + theme.px(16)
        draw_line(painter, words, left, QRect(left, middle - second // 2, room, second))
        if self.hasFocus():
            paint_ring(painter, self.rect().adjusted(2, 1, -2, -1), 4)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


class _Row(QWidget):
    """A line, and its editor below it while it is open."""

    def __init__(self, given: FillRow) -> None:
        super().__init__()
        self.line = _Line(given)
        self.editor: RowEditor | None = None
        self._place = QVBoxLayout()
        self._place.setContentsMargins(_TEXT, 0, _RIGHT, 0)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.line)
        box.addLayout(self._place)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def open(self, editor: RowEditor | None) -> None:
        """Show the editor."""
        self.line.open = True
        self.line.update()
        self.editor = editor
        if editor is not None:
            self._place.setContentsMargins(_TEXT, 2, _RIGHT, 12)
            self._place.addWidget(editor)
        self.update()

    def close_editor(self) -> None:
        """Take the editor away."""
        self.line.open = False
        self.line.update()
        self._place.setContentsMargins(_TEXT, 0, _RIGHT, 0)
        if self.editor is not None:
            self.editor.settle()
            self._place.removeWidget(self.editor)
            self.editor.hide()
            self.editor.deleteLater()
            self.editor = None
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground of an open row below its line too."""
        if self.line.open:
            QPainter(self).fillRect(self.rect(), Theme.of().color("selection"))


class FillList(Card):
    """The card. ``chosen`` carries the key of the row in front, or an empty text."""

    chosen = Signal(str)
    changed = Signal(str, object)
    saved = Signal(str, object)
    goes = Signal(str)

    def __init__(self, make_editor: MakeEditor, parent: QWidget | None = None) -> None:
        super().__init__("To fill in", padding=0, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._make = make_editor
        self.tag = Tag("", Tone.AMBER, "alert")
        self.head().addWidget(self.tag)
        self.body.setSpacing(0)
        self.body.setContentsMargins(1, 4, 1, 4)
        self._rows: dict[str, _Row] = {}
        self._key = ""

    @property
    def key(self) -> str:
        """Return the key of the row that is open, or an empty text."""
        return self._key

    def rows(self) -> tuple[FillRow, ...]:
        """Return the rows in their order."""
        return tuple(one.line.given for one in self._rows.values())

    def editor(self) -> RowEditor | None:
        """Return the editor that is open."""
        return self._rows[self._key].editor if self._key in self._rows else None

    def line(self, key: str) -> QWidget | None:
        """Return the line of a row, which takes the focus."""
        return self._rows[key].line if key in self._rows else None

    def show_rows(self, given: Sequence[FillRow], *, making: bool) -> None:
        """Show rows; the open one keeps its editor, and the order stays while it is open."""
        missing = sum(one.missing for one in given)
        self.set_title("To fill in" if making else "What it says")
        self.tag.setVisible(making and bool(given))  # no page yet: nothing is known to be complete
        look = (
            TagLook(f"{missing} missing", Tone.AMBER, "alert") if missing else TagLook("Complete", Tone.GREEN, "check")
        )
        self.tag.show_look(look)
        found = {one.key: one for one in given}
        if self._key in found and set(found) == set(self._rows):
            for key, one in found.items():
                self._rows[key].line.show_row(one)
            return
        self._put(found)

    def _put(self, found: dict[str, FillRow]) -> None:
        focus = self.window().focusWidget()
        had = next((key for key, one in self._rows.items() if one.line is focus), "")
        kept = self._rows.pop(self._key) if self._key in found and self._key in self._rows else None
        if kept is None:
            self._key = ""
        for old in self._rows.values():
            old.close_editor()
            self.body.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._rows = {}
        for key, one in found.items():
            made = kept if kept is not None and key == self._key else self._new(one)
            made.line.show_row(one)
            self._rows[key] = made
            self.body.removeWidget(made)
            self.body.addWidget(made)
        if had in self._rows:
            self._rows[had].line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _new(self, given: FillRow) -> _Row:
        made = _Row(given)
        made.line.clicked.connect(partial(self._on_pressed, given.key))
        made.line.stepped.connect(partial(self._on_stepped, given.key))
        return made

    def choose(self, key: str, *, focus: bool = False) -> None:
        """Open a row, closing the one before; an unknown key closes only."""
        if self._key in self._rows:
            self._rows[self._key].close_editor()
        self._key = key if key in self._rows else ""
        if self._key:
            made = self._rows[self._key]
            editor = self._make(made.line.given)
            if editor is not None:
                editor.changed.connect(partial(self.changed.emit, key))
                editor.saved.connect(partial(self.saved.emit, key))
                editor.goes.connect(partial(self.goes.emit, key))
            made.open(editor)
            first = editor.first() if editor is not None else None
            if focus and first is not None:
                first.setFocus(Qt.FocusReason.OtherFocusReason)
        self.chosen.emit(self._key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close the open row on Esc and go back to its line."""
        key = self._key
        if event.key() == Qt.Key.Key_Escape and key in self._rows:
            self.choose("")
            self._rows[key].line.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)

    def _on_pressed(self, key: str, _checked: bool = False) -> None:
        if key == self._key:
            self.choose("")
        else:
            self.choose(key, focus=True)

    def _on_stepped(self, key: str, step: int) -> None:
        keys = list(self._rows)
        place = keys.index(key) + step
        if 0 <= place < len(keys):
            self._rows[keys[place]].line.setFocus(Qt.FocusReason.OtherFocusReason)
