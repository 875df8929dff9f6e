"""Schools: the directory by name, URN, number or postcode, with whom to ring and the open cases of each."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cme_desktop.casework.reference.policy import read_settings
from cme_desktop.domain.errors import NotAllowed, UserError
from cme_desktop.register import schools
from cme_desktop.register.schools import Directory, SchoolPage, SchoolRow
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.page import KeyLine, Page
from cme_desktop.ui.qt import named, row, shortcut
from cme_desktop.ui.schools.columns import age_look, columns, directory_words, found_words
from cme_desktop.ui.schools.details import Details
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.cards import Card, Corners
from cme_desktop.ui.widgets.cells import TableView
from cme_desktop.ui.widgets.chips import Segments
from cme_desktop.ui.widgets.inputs import TextInput
from cme_desktop.ui.widgets.states import Empty, NotAllowedPage, Place
from cme_desktop.ui.widgets.table import PagedModel
from cme_desktop.ui.widgets.tags import Tag
from cme_desktop.ui.widgets.text import Label

LIMIT: Final = 120
TYPED_AFTER: Final = 150
DETAILS_AFTER: Final = 100
DETAILS: Final = 372
_MOST: Final = 0.35
_SEARCH: Final = 440


class SchoolsScreen(Page):
    """The directory. ``show_what`` opens one school by its URN."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("Schools", parent=parent)
        self._desk = desk
        self._asked = self._looked = 0
        self._rows: dict[int, SchoolRow] = {}
        self._known = False
        self._wanted = ""
        self.age = Tag("", Tone.GREY)
        self.age.hide()
        if self.head is not None:
            self.head.beside.addWidget(self.age)
        self.search = TextInput(icon="search", hint="Name, URN, number such as 310/4999, or postcode", longest=80)
        named(self.search, "Find a school", "Name, URN, number or postcode. Down goes to the list")
        self.search.installEventFilter(self)
        self.which = Segments("Schools", (("all", "All"), ("open", "Open only")))
        self.found = Label("", "hint", "muted")
        self.model: PagedModel[SchoolRow] = PagedModel(columns(), self)
        self.table = TableView(self.model, "Schools", row=40)
        self.place = Place(self.table)
        self.details = Details()
        self._pause = self._timer(TYPED_AFTER)
        self._rest = self._timer(DETAILS_AFTER)
        self._lay_out()
        self._connect()
        shortcut(self, "Ctrl+F", self._to_search)
        self._on_theme_changed()

    def _timer(self, milliseconds: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        return timer

    def _lay_out(self) -> None:
        self.body.setSpacing(12)
        line = row(gap=12)
        line.addWidget(self.search, 100)
        line.addWidget(self.which)
        line.addStretch(1)
        line.addWidget(self.found)
        self.body.addLayout(line)
        card = Card(padding=0)
        card.body.addWidget(self.place)
        Corners(card)
        box = QHBoxLayout()
        box.setSpacing(16)
        box.addWidget(card, 1)
        box.addWidget(self.details)
        self.body.addLayout(box, 1)

    def _connect(self) -> None:
        self._pause.timeout.connect(self.refresh)
        self._rest.timeout.connect(self._show_details)
        self.search.textEdited.connect(self._on_edited)
        self.which.chosen.connect(self._on_chosen)
        self.model.page_wanted.connect(self._on_page_wanted)
        self.table.moved.connect(self._on_moved)
        self.table.opened.connect(self._on_opened)
        self.details.cases_wanted.connect(self._on_cases_wanted)
        self.details.school_wanted.connect(self.show_what)
        self._desk.reference_changed.connect(self._on_news)
        self._desk.cases_changed.connect(self._on_news)
        Theme.of().changed.connect(self._on_theme_changed)

    # What the frame asks of a page

    def on_shown(self) -> None:
        """Fetch the list and the age of the data anew."""
        self.refresh()
        self._desk.ask(schools.directory, self._on_directory, self._on_refused)

    def keys(self) -> tuple[KeyLine, ...]:
        """Return the keys of the directory."""
        return (
            ("Ctrl+F", "Find a school"),
            ("J K", "Move in the list"),
            ("Enter", "Show the open cases of a school in the register"),
        )

    def first_focus(self) -> QWidget | None:
        """Return the search."""
        return self.search

    @Slot(str)
    def show_what(self, what: str) -> None:
        """Show one school by its URN; the search shows how it was found."""
        if not what.isdigit():
            return
        self.search.setText(what)
        self.which.choose("all")
        self._wanted = what
        self.refresh()

    # Asking and showing

    @Slot()
    def refresh(self) -> None:
        """Ask for what the search says; an older question is dropped."""
        self._pause.stop()
        if not self._known:
            self.place.show_loading()
        text, open_only = self.search.text(), self.which.key() == "open"
        self._desk.runner.cancel(self._asked)
        self._asked = self._desk.ask(
            lambda store, viewer: schools.find_schools(
                store,
                viewer,
                text,
                open_only=open_only,
                limit=LIMIT,
                first_la=read_settings(store, viewer).text("council.la"),
            ),
            self._on_found,
            self._on_refused,
        )

    def _on_found(self, rows: tuple[SchoolRow, ...]) -> None:
        self._known = True
        self._rows = {int(one.urn): one for one in rows}
        ids = tuple(self._rows)
        if ids == self.model.ids:
            self.model.put_rows(self._rows)
        else:
            self.table.show_ids(ids)
            self.model.put_rows(self._rows)
        if self._wanted and int(self._wanted) in self._rows:
            self.table.go_to(self.model.place_of(int(self._wanted)))
            self._wanted = ""
        elif not self.table.currentIndex().isValid():
            self.table.go_to(0)
        words = found_words(len(rows), LIMIT)
        if words != self.found.text():
            self.found.setText(words)
            self.announce(words)
        if rows:
            self.place.show_content()
        else:
            self.place.show_empty(self._empty())
        self._rest.start()

    def _empty(self) -> Empty:
        return Empty(
            "No school found.",
            "Try a part of the name, the URN, the number (310/4999) or the start of the postcode.",
            icon="school",
            tone=Tone.GREY,
        )

    def _on_directory(self, directory: Directory) -> None:
        if self.head is not None:
            self.head.set_subtitle(directory_words(directory))
        look = age_look(directory, self._desk.today)
        self.age.setVisible(look is not None)
        if look is not None:
            self.age.show_look(look)

    def _on_refused(self, error: Exception) -> None:
        if isinstance(error, NotAllowed):
            self.details.hide()
            self.place.show_empty(NotAllowedPage(error.message))
        elif isinstance(error, UserError):
            self._desk.toasts.say(error.message, urgent=True)
        else:
            raise error

    @Slot()
    def _show_details(self) -> None:
        self._desk.runner.cancel(self._looked)
        number = self.table.current_id()
        if number is None or number not in self._rows:
            self.details.show_nothing()
            return
        urn = self._rows[number].urn
        self._looked = self._desk.ask(
            lambda store, viewer: schools.school_page(store, viewer, urn), self._on_school, self._on_refused
        )

    def _on_school(self, page: SchoolPage) -> None:
        self.details.show_school(page)

    # What the person does

    @Slot()
    def _on_news(self, _refs: object = None) -> None:
        if self.isVisible():
            self.on_shown()

    @Slot(str)
    def _on_edited(self, _words: str) -> None:
        self._pause.start()

    @Slot(str)
    def _on_chosen(self, _key: str) -> None:
        self.refresh()

    @Slot(int, object)
    def _on_page_wanted(self, _first: int, ids: tuple[int, ...]) -> None:
        self.model.put_rows({number: self._rows[number] for number in ids if number in self._rows})

    @Slot(int)
    def _on_moved(self, _number: int) -> None:
        self._rest.start()

    @Slot(int)
    def _on_opened(self, number: int) -> None:
        found = self._rows.get(number)
        if found is not None and found.open_cases:
            self._on_cases_wanted(found.urn)
        elif found is not None:
            self.announce(f"No open case has {found.name} as its last school")

    @Slot(str)
    def _on_cases_wanted(self, urn: str) -> None:
        self._desk.page_wanted.emit("register", f"school:{urn}")

    def _to_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go from the search to the list with Down or Enter; Escape empties the search."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self._pause.isActive():
                    self.refresh()
                self.table.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                self.refresh()
                return True
        return super().eventFilter(watched, event)

    @Slot()
    def _on_theme_changed(self) -> None:
        theme = Theme.of()
        self.search.setMaximumWidth(theme.px(_SEARCH))
        self.search.setMinimumWidth(theme.px(240))
        self._fit()
        self._rest.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width anew."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give the details their width, less where large text leaves the table no room."""
        self.details.setFixedWidth(min(Theme.of().px(DETAILS), max(300, round(self.width() * _MOST))))
