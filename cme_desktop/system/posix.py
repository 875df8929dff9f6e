"""Linux and macOS."""

from __future__ import annotations

import ctypes
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

from cme_desktop.system import cage
from cme_desktop.system.folders import known_on_posix
from cme_desktop.system.machine import Place, SessionState

if sys.platform != "win32":
    import fcntl
    import pwd
    import resource

    _NETWORK_FILESYSTEMS = frozenset(
        {
            "nfs",
            "nfs4",
            "cifs",
            "smb3",
            "smbfs",
            "ncpfs",
            "afs",
            "afpfs",
            "ceph",
            "davfs",
            "webdav",
            "fuse.sshfs",
            "fuse.rclone",
            "fuse.gvfsd-fuse",
            "fuse.davfs2",
        }
    )
    _PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
    _PRIVATE = 0o700

    class PosixMachine:
        """The operating system as POSIX gives it."""

        def __init__(
            self,
            mounts: Path = Path("/proc/self/mounts"),
            devices: Path = Path("/sys/dev/block"),
            loginctl: Path = Path("/usr/bin/loginctl"),
        ) -> None:
            self._mounts = mounts
            self._devices = devices
            self._loginctl = loginctl

        def try_lock(self, descriptor: int) -> bool:
            """Take ``flock``: the kernel frees it when the last copy of the descriptor closes, however that comes."""
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        def sync_folder(self, folder: Path) -> None:
            """Flush the folder itself."""
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

        def make_private(self, folder: Path) -> None:
            """Set mode 0700."""
            folder.chmod(_PRIVATE)

        def kind_of_place(self, folder: Path) -> Place:
            """Read the mount table, the kernel's removable mark, and whether the home is a guest's."""
            real = _nearest_existing(folder)
            if self._filesystem(real) in _NETWORK_FILESYSTEMS:
                return Place.NETWORK
            if self._removable(real):
                return Place.REMOVABLE
            home = _home()
            # A guest session's home lies under /tmp and is emptied at log-off
            if home is not None and home.parent == Path("/tmp") and real.is_relative_to(home):
                return Place.WIPED
            return Place.LOCAL

        def open_elsewhere(self, path: Path) -> bool:
            """Ask for a lock that a writer would hold; most POSIX programs take none, so the two scans decide there."""
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
            try:
                return not self.try_lock(descriptor)
            except OSError:
                # A share may know no such locks, and then nothing can be told from them
                return False
            finally:
                os.close(descriptor)

        def is_plain_file(self, path: Path) -> bool:
            """Look at the entry itself, never through a link."""
            return stat.S_ISREG(path.lstat().st_mode) and not path.name.startswith(".")

        def known_folders(self) -> tuple[Path, ...]:
            """Ask the password file for the homes, and the desktop's own file for the names it gives its folders."""
            homes = [Path(entry.pw_dir) for entry in pwd.getpwall() if entry.pw_dir]
            return known_on_posix(Path.home(), homes, os.environ)

        def enter_cage(self) -> tuple[str, ...]:
            """Use landlock and seccomp where the kernel has them; macOS has neither."""
            return cage.enter() if sys.platform.startswith("linux") else ()

        def limit_memory(self, limit: int) -> bool:
            """Limit the address space; macOS does not keep to it and answers False."""
            if sys.platform == "darwin":
                return False
            _, hard = resource.getrlimit(resource.RLIMIT_AS)
            ceiling = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
            resource.setrlimit(resource.RLIMIT_AS, (ceiling, hard))
            return True

        def end_with_parent(self) -> bool:
            """Ask the Linux kernel for a kill signal at the parent's end."""
            if not sys.platform.startswith("linux"):
                return False
            parent = os.getppid()
            taken: int = ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
            if taken == 0 and os.getppid() != parent:
                # It ended before the kernel knew what to do about it
                os.kill(os.getpid(), signal.SIGKILL)
            return taken == 0

        def forbid_dumps(self) -> bool:
            """Allow a core file of no bytes; on Linux let no other process of this user read the memory either."""
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if not sys.platform.startswith("linux"):
                return True
            return bool(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)

        def show_message(self, title: str, words: str) -> None:
            """Do nothing: here a program is never without streams unless who started it closed them."""

        def session(self) -> SessionState:
            """Ask logind; without it the state is not known."""
            number = os.environ.get("XDG_SESSION_ID")
            if not number or not self._loginctl.exists():
                return SessionState(locked=False, known=False)
            try:
                answer = subprocess.run(
                    [str(self._loginctl), "show-session", number, "--property=LockedHint", "--value"],
                    capture_output=True,
                    text=True,
                    timeout=2,
                    check=True,
                )
            except (OSError, subprocess.SubprocessError):
                return SessionState(locked=False, known=False)
            return SessionState(locked=answer.stdout.strip() == "yes", known=True)

        def _filesystem(self, folder: Path) -> str:
            best, kind = -1, ""
            for line in _lines(self._mounts):
                parts = line.split(" ")
                if len(parts) < 3:
                    continue
                point = Path(_unescape(parts[1]))
                # A later mount on the same point lies over the earlier one
                if folder.is_relative_to(point) and len(point.parts) >= best:
                    best, kind = len(point.parts), parts[2]
            return kind

        def _removable(self, folder: Path) -> bool:
            device = folder.stat().st_dev
            entry = self._devices / f"{os.major(device)}:{os.minor(device)}"
            if not entry.exists():
                return False
            disk = entry.resolve()
            return any("".join(_lines(place / "removable")).strip() == "1" for place in (disk, disk.parent))

    def _home() -> Path | None:
        """Return the home that the system gives this user; None where it names none, or cannot be asked just now."""
        try:
            return Path(pwd.getpwuid(os.getuid()).pw_dir)
        except (KeyError, OSError):
            return None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _unescape(text: str) -> str:
    return text.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\")


def _nearest_existing(folder: Path) -> Path:
    real = folder.resolve()
    while not real.exists():
        real = real.parent
    return real
