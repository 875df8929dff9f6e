"""The rig: Windows' CPython, the locked wheels of Windows and Wine, built once in a cache folder on Debian 12.

One wheel of the Python index (a game engine's) carries CPython's own ``python311.dll`` and extension modules; the
library written in Python is the same on every system, so the local one of the same minor version serves;
``python.exe`` is ten lines of C. Two libraries that Wine 8 lacks are stand-ins among Wine's own files, never beside
the program.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

from tools import lock, wheelhouse

HERE = Path(__file__).resolve().parent
PYTHON = "3.11.9"
CARRIER = "panda3d==1.10.16"
"""The only wheel of an index that carries Windows' CPython 3.11; its licence (BSD) lets it."""
CARRIED = {
    "deploy_libs/python311.dll": ".",
    "deploy_libs/VCRUNTIME140.dll": ".",
    "deploy_libs/*.pyd": "DLLs",
    "deploy_libs/lib*.dll": "DLLs",
    "deploy_libs/sqlite3.dll": "DLLs",
}
NOT_COPIED = ("site-packages", "dist-packages", "lib-dynload", "__pycache__", "config-3*", "test")
STAND_INS = ("bcryptprimitives", "icuuc")
WINE, SERVER = Path("/usr/lib/wine/wine64"), Path("/usr/lib/wine/wineserver64")
PREFIX, WITH_SCREEN, FOR_PACKAGE = "prefix", "prefix-with-screen", "prefix-for-package"
"""Three Windows: what runs in one shares a desktop, and that one has a screen only if whoever started it had."""
COMPILER, READER = "x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-objdump"
PACKAGES = {str(WINE): "wine64", COMPILER: "gcc-mingw-w64-x86-64-win32", "Xvfb": "xvfb"}


FONTS = lock.ROOT / "resources" / "fonts"
"""Qt brings no font and its off-screen platform on Windows looks nowhere else."""


LAST_WORDS_S = 2.0
OUR = "RIG_"
"""Wine lets no name that begins with QT_ through: those go under another name, and the rig's Python gives it back."""
GIVEN_BACK = f'''"""Give what Qt is told its own names back."""

import os

for name in [name for name in os.environ if name.startswith("{OUR}")]:
    os.environ[name.removeprefix("{OUR}")] = os.environ[name]
'''


class RigError(Exception):
    """Say why the rig cannot be built."""


def place() -> Path:
    """Return the rig's folder: CME_WINDOWS_RIG, or one in the user's cache, outside every checkout."""
    chosen = os.environ.get("CME_WINDOWS_RIG")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(chosen).resolve() if chosen else cache / "cme-desktop-windows-rig"


class Rig:
    """A Windows Python that runs what it is told with Wine."""

    def __init__(self, folder: Path | None = None, prefix: str = PREFIX) -> None:
        self.folder = folder or place()
        self.prefix = self.folder / prefix
        self.python = self.folder / "py" / "python.exe"
        self.site = self.folder / "py" / "Lib" / "site-packages"
        self.drive_c = self.prefix / "drive_c"

    def command(self, *words: str) -> tuple[str, ...]:
        """Return the command that gives these words to the Windows Python; its output must be a pipe."""
        return (str(WINE), str(self.python), *words)

    def environment(self, platform: str = "offscreen") -> dict[str, str]:
        """Return the environment in which Wine finds the rig, and Qt has its platform."""
        return {
            **os.environ,
            "WINEPREFIX": str(self.prefix),
            "WINEDEBUG": os.environ.get("WINEDEBUG", "-all"),
            "WINEDLLOVERRIDES": "mscoree,mshtml,winemenubuilder.exe=",
            f"{OUR}QT_QPA_FONTDIR": windows_path(FONTS),
            f"{OUR}QT_QPA_PLATFORM": platform,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUTF8": "0",
            "PYTHONPATH": windows_path(lock.ROOT),
        }

    def build(self) -> None:
        """Build what is not there yet, or not as the checkout's locks have it.

        Raises:
            RigError: a Debian package is missing, or a step failed.
        """
        missing = missing_packages()
        if missing:
            raise RigError(
                f"The Windows rig needs Debian's {', '.join(missing)}. Install them, then do it again:\n"
                f"  apt-get install -y --no-install-recommends {' '.join(missing)}"
            )
        if sys.version_info[:2] != (3, 11):
            raise RigError("The Windows rig takes its Python library from here, so it needs a Python 3.11 here.")
        self.folder.mkdir(parents=True, exist_ok=True)
        made_of = sorted((HERE / "c").iterdir())
        with (self.folder / "turn").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)  # two builders at once would spoil each other's work
            with self._step("interpreter", made_of, PYTHON, CARRIER, *CARRIED, GIVEN_BACK) as wanted:
                if wanted:
                    self._interpreter()
            with self._step("packages", [lock.RUN, lock.DEV]) as wanted:
                if wanted:
                    self._packages()
            with self._step("prefixes", made_of, PREFIX, WITH_SCREEN) as wanted:
                if wanted:
                    self._prefixes()

    @contextmanager
    def _step(self, name: str, sources: list[Path], *words: str) -> Iterator[bool]:
        """Yield whether a step is to be done, and note that it was: nothing is noted of one that was stopped."""
        noted, now = self.folder / f"{name}.done", _digest(sources, words)
        wanted = not noted.is_file() or noted.read_text(encoding="ascii") != now
        if wanted:
            noted.unlink(missing_ok=True)
            print(f"The Windows rig: {name} ...", flush=True)
        yield wanted
        noted.write_text(now, encoding="ascii")

    def _interpreter(self) -> None:
        home = self.folder / "py"
        shutil.rmtree(home, ignore_errors=True)
        (self.folder / "packages.done").unlink(missing_ok=True)
        (home / "DLLs").mkdir(parents=True)
        with tempfile.TemporaryDirectory() as scratch:
            _pip("download", "--dest", scratch, CARRIER)
            (wheel,) = Path(scratch).glob("*.whl")
            with zipfile.ZipFile(wheel) as carrier:
                for pattern, where in CARRIED.items():
                    for name in (name for name in carrier.namelist() if fnmatch(name, pattern)):
                        (home / where / Path(name).name).write_bytes(carrier.read(name))
        shutil.copytree(
            sysconfig.get_path("stdlib"), home / "Lib", ignore=shutil.ignore_patterns(*NOT_COPIED), dirs_exist_ok=True
        )
        (home / "Lib" / "sitecustomize.py").write_text(GIVEN_BACK, encoding="ascii")
        _compile("python.c", self.python, "-municode")
        listed = _answer(READER, "-p", str(home / "python311.dll"))
        names = re.findall(r"^\s*\[.*?\].*\s(_?Py\w+)$", listed, re.MULTILINE)
        exports = self.folder / "python3.def"
        lines = ["LIBRARY python3.dll", "EXPORTS", *(f"{name}=python311.{name}" for name in names)]
        exports.write_text("\n".join(lines) + "\n", encoding="ascii")
        _compile("python3.c", home / "python3.dll", "-shared", str(exports))

    def _packages(self) -> None:
        shutil.rmtree(self.site, ignore_errors=True)
        wanted = self.folder / "wanted.txt"
        wanted.write_text("\n".join(wheelhouse.wanted("windows", PYTHON)) + "\n", encoding="utf-8")
        _pip("install", "--no-compile", "--require-hashes", "--target", str(self.site), "--requirement", str(wanted))
        for runtime in (self.site / "shiboken6").glob("*140*.dll"):
            shutil.copy(runtime, self.folder / "py")  # the C++ runtime

    def _prefixes(self) -> None:
        for prefix in (PREFIX, WITH_SCREEN):
            Rig(self.folder, prefix).fresh()

    def fresh(self) -> None:
        """Make this Windows anew, with nothing of an earlier one in it."""
        self.stop()
        shutil.rmtree(self.prefix, ignore_errors=True)
        subprocess.run([WINE, "wineboot.exe", "-i"], env=self.environment(), capture_output=True, check=True)
        self.stop()
        for name in STAND_INS:
            _compile(f"{name}.c", self.drive_c / "windows" / "system32" / f"{name}.dll", "-shared", "-ladvapi32")

    def stop(self) -> None:
        """End everything that runs in this prefix: its desktop shows windows on the screen it was started with."""
        subprocess.run([SERVER, "-k"], env=self.environment(), capture_output=True, check=False)
        subprocess.run([SERVER, "-w"], env=self.environment(), capture_output=True, check=False)


