"""The whole program on a training register, as the tests of the window start it."""

from __future__ import annotations

import pytest

from tests.app.conftest import begin, place, theme, training  # noqa: F401 - the same program, the same register
from tests.casework.conftest import register, shared, template  # noqa: F401 - and a register without a window
from tests.cli.conftest import admin  # noqa: F401 - and its commands


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the offscreen platform say that it cannot tell a window manager about sizes; nothing else may warn."""
    for item in items:
        if "/tests/safety/" in item.path.as_posix():
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))
