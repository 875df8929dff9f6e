"""The list of letters: what is to be printed, drafts, what waits for a second person, and what was issued."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from cme_desktop.access import may
from cme_desktop.casework import access_log
from cme_desktop.domain.errors import NotAllowed, UserError
from cme_desktop.domain.roles import Person, Role
from cme_desktop.register import letters
from cme_desktop.register.letters import DRAFTS, ISSUED, TO_PRINT, WAITING, LetterCounts
from cme_desktop.storage.store import Store
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.letters.columns import CHILD, LEAVE, LISTS, ListRow, approval_row, columns_of, row_of
from cme_desktop.ui.letters.handing import Handing, System
from cme_desktop.ui.page import KeyLine, Page
from cme_desktop.ui.qt import shortcut
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import Card, Corners
from cme_desktop.ui.widgets.cells import TableView
from cme_desktop.ui.widgets.states import Empty, NotAllowedPage, Place
from cme_desktop.ui.widgets.table import PagedModel
from cme_desktop.ui.widgets.tabs import TabRow, Tabs
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import count

ROW: Final = 48
MOST: Final = 2_000
"""The newest rows that a list shows; older letters stand in their case under Documents."""
_EMPTY: Final = {
    TO_PRINT: ("Nothing to print.", "Letters appear here once they are issued, until they are printed or sent."),
    DRAFTS: ("No drafts.", "Letters appear here from the first page until they are issued."),
    WAITING: ("Nothing waits for approval.", "Notices and orders wait here until a second person has decided."),
    ISSUED: ("Nothing was issued yet.", "Every letter, notice and order stays here as it was printed."),
}


class ListFace(Page):
    """The list. ``document_wanted`` carries a document, ``make_wanted`` asks for a new letter."""

    document_wanted = Signal(int)
    make_wanted = Signal()

    def __init__(self, desk: Desk, system: System, parent: QWidget | None = None) -> None:
        super().__init__("Letters", parent=parent)
        self._desk = desk
        self._rows: dict[int, ListRow] = {}
        self._revealed: set[int] = set()
        self._left_out: set[int] = set()
        self._asked = 0
        self._known = self._picked = False
        self._key = ""
        self._masked = not desk.person.holds(Role.OFFICER)
        self.handing = Handing(desk, system, self._on_refused, self)
        self.print_button = Button("Print", icon="print", on_click=self.print_all)
        self.make_button = Button("Make letter", Kind.PRIMARY, icon="mail", key="P", on_click=self.make_wanted.emit)
        if self.head is not None:
            self.head.add_action(self.print_button, self.make_button)
        self.make_button.setVisible(may(desk.person, "document.draft"))
        self.tabs = Tabs("Lists of letters", LISTS)
        self.place = Place(QWidget())
        self._lay_out()
        self.tabs.picked.connect(self._on_picked)
        desk.letters_changed.connect(self._on_news)
        shortcut(self, "P", self._on_make_key)
        shortcut(self, "Ctrl+P", self.print_all)
        self._show_list(WAITING if self._masked else TO_PRINT)

    def _lay_out(self) -> None:
        self._card = Card(padding=0)
        Corners(self._card)
        self.body.setSpacing(16)
        self.body.addWidget(TabRow(self.tabs))
        self.body.addWidget(self._card, 1)
        older = f"The newest {MOST:,} are listed. Older letters stand in their case under Documents."
        self.older = Label(older, "hint", "muted")
        self.older.hide()
        self.body.addWidget(self.older)

    def _show_list(self, key: str) -> None:
        """Put a table with the columns of a list in the place of the present one."""
        self._key = key
        revealed = self._revealed if self._masked else None
        self.model: PagedModel[ListRow] = PagedModel(columns_of(key, revealed, self._left_out), self)
        self.table = TableView(self.model, dict(LISTS)[key], row=ROW)
        self.table.opened.connect(self._on_opened)
        self.table.cell_pressed.connect(self._on_pressed)
        old, self.place = self.place, Place(self.table)
        self._card.body.addWidget(self.place)
        self._card.body.removeWidget(old)
        old.hide()
        old.deleteLater()
        self.tabs.blockSignals(True)
        self.tabs.pick(key)
        self.tabs.blockSignals(False)
        self._known = False

    # What the frame asks of a page

    def on_shown(self) -> None:
        """Fetch the list and the counts anew."""
        self._picked = False
        self.refresh()

    def keys(self) -> tuple[KeyLine, ...]:
        """Return the keys of the list."""
        found = [("J K, Enter", "Move in the list, open the letter")]
        if may(self._desk.person, "document.draft"):
            found += [("P", "Make a letter"), ("Ctrl+P", "Print all of the list")]
        if self._masked:
            found.append(("Space", "Show the name of this row"))
        return tuple(found)

    def first_focus(self) -> QWidget | None:
        """Return the table, or the tabs while it is empty."""
        return self.table if self.model.ids else self.tabs

    @property
    def key(self) -> str:
        """Return which list is shown."""
        return self._key

    def show_list(self, key: str) -> None:
        """Show one of the lists; an unknown one changes nothing."""
        if key in dict(LISTS):
            self._show_list(key)
            self.refresh()

    def forget(self) -> None:
        """Mask the names again: the list was left."""
        self._revealed.clear()

    # Asking and showing

    def refresh(self) -> None:
        """Ask for the rows of the list and the counts of all."""
        if not self._known:
            self.place.show_loading()
        key, today = self._key, self._desk.today
        self._desk.runner.cancel(self._asked)

        def question(store: Store, viewer: Person) -> tuple[ListRow, ...]:
            rows = [row_of(one, today) for one in letters.letter_rows(store, viewer, state=key, limit=MOST)]
            if key == DRAFTS:
                rows = [one for one in rows if one.document is None or one.document.approval != "waiting"]
            if key == WAITING:
                waits = letters.waiting_approvals(store, viewer)
                rows = [*rows, *(approval_row(one, today) for one in waits if one.document_id is None)]
            return tuple(rows)

        self._asked = self._desk.ask(question, self._on_rows, self._on_refused)
        self._desk.ask(letters.letter_counts, self._on_counts, self._on_refused)

    def _on_rows(self, rows: tuple[ListRow, ...]) -> None:
        first, self._known = not self._known, True
        self._rows = {one.id: one for one in rows}
        self._left_out &= set(self._rows)
        self.table.show_ids(tuple(self._rows))
        self.model.put_rows(self._rows)
        if rows:
            self.place.show_content()
            if not self.table.currentIndex().isValid():
                self.table.go_to(0)
            if first and self.tabs.hasFocus() and not self._picked:
                self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            title, words = _EMPTY[self._key]
            self.place.show_empty(Empty(title, words, icon="mail", tone=Tone.GREY))
        self.older.setVisible(len(rows) >= MOST)
        self._show_print()

    def _show_print(self) -> None:
        number = len(self._to_print())
        self.print_button.setVisible(self._key == TO_PRINT and may(self._desk.person, "document.printed"))
        self.print_button.setText(f"Print {count(number, 'letter')}" if number else "Print")
        self.print_button.set_reason("" if number else "Nothing to print")

    def _to_print(self) -> tuple[int, ...]:
        return tuple(number for number in self._rows if number not in self._left_out) if self._key == TO_PRINT else ()

    def _on_counts(self, counts: LetterCounts) -> None:
        shown = {
            TO_PRINT: counts.to_print,
            DRAFTS: counts.drafts - counts.waiting,
            WAITING: max(counts.waiting, counts.to_decide),
            ISSUED: counts.issued,
        }
        for key, number in shown.items():
            self.tabs.set_count(key, f"{number:,}" if number else "")
        self._desk.counted.emit(counts)

    def _on_refused(self, error: Exception) -> None:
        if isinstance(error, NotAllowed):
            self.place.show_empty(NotAllowedPage(error.message))
        elif isinstance(error, UserError):
            self._desk.toasts.say(error.message, urgent=True)
        else:
            raise error

    # What the person does

    @Slot()
    def _on_news(self) -> None:
        if self.isVisible():
            self.refresh()

    @Slot(str)
    def _on_picked(self, key: str) -> None:
        self._picked = True
        self._show_list(key)
        self.refresh()

    @Slot(int)
    def _on_opened(self, number: int) -> None:
        found = self._rows.get(number)
        if found is None:
            return
        if found.document is not None:
            self.document_wanted.emit(found.document.document_id)
        else:
            self._desk.case_wanted.emit(found.ref, "order" if found.kind == "not-to-serve" else "risk")

    @Slot(int, str)
    def _on_pressed(self, number: int, key: str) -> None:
        if key == LEAVE:
            self._left_out ^= {number}
            self.model.put_rows({number: self._rows[number]})
            self._show_print()
            self.announce("Left out" if number in self._left_out else "Printed with the others")
        elif key == CHILD and self._masked and number not in self._revealed:
            self._reveal(number)

    def _reveal(self, number: int) -> None:
        ref = self._rows[number].ref

        def shown(_receipt: object) -> None:
            self._revealed |= {one.id for one in self._rows.values() if one.ref == ref}
            self.model.put_rows({one.id: one for one in self._rows.values() if one.ref == ref})
            self.announce(self._rows[number].child)

        self._desk.look(lambda store, person: access_log.reveal_name(store, person, ref), shown, self._on_refused)

    @Slot()
    def print_all(self) -> None:
        """Print what stands in the list to print, those left out excepted, as one job."""
        ids = self._to_print()
        if ids and may(self._desk.person, "document.printed"):
            self.handing.print_documents(ids, self._desk.letters_changed.emit)

    @Slot()
    def _on_make_key(self) -> None:
        if may(self._desk.person, "document.draft"):
            self.make_wanted.emit()

    def focus_table(self) -> None:
        """Put the focus back on the list."""
        (self.first_focus() or self.tabs).setFocus(Qt.FocusReason.OtherFocusReason)
