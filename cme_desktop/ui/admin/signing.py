"""Signing: who may sign for the council, the order form that Legal confirms, and the letter templates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from cme_desktop.access import may
from cme_desktop.casework.documents.shipped_letters import template
from cme_desktop.casework.documents.signing import (
    PRESCRIBED,
    ConfirmedInfo,
    SignatoryInfo,
    add_signatory,
    confirmed_forms,
    end_signatory,
    signatories,
)
from cme_desktop.casework.reference.forms import (
    WaitingForm,
    agree_confirmation,
    enter_confirmation,
    read_scan,
    refuse_confirmation,
    waiting_form,
)
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.register.admin import TemplateRow, templates
from cme_desktop.register.case_rows import DOCUMENT_TITLES
from cme_desktop.storage.store import Store
from cme_desktop.ui.admin.dialogs import FormDialog
from cme_desktop.ui.admin.section import Office, Section, SmallTable, System, TableCard
from cme_desktop.ui.qt import alive, row
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import Card, part
from cme_desktop.ui.widgets.inputs import DateInput, TextArea, TextInput, Tick
from cme_desktop.ui.widgets.pdf_view import PdfView, page_sizes
from cme_desktop.ui.widgets.table import Cell, Column
from cme_desktop.ui.widgets.tags import Tag, TagLook
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import short_date, when

PDF: Final = "application/pdf"
LARGEST_SCAN: Final = 20 * 1024 * 1024
NOT_CONFIRMED: Final = TagLook("Not confirmed", Tone.AMBER, "alert")
WAITS: Final = TagLook("Waits for a second person", Tone.AMBER, "clock")
CONFIRMED: Final = TagLook("Confirmed", Tone.GREEN, "check")
Forms = tuple[tuple[ConfirmedInfo, ...], WaitingForm | None]


class SigningSection(Section):
    """Signatories, the confirmation of the order form in two steps by two people, and the templates."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(office, "Signing and forms", parent)
        self._version = template(PRESCRIBED).version
        self.table = SmallTable(self._columns(), "Who may sign")
        self.add = Button("Add a signatory", icon="plus", on_click=self.ask_add)
        self.end = Button("End the authority", on_click=self.ask_end)
        empty = "Nobody may sign yet. Letters and orders print the name and post of an authorised officer (s566)."
        self.people = TableCard("Who may sign for the council", self.table, empty, self.add, self.end)
        self.table.moved.connect(lambda _number: self._allow())
        self.templates = SmallTable(self._template_columns(), "Letter templates", row=28)
        self.letters = TableCard("Letter templates", self.templates, "None in this register.")
        self.hold(self.people, self._form_card(), self.letters)
        self._allow()

    def _columns(self) -> tuple[Column[SignatoryInfo], ...]:
        return (
            Column("name", "Name", lambda one: Cell(one.name, second=one.post, strong=True), sortable=False),
            Column("authority", "Authority", lambda one: one.authority, 232, sortable=False),
            Column("from", "From", lambda one: short_date(one.valid_from), 96, sortable=False),
            Column("to", "To", lambda one: short_date(one.valid_to) if one.valid_to else "", 96, sortable=False),
            Column("state", "Today", lambda one: Cell("", tag=self._state(one)), 112, sortable=False),
        )

    def _state(self, one: SignatoryInfo) -> TagLook:
        if one.valid_on(self.desk.today):
            return TagLook("May sign", Tone.GREEN, "check")
        later = one.valid_from > self.desk.today
        return TagLook("Not yet", Tone.GREY, "clock") if later else TagLook("Ended", Tone.GREY, "minus")

    def _template_columns(self) -> tuple[Column[TemplateRow], ...]:
        return (
            Column("code", "Code", lambda one: Cell(one.code, strong=True), 72, sortable=False),
            Column("title", "Letter", lambda one: DOCUMENT_TITLES.get(one.code, "Paper"), sortable=False),
            Column("version", "Version", lambda one: one.version, 88, sortable=False),
            Column("print", "Fingerprint", lambda one: one.sha256[:12], 128, sortable=False),
            Column("added", "Since", lambda one: short_date(one.added_at.date()), 110, sortable=False),
        )

    def _form_card(self) -> Card:
        card = Card("School attendance order: the prescribed form")
        self.form_state = Tag("", Tone.GREY)
        card.head().addWidget(self.form_state)
        words = (
            "Until a named person from Legal has confirmed the form, each order is a draft with a watermark and cannot "
            "be recorded as served. An administrator enters the confirmation with its scan; it counts once a second "
            "person, a manager, has looked at the scan and agreed."
        )
        self.form_words = Label("", wrap=True)
        self.enter = Button("Enter the confirmation", on_click=self.ask_enter)
        self.see = Button("Look at the scan", icon="eye", on_click=self._on_see)
        self.agree = Button("Agree", Kind.PRIMARY, icon="check", on_click=self._on_agree)
        self.refuse = Button("Refuse", on_click=self.ask_refuse)
        self.form_why = Label("", "hint", "muted", wrap=True)
        card.body.addWidget(Label(words, wrap=True))
        card.body.addWidget(self.form_words)
        foot = card.foot(self.enter, self.see, self.agree, self.refuse, 4)
        layout = foot.layout()
        assert layout is not None
        layout.addWidget(self.form_why)
        return card

    # Showing

    def refresh(self) -> None:
        """Fetch signatories, the form's confirmation and the templates."""
        self.desk.ask(signatories, self._on_signatories, self.refused)
        self.desk.ask(_forms, self._on_forms, self.refused)
        self.desk.ask(templates, self._on_templates, self.refused)

    def _on_signatories(self, people: Sequence[SignatoryInfo]) -> None:
        self.people.show_rows({one.id: one for one in people})
        self._allow()

    def _on_templates(self, rows: Sequence[TemplateRow]) -> None:
        self.letters.show_rows(dict(enumerate(rows, start=1)))

    def _on_forms(self, answer: Forms) -> None:
        confirmed, waiting = answer
        own = next((one for one in reversed(confirmed) if one.template_version == self._version), None)
        form = f"The form of the order, version {self._version}"
        look = WAITS if waiting is not None else CONFIRMED if own is not None else NOT_CONFIRMED
        if waiting is not None:
            words = (
                f"{form}: {waiting.confirmed_by}, {waiting.post}, confirmed it on {short_date(waiting.confirmed_on)}. "
                f"Entered by {waiting.entered_by_name} {when(waiting.entered_at, self.desk.today)}."
            )
        elif own is not None:
            words = f"{form}: confirmed by {own.confirmed_by}, {own.post}, on {short_date(own.confirmed_on)}."
        else:
            words = f"{form}: nobody from Legal has confirmed it yet."
        if self.desk.store.demonstration:
            words += " In this training register every page says TRAINING, and orders can be practised without it."
        self.form_state.show_look(look)
        self.form_words.setText(words)
        manager = may(self.desk.person, "form.agree")
        mine = waiting is not None and waiting.entered_by == self.desk.person.id
        for button in (self.see, self.agree, self.refuse):
            button.setVisible(waiting is not None and manager)
        self.enter.setVisible(waiting is None or not manager)
        self.enter.set_reason(self.why_not("form.confirm"))
        self.agree.set_reason("You entered it, so another manager agrees" if mine else "")
        waits = "A manager agrees to it: Change person." if waiting is not None and not manager else ""
        self.form_why.setText(waits or ("" if self.enter.isHidden() else self.why_not("form.confirm")))

    def _allow(self) -> None:
        why = self.why_not("settings.change")
        chosen = self.table.current()
        ended = chosen is not None and chosen.valid_to is not None and chosen.valid_to < self.desk.today
        choose = "Choose a signatory first" if chosen is None else "This authority has ended" if ended else ""
        self.add.set_reason(why)
        self.end.set_reason(why or choose)
        self.people.why.setText(why or (choose if self.table.rows.ids else ""))

    # Signatories

    def ask_add(self) -> None:
        """Ask for an officer who may sign."""
        words = ("Name and post are printed under what this officer signs. The authority is named in the audit.",)
        dialog = FormDialog("Add a signatory", "Add the signatory", self, words=words)
        name, post, authority = TextInput(longest=100), TextInput(longest=120), TextInput(longest=200)
        first, last = DateInput(self.desk.today), DateInput(self.desk.today)
        ends = Tick("The authority has a last day")
        last.setEnabled(False)
        ends.toggled.connect(last.setEnabled)
        dialog.put("name", "Name", name)
        dialog.put("post", "Post", post)
        dialog.put("authority", "Authority", authority, hint="Such as: scheme of delegation, 1 September 2026.")
        dialog.put_row(("from", "First day", first), ("to", "Last day", last))
        dialog.form.body.addWidget(ends)

        def check() -> dict[str, str]:
            errors = {
                key: f"Enter the {what}"
                for key, what, field in (
                    ("name", "name of the officer", name),
                    ("post", "post of the officer", post),
                    ("authority", "authority that lets them sign", authority),
                )
                if not field.text().strip()
            }
            if ends.isChecked() and last.day() < first.day():
                errors["to"] = "The last day must not lie before the first"
            return errors

        def act() -> None:
            facts = (name.text(), post.text(), authority.text(), first.day(), last.day() if ends.isChecked() else None)

            def add(store: Store, actor: Person) -> SignatoryInfo:
                who, what, why, start, end = facts
                return add_signatory(store, actor, name=who, post=what, authority=why, valid_from=start, valid_to=end)

            self.desk.do(
                add, partial(self._saved, dialog), partial(_refuse, dialog), said=f"{facts[0].strip()} may sign"
            )

        dialog.ask(check, act)

    def ask_end(self) -> None:
        """Ask for the last day of an authority."""
        chosen = self.table.current()
        if chosen is None or not self.end.isEnabled():
            return
        words = (f"What {chosen.name} signed before stays good.",)
        dialog = FormDialog(f"End the authority of {chosen.name}", "End the authority", self, words=words)
        last, why = DateInput(self.desk.today), TextInput(longest=200)
        dialog.put("last", "Last day", last)
        dialog.put("why", "Why", why, hint="Kept in the audit.")

        def act() -> None:
            day, reason = last.day(), why.text().strip()

            def end(store: Store, actor: Person) -> SignatoryInfo:
                return end_signatory(store, actor, chosen.id, last_day=day, reason=reason)

            said = f"{chosen.name} may sign until {short_date(day)}"
            self.desk.do(end, partial(self._saved, dialog), partial(_refuse, dialog), said=said)

        dialog.ask(lambda: {} if why.text().strip() else {"why": "Say why this authority ends"}, act)

    def _saved(self, dialog: FormDialog, _answer: object) -> None:
        if alive(dialog):
            dialog.done_with()
        self.refresh()
        self.changed.emit()
        self.desk.reference_changed.emit()

    # The form

    def ask_enter(self) -> None:
        """Ask who in Legal confirmed the form, when, and for the scan that shows it."""
        words = ("Nobody of this register can be the person from Legal. The scan is kept, encrypted.",)
        dialog = FormDialog("Enter the confirmation by Legal", "Enter the confirmation", self, words=words)
        name, post, day = TextInput(longest=100), TextInput(longest=120), DateInput(self.desk.today)
        scan = TextInput(longest=1000)
        scan.setReadOnly(True)
        choose = Button("Choose the scan", icon="file", on_click=lambda: _choose(self.office.system, scan))
        dialog.put("name", "Name of the person from Legal", name)
        dialog.put("post", "Their post", post)
        dialog.put("day", "Day on the signed paper", day)
        dialog.put("scan", "Scan of the signed confirmation (PDF)", scan)
        dialog.form.body.addLayout(row(choose, None))

        def check() -> dict[str, str]:
            errors = {} if name.text().strip() else {"name": "Enter who in Legal signed the confirmation"}
            if not post.text().strip():
                errors["post"] = "Enter the post of the person from Legal"
            if day.day() > self.desk.today:
                errors["day"] = "The day on the signed paper cannot lie in the future"
            if not scan.text():
                errors["scan"] = "Choose the scan of the signed confirmation"
            return errors

        def act() -> None:
            who, what, when_signed, place = name.text(), post.text(), day.day(), Path(scan.text())

            def enter(store: Store, actor: Person) -> None:
                _enter(store, actor, who, what, when_signed, place)

            said = "The confirmation was entered. It counts once a manager has agreed."
            self.desk.do(enter, partial(self._saved, dialog), partial(_refuse, dialog), said=said)

        dialog.ask(check, act)

    def _on_see(self) -> None:
        self.desk.look(read_scan, self._on_scan, self.refused)

    def _on_scan(self, answer: tuple[bytes, str]) -> None:
        ScanDialog(answer[0], self).open()

    def _on_agree(self) -> None:
        said = "Agreed: Legal has confirmed the form. Orders are no drafts from now on."
        self.desk.do(agree_confirmation, self._on_decided, self.refused, said=said)

    def ask_refuse(self) -> None:
        """Ask why a confirmation is refused."""
        dialog = FormDialog("Refuse this confirmation", "Refuse it", self, words=("The order stays a draft.",))
        why = TextArea(2, longest=300)
        dialog.put("why", "What has to be put right", why)

        def act() -> None:
            reason = why.text().strip()
            self.desk.do(
                lambda store, actor: refuse_confirmation(store, actor, reason=reason),
                partial(self._saved, dialog),
                partial(_refuse, dialog),
                said="The confirmation was refused. The order stays a draft.",
            )

        dialog.ask(lambda: {} if why.text().strip() else {"why": "Say what has to be put right"}, act)

    def _on_decided(self, _info: ConfirmedInfo) -> None:
        self.refresh()
        self.changed.emit()
        self.desk.reference_changed.emit()


