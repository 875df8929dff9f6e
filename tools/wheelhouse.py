"""Write the folder from which a machine without a network is set up: ``python -m tools.wheelhouse FOLDER``.

It holds every file that both locks name for one system and Python, and the program's own wheel. There,
``tools/set_up.py --wheelhouse FOLDER`` makes the environment from it alone. pip judges the markers of a lock for the
Python that runs it, whatever ``--platform`` says, so they are judged here for the machine that the folder is for:
else a folder for Windows that is made on Linux would lack what only Windows takes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from packaging.markers import default_environment

from tools import lock

HERE = {"linux": "linux", "win32": "windows", "darwin": "macos"}.get(sys.platform, sys.platform)
MARKERS = {
    "linux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux", "platform_machine": "x86_64"},
    "windows": {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows", "platform_machine": "AMD64"},
    "macos": {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin", "platform_machine": "arm64"},
}
PLATFORMS = {"linux": lock.PLATFORMS["linux"], "windows": lock.PLATFORMS["win32"], "macos": lock.PLATFORMS["darwin"]}
THIS_PYTHON = "{}.{}.{}".format(*sys.version_info[:3])


def machine(system: str, python: str) -> dict[str, str]:
    """Return the environment of markers of the machine that the folder is for."""
    own = {name: str(value) for name, value in default_environment().items()}
    if (system, python) == (HERE, THIS_PYTHON):
        return own
    full = {"python_version": ".".join(python.split(".")[:2]), "python_full_version": python}
    return {**own, **MARKERS[system], **full, "implementation_version": python}


def wanted(system: str, python: str) -> list[str]:
    """Return the lines of both locks that the machine takes, each with its hashes."""
    lines = []
    for entry in (entry for file in (lock.RUN, lock.DEV) for entry in lock.entries(file)):
        if entry.taken(machine(system, python)):
            hashes = " ".join(word for word in entry.line.split() if word.startswith("--hash="))
            lines.append(f"{entry.pin} {hashes}")
    return lines


def download(system: str, python: str, folder: Path) -> int:
    """Fetch what the machine takes into the folder and return pip's exit code."""
    command = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--require-hashes", "-d", str(folder)]
    if (system, python) != (HERE, THIS_PYTHON):
        short = "".join(python.split(".")[:2])
        command += ["--only-binary", ":all:", "--implementation", "cp", "--python-version", python]
        command += [word for tag in PLATFORMS[system] for word in ("--platform", tag)]
        command += [word for abi in (f"cp{short}", "abi3", "none") for word in ("--abi", abi)]
    with tempfile.TemporaryDirectory() as scratch:
        names = Path(scratch) / "wanted.txt"
        names.write_text("".join(f"{line}\n" for line in wanted(system, python)), encoding="utf-8")
        return subprocess.run([*command, "-r", str(names)], check=False).returncode


def build(folder: Path) -> int:
    """Make the program's own wheel in the folder and return the exit code."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    return subprocess.run(command, cwd=lock.ROOT, stdout=subprocess.DEVNULL, check=False).returncode


def main(argv: Sequence[str] | None = None) -> int:
    """Write the folder; return 0, or 1 with a sentence that says what is wrong."""
    parser = argparse.ArgumentParser(description="Write the folder from which a machine without a network is set up.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--system", choices=sorted(MARKERS), default=HERE, help="the system it is for (default: this)")
    parser.add_argument("--python", default=THIS_PYTHON, metavar="X.Y.Z", help="the Python it is for (default: this)")
    args = parser.parse_args(argv)
    python = args.python if args.python.count(".") == 2 else f"{args.python}.9"
    args.folder.mkdir(parents=True, exist_ok=True)
    if download(args.system, python, args.folder) != 0 or build(args.folder) != 0:
        print("The wheelhouse is not complete: pip says above what it could not get.")
        return 1
    size = sum(path.stat().st_size for path in args.folder.iterdir()) / 1e6
    print(f"Written for {args.system}, Python {python}: {size:.0f} MB.")
    print(f"Take the folder and the project there, then: python3 tools/set_up.py --wheelhouse {args.folder.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
