"""The audit: who did what and when, searched by person and by words; cases stand here by reference only."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QWidget

from cme_desktop.access import may
from cme_desktop.casework import users
from cme_desktop.casework.users import PersonInfo
from cme_desktop.register.admin import AuditQuery, AuditRow, audit_rows
from cme_desktop.ui.admin.section import Office, Section, SmallTable, TableCard
from cme_desktop.ui.qt import row
from cme_desktop.ui.widgets.buttons import Button
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.inputs import Choice, TextInput
from cme_desktop.ui.widgets.states import NotAllowedPage
from cme_desktop.ui.widgets.table import Cell, Column
from cme_desktop.ui.words import when

PAGE: Final = 100
_PAUSE: Final = 250
EVERYBODY: Final = ""


class AuditSection(Section):
    """The newest events first; what is typed narrows them, "Show older" goes on."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(office, "Audit", parent)
        self._found: dict[int, AuditRow] = {}
        self._asked = 0
        if not may(self.desk.person, "ask.audit"):
            card = Card(padding=0)
            page = NotAllowedPage(self.why_not("ask.audit"))
            page.setMinimumHeight(260)
            card.body.addWidget(page)
            self.hold(card)
            return
        self.words = TextInput(icon="search", hint="What was done, a case reference, or a reason", longest=80)
        self.words.setAccessibleName("Search the audit")
        self.who = Choice([(EVERYBODY, "Everybody")])
        self.who.setAccessibleName("Whose acts")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._on_pause)
        self.words.textChanged.connect(lambda _text: self._pause.start())
        self.who.picked.connect(lambda _key: self._ask())
        search = Card("Search the audit")
        line = row(gap=8)
        line.addWidget(self.words, 1)
        line.addWidget(self.who)
        search.body.addLayout(line)
        self.table = SmallTable(self._columns(), "Audit")
        self.older = Button("Show older", icon="chevron-down", on_click=self._on_older)
        self.events = TableCard("Events", self.table, "Nothing in the audit fits.", self.older)
        self.hold(search, self.events)

    def _columns(self) -> tuple[Column[AuditRow], ...]:
        return (
            Column("when", "When", lambda one: when(one.at, self.desk.today), 148, sortable=False),
            Column("who", "Who", lambda one: one.by, 140, sortable=False),
            Column("what", "What", self._what, sortable=False, least=180),
            Column("about", "Case", lambda one: one.about, 136, sortable=False),
            Column("why", "Why", lambda one: one.reason, 176, sortable=False),
        )

    @staticmethod
    def _what(one: AuditRow) -> Cell:
        doubt = "Clock doubtful" if one.doubtful else ""
        return Cell(one.doing, second=doubt, spoken=f"{one.doing}. {doubt}" if doubt else "")

    def refresh(self) -> None:
        """Fetch the newest events and the people."""
        if may(self.desk.person, "ask.audit"):
            self.desk.ask(users.list_people, self._on_people, self.refused)
            self._ask()

    def _on_people(self, people: tuple[PersonInfo, ...]) -> None:
        key = self.who.key()
        self.who.show_options([(EVERYBODY, "Everybody"), *((str(one.id), one.name) for one in people)])
        self.who.blockSignals(True)
        self.who.pick(key)
        self.who.blockSignals(False)

    @Slot()
    def _on_pause(self) -> None:
        self._ask()

    def _ask(self, before: int | None = None) -> None:
        person = self.who.key()
        query = AuditQuery(int(person) if person else None, self.words.text(), before_seq=before, limit=PAGE)
        if before is None:
            self._found = {}
        self.desk.runner.cancel(self._asked)
        self._asked = self.desk.ask(lambda store, viewer: audit_rows(store, viewer, query), self._on_rows, self.refused)

    def _on_rows(self, rows: tuple[AuditRow, ...]) -> None:
        self._found |= {one.seq: one for one in rows}
        self.events.show_rows(self._found)
        self.older.set_reason("" if len(rows) == PAGE else "These are all")

    def _on_older(self) -> None:
        if self._found:
            self._ask(min(self._found))
