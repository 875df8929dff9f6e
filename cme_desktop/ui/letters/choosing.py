"""Make a letter: about whom, and which; what cannot be made yet says why and from when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cme_desktop.casework import access_log
from cme_desktop.casework.documents.lawful import Possible
from cme_desktop.casework.orders.lawful import Lawful, what_is_lawful
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.register import case_page, find, letters
from cme_desktop.register.find import PersonHit
from cme_desktop.register.letters import LetterRow
from cme_desktop.storage.store import Store
from cme_desktop.ui.case.forms.school import HitList
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.frame.search import PAUSE, Found
from cme_desktop.ui.letters.documents import Choice, ChoiceList, choices_of
from cme_desktop.ui.letters.preview.subject import BY_ACT
from cme_desktop.ui.page import KeyLine, Page
from cme_desktop.ui.qt import announce, named
from cme_desktop.ui.theme import hold_width
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Link
from cme_desktop.ui.widgets.cards import Card, Corners
from cme_desktop.ui.widgets.cover import Cover
from cme_desktop.ui.widgets.inputs import TextInput
from cme_desktop.ui.widgets.states import Empty, Interruption, Place
from cme_desktop.ui.widgets.tags import TagLook
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import count, short_date

LEFT: Final = 372
_MOST: Final = 7
_SHORTEST: Final = 2
RESTRICTED: Final = "reason-needed"


@dataclass(frozen=True)
class Chosen:
    """The case that a letter is to be made for, and which letters can be."""

    ref: str
    child: str
    words: str
    possible: Possible
    filed: Mapping[str, LetterRow]


class ChooseFace(Page):
    """Look up a case, then choose a document. ``picked`` carries the reference and the code of one to make.

    ``filed_wanted`` carries a filed document to open.
    """

    picked = Signal(str, str)
    filed_wanted = Signal(int)
    back_wanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("Make letter", parent=parent)
        self._desk = desk
        self._ref = ""
        self._asked = 0
        self._typed = ""
        self.search = TextInput(icon="search", hint="Name, UPN or reference", longest=80)
        named(self.search, "Child or case", "Name, UPN or reference. Down and Enter choose a case")
        self.search.installEventFilter(self)
        self.hits = HitList("Cases found", takes_focus=False)
        self.child, self.about = Label("", "section", wrap=True), Label("", "body", "muted", wrap=True)
        self.list = ChoiceList()
        self.place = Place(self.list)
        self.back = Link("All letters", step="hint", on_click=self.back_wanted.emit)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._look_up)
        self._lay_out()
        self.search.textEdited.connect(self._on_edited)
        self.hits.picked.connect(self._on_case_picked)
        self.list.picked.connect(self._on_picked)
        self._show_nobody()

    def _lay_out(self) -> None:
        if self.head is not None:
            self.head.beside.addWidget(self.back)
        whom = Card("About whom")
        hold_width(whom, LEFT)
        label = Label("Child or case", "strong")
        label.setBuddy(self.search)
        for part in (label, self.search, self.hits, self.child, self.about):
            whom.body.addWidget(part)
        whom.body.addStretch(1)
        which = Card("Which letter", padding=0)
        which.body.addWidget(self.place)
        Corners(which)
        whole = QHBoxLayout()
        whole.setSpacing(16)
        whole.addWidget(whom)
        whole.addWidget(which, 1)
        self.body.addLayout(whole, 1)

    # What the frame asks of a page

    def keys(self) -> tuple[KeyLine, ...]:
        """Return the keys of the page."""
        return (
            ("Down, Enter", "Choose a case from those found"),
            ("J K, Enter", "Choose a letter"),
            ("Alt+Left", "Back to the list of letters"),
        )

    def first_focus(self) -> QWidget | None:
        """Return what an interruption asks, the list of letters once a case is chosen, or the search."""
        cover = Cover.over(self)
        if cover is not None:
            return cover.asks.first
        return self.list if self._ref else self.search

    def begin(self, ref: str = "") -> None:
        """Begin with a case, or with nobody."""
        self.show_banner(None)
        self.search.clear()
        self.hits.show_hits(())
        self._show_nobody()
        if ref:
            self._open(ref)

    def _show_nobody(self) -> None:
        self._ref = ""
        self.child.hide()
        self.about.hide()
        words = "Type a name, a UPN or a reference at the left. The letters that can be made for that child show here."
        self.place.show_empty(Empty("Choose a child first.", words, icon="person", tone=Tone.GREY))

    # Looking up

    @Slot(str)
    def _on_edited(self, _text: str) -> None:
        self._pause.start()

    @Slot()
    def _look_up(self) -> None:
        text = self.search.text().strip()
        self._desk.runner.cancel(self._asked)
        if len(text) < _SHORTEST:
            self.hits.show_hits(())
            return
        self._typed = text
        self._asked = self._desk.ask(
            lambda store, person: find.find(store, person, text, limit=_MOST, words=False).people, self._on_found
        )

    def _on_found(self, people: tuple[PersonHit, ...]) -> None:
        found = [_found(one) for one in people if one.ref is not None]
        self.hits.show_hits(found)
        announce(self.search, f"{count(len(found), 'case')} found" if found else "No case found")

    @Slot(str)
    def _on_case_picked(self, ref: str) -> None:
        typed, hits = self._typed, self.hits.hits.rowCount()
        self.hits.show_hits(())
        self.search.clear()
        self._desk.look(lambda store, person: access_log.searched(store, person, typed, hits=hits), _nothing)
        self._open(ref)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move in the hits with the arrows, choose one with Enter, close them with Esc."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            current = self.hits.current() if self.hits.isVisible() else None
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if current is not None and step is not None:
                announce(self.search, self.hits.step(step))
                return True
            if current is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.hits.picked.emit(current.key)
                return True
            if event.key() == Qt.Key.Key_Escape and self.hits.isVisible():
                self.hits.show_hits(())
                return True
        return super().eventFilter(watched, event)

    # The case

    def _open(self, ref: str, reason: str = "") -> None:
        """Record the look at the case, then show which letters can be made for it."""
        self.place.show_loading()

        def job(store: Store, person: Person) -> Chosen:
            receipt = access_log.open_case_page(store, person, ref, reason=reason)
            head = case_page.case_page(store, person, ref, receipt).head
            lawful = what_is_lawful(store, person, ref)
            child = " ".join(part for part in (head.forename, head.surname) if part)
            born = f"Born {short_date(head.dob)}, age {head.age}" if head.dob else "Date of birth not known"
            words = "\n".join(part for part in (born, head.status_label or head.outcome_label, head.ref) if part)
            rows = letters.letter_rows(store, person, state=letters.ISSUED, ref=head.ref)
            return Chosen(head.ref, child or "Name not known", words, lawful.documents, _filed(lawful, rows))

        self._desk.look(job, self._on_opened, partial(self._on_refused, ref))

    def _on_opened(self, chosen: Chosen) -> None:
        self._ref = chosen.ref
        self.child.setText(chosen.child)
        self.about.setText(chosen.words)
        self.child.show()
        self.about.show()
        self.list.show_choices(choices_of(chosen.possible, chosen.filed))
        self.place.show_content()
        self.announce(f"{chosen.child}, {count(len(chosen.possible.codes), 'letter')} can be made")
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_refused(self, ref: str, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        if error.code == RESTRICTED:
            asks = Interruption(
                "Open restricted case", [error.message], "Open restricted case", reason="Why", shortest=10
            )
            asks.went_back.connect(self._show_nobody)
            Cover(self, asks, partial(self._open, ref))
            return
        self._show_nobody()
        self._desk.toasts.say(error.message, urgent=True)

    @Slot(object)
    def _on_picked(self, choice: Choice) -> None:
        if choice.document_id:
            self.filed_wanted.emit(choice.document_id)
        elif self._ref:
            self.picked.emit(self._ref, choice.code)


def _filed(lawful: Lawful, rows: Sequence[LetterRow]) -> dict[str, LetterRow]:
    """Return what a step has filed and cannot be made once more now."""
    can = {act.action for act in lawful.acts if act.allowed}
    newest = {row.code: row for row in reversed(rows)}
    return {code: newest[code] for code, action in BY_ACT.items() if code in newest and action not in can}


def _found(hit: PersonHit) -> Found:
    year = {"": "", "R": "Reception"}.get(hit.year, f"Year {hit.year}")
    second = ", ".join(part for part in (year, hit.ref or "") if part)
    tag = TagLook("Open", Tone.BLUE) if hit.is_open else TagLook("Closed", Tone.GREY)
    return Found(hit.ref or "", hit.name or "Name not known", second, "person", tag)


def _nothing(_answer: object) -> None:
    """Take an answer that nobody waits for."""
