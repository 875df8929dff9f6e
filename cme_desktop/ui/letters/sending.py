"""The forms that a filed document asks for: a copy to send, with its entry in the sharing log, and the posting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from cme_desktop.casework import access_log
from cme_desktop.casework.documents import handling
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.register.letters import LetterRow
from cme_desktop.storage.store import Store
from cme_desktop.system.files import atomic_write
from cme_desktop.ui.case.forms.inputs import Day
from cme_desktop.ui.case.forms.panel import FormPanel
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import row
from cme_desktop.ui.widgets.form import Field
from cme_desktop.ui.widgets.inputs import Choice, PassphraseInput, TextInput
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import short_date

METHODS: Final = {
    "s2s": "S2S",
    "secure-email": "Secure e-mail",
    "encrypted-file": "Encrypted file",
    "post": "Post",
    "hand": "By hand",
}
ENCRYPTED: Final = "encrypted-file"
SHORTEST: Final = 12

AskPlace = Callable[[str, str], str]


class SaveForm(FormPanel):
    """Who gets a copy, on what basis and how; then it is saved where the person says, named by the case reference."""

    def __init__(
        self, desk: Desk, host: QWidget, document: LetterRow, methods: tuple[str, ...], ask_place: AskPlace
    ) -> None:
        subtitle = f"{document.title} to {document.addressee}, {document.ref}"
        draft = f"save-copy:{document.document_id}"
        super().__init__(desk, host, "Save a copy to send", subtitle, draft=draft, save="Save PDF")
        self._document, self._ask_place, self._chosen = document, ask_place, ""
        self.recipient, self.basis = TextInput(), TextInput()
        self.method = Choice([(key, METHODS.get(key, key)) for key in methods])
        self.password = PassphraseInput()
        self._password = Field(
            "Password of the file", self.password, hint="12 letters or more. Tell it by phone, never with the file."
        )
        form = self.form
        words = "The copy leaves the register. Who gets it and why is kept in the sharing log of the case."
        form.body.addWidget(Label(words, token="muted", wrap=True))
        form.body.addWidget(form.add("recipient", Field("Who gets it", self.recipient, hint="Name and office.")))
        hint = "For example: Education Act 1996 s436A, duty to establish the child’s education."
        form.body.addWidget(form.add("basis", Field("Lawful basis", self.basis, hint=hint)))
        form.put("method", Field("How it is sent", self.method), 260)
        form.body.addWidget(self._password)
        self.method.picked.connect(self._on_method)
        self._on_method(self.method.key())

    @Slot(str)
    def _on_method(self, key: str) -> None:
        self._password.setVisible(key == ENCRYPTED)

    def errors(self) -> dict[str, str]:
        """Return what is missing; the password is never kept with a draft, so its error stands at its field."""
        wrong = {}
        if not self.recipient.text().strip():
            wrong["recipient"] = "Enter who gets the copy"
        if not self.basis.text().strip():
            wrong["basis"] = "Enter the lawful basis"
        short = self.method.key() == ENCRYPTED and len(self.password.text()) < SHORTEST
        words = f"Enter a password of {SHORTEST} letters or more" if short else ""
        self._password.show_error(words)
        if short:
            wrong["password"] = words
        return wrong

    @Slot()
    def save(self) -> None:
        """Ask where the copy goes first; without a place nothing is recorded."""
        if not self.errors():
            self._chosen = self._ask_place("Save PDF", f"{self._document.ref}.pdf")
            if not self._chosen:
                self.kept.setText("Nothing was saved: no place was chosen")
                return
        super().save()

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the recording and the writing, in this order."""
        number, place = self._document.document_id, Path(self._chosen)
        recipient, basis = self.recipient.text().strip(), self.basis.text().strip()
        method = self.method.key()
        password = self.password.text() if method == ENCRYPTED else ""

        def job(store: Store, person: Person) -> str:
            receipt = access_log.export_document(store, person, number, reason=basis)
            copy = handling.save_copy_to_send(
                store,
                person,
                number,
                receipt,
                recipient=recipient,
                lawful_basis=basis,
                method=method,
                password=password,
            )
            return _write(place, copy.content)

        return job

    def said(self) -> str:
        """Return the words of the toast."""
        return "Copy saved and entered in the sharing log"

    def undoable(self) -> bool:
        """Say that a copy given out cannot be undone."""
        return False


def _write(place: Path, content: bytes) -> str:
    try:
        return atomic_write(place, content).name
    except OSError as error:
        raise UserError(
            "The copy could not be written there: the folder cannot be written to, or the disk is full. Nothing of it "
            "is left, and the sharing log has its entry. Choose another folder."
        ) from error


class PostedForm(FormPanel):
    """The day on which a letter was posted or sent."""

    def __init__(self, desk: Desk, host: QWidget, documents: tuple[LetterRow, ...]) -> None:
        first = documents[0]
        subtitle = f"{first.title} to {', '.join(one.addressee for one in documents)}"
        draft = f"posted:{first.document_id}"
        super().__init__(desk, host, "Record posting", subtitle, draft=draft, save="Record posting")
        self._documents = documents
        self.day = Day(desk.today)
        hint = f"From {short_date(self._least())} up to today."
        self.form.body.addLayout(row(self.form.add("on", Field("Posted or sent on", self.day, hint=hint)), None))

    def _least(self) -> Any:
        issued = [one.issued_at.date() for one in self._documents if one.issued_at is not None]
        return max(issued, default=self.desk.today)

    def errors(self) -> dict[str, str]:
        """Return what is wrong with the day."""
        if not self._least() <= self.day.day() <= self.desk.today:
            return {"on": f"Posted or sent on must be from {short_date(self._least())} up to today"}
        return {}

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the recording."""
        numbers, on = [one.document_id for one in self._documents], self.day.day()

        def job(store: Store, person: Person) -> int:
            for number in numbers:
                handling.record_posted(store, person, number, on=on)
            return len(numbers)

        return job

    def said(self) -> str:
        """Return the words of the toast."""
        return f"Posting on {short_date(self.day.day())} recorded"

    def undoable(self) -> bool:
        """Say that it is only corrected."""
        return False


class CameBackForm(FormPanel):
    """A posted letter that came back: it counts as sent no longer, and a served paper not as served."""

    def __init__(self, desk: Desk, host: QWidget, document: LetterRow) -> None:
        subtitle = f"{document.title} to {document.addressee}"
        draft = f"came-back:{document.document_id}"
        super().__init__(desk, host, "Record that it came back", subtitle, draft=draft, save="Record that it came back")
        self._document = document
        self.day, self.detail = Day(desk.today), TextInput()
        words = "Post that comes back does not count as served. A notice or an order has to be served again."
        self.form.body.addWidget(Label(words, token="muted", wrap=True))
        self.form.body.addLayout(row(self.form.add("on", Field("Came back on", self.day)), None))
        hint = "What is written or stamped on the envelope."
        self.form.body.addWidget(self.form.add("detail", Field("Why it came back, if it says", self.detail, hint=hint)))

    def errors(self) -> dict[str, str]:
        """Return what is wrong with the day."""
        return {"on": "Came back on must be today or earlier"} if self.day.day() > self.desk.today else {}

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the recording."""
        number, on, detail = self._document.document_id, self.day.day(), self.detail.text().strip()
        return lambda store, person: handling.record_returned(store, person, number, on=on, detail=detail)

    def said(self) -> str:
        """Return the words of the toast."""
        return "Recorded that it came back"

    def undoable(self) -> bool:
        """Say that it is only corrected."""
        return False
