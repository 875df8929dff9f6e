"""A training register with an officer, a manager and an administrator, and the program started on a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from cme_desktop.ui.theme import Theme
from tests.app.bench import Play, make_training, start
from tests.factories import NOON
from tests.ui.conftest import theme  # noqa: F401 - the program draws with the theme of the ui tests

StartPlay = Callable[..., Play]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the offscreen platform say that it cannot tell a window manager about sizes; nothing else may warn."""
    for item in items:
        if "/tests/app/" in item.path.as_posix():
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))
            item.add_marker(pytest.mark.ui)


@pytest.fixture(scope="session")
def training(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a closed training register with its people and no case."""
    folder = tmp_path_factory.mktemp("training") / "register"
    make_training(folder)
    return folder


@pytest.fixture
def place(training: Path, tmp_path: Path) -> Path:
    """Return a folder with a copy of the training register in it, under ``register``."""
    shutil.copytree(training, tmp_path / "register")
    return tmp_path


@pytest.fixture
def begin(qapp: QApplication, place: Path) -> Iterator[StartPlay]:
    """Return a function that starts the program on the copy."""
    assert Theme.of() is not None
    begun: list[Play] = []

    def run(**options: object) -> Play:
        store = options.pop("store", place / "register")
        begun.append(start(qapp, store, place / "program", NOON, **options))  # type: ignore[arg-type]  # as a test names
        return begun[-1]

    yield run
    for play in begun:
        play.close()
