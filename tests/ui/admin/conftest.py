"""Admin on a real register: a desk for one of its people, a stand-in for file dialogs, a keyring in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from cme_desktop.storage import keys
from cme_desktop.storage.keys import Unlocked
from cme_desktop.ui.admin.dialogs import FormDialog
from cme_desktop.ui.admin.section import Section
from cme_desktop.ui.admin.view import AdminScreen
from tests.factories import NO_FLOOR, PASSPHRASE, Register, make_register, open_copy
from tests.plugin_keyring import MemoryKeyring
from tests.ui import walk
from tests.ui.today.bench import Bench, make_bench


@dataclass
class Chooser:
    """Answers in place of the system's file dialogs."""

    file: str = ""
    folder: str = ""

    printed: list[bytes] = field(default_factory=list)

    def print_pdf(self, sheet: bytes, on_done: Callable[[bool], object]) -> None:
        """Keep what was printed."""
        self.printed.append(sheet)
        on_done(True)

    def ask_file(self, _title: str, _name: str) -> str:
        """Return where to save."""
        return self.file

    def ask_open(self, _title: str, _kinds: str) -> str:
        """Return a file to read."""
        return self.file

    def ask_folder(self, _title: str) -> str:
        """Return a folder."""
        return self.folder


@dataclass
class Admin:
    """The screen with all it stands on."""

    bench: Bench
    chooser: Chooser
    ring: MemoryKeyring
    screen: AdminScreen
    unlocked: Unlocked

    @property
    def register(self) -> Register:
        """Return the register."""
        return self.bench.register

    def open(self, key: str) -> Section:
        """Show the screen at a section."""
        if not self.screen.isVisible():
            self.screen.resize(1110, 640)
            self.screen.show()
            self.screen.activateWindow()
            self.screen.on_shown()
        assert self.screen.list.choose(key)
        walk.settle()
        return self.screen.section()

    def dialog(self) -> FormDialog:
        """Return the form that is open."""
        walk.settle()
        found = [one for one in self.screen.findChildren(FormDialog) if one.isVisible()]
        assert len(found) == 1
        return found[0]

    def dialogs(self) -> list[QDialog]:
        """Return the dialogs that are open."""
        return [one for one in self.screen.findChildren(QDialog) if one.isVisible()]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Register:
    """Return a closed register to copy from."""
    made = make_register(tmp_path_factory.mktemp("admin-template") / "register")
    made.close()
    return made


@pytest.fixture(scope="session")
def real_template(tmp_path_factory: pytest.TempPathFactory) -> Register:
    """Return a closed register that is no training register."""
    made = make_register(tmp_path_factory.mktemp("admin-real") / "register", training=False)
    made.close()
    return made


MakeAdmin = Callable[..., Admin]


@pytest.fixture
def make_admin(
    qtbot: QtBot, template: Register, real_template: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MakeAdmin]:
    """Return a maker of the screen for one of the register's people; passphrases cost nothing here."""
    made: list[Register] = []
    monkeypatch.setattr(keys, "FLOORS", NO_FLOOR)
    for function in ("draft_changed", "unlock"):
        monkeypatch.setattr(keys, function, _without_floor(getattr(keys, function)))

    def make(who: str = "officer", *, real: bool = False, held: bool = False) -> Admin:
        register = open_copy(real_template if real else template, tmp_path / "register")
        made.append(register)
        bench = make_bench(qtbot, register.folder, who=who, register=register, held=held)
        unlocked = keys.unlock(register.folder, bench.desk.person.name, PASSPHRASE)
        chooser, ring = Chooser(), MemoryKeyring()
        screen = AdminScreen(bench.desk, unlocked, chooser, lambda: ring)
        qtbot.addWidget(screen)
        return Admin(bench, chooser, ring, screen, unlocked)

    yield make
    for register in made:
        register.close()


def _without_floor(function: Callable[..., object]) -> Callable[..., object]:
    def called(*args: object, **given: object) -> object:
        return function(*args, **{**given, "floors": NO_FLOOR})

    return called


@pytest.fixture
def admin(make_admin: MakeAdmin) -> Admin:
    """Return the screen of the first person, who is officer and administrator."""
    return make_admin()
