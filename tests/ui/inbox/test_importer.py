"""Imports beside everything else: how far they are, what they brought, and that cancelling leaves nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from cme_desktop.casework import notes
from cme_desktop.casework.intake.files import FileOutcome
from cme_desktop.importers.s2s.reader import inspect_bytes
from cme_desktop.importers.s2s.reading import FileReading
from cme_desktop.models.document import ContentFile
from cme_desktop.models.intake import SourceFile, StagedPupil
from cme_desktop.models.timeline import Event
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.inbox.importer import Importer, ImportProgress, ImportSummary
from cme_desktop.ui.inbox.view import InboxScreen
from cme_desktop.ui.runner import Runner
from tests.casework.look import rows
from tests.casework.s2s import READER, leaver_file, new_pupil
from tests.factories import make_case
from tests.ui import walk
from tests.ui.inbox.conftest import Inbox, MakeInbox


def settled(path: Path, data: bytes) -> Path:
    """Write a file that was there for an hour."""
    path.write_bytes(data)
    past = time.time() - 3600
    os.utime(path, (past, past))
    return path


def look_twice(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look into the folder, and again when what is there has settled."""
    monkeypatch.setattr("cme_desktop.casework.intake.folder.SETTLES_AFTER", 0.0)
    inbox.importer.look()
    inbox.importer.look()


