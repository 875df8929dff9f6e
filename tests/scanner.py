"""What Windows refuses, brought to every system: an open file is not renamed or deleted, nor one a scanner reads."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cme_desktop.system import refused

OWN = Path("/proc/self/fd")


class Scanner:
    """Refuse the first tries to rename or delete each name, and every one while this process has the file open.

    On Windows the second rule is the system's own.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, refusals: int = 2) -> None:
        self.refusals = refusals
        self.refused: Counter[tuple[str, str]] = Counter()
        monkeypatch.setattr(refused, "RETRY_EVERY_SECONDS", 0.001)
        for name in ("rename", "replace", "unlink", "remove", "rmdir"):
            monkeypatch.setattr(os, name, self._guarding(name, getattr(os, name)))

    def _guarding(self, name: str, real: Callable[..., None]) -> Callable[..., None]:
        def guarded(path: Any, *others: Any, **settings: Any) -> None:
            if _is_there(path, settings.get("dir_fd")):
                self._refuse(name, Path(os.fsdecode(path)), within=settings.get("dir_fd"))
                for other in others:
                    if Path(other).exists():
                        self._refuse(f"{name}-over", Path(other), within=None)
            real(path, *others, **settings)

        return guarded

    def _refuse(self, name: str, path: Path, *, within: int | None) -> None:
        key = (name, path.name)
        if self.refused[key] < self.refusals or (within is None and open_here(path)):
            self.refused[key] += 1
            raise PermissionError(
                errno.EACCES, "The process cannot access the file because it is being used", str(path)
            )


def _is_there(path: Any, within: int | None) -> bool:
    if os.name == "nt":  # which opens nothing within a folder that is open
        return os.path.lexists(path)
    return os.access(path, os.F_OK, dir_fd=within, follow_symlinks=False)


def open_here(path: Path) -> bool:
    """Say whether this process has a file, or one in a folder, open (only where /proc tells)."""
    if not OWN.is_dir():
        return False
    real = path.resolve()
    for link in OWN.iterdir():
        try:
            target = link.readlink()
        except OSError:
            continue
        if target.is_relative_to(real):
            return True
    return False
