"""What several test modules of this room stand on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.storage.keys_kit import Register, make_register


@pytest.fixture
def register(tmp_path: Path) -> Register:
    """Return the keys of a new register with one person."""
    return make_register(tmp_path / "register")