def heard(
    command: Sequence[str], environment: Mapping[str, str], within_s: float, say: Callable[[str], object] | None = None
) -> tuple[int, str]:
    """Run a command of Windows to its end, and return its exit code and what it said.

    Wine's own services keep the pipe of whoever made them start, so the end is the program's and never the pipe's.
    """
    process = begin(command, environment)
    listener = Listener(process, say)
    try:
        code = process.wait(within_s)
    except subprocess.TimeoutExpired:
        end(process)
        code = process.wait() or 1
        listener.note(f"\nStopped after {within_s:.0f} s.\n")
    return code, listener.text()


def begin(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start a command of Windows; its output is a pipe, because Wine's console host loses what goes to a file."""
    return subprocess.Popen(
        command,
        cwd=lock.ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )


def end(process: subprocess.Popen[str]) -> None:
    """End a command and what it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


class Listener:
    """Collect what a command says while it runs."""

    def __init__(self, process: subprocess.Popen[str], say: Callable[[str], object] | None = None) -> None:
        self._stream, self._say = process.stdout, say
        self._lines: list[str] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        for line in self._stream or ():
            self.note(line)

    def note(self, line: str) -> None:
        """Take a line in."""
        self._lines.append(line)
        if self._say is not None:
            self._say(line)

    def text(self) -> str:
        """Return everything that was said by a command that has ended; wait a moment for the last of it."""
        self._thread.join(LAST_WORDS_S)
        return "".join(self._lines)


def windows_path(path: Path) -> str:
    """Return the path of a file of this machine as Wine shows it to Windows."""
    return "Z:" + str(path).replace("/", "\\")


def missing_packages() -> list[str]:
    """Return the Debian packages that the rig needs and that are not here."""
    return [package for tool, package in PACKAGES.items() if shutil.which(tool) is None]


def _compile(source: str, target: Path, *options: str) -> None:
    libraries = [option for option in options if option.startswith("-l")]
    others = [option for option in options if option not in libraries]
    _answer(COMPILER, "-O1", *others[:1], str(HERE / "c" / source), *others[1:], "-o", str(target), *libraries)


def _pip(what: str, *words: str) -> None:
    for_windows = ["--only-binary", ":all:", "--platform", "win_amd64", "--implementation", "cp"]
    for_windows += ["--python-version", PYTHON, *(word for abi in ("cp311", "abi3", "none") for word in ("--abi", abi))]
    own_room = ["--root-user-action", "ignore"] if what == "install" else []
    _answer(sys.executable, "-m", "pip", what, "-qq", "--no-deps", *for_windows, *own_room, *words)


def _answer(*command: str) -> str:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RigError(
            f"A step of the Windows rig failed: {Path(command[0]).name}\n{done.stdout}{done.stderr}".rstrip()
        )
    return done.stdout


def _digest(sources: list[Path], words: tuple[str, ...]) -> str:
    digest = hashlib.sha256("\n".join(words).encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()
