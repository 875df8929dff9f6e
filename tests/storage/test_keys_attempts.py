"""Wrong tries: the delay grows, and they are kept for the audit."""

from __future__ import annotations

from pathlib import Path

import pytest

from cme_desktop.domain.errors import CannotUnlock
from cme_desktop.storage import keys
from cme_desktop.storage.keys import Attempts, OutsideEvent, OutsideRecord, WaitBeforeTrying
from tests.storage.keys_kit import NOW, OFFICER, Register, make_register


def fail(register: Register, state: Path, name: str, passphrase: str) -> str:
    """Try to unlock, as the window and the command line do, and return why it failed."""
    with pytest.raises(CannotUnlock) as caught:
        register.unlock(name, passphrase)
    keys.record_failure(state, register.folder, name, caught.value, now=NOW)
    return caught.value.code


class Stopwatch:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_delay_grows_to_thirty_seconds_and_no_further() -> None:
    watch = Stopwatch()
    attempts = Attempts(clock=watch)
    delays = []
    for _ in range(8):
        attempts.check()
        delays.append(attempts.failed())
        watch.now += delays[-1]
    assert delays == [1, 2, 4, 8, 16, 30, 30, 30]


def test_no_try_before_the_delay_is_over() -> None:
    watch = Stopwatch()
    attempts = Attempts(clock=watch)
    attempts.failed()
    attempts.failed()
    with pytest.raises(WaitBeforeTrying) as caught:
        attempts.check()
    assert caught.value.seconds == 2
    assert "Wait 2 seconds" in caught.value.message
    watch.now += 1.5
    with pytest.raises(WaitBeforeTrying) as caught:
        attempts.check()
    assert "Wait 1 second " in caught.value.message
    watch.now += 0.5
    attempts.check()


def test_a_right_try_starts_again() -> None:
    attempts = Attempts(clock=Stopwatch())
    for _ in range(4):
        attempts.failed()
    attempts.succeeded()
    attempts.check()
    assert attempts.failed() == 1


def test_failures_are_kept_until_audited(tmp_path: Path) -> None:
    first = OutsideEvent("2026-11-24T10:12:00Z", 1, "wrong-passphrase")
    second = OutsideEvent("2026-11-24T10:12:09Z", None, "unknown-user")
    OutsideRecord(tmp_path / "state", "store-a").add(first)
    OutsideRecord(tmp_path / "state", "store-a").add(second)
    OutsideRecord(tmp_path / "state", "store-b").add(first)
    record = OutsideRecord(tmp_path / "state", "store-a")
    assert record.pending() == (first, second)
    record.clear()
    assert record.pending() == ()
    record.clear()
    assert OutsideRecord(tmp_path / "state", "store-b").pending() == (first,)


def test_record_does_not_grow_for_ever_and_survives_damage(tmp_path: Path) -> None:
    record = OutsideRecord(tmp_path, "store")
    for number in range(3):
        record.add(OutsideEvent("2026-11-24T10:12:00Z", number, "wrong-passphrase"))
    (path,) = tmp_path.iterdir()
    lines = path.read_text().splitlines()
    path.write_text("\n".join(["{broken", "[]", '{"at": 1}', *lines * 400]) + "\n")
    assert len(record.pending()) == 1200
    record.add(OutsideEvent("2026-11-25T10:12:00Z", True, "wrong-passphrase"))
    assert len(record.pending()) == 1000
    assert record.pending()[-1] == OutsideEvent("2026-11-25T10:12:00Z", None, "wrong-passphrase")


def test_a_failed_unlock_is_recorded_without_the_name_that_was_typed(tmp_path: Path) -> None:
    register, state = make_register(tmp_path / "register"), tmp_path / "state"
    before = {path: path.read_bytes() for path in register.folder.iterdir()}
    assert fail(register, state, OFFICER.upper(), "not the passphrase") == "wrong-passphrase"
    assert fail(register, state, "Quillfeather-Sample", "not the passphrase") == "unknown-user"
    record = OutsideRecord(state, register.made.key_file.store_id)
    assert record.pending() == (
        OutsideEvent("2026-11-24T10:12:00Z", 1, "wrong-passphrase"),
        OutsideEvent("2026-11-24T10:12:00Z", None, "unknown-user"),
    )
    assert {path: path.read_bytes() for path in register.folder.iterdir()} == before
    for path in state.iterdir():
        assert "Quillfeather" not in path.read_text(encoding="utf-8")


def test_faults_of_the_register_are_not_tries_by_a_person(tmp_path: Path) -> None:
    register, state = make_register(tmp_path / "register"), tmp_path / "state"
    register.key_path.write_bytes(b"damaged")
    assert fail(register, state, OFFICER, "whatever it was") == "keys-damaged"
    keys.record_failure(state, register.folder, OFFICER, keys.WrongPassphrase(), now=NOW)
    assert not state.exists()
