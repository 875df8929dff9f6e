"""Windows; written from its documentation and run under Wine, which is not Windows (the README says so)."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

from cme_desktop.system.machine import Place, SessionState

if sys.platform == "win32":
    import msvcrt
    from ctypes import wintypes

    from cme_desktop.system import windows_cage
    from cme_desktop.system.folders import known_on_windows

    _DRIVE_REMOVABLE, _DRIVE_REMOTE, _DRIVE_CDROM, _DRIVE_RAMDISK = 2, 4, 5, 6
    _PROFILE_TEMPORARY, _PROFILE_MANDATORY = 1, 4
    _GENERIC_READ, _OPEN_EXISTING = 0x80000000, 3
    _UNWANTED = 0x2 | 0x4 | 0x40 | 0x400  # hidden, system, device, reparse point (links, junctions, cloud files)
    _DESKTOP_SWITCHDESKTOP = 0x0100
    _LIMIT_PROCESS_MEMORY, _EXTENDED_LIMITS = 0x100, 9
    _SYNCHRONIZE, _INFINITE = 0x00100000, 0xFFFFFFFF
    _TOKEN_QUERY, _TOKEN_USER, _REVISION, _FILE_OBJECT, _LIST, _NOT_INHERITED = 0x8, 1, 1, 1, 0x4, 0x80000000
    _QUIET_ERRORS, _WER_NO_HEAP = 0x1 | 0x2 | 0x8000, 1
    # Windows locks are mandatory, and the file itself must stay readable: so the byte lies far past the end of a lock
    # file, and in a database in the one page that SQLite never uses, behind the bytes that it locks there itself
    _LOCKED_BYTE = (1 << 30) + 2048
    _MESSAGE_IN_FRONT = 0x40 | 0x10000  # with the sign for information, and before other windows

    class _BasicLimits(ctypes.Structure):
        _fields_ = [
            ("per_process_user_time", ctypes.c_int64),
            ("per_job_user_time", ctypes.c_int64),
            ("limit_flags", wintypes.DWORD),
            ("minimum_working_set", ctypes.c_size_t),
            ("maximum_working_set", ctypes.c_size_t),
            ("active_process_limit", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("priority_class", wintypes.DWORD),
            ("scheduling_class", wintypes.DWORD),
        ]

    class _ExtendedLimits(ctypes.Structure):
        _fields_ = [
            ("basic", _BasicLimits),
            ("io_counters", ctypes.c_uint64 * 6),
            ("process_memory", ctypes.c_size_t),
            ("job_memory", ctypes.c_size_t),
            ("peak_process_memory", ctypes.c_size_t),
            ("peak_job_memory", ctypes.c_size_t),
        ]

    class WindowsMachine:
        """The operating system as Windows gives it."""

        def __init__(self) -> None:
            self._kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            self._kernel.CreateFileW.restype = wintypes.HANDLE
            self._kernel.CreateJobObjectW.restype = wintypes.HANDLE
            self._kernel.GetCurrentProcess.restype = wintypes.HANDLE
            self._kernel.OpenProcess.restype = wintypes.HANDLE

        def try_lock(self, descriptor: int) -> bool:
            """Lock one byte; Windows frees it when the process ends, however it ended."""
            os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            except OSError:
                return False
            return True

        def sync_folder(self, folder: Path) -> None:
            """Do nothing: NTFS journals names, and a folder cannot be flushed from Python."""

        def make_private(self, folder: Path) -> None:
            """Give the folder a list of its own: the present user, and what keeps the computer running.

            SYSTEM and the Administrators stay on it: virus scanners, backup agents and IT work as one of the two, and
            either could take the folder over anyway.
            """
            _only_these(folder, f"D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;{_own_sid()})")

        def kind_of_place(self, folder: Path) -> Place:
            """Ask what the drive is, and whether the profile is a temporary or mandatory one."""
            real = _plainly(folder.resolve())
            if str(real).startswith(("\\\\", "//")):
                return Place.NETWORK
            drive = self._kernel.GetDriveTypeW(ctypes.c_wchar_p(real.anchor))
            if drive == _DRIVE_REMOTE:
                return Place.NETWORK
            if drive in (_DRIVE_REMOVABLE, _DRIVE_CDROM):
                return Place.REMOVABLE
            if drive == _DRIVE_RAMDISK or (real.is_relative_to(Path.home()) and _profile_is_wiped()):
                return Place.WIPED
            return Place.LOCAL

        def open_elsewhere(self, path: Path) -> bool:
            """Open the file with no sharing at all, which fails while anyone has it open."""
            handle = self._kernel.CreateFileW(str(path), _GENERIC_READ, 0, None, _OPEN_EXISTING, 0, None)
            if handle is None or handle == wintypes.HANDLE(-1).value:
                return True
            self._kernel.CloseHandle(wintypes.HANDLE(handle))
            return False

        def is_plain_file(self, path: Path) -> bool:
            """Refuse hidden and system files, links, junctions, files held in the cloud, and alternate streams."""
            return path.is_file() and not path.lstat().st_file_attributes & _UNWANTED and ":" not in path.name

        def known_folders(self) -> tuple[Path, ...]:
            """Ask Windows, which knows folders that were moved or bear translated names."""
            return known_on_windows(Path.home())

        def enter_cage(self) -> tuple[str, ...]:
            """Use a job of one process, a token without rights and a low integrity."""
            return windows_cage.enter()

        def limit_memory(self, limit: int) -> bool:
            """Put the present process into a job of its own with a memory limit."""
            limits = _ExtendedLimits()
            limits.basic.limit_flags = _LIMIT_PROCESS_MEMORY
            limits.process_memory = limit
            job = self._kernel.CreateJobObjectW(None, None)
            if not job:
                return False
            taken = self._kernel.SetInformationJobObject(
                wintypes.HANDLE(job), _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)
            )
            process = wintypes.HANDLE(self._kernel.GetCurrentProcess())
            return bool(taken and self._kernel.AssignProcessToJobObject(wintypes.HANDLE(job), process))

        def end_with_parent(self) -> bool:
            """Wait for the parent in a thread of its own and end with it: Windows has no signal for it."""
            import threading

            parent = self._kernel.OpenProcess(_SYNCHRONIZE, False, os.getppid())
            if not parent:
                return False

            def wait() -> None:
                self._kernel.WaitForSingleObject(wintypes.HANDLE(parent), _INFINITE)
                os._exit(1)

            threading.Thread(target=wait, name="parent", daemon=True).start()
            return True

        def forbid_dumps(self) -> bool:
            """Show no box of Windows at a crash, and leave the heap out of an error report.

            Windows has no way for a process to forbid dumps that an administrator has switched on for the computer.
            """
            self._kernel.SetErrorMode(_QUIET_ERRORS)
            return bool(self._kernel.WerSetFlags(_WER_NO_HEAP) == 0)

        def show_message(self, title: str, words: str) -> None:
            """Show Windows' own message box, in front."""
            ctypes.WinDLL("user32").MessageBoxW(None, words, title, _MESSAGE_IN_FRONT)

        def session(self) -> SessionState:
            """Try the input desktop, which is out of reach while the screen is locked."""
            user = ctypes.WinDLL("user32")
            user.OpenInputDesktop.restype = wintypes.HANDLE
            desktop = user.OpenInputDesktop(0, False, _DESKTOP_SWITCHDESKTOP)
            if not desktop:
                return SessionState(locked=True, known=True)
            user.CloseDesktop(wintypes.HANDLE(desktop))
            return SessionState(locked=False, known=True)

    def _plainly(path: Path) -> Path:
        r"""Return a path without the ``\\?\`` that lets it be longer: a drive follows, or ``UNC\`` and a share."""
        text = str(path)
        for verbatim, plain in (("\\\\?\\UNC\\", "\\\\"), ("\\\\?\\", "")):
            if text.upper().startswith(verbatim):
                return Path(plain + text[len(verbatim) :])
        return path

    def _own_sid() -> str:
        """Return the number by which Windows knows the present user, whatever the environment says."""
        kernel, security = ctypes.WinDLL("kernel32", use_last_error=True), _security()
        token = wintypes.HANDLE()
        if not security.OpenProcessToken(wintypes.HANDLE(-1), _TOKEN_QUERY, ctypes.byref(token)):
            raise ctypes.WinError(ctypes.get_last_error())
        try:
            answer = (ctypes.c_void_p * 64)()
            size = wintypes.DWORD()
            if not security.GetTokenInformation(token, _TOKEN_USER, answer, ctypes.sizeof(answer), ctypes.byref(size)):
                raise ctypes.WinError(ctypes.get_last_error())
            text = wintypes.LPWSTR()
            if not security.ConvertSidToStringSidW(ctypes.c_void_p(answer[0]), ctypes.byref(text)):
                raise ctypes.WinError(ctypes.get_last_error())
            sid = str(text.value)
            kernel.LocalFree(text)
        finally:
            kernel.CloseHandle(token)
        return sid

    def _only_these(folder: Path, words: str) -> None:
        """Give a folder, and what is made in it, the access list that is written in Windows' own words."""
        kernel, security = ctypes.WinDLL("kernel32", use_last_error=True), _security()
        descriptor, listed = ctypes.c_void_p(), ctypes.c_void_p()
        present, defaulted = wintypes.BOOL(), wintypes.BOOL()
        if not security.ConvertStringSecurityDescriptorToSecurityDescriptorW(
            words, _REVISION, ctypes.byref(descriptor), None
        ):
            raise ctypes.WinError(ctypes.get_last_error())
        try:
            security.GetSecurityDescriptorDacl(
                descriptor, ctypes.byref(present), ctypes.byref(listed), ctypes.byref(defaulted)
            )
            refused = security.SetNamedSecurityInfoW(
                str(folder), _FILE_OBJECT, _LIST | _NOT_INHERITED, None, None, listed, None
            )
        finally:
            kernel.LocalFree(descriptor)
        if refused:
            raise ctypes.WinError(refused)

    def _security() -> ctypes.WinDLL:
        library = ctypes.WinDLL("advapi32", use_last_error=True)
        library.SetNamedSecurityInfoW.argtypes = [
            wintypes.LPCWSTR,
            ctypes.c_int,
            wintypes.DWORD,
            *[ctypes.c_void_p] * 4,
        ]
        return library

    def _profile_is_wiped() -> bool:
        kind = wintypes.DWORD(0)
        if not ctypes.WinDLL("userenv").GetProfileType(ctypes.byref(kind)):
            return False
        return bool(kind.value & (_PROFILE_TEMPORARY | _PROFILE_MANDATORY))
