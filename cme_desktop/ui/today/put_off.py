"""Put a step off to a later day: a date and a reason, both asked for (ux.md 2)."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from cme_desktop.domain.errors import UserError
from cme_desktop.ui.qt import row, shortcut
from cme_desktop.ui.today.lines import Step
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import part
from cme_desktop.ui.widgets.form import Field, Form
from cme_desktop.ui.widgets.inputs import DateInput, TextArea
from cme_desktop.ui.widgets.text import Label

_SATURDAY = 5


class PutOffDialog(QDialog):
    """Ask until when and why. ``wanted`` carries the day and the reason; ``refuse`` shows why it was not done."""

    wanted = Signal(object, str)

    def __init__(self, step: Step, today: date, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = "Put off until"
        self.setWindowTitle(title)
        self.setAccessibleName(f"{title}: {step.next_step}, {step.name}")
        self._before = parent.window().focusWidget()
        self._after = max(today, step.row.due or today)
        self.form = Form(title)
        self.until = DateInput(next_weekday(self._after), weekday=True)
        self.reason = TextArea(2, longest=500)
        self.form.body.addLayout(row(self.form.add("until", Field("Until", self.until, width=220)), None))
        self.form.body.addWidget(
            self.form.add("reason", Field("Why", self.reason, hint="The reason is kept on the case."))
        )
        inner = QVBoxLayout()
        inner.setContentsMargins(24, 20, 24, 16)
        inner.setSpacing(4)
        inner.addWidget(Label(title, "title"))
        inner.addWidget(Label(f"{step.next_step}: {step.name}", token="muted", wrap=True))
        inner.addSpacing(8)
        inner.addWidget(self.form)
        foot = part("status")
        self.save = Button("Put off", Kind.PRIMARY, key="Ctrl+S", on_click=self._on_save)
        self.cancel = Button("Cancel", Kind.PLAIN, key="Esc", on_click=self.reject)
        foot.setLayout(row(self.save, self.cancel, None, margins=(24, 12, 24, 12)))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(inner, 1)
        outer.addWidget(foot)
        shortcut(self, "Ctrl+S", self._on_save)
        self.finished.connect(self._on_finished)
        self.setMinimumWidth(480)
        self.until.setFocus(Qt.FocusReason.OtherFocusReason)

    def refuse(self, error: Exception) -> None:
        """Show why the step was not put off; what was typed stays."""
        if not isinstance(error, UserError):
            raise error
        self.form.show_errors({"": error.message})

    def _on_save(self) -> None:
        errors = {}
        if self.until.day() <= self._after:
            errors["until"] = "Choose a later day: after today, and after the day on which the step is due"
        if not self.reason.text().strip():
            errors["reason"] = "Say why this step is put off"
        self.form.show_errors(errors)
        if not errors:
            self.wanted.emit(self.until.day(), self.reason.text().strip())

    def _on_finished(self, _code: int) -> None:
        if self._before is not None:
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)


def next_weekday(after: date) -> date:
    """Return the first Monday to Friday after a day."""
    day = after + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day
