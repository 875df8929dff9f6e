"""Windows: a process gives up what its kind of account could do, for good (job, token, integrity; safety.md 10).

A process cannot be shut out of reading files here, as Linux can: that takes an app container, which only whoever starts
it can make. What is in force is named in the log: one process and no more in its job, no privilege in its token, and an
integrity so low that it can write to nothing of the user's.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    JOB, TOKEN, INTEGRITY = "job", "token", "integrity"
    _BASIC_LIMITS, _UI_LIMITS = 2, 4
    _ONE_PROCESS, _DIE_ON_EXCEPTION = 0x8, 0x400
    _NO_HANDLES_CLIPBOARD_SETTINGS_DESKTOP_OR_EXIT = 0xFF
    _ADJUST_DEFAULT, _ADJUST_PRIVILEGES, _QUERY = 0x80, 0x20, 0x8
    _PRIVILEGES, _LEVEL, _REMOVED = 3, 25, 0x4
    _GROUP_INTEGRITY = 0x20
    _LOW = "S-1-16-4096"

    class _Limits(ctypes.Structure):
        _fields_ = [
            ("process_time", ctypes.c_int64),
            ("job_time", ctypes.c_int64),
            ("flags", wintypes.DWORD),
            ("least_set", ctypes.c_size_t),
            ("most_set", ctypes.c_size_t),
            ("processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("priority", wintypes.DWORD),
            ("scheduling", wintypes.DWORD),
        ]

    class _Label(ctypes.Structure):
        _fields_ = [("sid", ctypes.c_void_p), ("attributes", wintypes.DWORD)]

    def enter() -> tuple[str, ...]:
        """Shut the present process in, and return the codes of what the system put in force."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        security = ctypes.WinDLL("advapi32", use_last_error=True)
        for function in (kernel.GetCurrentProcess, kernel.CreateJobObjectW, kernel.LocalFree):
            function.restype = ctypes.c_void_p
        held = [JOB] if _one_process(kernel) else []
        token = ctypes.c_void_p()
        rights = _ADJUST_DEFAULT | _ADJUST_PRIVILEGES | _QUERY
        process = ctypes.c_void_p(kernel.GetCurrentProcess())
        if security.OpenProcessToken(process, rights, ctypes.byref(token)):
            held += [TOKEN] if _without_privileges(security, token) else []
            held += [INTEGRITY] if _lowest(kernel, security, token) else []
            kernel.CloseHandle(token)
        return tuple(held)

    def _one_process(kernel: ctypes.WinDLL) -> bool:
        """Enter a job that holds one process, ends it at a fault without a box, and keeps it from the desktop."""
        job = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
        if not job.value:
            return False
        limits = _Limits(flags=_ONE_PROCESS | _DIE_ON_EXCEPTION, processes=1)
        desktop = wintypes.DWORD(_NO_HANDLES_CLIPBOARD_SETTINGS_DESKTOP_OR_EXIT)
        process = ctypes.c_void_p(kernel.GetCurrentProcess())
        return bool(
            kernel.SetInformationJobObject(job, _BASIC_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
            and kernel.SetInformationJobObject(job, _UI_LIMITS, ctypes.byref(desktop), ctypes.sizeof(desktop))
            and kernel.AssignProcessToJobObject(job, process)
        )

    def _without_privileges(security: ctypes.WinDLL, token: ctypes.c_void_p) -> bool:
        """Remove every privilege of the token: they cannot be given back to it."""
        size = wintypes.DWORD()
        security.GetTokenInformation(token, _PRIVILEGES, None, 0, ctypes.byref(size))
        held = ctypes.create_string_buffer(size.value)
        if not security.GetTokenInformation(token, _PRIVILEGES, held, size, ctypes.byref(size)):
            return False
        wanted = bytearray(held.raw)
        for index in range(
            int.from_bytes(wanted[:4], "little")
        ):  # each has its own number in 8 bytes and its state in 4
            wanted[12 + 12 * index : 16 + 12 * index] = _REMOVED.to_bytes(4, "little")
        given = ctypes.create_string_buffer(bytes(wanted), len(wanted))
        return bool(security.AdjustTokenPrivileges(token, False, given, 0, None, None))

    def _lowest(kernel: ctypes.WinDLL, security: ctypes.WinDLL, token: ctypes.c_void_p) -> bool:
        """Lower the integrity of the token: nothing of the user's can be written to after that."""
        sid = ctypes.c_void_p()
        if not security.ConvertStringSidToSidW(_LOW, ctypes.byref(sid)):
            return False
        label = _Label(sid, _GROUP_INTEGRITY)
        size = ctypes.sizeof(label) + security.GetLengthSid(sid)
        done = security.SetTokenInformation(token, _LEVEL, ctypes.byref(label), size)
        kernel.LocalFree(sid)
        return bool(done)
