"""Content files: S2S originals, issued PDFs and attachments, each sealed under its own key (design.md 2).

A file is ``CMECONT1``, the chunk size (4 bytes), the size of the content (8 bytes), then its chunks, each followed by
its 16-byte tag. A chunk is sealed by AES-256-GCM under the file's own key; its nonce is its number (8 bytes), three
zero bytes, and 1 for the last chunk or 0; the header and the nonce are authenticated with it. So a chunk cannot be
changed, moved, left out or added, and the end cannot be cut off. A key is used for one file only.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import struct
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cme_desktop.domain.errors import UserError
from cme_desktop.storage.engine import NO_ROOM
from cme_desktop.system import (
    DiskFull,
    Machine,
    clear_away,
    code_of,
    explained,
    make_private_folder,
    needing_room,
    put_in_place,
    this_machine,
    words_of,
)
from cme_desktop.system.trouble import DISK_TROUBLE

FOLDER_NAME = "content"
CHUNK_BYTES = 256 * 1024
KEY_BYTES = 32
TAG_BYTES = 16
_MAGIC = b"CMECONT1"
_HEADER = struct.Struct(">8sIQ")
_NONCE = struct.Struct(">Q3xB")
_NAME_RULE = re.compile(r"[0-9a-f]{32}")
_UNFINISHED = ".part"


class ContentDamaged(UserError):
    """Say that a held file is not what was put in."""

    code = "content-damaged"

    def __init__(self) -> None:
        super().__init__(
            "A file held in the register is damaged, so it is not shown. The rest of the register is not affected. "
            "Restore the file from a backup: Admin, Backup."
        )


class ContentMissing(UserError):
    """Say that a held file is not in its folder."""

    code = "content-missing"

    def __init__(self) -> None:
        super().__init__(
            "A file held in the register is missing from its folder. The rest of the register is not affected. "
            "Restore the file from a backup: Admin, Backup."
        )


class ContentOutOfReach(UserError):
    """Say that the system did not let a held file be read, with the code of what it lacked or refused."""

    def __init__(self, error: OSError) -> None:
        code = code_of(error) or DISK_TROUBLE
        super().__init__(f"A file held in the register could not be read just now. {words_of(code)}", code=code)


@dataclass(frozen=True)
class Sealed:
    """A sealed file: its random name, its own key, and the SHA-256 (hexadecimal) and size of what is in it."""

    name: str
    key: bytes
    sha256: str
    size: int

    def __repr__(self) -> str:
        return f"<Sealed {self.size} bytes>"


class Content:
    """The content folder of one register, or the content pool of one backup place."""

    def __init__(self, folder: Path, *, machine: Machine | None = None) -> None:
        self.folder = folder
        self._machine = machine or this_machine()

    def seal(self, data: bytes) -> Sealed:
        """Seal these bytes in a new file and return only when it is safe on the disk, before any row names it."""
        (sealed,) = self.seal_all([data])
        return sealed

    def seal_all(self, contents: Iterable[bytes]) -> list[Sealed]:
        """Seal several files, each flushed, and their folder flushed once.

        Raises:
            DiskFull: there is no room for all of them; none is left.
        """
        sealed: list[Sealed] = []
        try:
            with needing_room(NO_ROOM):
                make_private_folder(self.folder, machine=self._machine)
                sealed += (self._write(data) for data in contents)
                self._machine.sync_folder(self.folder)
        except (DiskFull, OSError) as error:
            for one in sealed:
                self.erase(one.name)
            if isinstance(error, OSError):
                raise explained(error) or error from None
            raise
        return sealed

    def open(self, name: str, key: bytes, sha256: str) -> bytes:
        """Return what is in a file, whole and checked.

        Raises:
            ContentMissing: the file is not there.
            ContentDamaged: it, its key or its SHA-256 is not that of the sealing.
        """
        data = b"".join(self.chunks(name, key))
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ContentDamaged
        return data

    def check(self, name: str, key: bytes, sha256: str) -> None:
        """Read a file through, a chunk at a time, and raise what ``open`` raises."""
        digest = hashlib.sha256()
        for chunk in self.chunks(name, key):
            digest.update(chunk)
        if digest.hexdigest() != sha256:
            raise ContentDamaged

    def chunks(self, name: str, key: bytes) -> Iterator[bytes]:
        """Yield what is in a file, a chunk at a time; a chunk that was yielded is authentic, the whole only at the end.

        Raises:
            ContentMissing: the file is not there.
            ContentDamaged: a chunk was changed, moved, left out or added, or a link or folder is in its place.
            ContentOutOfReach: the system did not let it be read; that says nothing about the file.
        """
        path = self._path(name)
        if path.is_symlink() or path.is_dir():
            raise ContentDamaged
        try:
            with path.open("rb") as handle:
                yield from _open_chunks(handle, key)
        except FileNotFoundError:
            raise ContentMissing from None
        except OSError as error:
            raise ContentOutOfReach(error) from None

    def holds(self, name: str) -> bool:
        """Say whether a file is in the folder, itself and not as a link; its content is not looked at."""
        path = self._path(name)
        return path.is_file() and not path.is_symlink()

    def names(self) -> frozenset[str]:
        """Return the names of all files in the folder."""
        if not self.folder.is_dir():
            return frozenset()
        return frozenset(entry.name for entry in self.folder.iterdir() if _NAME_RULE.fullmatch(entry.name))

    def erase(self, name: str) -> None:
        """Remove a file whose key was deleted from the register, which is what makes it unreadable in every copy.

        One that another program has open stays: nothing can read it, and the sweep or the next thinning takes it.
        """
        clear_away(self._path(name))

    def sweep_orphans(self, known_names: Collection[str], older_than: timedelta, *, now: datetime) -> tuple[str, ...]:
        """Delete files that no row names, and unfinished ones, once they are older than this; return their names.

        A crash between sealing a file and committing its row leaves one; a fresh one may be about to get its row.
        """
        if not self.folder.is_dir():
            return ()
        swept = []
        for entry in self.folder.iterdir():
            if entry.name in known_names or not (_NAME_RULE.fullmatch(entry.name) or entry.name.endswith(_UNFINISHED)):
                continue
            written = datetime.fromtimestamp(entry.stat().st_mtime, UTC)
            if now - written >= older_than and clear_away(entry):
                swept.append(entry.name)
        return tuple(sorted(swept))

    def _write(self, data: bytes) -> Sealed:
        name, key = secrets.token_hex(16), os.urandom(KEY_BYTES)
        unfinished = self.folder / f"{name}{_UNFINISHED}"
        try:
            with os.fdopen(os.open(unfinished, _CREATE, 0o600), "wb") as handle:
                _seal_chunks(handle, key, data)
                handle.flush()
                os.fsync(handle.fileno())
            put_in_place(unfinished, self._path(name))
        except BaseException:
            clear_away(unfinished)
            raise
        return Sealed(name, key, hashlib.sha256(data).hexdigest(), len(data))

    def _path(self, name: str) -> Path:
        if not _NAME_RULE.fullmatch(name):
            raise ContentMissing
        return self.folder / name


_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def _seal_chunks(handle: BinaryIO, key: bytes, data: bytes) -> None:
    header = _HEADER.pack(_MAGIC, CHUNK_BYTES, len(data))
    handle.write(header)
    cipher, view, last = AESGCM(key), memoryview(data), _last_chunk(len(data), CHUNK_BYTES)
    for number in range(last + 1):
        nonce = _NONCE.pack(number, number == last)
        handle.write(cipher.encrypt(nonce, view[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES], header + nonce))


def _open_chunks(handle: BinaryIO, key: bytes) -> Iterator[bytes]:
    header = handle.read(_HEADER.size)
    try:
        magic, chunk_bytes, size = _HEADER.unpack(header)
        cipher = AESGCM(key)
    except (struct.error, ValueError):
        raise ContentDamaged from None
    # The chunk size is fixed: a header that asks for another one would only ask for memory
    if magic != _MAGIC or chunk_bytes != CHUNK_BYTES:
        raise ContentDamaged
    last = _last_chunk(size, chunk_bytes)
    for number in range(last + 1):
        nonce = _NONCE.pack(number, number == last)
        try:
            chunk = cipher.decrypt(nonce, handle.read(chunk_bytes + TAG_BYTES), header + nonce)
        except (InvalidTag, ValueError):
            raise ContentDamaged from None
        if number == last and (len(chunk) != size - last * chunk_bytes or handle.read(1)):
            raise ContentDamaged
        yield chunk


def _last_chunk(size: int, chunk_bytes: int) -> int:
    return max(0, (size - 1) // chunk_bytes)
