"""Today: who is most at risk, what is due, what came in."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from cme_desktop.access import may, refusal
from cme_desktop.casework import keeping, next_steps
from cme_desktop.domain.errors import NotAllowed, UserError
from cme_desktop.domain.roles import Role
from cme_desktop.register import today as asked
from cme_desktop.register.today import TodayPage
from cme_desktop.ui.desk import LOG as LOG_FORM
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.page import KeyLine, Page
from cme_desktop.ui.qt import alive
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.today import lines
from cme_desktop.ui.today.lines import Head, Step
from cme_desktop.ui.today.list import TodayList
from cme_desktop.ui.today.model import TodayModel
from cme_desktop.ui.today.put_off import PutOffDialog
from cme_desktop.ui.today.side import Place, SideColumn
from cme_desktop.ui.widgets.buttons import Button, ButtonLook, Kind
from cme_desktop.ui.widgets.cards import Card, Corners
from cme_desktop.ui.widgets.states import Empty, Loading, NotAllowedPage
from cme_desktop.ui.words import count, page_date, short_date

SIDE: Final = 288
SHORT_DATE_BELOW: Final = 760
_LONGEST_TOAST: Final = 80


class TodayScreen(Page):
    """The home page."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("Today", page_date(desk.today), parent=parent)
        self._desk = desk
        self._page: TodayPage | None = None
        self._whole: set[str] = set()
        self._asked = 0
        self._quiet = True
        self.new_referral = Button("New referral", icon="plus", key="Ctrl+N", on_click=desk.referral_wanted.emit)
        if self.head is not None and may(desk.person, "case.open"):
            self.head.add_action(self.new_referral)
        self.model = TodayModel(self)
        self.list = TodayList(self.model)
        self.list.acted.connect(self._on_acted)
        self.list.more_wanted.connect(self._on_more_wanted)
        self.side = SideColumn(self._go)
        self.place = _ListPlace(self.list)
        self.place.resized.connect(self._fit)
        box = QHBoxLayout()
        box.setSpacing(16)
        box.addWidget(self.place, 1)
        box.addWidget(self.side)
        self.body.addLayout(box)
        for news in (desk.cases_changed, desk.inbox_changed, desk.letters_changed, desk.reference_changed):
            news.connect(self.refresh)
        Theme.of().changed.connect(self._on_theme_changed)

    # What the frame asks of a page

    def on_shown(self) -> None:
        """Fetch Today anew."""
        self.refresh()

    def keys(self) -> tuple[KeyLine, ...]:
        """Return the keys of the list."""
        return (
            ("J K, Enter", "Move in the list, open the case"),
            ("L", "Log an enquiry"),
            ("D", "Mark the step as done"),
            ("U", "Put the step off until a day"),
            ("A", "Show the whole group, or fewer"),
        )

    def first_focus(self) -> QWidget | None:
        """Return the list, or the first button of the empty page."""
        return self.list if self.list.isVisibleTo(self) else None

    def go_back(self) -> bool:
        """Go back from the next 7 days to the empty Today."""
        if self._page is not None and not self._quiet and lines.is_quiet(self._page):
            self._quiet = True
            self._show()
            return True
        return False

    # The news

    @Slot()
    def refresh(self, _refs: object = None) -> None:
        """Ask the register; what is shown stays until the answer is there."""
        if self._page is None:
            self.place.show_loading()
        self._desk.runner.cancel(self._asked)
        self._asked = self._desk.ask(asked.today_page, self._on_answer, self._on_refused)

    def _on_answer(self, page: TodayPage) -> None:
        before, self._page = self._page, page
        self._show()
        self._desk.counted.emit(page)
        if before is not None and before.groups != page.groups:
            self.announce(lines.said(page))

    def _on_refused(self, error: Exception) -> None:
        if isinstance(error, NotAllowed):
            self.side.hide()
            self.place.show_instead(NotAllowedPage(error.message))
        elif isinstance(error, UserError):
            self._desk.toasts.say(error.message, urgent=True)
        else:
            raise error

    # Showing

    def _show(self) -> None:
        page = self._page
        if page is None:
            return
        self._show_date()
        self.side.show_all(page.came_in, page.routines, page.records, page.day)
        self.side.came_in.setVisible(self._desk.person.holds(Role.OFFICER))
        urgent = bool(page.rows("safeguarding"))
        kind = Kind.OUTLINED if urgent else Kind.PRIMARY
        self.new_referral.show_look(ButtonLook("New referral", kind, icon="plus", key="Ctrl+N"))
        if lines.is_quiet(page) and (self._quiet or not page.groups):
            self.place.show_instead(self._empty(page))
        else:
            self.place.show_list()
            self._fit()

    def _show_date(self) -> None:
        if self.head is not None and self._page is not None:
            narrow = self.width() < Theme.of().px(SHORT_DATE_BELOW)
            self.head.set_subtitle(short_date(self._page.day) if narrow else page_date(self._page.day))

    def _empty(self, page: TodayPage) -> Empty:
        """Return the good empty page: what is true, what comes, and what else waits."""
        came = page.came_in
        words = "Steps appear here on the day they are due, and at once when a child may be at risk."
        if page.open_cases == 0:
            words = "No case is open yet. New S2S files and referrals come first; their steps then appear here."
        buttons = []
        if page.groups:
            buttons.append(Button("Show next 7 days", on_click=self._show_coming))
        if may(self._desk.person, "import.scan"):
            look = self._desk.look_wanted.emit
            buttons.append(Button("Look in folder now", Kind.PLAIN, icon="folder", key="F5", on_click=look))
        return Empty(
            "Nothing overdue. Nothing due today.",
            f"{words} {lines.next_words(page, self._desk.person)}".strip(),
            buttons=buttons,
            facts=(
                ("inbox", f"{count(came.files, 'file')} waiting" if came.files else "No files waiting"),
                ("person", f"{count(came.answers, 'answer')} waiting" if came.answers else "No answers waiting"),
                ("file", count(came.problem_files, "problem file") if came.problem_files else "No problem files"),
            ),
        )

    def _show_coming(self) -> None:
        self._quiet = False
        self._show()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _fit(self) -> None:
        """Show as many lines as fit; the selection stays on its step, or where that step was."""
        if self._page is None or not self.place.list_shown:
            return
        theme = Theme.of()
        made = lines.lines_of(
            self._page,
            self._desk.person,
            self.place.room,
            head=theme.px(lines.HEAD_HEIGHT),
            row=theme.px(lines.ROW_HEIGHT),
            whole=self._whole,
        )
        if made != self.model.lines:
            step, place = self.list.current_step(), self.list.currentIndex().row()
            scrolled = self.list.verticalScrollBar().value()
            self.model.show_lines(made)
            self.list.delegate.filled_row = self._first_urgent()
            self.list.verticalScrollBar().setValue(scrolled)
            row = self.model.place_of(step.row.key) if step is not None else -1
            if row < 0:
                row = self.model.next_step(max(place - 1, -1), 1)
            if row >= 0:
                self.list.show_current(row)
        self.place.fit_card(self.list.whole_height())

    def _first_urgent(self) -> int:
        return next((n for n, line in enumerate(self.model.lines) if isinstance(line, Step) and line.always), -1)

    @Slot(str)
    def _on_more_wanted(self, group: str) -> None:
        head = next((one for one in self.model.lines if isinstance(one, Head) and one.group == group), None)
        if head is not None and head.more:
            self._whole ^= {group}
            self._fit()

    # Acts

    @Slot(str, object)
    def _on_acted(self, act: str, step: Step) -> None:
        row = step.row
        if act == lines.INBOX or (act == lines.OPEN and row.kind == "staged"):
            self._desk.page_wanted.emit("inbox", f"pupil:{row.staged_id}")
        elif act == lines.READ or (act == lines.OPEN and row.kind == "approval" and row.group == "decision"):
            self._desk.page_wanted.emit("letters", f"approval:{row.approval_id}")
        elif act == lines.OPEN:
            self._desk.case_wanted.emit(row.ref, "")
        elif act == lines.LOG:
            self._desk.case_wanted.emit(row.ref, LOG_FORM)
        elif row.task_id is None:
            self._desk.toasts.say("This row is decided in the inbox or by the manager. Enter opens it.", note=True)
        elif act == lines.DONE:
            self._mark_done(row.task_id, row.ref, row.next_step)
        elif act == lines.PUT_OFF:
            self._ask_put_off(step)

    def _mark_done(self, task_id: int, ref: str, title: str) -> None:
        words = title if len(title) <= _LONGEST_TOAST else f"{title[:_LONGEST_TOAST]}…"
        self._desk.do(
            lambda store, person: next_steps.mark_done(store, person, task_id),
            partial(self._on_changed, ref),
            said=f"Done: {words}",
            undo=True,
        )

    def _on_changed(self, ref: str, _answer: object) -> None:
        self._desk.cases_changed.emit((ref,))

    def _ask_put_off(self, step: Step) -> None:
        if not may(self._desk.person, "task.put-off"):
            return
        dialog = PutOffDialog(step, self._desk.today, self)
        dialog.wanted.connect(partial(self._put_off, dialog, step))
        dialog.open()

    def _put_off(self, dialog: PutOffDialog, step: Step, until: date, reason: str) -> None:
        task_id, ref = step.row.task_id, step.row.ref
        if task_id is None:
            return

        def done(_answer: object) -> None:
            if alive(dialog):
                dialog.accept()
            self._desk.cases_changed.emit((ref,))

        self._desk.do(
            lambda store, person: next_steps.put_off(store, person, task_id, until=until, reason=reason),
            done,
            dialog.refuse,
            said=f"Put off until {short_date(until)}: {step.row.next_step}",
            undo=True,
        )

    def _go(self, place: Place) -> None:
        if place.ref:
            self._desk.case_wanted.emit(place.ref, "")
        elif place.routine:
            self._offer_routine(place)
        else:
            self._desk.page_wanted.emit(place.page, place.what)

    def _offer_routine(self, place: Place) -> None:
        """Offer to note that a routine was done today: it cannot be undone, so it takes a second press."""
        button = self.side.button_of(place)
        if not may(self._desk.person, "routine.done") or button is None:
            self._desk.toasts.say(refusal(self._desk.person, "routine.done"), urgent=True)
            return
        menu = QMenu(button)
        menu.setAccessibleName(button.line.title)
        action = menu.addAction("Note as done today")
        action.triggered.connect(partial(self._note_routine, place.routine, button.line.title))
        menu.setActiveAction(action)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _note_routine(self, kind: str, title: str, _checked: bool = False) -> None:
        self._desk.do(
            lambda store, person: keeping.routine_done(store, person, kind), self.refresh, said=f"Noted: {title}, today"
        )

    # Size

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the right column its width, and the date its words."""
        super().resizeEvent(event)
        self._on_theme_changed()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.side.setFixedWidth(min(Theme.of().px(SIDE), max(240, round(self.width() * 0.32))))
        self._show_date()
        self._fit()


class _ListPlace(QWidget):
    """Where the list stands: a card as high as its rows, loading bars, or a page in its place."""

    resized = Signal()

    def __init__(self, content: TodayList) -> None:
        super().__init__()
        self._height = 0
        self.card = Card(padding=0, parent=self)
        self.card.body.addWidget(content)
        Corners(self.card)
        self._loading = Loading(self)
        self._loading.hide()
        self._instead: Card | None = None

    @property
    def room(self) -> int:
        """Return how high the list may get without scrolling, in px."""
        return self.height() - 2

    @property
    def list_shown(self) -> bool:
        """Say whether the list is what is shown."""
        return not self.card.isHidden()

    def show_list(self) -> None:
        """Show the list."""
        self._loading.stop()
        self._loading.hide()
        if self._instead is not None:
            self._instead.hide()
            self._instead.deleteLater()
            self._instead = None
        self.card.show()

    def show_loading(self) -> None:
        """Show that the list is on its way."""
        self.card.hide()
        self._loading.show()
        self._loading.start()
        self._place()

    def show_instead(self, content: QWidget) -> None:
        """Show a page in a card in place of the list."""
        self.show_list()
        self.card.hide()
        self._instead = Card(padding=0, parent=self)
        self._instead.body.addWidget(content)
        self._instead.show()
        self._place()

    def fit_card(self, height: int) -> None:
        """Make the card as high as its rows, at most as high as the place."""
        self._height = height
        self._place()

    def _place(self) -> None:
        self.card.setGeometry(0, 0, self.width(), min(self._height + 2, self.height()))
        self._loading.setGeometry(self.rect())
        if self._instead is not None:
            self._instead.setGeometry(self.rect())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out what is shown, and say that there is more or less room."""
        super().resizeEvent(event)
        self._place()
        self.resized.emit()
