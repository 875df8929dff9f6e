"""People and roles: who has a log-in, what each may do; added, changed, renewed and ended by an administrator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtWidgets import QWidget

from cme_desktop.casework import users
from cme_desktop.casework.users import PersonInfo
from cme_desktop.domain.roles import Person, Role
from cme_desktop.storage.store import Store
from cme_desktop.ui.admin.dialogs import FormDialog
from cme_desktop.ui.admin.section import Office, Section, SmallTable, TableCard
from cme_desktop.ui.qt import alive, column
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.unlock.recovery import PASSPHRASE_HINT, passphrase_errors
from cme_desktop.ui.widgets.buttons import Button
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.inputs import PassphraseInput, TextArea, TextInput, Tick
from cme_desktop.ui.widgets.table import Cell, Column
from cme_desktop.ui.widgets.tags import TagLook
from cme_desktop.ui.widgets.text import Label, Terms
from cme_desktop.ui.words import short_date

ROLE_WORDS: Final = {Role.OFFICER: "Officer", Role.MANAGER: "Manager", Role.ADMINISTRATOR: "Administrator"}
_DOES: Final = {
    Role.OFFICER: "Works the cases: inbox, enquiries, risk, letters, orders.",
    Role.MANAGER: "Reads, comments, approves or refuses what waits for a second person. Changes nothing else.",
    Role.ADMINISTRATOR: "People, settings, backup. No case screens unless also an officer.",
}
_NAME, _PASS, _AGAIN, _ROLES, _WHY = "name", "passphrase", "again", "roles", "why"


def role_words(roles: frozenset[Role]) -> str:
    """Return roles in words: "Officer, Administrator"."""
    return ", ".join(ROLE_WORDS[role] for role in Role if role in roles)


def columns() -> tuple[Column[PersonInfo], ...]:
    """Return the columns of the list of people."""
    return (
        Column("name", "Name", lambda one: Cell(one.name, strong=True), sortable=False),
        Column("roles", "Roles", lambda one: role_words(one.roles), 220, sortable=False),
        Column("since", "Since", lambda one: short_date(one.added_at.date()), 110, sortable=False),
        Column("state", "Log-in", lambda one: Cell("", tag=_state(one)), 120, sortable=False),
    )


def _state(one: PersonInfo) -> TagLook:
    return TagLook("Active", Tone.GREEN, "check") if one.active else TagLook("Ended", Tone.GREY, "minus")


class RoleTicks(QWidget):
    """A box for each role, with what the role does."""

    def __init__(self, roles: frozenset[Role] = frozenset()) -> None:
        super().__init__()
        self.ticks = {role: Tick(ROLE_WORDS[role], ticked=role in roles) for role in Role}
        box = column(gap=2)
        for role, tick in self.ticks.items():
            tick.setAccessibleDescription(_DOES[role])
            box.addWidget(tick)
            words = Label(_DOES[role], "hint", "muted", wrap=True)
            words.setContentsMargins(24, 0, 0, 4)
            box.addWidget(words)
        self.setLayout(box)
        self.setFocusProxy(self.ticks[Role.OFFICER])

    def roles(self) -> frozenset[Role]:
        """Return the roles that are ticked."""
        return frozenset(role for role, tick in self.ticks.items() if tick.isChecked())


class PeopleSection(Section):
    """The list of people with what an administrator does to it."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(office, "People and roles", parent)
        self.table = SmallTable(columns(), "People")
        self.add = Button("Add a person", icon="plus", on_click=self.ask_add)
        self.change = Button("Change roles", on_click=self.ask_roles)
        self.renew = Button("New passphrase", on_click=self.ask_renew)
        self.end = Button("End log-in", on_click=self.ask_end)
        self.card = TableCard("People", self.table, "", self.add, self.change, self.renew, self.end)
        roles = Card("What each role may do")
        terms = Terms(112, 6)
        for role, words in _DOES.items():
            terms.add(ROLE_WORDS[role], words)
        roles.body.addWidget(terms)
        advice = (
            "An administrator opens the register for new people, so the missing case screens are a habit, not a wall. "
            "Let the manager be the administrator, and give IT no log-in."
        )
        roles.body.addWidget(Label(advice, "hint", "muted", wrap=True))
        self.hold(self.card, roles)
        self.table.moved.connect(self._on_moved)
        self.table.opened.connect(lambda _number: self.ask_roles())
        self._allow()

    def refresh(self) -> None:
        """Fetch the people."""
        self.desk.ask(users.list_people, self._on_people, self.refused)

    def _on_people(self, people: Sequence[PersonInfo]) -> None:
        self.card.show_rows({one.id: one for one in people})
        self._allow()

    def _on_moved(self, _number: int) -> None:
        self._allow()

    def _allow(self) -> None:
        chosen = self.table.current()
        choose = "" if chosen is not None else "Choose a person first"
        ended = "" if chosen is None or chosen.active else "This log-in has ended: give a new passphrase first"
        own = "Use Key and recovery for your own passphrase" if self._is_own(chosen) else ""
        self.add.set_reason(self.why_not("user.add"))
        self.change.set_reason(self.why_not("user.roles") or choose or ended)
        self.renew.set_reason(self.why_not("user.add") or choose or own)
        self.end.set_reason(self.why_not("user.disable") or choose or ended)
        self.card.why.setText(self.why_not("user.add") or choose)

    def _is_own(self, chosen: PersonInfo | None) -> bool:
        return chosen is not None and chosen.id == self.desk.person.id

    # Forms

    def ask_add(self) -> None:
        """Ask for a new person's name, roles and first passphrase."""
        dialog = FormDialog(
            "Add a person",
            "Add the person",
            self,
            words=("The first passphrase is for one use: they choose their own when they unlock with it.",),
        )
        name, ticks = TextInput(longest=100), RoleTicks()
        first, again = PassphraseInput(), PassphraseInput()
        dialog.put(_NAME, "Name", name, hint="As colleagues know them. It is shown where people unlock.")
        dialog.put(_ROLES, "Roles", ticks)
        dialog.put(_PASS, "First passphrase", first, hint=PASSPHRASE_HINT)
        dialog.put(_AGAIN, "The same passphrase again", again)

        def check() -> dict[str, str]:
            errors = {} if name.text().strip() else {_NAME: "Enter the person’s name"}
            if not ticks.roles():
                errors[_ROLES] = "Choose at least one role"
            return {**errors, **self._passphrase_errors(first, again)}

        def act() -> None:
            typed, roles, passphrase = name.text(), ticks.roles(), first.text()
            unlocked = self.office.unlocked

            def add(store: Store, actor: Person) -> PersonInfo:
                return users.add_person(store, actor, unlocked, typed, roles, passphrase)

            self._do(dialog, add, f"{typed.strip()} has a log-in")

        dialog.ask(check, act)

    def ask_roles(self) -> None:
        """Ask which roles a person is to have."""
        chosen = self.table.current()
        if chosen is None or not self.change.isEnabled():
            return
        dialog = FormDialog(
            f"Roles of {chosen.name}", "Save roles", self, words=("They hold from this person’s next unlock.",)
        )
        ticks, why = RoleTicks(chosen.roles), TextInput(longest=200)
        dialog.put(_ROLES, "Roles", ticks)
        dialog.put(_WHY, "Why", why, hint="Kept in the audit.")

        def act() -> None:
            roles, reason, unlocked = ticks.roles(), why.text().strip(), self.office.unlocked

            def change(store: Store, actor: Person) -> PersonInfo:
                return users.set_roles(store, actor, unlocked, chosen.id, roles, reason=reason)

            self._do(dialog, change, f"{chosen.name}: {role_words(roles)} from the next unlock")

        dialog.ask(lambda: {} if ticks.roles() else {_ROLES: "Choose at least one role"}, act)

    def ask_renew(self) -> None:
        """Ask for a new passphrase for a person who forgot theirs, or came back."""
        chosen = self.table.current()
        if chosen is None:
            return
        words = (
            "For somebody who forgot it, or who comes back. It is for one use: they choose their own when they unlock "
            "with it, and their screen says that you set it. They do not approve your work on that day."
        )
        dialog = FormDialog(f"New passphrase for {chosen.name}", "Set the passphrase", self, words=(words,))
        first, again = PassphraseInput(), PassphraseInput()
        dialog.put(_PASS, "New passphrase", first, hint=PASSPHRASE_HINT)
        dialog.put(_AGAIN, "The same passphrase again", again)

        def act() -> None:
            passphrase, unlocked = first.text(), self.office.unlocked

            def renew(store: Store, actor: Person) -> PersonInfo:
                return users.renew_person(store, actor, unlocked, chosen.id, passphrase)

            self._do(dialog, renew, f"{chosen.name} has a new passphrase")

        dialog.ask(lambda: self._passphrase_errors(first, again), act)

    def ask_end(self) -> None:
        """Ask why a person's log-in ends."""
        chosen = self.table.current()
        if chosen is None:
            return
        words = (
            "They cannot unlock any more, also with what they kept: the register is encrypted anew for everybody else, "
            "which takes some seconds. What they did stays, and stays signed. A new passphrase brings them back."
        )
        dialog = FormDialog(f"End the log-in of {chosen.name}", "End log-in", self, words=(words,))
        why = TextArea(2, longest=300)
        dialog.put(_WHY, "Why it ends", why, hint="Kept in the audit, such as: moved to another team.")

        def act() -> None:
            reason, unlocked = why.text().strip(), self.office.unlocked

            def end(store: Store, actor: Person) -> PersonInfo:
                return users.disable_person(store, actor, unlocked, chosen.id, reason=reason)

            self._do(dialog, end, f"The log-in of {chosen.name} has ended")

        dialog.ask(lambda: {} if why.text().strip() else {_WHY: "Say why this log-in ends"}, act)

    def _passphrase_errors(self, first: PassphraseInput, again: PassphraseInput) -> dict[str, str]:
        return passphrase_errors(first.text(), again.text(), training=self.desk.store.demonstration)

    def _do(self, dialog: FormDialog, act: Callable[[Store, Person], PersonInfo], said: str) -> None:
        def done(_info: PersonInfo) -> None:
            if alive(dialog):
                dialog.done_with()
            self.refresh()
            self.changed.emit()

        def refused(error: Exception) -> None:
            if alive(dialog):
                dialog.refuse(error)
            else:
                self.refused(error)

        self.desk.do(act, done, refused, said=said)
