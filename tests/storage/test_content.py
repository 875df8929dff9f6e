"""Content files: sealed, read back, and every change to them found."""

from __future__ import annotations

import hashlib
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.storage import content as content_module
from cme_desktop.storage.content import CHUNK_BYTES, Content, ContentDamaged, ContentMissing, Sealed
from cme_desktop.system import DiskFull

HEADER = 20
BLOCK = CHUNK_BYTES + 16
CANARY = b"Quillfeather-Sample, invented"


@pytest.fixture
def content(tmp_path: Path) -> Content:
    return Content(tmp_path / "content")


def read(content: Content, sealed: Sealed) -> bytes:
    return content.open(sealed.name, sealed.key, sealed.sha256)


def rewrite(content: Content, sealed: Sealed, raw: bytes) -> None:
    (content.folder / sealed.name).write_bytes(raw)


class TestSeal:
    @pytest.mark.feature("F3")
    @given(data=st.binary(max_size=2000))
    def test_comes_back_byte_for_byte(self, tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
        content = Content(tmp_path_factory.mktemp("content"))
        sealed = content.seal(data)
        assert read(content, sealed) == data
        assert sealed.sha256 == hashlib.sha256(data).hexdigest()
        assert sealed.size == len(data)

    @pytest.mark.parametrize(
        "size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES + 5]
    )
    def test_sizes_about_a_chunk(self, content: Content, size: int) -> None:
        data = os.urandom(size)
        sealed = content.seal(data)
        assert read(content, sealed) == data
        chunks = max(1, -(-size // CHUNK_BYTES))
        assert (content.folder / sealed.name).stat().st_size == HEADER + size + 16 * chunks
        assert len(list(content.chunks(sealed.name, sealed.key))) == chunks

    def test_nothing_readable_in_file_or_name(self, content: Content) -> None:
        sealed = content.seal(CANARY * 100)
        (path,) = content.folder.iterdir()
        assert CANARY not in path.read_bytes()
        assert path.name == sealed.name
        assert len(sealed.name) == 32
        assert sealed.key.hex() not in repr(sealed)

    def test_same_bytes_twice_share_nothing(self, content: Content) -> None:
        first, second = content.seal_all([CANARY, CANARY])
        assert first.name != second.name
        assert first.key != second.key
        one, two = ((content.folder / each.name).read_bytes()[HEADER:] for each in (first, second))
        assert one != two

    def test_only_this_user_may_enter(self, content: Content) -> None:
        content.seal(b"x")
        if os.name == "posix":
            assert stat.S_IMODE(content.folder.stat().st_mode) == 0o700
        assert content.names()

    def test_flushed_before_it_is_named_and_the_folder_after(
        self, content: Content, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order: list[str] = []
        real_fsync, real_replace = os.fsync, Path.replace

        def fsync(descriptor: int) -> None:
            order.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
            real_fsync(descriptor)

        def replace(self: Path, target: Path) -> Path:
            order.append("name")
            return real_replace(self, target)

        monkeypatch.setattr(os, "fsync", fsync)
        monkeypatch.setattr(Path, "replace", replace)
        content.seal(b"x")
        assert order == ["file", "name", "folder"]

    def test_full_disk_leaves_nothing(self, content: Content, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(DiskFull, match="Free some space"):
            content.seal(b"x")
        assert list(content.folder.iterdir()) == []


class TestTamper:
    @pytest.fixture
    def sealed(self, content: Content) -> Sealed:
        return content.seal(os.urandom(2 * CHUNK_BYTES + 100))

    def test_every_flipped_byte_is_found(self, content: Content) -> None:
        sealed = content.seal(b"0123456789" * 5)
        raw = (content.folder / sealed.name).read_bytes()
        for position in range(len(raw)):
            changed = bytearray(raw)
            changed[position] ^= 0x01
            rewrite(content, sealed, bytes(changed))
            with pytest.raises(ContentDamaged):
                read(content, sealed)

    @given(length=st.integers(min_value=0, max_value=HEADER + 65))
    def test_every_cut_is_found(self, tmp_path_factory: pytest.TempPathFactory, length: int) -> None:
        content = Content(tmp_path_factory.mktemp("content"))
        sealed = content.seal(b"0123456789" * 5)
        rewrite(content, sealed, (content.folder / sealed.name).read_bytes()[:length])
        with pytest.raises(ContentDamaged):
            read(content, sealed)

    def test_cut_between_chunks(self, content: Content, sealed: Sealed) -> None:
        raw = (content.folder / sealed.name).read_bytes()
        for chunks in (0, 1, 2):
            rewrite(content, sealed, raw[: HEADER + chunks * BLOCK])
            with pytest.raises(ContentDamaged):
                read(content, sealed)

    def test_chunks_exchanged_doubled_or_added(self, content: Content, sealed: Sealed) -> None:
        raw = (content.folder / sealed.name).read_bytes()
        header, first, second, last = raw[:HEADER], raw[HEADER:][:BLOCK], raw[HEADER + BLOCK :][:BLOCK], raw[-116:]
        assert header + first + second + last == raw
        for changed in (
            header + second + first + last,
            header + first + first + last,
            header + first + last,
            header + first + second + last + last,
            header + first + second + last + b"\0",
        ):
            rewrite(content, sealed, changed)
            with pytest.raises(ContentDamaged):
                read(content, sealed)

    @pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, 2**63, 2**64 - 1])
    def test_header_that_promises_another_size(self, content: Content, sealed: Sealed, size: int) -> None:
        raw = (content.folder / sealed.name).read_bytes()
        rewrite(content, sealed, raw[:12] + size.to_bytes(8, "big") + raw[20:])
        with pytest.raises(ContentDamaged):
            read(content, sealed)

    def test_header_that_asks_for_memory(self, content: Content, sealed: Sealed) -> None:
        raw = (content.folder / sealed.name).read_bytes()
        rewrite(content, sealed, raw[:8] + (2**32 - 1).to_bytes(4, "big") + raw[12:])
        with pytest.raises(ContentDamaged):
            read(content, sealed)

    def test_file_of_another_name_in_its_place(self, content: Content, sealed: Sealed) -> None:
        other = content.seal(b"another file")
        rewrite(content, sealed, (content.folder / other.name).read_bytes())
        with pytest.raises(ContentDamaged):
            read(content, sealed)

    def test_wrong_key_or_hash(self, content: Content, sealed: Sealed) -> None:
        for key in (bytes(32), b"short"):
            with pytest.raises(ContentDamaged):
                content.open(sealed.name, key, sealed.sha256)
        with pytest.raises(ContentDamaged):
            content.open(sealed.name, sealed.key, "0" * 64)

    def test_check_says_what_open_says(self, content: Content, sealed: Sealed) -> None:
        content.check(sealed.name, sealed.key, sealed.sha256)
        with pytest.raises(ContentDamaged):
            content.check(sealed.name, sealed.key, "0" * 64)
        content.erase(sealed.name)
        with pytest.raises(ContentMissing) as caught:
            content.check(sealed.name, sealed.key, sealed.sha256)
        assert caught.value.code == "content-missing"

    @pytest.mark.parametrize("name", ["../keys.json", "/etc/passwd", "", "ABCDEF", "a" * 31, "a" * 33])
    def test_name_that_is_none_of_ours(self, content: Content, name: str) -> None:
        with pytest.raises(ContentMissing):
            content.open(name, bytes(32), "")
        with pytest.raises(ContentMissing):
            content.erase(name)


class TestErase:
    def test_removes_the_file(self, content: Content) -> None:
        sealed, kept = content.seal_all([b"x", b"y"])
        content.erase(sealed.name)
        content.erase(sealed.name)
        assert not content.holds(sealed.name)
        assert content.names() == {kept.name}
        with pytest.raises(ContentMissing):
            read(content, sealed)


class TestSweep:
    def test_takes_old_orphans_only(self, content: Content) -> None:
        known, orphan, fresh = content.seal_all([b"known", b"orphan", b"fresh"])
        unfinished = content.folder / ("f" * 32 + ".part")
        unfinished.write_bytes(b"half")
        foreign = content.folder / "read me.txt"
        foreign.write_text("kept", encoding="utf-8")
        now = datetime.now(UTC)
        long_ago = (now - timedelta(hours=25)).timestamp()
        for path in (content.folder / known.name, content.folder / orphan.name, unfinished, foreign):
            os.utime(path, (long_ago, long_ago))
        swept = content.sweep_orphans({known.name}, timedelta(hours=24), now=now)
        assert set(swept) == {orphan.name, unfinished.name}
        assert content.names() == {known.name, fresh.name}
        assert foreign.exists()

    def test_no_folder_yet(self, content: Content) -> None:
        assert content.sweep_orphans(set(), timedelta(0), now=datetime.now(UTC)) == ()
        assert content.names() == frozenset()


def test_layout_is_as_the_module_says(content: Content) -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    sealed = content.seal(b"abc")
    raw = (content.folder / sealed.name).read_bytes()
    header = b"CMECONT1" + (256 * 1024).to_bytes(4, "big") + (3).to_bytes(8, "big")
    assert raw[:HEADER] == header
    nonce = bytes(8) + bytes(3) + b"\x01"
    assert AESGCM(sealed.key).decrypt(nonce, raw[HEADER:], header + nonce) == b"abc"
    assert content_module.FOLDER_NAME == "content"
