"""The directory of schools at work: find one, see whom to ring, and open its cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from cme_desktop.domain.names import search_key
from cme_desktop.models.reference import School, SchoolLink
from cme_desktop.register.schools import Directory, SchoolRow
from cme_desktop.ui.schools.columns import (
    age_look,
    columns,
    directory_words,
    found_words,
    phone_words,
    status_look,
)
from cme_desktop.ui.schools.view import LIMIT, SchoolsScreen
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button, Link
from cme_desktop.ui.widgets.states import Empty
from tests.factories import make_case
from tests.ui import walk
from tests.ui.today.bench import Bench, make_bench

TODAY = date(2026, 11, 24)


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    """Give a register with a case at the secondary test school, and a closed school that joined it."""
    made = make_bench(qtbot, tmp_path / "store")
    make_case(made.register)
    with made.register.store.action(made.register.officer, "test.schools", hooks=False) as session:
        session.add(
            School(
                urn="999090",
                name="Old Example School",
                name_key=search_key("Old Example School"),
                la="310",
                estab="4997",
                status="closed",
                closed_on=date(2025, 8, 31),
                postcode="ZZ9 9ZZ",
            )
        )
        session.add(SchoolLink(urn="999090", other_urn="999003", kind="Successor", on_day=date(2025, 9, 1)))
        session.add(SchoolLink(urn="999003", other_urn="999090", kind="Predecessor", on_day=date(2025, 9, 1)))
        session.add(SchoolLink(urn="999003", other_urn="999098", kind="Predecessor", on_day=None))
    yield made
    made.register.close()


def shown(qtbot: QtBot, bench: Bench) -> SchoolsScreen:
    screen = SchoolsScreen(bench.desk)
    qtbot.addWidget(screen)
    screen.resize(1110, 640)
    screen.show()
    screen.on_shown()
    screen.focus_content()
    walk.settle()
    return screen


def names(screen: SchoolsScreen) -> list[str]:
    model = screen.model
    return [str(model.data(model.index(row, 0))) for row in range(model.rowCount())]


def find(qtbot: QtBot, screen: SchoolsScreen, text: str) -> list[str]:
    """Type into the search and return what was found."""
    screen.search.clear()
    qtbot.keyClicks(screen.search, text)
    with qtbot.waitSignal(screen._pause.timeout):
        pass
    return names(screen)


def words(screen: SchoolsScreen) -> str:
    """Return all that the details say."""
    screen._show_details()
    walk.settle()
    labels = [label.text() for label in screen.details.findChildren(QLabel) if label.isVisibleTo(screen)]
    buttons = [one.text() for kind in (Button, Link) for one in screen.details.findChildren(kind)]
    return "\n".join([*labels, *buttons])


@pytest.mark.feature("F22")
@pytest.mark.feature("F82")
def test_find_a_school_and_open_its_cases_by_keyboard(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    assert screen.search.hasFocus()
    assert find(qtbot, screen, "example high") == ["Example High School"]
    assert screen.found.text() == "1 school found"
    qtbot.keyClick(screen.search, Qt.Key.Key_Down)
    assert screen.table.hasFocus()
    said = words(screen)
    assert "020 7946 0103" in said
    assert "310/4999" in said
    assert "Show 1 open case in the register" in said
    qtbot.keyClick(screen.table, Qt.Key.Key_Return)
    assert bench.pages == [("register", "school:999003")]
    qtbot.keyClick(screen.table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert screen.search.hasFocus()
    qtbot.keyClick(screen.search, Qt.Key.Key_Escape)
    assert screen.search.text() == ""
    assert len(names(screen)) == LIMIT


@pytest.mark.feature("F22")
@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("999003", "Example High School"),
        ("310/4999", "Example High School"),
        ("3104997", "Old Example School"),
        ("zz9 9", "Old Example School"),
        ("EXAMPLE old", "Old Example School"),
    ],
)
def test_a_school_is_found_by_urn_number_postcode_and_words(qtbot: QtBot, bench: Bench, typed: str, name: str) -> None:
    screen = shown(qtbot, bench)
    assert find(qtbot, screen, typed)[0] == name


def test_the_councils_own_schools_come_first(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    own = [row.la == "310" for row in screen._rows.values()]
    assert own[0]
    assert not all(own)
    assert own == sorted(own, reverse=True)
    assert screen.found.text() == f"The first {LIMIT} schools. Type more of the name to narrow the list."


def test_a_closed_school_leads_to_the_one_that_it_joined(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    find(qtbot, screen, "old example")
    said = words(screen)
    assert "Closed 31 Aug 2025" not in said  # the tag says it
    assert "This school is closed. Its records went to:" in said
    links = [one for one in screen.details.findChildren(Link) if one.text() == "Example High School"]
    links[0].click()
    assert names(screen) == ["Example High School"]
    said = words(screen)
    assert "Old Example School, 1 Sep 2025" in said
    assert "URN 999098 (not in this directory)" in said
    screen.which.choose("open")
    assert find(qtbot, screen, "old example") == []
    assert screen.findChild(Empty).title.text() == "No school found."
    assert "Choose a school to see whom to ring." in words(screen)


def test_a_school_without_cases_says_so(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    find(qtbot, screen, "example academy")
    assert "None has this as its last school." in words(screen)
    qtbot.keyClick(screen.search, Qt.Key.Key_Return)
    qtbot.keyClick(screen.table, Qt.Key.Key_Return)
    assert bench.pages == []


def test_another_page_opens_a_school_by_its_urn(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    screen.show_what("999090")
    assert names(screen) == ["Old Example School"]
    screen.show_what("nothing")
    assert names(screen) == ["Old Example School"]
    screen.show_what("999003")
    words(screen)
    next(one for one in screen.details.findChildren(Button) if "open case" in one.text()).click()
    assert bench.pages == [("register", "school:999003")]


def test_the_age_of_the_data_is_amber_after_sixty_days(qtbot: QtBot, bench: Bench) -> None:
    young = age_look(Directory(10, 9, date(2026, 9, 25)), TODAY)
    old = age_look(Directory(10, 9, date(2026, 9, 24)), TODAY)
    assert young is not None
    assert old is not None
    assert (young.tone, young.text) == (Tone.GREY, "Data of 25 Sep 2026")
    assert (old.tone, old.text) == (Tone.AMBER, "Data of 24 Sep 2026, 61 days old")
    assert age_look(Directory(0, 0, None), TODAY) is None
    assert directory_words(Directory(1_245, 1_120, None)) == "1,245 schools, 1,120 open"
    screen = shown(qtbot, bench)
    assert screen.age.look.tone is Tone.AMBER
    assert screen.age.isVisible()


def school(**changes: object) -> SchoolRow:
    values: dict[str, object] = {
        "urn": "999001", "la": "310", "estab": "2999", "name": "Example", "kind": "Community school",
        "sector": "maintained", "phase": "Primary", "status": "open", "closed_on": None, "postcode": "ZZ1 2ZZ",
        "phone": "", "open_cases": 0,
    }  # fmt: skip
    return SchoolRow(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "words_"),
    [
        ({}, "Open"),
        ({"status": "closed", "closed_on": date(2025, 8, 31)}, "Closed 31 Aug 2025"),
        ({"status": "closing", "closed_on": date(2027, 8, 31)}, "Closing 31 Aug 2027"),
        ({"status": "proposed"}, "Proposed"),
    ],
)
def test_the_status_is_a_tag_in_words(changes: dict[str, object], words_: str) -> None:
    assert status_look(school(**changes)).text == words_


def test_the_cells_are_said_in_words() -> None:
    said = [column.of(school(open_cases=2)).says() for column in columns()]
    assert said == ["Example, Primary, Community school", "310/2999", "ZZ1 2ZZ", "Open", "2 open cases"]
    assert found_words(1, 10) == "1 school found"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("02079460103", "020 7946 0103"),
        ("01632960123", "01632 960123"),
        ("020 7946 0103", "020 7946 0103"),
        ("ext 12", "ext 12"),
        ("", ""),
    ],
)
def test_a_phone_number_is_grouped_as_it_is_read_out(written: str, read: str) -> None:
    assert phone_words(written) == read


def test_every_role_may_look_a_school_up(qtbot: QtBot, bench: Bench) -> None:
    """An administrator sees the directory, but no case in it."""
    other = make_bench(qtbot, Path(), who="administrator", register=bench.register)
    screen = shown(qtbot, other)
    find(qtbot, screen, "example high")
    assert "None has this as its last school." in words(screen)


def test_the_model_keeps_the_rules_of_qt(qtbot: QtBot, bench: Bench, qtmodeltester: ModelTester) -> None:
    screen = shown(qtbot, bench)
    qtmodeltester.check(screen.model)


@pytest.mark.feature("F83")
def test_schools_passes_the_walk(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    screen.show_what("999003")
    words(screen)
    walk.check(qtbot, screen)
    assert screen.keys()[0] == ("Ctrl+F", "Find a school")


def test_news_fetch_the_directory_anew(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    find(qtbot, screen, "example high")
    make_case(bench.register)
    bench.desk.cases_changed.emit(None)
    model = screen.model
    assert model.data(model.index(0, 4)) == "2"
