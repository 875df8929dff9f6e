"""The register: saved views, filters, the table and the preview beside it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QWidget

from cme_desktop.access import may
from cme_desktop.domain.errors import NotAllowed, UserError
from cme_desktop.register import schools
from cme_desktop.register.cases import VIEWS, FilterChoices, RegisterQuery, RegisterRow
from cme_desktop.ui.desk import LOG, Desk
from cme_desktop.ui.page import KeyLine, Page
from cme_desktop.ui.qt import shortcut
from cme_desktop.ui.register import filters
from cme_desktop.ui.register.bar import FilterBar
from cme_desktop.ui.register.columns import CHILD, column_widths, columns
from cme_desktop.ui.register.keeper import AFTER, PreviewKeeper
from cme_desktop.ui.register.presenter import Answer, RegisterPresenter
from cme_desktop.ui.register.preview import Preview
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import Card, Corners
from cme_desktop.ui.widgets.cells import TableView
from cme_desktop.ui.widgets.states import Empty, NotAllowedPage, Place
from cme_desktop.ui.widgets.table import PagedModel
from cme_desktop.ui.widgets.tabs import TabRow, Tabs

NARROWEST_PREVIEW, WIDEST_PREVIEW = 240, 1200
_GAP = 16


class RegisterScreen(Page):
    """The register's page. ``show_what`` opens it narrowed: ``view:ehe``, ``school:URN`` or ``status:CODE``."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("Register", parent=parent)
        self._desk = desk
        self._revealed: set[int] = set()
        self._known = self._counts_due = False
        self._choices = FilterChoices((), (), (), ())
        self.presenter = RegisterPresenter(desk, self)
        settings = desk.preferences.settings
        if self.head is not None and may(desk.person, "case.open"):
            new = desk.referral_wanted.emit
            self.head.add_action(Button("New referral", Kind.PRIMARY, icon="plus", key="Ctrl+N", on_click=new))
        self.tabs = Tabs("Saved views", VIEWS)
        self.bar = FilterBar(compact=settings.compact_rows)
        masked = self._revealed if self.presenter.masked else None
        self.model: PagedModel[RegisterRow] = PagedModel(columns(lambda: desk.today, masked), self)
        self.table = TableView(self.model, "Cases")
        self.table.set_compact(settings.compact_rows)
        self.preview = Preview()
        self.preview.setVisible(settings.register_preview)
        self.keeper = PreviewKeeper(desk, self.preview, self._current, self._may_name, self)
        self._width_after = QTimer(self)
        self._width_after.setSingleShot(True)
        self._width_after.setInterval(AFTER)
        self._width_after.timeout.connect(self._on_width_due)
        self.table.viewport().installEventFilter(self)
        self._lay_out()
        self._connect()
        for keys, act in (("F4", self.turn_preview), ("Ctrl+F", self.bar.start_typing), ("L", self._log_current)):
            shortcut(self, keys, act)
        Theme.of().changed.connect(self._on_theme_changed)

    def _lay_out(self) -> None:
        self.place = Place(self.table)
        card = Card(padding=0)
        card.body.addWidget(self.place)
        Corners(card)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setHandleWidth(_GAP)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(card)
        self.split.addWidget(self.preview)
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 0)
        self.body.setSpacing(0)
        self.body.addWidget(TabRow(self.tabs))
        self.body.addWidget(self.bar)
        self.body.addWidget(self.split, 1)

    def _connect(self) -> None:
        ask = self.presenter
        ask.answered.connect(self._on_answered)
        ask.counted.connect(self._on_counted)
        ask.choices_known.connect(self._on_choices)
        ask.rows_known.connect(self._on_rows)
        ask.page_failed.connect(self.model.page_failed)
        ask.refused.connect(self._on_refused)
        self.model.page_wanted.connect(self._on_page_wanted)
        self.model.sort_wanted.connect(self._on_sort_wanted)
        self.table.opened.connect(self._on_opened)
        self.table.moved.connect(self._on_moved)
        self.table.cell_pressed.connect(self._on_cell_pressed)
        self.tabs.picked.connect(self._on_view_picked)
        self.bar.filter_set.connect(self._on_filter_set)
        self.bar.cleared.connect(self._on_cleared)
        self.bar.left.connect(self._to_table)
        self.bar.compact_chosen.connect(self._on_compact_chosen)
        self.split.splitterMoved.connect(self._on_split_moved)
        self.preview.closed.connect(self.turn_preview)
        self.preview.open_wanted.connect(self._open_current)
        self.preview.log_wanted.connect(self._log_current)
        self._desk.cases_changed.connect(self._on_news)
        self._desk.reference_changed.connect(self._on_news)

    # What the frame asks of a page

    def on_shown(self) -> None:
        """Open the list: fetch it anew, and count it as opened."""
        self.presenter.opened()
        self.refresh()

    def keys(self) -> tuple[KeyLine, ...]:
        """Return the keys of the register."""
        masked = (("Space", "Show the name of this row"),) if self.presenter.masked else ()
        return (
            ("J K, Enter", "Move in the list, open the case"),
            ("L", "Log an enquiry"),
            ("F4", "Show or hide the preview"),
            ("Ctrl+F", "Filter this table by words"),
            ("Del on a filter", "Take the filter away"),
            *masked,
        )

    def first_focus(self) -> QWidget | None:
        """Return the table, or the tabs while it is empty."""
        return self.table if self.model.ids else self.tabs

    def show_what(self, what: str) -> None:
        """Open the list narrowed to one thing, as ``key:value``; what is not known shows the list as it was."""
        key, _, value = what.partition(":")
        view = value if key == "view" else "open"
        if key not in (*filters.KEYS, "view") or not value or view not in dict(VIEWS):
            return
        self.presenter.query = filters.with_view(RegisterQuery(), view)
        self.tabs.blockSignals(True)
        self.tabs.pick(view)
        self.tabs.blockSignals(False)
        if key == "school":
            self._desk.ask(lambda store, viewer: schools.school_page(store, viewer, value), self._on_school_named)
        self.presenter.ask(
            self.presenter.query if key == "view" else filters.with_filter(self.presenter.query, key, value)
        )

    def _on_school_named(self, page: schools.SchoolPage) -> None:
        self.presenter.names["school", page.row.urn] = page.row.name
        self._show_filters()

    # Asking and showing

    def refresh(self) -> None:
        """Ask the present query again, and then how many cases the views hold."""
        if not self._known:
            self.place.show_loading()
        self._counts_due = True
        self.presenter.ask()

    @Slot()
    def _on_news(self, _refs: object = None) -> None:
        if self.isVisible():
            self.refresh()

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        self._known = True
        rows = {one.episode_id: one for one in answer.rows}
        if answer.ids and answer.ids == self.model.ids:
            self.model.put_rows(rows)
            self.model.refresh([number for number in self._ids_on_screen() if number not in rows])
        else:
            self._replace(answer, rows)
        words = filters.found_words(len(answer.ids), answer.query)
        if words != self.bar.found.text():
            self.bar.show_found(words)
            self.announce(words)
        self._show_filters()
        if self._counts_due:  # after the rows, which she waits for
            self._counts_due = False
            self.presenter.ask_counts()
        if answer.ids:
            self.place.show_content()
        else:
            self.place.show_empty(self._empty())
        self.keeper.follow()

    def _replace(self, answer: Answer, rows: dict[int, RegisterRow]) -> None:
        """Show other ids; the row and the place of the table stay where they can."""
        scrolled = self.table.verticalScrollBar().value()
        self.table.show_ids(answer.ids, sorted_by=(answer.query.sort, answer.query.descending))
        self.model.put_rows(rows)
        self.table.verticalScrollBar().setValue(scrolled)
        if self.table.currentIndex().isValid():
            self.table.scrollTo(self.table.currentIndex())
        else:
            self.table.go_to(0)

    def _ids_on_screen(self) -> tuple[int, ...]:
        first, last = self.table.rowAt(0), self.table.rowAt(self.table.viewport().height() - 1)
        return self.model.ids[max(first, 0) : last + 1 if last >= 0 else None]

    def _empty(self) -> Empty:
        if filters.chips(self.presenter.query, self.presenter.names):
            clear = Button("Clear", on_click=self._on_cleared)
            clear.setAccessibleName("Clear all filters")
            words = "Take a filter away, or clear them all."
            return Empty("No child fits these filters.", words, icon="filter", tone=Tone.GREY, buttons=(clear,))
        name = dict(VIEWS)[self.presenter.query.view]
        words = "Cases appear here when a referral or an S2S file is accepted, and move when their status changes."
        return Empty(f"No case under “{name}”.", words)

    @Slot(object)
    def _on_refused(self, error: Exception) -> None:
        if isinstance(error, NotAllowed):
            self.preview.hide()
            self.place.show_empty(NotAllowedPage(error.message))
        elif isinstance(error, UserError):
            self._desk.toasts.say(error.message, urgent=True)
        else:
            raise error

    @Slot(object)
    def _on_counted(self, counts: dict[str, int]) -> None:
        for key, number in counts.items():
            self.tabs.set_count(key, f"{number:,}")

    @Slot(object)
    def _on_choices(self, choices: FilterChoices) -> None:
        self._choices = choices
        self._show_filters()

    @Slot(object)
    def _on_rows(self, rows: tuple[RegisterRow, ...]) -> None:
        self.model.put_rows({one.episode_id: one for one in rows})

    @Slot(int, object)
    def _on_page_wanted(self, first: int, ids: tuple[int, ...]) -> None:
        self.presenter.ask_page(first, ids)

    # Filters, views, order

    def _show_filters(self) -> None:
        self.bar.show_query(self.presenter.query, self.presenter.names, self._choices)

    @Slot(str, str)
    def _on_filter_set(self, key: str, value: str) -> None:
        wanted = filters.with_filter(self.presenter.query, key, value)
        if wanted != self.presenter.query:
            self.presenter.ask(wanted)
        else:
            self._show_filters()

    @Slot()
    def _on_cleared(self) -> None:
        self.bar.close_typing()
        self.presenter.ask(filters.without_filters(self.presenter.query))
        self._to_table()

    @Slot(str)
    def _on_view_picked(self, view: str) -> None:
        self._counts_due = True
        self.presenter.ask(filters.with_view(self.presenter.query, view))

    @Slot(str, bool)
    def _on_sort_wanted(self, key: str, descending: bool) -> None:
        self.presenter.ask(replace(self.presenter.query, sort=key, descending=descending))

    @Slot(bool)
    def _on_compact_chosen(self, compact: bool) -> None:
        self.table.set_compact(compact)
        self._desk.preferences.change(compact_rows=compact)

    @Slot()
    def _to_table(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # Rows

    def _row(self, number: int | None) -> RegisterRow | None:
        return None if number is None else self.model.row_at(self.model.place_of(number))

    def _current(self) -> RegisterRow | None:
        return self._row(self.table.current_id())

    def _may_name(self, episode_id: int) -> bool:
        return not self.presenter.masked or episode_id in self._revealed

    @Slot(int)
    def _on_opened(self, number: int) -> None:
        found = self._row(number)
        if found is not None:
            self._desk.case_wanted.emit(found.ref, "")

    @Slot()
    def _open_current(self) -> None:
        found = self._current()
        if found is not None:
            self._desk.case_wanted.emit(found.ref, "")

    @Slot()
    def _log_current(self) -> None:
        found = self._current()
        if found is not None and found.is_open and may(self._desk.person, "enquiry.record"):
            self._desk.case_wanted.emit(found.ref, LOG)

    @Slot(int)
    def _on_moved(self, _number: int) -> None:
        self.keeper.follow()

    @Slot(int, str)
    def _on_cell_pressed(self, number: int, key: str) -> None:
        found = self._row(number)
        if key == CHILD and found is not None and not self._may_name(number):
            self.presenter.reveal(found.ref, partial(self._show_name, found))

    def _show_name(self, found: RegisterRow) -> None:
        self._revealed.add(found.episode_id)
        self.model.put_rows({found.episode_id: found})
        self.announce(found.name)
        self.keeper.show_now()

    # The preview's place, and leaving

    @Slot()
    def turn_preview(self) -> None:
        """Show or hide the preview; this machine remembers which."""
        shown = self.preview.isHidden()
        focus = self.window().focusWidget()
        self.preview.setVisible(shown)
        self._desk.preferences.change(register_preview=shown)
        if shown:
            self._give_width()
            self.keeper.show_now()
        elif focus is not None and self.preview.isAncestorOf(focus):
            self._to_table()

    @Slot()
    def _give_width(self) -> None:
        wanted = max(NARROWEST_PREVIEW, self._desk.preferences.settings.register_preview_width)
        width = Theme.of().px(wanted)
        self.split.setSizes([max(1, self.split.width() - width - _GAP), width])

    @Slot(int, int)
    def _on_split_moved(self, _place: int, _index: int) -> None:
        self._width_after.start()

    @Slot()
    def _on_width_due(self) -> None:
        if not self.preview.isHidden():
            width = round(self.preview.width() * 100 / Theme.of().text_percent)
            width = min(max(width, NARROWEST_PREVIEW), WIDEST_PREVIEW)
            self._desk.preferences.change(register_preview_width=width)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Share the width of the table anew when it changes."""
        if event.type() == QEvent.Type.Resize and watched is self.table.viewport():
            self._share_width()
        return super().eventFilter(watched, event)

    def _share_width(self) -> None:
        """Let the child and the last school have what is spare; where there is too little, the owner goes first."""
        px = Theme.of().px
        widths = column_widths(round(self.table.viewport().width() * 100 / Theme.of().text_percent))
        for place, column in enumerate(self.model.columns):
            width = widths.get(column.key)
            self.table.setColumnHidden(place, width is None)
            if width and column.width:
                self.table.setColumnWidth(place, px(width))

    @Slot()
    def _on_theme_changed(self) -> None:
        self._share_width()
        self._give_width()
        self.keeper.follow()

    def showEvent(self, event: QShowEvent) -> None:
        """Give the preview its remembered width once there is one to share."""
        super().showEvent(event)
        QTimer.singleShot(0, self._give_width)

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget what was shown for this stay only: revealed names and looks."""
        super().hideEvent(event)
        self._revealed.clear()
        self.keeper.forget()
