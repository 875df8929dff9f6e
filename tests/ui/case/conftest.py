"""A register with the pictures' child in it, made once and copied for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.factories import Register, make_register, open_copy
from tests.ui.case.stage import MORNING, Stage, fill, make_stage

MakeStage = Callable[..., Stage]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Register, str]:
    """Return a closed register to copy from, and the reference of its case."""
    made = make_register(tmp_path_factory.mktemp("case-template") / "register")
    ref = fill(made)
    made.close()
    return made, ref


@pytest.fixture
def register(filled: tuple[Register, str], tmp_path: Path) -> Iterator[Register]:
    """Return an open register with the case of Amara Kamara in it."""
    made = open_copy(filled[0], tmp_path / "register", now=MORNING)
    yield made
    made.close()


@pytest.fixture
def set_stage(qtbot: QtBot, register: Register, filled: tuple[Register, str]) -> MakeStage:
    """Return what shows the case page for a person, with the case open at a tab."""

    def make(tab: str = "", *, who: str = "officer", open_it: bool = True, held: bool = False) -> Stage:
        stage = make_stage(qtbot, register, filled[1], who=who, held=held)
        if open_it:
            stage.screen.open_case(stage.ref, tab)
        return stage

    return make


@pytest.fixture
def stage(set_stage: MakeStage) -> Stage:
    """Return the officer's window with the case open."""
    return set_stage()
