"""A register with the case of picture 09 in it, made once and copied for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.factories import Register, make_register, open_copy
from tests.ui.flashes import no_other_window
from tests.ui.letters.scene import MORNING, Office, fill, open_office

OpenOffice = Callable[..., Office]


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Register, str]:
    """Return a closed register to copy from, and the reference of its case."""
    made = make_register(tmp_path_factory.mktemp("letters-template") / "register")
    ref = fill(made)
    made.close()
    return made, ref


@pytest.fixture
def register(begun: tuple[Register, str], tmp_path: Path) -> Iterator[Register]:
    """Return an open register with the case in it."""
    made = open_copy(begun[0], tmp_path / "register", now=MORNING)
    yield made
    made.close()


@pytest.fixture
def office_of(qtbot: QtBot, register: Register, begun: tuple[Register, str]) -> Iterator[OpenOffice]:
    """Return what shows the Letters page to a person."""

    def make(who: str = "officer", *, held: bool = False) -> Office:
        return open_office(qtbot, register, begun[1], who, held=held)

    with no_other_window():
        yield make


@pytest.fixture
def office(office_of: OpenOffice) -> Office:
    """Return the officer's window with the Letters page."""
    return office_of()
