"""Refuse every use of the network in this Python process, and write down each attempt.

``tests/conftest.py`` loads it for the test process itself; ``sitecustomize.py`` beside it does at the start of every
process that a test starts. An audit hook cannot be taken out again, whoever asks for the socket.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

ATTEMPTS: list[str] = []
_ASKS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"})
_SENDS = frozenset({"socket.sendto", "socket.sendmsg"})
_USES = frozenset({"socket.connect", "socket.bind"}) | _ASKS | _SENDS
_LOCAL = getattr(socket, "AF_UNIX", None)
_FROM_A_HANDLE = -1


class NetworkUsed(AssertionError):
    """Say that the program tried to use the network, which it never may."""


def _is_use(event: str, args: tuple[Any, ...]) -> bool:
    """Tell a use of the network from the nameless local pair by which Python's own worker processes talk."""
    if event == "socket.__new__":
        return args[1] not in (_LOCAL, _FROM_A_HANDLE)
    if event in _SENDS and args[1] is None and args[0].family == _LOCAL:
        return False
    return event in _USES


def _guard(event: str, args: tuple[Any, ...]) -> None:
    if not event.startswith("socket.") or not _is_use(event, args):
        return
    ATTEMPTS.append(event)
    record = os.environ.get("CME_TEST_NETWORK_RECORD")
    if record:
        with Path(record).open("a", encoding="utf-8") as stream:
            stream.write(f"{event}\n")
    raise NetworkUsed(f"The network was used: {event}. The program works with no network at all.")


sys.addaudithook(_guard)
