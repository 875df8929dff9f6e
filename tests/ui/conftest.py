"""One theme and one focus ring for the whole run of ui tests, put back after each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from cme_desktop.ui.focus import FocusRing
from cme_desktop.ui.theme import Scheme, Theme


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the offscreen platform say that it cannot tell a window manager about sizes; nothing else may warn."""
    for item in items:
        if "/tests/ui/" in item.path.as_posix():
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))
            item.add_marker(pytest.mark.ui)


@pytest.fixture(autouse=True)
def theme(qapp: QApplication) -> Iterator[Theme]:
    """Give the light theme at 100 % and put it back."""
    found = qapp.findChild(Theme)
    made = found if found is not None else Theme(qapp, Scheme.LIGHT)
    if qapp.findChild(FocusRing) is None:
        FocusRing(qapp)
    made.set_choice(Scheme.LIGHT)
    made.set_text_percent(100)
    yield made
    made.set_choice(Scheme.LIGHT)
    made.set_text_percent(100)


@pytest.fixture(autouse=True)
def _nothing_is_left_over() -> Iterator[None]:
    """Let go of each test's widgets before the next: every one that is left makes a change of text size slower."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
