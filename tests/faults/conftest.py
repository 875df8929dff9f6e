"""One ground for every operation of a test run, and one parent of the commands that are killed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.calls import Victims, victims
from tests.faults.operations import Ground, Operation, forget_witnesses, lay_ground


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the ground to copy from."""
    return lay_ground(tmp_path_factory.mktemp("ground") / "place").folder


@pytest.fixture(scope="session")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victims]:
    """Return the parent of the commands."""
    with victims(tmp_path_factory.mktemp("victims")) as made:
        yield made


@pytest.fixture
def fresh(template: Path, tmp_path: Path) -> Callable[[Operation], Ground]:
    """Return a function that lays the ground of an operation anew, always in the same folder."""

    def lay(operation: Operation) -> Ground:
        place = tmp_path / "place"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(template, place)
        forget_witnesses()
        ground = Ground(place)
        operation.prepare(ground)
        return ground

    return lay
