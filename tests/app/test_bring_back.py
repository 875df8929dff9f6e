"""A new computer, a backup and the paper: the register opens, by the window and by the command line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from cme_desktop.casework import cases
from cme_desktop.casework.founding import end_set_up, found_register
from cme_desktop.casework.keeping import back_up
from cme_desktop.casework.users import add_person
from cme_desktop.domain.roles import Role
from cme_desktop.settings import SettingsFile
from cme_desktop.storage import keys
from cme_desktop.storage.keys.people import Kdf
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import verify
from cme_desktop.system import FixedClock, atomic_write
from cme_desktop.ui import printing
from cme_desktop.ui.rescue.panels import DonePanel
from cme_desktop.ui.rescue.presenter import RescuePresenter
from cme_desktop.ui.rescue.view import RescueView
from cme_desktop.ui.unlock.setup_view import SetupView
from cme_desktop.ui.unlock.view import UnlockView
from tests.app.bench import Play, wait_for
from tests.app.conftest import StartPlay
from tests.cli.conftest import Ran
from tests.cli.conftest import admin as admin
from tests.factories import NOON, child_facts, open_case_command

OFFICER, MANAGER = "Asha Patel", "Bharti Shah"
WORDS, NEW = "four green kettles sing", "seven quiet otters swim"


@dataclass(frozen=True)
class Lost:
    """What is left of a register whose computer is gone: a backup, the paper and what the people remember."""

    backup: Path
    paper: str
    key_id: str

    @property
    def bytes(self) -> dict[str, str]:
        """Return what lies in the place, by name, as hashes."""
        found = sorted(path for path in self.backup.parent.rglob("*") if path.is_file())
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a passphrase cost no more than the least that a real register accepts."""
    for module in (keys.people, keys.recovery):
        monkeypatch.setattr(module, "calibrated", lambda _least: Kdf(memory_kib=64 * 1024, passes=1))


@pytest.fixture
def lost(cheap: None, tmp_path: Path) -> Lost:
    """Return a real register's backup and paper; the register itself is gone."""
    made = found_register(tmp_path / "old" / "register", OFFICER, WORDS, FixedClock(NOON))
    store = made.store
    add_person(store, store.person, made.unlocked, MANAGER, [Role.MANAGER], WORDS)
    cases.open_case(
        store, store.person, open_case_command(child=child_facts("Invented", "Amara", registrations=()), referral=None)
    )
    backup = back_up(store, store.person, made.unlocked, tmp_path / "stick", second_place=True)
    end_set_up(store.folder)
    store.close()
    (tmp_path / "old").rename(tmp_path / "stolen")
    return Lost(backup.path, made.recovery_key, made.unlocked.key_id)


