"""The search of the top bar at work on a real register."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cme_desktop.casework import notes
from cme_desktop.ui.finding import PEOPLE, ROWS, Finder, commands_of
from cme_desktop.ui.frame.search import Found
from cme_desktop.ui.page import Page
from cme_desktop.ui.shell import PageSpec, Shell
from tests.factories import child_facts, make_case, parent_facts
from tests.ui.today.bench import Bench, make_bench

PAGES = (
    PageSpec("today", "Today", "today", lambda: Page("Today")),
    PageSpec("register", "Register", "register", lambda: Page("Register")),
)


class AtWork:
    """A shell with a finder, and what it shows."""

    def __init__(self, qtbot: QtBot, bench: Bench) -> None:
        self.bench = bench
        self.shell = Shell(PAGES, bench.desk.person.name, bench.register.clock)
        qtbot.addWidget(self.shell)
        self.shell.resize(1366, 768)
        self.shell.show()
        self.shell.go("today")
        self.box = self.shell.search
        self.finder = Finder(bench.desk, self.shell, commands_of(self.shell, bench.desk, PAGES), self.shell)
        self._qtbot = qtbot

    def type(self, text: str) -> list[Found]:
        """Type into the search, wait for the pause, and return the hits."""
        self.shell.focus_search()
        self.box.clear()
        with self._qtbot.waitSignal(self.box.typed, timeout=5_000):
            self._qtbot.keyClicks(self.box, text)
        return self.hits()

    def hits(self) -> list[Found]:
        """Return the hits shown."""
        assert self.box.popup is not None
        model = self.box.popup.list.model()
        return [found for row in range(model.rowCount()) if (found := model.found_at(row)) is not None]


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    made = make_bench(qtbot, tmp_path / "store")
    make_case(made.register)
    nowak = child_facts("Nowak", "Jan", dob=date(2018, 5, 4))
    make_case(made.register, child=nowak, parents=(parent_facts("Nowak", "Ewa", phones=()),))
    notes.add_note(made.register.store, made.register.officer, "CME-2026-00002", "The aunt lives in Pinner")
    yield made
    made.register.close()


@pytest.mark.feature("F81")
@pytest.mark.feature("F82")
def test_a_child_is_found_as_she_types_and_opened_by_enter(qtbot: QtBot, bench: Bench) -> None:
    at_work = AtWork(qtbot, bench)
    hits = at_work.type("kama")
    assert [(hit.key, hit.text, hit.second) for hit in hits] == [
        ("case:CME-2026-00001", "Amara Kamara", "Year 10, born 2 Mar 2012 (14), CME-2026-00001")
    ]
    assert hits[0].tag is not None
    assert hits[0].tag.text == "Open"
    qtbot.keyClick(at_work.box, Qt.Key.Key_Return)
    assert bench.cases == [("CME-2026-00001", "")]
    assert at_work.box.text() == ""


@pytest.mark.feature("F81")
@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("CME-2026-00002", "case:CME-2026-00002"),
        ("4 May 2018", "case:CME-2026-00002"),
        ("ha2 9zz", "case:CME-2026-00001"),
        ("07700 900123", "case:CME-2026-00001"),
        ("aunt pinner", "case:CME-2026-00002"),
        ("example academy", "school:999002"),
        ("register", "do:page-register"),
        ("lock", "do:lock"),
    ],
)
def test_one_box_finds_numbers_dates_places_words_schools_and_commands(
    qtbot: QtBot, bench: Bench, typed: str, first: str
) -> None:
    hits = AtWork(qtbot, bench).type(typed)
    assert first in [hit.key for hit in hits]
    assert len(hits) <= ROWS


def test_a_search_is_one_event_when_a_hit_is_opened_or_typing_rests(qtbot: QtBot, bench: Bench) -> None:
    at_work = AtWork(qtbot, bench)
    at_work.type("kama")
    qtbot.keyClick(at_work.box, Qt.Key.Key_Return)
    assert [event.reason for event in bench.events("access.search")] == ["kama (1 found)"]
    at_work.type("zzzz")
    with qtbot.waitSignal(at_work.box.settled, timeout=5_000):
        pass
    assert [event.reason for event in bench.events("access.search")][1:] == ["zzzz (0 found)"]


def test_enter_before_the_answer_opens_the_first_hit_of_what_was_typed(qtbot: QtBot, bench: Bench) -> None:
    """The hits of "jan" are still shown when "kama" has been typed: Enter must not open Jan."""
    held = make_bench(qtbot, Path(), register=bench.register, held=True)
    at_work = AtWork(qtbot, held)
    at_work.shell.focus_search()
    with qtbot.waitSignal(at_work.box.typed, timeout=5_000):
        qtbot.keyClicks(at_work.box, "jan")
    held.runner.release()
    held.runner.release()
    assert [hit.key for hit in at_work.hits()] == ["case:CME-2026-00002"]
    at_work.box.selectAll()
    qtbot.keyClicks(at_work.box, "kama")
    qtbot.keyClick(at_work.box, Qt.Key.Key_Return)
    assert held.cases == []
    held.runner.release()
    assert held.cases == [("CME-2026-00001", "")]


def test_an_answer_to_what_was_typed_before_is_not_shown(qtbot: QtBot, bench: Bench) -> None:
    held = make_bench(qtbot, Path(), register=bench.register, held=True)
    at_work = AtWork(qtbot, held)
    at_work.shell.focus_search()
    with qtbot.waitSignal(at_work.box.typed, timeout=5_000):
        qtbot.keyClicks(at_work.box, "jan")
    old = at_work.finder._ticket
    with qtbot.waitSignal(at_work.box.typed, timeout=5_000):
        qtbot.keyClicks(at_work.box, "et")
    assert old is not None
    assert old.cancelled
    held.runner.release()
    held.runner.release()
    assert at_work.hits() == []


def test_a_command_is_done_by_its_name(qtbot: QtBot, bench: Bench) -> None:
    at_work = AtWork(qtbot, bench)
    at_work.type("regis")
    qtbot.keyClick(at_work.box, Qt.Key.Key_Return)
    assert at_work.shell.key == "register"
    at_work.type("new ref")
    qtbot.keyClick(at_work.box, Qt.Key.Key_Return)
    assert bench.referrals == [True]
    with qtbot.waitSignal(at_work.shell.lock_wanted):
        at_work.type("lock now")
        qtbot.keyClick(at_work.box, Qt.Key.Key_Return)


def test_a_child_comes_before_a_command_that_begins_like_the_name(qtbot: QtBot, bench: Bench) -> None:
    make_case(bench.register, child=child_facts("Lockwood", "Ann"), parents=())
    at_work = AtWork(qtbot, bench)
    assert [hit.key for hit in at_work.type("lock")][:2] == ["case:CME-2026-00003", "do:lock"]
    assert next(hit.key for hit in at_work.type("lock now")) == "do:lock"


def test_a_school_opens_in_the_directory(qtbot: QtBot, bench: Bench) -> None:
    at_work = AtWork(qtbot, bench)
    hits = at_work.type("example academy")
    place = [hit.key for hit in hits].index("school:999002")
    for _ in range(place):
        qtbot.keyClick(at_work.box, Qt.Key.Key_Down)
    qtbot.keyClick(at_work.box, Qt.Key.Key_Return)
    assert bench.pages == [("schools", "999002")]


def test_what_was_written_is_found_after_the_children(qtbot: QtBot, bench: Bench) -> None:
    hits = AtWork(qtbot, bench).type("pinner")
    assert [hit.icon for hit in hits] == ["school", "school", "note"]
    assert hits[-1].second == "Jan Nowak, 24 Nov 2026"


@pytest.mark.feature("F64")
def test_a_manager_finds_references_not_names(qtbot: QtBot, bench: Bench) -> None:
    other = make_bench(qtbot, Path(), who="manager", register=bench.register)
    hits = AtWork(qtbot, other).type("kamara")
    assert [(hit.text, hit.second) for hit in hits] == [("CME-2026-00001", "Year 10")]
    hits = AtWork(qtbot, other).type("pinner")
    assert hits[-1].second == "CME-2026-00002, 24 Nov 2026"


def test_an_administrator_finds_commands_only(qtbot: QtBot, bench: Bench) -> None:
    other = make_bench(qtbot, Path(), who="administrator", register=bench.register)
    at_work = AtWork(qtbot, other)
    assert at_work.type("kamara") == []
    assert [hit.key for hit in at_work.type("change")] == ["do:person"]
    at_work.box.settled.emit("kamara")
    assert other.events("access.search") == []
    assert other.said == []


def test_near_spellings_say_so_and_the_most_are_capped(qtbot: QtBot, bench: Bench) -> None:
    at_work = AtWork(qtbot, bench)
    assert [hit.second.split(", ")[-1] for hit in at_work.type("kamarra")] == ["spelt nearly like this"]
    for number in range(PEOPLE + 2):
        make_case(bench.register, child=child_facts("Zebrano", f"Test{number}"))
    assert len([hit for hit in at_work.type("zebrano") if hit.key.startswith("case:")]) == PEOPLE
