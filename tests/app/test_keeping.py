"""What the window keeps safe by itself: the watched folder, the backup of the day, and the truth about both."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from cme_desktop.app.work import DAY_EVERY_MS, SCAN_EVERY_MS
from cme_desktop.casework import cases
from cme_desktop.casework.intake import folder as watching
from cme_desktop.casework.keeping import back_up
from cme_desktop.casework.reference.policy import change_settings
from cme_desktop.models.reference import RoutineCheck
from cme_desktop.register.inbox import inbox_page
from cme_desktop.storage import keys
from cme_desktop.storage.backup import list_backups
from cme_desktop.storage.store import Store
from cme_desktop.system import FixedClock, Reserve
from cme_desktop.ui.rescue.view import RescueView
from cme_desktop.ui.tokens import Tone
from tests.app.bench import MANAGER, OFFICER, Play, wait_for, words_shown
from tests.app.conftest import StartPlay
from tests.app.test_program import tick
from tests.casework.s2s import leaver_file, new_pupil
from tests.crypto_pages import hits_in_files
from tests.factories import NOON, PASSPHRASE, open_case_command


@pytest.fixture
def watched(tmp_path: Path) -> Path:
    """Return an empty folder to be watched."""
    made = tmp_path / "S2S"
    made.mkdir()
    return made


def look_until(play: Play, there: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the folder be looked at, a settling time apart, until something is so."""
    assert callable(there)
    monkeypatch.setattr(watching, "SETTLES_AFTER", 0.0)
    for _ in range(6):
        tick(play, SCAN_EVERY_MS)
        wait_for(lambda: not play.work.importer.busy, "the look to end")
        if there():
            return
    raise AssertionError("the folder was looked at in vain")


