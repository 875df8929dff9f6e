"""The case page: identity bar, what can be done, tabs; it records the look before it shows anything."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from cme_desktop.casework.next_steps import TELL_REFERRER
from cme_desktop.domain.errors import NotAllowed, NotFound, UserError
from cme_desktop.domain.risk import QUESTIONS
from cme_desktop.ui.case import acts as places
from cme_desktop.ui.case.acts import CaseActs
from cme_desktop.ui.case.head import IdentityBar
from cme_desktop.ui.case.opened import EDGE, CaseTab, OpenedCase, open_now, read_again
from cme_desktop.ui.case.risk import said
from cme_desktop.ui.case.risk.danger import DangerScreen
from cme_desktop.ui.case.risk.tab import RiskTab
from cme_desktop.ui.case.tabs.documents import DocumentsTab
from cme_desktop.ui.case.tabs.enquiries import EnquiriesTab
from cme_desktop.ui.case.tabs.history import HistoryTab
from cme_desktop.ui.case.tabs.overview import OverviewTab
from cme_desktop.ui.case.tabs.people import PeopleTab
from cme_desktop.ui.case.tabs.timeline import TimelineTab
from cme_desktop.ui.desk import LOG, Desk
from cme_desktop.ui.page import KeyLine, Page
from cme_desktop.ui.qt import alive, follow_layout, row, shortcut
from cme_desktop.ui.tokens import PAGE_PADDING, Tone
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.states import Empty, Interruption, Loading, NotAllowedPage
from cme_desktop.ui.widgets.tabs import TabRow, Tabs
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.window import Window
from cme_desktop.ui.words import capital

MakeTab = Callable[[Desk, CaseActs], CaseTab]
"""How a tab is made; the order process comes from outside this package."""
RESTRICTED: Final = "reason-needed"
_TITLES: Final = (
    (places.OVERVIEW, "Overview"),
    (places.TIMELINE, "Timeline"),
    (places.ENQUIRIES, "Enquiries"),
    (places.RISK, "Risk"),
    (places.PEOPLE, "People and addresses"),
    (places.DOCUMENTS, "Documents"),
    (places.ORDER, "Order process"),
    (places.HISTORY, "History"),
)
_WITHOUT_TOOLBAR: Final = frozenset({places.RISK, places.ORDER})
"""Tabs that need the height; their keys work all the same."""


class CaseScreen(Page):
    """One case at a time. ``open_case`` records the look and shows it; ``back_wanted`` goes back to the list."""

    back_wanted = Signal()
    shown = Signal(str)

    def __init__(
        self, desk: Desk, window: Window, *, order_tab: MakeTab | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__("Case", full_width=True, parent=parent)
        self._desk, self._window = desk, window
        self._case: OpenedCase | None = None
        self._wanted = ("", "")
        self._asked = 0
        self._stale: set[str] = set()
        self._offering = False
        self._before_close: Callable[[], bool] = window.may_close
        self.acts = CaseActs(desk, self)
        self.acts.tab_wanted.connect(self._on_tab_wanted)
        self.acts.danger_wanted.connect(self.show_danger)
        self.acts.closed_case.connect(self._on_closed_case)
        self.bar = IdentityBar()
        self._made: dict[str, CaseTab] = {}
        self._makers: dict[str, MakeTab] = {
            places.OVERVIEW: OverviewTab,
            places.TIMELINE: TimelineTab,
            places.ENQUIRIES: EnquiriesTab,
            places.RISK: RiskTab,
            places.PEOPLE: PeopleTab,
            places.DOCUMENTS: DocumentsTab,
            places.HISTORY: HistoryTab,
        }
        if order_tab is not None:
            self._makers[places.ORDER] = order_tab
        self.tabs = Tabs("Parts of the case", [(key, words) for key, words in _TITLES if key in self._makers])
        self.tabs.picked.connect(self._on_picked)
        self.stack = QStackedWidget()
        self._make_toolbar()
        self._lay_out()
        self._make_shortcuts()
        desk.cases_changed.connect(self._on_cases_changed)
        for news in (desk.letters_changed, desk.reference_changed):
            news.connect(self.refresh)
        desk.keep_wanted.connect(self._on_keep_wanted)

    # Layout

    def _make_toolbar(self) -> None:
        acts = self.acts
        self.log_button = Button("Log enquiry", Kind.PRIMARY, icon="phone", key="L", on_click=acts.log_enquiry)
        self.note_button = Button("Add note", icon="pencil", key="N", on_click=acts.add_note)
        self.letter_button = Button("Make letter", icon="mail", key="P", on_click=acts.make_letter)
        self.more_button = Button("More")
        self.menu = QMenu(self)
        self.menu.setAccessibleName("More that can be done")
        self.more_button.set_menu(self.menu)
        self.reads = Label("", "hint", "muted")
        self.back_button = Button("Back to register", Kind.QUIET, key="Alt+Left", on_click=self.back_wanted.emit)
        self.toolbar = QWidget()
        buttons = (self.log_button, self.note_button, self.letter_button, self.more_button)
        self.toolbar.setLayout(row(*buttons, 4, self.reads, None, self.back_button, margins=(0, 12, EDGE, 4)))

    def _lay_out(self) -> None:
        self._content = QWidget()
        inside = QVBoxLayout()
        inside.setContentsMargins(PAGE_PADDING, 0, PAGE_PADDING - EDGE, 16)
        inside.setSpacing(0)
        self._gap = QWidget()
        self._gap.setFixedHeight(8)
        self._banner_holder = QVBoxLayout()
        inside.addWidget(self.toolbar)
        inside.addWidget(self._gap)
        inside.addLayout(row(TabRow(self.tabs), margins=(0, 0, EDGE, 0)))
        inside.addLayout(self._banner_holder)
        inside.addSpacing(16)
        inside.addWidget(self.stack, 1)
        whole = QVBoxLayout(self._content)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.bar)
        whole.addLayout(inside, 1)
        self._loading = Loading()
        self._instead: QWidget = QWidget()
        self._faces = QStackedWidget()
        for face in (self._content, self._loading, self._instead):
            self._faces.addWidget(face)
        self.body.addWidget(self._faces)

    def _make_shortcuts(self) -> None:
        for keys, act in (
            ("L", self.acts.log_enquiry),
            ("N", self.acts.add_note),
            ("P", self.acts.make_letter),
            ("Ctrl+Tab", partial(self._step_tab, 1)),
            ("Ctrl+Shift+Tab", partial(self._step_tab, -1)),
        ):
            shortcut(self, keys, act)

    # Opening

    @property
    def case(self) -> OpenedCase | None:
        """Return the case that is open, or None."""
        return self._case

    def open_case(self, ref: str, tab: str = "", *, reason: str = "") -> None:
        """Record the look at a case and show it; ``tab`` is a tab's key, ``LOG`` for the enquiry form, or empty.

        A tab may be followed by what to show in it, as in ``risk:3``.
        """
        self._leave_tab()
        self.acts.drop()
        self._wanted = (ref, tab)
        if self._case is None or self._case.ref != ref:
            self._case, self.acts.case = None, None
            self._faces.setCurrentWidget(self._loading)
            self._loading.start()
        self._desk.look(open_now(ref, reason), self._on_opened, self._on_refused)

    def _on_opened(self, case: OpenedCase) -> None:
        ref, tab = self._wanted
        if case.ref.casefold() != ref.strip().casefold():
            return
        same = self._case is not None and self._case.ref == case.ref
        self._take(case)
        self._loading.stop()
        self._faces.setCurrentWidget(self._content)
        key, _, what = ("", "", "") if tab == LOG else tab.partition(":")
        if key in self._makers:
            self.show_tab(key, what)
        elif not same:
            self.show_tab(places.OVERVIEW)
        if self.isVisible():
            self.focus_content()
        self.shown.emit(case.ref)
        self.announce(self.bar.says(case))
        if tab == LOG:
            self.acts.log_enquiry()

    def _on_refused(self, error: Exception) -> None:
        self._loading.stop()
        if not isinstance(error, UserError):
            raise error
        if error.code == RESTRICTED:
            self._ask_reason(error.message)
        elif isinstance(error, NotAllowed):
            self._show_instead(NotAllowedPage(error.message))
        else:
            back = Button("Back to register", key="Alt+Left", on_click=self.back_wanted.emit)
            title = "This case is not in the register" if isinstance(error, NotFound) else "The case was not opened"
            self._show_instead(Empty(title, error.message, icon="info", tone=Tone.GREY, buttons=(back,)))

    def _ask_reason(self, words: str) -> None:
        ask = Interruption(
            "Open restricted case", [words], "Open restricted case", "Back to register", reason="Why", shortest=10
        )
        ref, tab = self._wanted
        ask.went_on.connect(lambda reason: self.open_case(ref, tab, reason=reason))
        ask.went_back.connect(self.back_wanted)
        self._show_instead(ask)
        ask.focus_first()

    def _show_instead(self, face: QWidget) -> None:
        self._faces.removeWidget(self._instead)
        self._instead.deleteLater()
        self._instead = face if isinstance(face, Interruption) else _framed(face)
        self._faces.addWidget(self._instead)
        self._faces.setCurrentWidget(self._instead)

    # Showing

    def _take(self, case: OpenedCase) -> None:
        self._case, self.acts.case = case, case
        head = case.head
        self.bar.show_case(case, self._desk.today)
        self.setAccessibleName(f"Case of {case.name}")
        self.tabs.set_count(places.ENQUIRIES, str(case.page.enquiry_count or ""))
        self.tabs.set_count(places.RISK, f"{head.risk_answered} of {QUESTIONS}")
        self.tabs.set_count(places.DOCUMENTS, str(len(case.page.documents) or ""))
        self._show_toolbar(case)
        self._show_warning(case)
        for tab in self._made.values():
            if tab is self.stack.currentWidget():
                tab.show_case(case)
        follow_layout(self._content)
        self._stale = {key for key, tab in self._made.items() if tab is not self.stack.currentWidget()}

    def _show_toolbar(self, case: OpenedCase) -> None:
        acts, is_open = self.acts, case.head.is_open
        self.log_button.setVisible(acts.may("enquiry.record"))
        self.letter_button.setVisible(acts.may("document.draft"))
        officer = acts.may("note.add")
        self.note_button.setText("Add note" if officer else "Add comment")
        self.reads.setText("" if officer else "You read this case. You can comment, approve and refuse.")
        self.menu.clear()
        lines: tuple[tuple[str, str, bool, Callable[[], object]], ...] = (
            ("Add step", "task.add", is_open, acts.add_step),
            ("Change status", "case.status", is_open, acts.change_status),
            ("Add person", "parent.add", is_open, acts.edit_person),
            ("New address", "child.edit", True, acts.new_address),
            ("Close case", "case.close", is_open, acts.close_case),
            ("Open again", "case.reopen", not is_open, acts.reopen_case),
            ("Record that the referrer was told", "referral.told", not is_open, acts.tell_referrer),
        )
        for words, code, shown, act in lines:
            if shown and acts.may(code):
                self.menu.addAction(words).triggered.connect(partial(_call, act))
        self.more_button.setVisible(bool(self.menu.actions()))

    def _show_warning(self, case: OpenedCase) -> None:
        """Show the one banner: an answer that may mean danger, else that the referrer is to be told of the closing."""
        number = said.unanswered_danger(case.assessment)
        tell = next((task for task in case.page.tasks if task.rule == TELL_REFERRER and task.state == "open"), None)
        if number and case.head.is_open:
            act = "Record who was told" if self.acts.may("risk.respond") else ""
            banner = Banner(
                f"Question {number} says the child may be in danger, and nobody is recorded as told",
                Tone.RED,
                button=act,
                danger_button=True,
                on_click=partial(self.show_danger, number),
            )
            self._put_banner(banner)
        elif tell is not None and self.acts.may("document.draft"):
            make = partial(self.acts.make_letter, places.CLOSURE_LETTER)
            self._put_banner(Banner(f"{tell.title}.", Tone.BLUE, button="Make the letter", on_click=make))
        else:
            self._put_banner(None)

    def _put_banner(self, banner: Banner | None) -> None:
        shown = self._banner
        if banner is not None and shown is not None and shown.accessibleName() == banner.accessibleName():
            banner.deleteLater()  # what is said already keeps its place and the focus that may be in it
            return
        before = self._banner_holder.takeAt(0)
        old = before.widget() if before is not None else None
        if old is not None:
            old.hide()
            old.deleteLater()
        self._banner = banner
        self._banner_holder.setContentsMargins(0, 12 if banner is not None else 0, EDGE, 0)
        if banner is not None:
            self._banner_holder.addWidget(banner)
            banner.say()
        if self._offering:
            self._focus_offer()

    def show_tab(self, key: str, what: str = "") -> None:
        """Bring a tab to the front and show one thing of it; a tab that is not built is said so."""
        if key not in self._makers:
            self._desk.toasts.say("This part of the case is not built yet.", note=True)
            return
        if self.tabs.key() != key:
            self.tabs.pick(key)
        else:
            self._front(key)
        if what:
            self._made[key].show_item(what)

    @Slot(str)
    def _on_picked(self, key: str) -> None:
        self._leave_tab()
        self._front(key)

    def _front(self, key: str) -> None:
        tab = self._made.get(key)
        fresh = tab is None or key in self._stale
        if tab is None:
            tab = self._makers[key](self._desk, self.acts)
            self._made[key] = tab
            self.stack.addWidget(tab)
        self.toolbar.setVisible(key not in _WITHOUT_TOOLBAR)
        self._gap.setVisible(key in _WITHOUT_TOOLBAR)
        self.stack.setCurrentWidget(tab)
        if fresh and self._case is not None:
            self._stale.discard(key)
            tab.show_case(self._case)
            follow_layout(self._content)

    @Slot(str, str)
    def _on_tab_wanted(self, key: str, what: str) -> None:
        self.show_tab(key, what)
        self.focus_content()

    def _leave_tab(self) -> None:
        tab = self.stack.currentWidget()
        if isinstance(tab, CaseTab):
            tab.leave()

    def _step_tab(self, step: int) -> None:
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + step) % self.tabs.count())
        self.focus_content()

    # News

    @Slot()
    def refresh(self) -> None:
        """Fetch the open case anew under the same receipt."""
        if self._case is not None:
            self._desk.runner.cancel(self._asked)
            self._asked = self._desk.ask(read_again(self._case), self._on_read_again)

    def _on_read_again(self, case: OpenedCase) -> None:
        if self._case is not None and self._case.ref == case.ref:
            self._take(case)

    @Slot(object)
    def _on_cases_changed(self, refs: tuple[str, ...] | None) -> None:
        if self._case is not None and (not refs or self._case.ref in refs):
            self.refresh()

    @Slot()
    def _on_keep_wanted(self) -> None:
        self._leave_tab()

    @Slot()
    def _on_closed_case(self) -> None:
        """Offer the letter to the referrer, now that the case is closed (SD35)."""
        self._offering = True
        self._focus_offer()

    def _focus_offer(self) -> None:
        if self._banner is not None and self._banner.button is not None:
            self._offering = False
            self._banner.button.setFocus(Qt.FocusReason.OtherFocusReason)

    # Danger

    @Slot(int)
    def show_danger(self, question: int) -> None:
        """Cover the window until a call, or why there was none, is recorded."""
        if self._case is None or isinstance(self._window.cover_shown, DangerScreen):
            return
        screen = DangerScreen(self._desk, self._case, question)
        screen.answered.connect(self._on_danger_answered)
        self._before_close = self._window.may_close
        self._window.may_close = partial(_may_close, screen, self._before_close)
        self._window.cover(screen)
        screen.focus_first()

    @Slot()
    def _on_danger_answered(self) -> None:
        self._window.may_close = self._before_close
        self._window.uncover()
        self.focus_content()

    # What the frame asks of a page

    def on_shown(self) -> None:
        """Fetch the open case anew."""
        self.refresh()

    def go_back(self) -> bool:
        """Close what lies over the page, else go back to the list."""
        if not self.acts.leave():
            self._leave_tab()
            self.back_wanted.emit()
        return True

    def keys(self) -> tuple[KeyLine, ...]:
        """Return the keys of the page, and of the tab in front."""
        tab = self.stack.currentWidget()
        own = tab.keys() if isinstance(tab, CaseTab) else ()
        return (
            ("L", "Log enquiry"),
            ("N", capital(self.note_button.text().lower())),
            ("P", "Make letter"),
            ("Ctrl+Tab", "Next part of the case"),
            *own,
        )

    def show_help(self) -> bool:
        """Show the policy paragraph of the tab in front."""
        tab = self.stack.currentWidget()
        return isinstance(tab, CaseTab) and tab.show_help()

    def first_focus(self) -> QWidget | None:
        """Return the form that is open, else the first place of the tab in front."""
        panel = self.acts.panel
        if panel is not None:
            return panel.first_field()
        tab = self.stack.currentWidget()
        return tab.first_focus() or self.tabs if isinstance(tab, CaseTab) else self.tabs

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Esc what lies over the page, wherever the focus is in it."""
        if event.key() == Qt.Key.Key_Escape and self.acts.leave():
            return
        super().keyPressEvent(event)


def _may_close(screen: DangerScreen, before: Callable[[], bool]) -> bool:
    """Keep the window open while the danger screen stands; a lock may have taken it away since."""
    return screen.refuse_close() if alive(screen) else before()


def _call(act: Callable[[], object], _checked: bool = False) -> None:
    act()


def _framed(face: QWidget) -> QWidget:
    holder = QWidget()
    card = Card(padding=0)
    card.body.addWidget(face)
    box = QVBoxLayout(holder)
    box.setContentsMargins(PAGE_PADDING, PAGE_PADDING, PAGE_PADDING, 16)
    box.addWidget(card)
    return holder
