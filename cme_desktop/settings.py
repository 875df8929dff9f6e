"""The preferences of this machine and user, kept outside the register: never case data, never a policy figure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

FILE_NAME = "settings.json"
KEPT_NAME = "settings.kept.json"
LARGEST_BYTES = 1024 * 1024
MOST_PLACES = 50
MOST_MARKS = 5_000


class Theme(StrEnum):
    """Which colours the window uses."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


Check = Callable[[Any], bool]


def _whole(low: int, high: int) -> dict[str, Check]:
    return {"check": lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high}


def _flag() -> dict[str, Check]:
    return {"check": lambda value: isinstance(value, bool)}


def _words(longest: int) -> dict[str, Check]:
    return {"check": lambda value: value is None or (isinstance(value, str) and 0 < len(value) <= longest)}


def _places(most: int) -> dict[str, Check]:
    fits = _words(4096)["check"]
    return {
        "check": lambda value: (
            isinstance(value, dict) and len(value) <= most and all(map(fits, (*value, *value.values())))
        )
    }


def _marks(most: int) -> dict[str, Check]:
    fits = re.compile(r"[0-9a-f]{16}").fullmatch
    return {"check": lambda value: isinstance(value, (list, tuple)) and len(value) <= most and all(map(fits, value))}


def _choice(kind: type[StrEnum]) -> dict[str, Check]:
    return {"check": lambda value: value in set(kind)}


@dataclass(frozen=True)
class Settings:
    """Every preference with its default; sizes in pixels, text size in per cent, idle time in minutes (1 to 30)."""

    last_store: str | None = field(default=None, metadata=_words(4096))
    watched_folder: str | None = field(default=None, metadata=_words(4096))
    """The folder that ``last_store`` watches, as set-up keeps it; one chosen later stands in ``watched_folders``."""
    watched_folders: Mapping[str, str] = field(default_factory=dict, metadata=_places(MOST_PLACES))
    """The watched folder of each register of this computer, by the register's own folder."""
    files_left: Sequence[str] = field(default_factory=list, metadata=_marks(MOST_MARKS))
    """Marks of the files of a watched folder that were named as left there, so that each is named once."""
    backup_place: str | None = field(default=None, metadata=_words(4096))
    theme: Theme = field(default=Theme.SYSTEM, metadata=_choice(Theme))
    text_size: int = field(default=100, metadata=_whole(90, 150))
    idle_minutes: int = field(default=10, metadata=_whole(1, 30))
    rail_collapsed: bool = field(default=False, metadata=_flag())
    compact_rows: bool = field(default=False, metadata=_flag())
    register_preview: bool = field(default=True, metadata=_flag())
    register_preview_width: int = field(default=268, metadata=_whole(240, 1200))
    window_width: int = field(default=1366, metadata=_whole(800, 16384))
    window_height: int = field(default=768, metadata=_whole(500, 16384))
    window_maximised: bool = field(default=False, metadata=_flag())

    def folder_of(self, store: Path) -> str:
        """Return the folder that a register watches, or an empty text: never that of another register.

        A training register beside the real one would else take the real one's files.
        """
        place = self.watched_folders.get(_key(store))
        if place is not None:
            return place
        if self.last_store is None and self.watched_folders:
            return ""  # it was chosen for one of those
        return (self.watched_folder or "") if self._is_own(store) else ""

    def watching(self, store: Path, place: str) -> dict[str, Any]:
        """Return the changes with which a register watches a folder from now on."""
        others = [(key, value) for key, value in self.watched_folders.items() if key != _key(store)]
        changes: dict[str, Any] = {"watched_folders": dict([*others, (_key(store), place)][-MOST_PLACES:])}
        return {**changes, "watched_folder": place} if self._is_own(store) else changes

    def _is_own(self, store: Path) -> bool:
        return self.last_store is None or _key(Path(self.last_store)) == _key(store)

    def changed(self, **values: Any) -> Settings:
        """Return the settings with some of them changed; raise ValueError if one is out of its range."""
        wrong = [name for name, value in values.items() if not _fits(name, value)]
        if wrong:
            raise ValueError(f"out of range: {', '.join(sorted(wrong))}")
        return replace(self, **values)


@dataclass(frozen=True)
class Loaded:
    """What was read, and a sentence for the officer if the file could not be used as it was."""

    settings: Settings
    warning: str | None = None


class SettingsFile:
    """The settings file in the program's config folder."""

    def __init__(self, folder: Path, write: Callable[[Path, bytes], object]) -> None:
        """Take the config folder, and the function that writes a file whole or not at all."""
        self.path = folder / FILE_NAME
        self._write = write

    def load(self) -> Loaded:
        """Return the settings; an entry or file that cannot be used gives defaults, and the file is kept aside."""
        try:
            if self.path.stat().st_size > LARGEST_BYTES:
                raise ValueError
            raw = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Loaded(Settings())
        except OSError:
            return Loaded(Settings(), _warning("could not be opened", kept=False))
        except (ValueError, RecursionError):
            return Loaded(Settings(), _warning("could not be read", kept=self._keep_aside()))
        if not isinstance(raw, dict):
            return Loaded(Settings(), _warning("could not be read", kept=self._keep_aside()))
        good = {name: value for name, value in raw.items() if _fits(name, value)}
        settings = Settings(**{**good, "theme": Theme(good.get("theme", Theme.SYSTEM))})
        if len(good) == len(raw):
            return Loaded(settings)
        return Loaded(settings, _warning("had entries that could not be used", kept=self._keep_aside()))

    def save(self, settings: Settings) -> None:
        """Write the settings whole; raise OSError if the folder cannot be written to."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._write(self.path, json.dumps(asdict(settings), indent=1, ensure_ascii=False).encode() + b"\n")

    def _keep_aside(self) -> bool:
        try:
            self.path.replace(self.path.with_name(KEPT_NAME))
        except OSError:
            return False
        return True


def _key(store: Path) -> str:
    return str(store.resolve())


_CHECKS: dict[str, Check] = {each.name: each.metadata["check"] for each in fields(Settings)}


def _fits(name: str, value: Any) -> bool:
    check = _CHECKS.get(name)
    try:
        return check is not None and check(value)
    except TypeError:
        return False


def _warning(what: str, *, kept: bool) -> str:
    aside = f" The old file was kept as {KEPT_NAME}." if kept else ""
    return (
        f"The file with your preferences {what}, so the usual ones are used in their place.{aside} "
        "The case register is not affected. Look at Admin, Preferences if something looks different."
    )
