"""The panel that every form of a case opens in: at the right of its page, with what was typed kept while it is open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from cme_desktop.casework import drafts
from cme_desktop.domain.errors import StepRefused, UserError
from cme_desktop.domain.roles import Person
from cme_desktop.storage.store import Store
from cme_desktop.ui.case import wording
from cme_desktop.ui.case.content import Content
from cme_desktop.ui.case.forms.inputs import DayText, WhenInput
from cme_desktop.ui.case.forms.school import SchoolPicker
from cme_desktop.ui.case.opened import OpenedCase
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.page import Page
from cme_desktop.ui.qt import alive, announce, clear, column, follow_layout, row, shortcut
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.buttons import Button, IconButton, Kind
from cme_desktop.ui.widgets.cards import Foot, Scroll
from cme_desktop.ui.widgets.form import Field, Form
from cme_desktop.ui.widgets.inputs import Choice, DateInput, TextArea, TextInput, Tick
from cme_desktop.ui.widgets.text import Elided, Label
from cme_desktop.ui.words import clock_time

WIDTH: Final = 674
KEEP_AFTER: Final = 1_500
"""Milliseconds after the last change until what was typed is kept (F88)."""
_PAD: Final = 24


class Strip(Foot):
    """A question in the panel itself, above its foot: what is so, and the ways on as buttons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("banner-amber", parent)
        self.words = Label("", "strong", "amber_fg", wrap=True)
        self._buttons = row(gap=8)
        self.setLayout(column(self.words, self._buttons, margins=(_PAD, 10, _PAD, 10)))
        self.hide()

    def ask(self, words: str, *ways: tuple[str, Callable[[], object]]) -> None:
        """Ask, and put the focus on the first way on."""
        clear(self._buttons)
        self.words.setText(words)
        self.setAccessibleName(words)
        made = [
            Button(text, Kind.PLAIN if place else Kind.OUTLINED, small=True, on_click=act)
            for place, (text, act) in enumerate(ways)
        ]
        for button in made:
            self._buttons.addWidget(button)
        self._buttons.addStretch(1)
        self.show()
        announce(self, words, urgent=True)
        made[0].setFocus(Qt.FocusReason.OtherFocusReason)


