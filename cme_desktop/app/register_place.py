"""The register's place in the window: its list, and over it one case at a time, back to the same row."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from cme_desktop.ui.case.page import CaseScreen, MakeTab
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.page import KeyLine, Page
from cme_desktop.ui.register.view import RegisterScreen
from cme_desktop.ui.window import Window


class RegisterPlace(Page):
    """Show the list of the register, or a case; what the frame asks goes to the one in front."""

    def __init__(self, desk: Desk, window: Window, order_tab: MakeTab, parent: QWidget | None = None) -> None:
        super().__init__("Register", full_width=True, parent=parent)
        self.list = RegisterScreen(desk)
        self.case = CaseScreen(desk, window, order_tab=order_tab)
        self.case.back_wanted.connect(self.show_list)
        self._faces = QStackedWidget()
        self._faces.addWidget(self.list)
        self._faces.addWidget(self.case)
        self.body.addWidget(self._faces)

    @property
    def front(self) -> Page:
        """Return the list or the case."""
        page = self._faces.currentWidget()
        assert isinstance(page, Page)
        return page

    @Slot()
    def show_list(self) -> None:
        """Go back to the list, where it was left."""
        self._faces.setCurrentWidget(self.list)
        self.list.on_shown()
        self.list.focus_content()

    def open_case(self, ref: str, tab: str) -> None:
        """Open a case at one of its tabs, or with the enquiry form at once."""
        self._faces.setCurrentWidget(self.case)
        self.case.open_case(ref, tab)

    def show_what(self, what: str) -> None:
        """Show the list narrowed to one thing."""
        self._faces.setCurrentWidget(self.list)
        self.list.show_what(what)

    def on_shown(self) -> None:
        """Fetch anew what is in front."""
        self.front.on_shown()

    def go_back(self) -> bool:
        """Go from a form to the case, and from the case to the list."""
        if self.front.go_back():
            return True
        if self.front is self.case:
            self.show_list()
            return True
        return False

    def keys(self) -> tuple[KeyLine, ...]:
        """Return the keys of what is in front."""
        return self.front.keys()

    def show_help(self) -> bool:
        """Show the policy paragraph of the field with the focus."""
        return self.front.show_help()

    def first_focus(self) -> QWidget | None:
        """Return where the focus goes in what is in front."""
        return self.front.first_focus() or self.front
