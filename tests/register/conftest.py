"""A fresh register for each test, and one peopled register that the tests of a module only ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import Register, make_register, open_copy
from tests.register.world import World, people


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Register:
    """Return a closed register to copy from."""
    made = make_register(tmp_path_factory.mktemp("template") / "register")
    made.close()
    return made


@pytest.fixture
def register(template: Register, tmp_path: Path) -> Iterator[Register]:
    """Return an open training register with an officer, a manager and an administrator."""
    made = open_copy(template, tmp_path / "register")
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared(template: Register, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    """Return one open register for a property that is tried many times."""
    made = open_copy(template, tmp_path_factory.mktemp("shared") / "register")
    yield made
    made.close()


@pytest.fixture(scope="module")
def world(template: Register, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Return a register with cases of every kind, which no test changes."""
    made = open_copy(template, tmp_path_factory.mktemp("world") / "register")
    yield people(made)
    made.close()
