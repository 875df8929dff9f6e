"""Open a zip file in memory and take its transfer files (s2s-files.md 3, safety.md 5); no member is ever written."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

from cme_desktop.importers.limits import ZIP_LIMITS, ZipLimits
from cme_desktop.importers.s2s.names import base_name

_BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".tgz", ".tar", ".bz2", ".xz")
_TRANSFER_FILES = (".xml", ".ctf")
_OFFICE = ("[Content_Types].xml", "mimetype")
_ENCRYPTED = 0x1
# What zipfile raises for a directory or a member that is not what it says.
_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    OverflowError,
)


@dataclass(frozen=True)
class Member:
    """One transfer file of a zip: the name that the zip gives it, and its bytes (None where they are damaged)."""

    name: str
    data: bytes | None


@dataclass(frozen=True)
class Opened:
    """The transfer files of a zip, or the reasons for which it was refused (``office``: it is a document).

    ``only_transfer_files`` says that it holds no file besides.
    """

    members: tuple[Member, ...] = ()
    refusals: tuple[str, ...] = ()
    only_transfer_files: bool = False


def is_zip(data: bytes) -> bool:
    """Return whether these bytes begin as a zip file does, whatever their name."""
    return data.startswith(_BEGINNINGS)


def open_zip(data: bytes, limits: ZipLimits = ZIP_LIMITS) -> Opened:
    """Return the transfer files in a zip; refuse it whole if any of its members breaks a limit.

    Folders, reports and the files that macOS adds are passed over. Refusals: ``zip-encrypted``, ``zip-nested``,
    ``too-many-members``, ``zip-too-large``, ``ratio``, ``zip-no-xml``, ``damaged-zip`` and ``office``.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [info for info in archive.infolist() if not info.filename.endswith("/")]
            refusals = _refusals(files, limits)
            if refusals:
                return Opened(refusals=refusals)
            members = tuple(Member(info.filename, _bytes(archive, info)) for info in files if _is_transfer_file(info))
            alone = len(members) == len(files)
    except _DAMAGE:
        return Opened(refusals=("damaged-zip",))
    if any(member.data is not None and is_zip(member.data) for member in members):
        return Opened(refusals=("zip-nested",))
    return Opened(members, only_transfer_files=alone)


def _refusals(files: list[zipfile.ZipInfo], limits: ZipLimits) -> tuple[str, ...]:
    """Return every reason for which a zip is not unpacked, from what its directory says."""
    if any(info.filename in _OFFICE for info in files):
        return ("office",)
    reasons = {
        "too-many-members": len(files) > limits.members,
        "zip-encrypted": any(info.flag_bits & _ENCRYPTED for info in files),
        "zip-nested": any(info.filename.lower().endswith(_ARCHIVES) for info in files),
        "zip-too-large": sum(info.file_size for info in files) > limits.bytes,
        "ratio": any(info.file_size > limits.ratio * max(info.compress_size, 1) for info in files),
    }
    found = tuple(code for code, holds in reasons.items() if holds)
    if not found and not any(map(_is_transfer_file, files)):
        return ("zip-no-xml",)
    return found


def _is_transfer_file(info: zipfile.ZipInfo) -> bool:
    name = info.filename
    hidden = base_name(name).startswith(".") or name.startswith("__MACOSX/")
    return name.lower().endswith(_TRANSFER_FILES) and not hidden


def _bytes(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | None:
    """Return a member's bytes; zipfile never gives more than the size in the directory, which was checked."""
    try:
        return archive.read(info)
    except _DAMAGE:
        return None