@pytest.mark.feature("F1")
def test_a_settled_file_comes_in_and_leaves_the_folder(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(inbox.importer.folder)
    name, data = leaver_file(new_pupil())
    settled(folder / name, data)
    screen = inbox.show()
    told: list[ImportSummary] = []
    inbox.importer.finished.connect(told.append)
    look_twice(inbox, monkeypatch)
    walk.settle()
    assert [summary.words for summary in told] == ["1 S2S file came in, 1 pupil to decide."]
    assert list(folder.iterdir()) == []
    assert inbox.names() == ["Amara Kamara"]
    assert screen.undo.isVisible()
    assert screen.undo.look.key == ""
    assert not inbox.importer.busy


def test_trouble_with_the_folder_is_said_once_and_taken_back(inbox: Inbox) -> None:
    screen = inbox.show()
    said: list[str] = []
    inbox.importer.troubled.connect(said.append)
    folder = Path(inbox.importer.folder)
    folder.rmdir()
    inbox.importer.look()
    inbox.importer.look()
    assert len(said) == 1
    assert said[0].startswith("The watched folder cannot be read now.")
    assert screen.folder.truth.words() == said[0]
    folder.mkdir()
    inbox.importer.look()
    assert said[1:] == [""]
    assert screen.folder.truth.words().startswith("Files are sealed")


def test_a_file_too_large_to_hold_is_told_once(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cme_desktop.casework.intake.files.MOST_HELD", 10)
    settled(Path(inbox.importer.folder) / "big.xml", b"<CTfile>" + b"x" * 50)
    told: list[ImportSummary] = []
    inbox.importer.finished.connect(told.append)
    look_twice(inbox, monkeypatch)
    inbox.importer.look()
    assert len(told) == 1
    assert told[0].words.startswith("Left in the watched folder: big.xml. It is larger")


def test_a_path_that_is_gone_is_said_and_nothing_is_taken(inbox: Inbox, tmp_path: Path) -> None:
    inbox.importer.take([str(tmp_path / "gone.xml")])
    assert inbox.bench.said[-1].startswith("There is nothing at ")
    assert inbox.importer.trouble == ""
    inbox.importer.take([])
    assert not inbox.importer.busy


def test_nobody_but_an_officer_looks(make_inbox: MakeInbox) -> None:
    inbox = make_inbox("manager")
    inbox.importer.look()
    assert inbox.bench.events("import.scan.refused") == []


class Slow:
    """Reads in this process, and waits before it answers until it is told to."""

    def __init__(self, wait: Callable[[], None]) -> None:
        self._wait = wait

    def inspect(self, data: bytes, name: str, today: date) -> FileReading:
        """Read one file's bytes after the wait."""
        self._wait()
        return inspect_bytes(data, name, today)


def real_desk(qtbot: QtBot, inbox: Inbox) -> tuple[Desk, Runner]:
    """Return a desk whose jobs run on threads."""
    runner = Runner(inbox.bench.host)
    old = inbox.bench.desk
    return Desk(old.store, old.person, runner, old.toasts, old.preferences, inbox.bench.host), runner


@pytest.mark.feature("F1")
def test_cancelling_leaves_nothing_and_saving_goes_on_meanwhile(qtbot: QtBot, inbox: Inbox, tmp_path: Path) -> None:
    ref = make_case(inbox.register).ref
    desk, runner = real_desk(qtbot, inbox)
    reading: list[bool] = []
    go_on: list[bool] = []

    def wait() -> None:
        reading.append(True)
        until = time.monotonic() + 20
        while not go_on and time.monotonic() < until:
            time.sleep(0.005)

    importer = Importer(desk, Slow(wait))
    screen = InboxScreen(desk, importer, inbox.chooser)
    qtbot.addWidget(screen)
    screen.show()
    name, data = leaver_file(new_pupil())
    (tmp_path / name).write_bytes(data)
    importer.take([str(tmp_path / name)])
    qtbot.waitUntil(lambda: bool(reading))
    qtbot.waitUntil(lambda: screen.folder.strip.isVisible())
    assert screen.folder.strip.words.text() == f"Reading {name}"
    desk.do(lambda store, actor: notes.add_note(store, actor, ref, "Phoned while a file came in"))
    qtbot.waitUntil(lambda: any(row.title == "Phoned while a file came in" for row in rows(inbox.register, Event)))
    screen.folder.strip.cancel.click()
    go_on.append(True)
    qtbot.waitUntil(lambda: not importer.busy)
    assert inbox.bench.said[-1].startswith("The import was stopped.")
    assert rows(inbox.register, SourceFile) == []
    assert rows(inbox.register, ContentFile) == []
    assert inbox.register.store.content.names() == frozenset()
    assert not screen.folder.strip.isVisible()
    assert (tmp_path / name).exists()
    qtbot.waitUntil(lambda: runner.busy == 0)
    runner.drain()


def test_locking_ends_an_import_without_a_trace(qtbot: QtBot, inbox: Inbox, tmp_path: Path) -> None:
    desk, runner = real_desk(qtbot, inbox)
    reading: list[bool] = []

    def wait() -> None:
        reading.append(True)
        time.sleep(0.2)

    importer = Importer(desk, Slow(wait))
    name, data = leaver_file(new_pupil())
    (tmp_path / name).write_bytes(data)
    importer.take([str(tmp_path / name)])
    qtbot.waitUntil(lambda: bool(reading))
    assert runner.drain()
    assert rows(inbox.register, SourceFile) == []
    assert inbox.register.store.content.names() == frozenset()


def test_pupils_are_counted_as_they_are_looked_up(inbox: Inbox, tmp_path: Path) -> None:
    name, data = leaver_file(*(new_pupil(forename=f"Child {number}") for number in range(3)))
    (tmp_path / name).write_bytes(data)
    told: list[ImportProgress] = []
    inbox.importer.progressed.connect(told.append)
    inbox.importer.take([str(tmp_path / name)])
    assert [(one.done, one.total) for one in told] == [(0, 0), (0, 3), (3, 3)]
    assert [one.words for one in told] == [f"Reading {name}", "0 of 3 pupils", "Saving 3 pupils"]
    assert len(rows(inbox.register, StagedPupil)) == 3


def test_the_words_of_progress() -> None:
    assert ImportProgress("a.xml", 31, 120, 20).words == "31 of 120 pupils, about 20 seconds left"
    assert ImportProgress("a.xml", 31, 120, 1).words == "31 of 120 pupils, about 1 second left"


def test_the_time_left_is_reckoned_from_the_pupils_done(inbox: Inbox) -> None:
    clock = inbox.register.clock
    told: list[ImportProgress] = []
    inbox.importer.progressed.connect(told.append)
    inbox.importer._on_progress(("a.xml", 0, 120))
    clock.moment = clock.moment.replace(second=10)
    inbox.importer._on_progress(("a.xml", 40, 120))
    assert told[-1].words == "40 of 120 pupils, about 20 seconds left"


def outcome(status: str, **changes: object) -> FileOutcome:
    return FileOutcome("p", "n.xml", "0" * 64, status, "CML", 1, **changes)  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [
        ((outcome("staged", staged=2, seq=3),), "1 S2S file came in, 2 pupils to decide."),
        (
            (outcome("partial", staged=1, refused=1, seq=3), outcome("refused", seq=4)),
            "1 S2S file came in, 1 pupil to decide. 1 pupil could not be read: see the import report. "
            "1 file could not be read and is held under Problem files.",
        ),
        (
            (outcome("refused"), outcome("refused")),
            "2 files could not be read and are held under Problem files.",
        ),
        ((outcome("duplicate"),), "1 file came in before: nothing was changed."),
        ((outcome("ignored", seq=4),), "1 file of another kind held, not used."),
        ((), "Nothing new was found."),
    ],
)
def test_a_summary_says_what_came_of_each_file(outcomes: tuple[FileOutcome, ...], words: str) -> None:
    summary = ImportSummary(outcomes)
    assert summary.words == words
    assert len(summary.acts) == sum(1 for one in outcomes if one.seq)


def test_only_an_import_that_left_nothing_out_is_whole() -> None:
    staged = outcome("staged", staged=2, seq=3)
    assert ImportSummary((staged,)).whole
    assert not ImportSummary((staged, outcome("refused"))).whole
    assert not ImportSummary((outcome("partial", staged=1, refused=1, seq=3),)).whole
    assert not ImportSummary((), (("a.xml", "It could not be removed"),)).whole


def test_what_was_read_by_the_reader_is_what_is_staged() -> None:
    """The stand-in of these tests reads as the worker does."""
    name, data = leaver_file(new_pupil())
    assert Slow(lambda: None).inspect(data, name, date(2026, 11, 24)) == READER.inspect(data, name, date(2026, 11, 24))
