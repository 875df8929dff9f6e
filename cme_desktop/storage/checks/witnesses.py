"""Copies of the audit's end that lie outside the register: by them a register that was rolled back shows.

A backup's manifest is one; a small signed file is another, in the program's state folder and beside the backups.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from cme_desktop.domain.calendar import long_date
from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.storage.audit_format import CLOCK_TOLERANCE, canonical
from cme_desktop.storage.checks.findings import Findings, Head
from cme_desktop.storage.keys import KeyFile, read_key_file, signature_holds
from cme_desktop.storage.keys.key_file import FILE_NAME as KEY_FILE
from cme_desktop.system import LONDON, OutsideTrouble, atomic_write, is_outside, words_of
from cme_desktop.system.trouble import NO_FILE_NUMBERS

MANIFEST = "manifest.json"
BACKUPS = "backups"
BACKUP_PREFIX = "backup-"
_PURPOSE = "cme-desktop-witness"
_NUMBERS_AND_TEXTS = (("seq", int), ("hash", str), ("at", str), ("key_id", str), ("signature", str), ("store_id", str))


class Signer(Protocol):
    """Who signs a witness: an unlocked person."""

    @property
    def store_id(self) -> str:
        """Return the id of the register."""
        ...

    @property
    def key_id(self) -> str:
        """Return the id of the signing key."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Return the Ed25519 signature of some bytes."""
        ...


Restores = Sequence[tuple[int, str]]
"""Number and instant of each restore: from there on later ends of before are no longer expected."""


@dataclass(frozen=True)
class Outside:
    """Where witnesses of a register lie, and what time it is: a backup dated ahead of that is a finding.

    ``now`` is None where time does not count: a training register acts on any day.
    """

    places: tuple[Path, ...] = ()
    now: datetime | None = None


NOWHERE = Outside()
"""No place but the register's own folder."""


def witness_path(place: Path, store_id: str) -> Path:
    """Return where the witness of a register lies in a folder."""
    return place / f"witness-{store_id}.json"


def write_witness(place: Path, signer: Signer, head: Head) -> None:
    """Keep the newest end of the audit's chain, signed, in a folder outside the register."""
    body = {"what": _PURPOSE, "store_id": signer.store_id, "seq": head.seq, "hash": head.hash, "at": head.at}
    body["key_id"] = signer.key_id
    raw = {**body, "signature": signer.sign(canonical(body).encode()).hex()}
    place.mkdir(parents=True, exist_ok=True)
    atomic_write(witness_path(place, signer.store_id), json.dumps(raw, indent=1).encode() + b"\n", other_name=False)


@dataclass(frozen=True)
class Witness:
    """One outside copy of the chain's end as it was found; ``fault`` says in words why it cannot be believed."""

    where: str
    head: Head | None
    fault: str = ""


def read_witness(place: Path, key_file: KeyFile) -> Witness | None:
    """Return the witness that lies in a folder, or None where there is none or the folder is away."""
    path = witness_path(place, key_file.store_id)
    damaged = Witness(
        path.name, None, "The note of how far the register had come is not as it was written, so it proves nothing."
    )
    try:
        raw = json.loads(path.read_bytes())
        if not isinstance(raw, dict) or not all(type(raw.get(name)) is kind for name, kind in _NUMBERS_AND_TEXTS):
            return damaged
        signature = bytes.fromhex(raw.pop("signature"))
        public = key_file.public_key_of(raw["key_id"])
    except OSError as error:
        if is_outside(error):
            raise OutsideTrouble(words_of(NO_FILE_NUMBERS), code=NO_FILE_NUMBERS) from None
        return None
    except KeyError:
        return Witness(path.name, None, "The note of how far the register had come is signed with a key it never had.")
    except (ValueError, RecursionError):
        return damaged
    if raw["store_id"] != key_file.store_id or not signature_holds(public, signature, canonical(raw).encode()):
        return damaged
    return Witness(path.name, Head(raw["seq"], raw["hash"], raw["at"]))


def heads_outside(
    folder: Path, key_file: KeyFile, outside: Outside, restores: Restores, findings: Findings
) -> tuple[Head, ...]:
    """Return the ends of the chain that backups and witnesses hold; each that cannot be believed is a finding."""
    heads = []
    for place in dict.fromkeys(outside.places):
        witness = read_witness(place, key_file)
        if witness is not None and witness.head is None:
            findings.add("audit", witness.where, None, f"{witness.fault} {_TELL}")
        elif witness is not None and witness.head is not None:
            heads.append(witness.head)
    for path in _manifests(folder, outside.places):
        head = _head_of(path, key_file, outside.now, restores, findings)
        if head is not None:
            heads.append(head)
    return tuple(heads)


_TELL = "Tell your manager, and compare with another backup."


def _manifests(folder: Path, places: Iterable[Path]) -> Iterator[Path]:
    if (folder / MANIFEST).is_file():
        yield folder / MANIFEST
    for place in dict.fromkeys((folder / BACKUPS, *places)):
        with suppress(OSError):  # a place that is away has no word
            yield from sorted(path / MANIFEST for path in place.glob(f"{BACKUP_PREFIX}*") if path.is_dir())