@pytest.mark.feature("F1")
def test_a_file_in_the_watched_folder_is_taken_in_sealed_and_removed(
    begin: StartPlay, place: Path, watched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, data = leaver_file(new_pupil(surname="Qwyxplorvuk"), new_pupil(surname="Second"))
    (watched / name).write_bytes(data)
    play = begin(watched=watched)
    play.unlock(OFFICER, PASSPHRASE)
    shell = play.work.shell
    assert shell.imports.words() == "Import idle"
    look_until(play, lambda: not any(watched.iterdir()), monkeypatch)
    assert shell.imports.words() == "Import idle"
    assert shell.rail.item("inbox").count == 2
    assert [news.text for news in shell.toasts.news] == ["1 S2S file came in, 2 pupils to decide."]
    assert shell.saved.words() == "Saved 12:00"
    page = play.do(inbox_page)
    assert [(file.name, file.waiting) for file in page.files] == [(name, 2)]
    assert hits_in_files(place, ["Qwyxplorvuk"]) == {"Qwyxplorvuk": 0}
    shell.go("inbox")
    (watched / "again.xml").write_bytes(data)
    look_until(play, lambda: not any(watched.iterdir()), monkeypatch)
    assert play.do(inbox_page).waiting == 2
    assert len(shell.toasts.news) == 1, "in the inbox the page itself says it"
    assert "came in before: nothing was changed" in words_shown(shell.page("inbox"))


def test_files_wait_while_nobody_may_take_them_in(
    begin: StartPlay, watched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, data = leaver_file(new_pupil())
    (watched / name).write_bytes(data)
    play = begin(watched=watched)
    play.unlock(MANAGER, PASSPHRASE)
    monkeypatch.setattr(watching, "SETTLES_AFTER", 0.0)
    for _ in range(3):
        tick(play, SCAN_EVERY_MS)
    assert [path.name for path in watched.iterdir()] == [name]
    play.press("Ctrl+L")
    assert [path.name for path in watched.iterdir()] == [name]


def test_a_folder_that_is_away_is_said_until_it_is_back(
    begin: StartPlay, watched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = begin(watched=watched)
    play.unlock(OFFICER, PASSPHRASE)
    watched.rename(watched.with_name("away"))
    look_until(play, lambda: "cannot be read now" in play.work.shell.imports.words(), monkeypatch)
    watched.with_name("away").rename(watched)
    look_until(play, lambda: play.work.shell.imports.words() == "Import idle", monkeypatch)


def test_f5_looks_at_once(begin: StartPlay, watched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, data = leaver_file(new_pupil())
    (watched / name).write_bytes(data)
    play = begin(watched=watched)
    play.unlock(OFFICER, PASSPHRASE)
    monkeypatch.setattr(watching, "SETTLES_AFTER", 0.0)
    for _ in range(3):
        play.press("F5")
        wait_for(lambda: not play.work.importer.busy, "the look to end")
    assert list(watched.iterdir()) == []


# The backup of the day


def note_copy(play: Play, at: datetime) -> None:
    """Note a good copy in the second place, as if it had been made at an instant."""

    def note(store: Store, actor: object) -> None:
        with store.action(play.work.person, "test.backup", hooks=False) as session:
            result = {"ok": True, "second_place": True}
            session.add(RoutineCheck(kind="backup", done_at=at, user_id=1, result=result))

    play.do(note)
    play.work.desk.cases_changed.emit(None)
    play.settle()


@pytest.mark.feature("F92")
def test_the_status_bar_says_how_old_the_second_copy_is(begin: StartPlay) -> None:
    """NOON is a Tuesday: amber after one working day without a copy, red at seven days (safety.md 8)."""
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    bar = play.work.shell.backup
    said = []
    for ago in (None, 9, 4, 1, 0):
        if ago is not None:
            note_copy(play, NOON - timedelta(days=ago, hours=3))
        said.append(bar.words())
    assert said == [
        "No backup in a second place yet",
        "No backup since 15 Nov 09:00",
        "Backup OK 20 Nov 09:00",
        "Backup OK yesterday 09:00",
        "Backup OK today 09:00",
    ]


@pytest.mark.feature("F92")
def test_the_backup_of_the_day_is_made_once_and_only_if_something_changed(begin: StartPlay, tmp_path: Path) -> None:
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    store_id, second = play.work.session.store.store_id, tmp_path / "second"
    second.mkdir()

    def backups() -> int:
        play.work.daily_backup()
        play.settle()
        return len(list_backups(second, store_id))

    assert backups() == 0
    play.do(lambda store, actor: change_settings(store, actor, {"backup.place": str(second)}))
    assert backups() == 1
    assert play.work.shell.backup.words() == "Backup OK today 12:00"
    play.do(lambda store, actor: cases.open_case(store, actor, open_case_command()))
    assert backups() == 1, "one a day"
    play.clock.moment = NOON + timedelta(days=1)
    tick(play, DAY_EVERY_MS)
    assert len(list_backups(second, store_id)) == 2
    play.clock.moment = NOON + timedelta(days=2)
    assert backups() == 2, "nothing has changed since"
    play.press("Ctrl+Shift+L")
    play.unlock(MANAGER, PASSPHRASE)
    play.clock.moment = NOON + timedelta(days=9)
    assert backups() == 2, "a manager makes none"
    assert "is for an officer" not in play.work.shell.backup.words()


def test_the_backup_of_the_day_thins_what_the_retention_does_not_keep(begin: StartPlay, tmp_path: Path) -> None:
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    session, second = play.work.session, tmp_path / "second"
    second.mkdir()
    play.do(lambda store, actor: change_settings(store, actor, {"backup.place": str(second)}))
    for hour in (1, 2):
        play.clock.moment = NOON + timedelta(hours=hour)
        play.do(lambda store, actor: back_up(store, actor, session.unlocked, second, second_place=True))
    made = {one.path for one in list_backups(second, session.store.store_id)}
    assert len(made) == 2
    play.do(lambda store, actor: cases.open_case(store, actor, open_case_command()))
    play.clock.moment = NOON + timedelta(days=1)
    play.work.daily_backup()
    play.settle()
    kept = [one.path for one in list_backups(second, session.store.store_id)]
    assert len(kept) == 2, "of a day the newest stays"
    assert len(made & set(kept)) == 1


@pytest.mark.feature("F92")
def test_a_second_place_that_is_away_is_said_in_amber(begin: StartPlay, tmp_path: Path) -> None:
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    play.do(lambda store, actor: change_settings(store, actor, {"backup.place": str(blocked)}))
    play.work.daily_backup()
    play.settle()
    words = play.work.shell.backup.words()
    assert words.endswith(".")
    assert "backup" in words.lower()


def test_a_clock_that_went_back_and_settings_that_were_lost_are_said(
    begin: StartPlay, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "program" / "config").mkdir(parents=True)
    (place / "program" / "config" / "settings.json").write_text("{ not a setting")
    warning = "This computer's clock is behind the last entry in the register."
    monkeypatch.setattr(Store, "_look_at_clock", lambda store: setattr(store, "clock_warning", warning))
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    said = [news.text for news in play.work.shell.toasts.news]
    assert warning in said
    assert any("could not be read" in words for words in said)
    play.press("Ctrl+L")
    play.window.face.unlock.click()  # type: ignore[union-attr]  # the locked view
    play.unlock(OFFICER, PASSPHRASE)
    assert not any("could not be read" in news.text for news in play.work.shell.toasts.news)


# Which register


def test_a_register_that_is_away_is_missed_and_none_is_made_in_its_place(begin: StartPlay, place: Path) -> None:
    config = place / "program" / "config"
    config.mkdir(parents=True)
    gone = place / "moved away"
    (config / "settings.json").write_text(json.dumps({"last_store": str(gone)}))
    play = begin(store=None)
    wait_for(lambda: isinstance(play.window.face, RescueView), "the ways on")
    said = " ".join(label.text() for label in play.window.face.findChildren(QLabel))
    assert "There is no case register in that folder" in said
    assert not gone.exists()


def test_a_register_that_is_known_opens_without_being_named(begin: StartPlay, place: Path) -> None:
    config = place / "program" / "config"
    config.mkdir(parents=True)
    (config / "settings.json").write_text(json.dumps({"last_store": str(place / "register")}))
    play = begin(store=None)
    play.unlock(OFFICER, PASSPHRASE)
    assert play.work.session.store.folder == place / "register"


def test_the_register_of_another_program_is_said_to_be_open(begin: StartPlay, place: Path) -> None:
    unlocked = keys.unlock(place / "register", OFFICER, PASSPHRASE)
    other = Store.open(place / "register", unlocked, FixedClock(NOON))
    try:
        play = begin()
        play.type_passphrase(OFFICER, PASSPHRASE)
        wait_for(lambda: bool(play.unlock_view.field.error), "the refusal")
        assert "open" in play.unlock_view.field.error
        assert play.program.work is None
    finally:
        other.close()
    play.unlock(OFFICER, PASSPHRASE)


def test_amber_and_red_are_not_colour_alone(begin: StartPlay) -> None:
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    play.work.shell.set_backup("No backup since 1 Nov", Tone.RED)
    assert play.work.shell.backup.accessibleName() == "No backup since 1 Nov"


def test_a_full_disk_is_in_view_all_the_time(begin: StartPlay, monkeypatch: pytest.MonkeyPatch) -> None:
    """The register opens to be read, and the status bar says that nothing more may be saved."""
    monkeypatch.setattr(Reserve, "low", True)
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    assert play.work.shell.saved.words() == "Disk full: nothing more may be saved"
    assert any(news.text.startswith("The disk is full.") for news in play.work.shell.toasts.news)
    play.do(lambda store, actor: cases.open_case(store, actor, open_case_command()))
    assert play.work.shell.saved.words() == "Disk full: nothing more may be saved"


def test_a_register_that_went_back_is_told_in_the_window(begin: StartPlay, place: Path) -> None:
    """What was done in the last session counts, not only what was there when it began."""
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    play.press("Ctrl+L")
    play.close()
    shutil.copytree(place / "register", place / "copy")
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    play.do(lambda store, actor: store.seen(actor, "case.look", "episode:1"))
    play.press("Ctrl+L")
    play.close()
    shutil.rmtree(place / "register")
    shutil.copytree(place / "copy", place / "register")
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    news = [one.text for one in play.work.desk.toasts.news]
    assert any("older than the one last used on this computer" in text for text in news)


def test_a_register_that_went_on_is_not_told_to_have_gone_back(begin: StartPlay) -> None:
    for _ in range(2):
        play = begin()
        play.unlock(OFFICER, PASSPHRASE)
        assert not any("older than" in one.text for one in play.work.desk.toasts.news)
        play.press("Ctrl+L")
        play.close()
