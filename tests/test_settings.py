"""Preferences: defaults, ranges, and a damaged file that costs nothing."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.settings import KEPT_NAME, Settings, SettingsFile, Theme
from cme_desktop.system import atomic_write


@pytest.fixture
def file(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "config", atomic_write)


def put(file: SettingsFile, text: str) -> None:
    file.path.parent.mkdir(parents=True, exist_ok=True)
    file.path.write_text(text, encoding="utf-8")


class TestFile:
    def test_nothing_saved_yet(self, file: SettingsFile) -> None:
        loaded = file.load()
        assert loaded.settings == Settings()
        assert loaded.warning is None
        assert not file.path.parent.exists()

    def test_comes_back_as_saved(self, file: SettingsFile) -> None:
        settings = Settings().changed(
            theme=Theme.DARK, idle_minutes=5, watched_folder="C:\\Shared\\S2S ł", rail_collapsed=True, text_size=150
        )
        file.save(settings)
        loaded = file.load()
        assert loaded.settings == settings
        assert loaded.settings.theme is Theme.DARK
        assert loaded.warning is None

    @given(raw=st.binary(max_size=200))
    def test_any_bytes_give_settings(self, tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
        file = SettingsFile(tmp_path_factory.mktemp("config"), atomic_write)
        file.path.write_bytes(raw)
        assert isinstance(file.load().settings, Settings)

    @pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '"x"', "[" * 100_000, "\ufeff{}"])
    def test_unreadable_file_is_kept_aside_and_said(self, file: SettingsFile, text: str) -> None:
        put(file, text)
        loaded = file.load()
        assert loaded.settings == Settings()
        assert loaded.warning is not None
        assert KEPT_NAME in loaded.warning
        assert file.path.with_name(KEPT_NAME).read_text(encoding="utf-8") == text
        assert file.load() == type(loaded)(Settings())

    def test_far_too_large(self, file: SettingsFile) -> None:
        put(file, " " * 1024 * 1025)
        assert file.load().warning is not None

    def test_one_bad_entry_costs_only_itself(self, file: SettingsFile) -> None:
        put(file, json.dumps({"idle_minutes": 31, "text_size": 120, "theme": "dark"}))
        loaded = file.load()
        assert loaded.settings == Settings(text_size=120, theme=Theme.DARK)
        assert loaded.warning is not None
        assert "case register is not affected" in loaded.warning

    def test_unknown_entry_is_said(self, file: SettingsFile) -> None:
        put(file, json.dumps({"text_size": 120, "colour": "green"}))
        loaded = file.load()
        assert loaded.settings == Settings(text_size=120)
        assert loaded.warning is not None

    def test_file_that_cannot_be_opened(self, file: SettingsFile) -> None:
        file.path.mkdir(parents=True)
        loaded = file.load()
        assert loaded.settings == Settings()
        assert loaded.warning is not None
        assert KEPT_NAME not in loaded.warning

    def test_old_file_stays_when_the_new_one_cannot_be_written(self, tmp_path: Path) -> None:
        SettingsFile(tmp_path, atomic_write).save(Settings(text_size=120))

        def full(path: Path, data: bytes) -> None:
            raise OSError(28, "No space left on device")

        with pytest.raises(OSError, match="No space"):
            SettingsFile(tmp_path, full).save(Settings(text_size=90))
        assert SettingsFile(tmp_path, atomic_write).load().settings.text_size == 120


class TestRanges:
    @pytest.mark.feature("F90")
    @pytest.mark.parametrize("minutes", [1, 10, 30])
    def test_idle_minutes_in_range(self, minutes: int) -> None:
        assert Settings().changed(idle_minutes=minutes).idle_minutes == minutes

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("idle_minutes", 0),
            ("idle_minutes", 31),
            ("idle_minutes", True),
            ("idle_minutes", 5.0),
            ("idle_minutes", "5"),
            ("text_size", 89),
            ("text_size", 151),
            ("theme", "pink"),
            ("theme", []),
            ("rail_collapsed", 1),
            ("watched_folder", ""),
            ("watched_folder", 3),
            ("no_such_setting", 1),
        ],
    )
    def test_refused(self, name: str, value: Any) -> None:
        with pytest.raises(ValueError, match=name):
            Settings().changed(**{name: value})

    def test_usual_idle_time_is_ten_minutes(self) -> None:
        assert Settings().idle_minutes == 10

    def test_every_preference_has_a_range_that_its_default_keeps(self) -> None:
        defaults = Settings()
        assert defaults.changed(**{each.name: getattr(defaults, each.name) for each in fields(Settings)}) == defaults
