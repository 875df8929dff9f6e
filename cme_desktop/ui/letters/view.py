"""Letters: the list of what was written and waits, the choice of a new letter, and the preview of one."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from cme_desktop.access import may
from cme_desktop.domain.errors import UserError
from cme_desktop.register.case_rows import DOCUMENT_TITLES
from cme_desktop.register.letters import ApprovalRow
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.letters.choosing import ChooseFace
from cme_desktop.ui.letters.handing import System
from cme_desktop.ui.letters.listing import ListFace
from cme_desktop.ui.letters.preview import jobs
from cme_desktop.ui.letters.preview.face import PreviewFace
from cme_desktop.ui.page import KeyLine, Page
from cme_desktop.ui.printing import SystemDesk


class LettersScreen(Page):
    """The Letters page.

    ``show_what`` opens ``document:ID``, ``approval:ID`` or ``list:to-print`` (``draft``, ``waiting``, ``issued``);
    ``write`` begins a letter of a case, as ``Desk.letter_wanted`` asks for it.
    """

    def __init__(self, desk: Desk, system: System | None = None, parent: QWidget | None = None) -> None:
        super().__init__("Letters", full_width=True, parent=parent)
        self._desk = desk
        found: System = system or SystemDesk(self, desk.runner)
        self.list = ListFace(desk, found)
        self.choose = ChooseFace(desk)
        self.preview = PreviewFace(desk, found)
        self._faces = QStackedWidget()
        for face in (self.list, self.choose, self.preview):
            self._faces.addWidget(face)
        self.body.addWidget(self._faces)
        self.list.document_wanted.connect(self.open_document)
        self.list.make_wanted.connect(self._on_make_wanted)
        self.choose.picked.connect(self._on_picked)
        self.choose.filed_wanted.connect(self.open_document)
        self.choose.back_wanted.connect(self.show_list)
        self.preview.back_wanted.connect(self.show_list)

    @property
    def front(self) -> Page:
        """Return the face that is shown."""
        face = self._faces.currentWidget()
        assert isinstance(face, Page)
        return face

    # Where to

    @Slot()
    def show_list(self) -> None:
        """Go back to the list, where it was left."""
        if self.front is self.preview:
            self.preview.close()
        self._faces.setCurrentWidget(self.list)
        self.list.refresh()
        self.list.focus_table()

    @Slot(int)
    def open_document(self, document_id: int) -> None:
        """Show a filed document; the look is recorded first."""
        self._faces.setCurrentWidget(self.preview)
        self.preview.open_document(document_id)
        self.preview.focus_content()

    def write(self, ref: str, what: str = "") -> None:
        """Begin a letter of a case: ``what`` is a code ("L04"), a code with a parent ("L04:12"), or empty to choose."""
        code, _, parent = what.partition(":")
        if not may(self._desk.person, "document.draft"):
            return
        if code in DOCUMENT_TITLES:
            self._preview(ref, code, int(parent) if parent.isdigit() else 0)
        else:
            self._faces.setCurrentWidget(self.choose)
            self.choose.begin(ref)
            self.choose.focus_content()

    def _preview(self, ref: str, code: str, parent_id: int = 0) -> None:
        self._faces.setCurrentWidget(self.preview)
        self.preview.open_to_make(ref, code, parent_id)
        self.preview.focus_content()

    @Slot()
    def _on_make_wanted(self) -> None:
        self.write("")

    @Slot(str, str)
    def _on_picked(self, ref: str, code: str) -> None:
        self._preview(ref, code)

    # What the frame asks of a page

    def show_what(self, what: str) -> None:
        """Show one thing: a document, what waits for approval, one of the lists, or a letter of a case to write."""
        kind, _, value = what.partition(":")
        if kind == "document" and value.isdigit():
            self.open_document(int(value))
        elif kind == "approval" and value.isdigit():
            self._desk.ask(jobs.document_of_approval(int(value)), self._on_approval, self._on_refused)
        elif kind == "list":
            self.list.show_list(value)
            self.show_list()
        elif kind == "case":
            ref, _, code = value.partition(":")
            self.write(ref, code)

    def _on_approval(self, row: ApprovalRow) -> None:
        if row.document_id is not None:
            self.open_document(row.document_id)
        else:
            tab = {"not-to-serve": "order", "risk-lower": "risk"}.get(row.kind, "")
            self._desk.case_wanted.emit(row.ref, tab)

    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self._desk.toasts.say(error.message, urgent=True)
        self.show_list()

    def on_shown(self) -> None:
        """Fetch anew what is in front."""
        self.front.on_shown()

    def go_back(self) -> bool:
        """Go from a letter or a choice back to the list."""
        if self.front is self.list:
            return False
        self.show_list()
        return True

    def keys(self) -> tuple[KeyLine, ...]:
        """Return the keys of what is in front."""
        return self.front.keys()

    def show_help(self) -> bool:
        """Show the policy paragraph of the field with the focus, where there is one."""
        return self.front.show_help()

    def first_focus(self) -> QWidget | None:
        """Return where the focus goes in what is in front."""
        return self.front.first_focus() or self.front

    def hideEvent(self, event: QHideEvent) -> None:
        """Mask names again when the page is left, and keep what was typed."""
        super().hideEvent(event)
        self.list.forget()
        self.preview.presenter.keep()
