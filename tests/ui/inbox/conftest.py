"""The inbox on a real register: a desk, an importer that reads in this process, and a stand-in for file dialogs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from cme_desktop.casework.intake.files import FileOutcome, take
from cme_desktop.ui.inbox.importer import Importer
from cme_desktop.ui.inbox.view import InboxScreen
from tests.casework.s2s import READER
from tests.factories import Register, make_register, open_copy
from tests.ui import walk
from tests.ui.today.bench import Bench, make_bench


@dataclass
class Chooser:
    """Answers in place of the system's file dialogs, and what it was asked."""

    copy: str = ""
    files: list[str] = field(default_factory=list)
    folder: str = ""
    asked: list[str] = field(default_factory=list)

    def ask_copy(self, title: str, name: str) -> str:
        """Return where to save."""
        self.asked.append(f"{title}: {name}")
        return self.copy

    def ask_files(self, title: str, kinds: str) -> list[str]:
        """Return files to read."""
        self.asked.append(title)
        return self.files

    def ask_folder(self, title: str) -> str:
        """Return a folder."""
        self.asked.append(title)
        return self.folder


@dataclass
class Inbox:
    """The screen with all it stands on."""

    bench: Bench
    importer: Importer
    chooser: Chooser
    screen: InboxScreen

    @property
    def register(self) -> Register:
        """Return the register."""
        return self.bench.register

    def put(self, *named: tuple[str, bytes], from_folder: bool = False) -> list[FileOutcome]:
        """Take in files as the importer does, the last of them the newest."""
        store, officer = self.register.store, self.register.officer
        return [take(store, officer, data, name, reader=READER, from_folder=from_folder) for name, data in named]

    def show(self, width: int = 1110, height: int = 640) -> InboxScreen:
        """Show the screen with the focus in its list."""
        self.screen.resize(width, height)
        self.screen.show()
        self.screen.activateWindow()
        self.screen.on_shown()
        walk.settle()
        if self.screen.folder.list.isVisible():
            self.screen.folder.list.setFocus()
        return self.screen

    def title(self) -> str:
        """Return the sentence of the pupil in front."""
        return self.screen.review.title.text()

    def names(self) -> list[str]:
        """Return the names of the tabs."""
        tabs = self.screen.review.pupils.tabs
        return [tabs.tabText(place) for place in range(tabs.count())]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Register:
    """Return a closed register to copy from."""
    made = make_register(tmp_path_factory.mktemp("inbox-template") / "register")
    made.close()
    return made


MakeInbox = Callable[..., Inbox]


@pytest.fixture
def make_inbox(qtbot: QtBot, template: Register, tmp_path: Path) -> Iterator[MakeInbox]:
    """Return a maker of the screen for one of the register's people."""
    made: list[Register] = []

    def make(who: str = "officer", *, watched: bool = True, held: bool = False) -> Inbox:
        register = open_copy(template, tmp_path / "register")
        made.append(register)
        bench = make_bench(qtbot, register.folder, who=who, register=register, held=held)
        if watched:
            (tmp_path / "S2S" / "In").mkdir(parents=True)
            bench.desk.preferences.change(watched_folder=str(tmp_path / "S2S" / "In"))
        importer = Importer(bench.desk, READER)
        chooser = Chooser()
        screen = InboxScreen(bench.desk, importer, chooser)
        qtbot.addWidget(screen)
        return Inbox(bench, importer, chooser, screen)

    yield make
    for register in made:
        register.close()


@pytest.fixture
def inbox(make_inbox: MakeInbox) -> Inbox:
    """Return the officer's inbox."""
    return make_inbox()
