"""Whether a window can be shown here: asked of the display itself, since a name that leads nowhere aborts Qt."""

from __future__ import annotations

import os
import subprocess
import sys

# Qt ends the process when its display does not answer, so a process of its own asks. It imports no widget: 0.2 s.
_PROBE = "from PySide6.QtGui import QGuiApplication; QGuiApplication(['display'])"
_PATIENCE_S = 20


def has_display() -> bool:
    """Say whether a window can be shown here."""
    system: str = sys.platform
    if system in ("win32", "darwin"):
        return True
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")) and _answers()


def _answers() -> bool:
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
