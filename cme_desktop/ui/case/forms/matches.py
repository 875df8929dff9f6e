"""Who the child of a new referral may be already, looked up while it is typed (F7, F12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from cme_desktop.casework import access_log
from cme_desktop.domain.identifiers import tidy_identifier
from cme_desktop.domain.roles import Person
from cme_desktop.register.find import PersonHit, find
from cme_desktop.storage.store import Store
from cme_desktop.ui.case.forms.school import HitList
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.frame.search import SETTLED, Found
from cme_desktop.ui.qt import announce, column
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.tags import TagLook
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import count, short_date

PAUSE: Final = 250
"""Milliseconds after the last letter before the register is asked."""
MOST: Final = 6
_SHORTEST_NAME: Final = 3
_SHORTEST_NUMBER: Final = 5


@dataclass(frozen=True)
class Typed:
    """What of a child has been typed so far."""

    forename: str = ""
    surname: str = ""
    dob: date | None = None
    upn: str = ""
    phone: str = ""

    def queries(self) -> tuple[str, ...]:
        """Return what to look for, the surest first."""
        name = f"{self.forename} {self.surname}".strip()
        wanted = [
            self.upn if len(self.upn.strip()) >= _SHORTEST_NUMBER else "",
            name if len(name) >= _SHORTEST_NAME else "",
            self.dob.isoformat() if self.dob else "",
            self.phone if len(self.phone.strip()) > _SHORTEST_NUMBER else "",
        ]
        return tuple(query for query in wanted if query)

    def says(self) -> str:
        """Return what was looked for, as the access log keeps it."""
        return ", ".join(self.queries())


@dataclass(frozen=True)
class Match:
    """A child of the register, and why it may be this one; ``sure`` where the number or name and birth date agree."""

    hit: PersonHit
    why: str
    sure: bool


def matches_of(store: Store, person: Person, typed: Typed) -> tuple[Match, ...]:
    """Return the children that the one typed may be, the surest first."""
    found: dict[int, tuple[PersonHit, list[str]]] = {}
    for query in typed.queries():
        for hit in find(store, person, query, limit=MOST, words=False).people:
            reason = "near name" if hit.spelling else hit.found_by
            found.setdefault(hit.child_id, (hit, []))[1].append(reason)
    made = [_match(hit, reasons, typed) for hit, reasons in found.values()]
    made.sort(key=lambda match: (not match.sure, -len(match.why)))
    return tuple(made[:MOST])


def _match(hit: PersonHit, reasons: list[str], typed: Typed) -> Match:
    same_day = typed.dob is not None and hit.dob == typed.dob
    said = list(dict.fromkeys(reason for reason in reasons if reason != "date of birth"))
    named = any(reason in ("name", "near name") for reason in said)
    numbered = "number" in said and bool(tidy_identifier(typed.upn))
    words = {"number": "same UPN", "near name": "name nearly so", "name": "same name"}
    why = [words.get(reason, f"same {reason}") for reason in said]
    if same_day:
        why.append("birth date")
    return Match(hit, ", ".join(why), numbered or (named and same_day))


class MatchCard(Card):
    """The children that may be meant, at the right of the form. ``picked`` carries the match chosen."""

    picked = Signal(object)
    shown = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("Known already?", padding=12, parent=parent)
        self._desk = desk
        self._typed = Typed()
        self._asked = 0
        self.matches: tuple[Match, ...] = ()
        self.words = Label("Names, UPN and date of birth are looked up as you type.", "hint", "muted", wrap=True)
        self.words.setContentsMargins(4, 0, 4, 0)  # in line with the title and with the names below
        self.list = HitList("Children who may be meant", takes_focus=True)
        self.list.setProperty("popup", False)
        self.list.setProperty("in", "card")
        self.list.picked.connect(self._on_picked)
        self.body.addWidget(self.words)
        self.body.addWidget(self.list)
        self.below = column(gap=8)
        self.body.addLayout(self.below)
        self.body.addStretch(1)
        self._pause = self._timer(PAUSE, self._on_pause)
        self._second = self._timer(SETTLED, self._on_settled)

    def _timer(self, milliseconds: int, slot: Callable[[], object]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    def look_for(self, typed: Typed) -> None:
        """Look the child up after a short pause."""
        if typed != self._typed:
            self._typed = typed
            self._pause.start()
            self._second.start()

    def sure(self) -> Match | None:
        """Return the match that is hardly another child, or None."""
        return next((match for match in self.matches if match.sure), None)

    @Slot()
    def _on_pause(self) -> None:
        typed = self._typed
        self._desk.runner.cancel(self._asked)
        if not typed.queries():
            self._show(())
            return
        self._asked = self._desk.ask(lambda store, person: matches_of(store, person, typed), self._show)

    def _show(self, matches: tuple[Match, ...]) -> None:
        before, self.matches = self.matches, matches
        self.list.show_hits([_found(match) for match in matches])
        if matches:
            self.words.setText("Look before you open a new case. Enter shows what you can do.")
        elif self._typed.queries():
            self.words.setText("Nobody like this is in the register.")
        else:
            self.words.setText("Names, UPN and date of birth are looked up as you type.")
        if matches != before:
            announce(self, f"{count(len(matches), 'child', 'children')} may be known already" if matches else "")
        self.shown.emit()

    @Slot()
    def _on_settled(self) -> None:
        typed, hits = self._typed, len(self.matches)
        if typed.queries():
            self._desk.look(lambda store, person: access_log.searched(store, person, typed.says(), hits=hits), _nothing)

    @Slot(str)
    def _on_picked(self, key: str) -> None:
        match = next((one for one in self.matches if str(one.hit.child_id) == key), None)
        if match is not None:
            self.picked.emit(match)


def _nothing(_answer: object) -> None:
    """Take a receipt that shows nothing further."""


def _found(match: Match) -> Found:
    hit = match.hit
    born = short_date(hit.dob) if hit.dob else "date of birth not known"
    tag = TagLook("Open case", Tone.BLUE) if hit.is_open else TagLook("Closed" if hit.ref else "No case", Tone.GREY)
    return Found(str(hit.child_id), hit.name or "Name not known", f"{born}: {match.why}", icon="person", tag=tag)
