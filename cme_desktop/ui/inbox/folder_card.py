"""The left side of the inbox: the files, how far an import is, and the truth about the watched folder."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QProgressBar, QVBoxLayout, QWidget

from cme_desktop.register.inbox import InboxPage
from cme_desktop.ui.inbox.file_list import FileList, FileModel
from cme_desktop.ui.inbox.importer import ImportProgress
from cme_desktop.ui.inbox.lines import folder_words, lines_of
from cme_desktop.ui.qt import column, named, row
from cme_desktop.ui.theme import hold_width
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import Card, Corners, part
from cme_desktop.ui.widgets.states import Place
from cme_desktop.ui.widgets.tags import KeyHint
from cme_desktop.ui.widgets.text import Elided, Label, Linked

WIDTH = 292


class ImportStrip(QFrame):
    """How far a long import is, with Cancel; hidden while none is under way."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "group")
        self.name = Elided("", "hint-strong")
        self.words = Label("", "hint", "muted", wrap=True)
        self.bar = named(QProgressBar(), "How far the import is")
        self.bar.setTextVisible(False)
        self.cancel = Button("Cancel", small=True, on_click=self._on_cancel)
        self.cancel.setToolTip("Nothing of this file is kept. It stays in the folder.")
        top = row(self.name, gap=8)
        top.setStretch(0, 1)
        top.addWidget(self.cancel)
        self.setLayout(column(top, self.bar, self.words, gap=6, margins=(16, 10, 16, 10)))
        self.hide()

    def show_progress(self, now: ImportProgress) -> None:
        """Show how far the import is."""
        self.name.setText(now.name)
        self.words.setText(now.words)
        self.words.setAccessibleName(f"{now.name}: {now.words}")
        self.bar.setRange(0, now.total)
        self.bar.setValue(now.done)
        self.cancel.set_reason("")
        self.show()

    def _on_cancel(self) -> None:
        self.cancel.set_reason("It stops as soon as it can")
        self.words.setText("Stopping. Nothing of this file is kept.")
        self.cancelled.emit()


class FolderCard(Card):
    """The card. ``change_wanted`` asks for another folder."""

    change_wanted = Signal()

    def __init__(self, on_look: Callable[[], object], *, may_change: bool, parent: QWidget | None = None) -> None:
        super().__init__("S2S files", padding=0, parent=parent)
        self._may_change = may_change
        hold_width(self, WIDTH)
        self.look = Button("look now", Kind.QUIET, tight=True, on_click=on_look)
        self.look.setAccessibleName("Look in the folder now, key F5")
        self.head().setSpacing(0)
        self.head().addWidget(KeyHint("F5"))
        self.head().addWidget(self.look)
        self.head().setContentsMargins(16, 0, 12, 0)
        self.model = FileModel(self)
        self.list = FileList(self.model)
        self.place = Place(self.list)
        self.strip = ImportStrip()
        self.truth = Linked("", "", "hint")
        self.truth.pressed.connect(self.change_wanted)
        foot = part("popover-line")
        holder = QVBoxLayout(foot)
        holder.setContentsMargins(16, 9, 16, 10)
        holder.addWidget(self.truth)
        self.body.setSpacing(0)
        self.body.addWidget(self.place, 1)
        self.body.addWidget(self.strip)
        self.body.addWidget(foot)
        Corners(self)

    def show_page(self, page: InboxPage) -> None:
        """Show other files; the list stays on its file where that is still there, else at the same place."""
        before, place = self.list.current_file(), self.list.currentIndex().row()
        lines = lines_of(page)
        if lines != self.model.lines:
            scrolled = self.list.verticalScrollBar().value()
            self.list.selectionModel().blockSignals(True)
            self.model.show_lines(lines)
            self.list.selectionModel().blockSignals(False)
            self.list.verticalScrollBar().setValue(scrolled)
            row_number = self.model.place_of(before) if before is not None else -1
            if row_number < 0 and place >= 0:
                row_number = min(place, len(lines) - 1)
            if row_number >= 0:
                self.list.show_current(row_number)
        self.place.show_content()

    def show_truth(self, place: str, page: InboxPage | None, trouble: str, left: int = 0) -> None:
        """Say what becomes of files in the watched folder."""
        words, token = folder_words(place, page, trouble, left)
        self.truth.set_tone(token)
        self.truth.say(words, ("Change folder" if place else "Choose folder") if self._may_change else "")
        stuck = "\n".join(f"{path}: {why}" for path, why in page.not_deleted) if page is not None else ""
        self.truth.setToolTip(stuck or place)

    @Slot()
    def focus_list(self) -> None:
        """Put the focus into the list."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
