"""Decrypt a case database page by page, free pages and journal included: what proves that something is gone.

Searching the encrypted bytes always finds nothing and proves nothing. Pages are AES-256-CBC, 4,096 bytes, of which the
last 80 are reserved (the initialisation vector comes first there); the first 16 bytes of the file are its salt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE, RESERVED, SALT, VECTOR = 4096, 80, 16, 16
_WAL_HEADER, _FRAME_HEADER = 32, 24


def decrypted_pages(database: Path, key: bytes) -> Iterator[bytes]:
    """Yield every page of a database file in clear, without its reserved end; all-zero pages are passed over."""
    raw = database.read_bytes()
    assert len(raw) % PAGE == 0, "a database is whole pages"
    for number in range(len(raw) // PAGE):
        yield from _page(raw[number * PAGE : (number + 1) * PAGE], key, first=number == 0)


def decrypted_journal(database: Path, key: bytes) -> Iterator[bytes]:
    """Yield every page in the write-ahead journal of a database in clear, frames of earlier rounds included."""
    journal = database.with_name(f"{database.name}-wal")
    raw = journal.read_bytes() if journal.is_file() else b""
    step = _FRAME_HEADER + PAGE
    for place in range(_WAL_HEADER, len(raw) - step + 1, step):
        number = int.from_bytes(raw[place : place + 4], "big")
        yield from _page(raw[place + _FRAME_HEADER : place + step], key, first=number == 1)


def _page(page: bytes, key: bytes, *, first: bool) -> Iterator[bytes]:
    if not any(page[SALT:]):
        return
    start, end = (SALT if first else 0), PAGE - RESERVED
    cipher = Cipher(algorithms.AES(key), modes.CBC(page[end : end + VECTOR])).decryptor()
    clear = cipher.update(page[start:end]) + cipher.finalize()
    if first:
        assert clear[:2] == PAGE.to_bytes(2, "big"), "the first page does not decrypt: wrong key or another format"
    yield clear


def hits_in_clear(database: Path, key: bytes, words: Iterable[str]) -> dict[str, int]:
    """Count how often each word stands in the decrypted pages and journal, in any case of its letters."""
    pages = b"\0".join([*decrypted_pages(database, key), *decrypted_journal(database, key)]).lower()
    return {word: pages.count(word.lower().encode()) for word in words}


def hits_in_files(folder: Path, words: Iterable[str]) -> dict[str, int]:
    """Count how often each word stands as it is in the bytes or names of all files below a folder."""
    everything = b"\0".join(
        part for path in folder.rglob("*") if path.is_file() for part in (path.name.encode(), path.read_bytes())
    ).lower()
    found = {}
    for word in words:
        forms = (word.lower().encode(), word.lower().encode("utf-16-le"))
        found[word] = sum(everything.count(form) for form in forms)
    return found
