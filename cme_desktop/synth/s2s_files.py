"""Make a folder of invented S2S files with a manifest of what is in each (command-line.md 4).

The manifest says what was put in: no reader of ours is asked.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cme_desktop import shipped
from cme_desktop.domain.errors import UserError
from cme_desktop.synth.s2s_damage import DAMAGE_KINDS, FURTHER_DAMAGE_KINDS, without_pupils, zip_with_report
from cme_desktop.synth.s2s_drafts import FIRST_VERSION, Draft, Written, write
from cme_desktop.synth.s2s_kinds import FURTHER_KINDS, PUPIL_KINDS
from cme_desktop.synth.s2s_kit import Kit

MANIFEST = "manifest.json"
_IN_A_ZIP = 2
_MOST_IN_A_FILE = 12


@dataclass(frozen=True)
class Manifest:
    """What was written: the files in the order in which they were made."""

    seed: int
    pupils: int
    files: tuple[Written, ...]

    def as_json(self) -> dict[str, object]:
        """Return the manifest as plain data; what a zip holds stands beside its ``expect``."""
        return {"seed": self.seed, "pupils": self.pupils, "files": [_entry(file) for file in self.files]}


def _entry(file: Written) -> dict[str, object]:
    entry: dict[str, object] = {
        "name": file.name,
        "sha256": hashlib.sha256(file.data).hexdigest(),
        "case": file.case,
        "expect": file.expect,
    }
    if file.members:
        entry["members"] = [_entry(member) for member in file.members]
    return entry


def invent_s2s(pupils: int, seed: int, today: date) -> Manifest:
    """Return invented S2S files with exactly so many pupils in the readable ones, the same for the same arguments.

    Args:
        pupils: at least 1; with 60 or more every kind of s2s-files.md 12 is there.
        seed: chooses the children and the mixture.
        today: the day on which the set looks back; files are dated before it.
    """
    kit = Kit(seed, today, shipped.grounds())
    numbers: Counter[str] = Counter()
    files = without_pupils(kit, numbers)
    left = pupils
    for kind in (*PUPIL_KINDS, *DAMAGE_KINDS):
        if kind.pupils <= left:
            files += [write(draft, numbers, kit.book) for draft in kind.make(kit)]
            left -= kind.pupils
    if left >= _IN_A_ZIP:
        files.append(zip_with_report(kit, numbers))
        left -= _IN_A_ZIP
    for kind in (*FURTHER_KINDS, *FURTHER_DAMAGE_KINDS):
        if kind.pupils <= left:
            files += [write(draft, numbers, kit.book) for draft in kind.make(kit)]
            left -= kind.pupils
    largest = _MOST_IN_A_FILE + pupils // 2_000
    version = FIRST_VERSION
    while left:
        draft = _ordinary(kit, min(left, kit.rng.randint(1, largest)), version if version < kit.version else None)
        version += 1
        left -= len(draft.pupils)
        files.append(write(draft, numbers, kit.book))
    return Manifest(seed, pupils, tuple(files))


def _ordinary(kit: Kit, count: int, version: int | None) -> Draft:
    """Return an everyday file: a transfer, leavers, joiners or a lost pupil; of an old version if one is named."""
    if version is not None:
        return kit.ctf(f"transfer-v{version}", 1, version=version)
    draw = kit.rng.random()
    if draw < 0.4:
        return kit.ctf("transfer", min(count, 6), version=kit.any_version())
    if draw < 0.7:
        return kit.cml("leavers", count, version=kit.any_version())
    if draw < 0.94:
        return kit.cmj("joiners", count, version=kit.any_version())
    return kit.lost("lost")


def make_s2s(folder: Path, pupils: int, seed: int, today: date) -> Manifest:
    """Write invented S2S files and ``manifest.json`` into a folder, which is made if need be.

    Raises:
        UserError: ``file-exists`` if one of the files is there already, ``folder-unusable`` if it cannot be written.
    """
    manifest = invent_s2s(pupils, seed, today)
    text = json.dumps(manifest.as_json(), ensure_ascii=False, indent=1) + "\n"
    contents = {file.name: file.data for file in manifest.files} | {MANIFEST: text.encode()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = next((name for name in contents if (folder / name).exists()), None)
        if there is not None:
            raise UserError(
                f"{folder} already holds {there}. Nothing was written. Name an empty folder.", code="file-exists"
            )
        for name, data in contents.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise UserError(
            f"The files could not be written to {folder}. Check that it is a folder in which you may write.",
            code="folder-unusable",
        ) from error
    return manifest
