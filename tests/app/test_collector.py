"""The memory collector waits until nobody works."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from cme_desktop.app.collector import NEVER_BY_ITSELF, Collector, calm_collector


@pytest.fixture
def full() -> Iterator[list[int]]:
    """Return a list to which every full collection is added."""
    seen: list[int] = []

    def note(phase: str, about: dict[str, int]) -> None:
        if phase == "start" and about["generation"] == 2:
            seen.append(1)

    gc.callbacks.append(note)
    yield seen
    gc.callbacks.remove(note)


def test_no_full_collection_comes_by_itself() -> None:
    calm_collector()
    assert gc.get_threshold()[2] == NEVER_BY_ITSELF
    assert gc.get_freeze_count() > 0


def test_a_full_collection_is_made_only_when_it_is_quiet(qtbot: QtBot, full: list[int], qapp: object) -> None:
    quiet = False
    collector = Collector(lambda: quiet, qapp)  # type: ignore[arg-type]
    collector.look()
    assert full == []
    quiet = True
    collector.look()
    assert full == [1]
