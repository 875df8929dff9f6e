"""Rebuild what a power cut could leave of a folder, from everything a process did to it call by call.

What was not flushed (fsync) may be lost: the bytes of a file, and the names in a folder. Three states are made for each
cut: only what was flushed (``strict``), every name and only the flushed bytes (``names``), and a random part of both.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.faults.calls import Call

State = Literal["strict", "names", "random"]
STATES: tuple[State, ...] = ("strict", "names", "random")
PAGE = 4096
_SHARED_MEMORY = "-shm"
"""SQLite's index of the journal: it is mapped, not written, and made again at each opening."""


@dataclass
class _File:
    """One file: what the process sees, what is surely on the disk, and what was written since."""

    seen: bytearray
    flushed: bytearray
    since: list[Call] = field(default_factory=list)

    def flush(self) -> None:
        self.flushed, self.since = bytearray(self.seen), []


Names = dict[str, _File]
Change = Callable[[Names], None]


def _written(data: bytearray, at: int, part: bytes) -> None:
    if len(data) < at:
        data.extend(bytes(at - len(data)))
    data[at : at + len(part)] = part


def _cut(data: bytearray, length: int) -> None:
    if len(data) > length:
        del data[length:]
    else:
        data.extend(bytes(length - len(data)))


class Disk:
    """A folder as it was at the start, and what each call made of it."""

    def __init__(self, folder: Path) -> None:
        files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
        self._seen: Names = {str(path): _File(bytearray(data := path.read_bytes()), bytearray(data)) for path in files}
        self._flushed: Names = dict(self._seen)
        self._changes: dict[str, list[Change]] = {}
        self._next = 0
        self._folders = {str(path) for path in folder.rglob("*") if path.is_dir()} | {str(folder)}

    def play(self, calls: Iterable[Call], until: int) -> None:
        """Do the calls before one number that were not done yet."""
        for call in calls:
            if call.number < self._next or call.number >= until:
                continue
            if not call.path.endswith(_SHARED_MEMORY):
                getattr(self, f"_{call.what}")(call)
        self._next = max(self._next, until)

    def seen(self) -> dict[str, bytes]:
        """Return the files as the process saw them."""
        return {name: bytes(file.seen) for name, file in self._seen.items()}

    def state(self, kind: State, rng: random.Random) -> dict[str, bytes]:
        """Return the files that a power cut now could leave."""
        names = dict(self._seen) if kind == "names" else dict(self._flushed)
        if kind == "random":
            for changes in self._changes.values():
                for change in changes[: rng.randint(0, len(changes))]:
                    change(names)
        return {name: self._bytes(file, kind, rng) for name, file in names.items()}

    @property
    def folders(self) -> list[str]:
        """Return the folders, the outer ones first; a folder that was made is there in every state."""
        return sorted(self._folders)

    @staticmethod
    def _bytes(file: _File, kind: State, rng: random.Random) -> bytes:
        data = bytearray(file.flushed)
        if kind == "random":
            for call in file.since:
                if call.what == "truncate":
                    if rng.random() < 0.5:
                        _cut(data, call.at)
                    continue
                for start in range(0, len(call.data), PAGE):
                    if rng.random() < 0.5:
                        _written(data, call.at + start, call.data[start : start + PAGE])
        return bytes(data)

    def _later(self, path: str, change: Change) -> None:
        change(self._seen)
        self._changes.setdefault(str(Path(path).parent), []).append(change)

    def _open(self, call: Call) -> None:
        if call.other == "trunc" and call.path in self._seen:
            file = self._seen[call.path]
            _cut(file.seen, 0)
            file.since.append(Call(call.number, "truncate", call.path, "", 0, 0))
        elif call.path not in self._seen:
            made = _File(bytearray(), bytearray())
            self._later(call.path, lambda names: names.update({call.path: made}))

    def _write(self, call: Call) -> None:
        file = self._seen.get(call.path)
        if file is not None:
            _written(file.seen, call.at, call.data)
            file.since.append(call)

    def _truncate(self, call: Call) -> None:
        file = self._seen.get(call.path)
        if file is not None:
            _cut(file.seen, call.at)
            file.since.append(call)

    def _fsync(self, call: Call) -> None:
        if call.path in self._seen:
            self._seen[call.path].flush()
        for change in self._changes.pop(call.path, []):
            change(self._flushed)

    def _rename(self, call: Call) -> None:
        old, new = call.path, call.other

        def move(names: Names) -> None:
            if old in names:
                names[new] = names.pop(old)
            for inner in [name for name in names if name.startswith(f"{old}/")]:
                names[new + inner[len(old) :]] = names.pop(inner)

        self._folders |= {new + name[len(old) :] for name in self._folders if name == old or name.startswith(f"{old}/")}
        self._later(new, move)

    def _link(self, call: Call) -> None:
        file = self._seen.get(call.path)
        if file is not None:
            self._later(call.other, lambda names: names.update({call.other: file}))

    def _unlink(self, call: Call) -> None:
        self._later(call.path, lambda names: names.pop(call.path, None) and None)

    def _mkdir(self, call: Call) -> None:
        self._folders.add(call.path)

    def _rmdir(self, call: Call) -> None:
        """Leave the folder: an empty one that stayed after a power cut must hurt nobody."""


def lay(folder: Path, disk: Disk, files: dict[str, bytes]) -> None:
    """Put a state where the folder was, private as the program makes its files."""
    shutil.rmtree(folder)
    for name in disk.folders:
        Path(name).mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, data in files.items():
        path = Path(name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o600)
