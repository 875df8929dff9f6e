"""Set-up from nothing to Today: the register, its key typed back, the folder, a checked copy, the duty number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from cme_desktop.app.setting_up import RegisterSetup
from cme_desktop.casework import cases
from cme_desktop.casework.reference.policy import read_settings
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Role
from cme_desktop.settings import SettingsFile
from cme_desktop.storage import keys
from cme_desktop.storage.backup import list_backups
from cme_desktop.storage.keys import key_file
from cme_desktop.storage.keys.marks import SETTING_UP, SetupUnfinished
from cme_desktop.storage.keys.people import Kdf
from cme_desktop.storage.store import Store
from cme_desktop.system import FixedClock, NotApart, atomic_write
from cme_desktop.ui import printing
from cme_desktop.ui.unlock.setup_view import SetupView
from cme_desktop.ui.unlock.view import UnlockView
from tests.app.bench import OFFICER, Play, wait_for
from tests.app.conftest import StartPlay
from tests.factories import NOON, child_facts, open_case_command

WORDS = "five words of an officer"


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a passphrase cost no more than the least that a real register accepts."""
    monkeypatch.setattr(keys.people, "calibrated", lambda _least: Kdf(memory_kib=64 * 1024, passes=1))


class Dialogs:
    """Dialogs of the system that answer as a test says."""

    def __init__(self) -> None:
        self.folder = ""
        self.printed: list[bytes] = []

    def print_pdf(self, sheet: bytes, on_done: Callable[[bool], object]) -> None:
        """Take the sheet as printed."""
        self.printed.append(sheet)
        on_done(True)

    def ask_file(self, _title: str, _name: str) -> str:
        """Choose nothing."""
        return ""

    def ask_folder(self, _title: str) -> str:
        """Choose the folder that was set."""
        return self.folder


@pytest.fixture
def dialogs(monkeypatch: pytest.MonkeyPatch) -> Dialogs:
    """Put dialogs that answer by themselves in the place of the system's."""
    made = Dialogs()
    monkeypatch.setattr(printing, "SystemDesk", lambda _window, _runner: made)
    return made


def view_of(play: Play) -> SetupView:
    view = play.window.face
    assert isinstance(view, SetupView)
    return view


def go_on(play: Play, number: int) -> None:
    """Press Continue and wait for the step that follows."""
    view = view_of(play)
    wait_for(view.go_on.isEnabled, f"step {number} to be ready: {view.reason.text()}")
    view.go_on.click()
    wait_for(lambda: view.number == number or bool(view.passphrase.form.fields["name"].error), f"step {number}")
    assert view.number == number


def name_officer(play: Play, name: str = OFFICER) -> None:
    """Type name and passphrase, and wait for the recovery key."""
    step = view_of(play).passphrase
    for editor, words in ((step.name, name), (step.passphrase, WORDS), (step.again, WORDS)):
        editor.clear()
        QTest.keyClicks(editor, words)
    go_on(play, 2)
    wait_for(lambda: "Group" in view_of(play).key.card.groups.accessibleName(), "the recovery key")


def key_shown(play: Play) -> str:
    """Return the recovery key as the step spells it."""
    spelled = view_of(play).key.card.groups.accessibleName()
    groups = [part.partition(": ")[2].replace(" ", "") for part in spelled.split(". ")[1:]]
    return "-".join(group for group in groups if group).rstrip(".")


def type_back(play: Play) -> None:
    """Print the key and type the two groups that are asked for."""
    step, groups = view_of(play).key, key_shown(play).split("-")
    step.card.print_button.click()
    wait_for(step.card.printed.isVisible, "the sheet to be printed")
    view_of(play).go_on.click()
    for field, editor in zip(step.type_back.fields, step.type_back.inputs, strict=True):
        number = int("".join(letter for letter in field.label.text() if letter.isdigit()))
        QTest.keyClicks(editor, groups[number - 1].lower())


