"""The watched folder: where S2S files arrive, what becomes of them there, and another folder."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from cme_desktop.access import may
from cme_desktop.casework.intake.watched import FolderChosen
from cme_desktop.casework.reference.policy import Policy, change_settings, read_settings
from cme_desktop.register.inbox import InboxPage, inbox_page
from cme_desktop.ui.admin.section import Office, Section
from cme_desktop.ui.frame.folder_choice import FolderChoice
from cme_desktop.ui.qt import row
from cme_desktop.ui.theme import hold_width
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.form import Field, Form
from cme_desktop.ui.widgets.inputs import TextInput
from cme_desktop.ui.widgets.text import Label, Terms
from cme_desktop.ui.words import count

KEEP = "folder.keep-days"
_DAYS = "days"


class FolderSection(Section):
    """The folder of this computer that is watched, and how long held files stay in it."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(office, "Watched folder", parent)
        self.choice = FolderChoice(self, self.desk, office.system, self.refused)
        self.choice.chosen.connect(self._on_chosen)
        self.place = Label("", wrap=True).selectable()
        self.truth = Label("", wrap=True)
        self.stuck = Label("", token="danger", wrap=True)
        self.stuck.hide()
        self.change = Button("Change folder", icon="folder", on_click=self.choice.ask)
        self.look = Button("Look in folder now", key="F5", on_click=self.desk.look_wanted.emit)
        card = Card("Watched folder")
        terms = Terms(128, 8)
        terms.add("On this computer", self.place)
        terms.add("What happens", self.truth)
        card.body.addWidget(terms)
        card.body.addWidget(self.stuck)
        self.why = Label("", "hint", "muted", wrap=True)
        card.foot(self.change, self.look, self.why)
        self.days = TextInput(longest=3)
        self.form = Form("How long held files stay in the folder")
        hint = "0 deletes a file at once, as soon as its sealed copy was read back. A setting of the council."
        self.form.put(_DAYS, Field("Days a file stays once it is held", self.days, hint=hint), 440)
        hold_width(self.days, 88)
        self.save = Button("Save days", on_click=self._on_save)
        keep = Card("How long held files stay")
        keep.body.setSpacing(12)
        keep.body.addWidget(self.form)
        keep.body.addLayout(row(self.save, None))
        self.hold(card, keep)
        self.change.set_reason(self.why_not("folder.change"))
        self.look.set_reason(self.why_not("import.scan"))
        self.save.set_reason(self.why_not("settings.change"))
        self.days.setEnabled(self.save.isEnabled())
        self.why.setText(self.why_not("folder.change") or self.why_not("import.scan"))

    def refresh(self) -> None:
        """Fetch the days and what could not be deleted."""
        place = self.desk.preferences.settings.folder_of(self.desk.store.folder)
        self.place.setText(place or "None chosen. Files are taken in by hand only, in the Inbox.")
        self.change.setText("Change folder" if place else "Choose folder")
        self.desk.ask(read_settings, self._on_settings, self.refused)
        if may(self.desk.person, "ask.inbox"):
            self.desk.ask(inbox_page, self._on_inbox, self.refused)

    def _on_settings(self, policy: Policy) -> None:
        days = policy.days(KEEP)
        self.days.setText(str(days))
        sealed = "Each file is sealed in the register and read back."
        after = f"It is deleted from the folder {count(days, 'day')} later." if days else "Then it is deleted there."
        self.truth.setText(f"{sealed} {after} While the register is locked files wait.")

    def _on_inbox(self, page: InboxPage) -> None:
        names = "\n".join(f"{Path(path).name}: {why}" for path, why in page.not_deleted)
        self.stuck.setText(f"Not deleted yet, tried again every 5 seconds:\n{names}" if names else "")
        self.stuck.setVisible(bool(names))

    def _on_chosen(self, chosen: FolderChosen) -> None:
        self.show_banner(Banner(chosen.warning, Tone.AMBER) if chosen.warning else None)
        self.desk.toasts.say("Another folder is watched from now on")
        self.desk.look_wanted.emit()
        self.desk.reference_changed.emit()
        self.refresh()

    def _on_save(self) -> None:
        typed = self.days.text().strip()
        errors = {} if typed.isdecimal() else {_DAYS: "Enter a whole number of days, 0 or more"}
        self.form.show_errors(errors)
        if errors:
            return
        days = int(typed)
        self.desk.do(
            lambda store, actor: change_settings(store, actor, {KEEP: days}),
            self._on_saved,
            self.refused,
            said=f"Held files stay {count(days, 'day')} in the folder" if days else "Held files are deleted at once",
        )

    def _on_saved(self, policy: Policy) -> None:
        self._on_settings(policy)
        self.desk.reference_changed.emit()
