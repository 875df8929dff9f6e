"""Wrong tries: a growing delay, and a record of what happened outside the register for the audit to take over."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cme_desktop.domain.errors import CannotUnlock
from cme_desktop.storage.keys.errors import UnknownUser, WaitBeforeTrying
from cme_desktop.storage.keys.key_file import read_key_file
from cme_desktop.storage.keys.slots import instant
from cme_desktop.system import clear_away

RECORDED = frozenset(
    {
        "wrong-passphrase",
        "unknown-user",
        "user-disabled",
        "recovery-key-mistyped",
        "recovery-key-wrong",
        "quick-unlock-wrong",
    }
)
DELAYS_SECONDS = (1, 2, 4, 8, 16, 30)
MOST_KEPT = 1000
READABLE_SAVED = "readable-records-saved"
"""The code of an event outside: what could be read of a damaged register was written to a folder."""


@dataclass(frozen=True)
class OutsideEvent:
    """What happened while the register was closed, such as a wrong try: when (UTC), on whose log-in, and its code."""

    at: str
    person_id: int | None
    code: str


class Attempts:
    """Count the wrong tries on one register since the last right one, and say how long to wait.

    There is no lock-out and nothing is wiped (safety.md 3). The delay lives in this process only.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong = 0
        self._free_at = 0.0

    def seconds_to_wait(self) -> int:
        """Return the whole seconds until the next try, 0 when one may be made now."""
        left = self._free_at - self._clock()
        return max(0, -int(-left // 1)) if left > 0 else 0

    def check(self) -> None:
        """Raise WaitBeforeTrying while the delay lasts."""
        if seconds := self.seconds_to_wait():
            raise WaitBeforeTrying(seconds)

    def failed(self) -> int:
        """Count a wrong try and return the seconds to wait: 1, 2, 4, 8, 16, then 30 each time."""
        delay = DELAYS_SECONDS[min(self._wrong, len(DELAYS_SECONDS) - 1)]
        self._wrong += 1
        self._free_at = self._clock() + delay
        return delay

    def succeeded(self) -> None:
        """Forget the wrong tries."""
        self._wrong, self._free_at = 0, 0.0


class OutsideRecord:
    """Keep what happened outside in a small file of the program's state folder until an unlock can audit it."""

    def __init__(self, folder: Path, store_id: str) -> None:
        self._path = folder / f"outside-{store_id}.jsonl"

    def add(self, event: OutsideEvent) -> None:
        """Note one event; after the first 1,000 only the newest are kept."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps({"at": event.at, "person_id": event.person_id, "code": event.code})
        lines = [*self._lines(), line][-MOST_KEPT:]
        self._path.write_text("".join(f"{each}\n" for each in lines), encoding="utf-8")

    def pending(self) -> tuple[OutsideEvent, ...]:
        """Return the events not yet in the audit, oldest first; a broken line is left out."""
        found = []
        for line in self._lines():
            try:
                entry = json.loads(line)
                found.append(OutsideEvent(str(entry["at"]), _person(entry["person_id"]), str(entry["code"])))
            except (ValueError, KeyError, TypeError):
                continue
        return tuple(found)

    def clear(self) -> None:
        """Drop the record: call it after the audit rows are committed."""
        clear_away(self._path)

    def _lines(self) -> list[str]:
        if not self._path.is_file():
            return []
        return self._path.read_text(encoding="utf-8", errors="replace").splitlines()


def note_outside(state: Path, store_id: str, person_id: int | None, code: str, *, now: datetime) -> None:
    """Note in the program's state folder what a person did while the register was closed, for its next audit."""
    OutsideRecord(state, store_id).add(OutsideEvent(instant(now), person_id, code))


def record_failure(state: Path, register: Path, name: str, error: CannotUnlock, *, now: datetime) -> None:
    """Note a failed unlock of a register in the program's state folder, for the audit of the next one that succeeds.

    Only tries by a person count; a name that has no log-in is not written down, and a register whose key file cannot
    be read has no audit to go to.
    """
    if error.code not in RECORDED:
        return
    try:
        key_file = read_key_file(register)
    except CannotUnlock:
        return
    try:
        person_id = key_file.person_named(name).person_id
    except UnknownUser:
        person_id = None
    note_outside(state, key_file.store_id, person_id, error.code, now=now)


def _person(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
