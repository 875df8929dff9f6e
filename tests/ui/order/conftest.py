"""A register with the case of picture 08 in it, made once and copied for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from cme_desktop.settings import Settings
from cme_desktop.ui.case.order.tab import OrderTab
from cme_desktop.ui.case.page import CaseScreen
from cme_desktop.ui.desk import Desk, Preferences
from cme_desktop.ui.runner import InlineRunner
from cme_desktop.ui.widgets.feedback import Toasts
from cme_desktop.ui.window import Window
from tests.factories import Register, make_register, open_copy
from tests.ui import walk
from tests.ui.case.stage import Stage
from tests.ui.flashes import no_other_window
from tests.ui.order.scene import MORNING, fill

MakeStage = Callable[..., Stage]


@pytest.fixture(scope="session")
def worked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Register, str]:
    """Return a closed register to copy from, and the reference of its case."""
    made = make_register(tmp_path_factory.mktemp("order-template") / "register")
    ref = fill(made)
    made.close()
    return made, ref


@pytest.fixture
def register(worked: tuple[Register, str], tmp_path: Path) -> Iterator[Register]:
    """Return an open register with the case in it."""
    made = open_copy(worked[0], tmp_path / "register", now=MORNING)
    yield made
    made.close()


@pytest.fixture
def set_stage(qtbot: QtBot, register: Register, worked: tuple[Register, str]) -> Iterator[MakeStage]:
    """Return what shows the order process of the case to a person."""

    def make(who: str = "officer", *, ref: str = "", held: bool = False) -> Stage:
        window = Window()
        qtbot.addWidget(window)
        runner = InlineRunner(window, held=held)
        toasts = Toasts(window, register.clock.now)
        person = getattr(register, who)
        desk = Desk(register.store, person, runner, toasts, Preferences(Settings(), lambda one: one), window)
        screen = CaseScreen(desk, window, order_tab=OrderTab)
        window.show_face(screen)
        window.resize(1158, 692)
        window.show()
        window.activateWindow()
        stage = Stage(register, window, screen, desk, runner, ref or worked[1])
        desk.case_wanted.connect(lambda ref, tab: stage.cases.append((ref, tab)))
        desk.page_wanted.connect(lambda key, what: stage.pages.append((key, what)))
        desk.letter_wanted.connect(lambda ref, code: stage.letters.append((ref, code)))
        screen.open_case(stage.ref, "order")
        walk.settle()
        return stage

    with no_other_window():
        yield make


@pytest.fixture
def stage(set_stage: MakeStage) -> Stage:
    """Return the officer's window with the order process open."""
    return set_stage()
