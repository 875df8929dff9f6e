"""Make the environment in .venv, with every library at its locked version: ``python3 tools/set_up.py``.

It does nothing when the environment is already the one that the locks and pyproject.toml ask for. It reads no other
file of the project and needs no library, so any Python can start it and be told in a sentence if it is too old. With
``--wheelhouse FOLDER`` it asks no network: the folder is written by ``make wheelhouse`` on a machine that has one.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "set-up.json"
TURN = ROOT / ".set-up.lock"
LOCKS = ("requirements.lock", "requirements-dev.lock")
OLDEST = (3, 11)
# What may be said to pip from outside: where it fetches from and through what, not where and how it installs.
PIP_MAY = frozenset(
    f"PIP_{name}"
    for name in (
        "INDEX_URL", "EXTRA_INDEX_URL", "TRUSTED_HOST", "FIND_LINKS", "PROXY", "CERT", "CLIENT_CERT", "CACHE_DIR",
        "NO_CACHE_DIR", "CONFIG_FILE", "DEFAULT_TIMEOUT", "TIMEOUT", "RETRIES", "KEYRING_PROVIDER",
    )
)  # fmt: skip
QT_PROBE = "from PySide6.QtGui import QGuiApplication; QGuiApplication(['set-up'])"
# Whether the place that pip fetches from answers at all, directly or through a proxy; pip knows its address, not we.
REACH_PROBE = """
import os, socket, sys, urllib.parse
from pip._internal.cli import cmdoptions
from pip._internal.configuration import Configuration
said = Configuration(isolated=False)
said.load()
values = dict(said.items())
index = os.environ.get("PIP_INDEX_URL") or values.get("global.index-url") or values.get("install.index-url")
proxy = os.environ.get("PIP_PROXY") or values.get("global.proxy") or os.environ.get("https_proxy")
where = urllib.parse.urlsplit(proxy or os.environ.get("HTTPS_PROXY") or index or cmdoptions.index_url().default)
if where.scheme != "file":
    try:
        socket.create_connection((where.hostname, where.port or 443), 10).close()
    except OSError:
        sys.exit(9)
"""
UNREACHED = 9


class SetUpError(Exception):
    """Say why the environment could not be made, and what to do."""


def say(text: str) -> None:
    """Write one line at once."""
    print(text, flush=True)


def venv_python() -> Path:
    """Return the path of the environment's Python."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def digest(name: str) -> str:
    """Return the SHA-256 of one file of the project."""
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


def wanted() -> dict[str, str]:
    """Return what the environment must have been made from."""
    return {
        "place": str(VENV),
        "python": "{}.{}".format(*sys.version_info[:2]),
        **{name: digest(name) for name in LOCKS},
        "pyproject.toml": digest("pyproject.toml"),
    }


def made() -> dict[str, str]:
    """Return what the environment was made from, or nothing if it was never finished."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) and venv_python().exists() else {}


@contextlib.contextmanager
def own_turn() -> Iterator[None]:
    """Let one set-up of this checkout work at a time; another waits until it is done."""
    try:
        stream = TURN.open("a")
    except OSError as error:
        raise SetUpError(
            f"Nothing can be written in {ROOT}, where the environment is made. Copy the project to a folder of yours."
        ) from error
    with stream:
        said = False
        while not _locked(stream.fileno()):
            if not said:
                said = True
                say("Another set-up of this checkout is at work. Waiting for it ...")
            time.sleep(0.5)
        yield


def _locked(descriptor: int) -> bool:
    """Try to take the lock of an open file; it frees itself when the process ends, however that happens."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def needed_packages(text: str) -> list[list[str]]:
    """Return the names of each needed Debian package, the older name first."""
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return [[name.strip() for name in line.split("|")] for line in lines if line]


def missing_packages() -> list[str]:
    """Return the needed Debian packages that this machine lacks; nothing where there is no Debian to ask."""
    query = shutil.which("dpkg-query")
    if query is None:
        return []
    needed = needed_packages((ROOT / "system-packages.txt").read_text(encoding="utf-8"))
    names = [name for either in needed for name in either]
    asked = subprocess.run(
        [query, "-W", "-f", "${Package} ${db:Status-Status}\n", *names], capture_output=True, text=True, check=False
    )
    there = {line.split()[0] for line in asked.stdout.splitlines() if line.endswith(" installed")}
    if sys.base_prefix != "/usr":
        # only the distribution's own Python makes no environment without it
        there.add("python3-venv")
    return [either[0] for either in needed if not there.intersection(either)]


def install_packages(missing: list[str]) -> None:
    """Install Debian packages as root; raise SetUpError if that does not work."""
    say("Installing system packages: " + " ".join(missing))
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
        done = subprocess.run(["apt-get", *command], env=environment, stdin=subprocess.DEVNULL, check=False)
        if done.returncode != 0 and command[0] == "install":
            raise SetUpError("The system packages could not be installed. Install them by hand: " + " ".join(missing))


def system_packages(online: bool) -> list[str]:
    """See to the system packages, at every set-up: as root on Debian install them, otherwise name what is missing."""
    missing = missing_packages()
    if not missing:
        return []
    if online and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        install_packages(missing)
        return []
    say("This machine lacks system packages that the program or its tests need. Ask its administrator for, or run:")
    say("    sudo apt-get install " + " ".join(missing))
    return missing


