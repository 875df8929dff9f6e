"""The case page on the real lanes: nothing of it touches the register on the window's thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from cme_desktop.models.timeline import Enquiry
from cme_desktop.settings import Settings
from cme_desktop.ui.case.page import CaseScreen
from cme_desktop.ui.case.risk.danger import DangerScreen
from cme_desktop.ui.desk import Desk, Preferences
from cme_desktop.ui.runner import Runner
from cme_desktop.ui.widgets.feedback import Toasts
from cme_desktop.ui.window import Window
from tests.casework.look import rows
from tests.factories import Register
from tests.ui import walk
from tests.ui.case.stage import press, write


@pytest.fixture
def guarded(register: Register) -> Iterator[Register]:
    """Return the register with the window's thread shut out of it."""
    register.store._forbidden_thread = threading.get_ident()
    yield register
    register.store._forbidden_thread = None


def test_the_officers_work_goes_on_without_the_windows_thread(
    qtbot: QtBot, guarded: Register, filled: tuple[Register, str]
) -> None:
    ref = filled[1]
    window = Window()
    qtbot.addWidget(window)
    runner = Runner(window)
    toasts = Toasts(window, guarded.clock.now)
    desk = Desk(guarded.store, guarded.officer, runner, toasts, Preferences(Settings(), lambda one: one), window)
    screen = CaseScreen(desk, window)
    window.show_face(screen)
    window.resize(1158, 692)
    window.show()
    window.activateWindow()
    walk.settle()
    with qtbot.waitSignal(screen.shown, timeout=10_000):
        screen.open_case(ref)
    for tab in ("timeline", "enquiries", "people", "documents", "history", "risk"):
        screen.show_tab(tab)
        qtbot.waitUntil(lambda: runner.busy == 0, timeout=10_000)
    screen.focus_content()
    press("1")
    write("Seen at a neighbour")
    press("Ctrl+Enter")
    qtbot.waitUntil(lambda: screen.bar.risk.text() == "Not rated: 21 not asked yet", timeout=10_000)
    screen.show_tab("risk", "4")
    screen.stack.currentWidget().answers.focus().setFocus()  # type: ignore[union-attr]
    press("3", "Ctrl+Enter")
    qtbot.waitUntil(lambda: isinstance(window.cover_shown, DangerScreen), timeout=10_000)
    write("J. Hill")
    press("Ctrl+Enter")
    qtbot.waitUntil(lambda: window.cover_shown is None, timeout=10_000)
    screen.show_tab("overview")
    screen.acts.log_enquiry()
    qtbot.waitUntil(lambda: screen.acts.panel is not None, timeout=10_000)
    write("School nurse")
    press("Tab")
    write("020 7946 0200")
    press("Tab")
    write("Ans")
    press("Ctrl+S")
    qtbot.waitUntil(lambda: screen.acts.panel is None, timeout=10_000)
    assert runner.drain()
    guarded.store._forbidden_thread = None
    assert rows(guarded, Enquiry)[-1].asked == "School nurse"
