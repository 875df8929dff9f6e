"""Add a note to a case as its officer, or a comment as its manager."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from cme_desktop.access import may
from cme_desktop.casework import notes
from cme_desktop.domain.roles import Person
from cme_desktop.storage.store import Store
from cme_desktop.ui.case.forms.inputs import Day
from cme_desktop.ui.case.forms.panel import CaseForm
from cme_desktop.ui.case.opened import OpenedCase
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.widgets.form import Field
from cme_desktop.ui.widgets.inputs import Choice, TextArea

KINDS = [("note", "Note"), ("contact", "Contact with the family or a professional")]


class NoteForm(CaseForm):
    """What happened, in words; its first line is the title of the timeline's line."""

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase) -> None:
        super().__init__(desk, host, case, "Add note", draft="note", save="Add note")
        self.kind, self.day = Choice(KINDS), Day(desk.today)
        self.words = TextArea(8)
        self.form.body.addWidget(
            self.form.add("words", Field("Note", self.words, hint="The first line becomes the title on the timeline."))
        )
        self.form.add_row(
            ("on", Field("It happened on", self.day)), ("kind", Field("It is a", self.kind)), stretch=(190, 420)
        )

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong = {}
        if not self.words.text().strip():
            wrong["words"] = "Write the note"
        if self.day.day() > self.desk.today:
            wrong["on"] = "It happened on must be today or earlier"
        return wrong

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the adding of the note."""
        ref, words, on, kind = self.case.ref, self.words.text(), self.day.day(), self.kind.key()
        return lambda store, person: notes.add_note(store, person, ref, words, on=on, kind=kind)

    def said(self) -> str:
        """Return the words of the toast."""
        return "Note added"


class CommentForm(CaseForm):
    """What the manager says about a case; the officer finds it on the timeline."""

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase) -> None:
        super().__init__(desk, host, case, "Add comment", draft="comment", save="Add comment")
        self.words = TextArea(8)
        self.form.body.addWidget(self.form.add("words", Field("Comment", self.words)))

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        return {} if self.words.text().strip() else {"words": "Write the comment"}

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the adding of the comment."""
        ref, words = self.case.ref, self.words.text()
        return lambda store, person: notes.comment(store, person, ref, words)

    def said(self) -> str:
        """Return the words of the toast."""
        return "Comment added"


def note_form(desk: Desk, host: QWidget, case: OpenedCase) -> CaseForm:
    """Return the form that fits the person: a note by an officer, a comment by a manager."""
    return NoteForm(desk, host, case) if may(desk.person, "note.add") else CommentForm(desk, host, case)