def own_environment() -> dict[str, str]:
    """Return the variables that a step may see: nothing that would lead Python or pip elsewhere."""
    return {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PIP_", "PYTHON")) and name not in {"VIRTUAL_ENV", "__PYVENV_LAUNCHER__"}
        },
        **{name: value for name, value in os.environ.items() if name in PIP_MAY},
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PYTHONUTF8": "1",
    }


def run(*command: object) -> None:
    """Run one step; raise SetUpError if it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=ROOT, env=own_environment(), stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise SetUpError("This step did not work: " + " ".join(words))


def answer(*command: object, **more: str) -> int:
    """Run a probe without a word of its own and return its exit code."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words,
        cwd=ROOT,
        env={**own_environment(), **more},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode


def make_environment() -> None:
    """Make .venv with nothing in it."""
    say(f"Making the environment in {VENV.name} (one to three minutes) ...")
    shutil.rmtree(VENV, ignore_errors=True)
    if VENV.exists():
        raise SetUpError(
            f"The old environment in {VENV} could not be taken away; another user may have made it, or a program of it "
            "is running. Delete that folder, then try again."
        )
    try:
        run(sys.executable, "-m", "venv", VENV)
    except SetUpError as error:
        shutil.rmtree(VENV, ignore_errors=True)
        raise SetUpError(
            "Python could not make an environment. On Debian install python3-venv, then try again; on a full disk make "
            "room (the environment takes about 1 GB)."
        ) from error


def install_libraries(wheelhouse: Path | None) -> None:
    """Install every library by its hash, and nothing that a lock does not name."""
    source: tuple[object, ...] = ("--no-index", "--find-links", wheelhouse) if wheelhouse else ()
    locks = [word for name in LOCKS for word in ("-r", name)]
    try:
        run(venv_python(), "-m", "pip", "install", "-qq", "--no-deps", "--require-hashes", *source, *locks)
    except SetUpError as error:
        if wheelhouse is not None:
            raise SetUpError(
                f"The libraries could not be installed from {wheelhouse}: what pip says above names the first that is "
                "missing or damaged. Write the folder again with make wheelhouse, for this system and this Python."
            ) from error
        if answer(venv_python(), "-c", REACH_PROBE) == UNREACHED:
            raise SetUpError(
                "The place that pip fetches libraries from cannot be reached from this machine. Connect it to the "
                "network, or tell pip the proxy, then try again. Without a network: make wheelhouse on a machine that "
                "has one, then tools/set_up.py --wheelhouse FOLDER here."
            ) from error
        raise


def install_project() -> None:
    """Install the project itself, so that a change in the source is seen at once."""
    run(venv_python(), "-m", "pip", "install", "-qq", "--no-deps", "--no-index", "--no-build-isolation", "-e", ".")


def check_environment(missing: list[str]) -> None:
    """Raise SetUpError unless the libraries fit together and Qt starts."""
    run(venv_python(), "-m", "pip", "check", "-qq")
    if answer(venv_python(), "-c", QT_PROBE, QT_QPA_PLATFORM="offscreen") == 0:
        return
    if missing:
        raise SetUpError("Qt, which draws the window, does not start without the system packages named above.")
    raise SetUpError(
        "Qt, which draws the window, does not start on this machine. On Debian and Ubuntu system-packages.txt names "
        f'what it needs; elsewhere this says what is missing: {venv_python()} -c "{QT_PROBE}"'
    )


def bring_up_to_date(wheelhouse: Path | None) -> None:
    """Make what is not yet there; raise SetUpError with what is wrong."""
    missing = system_packages(online=wheelhouse is None)
    want, have = wanted(), made()
    if want == have and not missing:
        return
    if want != have:
        STAMP.unlink(missing_ok=True)
        if {**have, "pyproject.toml": ""} != {**want, "pyproject.toml": ""}:
            make_environment()
            install_libraries(wheelhouse)
        install_project()
    check_environment(missing)
    if want != have:
        fresh = STAMP.with_suffix(".new")
        fresh.write_text(json.dumps(want, indent=1) + "\n", encoding="utf-8")
        fresh.replace(STAMP)
        say("The environment is ready.")


def main(argv: Sequence[str] | None = None) -> int:
    """Bring the environment up to date; return 0, or 1 with a sentence that says what is wrong."""
    if sys.version_info < OLDEST:
        say(
            "This needs Python {}.{} or newer, and {} is {}.{}. Install a newer Python and name it: "
            "make PYTHON=python3.11 ...".format(*OLDEST, sys.executable, *sys.version_info[:2])
        )
        return 1
    parser = argparse.ArgumentParser(description="Make the environment of this checkout in .venv.")
    parser.add_argument("--wheelhouse", metavar="FOLDER", type=Path, help="install from this folder, with no network")
    wheelhouse = parser.parse_args(argv).wheelhouse
    if wheelhouse is not None and not wheelhouse.is_dir():
        say(f"There is no folder {wheelhouse}. Name the folder that make wheelhouse wrote.")
        return 1
    try:
        with own_turn():
            bring_up_to_date(wheelhouse.resolve() if wheelhouse else None)
    except SetUpError as error:
        say(str(error))
        return 1
    except OSError as error:
        say(f"The environment could not be made: {error.strerror or error} ({error.filename or ROOT}).")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
