"""The network is refused to every test and every process that a test starts, so nothing can have used it."""

from __future__ import annotations

import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import network_refused as network
import pytest

pytestmark = [pytest.mark.feature("F93")]


@pytest.fixture
def tried() -> list[str]:
    """Return the list of attempts, which the test itself must empty again."""
    return network.ATTEMPTS


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        lambda: socket.create_connection(("127.0.0.1", 9)),
        lambda: socket.getaddrinfo("localhost", 80),
        lambda: urllib.request.urlopen("http://localhost/"),
    ],
    ids=["socket", "connection", "name", "page"],
)
def test_network_none_in_this_process(
    attempt, tried: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    record = tmp_path / "record"
    monkeypatch.setenv("CME_TEST_NETWORK_RECORD", str(record))
    with pytest.raises(network.NetworkUsed):
        attempt()
    assert tried
    assert record.read_text(encoding="utf-8")
    tried.clear()


def test_network_none_even_when_the_refusal_is_swallowed(
    tried: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CME_TEST_NETWORK_RECORD", str(tmp_path / "record"))
    try:
        socket.socket()
    except network.NetworkUsed:
        swallowed = True
    assert swallowed
    assert tried == ["socket.__new__"]
    tried.clear()


def test_network_none_in_a_process_that_a_test_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    record = tmp_path / "record"
    monkeypatch.setenv("CME_TEST_NETWORK_RECORD", str(record))
    code = "import socket; socket.create_connection(('127.0.0.1', 9))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "The network was used" in done.stderr
    assert record.read_text(encoding="utf-8")


def test_processes_can_still_talk_to_their_own_workers() -> None:
    here, there = socket.socketpair()
    with here, there:
        here.sendall(b"ready")
        assert there.recv(5) == b"ready"
