"""How much memory a process may use: a limit of the system where there is one, watching where there is none."""

from __future__ import annotations

import sys
from typing import Protocol


class MemoryGuard(Protocol):
    """Keep a process within its memory, in whichever way the system offers."""

    def limit_self(self, limit: int) -> None:
        """Ask the system to refuse this process more than ``limit`` bytes, where it can."""
        ...

    def used_by(self, pid: int) -> int | None:
        """Return the bytes that a process uses, where it has to be watched from outside; None where it need not be."""
        ...


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _QUERY = 0x0400 | 0x0010  # PROCESS_QUERY_INFORMATION, PROCESS_VM_READ

    class _Counters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS of psapi."""

        _fields_ = (
            ("cb", wintypes.DWORD),
            ("PageFaultCount", wintypes.DWORD),
            *((name, ctypes.c_size_t) for name in ("PeakWorkingSetSize", "WorkingSetSize")),
            *((name, ctypes.c_size_t) for name in ("PeakPaged", "Paged", "PeakNonPaged", "NonPaged")),
            *((name, ctypes.c_size_t) for name in ("PagefileUsage", "PeakPagefileUsage")),
        )

    class SystemMemory:
        """Windows: a process cannot limit itself, so the limit is kept by watching it, four times a second.

        Written from the documentation of psapi and not yet run on Windows.
        """

        def limit_self(self, limit: int) -> None:
            """Do nothing: Windows has no such limit for a process to set on itself."""

        def used_by(self, pid: int) -> int | None:
            """Return the committed bytes of a process, or None if it has gone."""
            kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            kernel.OpenProcess.restype = wintypes.HANDLE
            handle = kernel.OpenProcess(_QUERY, False, pid)
            if not handle:
                return None
            try:
                counters = _Counters()
                counters.cb = ctypes.sizeof(counters)
                psapi = ctypes.WinDLL("psapi", use_last_error=True)
                known = psapi.GetProcessMemoryInfo(wintypes.HANDLE(handle), ctypes.byref(counters), counters.cb)
                return int(counters.PagefileUsage) if known else None
            finally:
                kernel.CloseHandle(wintypes.HANDLE(handle))

else:
    import resource

    class SystemMemory:
        """POSIX: the system itself refuses the process more address space than its limit."""

        def limit_self(self, limit: int) -> None:
            """Set the limit of address space, never above one that was set from outside."""
            _, hard = resource.getrlimit(resource.RLIMIT_AS)
            if hard != resource.RLIM_INFINITY:
                limit = min(limit, hard)
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

        def used_by(self, pid: int) -> int | None:
            """Return None: the system keeps the limit, so nobody has to watch."""
            return None
