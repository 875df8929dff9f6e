"""The short dialogs of the frame: the list of keys, and what was done in this session."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from cme_desktop.ui.page import KeyLine
from cme_desktop.ui.qt import row
from cme_desktop.ui.widgets.buttons import Button
from cme_desktop.ui.widgets.cards import Scroll, part
from cme_desktop.ui.widgets.feedback import NewsList, Toasts
from cme_desktop.ui.widgets.tags import KeyHint
from cme_desktop.ui.widgets.text import Label


class ReadDialog(QDialog):
    """A dialog with a title, something to read, and one way out; the focus goes back where it was."""

    def __init__(self, title: str, content: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self._before = parent.window().focusWidget()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        scroll = Scroll(content, name=title)
        scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        outer.addWidget(scroll, 1)
        foot = part("status")
        self.close_button = Button("Close", key="Esc", on_click=self.reject)
        foot.setLayout(row(None, self.close_button, margins=(24, 12, 24, 12)))
        outer.addWidget(foot)
        self.finished.connect(self._on_finished)
        self.close_button.setFocus()

    def _on_finished(self, _code: int) -> None:
        if self._before is not None:
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)


class KeysDialog(ReadDialog):
    """All keys, those of the page in front first."""

    def __init__(self, own: Sequence[KeyLine], everywhere: Sequence[KeyLine], parent: QWidget) -> None:
        content = QWidget()
        grid = QGridLayout(content)
        grid.setContentsMargins(24, 20, 24, 20)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for title, lines in (("On this page", own), ("Everywhere", everywhere)):
            if not lines:
                continue
            grid.addWidget(Label(title, "section"), grid.rowCount(), 0, 1, 2)
            for keys, does in lines:
                place = grid.rowCount()
                grid.addWidget(KeyHint(keys), place, 0, Qt.AlignmentFlag.AlignLeft)
                grid.addWidget(Label(does, wrap=True), place, 1)
        grid.setRowStretch(grid.rowCount(), 1)
        super().__init__("Keys", content, parent)
        self.resize(560, min(640, parent.window().height() - 40))


class NewsDialog(ReadDialog):
    """What was done in this session, newest first."""

    def __init__(self, toasts: Toasts, parent: QWidget) -> None:
        listed = NewsList(toasts)
        listed.undo_wanted.connect(toasts.undo_wanted)
        super().__init__("What was done in this session", listed, parent)
        self.resize(560, 440)
