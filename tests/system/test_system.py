"""What differs by machine: files written whole, places judged, the process held to its limits, and its fake."""

from __future__ import annotations

import errno
import json
import os
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop import system
from cme_desktop.system import FakeMachine, FixedClock, Machine, NotPrivate, Place, PlaceRefused, SystemClock

DAY = datetime(2026, 11, 24, 10, 12, tzinfo=UTC)


class FakeTime:
    """A clock that moves only when someone sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def clock(self) -> float:
        return self.seconds

    def sleep(self, length: float) -> None:
        self.seconds += length


class TestClock:
    @pytest.mark.parametrize(
        ("moment", "day"),
        [
            (datetime(2026, 3, 28, 23, 59, tzinfo=UTC), date(2026, 3, 28)),
            (datetime(2026, 3, 29, 23, 30, tzinfo=UTC), date(2026, 3, 30)),
            (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
            (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
            (datetime(2028, 2, 28, 23, 59, tzinfo=UTC), date(2028, 2, 28)),
            (datetime(2028, 2, 29, 0, 0, tzinfo=UTC), date(2028, 2, 29)),
        ],
    )
    def test_legal_day_is_londons(self, moment: datetime, day: date) -> None:
        clock = FixedClock(moment)
        assert clock.now() == moment
        assert clock.today() == day

    def test_machine_clock_knows_its_zone(self) -> None:
        clock = SystemClock()
        assert clock.now().utcoffset() is not None
        assert abs((clock.today() - clock.now().date()).days) <= 1


class TestNames:
    @pytest.mark.parametrize("name", ["CON", "nul.xml", "Com1.txt", "lpt9", "AUX .xml", "CONOUT$"])
    def test_reserved(self, name: str) -> None:
        assert system.is_reserved_name(name)

    @pytest.mark.parametrize("name", ["3101234_CML_310LLLL_001.xml", "console.xml", "com10.xml", "null"])
    def test_not_reserved(self, name: str) -> None:
        assert not system.is_reserved_name(name)

    @given(st.text(max_size=300))
    def test_safe_name_is_one_that_every_system_takes(self, name: str) -> None:
        safe = system.safe_file_name(name)
        assert 0 < len(safe) <= 210
        assert not set(safe) & set('<>:"/\\|?*\0')
        assert safe.isprintable()
        assert not safe.endswith((".", " "))
        assert not system.is_reserved_name(safe)

    def test_safe_name_keeps_a_good_one(self) -> None:
        assert system.safe_file_name("CME-2026-00042 L04.pdf") == "CME-2026-00042 L04.pdf"
        assert system.safe_file_name("..") == "document"
        assert system.safe_file_name("NUL.pdf") == "document NUL.pdf"


class TestReadyToTake:
    def test_plain_file(self, tmp_path: Path) -> None:
        path = tmp_path / "3101234_CML_310LLLL_001.xml"
        path.write_bytes(b"<x/>")
        assert system.is_ready_to_take(path)

    @pytest.mark.parametrize("name", ["~$register.xml", ".hidden.xml", "NUL.xml", "con"])
    def test_names_left_alone(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_bytes(b"<x/>")
        assert not system.is_ready_to_take(tmp_path / name)

    def test_no_links_folders_pipes_or_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "real.xml").write_bytes(b"<x/>")
        (tmp_path / "link.xml").symlink_to(tmp_path / "real.xml")
        (tmp_path / "folder.xml").mkdir()
        os.mkfifo(tmp_path / "pipe.xml")
        for name in ("link.xml", "folder.xml", "pipe.xml", "gone.xml"):
            assert not system.is_ready_to_take(tmp_path / name)

    def test_open_elsewhere(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xml"
        path.write_bytes(b"<x/>")
        with path.open("r+b") as writer:
            assert system.this_machine().try_lock(writer.fileno())
            assert not system.is_ready_to_take(path)
        assert system.is_ready_to_take(path)

    def test_share_without_locks(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        import fcntl

        def unknown(descriptor: int, operation: int) -> None:
            raise OSError(errno.ENOLCK, "No locks available")

        path = tmp_path / "a.xml"
        path.write_bytes(b"<x/>")
        monkeypatch.setattr(fcntl, "flock", unknown)
        assert system.is_ready_to_take(path)

    def test_fake_decides(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xml"
        path.write_bytes(b"<x/>")
        assert system.is_ready_to_take(path, machine=FakeMachine())
        assert not system.is_ready_to_take(path, machine=FakeMachine(busy={path}))
        assert not system.is_ready_to_take(path, machine=FakeMachine(hidden={path}))


class TestPlaces:
    @pytest.mark.parametrize("place", [Place.NETWORK, Place.REMOVABLE, Place.WIPED])
    def test_unfit_places_are_refused_in_words(self, tmp_path: Path, place: Place) -> None:
        machine = FakeMachine(place=place)
        verdict = system.folder_verdict(tmp_path / "register", machine=machine)
        assert not verdict.fit
        with pytest.raises(PlaceRefused) as caught:
            system.check_folder(tmp_path / "register", machine=machine)
        assert caught.value.code == f"place-{place}"
        assert caught.value.message == verdict.sentence

    def test_local_folder_is_fit(self, tmp_path: Path) -> None:
        assert system.folder_verdict(tmp_path / "not" / "made" / "yet").fit
        system.check_folder(tmp_path)

    @pytest.mark.parametrize(
        "name",
        [
            "OneDrive",
            "OneDrive - Example Council",
            "Dropbox",
            "dropbox (team)",
            "Google Drive",
            "iCloudDrive",
            "Nextcloud",
        ],
    )
    def test_synced_by_name(self, tmp_path: Path, name: str) -> None:
        verdict = system.folder_verdict(tmp_path / name / "Documents" / "register", machine=FakeMachine())
        assert verdict.place is Place.SYNCED
        assert "backups may go there" in verdict.sentence

    def test_names_that_only_begin_alike(self, tmp_path: Path) -> None:
        assert not system.is_synced(tmp_path / "OneDriver" / "x")
        assert not system.is_synced(tmp_path / "my dropbox notes")

    def test_synced_by_mark(self, tmp_path: Path) -> None:
        (tmp_path / "team" / ".dropbox.cache").mkdir(parents=True)
        assert system.is_synced(tmp_path / "team" / "register")
        assert not system.is_synced(tmp_path / "other")

    def test_synced_by_the_systems_setting(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OneDriveCommercial", str(tmp_path / "work files"))
        assert system.is_synced(tmp_path / "work files" / "register")
        assert not system.is_synced(tmp_path / "elsewhere")

    def test_synced_by_dropboxs_own_settings(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        home = tmp_path / "home"
        (home / ".dropbox").mkdir(parents=True)
        monkeypatch.setenv("HOME", str(home))
        monkeypatch.setenv("USERPROFILE", str(home))
        settings = home / ".dropbox" / "info.json"
        settings.write_text(json.dumps({"business": {"path": str(home / "Council")}}), encoding="utf-8")
        assert system.is_synced(home / "Council" / "register")
        assert not system.is_synced(home / "register")
        settings.write_text("{broken", encoding="utf-8")
        assert not system.is_synced(home / "Council" / "register")

    def test_private_folder(self, tmp_path: Path) -> None:
        folder = system.make_private_folder(tmp_path / "a" / "register")
        assert os.name != "posix" or stat.S_IMODE(folder.stat().st_mode) == 0o700
        folder.chmod(0o755)
        system.make_private_folder(folder)
        assert os.name != "posix" or stat.S_IMODE(folder.stat().st_mode) == 0o755
        system.make_private_folder(folder, adopt=True)
        assert os.name != "posix" or stat.S_IMODE(folder.stat().st_mode) == 0o700

    def test_only_a_folder_that_was_made_for_it_is_taken_from_others(self, tmp_path: Path) -> None:
        machine = FakeMachine()
        system.make_private_folder(tmp_path, machine=machine)
        assert machine.private == []
        for _ in range(3):
            system.make_private_folder(tmp_path / "new", machine=machine)
        assert machine.private == [tmp_path / "new"]

    def test_a_share_that_keeps_no_rights(self, tmp_path: Path) -> None:
        machine = FakeMachine(keeps_rights=False)
        with pytest.raises(NotPrivate, match="own disk"):
            system.make_private_folder(tmp_path / "register", machine=machine)
        assert list(tmp_path.iterdir()) == []
        assert system.make_private_folder(tmp_path / "backups", sealed=True, machine=machine).is_dir()

    def test_program_folders_follow_the_environment(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("CONFIG", "STATE", "CACHE", "DATA"):
            monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
        folders = system.program_folders()
        found = [folders.config, folders.state, folders.cache, folders.data]
        assert found == [tmp_path / name / "cme-desktop" for name in ("CONFIG", "STATE", "CACHE", "DATA")]
        assert list(tmp_path.iterdir()) == []


class TestFake:
    def test_says_what_it_is_told_and_notes_what_it_is_asked(self, tmp_path: Path) -> None:
        machine = FakeMachine()
        checked: Machine = machine
        assert not checked.session().locked
        machine.screen_locked = True
        assert checked.session() == system.SessionState(locked=True, known=True)
        assert checked.limit_memory(2**30)
        assert checked.end_with_parent()
        assert (machine.memory_limit, machine.ends_with_parent) == (2**30, True)
        assert system.atomic_write(tmp_path / "x", b"data", machine=machine).read_bytes() == b"data"
        with system.StoreLock.take(tmp_path, program="window", now=DAY, machine=machine):
            assert system.is_held(tmp_path, machine=machine)

    def test_real_machine_is_the_one_of_this_platform(self) -> None:
        assert system.this_machine() is system.this_machine()
        assert type(system.this_machine()).__name__ == ("WindowsMachine" if os.name == "nt" else "PosixMachine")
