"""Load what the start does without: beside the unlock page once somebody touches it, or when it is first needed."""

from __future__ import annotations

import threading

LOADING = threading.Lock()
"""Held while the window loads modules after its start: two threads that load modules needing each other can fail."""


def load_workplace() -> None:
    """Load what a person works with, from any thread; whoever needs it sooner waits here until it is there."""
    with LOADING:
        import cme_desktop.app.register_place
        import cme_desktop.app.rescuing
        import cme_desktop.app.setting_up
        import cme_desktop.app.work
        import cme_desktop.ui.today.view  # noqa: F401 - loaded only, and used by those who ask for it