class Dialogs:
    """Answer every question for a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ask_folder(self, _title: str) -> str:
        """Choose the folder that was set."""
        return str(self.folder)


def rescue(play: Play) -> RescuePresenter:
    """Choose to bring a register back at first start, and return what decides there."""
    view = play.window.face
    assert isinstance(view, SetupView)
    view.passphrase.bring_back.click()
    wait_for(lambda: isinstance(play.window.face, RescueView), "the page to bring a register back")
    face = play.window.face
    assert face is not None
    [presenter] = face.findChildren(RescuePresenter)
    assert isinstance(presenter, RescuePresenter)
    return presenter


def bring_back(play: Play, presenter: RescuePresenter, *, paper: str = "", passphrase: str = "") -> None:
    """Choose the newest backup of the folder and put it back."""
    panel = presenter.restore
    panel.elsewhere.click()
    wait_for(panel.put_back.isEnabled, "the backup to be looked at")
    if paper:
        panel.by_paper.setChecked(True)
        QTest.keyClicks(panel.key, paper.lower().replace("-", " "))
        QTest.keyClicks(panel.fresh, NEW)
        QTest.keyClicks(panel.again, NEW)
    else:
        QTest.keyClicks(panel.passphrase, passphrase)
    panel.put_back.click()
    wait_for(lambda: not presenter.busy, "the backup to be put back")


def names_in(play: Play) -> list[str]:
    """Return the people of the unlock screen."""
    return [person.name for person in play.unlock_view.people.people]


@pytest.mark.feature("F76")
@pytest.mark.parametrize("way", ["paper", "passphrase"])
def test_at_first_start_a_register_comes_back(
    begin: StartPlay, lost: Lost, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(printing, "SystemDesk", lambda _window, _runner: Dialogs(lost.backup.parent))
    before = lost.bytes
    play = begin(store=None)
    presenter = rescue(play)
    bring_back(play, presenter, **({"paper": lost.paper} if way == "paper" else {"passphrase": WORDS}))
    done = play.window.face.panel if isinstance(play.window.face, RescueView) else None
    assert isinstance(done, DonePanel), presenter.restore.form.fields["backup"].error
    assert lost.bytes == before, "not a byte of the backup is changed"
    done.go_on.click()
    wait_for(lambda: isinstance(play.window.face, UnlockView), "the unlock screen")
    assert names_in(play) == [OFFICER, MANAGER]
    play.unlock(OFFICER, NEW if way == "paper" else WORDS)
    assert play.work.shell.key == "today"
    folder = play.work.session.store.folder
    assert folder == play.folders.data / "case-register"
    assert SettingsFile(play.folders.config, atomic_write).load().settings.last_store == str(folder)
    play.close()
    unlocked = keys.unlock(folder, OFFICER, NEW if way == "paper" else WORDS)
    verdict = verify(folder, unlocked)
    assert (verdict.ok, verdict.counts and verdict.counts["children"]) == (True, 1)
    assert (unlocked.key_id != lost.key_id) is (way == "paper"), "the paper gives new signing keys"
    assert any(key.key_id == lost.key_id for key in keys.read_key_file(folder).person_named(OFFICER).public_keys)
    keys.check_recovery_key(folder, lost.paper)
    assert keys.unlock(folder, MANAGER, WORDS).name == MANAGER, "nobody else's log-in was changed"


def test_a_wrong_paper_and_a_weak_passphrase_are_said_at_their_fields(
    begin: StartPlay, lost: Lost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "SystemDesk", lambda _window, _runner: Dialogs(lost.backup.parent))
    play = begin(store=None)
    presenter = rescue(play)
    other = keys.recovery.format_recovery_key(bytes(range(16)))
    bring_back(play, presenter, paper=other)
    fields = presenter.restore.form.fields
    assert "not this register" in fields["key"].error
    presenter.restore.fresh.setText("password 2026")
    presenter.restore.again.setText("password 2026")
    presenter.restore.put_back.click()
    assert "many people use" in fields["fresh"].error
    presenter.restore.back.click()
    wait_for(lambda: isinstance(play.window.face, SetupView), "the first step of set-up again")
    assert not (play.folders.data / "case-register").exists()


def restore(admin: Callable[..., Ran], lost: Lost, tmp_path: Path, *more: object, key: str, words: str = NEW) -> Ran:
    """Restore by command with a recovery key."""
    (tmp_path / "key").write_text(key + "\n", encoding="utf-8")
    (tmp_path / "new").write_text(words + "\n", encoding="utf-8")
    return admin(
        "restore", lost.backup, tmp_path / "new-computer" / "register", "--recovery-key-file", tmp_path / "key",
        "--passphrase-file", tmp_path / "new", "--json", *more,
    )  # fmt: skip


def test_the_command_line_brings_a_register_back_by_paper(
    admin: Callable[..., Ran], lost: Lost, tmp_path: Path
) -> None:
    before = lost.bytes
    folder = tmp_path / "new-computer" / "register"
    ran = restore(admin, lost, tmp_path, "--officer", OFFICER, key=lost.paper)
    assert ran.code == 0, ran.json
    assert ran.json["store"] == str(folder)
    assert ran.json["counts"]["children"] == 1
    assert lost.bytes == before
    unlocked = keys.unlock(folder, OFFICER, NEW)
    Store.open(folder, unlocked, FixedClock(NOON)).close()
    who = ("--user", OFFICER, "--passphrase-file", tmp_path / "new", "--json")
    assert admin("verify", folder, *who).json["ok"] is True
    with pytest.raises(keys.WrongPassphrase):
        keys.unlock(folder, OFFICER, WORDS)


@pytest.mark.parametrize(
    ("more", "key", "words", "code"),
    [
        ((), None, NEW, (2, "usage")),
        (("--officer", OFFICER, "--user", OFFICER), None, NEW, (2, "usage")),
        (("--officer", "Nobody Known"), None, NEW, (3, "unknown-user")),
        (("--officer", OFFICER), "7KQ4-M2XD", NEW, (3, "recovery-key-mistyped")),
        (("--officer", OFFICER), keys.recovery.format_recovery_key(bytes(16)), NEW, (3, "recovery-key-wrong")),
        (("--officer", OFFICER), None, "password2026", (2, "passphrase-common")),
        (("--officer", OFFICER), " ", NEW, (2, "recovery-key-file")),
        (("--officer", MANAGER), None, NEW, (2, "not-allowed")),
    ],
)
def test_what_a_restore_by_paper_refuses_leaves_nothing(
    admin: Callable[..., Ran],
    lost: Lost,
    tmp_path: Path,
    more: tuple[str, ...],
    key: str | None,
    words: str,
    code: tuple[int, str],
) -> None:
    ran = restore(admin, lost, tmp_path, *more, key=lost.paper if key is None else key, words=words)
    assert (ran.code, ran.json["error"]["code"]) == code
    assert not (tmp_path / "new-computer").exists()
