"""Council settings: contacts, figures of policy and approvals, each with its default and where that comes from."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QWidget

from cme_desktop.casework import next_steps
from cme_desktop.casework.reference.policy import BY_KEY, Kind, Policy, SettingInfo, change_settings, read_settings
from cme_desktop.domain.errors import UserError
from cme_desktop.ui.admin.section import Office, Section
from cme_desktop.ui.admin.setting_words import CARDS, CODE_WORDS, settings_of, source_words, typed_of, value_of
from cme_desktop.ui.qt import column, row, shortcut
from cme_desktop.ui.theme import hold_width
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button
from cme_desktop.ui.widgets.buttons import Kind as ButtonKind
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.form import ErrorSummary, Field
from cme_desktop.ui.widgets.inputs import Choice, TextArea, TextInput, Tick
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import count

OUT_OF_HOURS: Final = "out-of-hours.phone"
NOT_SET: Final = "Out-of-hours number not set: ask your manager"
_WIDE: Final = 520
_NARROW: Final = 88


class Ticks(QWidget):
    """A box for each code of a list."""

    def __init__(self, info: SettingInfo) -> None:
        super().__init__()
        self.ticks = {code: Tick(CODE_WORDS.get(code, code)) for code in info.choices}
        self.setLayout(column(*self.ticks.values(), gap=2))
        self.setFocusProxy(next(iter(self.ticks.values())))

    def codes(self) -> list[str]:
        """Return the codes that are ticked, in the order of the list."""
        return [code for code, tick in self.ticks.items() if tick.isChecked()]

    def show_codes(self, codes: Any) -> None:
        """Tick some of the codes."""
        for code, tick in self.ticks.items():
            tick.setChecked(code in codes)


class SettingsSection(Section):
    """All settings in one form; what was changed is saved as one act."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(office, "Council settings", parent)
        self._before: dict[str, Any] = {}
        self.fields: dict[str, Field] = {}
        self.editors: dict[str, QWidget] = {}
        self.summary = ErrorSummary()
        self.summary.jumped.connect(self._on_jumped)
        cards = [self._card(title, settings_of(starts)) for title, starts in CARDS]
        foot = Card(padding=0)
        self.save = Button("Save settings", ButtonKind.PRIMARY, key="Ctrl+S", on_click=self._on_save)
        self.back = Button("Put back", ButtonKind.PLAIN, on_click=self._on_back)
        self.state = Label("", "hint", "muted", wrap=True)
        line = row(self.save, self.back, gap=8, margins=(16, 12, 16, 12))
        line.addWidget(self.state, 1)
        foot.body.addLayout(line)
        self.hold(self.summary, *cards, foot=foot)
        shortcut(self, "Ctrl+S", self._on_save)
        self._count_changes()

    def _card(self, title: str, infos: tuple[SettingInfo, ...]) -> Card:
        card = Card(title)
        card.body.setSpacing(14)
        for info in infos:
            editor = self._editor(info)
            field = Field(info.label, editor, hint=source_words(info))
            hold_width(field, _WIDE)
            if isinstance(editor, TextInput) and info.kind is Kind.DAYS:
                hold_width(editor, _NARROW)
            self.fields[info.key], self.editors[info.key] = field, editor
            card.body.addLayout(row(field, None))
        return card

    def _editor(self, info: SettingInfo) -> QWidget:
        allowed = not self.why_not("settings.change")
        editor: QWidget
        if info.kind is Kind.LINES:
            area = TextArea(4 if info.key == "council.address" else 3, longest=600)
            area.textChanged.connect(self._count_changes)
            editor = area
        elif info.kind is Kind.YES_NO:
            tick = Tick("Yes")
            tick.toggled.connect(self._count_changes)
            editor = tick
        elif info.kind is Kind.CHOICE:
            choice = Choice([(code, CODE_WORDS.get(code, code)) for code in info.choices])
            choice.picked.connect(self._count_changes)
            editor = choice
        elif info.kind is Kind.CODES:
            ticks = Ticks(info)
            for one in ticks.ticks.values():
                one.toggled.connect(self._count_changes)
            editor = ticks
        else:
            text = TextInput(longest=4 if info.kind is Kind.DAYS else 200)
            text.textChanged.connect(self._count_changes)
            editor = text
        editor.setEnabled(allowed)
        return editor

    # Showing

    def refresh(self) -> None:
        """Fetch the settings; what was typed and not saved stays."""
        self.desk.ask(read_settings, self._on_policy, self.refused)

    def _on_policy(self, policy: Policy) -> None:
        changed = self._changes()[0]
        self._before = {key: policy.values.get(key, BY_KEY[key].default) for key in self.editors}
        for key in self.editors:
            if key not in changed:
                self._show(key, self._before[key])
        self._count_changes()
        lacks = not str(self._before[OUT_OF_HOURS]).strip()
        self.show_banner(Banner(NOT_SET, Tone.RED) if lacks else None)

    def _show(self, key: str, value: Any) -> None:
        editor = self.editors[key]
        if isinstance(editor, Ticks):
            editor.show_codes(value)
        elif isinstance(editor, Tick):
            editor.setChecked(bool(value))
        elif isinstance(editor, Choice):
            editor.pick(str(value))
        elif isinstance(editor, TextInput | TextArea):
            editor.setText(typed_of(BY_KEY[key], value))

    def _typed(self, key: str) -> Any:
        editor = self.editors[key]
        if isinstance(editor, Ticks):
            kept = [code for code in self._before.get(key, ()) if code in editor.codes()]
            return [*kept, *(code for code in editor.codes() if code not in kept)]
        if isinstance(editor, Tick):
            return editor.isChecked()
        if isinstance(editor, Choice):
            return editor.key()
        assert isinstance(editor, TextInput | TextArea)
        return value_of(key, editor.text())

    def _changes(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Return what differs from the register, and what cannot be kept as it is typed, by key."""
        changes: dict[str, Any] = {}
        errors: dict[str, str] = {}
        for key, before in self._before.items():
            try:
                typed = self._typed(key)
            except ValueError as wrong:
                errors[key] = changes[key] = str(wrong)
            else:
                if typed != before:
                    changes[key] = typed
        return changes, errors

    @Slot()
    def _count_changes(self) -> None:
        changes, _ = self._changes()
        why = self.why_not("settings.change")
        self.save.setText(f"Save {count(len(changes), 'change')}" if changes else "Save settings")
        self.save.set_reason(why or ("" if changes else "Nothing was changed"))
        self.back.set_reason("" if changes and not why else "Nothing was changed")
        self.state.setText(why or ("Not saved yet" if changes else "Nothing was changed"))

    # Saving

    def _on_save(self) -> None:
        if not self.save.isEnabled():
            return
        changes, errors = self._changes()
        for key, field in self.fields.items():
            field.show_error(errors.get(key, ""))
        self.summary.show_errors(errors)
        if errors:
            self.pane.ensureWidgetVisible(self.summary)
            return
        self.save.set_reason("Being saved")
        self.desk.do(
            lambda store, actor: change_settings(store, actor, changes),
            self._on_saved,
            self._on_not_saved,
            said=f"{count(len(changes), 'setting')} saved",
        )

    def _on_saved(self, policy: Policy) -> None:
        self._before = {}
        self._on_policy(policy)
        self.changed.emit()
        self.desk.reference_changed.emit()
        self.desk.look(next_steps.recompute_all, lambda _number: self.desk.cases_changed.emit(None), self.refused)

    def _on_not_saved(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self.summary.show_errors({"": error.message})
        self.pane.ensureWidgetVisible(self.summary)
        self._count_changes()

    def _on_back(self) -> None:
        for key, value in self._before.items():
            self._show(key, value)
            self.fields[key].show_error("")
        self.summary.show_errors({})
        self._count_changes()

    @Slot(str)
    def _on_jumped(self, key: str) -> None:
        self.go_to(key)

    def go_to(self, what: str) -> None:
        """Bring a setting to the front."""
        editor = self.editors.get(what)
        if editor is not None:
            self.pane.ensureWidgetVisible(self.fields[what])
            editor.setFocus(Qt.FocusReason.OtherFocusReason)