def _head_of(
    path: Path, key_file: KeyFile, now: datetime | None, restores: Restores, findings: Findings
) -> Head | None:
    where = f"{path.parent.name}/{path.name}"
    manifest = read_manifest(path)
    if manifest is None:
        findings.add("audit", where, None, f"A backup's manifest is missing or not as it was written. {_TELL}")
        return None
    if manifest["store_id"] != key_file.store_id:
        return None
    head = Head(manifest["audit_entries"], manifest["audit_head"], str(manifest["made_at"]))
    if not _is_signed(path.parent, manifest, key_file, restored=any(head.at <= at for _, at in restores)):
        findings.add("audit", where, None, f"A backup's manifest or key file is not as it was signed. {_TELL}")
        return None
    if now is not None and not key_file.demonstration and head.at > instant(now + CLOCK_TOLERANCE):
        words = "A backup is dated ahead of this computer's clock, so it does not show that a copy was made."
        findings.add("audit", where, None, f"{words} Have the clock set, then make a new backup.")
    return head


def _is_signed(backup: Path, manifest: dict[str, Any], key_file: KeyFile, *, restored: bool) -> bool:
    """Say whether a person of the register signed a manifest; after a restore also one whom it knew until then."""
    try:
        public = key_file.public_key_of(manifest["key_id"])
    except KeyError:
        if not restored:
            return False
        try:
            public = read_key_file(backup).public_key_of(manifest["key_id"])
        except (KeyError, CannotUnlock):
            return False
    return manifest_holds(backup, manifest, public)


def manifest_holds(backup: Path, manifest: dict[str, Any], public: bytes) -> bool:
    """Say whether a manifest is as the owner of a public key signed it, and its key file the one that it names."""
    try:
        raw = (backup / KEY_FILE).read_bytes()
        signature = bytes.fromhex(manifest["signature"])
    except (KeyError, TypeError, ValueError):
        return False
    except OSError as error:
        if is_outside(error):
            raise OutsideTrouble(words_of(NO_FILE_NUMBERS), code=NO_FILE_NUMBERS) from None
        return False
    whole = hashlib.sha256(raw).hexdigest() == manifest.get("keys_sha256")
    return whole and signature_holds(public, signature, signed_part(manifest))


def signed_part(manifest: dict[str, Any]) -> bytes:
    """Return what the signature of a manifest is of."""
    return canonical({name: value for name, value in manifest.items() if name != "signature"}).encode()


def read_manifest(path: Path) -> dict[str, Any] | None:
    """Return a backup's manifest, or None if it is not there or not as it was written.

    Raises:
        OutsideTrouble: the computer lacked something; that says nothing about the file.
    """
    try:
        manifest = json.loads(path.read_bytes())
        texts = [manifest[name] for name in ("audit_head", "store_id", "made_at", "database")]
        whole = isinstance(manifest["audit_entries"], int) and all(isinstance(text, str) for text in texts)
    except OSError as error:
        if is_outside(error):
            raise OutsideTrouble(words_of(NO_FILE_NUMBERS), code=NO_FILE_NUMBERS) from None
        return None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return manifest if whole else None


def is_past(head: Head, restores: Restores) -> bool:
    """Say whether a restore went back behind an end of the chain by right, so that it is no longer expected."""
    return any(head.at <= at and head.seq >= seq for seq, at in restores)


def instant(moment: datetime) -> str:
    """Return an instant in the form of ``UtcDateTime``: those of manifests and of events are compared as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Keeper:
    """The witness in one folder of this computer: looked at when the register is opened, written anew while it is so.

    A witness that tells of more than the register holds is left as it lies: it goes on saying so until a backup was
    put back.
    """

    def __init__(self, place: Path, store_id: str) -> None:
        self.place, self._store_id = place, store_id
        self._trusted = True

    def look(self, folder: Path, events: dict[int, str], newest: Head, restores: Restores) -> str | None:
        """Return a sentence where the register is older than the one last used here, or None.

        Args:
            folder: the register's folder, with the key file that proves the witness.
            events: the hash of the event that the witness names, by number; empty where there is none of that number.
            newest: the end of the chain.
            restores: when the register was put back by right.
        """
        try:
            witness = read_witness(self.place, read_key_file(folder))
        except UserError:
            return None
        if witness is None:
            return None
        if witness.head is None:
            self._trusted = False
            return f"{witness.fault} {_TELL}"
        head = witness.head
        if is_past(head, restores) or events.get(head.seq) == head.hash:
            return None
        self._trusted = False
        return (
            f"This register is older than the one last used on this computer, or another: the last entry here is of "
            f"{_day(newest.at)}, the last one used was of {_day(head.at)}. If nobody put a backup back, stop working "
            "in it and tell your manager. The newest backup holds the rest: put it back."
        )

    def number(self, folder: Path) -> int:
        """Return the number of the event that the witness names, 0 where there is none to believe."""
        try:
            witness = read_witness(self.place, read_key_file(folder))
        except UserError:
            return 0
        return 0 if witness is None or witness.head is None else witness.head.seq

    def keep(self, signer: Signer, newest: Head) -> None:
        """Write the end of the chain as it is now; nothing is said where the folder takes no file."""
        if self._trusted and newest.seq:
            with suppress(OSError, UserError):
                write_witness(self.place, signer, newest)


def _day(at: str) -> str:
    try:
        moment = datetime.fromisoformat(at).astimezone(LONDON)
    except ValueError:
        return "an unknown time"
    return f"{long_date(moment.date())} at {moment:%H:%M}"
