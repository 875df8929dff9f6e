"""The documents of a case: each opens where its page is shown, printed and issued."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from cme_desktop.register.case_rows import DocumentRow
from cme_desktop.ui.case import wording
from cme_desktop.ui.case.acts import CaseActs
from cme_desktop.ui.case.opened import CaseTab, OpenedCase
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import column
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button
from cme_desktop.ui.widgets.cards import Card, Corners
from cme_desktop.ui.widgets.cells import TableView
from cme_desktop.ui.widgets.states import Empty, Place
from cme_desktop.ui.widgets.table import Cell, Column, PagedModel
from cme_desktop.ui.words import count, short_date

COLUMNS: Final = (
    Column[DocumentRow](
        "title", "Document", lambda row: Cell(row.title, row.number, strong=True, icon="mail"), sortable=False
    ),
    Column[DocumentRow]("to", "To", lambda row: row.addressee, width=260, sortable=False),
    Column[DocumentRow]("dated", "Dated", lambda row: short_date(row.dated), width=120, sortable=False),
    Column[DocumentRow](
        "state", "State", lambda row: Cell("", tag=wording.document_tag(row)), width=200, sortable=False
    ),
    Column[DocumentRow]("pages", "Pages", lambda row: str(row.pages), width=72, right=True, sortable=False),
)


class DocumentsTab(CaseTab):
    """Enter opens a document; P makes a letter."""

    def __init__(self, desk: Desk, acts: CaseActs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._acts = desk, acts
        self._rows: dict[int, DocumentRow] = {}
        self.model: PagedModel[DocumentRow] = PagedModel(COLUMNS, self)
        self.model.page_wanted.connect(self._on_page_wanted)
        self.table = TableView(self.model, "Documents of the case", row=48)
        self.table.opened.connect(self._on_opened)
        self.place = Place(self.table)
        self.card = Card("Documents", padding=0)
        self.card.body.addWidget(self.place)
        Corners(self.card)
        self.setLayout(column(self.card))

    def show_case(self, case: OpenedCase) -> None:
        """Show a case."""
        self._rows = {row.id: row for row in case.page.documents}
        self.table.show_ids(tuple(self._rows))
        if self._rows:
            self.place.show_content()
            return
        buttons = []
        if self._acts.may("document.draft"):
            buttons.append(Button("Make letter", icon="mail", key="P", on_click=self._acts.make_letter))
        words = "Letters, notices and orders of this case appear here, each as it was printed."
        self.place.show_empty(Empty("No documents yet", words, icon="file", tone=Tone.GREY, buttons=buttons))

    def first_focus(self) -> QWidget | None:
        """Return the table."""
        return self.table if self._rows else None

    def says(self) -> str:
        """Return how many documents there are, in words."""
        return count(len(self._rows), "document")

    @Slot(int, object)
    def _on_page_wanted(self, _first: int, ids: tuple[int, ...]) -> None:
        self.model.put_rows({number: self._rows[number] for number in ids if number in self._rows})

    @Slot(int)
    def _on_opened(self, number: int) -> None:
        self._acts.open_document(number)
