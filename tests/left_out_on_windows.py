"""The tests that Windows leaves out, each with the reason: what they prove is of POSIX by nature (one place for all).

A name ends where a node id of pytest does: a file, a class, a test, or one example of it.
"""

from __future__ import annotations

LEFT_OUT: dict[str, str] = {
    "tests/system/test_posix.py": "Linux' mounts, devices, signals and loginctl; Windows has test_windows.py",
}


def reason_of(node: str) -> str | None:
    """Return why Windows leaves out the test of a node id, or None if it does not."""
    for name, reason in LEFT_OUT.items():
        if node == name or node.startswith((f"{name}::", f"{name}[")):
            return reason
    return None
