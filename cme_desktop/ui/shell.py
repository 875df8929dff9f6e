"""The frame of the window: rail, top bar with search, the page in front, and a status bar that says the truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from cme_desktop.system import Clock
from cme_desktop.ui.frame.dialogs import KeysDialog, NewsDialog
from cme_desktop.ui.frame.rail import Rail
from cme_desktop.ui.frame.search import SearchBox
from cme_desktop.ui.page import KeyLine, Page
from cme_desktop.ui.qt import row, shortcut
from cme_desktop.ui.theme import Scheme, Theme
from cme_desktop.ui.tokens import PAGE_PADDING, SMALLEST_WINDOW, STATUS_BAR, TOP_BAR, Tone
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import part
from cme_desktop.ui.widgets.feedback import Toasts
from cme_desktop.ui.widgets.tags import Tag, TagLook, TrainingTag
from cme_desktop.ui.widgets.text import Glyph, Label

ORDER: Final = ("today", "register", "inbox", "schools", "letters", "reports", "admin")
"""The pages in the rail's order; a page that is not built leaves its number free."""
NARROW_BELOW: Final = 1200
TEXT_SIZES: Final = (90, 100, 110, 125, 150)
KEYS: Final[tuple[KeyLine, ...]] = (
    ("Ctrl+1 … 7", "Today, Register, Inbox, Schools, Letters, Reports, Admin"),
    ("Ctrl+K", "Search or command"),
    ("Ctrl+N", "New referral"),
    ("Ctrl+Z", "Undo your last action"),
    ("Alt+Left", "Back to the list, same row"),
    ("F5", "Look in the S2S folder now"),
    ("F6, Shift+F6", "Next or previous part of the window"),
    ("Ctrl+L", "Lock now"),
    ("Ctrl+Shift+L", "Change person"),
    ("J, K or arrows, Enter", "Move in a list, open"),
    ("Ctrl+Shift+S", "Sort a table by the current column"),
    ("Esc", "Close, back"),
    ("?, F1", "This list"),
)


@dataclass(frozen=True)
class PageSpec:
    """A page that is built: its key in ORDER, its title in the rail, its icon, and how it is made at first use."""

    key: str
    title: str
    icon: str
    make: Callable[[], Page]