def finish(play: Play, dialogs: Dialogs, watched: Path, second: Path) -> None:
    """Go from the typed-back key to Today."""
    view = view_of(play)
    go_on(play, 3)
    dialogs.folder = str(watched)
    view.folder.choose.click()
    go_on(play, 4)
    dialogs.folder = str(second)
    view.backup.choose.click()
    go_on(play, 5)
    QTest.keyClicks(view.out_of_hours.number, "020 7946 0999")
    view.go_on.click()
    wait_for(lambda: play.program.work is not None, "Today")
    play.settle()


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Return a folder to be watched and a second place."""
    made = tmp_path / "S2S", tmp_path / "second"
    for folder in made:
        folder.mkdir()
    return made


@pytest.mark.feature("F99")
@pytest.mark.feature("F76")
def test_set_up_leads_from_nothing_to_today(begin: StartPlay, dialogs: Dialogs, folders: tuple[Path, Path]) -> None:
    play = begin(store=None)
    name_officer(play)
    key = key_shown(play)
    type_back(play)
    finish(play, dialogs, *folders)
    session = play.work.session
    folder = session.store.folder
    assert folder == play.folders.data / "case-register"
    assert play.work.shell.key == "today"
    assert session.person.roles == frozenset({Role.OFFICER, Role.ADMINISTRATOR})
    assert not session.store.demonstration
    assert dialogs.printed[0].startswith(b"%PDF")
    settings = play.do(read_settings)
    assert (settings.text("backup.place"), settings.text("out-of-hours.phone")) == (str(folders[1]), "020 7946 0999")
    assert len(list_backups(folders[1], session.store.store_id)) == 1
    kept = SettingsFile(play.folders.config, atomic_write).load().settings
    assert (kept.last_store, kept.watched_folder) == (str(folder), str(folders[0]))
    play.settle()
    assert play.work.shell.backup.words() == "Backup OK today 12:00"
    play.press("Ctrl+L")
    play.window.face.unlock.click()  # type: ignore[union-attr]  # the locked view
    play.unlock(OFFICER, WORDS)
    play.close()
    again = keys.recover(folder, OFFICER, key, "another passphrase of mine", now=NOON)
    Store.open(folder, again, FixedClock(NOON)).close()


@pytest.mark.usefixtures("cheap")
def test_a_set_up_that_was_stopped_goes_on_with_a_new_key(
    begin: StartPlay, dialogs: Dialogs, folders: tuple[Path, Path]
) -> None:
    play = begin(store=None)
    name_officer(play)
    first = key_shown(play)
    folder = play.folders.data / "case-register"
    play.close()
    play = begin(store=None)
    assert isinstance(play.window.face, UnlockView)
    assert play.window.face.unfinished.isVisible()
    play.type_passphrase(OFFICER, WORDS)
    wait_for(lambda: isinstance(play.window.face, SetupView), "the steps that are left")
    wait_for(lambda: view_of(play).number == 2, "the second step")
    wait_for(lambda: "Group" in view_of(play).key.card.groups.accessibleName(), "a new recovery key")
    assert key_shown(play) != first
    assert "was interrupted" in view_of(play).key.note.words
    keys.check_recovery_key(folder, first)  # the first paper opens until the second was typed back
    type_back(play)
    finish(play, dialogs, *folders)
    play.close()
    with pytest.raises(UserError):
        keys.recover(folder, OFFICER, first, "another passphrase of mine", now=NOON)
    play = begin(store=None)
    play.unlock(OFFICER, WORDS)
    assert play.work.shell.key == "today"


@pytest.mark.usefixtures("cheap")
def test_a_set_up_that_was_stopped_can_be_begun_again(begin: StartPlay, dialogs: Dialogs) -> None:
    play = begin(store=None)
    name_officer(play, "Anita Patl")
    folder = play.folders.data / "case-register"
    play.close()
    play = begin(store=None)
    again = play.unlock_view.unfinished.button
    assert again is not None
    again.click()
    wait_for(lambda: bool(view_of(play).passphrase.note.words), "what was interrupted to be said")
    assert "made anew when you continue" in view_of(play).passphrase.note.words
    assert key_file.read_key_file(folder).people[0].name == "Anita Patl", "nothing is taken away before"
    name_officer(play)
    assert [person.name for person in key_file.read_key_file(folder).people] == [OFFICER]
    assert dialogs.printed == []


@pytest.mark.usefixtures("cheap")
def test_a_register_whose_settings_were_lost_is_unlocked_and_keeps_its_paper(
    begin: StartPlay, dialogs: Dialogs, folders: tuple[Path, Path]
) -> None:
    play = begin(store=None)
    name_officer(play)
    key = key_shown(play)
    type_back(play)
    finish(play, dialogs, *folders)
    folder = play.work.session.store.folder
    config = play.folders.config
    play.close()
    for file in config.iterdir():
        file.unlink()
    play = begin(store=None)
    play.unlock(OFFICER, WORDS)
    assert play.work.shell.key == "today"
    keys.check_recovery_key(folder, key)


@pytest.mark.usefixtures("cheap")
def test_the_command_line_does_not_work_in_a_register_that_set_up_did_not_end(tmp_path: Path) -> None:
    setup = begun_setup(tmp_path)
    setup.give_up()
    folder = tmp_path / "register"
    unlocked = keys.unlock(folder, OFFICER, WORDS)
    with pytest.raises(SetupUnfinished) as refused:
        Store.open(folder, unlocked, FixedClock(NOON))
    assert refused.value.code == "register-unfinished"
    Store.open(folder, unlocked, FixedClock(NOON), setting_up=True).close()
    (folder / SETTING_UP).write_text('{"store_id": "of another", "program": "window"}', encoding="utf-8")
    Store.open(folder, unlocked, FixedClock(NOON)).close()  # a mark of another register says nothing of this one
    with pytest.raises(UserError, match="is not empty"):
        RegisterSetup(folder, FixedClock(NOON), 0, lambda *_: None).create(OFFICER, WORDS)


@pytest.mark.usefixtures("cheap")
def test_going_back_to_the_first_step_makes_the_register_anew(begin: StartPlay, dialogs: Dialogs) -> None:
    play = begin(store=None)
    name_officer(play, "Anita Patl")
    view = view_of(play)
    view.back.click()
    wait_for(lambda: view.number == 1, "the first step")
    name_officer(play, OFFICER)
    people = key_file.read_key_file(play.folders.data / "case-register").people
    assert [person.name for person in people] == [OFFICER]
    assert dialogs.printed == []


def begun_setup(tmp_path: Path) -> RegisterSetup:
    """Return a set-up that has made the register."""
    remembered: list[tuple[Path, str]] = []
    setup = RegisterSetup(tmp_path / "register", FixedClock(NOON), 0, lambda *what: remembered.append(what))
    setup.create(OFFICER, WORDS)
    return setup


@pytest.mark.usefixtures("cheap")
def test_a_register_with_a_child_in_it_is_not_made_anew(tmp_path: Path) -> None:
    setup = begun_setup(tmp_path)
    session = setup._session
    assert session is not None
    cases.open_case(
        session.store, session.person, open_case_command(child=child_facts(registrations=()), referral=None)
    )
    with pytest.raises(UserError, match="children in this register already"):
        setup.create("Somebody Else", WORDS)
    assert setup.progress().officer == OFFICER
    setup.give_up()


@pytest.mark.usefixtures("cheap")
def test_what_set_up_refuses(tmp_path: Path) -> None:
    setup = begun_setup(tmp_path)
    assert setup.progress().step == 2
    with pytest.raises(UserError, match="typed back from the paper"):
        setup.finish()
    setup.confirm_key()
    with pytest.raises(UserError, match="a backup in a second place"):
        setup.finish()
    (tmp_path / "S2S").mkdir()
    assert setup.use_folder(str(tmp_path / "S2S")).usable
    for place, words in (
        (tmp_path / "register" / "backups", "inside the register"),
        (tmp_path / "register", "inside the register"),
        (tmp_path, "register itself lies in"),
        (tmp_path / "S2S", "emptied"),
        (tmp_path / "S2S" / "copies", "emptied"),
    ):
        refused = setup.use_backup_place(str(place))
        assert (refused.usable, words in refused.words) == (False, True), refused.words
    assert not setup.use_folder(str(tmp_path / "not there")).usable
    (tmp_path / "OneDrive - Council").mkdir()
    synced = setup.use_folder(str(tmp_path / "OneDrive - Council"))
    assert (synced.usable, "copied to the cloud" in synced.words) == (True, True)
    key = setup.recovery_key()
    assert setup.recovery_key() == key
    for beside in (
        tmp_path / "key.pdf",
        tmp_path / "register" / "key.pdf",
        tmp_path / "register" / "content" / "k.pdf",
    ):
        with pytest.raises(NotApart, match="beside the register"):
            setup.save_key_sheet(b"%PDF", str(beside))
        assert not beside.exists()
    sheet = tmp_path / "stick" / "key.pdf"
    sheet.parent.mkdir()
    setup.save_key_sheet(setup.key_sheet(key), str(sheet))
    assert sheet.read_bytes().startswith(b"%PDF")
    with_sheet = setup.use_backup_place(str(tmp_path / "stick" / "backups"))
    assert (with_sheet.usable, "Delete the sheet" in with_sheet.words) == (False, True)
    sheet.unlink()
    same_disk = setup.use_backup_place(str(tmp_path / "stick" / "backups"))
    assert (same_disk.usable, "same disk" in same_disk.words) == (True, True)
    setup.give_up()
    bare = RegisterSetup(tmp_path / "none", FixedClock(NOON), 0, lambda *_: None)
    assert bare.progress().step == 1
    bare.give_up()
    with pytest.raises(UserError, match="has not been made yet"):
        bare.recovery_key()