class FormPanel(QFrame):
    """Base of the forms. Lay fields out in ``form``; say ``errors``, the ``act`` and what to ``say`` when it is done.

    ``saved`` carries the answer of the act. Esc closes: what was typed is kept as a draft or thrown away, as asked.
    """

    saved = Signal(object)
    closed = Signal()

    def __init__(
        self,
        desk: Desk,
        host: QWidget,
        title: str,
        subtitle: str,
        *,
        draft: str,
        save: str,
        next_words: str = "",
        width: int = WIDTH,
    ) -> None:
        super().__init__(host)
        self.desk, self._host, self._draft, self._wide = desk, host, draft, width
        self._before: QWidget | None = None
        self._first: Mapping[str, Any] = {}
        self._kept_values: Mapping[str, Any] = {}
        self._busy = self._goes_on = False
        self.setAccessibleName(title)
        self.setProperty("part", "page")
        self.form = Form(title)
        self.ticks: dict[str, Tick] = {}
        self.title = Label(title, "title")
        self.subtitle = Elided(subtitle, token="muted")
        self.close_button = IconButton("close", "Close", on_click=self.ask_to_close)
        self.save_button = Button(save, Kind.PRIMARY, key="Ctrl+S", on_click=self.save)
        self.next_button = Button(next_words or "Save and next", key="Ctrl+Enter", on_click=self.save_and_next)
        if not next_words:
            self.next_button.hide()
        self.cancel_button = Button("Cancel", Kind.PLAIN, key="Esc", on_click=self.ask_to_close)
        self.kept = Label("", "hint", "muted")
        self.foot = Foot()
        self._foot_row = row(
            self.save_button,
            self.next_button,
            self.cancel_button,
            None,
            self.kept,
            margins=(_PAD, 12, _PAD, 12),
        )
        self.foot.setLayout(self._foot_row)
        self.strip = Strip()
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_AFTER)
        self._timer.timeout.connect(self.keep)
        shortcut(self, "Ctrl+S", self.save)
        if next_words:
            shortcut(self, "Ctrl+Return", self.save_and_next)
            shortcut(self, "Ctrl+Enter", self.save_and_next)
        shortcut(self, "Esc", self.ask_to_close)
        desk.keep_wanted.connect(self.keep)
        host.installEventFilter(self)
        self.hide()

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setSpacing(0)
        head.addWidget(self.title)
        head.addWidget(self.subtitle)
        top = row(head, self.close_button, margins=(_PAD, 16, _PAD - 6, 12))
        holder = Content()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(_PAD, 4, _PAD, 16)
        inside.addWidget(self.form)
        inside.addStretch(1)
        self.scrolled = Scroll(holder)
        self._inside = inside
        self.scrolled.verticalScrollBar().rangeChanged.connect(self._on_range)
        box = QVBoxLayout(self)
        box.setContentsMargins(1, 0, 0, 0)
        box.setSpacing(0)
        self.middle = row(gap=0)
        self.middle.addWidget(self.scrolled, 1)
        box.addLayout(top)
        box.addLayout(self.middle, 1)
        box.addWidget(self.strip)
        box.addWidget(self.foot)

    # What each form says

    def errors(self) -> dict[str, str]:
        """Return what is wrong by field; nothing is saved while there is something."""
        return {}

    def act(self) -> Callable[[Store, Person], Any]:
        """Return what saving does, from values already read: it runs on the write lane."""
        raise TypeError(f"{type(self).__name__} does not say what saving does")

    def said(self) -> str:
        """Return the words of the toast."""
        return "Saved"

    def undoable(self) -> bool:
        """Say whether the toast offers Undo."""
        return True

    def field_of(self, missing: str) -> str:
        """Return the field that a refusal's missing particular stands for."""
        return missing

    def first_field(self) -> QWidget | None:
        """Return where the focus goes first."""
        return next(iter(self.form.fields.values())).editor if self.form.fields else None

    def begin_next(self) -> None:
        """Make the form ready for the next entry, after Save and next."""
        self.fill(self._first)

    # What stands in the fields

    def editors(self) -> dict[str, QWidget]:
        """Return what holds the form's values, by name: the editors of its fields, and its ticks."""
        return {**{key: field.editor for key, field in self.form.fields.items()}, **self.ticks}

    def values(self) -> dict[str, Any]:
        """Return what stands in the form, as a draft keeps it."""
        return {key: _value(editor) for key, editor in self.editors().items()}

    def fill(self, values: Mapping[str, Any]) -> None:
        """Show kept values; names that the form does not know are passed over."""
        editors = self.editors()
        for key, value in values.items():
            if key in editors:
                _put(editors[key], value)

    # Opening and closing

    def open(self) -> None:
        """Show the panel, fetch what was left unsaved in it, and take the focus; a second one gives way."""
        direct = Qt.FindChildOption.FindDirectChildrenOnly
        for other in self._host.findChildren(type(self), options=direct):
            if other is not self and other.isVisibleTo(self._host):
                other.take_focus()
                self.deleteLater()
                return
        self._before = self._host.window().focusWidget()
        self._place()
        self.show()
        self.raise_()
        follow_layout(self)
        self._first = self.values()
        self._watch()
        self.desk.ask(lambda store, person: drafts.read_draft(store, person, self._draft), self._on_draft)
        self.take_focus()

    def take_focus(self) -> None:
        """Put the focus into the form."""
        target = self.first_field()
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _watch(self) -> None:
        for editor in self.editors().values():
            for name in ("textChanged", "picked", "toggled", "dateTimeChanged"):
                signal = getattr(editor, name, None)
                if signal is not None:
                    signal.connect(self._on_changed)
            if isinstance(editor, SchoolPicker):
                editor.input.textChanged.connect(self._on_changed)

    def _on_draft(self, values: Mapping[str, Any] | None) -> None:
        if not values or self.changed():
            return
        self.fill(values)
        self._kept_values = self.values()
        self.kept.setText("Your draft is back")
        announce(self, "Your draft is back")

    def changed(self) -> bool:
        """Say whether something was typed that is not saved."""
        return self.values() != dict(self._first)

    @Slot()
    def ask_to_close(self) -> None:
        """Close, or ask first what becomes of what was typed."""
        if not self.changed():
            self.shut()
            return
        self.strip.ask(
            "You have not saved this form.",
            ("Keep as a draft", self._leave_kept),
            ("Throw it away", self.discard),
            ("Go on writing", self._stay),
        )
        follow_layout(self)

    def ask(self, words: str, go_on: str, then: Callable[[], object]) -> None:
        """Ask about what may be a mistake before saving: the fact in words, and a way on that names the act."""
        self.strip.ask(words, (go_on, then), ("Go back to the form", self._stay))
        follow_layout(self)

    def _stay(self) -> None:
        self.strip.hide()
        self.take_focus()

    def _leave_kept(self) -> None:
        self.keep()
        self.shut()

    @Slot()
    def discard(self) -> None:
        """Throw away what was typed, and close."""
        self._timer.stop()
        self.desk.look(lambda store, person: drafts.erase_draft(store, person, self._draft), _nothing)
        self.shut()

    def shut(self) -> None:
        """Close and give the focus back."""
        self._timer.stop()
        self._host.removeEventFilter(self)
        inside = self.isAncestorOf(self._host.window().focusWidget() or self._host)
        self.hide()
        self.closed.emit()
        before = self._before if self._before is not None and alive(self._before) else None
        if inside and before is not None and before.window() is self._host.window():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        elif inside and isinstance(self._host, Page):
            self._host.focus_content()
        self.deleteLater()

    # Keeping and saving

    @Slot()
    def _on_changed(self) -> None:
        self._timer.start()

    @Slot()
    def keep(self) -> None:
        """Keep what was typed, encrypted, until it is saved."""
        self._timer.stop()
        values = self.values()
        if not self.isVisibleTo(self._host) or self._busy or values in (self._first, self._kept_values):
            return
        self._kept_values = values
        draft = self._draft
        self.desk.look(lambda store, person: drafts.keep_draft(store, person, draft, values), self._on_kept)

    def _on_kept(self, _answer: object) -> None:
        self.kept.setText(f"Draft kept {clock_time(self.desk.now)}")

    @Slot()
    def save(self) -> None:
        """Save and close."""
        self._save(goes_on=False)

    @Slot()
    def save_and_next(self) -> None:
        """Save and begin the next entry."""
        self._save(goes_on=True)

    def _save(self, *, goes_on: bool) -> None:
        if self._busy:
            return
        self.strip.hide()
        wrong = self.errors()
        self.form.show_errors(wrong)
        if wrong:
            self.scrolled.verticalScrollBar().setValue(0)
            return
        self._goes_on = goes_on
        self._set_busy(True)
        self._timer.stop()
        act, draft = self.act(), self._draft

        def job(store: Store, person: Person) -> Any:
            answer = act(store, person)
            drafts.erase_draft(store, person, draft)
            return answer

        self.desk.do(job, self._on_saved, self._on_refused, said=self.said(), undo=self.undoable())

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        for button in (self.save_button, self.next_button):
            button.setEnabled(not busy)

    def _on_saved(self, answer: object) -> None:
        self._set_busy(False)
        self._kept_values = {}
        if self._goes_on:
            self.begin_next()
            self._first = self.values()
            self.kept.setText("")
            self.take_focus()
            self.saved.emit(answer)
            return
        self._first = self.values()
        self.saved.emit(answer)
        self.shut()

    def _on_refused(self, error: Exception) -> None:
        self._set_busy(False)
        if not isinstance(error, UserError):
            raise error
        where = ""
        if isinstance(error, StepRefused) and error.refusal.missing:
            where = self.field_of(error.refusal.missing[0])
        self.form.show_errors({where if where in self.form.fields else "": error.message})
        self.scrolled.verticalScrollBar().setValue(0)

    # Size

    @Slot(int, int)
    def _on_range(self, _least: int, most: int) -> None:
        """Let the scroll bar stand in the padding, so that the fields keep their width."""
        bar = self.scrolled.verticalScrollBar().sizeHint().width() if most else 0
        self._inside.setContentsMargins(_PAD, 4, _PAD - bar, 16)

    def _place(self) -> None:
        width = min(Theme.of().px(self._wide) if self._wide else self._host.width(), self._host.width())
        self.setGeometry(self._host.width() - width, 0, width, self._host.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the right of the page when it changes size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the page's own ground, and the line at the left."""
        super().paintEvent(event)
        theme = Theme.of()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("bg"))
        painter.fillRect(0, 0, 1, self.height(), theme.color("edge"))


