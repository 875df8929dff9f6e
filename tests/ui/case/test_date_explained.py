"""The date that explains itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from cme_desktop.ui.case.date_explained import DateExplained, ExplainedDate, MonthGrid, month_weeks
from cme_desktop.ui.grab import picture
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.buttons import Link
from tests.ui import walk

SERVED = date(2026, 11, 6)
LAST = date(2026, 11, 20)


def explained(**changes: object) -> ExplainedDate:
    values: dict[str, object] = {
        "day": LAST,
        "lines": (
            ("Served", "Fri 6 Nov: posted Wed 4 Nov, first class, 2nd working day"),
            ("Count", "15 days beginning with that day (11 of them school days)"),
            ("Ends", "end of Fri 20 Nov"),
        ),
        "counted": tuple(SERVED + timedelta(place) for place in range(15)),
        "next_step": date(2026, 11, 21),
        "next_words": "her time is over from",
        "note": "Weekends and holidays count.",
        "rule": "Education Act 1996 s437(2), rule set 2026-08, version 1",
        "source": "Certificate of posting, 4 Nov 2026",
        "source_note": "Postal days: council setting",
        "what_if": lambda day: day + timedelta(14),
    } | changes
    return ExplainedDate(**values)  # type: ignore[arg-type]


def on_page(qtbot: QtBot, x: int, y: int, view: ExplainedDate) -> tuple[QWidget, Link, DateExplained]:
    page = QWidget()
    page.resize(1158, 692)
    link = Link("Why this date", parent=page)
    link.move(x, y)
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    link.setFocus()
    popover = DateExplained(view, page, link)
    popover.show_at_link()
    return page, link, popover


def test_it_says_everything_to_a_screen_reader() -> None:
    said = explained().says()
    for words in ("Why Fri 20 Nov 2026", "Served: Fri 6 Nov", "Then: her time is over from Sat 21 Nov", "s437(2)"):
        assert words in said
    assert explained(title="Why this review").heading() == "Why this review"


def test_the_first_day_is_the_day_itself_when_nothing_is_counted() -> None:
    assert explained().first == SERVED
    assert explained(counted=()).first == LAST


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_month_is_shown_in_whole_weeks_from_monday(day: date) -> None:
    weeks = month_weeks(day)
    assert 4 <= len(weeks) <= 6
    assert all(week[0].weekday() == 0 and len(week) == 7 for week in weeks)
    days = [one for week in weeks for one in week]
    assert days == [days[0] + timedelta(place) for place in range(len(days))]
    first = day.replace(day=1)
    inside = [one for one in days if (one.year, one.month) == (day.year, day.month)]
    assert inside[0] == first
    assert (inside[-1] + timedelta(1)).day == 1


def cell_ink(grid: MonthGrid, day: date) -> QColor:
    """Return the colour at the upper left of a day's cell."""
    image = picture(grid, grid.sizeHint())
    for line, week in enumerate(month_weeks(grid.month)):
        if day in week:
            return image.pixelColor(week.index(day) * 35 + 9, 22 + line * 31 + 4)
    raise AssertionError(day)


def test_the_days_are_painted_as_drawn(qtbot: QtBot, theme: Theme) -> None:
    grid = MonthGrid(explained())
    qtbot.addWidget(grid)
    for day, token in (
        (SERVED, "accent"),
        (date(2026, 11, 10), "selection"),
        (LAST, "selection"),
        (date(2026, 11, 21), "green_bg"),
    ):
        assert cell_ink(grid, day).name().upper() == theme.hex(token), day
    plain = {"accent", "selection", "green_bg"}
    assert cell_ink(grid, date(2026, 11, 3)).name().upper() not in {theme.hex(token) for token in plain}


@pytest.mark.feature("F83")
def test_each_day_can_be_said(qtbot: QtBot) -> None:
    grid = MonthGrid(explained())
    qtbot.addWidget(grid)
    assert grid.accessibleName() == "November 2026, 15 counted days"
    assert grid.says(SERVED) == "6 November 2026, counted day 1 of 15"
    assert grid.says(LAST) == "20 November 2026, counted day 15 of 15, last day"
    assert grid.says(date(2026, 11, 21)) == "21 November 2026, next step possible"