class StatusItem(QWidget):
    """One truth of the status bar: an icon and a few words, amber or red when something is to be done."""

    def __init__(self, icon: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._glyph = Glyph(icon, "muted", 14)
        self._words = Label(words, "hint", "muted")
        self.setLayout(row(self._glyph, self._words, gap=6))
        self.setAccessibleName(words)

    def words(self) -> str:
        """Return what is said."""
        return self._words.text()

    def say(self, words: str, tone: Tone = Tone.PLAIN) -> None:
        """Say something else; a tone other than plain also changes the icon to a warning."""
        token = {Tone.PLAIN: "muted", Tone.RED: "danger"}.get(tone, f"{tone}_fg")
        self._words.setText(words)
        self._words.set_tone(token, "hint-strong" if tone in (Tone.RED, Tone.AMBER) else "hint")
        self._glyph.show_icon("alert" if tone in (Tone.RED, Tone.AMBER) else self._icon, token)
        self.setAccessibleName(words)


class Shell(QWidget):
    """The frame for one person at work. It knows no store: it emits what is wanted and shows what it is told.

    ``undo_wanted`` carries the number of an action, or 0 for the person's last one.
    """

    lock_wanted = Signal()
    change_person_wanted = Signal()
    new_referral_wanted = Signal()
    undo_wanted = Signal(int)
    look_in_folder_wanted = Signal()
    search_typed = Signal(str)
    search_settled = Signal(str)
    search_chosen = Signal(str)
    page_shown = Signal(str)
    preferences_changed = Signal(str, int)

    def __init__(self, specs: Sequence[PageSpec], person: str, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unknown = [spec.key for spec in specs if spec.key not in ORDER]
        if unknown:
            raise ValueError(f"Not a page of the rail: {', '.join(unknown)}")
        self._specs: dict[str, PageSpec] = {key: spec for key in ORDER for spec in specs if spec.key == key}
        self._pages: dict[str, Page] = {}
        self._key = ""
        self._history: list[str] = []
        self._person = person
        self.setMinimumSize(*SMALLEST_WINDOW)
        self.rail = Rail()
        for key, spec in self._specs.items():
            self.rail.add(key, spec.title, spec.icon, ORDER.index(key) + 1)
        self.rail.picked.connect(self.go)
        self.search = SearchBox()
        self.due = Tag("", Tone.AMBER, "clock")
        self.due.hide()
        self.training = TrainingTag()
        self.training.hide()
        self.person_button = Button(person, Kind.BARE, icon="person")
        self.stack = QStackedWidget()
        self.saved = StatusItem("check", "Nothing changed yet")
        self.backup = StatusItem("store", "Backup not known yet")
        self.imports = StatusItem("inbox", "Import idle")
        self.lock_button = Button(
            "Lock now", Kind.PLAIN, icon="lock", key="Ctrl+L", tight=True, on_click=self.lock_wanted.emit
        )
        self.toasts = Toasts(self, clock.now)
        self.toasts.undo_wanted.connect(self.undo_wanted)
        self._lay_out()
        self._make_menu()
        self._make_shortcuts()
        self.search.typed.connect(self.search_typed)
        self.search.settled.connect(self.search_settled)
        self.search.chosen.connect(self.search_chosen)
        Theme.of().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _lay_out(self) -> None:
        self._top = part("bar")
        self._top.setAccessibleName("Top bar")
        top = row(gap=12, margins=(PAGE_PADDING, 1, PAGE_PADDING, 0))
        top.addWidget(self.search, 100)
        top.addStretch(1)
        top.addWidget(self.training)
        top.addWidget(self.due)
        top.addWidget(self.person_button)
        self._top.setLayout(top)
        self._status = part("status")
        self._status.setAccessibleName("Status")
        items = row(self.saved, self.backup, self.imports, None, self.lock_button, gap=16)
        items.setContentsMargins(PAGE_PADDING, 0, PAGE_PADDING - 4, 0)
        self._status.setLayout(items)
        page_side: QFrame = part("page")
        side = QVBoxLayout(page_side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(0)
        side.addWidget(self._top)
        side.addWidget(self.stack, 1)
        side.addWidget(self._status)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.rail)
        whole.addWidget(page_side, 1)

    def _make_menu(self) -> None:
        menu = QMenu(self)
        menu.setAccessibleName("Person and settings")
        self._act(menu, "Change person", "Ctrl+Shift+L", self.change_person_wanted.emit)
        self._act(menu, "Lock now", "Ctrl+L", self.lock_wanted.emit)
        menu.addSeparator()
        theme = Theme.of()
        sizes = menu.addMenu("Text size")
        self._size_group = QActionGroup(self)
        for percent in TEXT_SIZES:
            action = self._act(sizes, f"{percent} %", "", partial(self._set_text, percent))
            self._one_of(self._size_group, action, percent == theme.text_percent)
        schemes = menu.addMenu("Colours")
        self._scheme_group = QActionGroup(self)
        for choice, words in ((Scheme.SYSTEM, "As Windows shows"), (Scheme.LIGHT, "Light"), (Scheme.DARK, "Dark")):
            action = self._act(schemes, words, "", partial(self._set_scheme, choice))
            self._one_of(self._scheme_group, action, choice is theme.choice)
        menu.addSeparator()
        self._act(menu, "What was done in this session", "", self.show_news)
        self._act(menu, "Keys", "?", self.show_keys)
        self.menu = menu
        self.person_button.set_menu(menu)
        self.person_button.setAccessibleName(f"{self._person}: person and settings")

    @staticmethod
    def _act(menu: QMenu, words: str, keys: str, act: Callable[[], object]) -> QAction:
        action = menu.addAction(f"{words}\t{keys}" if keys else words)
        action.triggered.connect(lambda _on=False: act())
        return action

    @staticmethod
    def _one_of(group: QActionGroup, action: QAction, chosen: bool) -> None:
        action.setCheckable(True)
        action.setChecked(chosen)
        group.addAction(action)

    def _make_shortcuts(self) -> None:
        for place, key in enumerate(ORDER, start=1):
            if key in self._specs:
                shortcut(self, f"Ctrl+{place}", partial(self.go, key))
        for keys, act in (
            ("Ctrl+K", self.focus_search),
            ("Ctrl+L", self.lock_wanted.emit),
            ("Ctrl+Shift+L", self.change_person_wanted.emit),
            ("Ctrl+N", self.new_referral_wanted.emit),
            ("Ctrl+Z", partial(self.undo_wanted.emit, 0)),
            ("F5", self.look_in_folder_wanted.emit),
            ("F6", partial(self.next_region, 1)),
            ("Shift+F6", partial(self.next_region, -1)),
            ("Alt+Left", self.go_back),
            ("?", self.show_keys),
            ("F1", self._on_help),
        ):
            shortcut(self, keys, act)

    # Pages

    @property
    def key(self) -> str:
        """Return the key of the page in front, or an empty text before the first."""
        return self._key

    def page_keys(self) -> tuple[str, ...]:
        """Return the keys of the pages that are built, in the rail's order."""
        return tuple(self._specs)

    def page(self, key: str) -> Page:
        """Return a page, making it at first use; raise KeyError when it is not built."""
        if key not in self._pages:
            page = self._specs[key].make()
            self._pages[key] = page
            self.stack.addWidget(page)
        return self._pages[key]

    @Slot(str)
    def go(self, key: str) -> None:
        """Bring a page to the front; raise KeyError when it is not built."""
        page = self.page(key)
        if key != self._key:
            if self._key:
                self._history.append(self._key)
            self._key = key
        self.stack.setCurrentWidget(page)
        self.rail.show_current(key)
        page.on_shown()
        focus = self.window().focusWidget()
        if focus is None or not self.rail.isAncestorOf(focus):
            page.focus_content()
        self.page_shown.emit(key)

    def go_back(self) -> None:
        """Go one step back: inside the page if it can, else to the page before."""
        if self._key and self._pages[self._key].go_back():
            return
        if self._history:
            before = self._history.pop()
            self._key = ""
            self.go(before)

    # What it is told

    def set_count(self, key: str, number: int) -> None:
        """Show how much waits on a page; a page that is not built is passed over."""
        if key in self._specs:
            self.rail.item(key).set_count(number)

    def set_due_today(self, number: int) -> None:
        """Show how many steps are due today; 0 shows nothing."""
        self.due.show_look(TagLook(f"{number} due today", Tone.AMBER, "clock"))
        self.due.setVisible(number > 0)

    def set_training(self, training: bool) -> None:
        """Say whether this is a training register."""
        self.training.setVisible(training)

    def set_saved(self, words: str, tone: Tone = Tone.PLAIN) -> None:
        """Say when something was last saved ("Saved 10:42"), or that it was not."""
        self.saved.say(words, tone)

    def set_backup(self, words: str, tone: Tone = Tone.PLAIN) -> None:
        """Say how old the copy in the second place is; amber after one working day, red after seven days."""
        self.backup.say(words, tone)

    def set_import(self, words: str, tone: Tone = Tone.PLAIN) -> None:
        """Say what the import does ("Import idle", "31 of 120 pupils, about 20 seconds left")."""
        self.imports.say(words, tone)

    # What the keys do

    @Slot()
    def focus_search(self) -> None:
        """Put the focus into the search, with its words selected."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def regions(self) -> tuple[QWidget, ...]:
        """Return the parts of the window that F6 goes round."""
        return (self.rail, self._top, self.stack, self._status)

    def next_region(self, step: int) -> None:
        """Move the focus to the next part of the window (-1: the one before)."""
        regions = self.regions()
        focus = self.window().focusWidget()
        here = next((i for i, region in enumerate(regions) if focus is not None and region.isAncestorOf(focus)), 2)
        for far in range(1, len(regions) + 1):
            place = regions[(here + step * far) % len(regions)]
            if self._focus_into(place):
                return

    def _focus_into(self, region: QWidget) -> bool:
        if region is self.rail and self._key:
            self.rail.item(self._key).setFocus(Qt.FocusReason.TabFocusReason)
            return True
        if region is self.stack:
            current = self.stack.currentWidget()
            if isinstance(current, Page):
                current.focus_content()
            return current is not None
        for child in region.findChildren(QWidget):
            if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisible() and child.isEnabled():
                child.setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return False

    @Slot()
    def show_keys(self) -> None:
        """Show the list of keys, the page's own first."""
        own = self._pages[self._key].keys() if self._key else ()
        KeysDialog(own, KEYS, self).open()

    @Slot()
    def show_news(self) -> None:
        """Show what was done in this session."""
        NewsDialog(self.toasts, self).open()

    @Slot()
    def _on_help(self) -> None:
        if not (self._key and self._pages[self._key].show_help()):
            self.show_keys()

    def _set_text(self, percent: int) -> None:
        theme = Theme.of()
        theme.set_text_percent(percent)
        self.preferences_changed.emit(theme.choice, theme.text_percent)

    def _set_scheme(self, choice: Scheme) -> None:
        theme = Theme.of()
        theme.set_choice(choice)
        self.preferences_changed.emit(theme.choice, theme.text_percent)

    def sizeHint(self) -> QSize:
        """Return the size of the pictures."""
        return QSize(1366, 768)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Collapse the rail where the page would get too narrow."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.rail.set_narrow(self.width() < Theme.of().px(NARROW_BELOW))

    @Slot()
    def _on_theme_changed(self) -> None:
        theme = Theme.of()
        self._top.setFixedHeight(theme.px(TOP_BAR))
        self._status.setFixedHeight(theme.px(STATUS_BAR))
        self.search.setMaximumWidth(theme.px(440))
        self.search.setMinimumWidth(theme.px(240))
        self._fit()