def half(field: Field) -> QHBoxLayout:
    """Return a line whose left half a field takes."""
    line = row(field, None, gap=16)
    line.setStretch(0, 1)
    line.setStretch(1, 1)
    return line


def _nothing(_answer: object) -> None:
    """Take an answer that nobody waits for."""


def _value(editor: QWidget) -> Any:
    if isinstance(editor, (TextInput, TextArea)):
        return editor.text()
    if isinstance(editor, Choice):
        return editor.key()
    if isinstance(editor, DateInput):
        return editor.day().isoformat()
    if isinstance(editor, WhenInput):
        return editor.moment().isoformat()
    if isinstance(editor, Tick):
        return editor.isChecked()
    if isinstance(editor, SchoolPicker):
        return [editor.urn(), editor.name()]
    raise TypeError(f"A form cannot keep what a {type(editor).__name__} holds")


def _put(editor: QWidget, value: Any) -> None:
    if isinstance(editor, (TextInput, TextArea)):
        editor.setText(str(value))
        if isinstance(editor, DayText):
            editor.picked.emit(editor.day())
    elif isinstance(editor, Choice):
        editor.pick(str(value))
    elif isinstance(editor, DateInput):
        editor.set_day(datetime.fromisoformat(str(value)).date())
    elif isinstance(editor, WhenInput):
        editor.set_moment(datetime.fromisoformat(str(value)))
    elif isinstance(editor, Tick):
        editor.setChecked(bool(value))
    elif isinstance(editor, SchoolPicker):
        editor.show_school(str(value[0]), str(value[1]))


class CaseForm(FormPanel):
    """A form about one case: its subtitle names the child, its draft is kept under the case."""

    def __init__(
        self,
        desk: Desk,
        host: QWidget,
        case: OpenedCase,
        title: str,
        *,
        draft: str,
        save: str,
        next_words: str = "",
    ) -> None:
        self.case = case
        subtitle = ", ".join(part for part in (case.name, wording.year_words(case.head)) if part)
        super().__init__(desk, host, title, subtitle, draft=f"{draft}:{case.ref}", save=save, next_words=next_words)
