"""A window with a case page on a real register: what the tests of the case page stand on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from cme_desktop.casework import enquiries, parents
from cme_desktop.casework.children import RegistrationFacts
from cme_desktop.casework.enquiries import EnquiryEntry
from cme_desktop.casework.parents import Restrictions
from cme_desktop.domain.roles import Person
from cme_desktop.models.audit import AuditEvent
from cme_desktop.settings import Settings
from cme_desktop.ui.case.forms.panel import CaseForm
from cme_desktop.ui.case.page import CaseScreen
from cme_desktop.ui.desk import Desk, Preferences
from cme_desktop.ui.runner import InlineRunner
from cme_desktop.ui.widgets.feedback import Toasts
from cme_desktop.ui.window import Window
from tests.factories import SECONDARY, Register, child_facts, make_case, parent_facts, referral_facts
from tests.ui import walk

OPENED = date(2026, 11, 3)
MORNING = datetime(2026, 11, 24, 10, 42, tzinfo=UTC)
SCHOOL = RegistrationFacts(
    "Example High School",
    SECONDARY,
    "310",
    "4999",
    entry_date=date(2023, 9, 4),
    leaving_date=OPENED,
    ground="2024:9(1)(i)",
    ground_text="9(1)(i)",
    first_absent_day=date(2026, 10, 22),
)


def fill(register: Register) -> str:
    """Open Amara Kamara's case as the pictures have it, three weeks ago, and return its reference."""
    register.clock.moment = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
    father = parent_facts(
        "Kamara", "Ibrahim", relationship="Father", relationship_code="PAF", has_care=False, phones=()
    )
    case = make_case(
        register,
        child=child_facts(registrations=(SCHOOL,)),
        referral=referral_facts(OPENED, referrer_name="Example High School, M. Keane"),
        missing_since=date(2026, 10, 22),
        parents=(parent_facts(), father),
    )
    store, me = register.store, register.officer
    parents.restrict_parent(
        store, me, case.ref, 2, Restrictions(must_not_be_told=True, reason="Court order of May 2026, copy on file")
    )
    for entry in (
        EnquiryEntry("school", "Mother", "07700 900123", "phone", date(2026, 11, 2), "nothing", "RE01"),
        EnquiryEntry("council", "In-year team", "020 7946 0410", "phone", date(2026, 11, 3), "nothing", "RE06"),
        EnquiryEntry("council", "Isatu Kamara", "07700 900123", "phone", date(2026, 11, 3), "waiting", parent_id=1),
    ):
        enquiries.record_enquiry(store, me, case.ref, entry)
    register.clock.moment = MORNING
    return case.ref


@dataclass
class Stage:
    """A register, a window with the case page in it, and what the desk was asked for."""

    register: Register
    window: Window
    screen: CaseScreen
    desk: Desk
    runner: InlineRunner
    ref: str
    cases: list[tuple[str, str]] = field(default_factory=list)
    pages: list[tuple[str, str]] = field(default_factory=list)
    letters: list[tuple[str, str]] = field(default_factory=list)
    went_back: list[bool] = field(default_factory=list)

    @property
    def said(self) -> list[str]:
        """Return what the toasts said, oldest first."""
        return [news.text for news in reversed(self.desk.toasts.news)]

    @property
    def panel(self) -> CaseForm:
        """Return the form that is open."""
        panel = self.screen.acts.panel
        assert panel is not None, "no form is open"
        return panel

    def events(self, code: str) -> list[AuditEvent]:
        """Return the events of an act, oldest first."""
        with self.register.store.read() as session:
            return list(session.scalars(select(AuditEvent).where(AuditEvent.action == code).order_by(AuditEvent.seq)))


def make_stage(qtbot: QtBot, register: Register, ref: str, *, who: str = "officer", held: bool = False) -> Stage:
    """Show a case page for the officer or the manager of a register; nothing is open in it yet."""
    person: Person = getattr(register, who)
    window = Window()
    qtbot.addWidget(window)
    runner = InlineRunner(window, held=held)
    toasts = Toasts(window, register.clock.now)
    desk = Desk(register.store, person, runner, toasts, Preferences(Settings(), lambda settings: settings), window)
    screen = CaseScreen(desk, window)
    window.show_face(screen)
    window.resize(1158, 692)
    window.show()
    window.activateWindow()
    stage = Stage(register, window, screen, desk, runner, ref)
    desk.case_wanted.connect(lambda ref, tab: stage.cases.append((ref, tab)))
    desk.page_wanted.connect(lambda key, what: stage.pages.append((key, what)))
    desk.letter_wanted.connect(lambda ref, code: stage.letters.append((ref, code)))
    screen.back_wanted.connect(lambda: stage.went_back.append(True))
    walk.settle()
    return stage


def focus() -> QWidget:
    """Return what has the focus."""
    widget = QApplication.focusWidget()
    assert widget is not None, "nothing has the focus"
    return widget


def press(*keys: str) -> None:
    """Press keys where the focus is: a name such as "Ctrl+S", "Tab", "Enter" or a letter."""
    for key in keys:
        *held, name = key.split("+") if key != "+" else ["+"]
        modifiers = Qt.KeyboardModifier.NoModifier
        for one in held:
            modifiers |= _MODIFIERS[one]
        QTest.keyClick(focus(), _KEYS.get(name) or Qt.Key(ord(name.upper())), modifiers)
        walk.settle()


def write(words: str) -> None:
    """Type words where the focus is, letters outside ASCII too."""
    for letter in words:
        if letter.isascii():
            QTest.keyClicks(focus(), letter)
        else:
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(focus(), QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))


_MODIFIERS = {
    "Ctrl": Qt.KeyboardModifier.ControlModifier,
    "Shift": Qt.KeyboardModifier.ShiftModifier,
    "Alt": Qt.KeyboardModifier.AltModifier,
}
_KEYS = {
    "Tab": Qt.Key.Key_Tab,
    "Enter": Qt.Key.Key_Return,
    "Esc": Qt.Key.Key_Escape,
    "Down": Qt.Key.Key_Down,
    "Up": Qt.Key.Key_Up,
    "Left": Qt.Key.Key_Left,
    "Right": Qt.Key.Key_Right,
    "Home": Qt.Key.Key_Home,
    "End": Qt.Key.Key_End,
    "Space": Qt.Key.Key_Space,
    "Back": Qt.Key.Key_Backspace,
}
