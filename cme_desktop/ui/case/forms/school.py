"""A school looked up in the directory as its name is typed, and the list of hits that other forms use too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.register.schools import SchoolRow, find_schools
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.frame.search import PAUSE, Found, FoundDelegate, FoundModel
from cme_desktop.ui.qt import announce
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.inputs import TextInput, mark_wrong
from cme_desktop.ui.widgets.tags import TagLook
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import count

_MOST: Final = 5
_SHORTEST: Final = 2


class HitList(QListView):
    """Hits below an input, as high as they are; Enter or a press chooses one."""

    picked = Signal(str)

    def __init__(self, name: str, *, takes_focus: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hits = FoundModel()
        self.setModel(self.hits)
        self.setItemDelegate(FoundDelegate(self))
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if takes_focus else Qt.FocusPolicy.NoFocus)
        self.setProperty("popup", True)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._on_clicked)
        Theme.of().changed.connect(self.updateGeometry)
        self.hide()

    def show_hits(self, found: Sequence[Found]) -> None:
        """Show hits, the first of them current where the focus stays in an input."""
        self.hits.show_found(found)
        self.setVisible(bool(found))
        if found and self.focusPolicy() == Qt.FocusPolicy.NoFocus:
            self.setCurrentIndex(self.hits.index(0, 0))
        self.updateGeometry()

    def current(self) -> Found | None:
        """Return the current hit."""
        return self.hits.found_at(self.currentIndex().row())

    def step(self, by: int) -> str:
        """Move up or down, round the ends, and return what a screen reader says."""
        rows = self.hits.rowCount()
        if not rows:
            return ""
        place = (self.currentIndex().row() + by) % rows
        self.setCurrentIndex(self.hits.index(place, 0))
        return str(self.hits.data(self.currentIndex(), Qt.ItemDataRole.AccessibleTextRole))

    def sizeHint(self) -> QSize:
        """Return room for all hits."""
        rows = self.hits.rowCount()
        return QSize(200, rows * max(self.sizeHintForRow(0), 0) + 10 if rows else 0)

    def minimumSizeHint(self) -> QSize:
        """Return room for all hits."""
        return QSize(120, self.sizeHint().height())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Make the first hit current; a press of the pointer chooses its own."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.MouseFocusReason and self.currentIndex().row() < 0 and self.hits.rowCount():
            self.setCurrentIndex(self.hits.index(0, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with Enter, move with J, K and the arrows."""
        found = self.current()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and found is not None:
            self.picked.emit(found.key)
        elif event.key() in (Qt.Key.Key_J, Qt.Key.Key_K):
            self.step(1 if event.key() == Qt.Key.Key_J else -1)
        elif event.text().isprintable() and event.text():
            event.ignore()
        else:
            super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        found = self.hits.found_at(index.row())
        if found is not None:
            self.picked.emit(found.key)


class _SchoolInput(TextInput):
    """The input, whose arrows and Enter go to the hits while there are any."""

    def __init__(self, hits: HitList) -> None:
        super().__init__(icon="search", hint="Name, URN or postcode")
        self._hits = hits

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move in the hits, choose one, or close them."""
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        step = steps.get(Qt.Key(event.key()))
        found = self._hits.current() if self._hits.isVisible() else None
        if found is not None and step is not None:
            announce(self, self._hits.step(step))
        elif found is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._hits.picked.emit(found.key)
        elif found is not None and event.key() == Qt.Key.Key_Escape:
            self._hits.show_hits(())
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep Esc while there are hits: it closes them, not the form."""
        escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if escape and event.type() == QEvent.Type.ShortcutOverride and self._hits.isVisible():
            event.accept()
            return True
        return super().event(event)


class SchoolPicker(QWidget):
    """A school by name, URN or postcode; what is chosen is named below the input. ``picked`` carries its URN."""

    picked = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._urn, self._asked = "", 0
        self._rows: dict[str, SchoolRow] = {}
        self.hits = HitList("Schools found", takes_focus=False)
        self.input = _SchoolInput(self.hits)
        self.setFocusProxy(self.input)
        self.below = Label("", "hint", "muted", wrap=True)
        self.below.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        for widget in (self.input, self.hits, self.below):
            box.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._on_pause)
        self.input.textEdited.connect(self._on_edited)
        self.hits.picked.connect(self._on_picked)

    def setAccessibleName(self, name: str) -> None:
        """Name the input, which takes the focus."""
        super().setAccessibleName(name)
        self.input.setAccessibleName(name)

    def setAccessibleDescription(self, words: str) -> None:
        """Describe the input, with its error while there is one."""
        super().setAccessibleDescription(words)
        self.input.setAccessibleDescription(words)

    def event(self, event: QEvent) -> bool:
        """Give the error's edge to the input."""
        if event.type() == QEvent.Type.DynamicPropertyChange:
            mark_wrong(self.input, bool(self.property("wrong")))
        return super().event(event)

    def urn(self) -> str:
        """Return the URN of the school chosen, an empty text while none is."""
        return self._urn

    def name(self) -> str:
        """Return the name as it stands in the input."""
        return self.input.text().strip()

    def show_school(self, urn: str, name: str) -> None:
        """Show a school as chosen; without a URN only its name."""
        self._urn = urn
        self.input.setText(name)
        self.hits.show_hits(())
        self._say(f"URN {urn}" if urn else "")
        self.picked.emit(urn)

    def _say(self, words: str) -> None:
        self.below.setText(words)
        self.below.setVisible(bool(words))

    @Slot(str)
    def _on_edited(self, _text: str) -> None:
        if self._urn:
            self._urn = ""
            self.picked.emit("")
        self._say("")
        self._pause.start()

    @Slot()
    def _on_pause(self) -> None:
        text = self.name()
        self._desk.runner.cancel(self._asked)
        if len(text) < _SHORTEST or self._urn:
            self.hits.show_hits(())
            return
        self._asked = self._desk.ask(
            lambda store, person: find_schools(store, person, text, limit=_MOST), self._on_found
        )

    def _on_found(self, rows: tuple[SchoolRow, ...]) -> None:
        self._rows = {row.urn: row for row in rows}
        self.hits.show_hits([_found(row) for row in rows])
        self._say("" if rows else "No school found. Try a part of the name, or the URN.")
        announce(self.input, f"{count(len(rows), 'school')} found" if rows else "No school found")

    @Slot(str)
    def _on_picked(self, urn: str) -> None:
        row = self._rows.get(urn)
        if row is not None:
            self.show_school(row.urn, row.name)


def _found(row: SchoolRow) -> Found:
    tag = TagLook("Closed", Tone.AMBER) if row.status == "closed" else None
    second = ", ".join(part for part in (f"URN {row.urn}", row.phase, row.postcode) if part)
    return Found(row.urn, row.name, second, icon="school", tag=tag)