@pytest.mark.feature("F82")
def test_the_month_turns_by_key(qtbot: QtBot) -> None:
    grid = MonthGrid(explained())
    qtbot.addWidget(grid)
    grid.show()
    qtbot.keyClick(grid, Qt.Key.Key_PageDown)
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    assert grid.month == date(2027, 1, 1)
    for _ in range(3):
        qtbot.keyClick(grid, Qt.Key.Key_PageUp)
    assert grid.month == date(2026, 10, 1)
    assert grid.accessibleName() == "October 2026"


def test_it_opens_below_the_link_and_esc_gives_the_focus_back(qtbot: QtBot) -> None:
    page, link, popover = on_page(qtbot, 785, 40, explained())
    assert popover.width() == 546 + 32
    assert popover.y() >= link.geometry().bottom() - 8
    assert page.rect().adjusted(-16, 0, 16, 20).contains(popover.geometry())
    assert popover.what_if is not None
    assert page.focusWidget() is popover.what_if
    with qtbot.waitSignal(popover.closed):
        qtbot.keyClick(popover.what_if, Qt.Key.Key_Escape)
    assert page.focusWidget() is link


def test_it_flips_above_where_there_is_no_room_below(qtbot: QtBot) -> None:
    _page, link, popover = on_page(qtbot, 785, 560, explained())
    assert popover.geometry().bottom() <= link.y() + 8


def test_what_if_changes_the_answer_and_nothing_else(qtbot: QtBot) -> None:
    asked: list[date] = []

    def what_if(day: date) -> date:
        asked.append(day)
        return day + timedelta(14)

    _page, _link, popover = on_page(qtbot, 785, 40, explained(what_if=what_if))
    assert popover.answer.text() == "Fri 20 Nov"
    assert popover.what_if is not None
    popover.what_if.set_day(date(2026, 11, 9))
    assert popover.answer.text() == "Mon 23 Nov"
    assert asked == [SERVED, date(2026, 11, 9)]
    assert popover.grid.month == date(2026, 11, 1)


def test_the_source_can_be_opened(qtbot: QtBot) -> None:
    _page, _link, popover = on_page(qtbot, 785, 40, explained())
    source = next(link for link in popover.findChildren(Link) if link.text().startswith("Certificate"))
    with qtbot.waitSignal(popover.source_wanted):
        source.click()


def test_it_may_have_no_what_if_and_no_source(qtbot: QtBot) -> None:
    page, _link, popover = on_page(qtbot, 785, 40, explained(what_if=None, rule="", source=""))
    assert popover.what_if is None
    assert page.focusWidget() is popover.grid


def test_words_with_signs_are_shown_as_typed(qtbot: QtBot) -> None:
    _page, _link, popover = on_page(qtbot, 785, 40, explained(lines=(("Served", "by <b>hand</b> & seen"),)))
    texts = [label.text() for label in popover.findChildren(QWidget) if hasattr(label, "set_rich")]
    assert any("&lt;b&gt;hand&lt;/b&gt; &amp; seen" in text for text in texts)


def test_the_popover_passes_the_walk(qtbot: QtBot) -> None:
    page, _link, popover = on_page(qtbot, 785, 40, explained())
    walk.check(qtbot, popover, sizes=((100, QSize(1158, 692)), (150, QSize(1700, 1000)), (200, QSize(2300, 1300))))
    assert page.isVisible()


def test_it_stays_and_closes_where_its_link_is_gone(qtbot: QtBot, theme: Theme) -> None:
    page, link, popover = on_page(qtbot, 600, 200, explained())
    link.setParent(None)
    link.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    before = popover.size()
    theme.set_text_percent(150)
    walk.settle()
    assert popover.width() > before.width()
    assert page.rect().contains(popover.geometry().topLeft())
    with qtbot.waitSignal(popover.closed):
        qtbot.keyClick(popover, Qt.Key.Key_Escape)
    assert not popover.isVisible()


def test_it_is_whole_where_there_is_room_neither_below_nor_above_its_link(qtbot: QtBot, theme: Theme) -> None:
    theme.set_text_percent(150)
    page, _link, popover = on_page(qtbot, 300, 330, explained())
    assert popover.height() > page.height() - 330 - 30
    assert page.rect().contains(popover.geometry())
    picture(popover, popover.size())
