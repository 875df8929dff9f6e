"""What every test stands on: own folders, no network, a keyring of its own, and a record of what was proved."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

# All of this happens before anything of the program, of Qt or of a library that remembers a folder is imported.
_PLACE = Path(tempfile.mkdtemp(prefix="cme-tests-"))
_NO_NETWORK = Path(__file__).parent / "nonetwork"
_NETWORK_RECORD = _PLACE / "network-attempts"
_FOLDERS = {
    "HOME": "home",
    "USERPROFILE": "home",
    "XDG_CONFIG_HOME": "config",
    "XDG_STATE_HOME": "state",
    "XDG_CACHE_HOME": "cache",
    "XDG_DATA_HOME": "data",
    "APPDATA": "roaming",
    "LOCALAPPDATA": "local",
}
_RUNTIME = _PLACE / "runtime"
_RUNTIME.mkdir(mode=0o700)
_TEMP = _PLACE / "tmp"
_TEMP.mkdir()
os.environ.update({name: str(_PLACE / folder) for name, folder in _FOLDERS.items()})
os.environ.update({name: str(_TEMP) for name in ("TMPDIR", "TEMP", "TMP")})
tempfile.tempdir = str(_TEMP)
os.environ["XDG_RUNTIME_DIR"] = str(_RUNTIME)
os.environ["CME_TEST_NETWORK_RECORD"] = str(_NETWORK_RECORD)
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(_NO_NETWORK), os.environ.get("PYTHONPATH", "")]))
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
os.environ.pop("DBUS_SESSION_BUS_ADDRESS", None)
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(_NO_NETWORK))

import network_refused as network  # noqa: E402
import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

from cme_desktop.system import reserve  # noqa: E402
from tests.left_out import reason_of  # noqa: E402

pytest_plugins = ("tests.plugin_proofs", "tests.plugin_keyring")

# The gate gives one answer for one commit, so its examples are always the same ones; torture looks for new ones.
settings.register_profile(
    "quick", max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "torture", max_examples=2_000, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("quick")

# Thousands of registers lie on this disk at once: each keeps a little room only
reserve.RESERVE_BYTES = 64 * 1024

_numbers = count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--slow``: run the long tests too, with many more examples each."""
    parser.addoption("--slow", action="store_true", default=False, help="run the slow tests too (make torture)")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples the property-based tests try."""
    if config.getoption("--slow") and not config.getoption("--hypothesis-profile", default=None):
        settings.load_profile("torture")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Read no file of tests that is left out as a whole: it may import what this system has not."""
    known = collection_path.is_relative_to(config.rootpath)
    name = collection_path.relative_to(config.rootpath).as_posix() if known else ""
    return True if reason_of(name) is not None else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the slow tests unless they are asked for, and what is of another system by nature."""
    _leave(config, items, [item for item in items if reason_of(item.nodeid) is not None])
    if config.getoption("--slow"):
        return
    _leave(config, items, [item for item in items if item.get_closest_marker("slow") is not None])


def _leave(config: pytest.Config, items: list[pytest.Item], left: list[pytest.Item]) -> None:
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in set(left)]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the whole run if a process that a test started tried to use the network."""
    if _NETWORK_RECORD.exists() and _NETWORK_RECORD.read_text(encoding="utf-8"):
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line("A process started by a test tried to use the network.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure() -> None:
    """Clear the folders of this run away."""
    shutil.rmtree(_PLACE, ignore_errors=True)


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a home and program folders that no other test has written in, and return their common folder.

    Nothing is made on disk: whatever the test or the program writes makes its own folder.
    """
    place = _PLACE / f"test-{next(_numbers)}"
    for name, folder in _FOLDERS.items():
        monkeypatch.setenv(name, str(place / folder))
    return place


@pytest.fixture(autouse=True)
def _nothing_tries_the_network() -> Iterator[None]:
    """Fail the test in which the program tried to use the network, even if the program swallowed the refusal."""
    network.ATTEMPTS.clear()
    yield
    tried = list(network.ATTEMPTS)
    network.ATTEMPTS.clear()
    assert not tried, f"the network was tried: {tried}"
