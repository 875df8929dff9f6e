"""The forms of Admin that open as a short dialog: one form, one act that names itself, and Cancel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from cme_desktop.domain.errors import UserError
from cme_desktop.ui.qt import row, shortcut
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import PaneScroll, part
from cme_desktop.ui.widgets.form import Field, Form
from cme_desktop.ui.widgets.text import Label


class FormDialog(QDialog):
    """Ask for a few things. It stays open until what was asked is done, and shows why it was not."""

    def __init__(self, title: str, act: str, parent: QWidget, *, words: Sequence[str] = (), width: int = 480) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self._before = parent.window().focusWidget()
        self._check: Callable[[], Mapping[str, str]] = dict
        self._act: Callable[[], object] = lambda: None
        self.form = Form(title)
        content = self._content = QWidget()
        inner = QVBoxLayout(content)
        inner.setContentsMargins(24, 20, 24, 16)
        inner.setSpacing(8)
        inner.addWidget(Label(title, "title", wrap=True))
        for sentence in words:
            inner.addWidget(Label(sentence, token="muted", wrap=True))
        inner.addSpacing(4)
        inner.addWidget(self.form)
        inner.addStretch(1)
        self.go_on = Button(act, Kind.PRIMARY, key="Ctrl+S", on_click=self._on_go_on)
        self.cancel = Button("Cancel", Kind.PLAIN, key="Esc", on_click=self.reject)
        foot = part("status")
        foot.setLayout(row(self.go_on, self.cancel, None, margins=(24, 12, 24, 12)))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._pane = PaneScroll(content, name=title)
        outer.addWidget(self._pane, 1)
        outer.addWidget(foot)
        shortcut(self, "Ctrl+S", self._on_go_on)
        self.finished.connect(self._on_finished)
        self._width = width

    def put(self, key: str, label: str, editor: QWidget, *, hint: str = "") -> None:
        """Add a field below those before."""
        self.form.put(key, Field(label, editor, hint=hint))

    def put_row(self, *fields: tuple[str, str, QWidget]) -> None:
        """Add fields side by side."""
        made = tuple((key, Field(label, editor)) for key, label, editor in fields)
        self.form.add_row(*made, stretch=tuple(1 for _ in made))

    def ask(self, check: Callable[[], Mapping[str, str]], act: Callable[[], object]) -> None:
        """Open the dialog; ``check`` returns what is wrong by field, ``act`` does what was asked."""
        self._check, self._act = check, act
        self._fit()
        first = next(iter(self.form.fields.values()), None)
        if first is not None:
            first.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self.open()

    def _fit(self) -> None:
        """Take the height that the form needs, at most that of the window; a longer form scrolls."""
        content, layout = self._content, self.layout()
        inner = content.layout()
        if inner is None or layout is None:
            return
        width = min(Theme.of().px(self._width), max(self._room().width() - 40, 320))
        for part_of in content.findChildren(QWidget):
            part_of.ensurePolished()  # the style sheet gives inputs their height only now
        self.form.updateGeometry()
        inner.invalidate()
        inner.activate()
        need = inner.heightForWidth(width) if inner.hasHeightForWidth() else inner.sizeHint().height()
        foot = layout.sizeHint().height() - self._pane.sizeHint().height()
        self.resize(width, min(need + foot, self._room().height() - 40))

    def _room(self) -> QSize:
        above = self.parentWidget()
        return above.window().size() if above is not None else QSize(1100, 640)

    def refuse(self, error: Exception) -> None:
        """Show why it was not done; what was typed stays."""
        if not isinstance(error, UserError):
            raise error
        self.go_on.set_reason("")
        self.form.show_errors({"": error.message})
        self._pane.ensureWidgetVisible(self.form.summary)

    def done_with(self) -> None:
        """Close: what was asked is done."""
        self.accept()

    def _on_go_on(self) -> None:
        if not self.go_on.isEnabled():
            return
        errors = self._check()
        self.form.show_errors(errors)
        if errors:
            self._pane.ensureWidgetVisible(self.form.summary)
        else:
            self.go_on.set_reason("Being saved")
            self._act()

    @Slot(int)
    def _on_finished(self, _code: int) -> None:
        if self._before is not None:
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
