"""The search of the top bar at work: children, schools, what was written, and commands, as she types (F81).

An older question is ended when a newer one is typed. A search is one event of the access log, when typing has
stopped for a second or a hit is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Slot

from cme_desktop.access import may
from cme_desktop.casework import access_log
from cme_desktop.domain.names import search_key
from cme_desktop.domain.roles import Person, Role
from cme_desktop.domain.school_age import age_on
from cme_desktop.register import find, schools
from cme_desktop.register.find import PersonHit, WordHit
from cme_desktop.register.schools import SchoolRow
from cme_desktop.storage.engine import ReadTicket
from cme_desktop.storage.store import Store
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.frame.search import Found
from cme_desktop.ui.runner import CancelToken
from cme_desktop.ui.schools.columns import number_words, status_look
from cme_desktop.ui.shell import ORDER, PageSpec, Shell
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.tags import TagLook
from cme_desktop.ui.words import short_date

PEOPLE, COMMANDS, SCHOOLS, WORDS, ROWS = 7, 3, 2, 4, 10
"""How many hits of each kind are shown at most, and how many in all."""
_SHORTEST_SCHOOL: Final = 3
_SAID: Final = frozenset({"postcode", "phone", "parent", "school"})
"""What a hit was found by, where its two lines do not show it."""


@dataclass(frozen=True)
class Command:
    """Something that can be typed by its name: a page, or an act of the frame."""

    key: str
    words: str
    icon: str
    keys: str
    act: Callable[[], object]


@dataclass(frozen=True)
class Answer:
    """What one search has found so far; ``whole`` once schools and written words are in it."""

    typed: str
    people: tuple[PersonHit, ...] = ()
    schools: tuple[SchoolRow, ...] = ()
    words: tuple[WordHit, ...] = ()
    more: bool = False
    whole: bool = False

    @property
    def hits(self) -> int:
        """Return how many hits there are."""
        return len(self.people) + len(self.schools) + len(self.words)


Question = Callable[[ReadTicket, Store, Person], Answer]


class Finder(QObject):
    """Answer the search of a shell from the register of a desk, and open what is chosen."""

    def __init__(self, desk: Desk, shell: Shell, commands: Sequence[Command], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._box = desk, shell.search
        self._commands = tuple(commands)
        self._number = 0
        self._ticket: ReadTicket | None = None
        self._answer = Answer("")
        shell.search_typed.connect(self._on_typed)
        shell.search_settled.connect(self._on_settled)
        shell.search_chosen.connect(self._on_chosen)

    # Asking

    @Slot(str)
    def _on_typed(self, typed: str) -> None:
        """Ask for children first, which is quick, and then for the rest; end what was asked before."""
        self._end()
        if not may(self._desk.person, "ask.find"):
            self._show(Answer(typed, whole=True))
            return
        self._ask(partial(_people, typed), self._on_people)

    def _ask(self, question: Question, on_answer: Callable[[Answer], None]) -> None:
        ticket, token = ReadTicket(), CancelToken()
        token.on_cancel(ticket.cancel)
        self._ticket = ticket
        self._number = self._desk.ask(partial(question, ticket), on_answer, token=token)

    def _end(self) -> None:
        if self._ticket is not None:
            self._ticket.cancel()
            self._ticket = None
        self._desk.runner.cancel(self._number)

    def _on_people(self, answer: Answer) -> None:
        self._show(answer)
        self._ask(partial(_rest, answer), self._on_rest)

    def _on_rest(self, answer: Answer) -> None:
        self._ticket = None
        self._show(answer)

    # Showing

    def _show(self, answer: Answer) -> None:
        self._answer = answer
        exact, others = self._matching(answer.typed)
        people, rest = _hits(answer, self._desk.person, self._desk.today)
        # A child comes before a command that only begins like the name: Enter on "lock" may mean Lockwood.
        found = [*exact, *people, *others, *rest][:ROWS]
        if found or answer.whole:
            self._box.show_found(found, _foot(answer), typed=answer.typed)

    def _matching(self, typed: str) -> tuple[list[Found], list[Found]]:
        """Return the commands that were typed in full, and those of which a word starts like what was typed."""
        wanted = search_key(typed)
        exact: list[Found] = []
        others: list[Found] = []
        for one in self._commands if wanted else ():
            found = Found(f"do:{one.key}", one.words, one.keys, one.icon)
            if search_key(one.words) == wanted:
                exact.append(found)
            elif any(words.startswith(wanted) for words in _starts(one.words)):
                others.append(found)
        return exact, others[:COMMANDS]

    # Opening

    @Slot(str)
    def _on_settled(self, typed: str) -> None:
        """Keep the search in the access log: one event with how much it found."""
        if not may(self._desk.person, "access.search"):
            return
        hits = self._answer.hits if self._answer.typed == typed.strip() else 0
        self._desk.look(
            lambda store, person: access_log.searched(store, person, typed, hits=hits), lambda _receipt: None
        )

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        self._end()
        kind, _, value = key.partition(":")
        if kind == "case":
            self._desk.case_wanted.emit(value, "")
        elif kind == "school":
            self._desk.page_wanted.emit("schools", value)
        elif kind == "child":
            self._desk.toasts.say("This child has no case yet. New referral opens one.", note=True)
            self._desk.referral_wanted.emit()
        elif kind == "do":
            for one in self._commands:
                if one.key == value:
                    one.act()
                    return


def _people(typed: str, ticket: ReadTicket, store: Store, viewer: Person) -> Answer:
    found = find.find(store, viewer, typed, limit=PEOPLE, words=False, ticket=ticket)
    return Answer(typed, found.people)


def _rest(answer: Answer, ticket: ReadTicket, store: Store, viewer: Person) -> Answer:
    """Return the answer with the schools and the lines of timelines that what was typed may mean."""
    typed = answer.typed
    listed: tuple[SchoolRow, ...] = ()
    if len(typed) >= _SHORTEST_SCHOOL and may(viewer, "ask.schools"):
        listed = schools.find_schools(store, viewer, typed, limit=SCHOOLS)
    found = find.find(store, viewer, typed, limit=max(PEOPLE, WORDS), ticket=ticket)
    words = found.words[:WORDS]
    return Answer(typed, answer.people, listed, words, found.more_words or len(found.words) > WORDS, whole=True)


def _starts(words: str) -> list[str]:
    parts = search_key(words).split()
    return [" ".join(parts[place:]) for place in range(len(parts))]


def _hits(answer: Answer, viewer: Person, today: date) -> tuple[list[Found], list[Found]]:
    """Return the children found, and then the schools and the lines of timelines."""
    named = viewer.holds(Role.OFFICER)
    return [_person(hit, today, named=named) for hit in answer.people], [
        *(
            Found(f"school:{one.urn}", one.name, f"{number_words(one)}, {one.postcode}", "school", status_look(one))
            for one in answer.schools
        ),
        *(
            Found(f"case:{hit.ref}", hit.title, f"{hit.name if named else hit.ref}, {short_date(hit.on_day)}", "note")
            for hit in answer.words
        ),
    ]


def _person(hit: PersonHit, today: date, *, named: bool) -> Found:
    """Return a child as a hit; to others than an officer by reference, until the case is opened."""
    year = {"": "", "R": "Reception"}.get(hit.year, f"Year {hit.year}")
    born = f"born {short_date(hit.dob)} ({age_on(hit.dob, today)})" if hit.dob is not None and named else ""
    how = f"found by {hit.found_by}" if hit.found_by in _SAID else ""
    if hit.spelling:
        how = "spelt nearly like this"
    title = hit.name if named and hit.name else hit.ref or "Child without a case"
    second = ", ".join(part for part in (year, born, hit.ref if named else "", how) if part)
    if hit.ref is None:
        return Found(f"child:{hit.child_id}", title, second, "person", TagLook("No case", Tone.GREY))
    tag = TagLook("Open", Tone.BLUE) if hit.is_open else TagLook("Closed", Tone.GREY)
    return Found(f"case:{hit.ref}", title, second, "person", tag)


def _foot(answer: Answer) -> str:
    if not answer.whole:
        return "Looking in notes and letters …"
    return "Older lines are left out. Type more words to find them." if answer.more else ""


def commands_of(shell: Shell, desk: Desk, pages: Sequence[PageSpec]) -> tuple[Command, ...]:
    """Return what can be typed by name: the pages that are built, and the acts of the frame."""
    made = [
        Command(f"page-{one.key}", one.title, one.icon, f"Ctrl+{ORDER.index(one.key) + 1}", partial(shell.go, one.key))
        for one in pages
    ]
    if may(desk.person, "case.open"):
        made.append(Command("referral", "New referral", "plus", "Ctrl+N", desk.referral_wanted.emit))
    if may(desk.person, "import.scan"):
        made.append(Command("look", "Look in folder now", "folder", "F5", desk.look_wanted.emit))
    made += [
        Command("keys", "Keys", "keyboard", "?", shell.show_keys),
        Command("news", "What was done in this session", "clock", "", shell.show_news),
        Command("undo", "Undo your last action", "undo", "Ctrl+Z", partial(shell.undo_wanted.emit, 0)),
        Command("lock", "Lock now", "lock", "Ctrl+L", shell.lock_wanted.emit),
        Command("person", "Change person", "person", "Ctrl+Shift+L", shell.change_person_wanted.emit),
    ]
    return tuple(made)
