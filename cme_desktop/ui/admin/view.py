"""Admin: people, keys, backup, folder, calendars, settings, signing, the check of the records and the audit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from cme_desktop.register.admin import wants_a_look
from cme_desktop.storage.keys import Keyring, Unlocked, system_keyring
from cme_desktop.ui.admin.audit import AuditSection
from cme_desktop.ui.admin.backup import BackupSection
from cme_desktop.ui.admin.calendars import CalendarSection
from cme_desktop.ui.admin.check import CheckSection
from cme_desktop.ui.admin.folder import FolderSection
from cme_desktop.ui.admin.own_key import OwnKeySection
from cme_desktop.ui.admin.people import PeopleSection
from cme_desktop.ui.admin.section import Office, Section, System
from cme_desktop.ui.admin.section_list import Entry, SectionList
from cme_desktop.ui.admin.settings import SettingsSection
from cme_desktop.ui.admin.signing import SigningSection
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.page import KeyLine, Page
from cme_desktop.ui.printing import SystemDesk
from cme_desktop.ui.qt import shortcut
from cme_desktop.ui.theme import hold_width
from cme_desktop.ui.widgets.cards import Card, Corners
from cme_desktop.ui.words import count

WIDTH: Final = 260
SECTIONS: Final[tuple[tuple[Entry, Callable[[Office], Section]], ...]] = (
    (Entry("people", "People and roles", "people"), PeopleSection),
    (Entry("keys", "Key and recovery", "key"), OwnKeySection),
    (Entry("backup", "Backup and restore", "store"), BackupSection),
    (Entry("folder", "Watched folder", "folder"), FolderSection),
    (Entry("calendars", "Calendars", "calendar"), CalendarSection),
    (Entry("settings", "Council settings", "sliders"), SettingsSection),
    (Entry("signing", "Signing and forms", "pencil"), SigningSection),
    (Entry("check", "Check the records", "shield"), CheckSection),
    (Entry("audit", "Audit", "search"), AuditSection),
)
_ALIASES: Final = {"routine": "check", "records": "check"}


class AdminScreen(Page):
    """The page. ``show_what`` opens a section by its key, or one thing in it: ``settings:out-of-hours.phone``."""

    def __init__(
        self,
        desk: Desk,
        unlocked: Unlocked,
        system: System | None = None,
        ring: Callable[[], Keyring] = system_keyring,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Admin", parent=parent)
        self._desk = desk
        self._office = Office(desk, unlocked, system or SystemDesk(self, desk.runner), ring)
        self._makers = {entry.key: make for entry, make in SECTIONS}
        self._made: dict[str, Section] = {}
        self.list = SectionList([entry for entry, _ in SECTIONS])
        self.list.chosen.connect(self._on_chosen)
        self.list.entered_section.connect(self._enter)
        card = Card("Sections", padding=0)
        hold_width(card, WIDTH)
        card.body.addWidget(self.list)
        Corners(card)
        self.stack = QStackedWidget()
        box = QHBoxLayout()
        box.setSpacing(16)
        box.addWidget(card)
        box.addWidget(self.stack, 1)
        self.body.addLayout(box, 1)
        desk.reference_changed.connect(self._on_news)
        shortcut(self.stack, "Esc", self.go_back)

    # What the frame asks of a page

    def on_shown(self) -> None:
        """Fetch the section in front anew, and what wants a look."""
        if not self.list.key():
            self.list.choose(SECTIONS[0][0].key)
        else:
            self.section().refresh()
        self._ask_notices()

    def keys(self) -> tuple[KeyLine, ...]:
        """Return the keys of Admin."""
        return (
            ("J K, Enter", "Move over the sections, go into one"),
            ("Esc", "Back to the list of sections"),
            ("Ctrl+S", "Save what was changed in Council settings"),
        )

    def first_focus(self) -> QWidget | None:
        """Return the list of sections."""
        return self.list

    def go_back(self) -> bool:
        """Go from a section to the list; say whether the focus was in the section."""
        focus = self.window().focusWidget()
        if focus is not None and self.stack.isAncestorOf(focus):
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return False

    def show_what(self, what: str) -> None:
        """Open a section, and one thing in it; what is not known shows Admin as it was."""
        key, _, thing = what.partition(":")
        key = _ALIASES.get(key, key)
        if key == "audit" and not thing:
            key = "check"  # Today's line about the records means the check of them
        if self.list.choose(key) and thing:
            self.section().go_to(thing)

    # Sections

    def section(self, key: str = "") -> Section:
        """Return a section, making it at first use; without a key the one in front."""
        wanted = key or self.list.key() or SECTIONS[0][0].key
        if wanted not in self._made:
            section = self._makers[wanted](self._office)
            section.changed.connect(self._ask_notices)
            self._made[wanted] = section
            self.stack.addWidget(section)
        return self._made[wanted]

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        before = self.stack.currentWidget()
        section = self.section(key)
        if isinstance(before, Section) and before is not section:
            before.forget()
        self.stack.setCurrentWidget(section)
        section.refresh()

    @Slot()
    def _enter(self) -> None:
        """Put the focus into the section in front."""
        for child in self.section().findChildren(QWidget):
            if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisibleTo(self) and child.isEnabled():
                child.setFocus(Qt.FocusReason.TabFocusReason)
                return

    @Slot()
    def _on_news(self) -> None:
        if self.isVisible():
            self._ask_notices()

    @Slot()
    def _ask_notices(self) -> None:
        self._desk.ask(wants_a_look, self._on_notices)

    def _on_notices(self, notices: dict[str, str]) -> None:
        self.list.show_notices(notices)
        if self.head is not None:
            many = len(notices)
            words = f"{count(many, 'thing')} {'wants' if many == 1 else 'want'} a look" if many else "All in order"
            self.head.set_subtitle(words)

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget secrets that were typed when the page is left."""
        super().hideEvent(event)
        for section in self._made.values():
            section.forget()