class ScanDialog(QDialog):
    """The pages of a scan, from memory only."""

    def __init__(self, content: bytes, parent: SigningSection) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Scan of the confirmation")
        self.setAccessibleName("Scan of the confirmation")
        view = PdfView(parent.desk.runner)
        view.show_pdf(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(view, 1)
        foot = part("status")
        foot.setLayout(row(None, Button("Close", key="Esc", on_click=self.reject), margins=(24, 12, 24, 12)))
        outer.addWidget(foot)
        self.resize(760, 620)


def _forms(store: Store, viewer: Person) -> Forms:
    return confirmed_forms(store, viewer), waiting_form(store, viewer)


def _refuse(dialog: FormDialog, error: Exception) -> None:
    if alive(dialog):
        dialog.refuse(error)
    elif not isinstance(error, UserError):
        raise error


def _choose(system: System, scan: TextInput) -> None:
    place = system.ask_open("Choose the scan", "PDF (*.pdf)")
    if place:
        scan.setText(place)


def _enter(store: Store, actor: Person, who: str, post: str, day: date, place: Path) -> None:
    """Read the scan and enter the confirmation; raise UserError where the scan is none that can be looked at."""
    try:
        if place.stat().st_size > LARGEST_SCAN:
            raise UserError("The scan is larger than 20 MB. Scan it again in fewer colours, then choose it.")
        content = place.read_bytes()
        page_sizes(content)
    except (OSError, ValueError):
        raise UserError("The scan could not be read as a PDF. Nothing was entered. Choose another file.") from None
    enter_confirmation(store, actor, confirmed_by=who, post=post, confirmed_on=day, scan=content, media_type=PDF)
