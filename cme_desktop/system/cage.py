"""Linux: a process gives up files, network, programs and other processes for good (landlock, seccomp; safety.md 10).

Landlock forbids every file and port by name, seccomp every call of the kernel that reading needs not: what is not
listed here fails with "not permitted", whatever a later kernel adds. Either holds alone where the other is missing.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from dataclasses import dataclass
from typing import Final

LANDLOCK: Final = "landlock"
SECCOMP: Final = "seccomp"

_NO_NEW_PRIVS = 38
_RULESET, _RESTRICT = 444, 446
_ASK_VERSION = 1
_FILTER, _ALL_THREADS = 1, 1
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_THREAD = 0x00010000  # CLONE_THREAD: a thread of this process, never a process
_X32 = 0x40000000
_CLONE3 = 435


@dataclass(frozen=True)
class _Calls:
    """The numbers of one processor's calls: those that reading needs, ``clone`` and ``seccomp``."""

    architecture: int
    needed: str
    clone: int
    seccomp: int


# read write close fstat poll lseek mmap mprotect munmap brk sigaction sigprocmask sigreturn readv writev select yield
# mremap madvise nanosleep getpid exit gettimeofday getrusage sigaltstack gettid time futex getaffinity restart
# clock_gettime clock_getres clock_nanosleep exit_group pselect6 ppoll set_robust_list getrandom membarrier rseq
_BY_PROCESSOR = {
    "x86_64": _Calls(
        0xC000003E,
        "0 1 3 5 7 8 9 10 11 12 13 14 15 19 20 23 24 25 28 35 39 60 96 98 131 186 201 202 204 219 228 229 230 231 270 "
        "271 273 318 324 334",
        clone=56,
        seccomp=317,
    ),
    "aarch64": _Calls(
        0xC00000B7,
        "63 64 57 80 62 222 226 215 214 134 135 139 65 66 124 216 233 101 172 93 169 165 132 178 98 123 128 113 114 "
        "115 94 72 73 99 278 283 293",
        clone=220,
        seccomp=277,
    ),
}


def enter() -> tuple[str, ...]:
    """Shut the calling thread and those it starts in, and return the codes of what the kernel put in force."""
    kernel = ctypes.CDLL(None, use_errno=True)
    if kernel.prctl(_NO_NEW_PRIVS, *_longs(1, 0, 0, 0)) != 0:
        return ()
    return (*((LANDLOCK,) if _landlock(kernel) else ()), *((SECCOMP,) if _seccomp(kernel) else ()))


def _landlock(kernel: ctypes.CDLL) -> bool:
    """Handle every right that this kernel knows and grant none."""
    version = kernel.syscall(*_longs(_RULESET, 0, 0, _ASK_VERSION))
    if version < 1:
        return False
    files = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    handled = [files, *([0b11] if version >= 4 else []), *([0b11] if version >= 6 else [])]
    wanted = ctypes.create_string_buffer(struct.pack(f"={len(handled)}Q", *handled))
    rules = kernel.syscall(*_longs(_RULESET, ctypes.addressof(wanted), 8 * len(handled), 0))
    if rules < 0:
        return False
    try:
        return bool(kernel.syscall(*_longs(_RESTRICT, rules, 0)) == 0)
    finally:
        os.close(rules)


def _seccomp(kernel: ctypes.CDLL) -> bool:
    """Let every call fail but those that reading needs."""
    calls = _BY_PROCESSOR.get(platform.machine())
    if calls is None:
        return False
    program = b"".join(_program(calls))
    code = ctypes.create_string_buffer(program, len(program))
    holder = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(code)))
    done = kernel.syscall(*_longs(calls.seccomp, _FILTER, _ALL_THREADS, ctypes.addressof(holder)))
    return bool(done == 0)


def _program(calls: _Calls) -> list[bytes]:
    refuse = _step(_RETURN, _FAIL | errno.EPERM)
    program = [_step(_LOAD, _ARCHITECTURE_AT), _step(_EQUAL, calls.architecture, 1, 0), refuse]
    program += [_step(_LOAD, _NUMBER_AT), _step(_AT_LEAST, _X32, 0, 1), refuse]
    for number in map(int, calls.needed.split()):
        program += [_step(_EQUAL, number, 0, 1), _step(_RETURN, _ALLOW)]
    # Missing, not refused: the C library then starts threads by clone, whose flags can be looked at
    program += [_step(_EQUAL, _CLONE3, 0, 1), _step(_RETURN, _FAIL | errno.ENOSYS)]
    program += [_step(_EQUAL, calls.clone, 0, 3), _step(_LOAD, _FIRST_ARGUMENT_AT)]
    program += [_step(_ANY_BIT, _THREAD, 0, 1), _step(_RETURN, _ALLOW), refuse]
    return program


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _longs(*values: int) -> tuple[ctypes.c_long, ...]:
    """Return whole machine words: a variadic C function takes nothing for granted."""
    return tuple(ctypes.c_long(value) for value in values)
