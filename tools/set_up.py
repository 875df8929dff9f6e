"""Make the environment in .venv, with every library at its pinned version: ``python3 tools/set_up.py``.

It does nothing when the environment is already the one that requirements.lock and pyproject.toml ask for. It reads no
other file of the project and needs no library, so any Python can start it and be told in a sentence if it is too old.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "set-up.json"
OLDEST = (3, 11)


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
        "lock": digest("requirements.lock"),
        "project": digest("pyproject.toml"),
        "system": digest("system-packages.txt"),
    }


def made() -> dict[str, str]:
    """Return what the environment was made from, or nothing if it was never finished."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) and venv_python().exists() else {}


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
    return [either[0] for either in needed if not there.intersection(either)]


def install_packages(missing: list[str]) -> None:
    """Install Debian packages as root; raise SetUpError if that does not work."""
    say("Installing system packages: " + " ".join(missing))
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
        done = subprocess.run(["apt-get", *command], env=environment, stdin=subprocess.DEVNULL, check=False)
        if done.returncode != 0 and command[0] == "install":
            raise SetUpError("The system packages could not be installed. Install them by hand: " + " ".join(missing))


def system_packages() -> None:
    """See to the system packages: as root on Debian install what is missing, otherwise name it."""
    missing = missing_packages()
    if not missing:
        return
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        install_packages(missing)
        return
    say("This machine lacks system packages that the program needs. Ask its administrator for, or run:")
    say("    sudo apt-get install " + " ".join(missing))


def run(*command: object) -> None:
    """Run one step; raise SetUpError if it fails."""
    words = [str(word) for word in command]
    if subprocess.run(words, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode != 0:
        raise SetUpError("This step did not work: " + " ".join(words))


def make_environment() -> None:
    """Make .venv from nothing and install every library by its hash."""
    say(f"Making the environment in {VENV.name} (one to three minutes) ...")
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        run(sys.executable, "-m", "venv", VENV)
    except SetUpError as error:
        raise SetUpError(
            "Python could not make an environment. On Debian install python3-venv, then try again."
        ) from error
    run(venv_python(), "-m", "pip", "install", "-qq", "--no-deps", "--require-hashes", "-r", "requirements.lock")


def install_project() -> None:
    """Install the project itself, so that a change in the source is seen at once."""
    run(venv_python(), "-m", "pip", "install", "-qq", "--no-deps", "--no-build-isolation", "-e", ".")


def main() -> int:
    """Bring the environment up to date; return 0, or 1 with a sentence that says what is wrong."""
    if sys.version_info < OLDEST:
        say(
            "This needs Python {}.{} or newer, and {} is {}.{}. Install a newer Python and name it: "
            "make PYTHON=python3.11 ...".format(*OLDEST, sys.executable, *sys.version_info[:2])
        )
        return 1
    want, have = wanted(), made()
    if want == have:
        return 0
    try:
        system_packages()
        if {**have, "project": "", "system": ""} != {**want, "project": "", "system": ""}:
            make_environment()
        install_project()
    except SetUpError as error:
        say(str(error))
        return 1
    STAMP.write_text(json.dumps(want, indent=1) + "\n", encoding="utf-8")
    say("The environment is ready.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
