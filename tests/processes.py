"""Which other processes still run."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_SYNCHRONIZE, _STILL_RUNS = 0x00100000, 0x102


def alive(pid: int) -> bool:
    """Return whether a process runs; one that has ended but was not waited for does not."""
    if os.name == "nt":
        kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - only Windows has it
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = ctypes.c_void_p(kernel.OpenProcess(_SYNCHRONIZE, 0, pid))
        if not handle.value:
            return False
        runs = kernel.WaitForSingleObject(handle, 0) == _STILL_RUNS
        kernel.CloseHandle(handle)
        return bool(runs)
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def in_session(session: int) -> list[int]:
    """Return the living processes of a session, only where /proc tells."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                fields = (place / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(place.name))
    return sorted(found)
