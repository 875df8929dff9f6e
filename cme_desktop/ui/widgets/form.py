"""Forms: labelled fields, an error by each field and a summary at the top that the focus moves to (ux.md 3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QTextLayout
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.ui.qt import announce, clear, follow_layout, row, wrapped
from cme_desktop.ui.theme import Theme, hold_width
from cme_desktop.ui.widgets.buttons import Link
from cme_desktop.ui.widgets.inputs import TextArea, TextInput, mark_wrong
from cme_desktop.ui.widgets.tags import draw_line
from cme_desktop.ui.widgets.text import Glyph, Label

_MOST_LINES: Final = 12
HIDDEN_REMOVED: Final = "Characters that nobody sees were taken out of what was pasted."


class Field(QWidget):
    """A bold label above an input, an optional hint below it, and between them the error while there is one."""

    def __init__(
        self, label: str, editor: QWidget, *, hint: str = "", width: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.editor = editor
        self._hint_words = hint
        self.label = Label(label, "strong")
        self.label.setBuddy(editor)
        editor.setAccessibleName(label)
        self._error = QWidget()
        self._error_words = Label("", "hint-strong", "danger", wrap=True)
        line = row(gap=4)
        line.addWidget(Glyph("alert", "danger", 16), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._error_words, 1)
        self._error.setLayout(line)
        self._error.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addStretch(1)
        box.addWidget(self.label)
        box.addWidget(self._error)
        box.addWidget(editor)
        if hint:
            self.hint = Label(hint, "hint", "muted", wrap=True)
            box.addWidget(self.hint)
            editor.setAccessibleDescription(hint)
        self.hidden: Label | None = None
        if isinstance(editor, (TextInput, TextArea)):
            editor.hidden_removed.connect(self._on_hidden_removed)
        if width:
            hold_width(self, width)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def show_hint(self, words: str) -> None:
        """Put other words in the place of the hint, which was given when the field was made."""
        self._hint_words = words
        self.hint.setText(words)
        self.editor.setAccessibleDescription(words)

    @Slot()
    def _on_hidden_removed(self) -> None:
        """Say below the input that something that nobody sees was taken out of it."""
        if self.hidden is None:
            self.hidden = Label(HIDDEN_REMOVED, "hint", "muted", wrap=True)
            box = self.layout()
            assert box is not None
            box.addWidget(self.hidden)
        announce(self, HIDDEN_REMOVED)

    @property
    def error(self) -> str:
        """Return the error that is shown, or an empty text."""
        return self._error_words.text()

    def show_error(self, words: str) -> None:
        """Show what is wrong and how to put it right; an empty text takes it away. What was typed is kept."""
        self._error_words.setText(words)
        self._error.setVisible(bool(words))
        mark_wrong(self.editor, bool(words))
        described = f"Error: {words}. {self._hint_words}".strip() if words else self._hint_words
        self.editor.setAccessibleDescription(described)
        self.updateGeometry()


class ErrorLine(Link):
    """The words of an error, broken over as many lines as they need; pressing them goes to the field."""

    def __init__(self, text: str) -> None:
        super().__init__(text, danger=True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def minimumSizeHint(self) -> QSize:
        """Return room for one line of a few words."""
        theme = Theme.of()
        return QSize(theme.px(120), theme.line("body"))

    def hasHeightForWidth(self) -> bool:
        """Say that the height follows from the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of the lines at a width."""
        return len(self._lines_at(width)) * Theme.of().line("body")

    def _lines_at(self, width: int) -> list[str]:
        font = Theme.of().font("body")
        layout = QTextLayout()
        layout.setFont(font)
        return wrapped(self.text(), QFontMetrics(font), layout, max(width, 1), _MOST_LINES)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the lines."""
        theme = Theme.of()
        painter = QPainter(self)
        font = theme.font("body")
        font.setUnderline(True)
        painter.setFont(font)
        painter.setPen(theme.color("danger"))
        pitch = theme.line("body")
        for place, words in enumerate(self._lines_at(self.width())):
            draw_line(painter, words, 0, QRect(0, place * pitch, self.width(), pitch))


class ErrorSummary(QFrame):
    """ "There is a problem": a line for each error, which jumps to its field."""

    jumped = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "card-danger")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 12, 16, 12)
        box.setSpacing(4)
        self._title = Label("There is a problem", "section")
        box.addWidget(self._title)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(4)
        box.addLayout(self._lines)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.hide()

    def show_errors(self, errors: Mapping[str, str]) -> None:
        """Show the errors by field name, say them, and take the focus; no errors hides the summary."""
        clear(self._lines)
        for key, words in errors.items():
            link = ErrorLine(words)
            link.setProperty("key", key)
            link.clicked.connect(self._on_clicked)
            self._lines.addWidget(link)
        self.setVisible(bool(errors))
        if errors:
            words = "There is a problem. " + ". ".join(errors.values())
            self.setAccessibleName(words)
            announce(self, words, urgent=True)
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_clicked(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.jumped.emit(str(sender.property("key")))


class Form(QWidget):
    """Fields by name under one error summary. Lay fields out in ``body``; ``add`` registers and returns them."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.fields: dict[str, Field] = {}
        self.summary = ErrorSummary()
        self.summary.jumped.connect(self._on_jumped)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(16)
        outer.addWidget(self.summary)
        self.body = QVBoxLayout()
        self.body.setSpacing(14)
        outer.addLayout(self.body)

    def add(self, key: str, field: Field) -> Field:
        """Register a field, so that errors find it."""
        self.fields[key] = field
        return field

    def put(self, key: str, field: Field, width: int = 0) -> Field:
        """Register a field and lay it below those before, at a width in px at 100 % if one is given."""
        if width:
            hold_width(field, width)
            self.body.addLayout(row(self.add(key, field), None))
        else:
            self.body.addWidget(self.add(key, field))
        return field

    def add_row(self, *fields: tuple[str, Field], stretch: tuple[int, ...] = ()) -> None:
        """Register fields and lay them side by side, their inputs on one line."""
        line = row(gap=16)
        for place, (key, field) in enumerate(fields):
            line.addWidget(self.add(key, field), stretch[place] if stretch else 0)
        self.body.addLayout(line)

    def show_errors(self, errors: Mapping[str, str]) -> None:
        """Show errors by field name, at each field and in the summary; other names stand in the summary only."""
        for key, field in self.fields.items():
            field.show_error(errors.get(key, ""))
        self.summary.show_errors(errors)
        if errors:
            follow_layout(self)

    @Slot(str)
    def _on_jumped(self, key: str) -> None:
        field = self.fields.get(key)
        if field is not None:
            field.editor.setFocus(Qt.FocusReason.OtherFocusReason)
