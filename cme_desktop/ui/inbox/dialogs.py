"""The short dialogs of the inbox: how a match is counted, what reading a file found, and why something is done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from cme_desktop.domain.errors import UserError
from cme_desktop.register.inbox import FileReport, ReportLine
from cme_desktop.ui.inbox.compare import Review
from cme_desktop.ui.qt import row, shortcut
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import Scroll, part
from cme_desktop.ui.widgets.form import Field, Form
from cme_desktop.ui.widgets.inputs import TextArea
from cme_desktop.ui.widgets.tags import Tag
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import count

_KINDS = {
    "put-right": ("Put right", Tone.GREEN, "check"),
    "set-aside": ("Set aside", Tone.RED, "alert"),
    "look-at": ("To look at", Tone.AMBER, "question"),
}


class _Short(QDialog):
    """A short dialog that gives the focus back to where it was."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self._before = parent.window().focusWidget()
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self.finished.connect(self._on_finished)

    def _add_foot(self, *buttons: Button) -> None:
        foot = part("status")
        foot.setLayout(row(*buttons, None, margins=(24, 12, 24, 12)))
        self._outer.addWidget(foot)

    def _on_finished(self, _code: int) -> None:
        if self._before is not None:
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)


class CountedDialog(_Short):
    """Every part of a match with its points: the words first, the numbers second (F13)."""

    def __init__(self, name: str, review: Review, parent: QWidget) -> None:
        title = "How the match is counted"
        super().__init__(title, parent)
        content = QWidget()
        grid = QGridLayout(content)
        grid.setContentsMargins(24, 20, 24, 20)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 1)
        grid.addWidget(Label(title, "title"), 0, 0, 1, 2)
        grid.addWidget(Label(name, token="muted", wrap=True), 1, 0, 1, 2)
        for place, (words, points) in enumerate(review.counted, start=2):
            grid.addWidget(Label(words, wrap=True), place, 0)
            self._number(grid, place, f"{points:+d}" if points else "0", "body")
        last = grid.rowCount()
        grid.addWidget(Label("Match, from 0 to 100", "strong"), last, 0)
        self._number(grid, last, str(review.score), "strong")
        hint = "The number only sorts the possible children. Same child, new child or not is decided by you."
        grid.addWidget(Label(hint, "hint", "muted", wrap=True), last + 1, 0, 1, 2)
        grid.setRowStretch(last + 2, 1)
        scroll = Scroll(content, name=title)
        scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._outer.addWidget(scroll, 1)
        close = Button("Close", key="Esc", on_click=self.reject)
        self._add_foot(close)
        close.setFocus()
        self.resize(440, 440)

    @staticmethod
    def _number(grid: QGridLayout, place: int, words: str, step: str) -> None:
        number = Label(words, step).set_tabular()
        number.setAlignment(Qt.AlignmentFlag.AlignRight)
        grid.addWidget(number, place, 1, Qt.AlignmentFlag.AlignTop)


class ReportDialog(_Short):
    """What became of a file: put right, set aside, to look at, with the pupil and the value it is about (F2)."""

    def __init__(self, report: FileReport, when: str, parent: QWidget) -> None:
        super().__init__("Import report", parent)
        content = QWidget()
        grid = QGridLayout(content)
        grid.setContentsMargins(24, 20, 24, 20)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        grid.addWidget(Label("Import report", "title"), 0, 0, 1, 2)
        came = f"{report.name}, came in {when}. {count(report.staged, 'pupil')} to decide or decided."
        grid.addWidget(Label(came, token="muted", wrap=True), 1, 0, 1, 2)
        for place, line in enumerate(report.lines, start=2):
            words, tone, icon = _KINDS[line.kind]
            grid.addWidget(Tag(words, tone, icon), place, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(Label(report_words(line), wrap=True), place, 1)
        if not report.lines:
            grid.addWidget(Label("Nothing had to be put right.", token="muted"), 2, 0, 1, 2)
        grid.setRowStretch(grid.rowCount(), 1)
        scroll = Scroll(content, name="Import report")
        scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._outer.addWidget(scroll, 1)
        close = Button("Close", key="Esc", on_click=self.reject)
        self._add_foot(close)
        close.setFocus()
        self.resize(600, 480)


def report_words(line: ReportLine) -> str:
    """Return one line of the report: whom it is about, what it is, and the value the file has."""
    who = f"Pupil {line.pupil}{f', {line.name}' if line.name else ''}: " if line.pupil else ""
    value = f" The file has “{line.value}”." if line.value and line.value not in line.message else ""
    return f"{who}{line.message}{value}"


class ReasonDialog(_Short):
    """Ask why something is done; ``wanted`` carries the reason, ``refuse`` shows why it was not done."""

    wanted = Signal(str)

    def __init__(
        self, title: str, words: Sequence[str], label: str, hint: str, act: str, error: str, parent: QWidget
    ) -> None:
        super().__init__(title, parent)
        self._missing = error
        self.form = Form(title)
        self.reason = TextArea(2, longest=500)
        self.form.body.addWidget(self.form.add("reason", Field(label, self.reason, hint=hint)))
        inner = QVBoxLayout()
        inner.setContentsMargins(24, 20, 24, 16)
        inner.setSpacing(8)
        inner.addWidget(Label(title, "title", wrap=True))
        for sentence in words:
            inner.addWidget(Label(sentence, token="muted", wrap=True))
        inner.addWidget(self.form)
        self._outer.addLayout(inner, 1)
        self.go_on = Button(act, Kind.PRIMARY, key="Ctrl+S", on_click=self._on_go_on)
        self._add_foot(self.go_on, Button("Cancel", Kind.PLAIN, key="Esc", on_click=self.reject))
        shortcut(self, "Ctrl+S", self._on_go_on)
        self.setMinimumWidth(480)
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def refuse(self, error: Exception) -> None:
        """Show why it was not done; what was typed stays."""
        if not isinstance(error, UserError):
            raise error
        self.form.show_errors({"": error.message})

    def _on_go_on(self) -> None:
        typed = self.reason.text().strip()
        self.form.show_errors({} if typed else {"reason": self._missing})
        if typed:
            self.wanted.emit(typed)
