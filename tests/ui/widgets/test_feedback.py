"""Toasts that are kept, banners, and what a place shows when it has no rows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from cme_desktop.ui.grab import picture
from cme_desktop.ui.qt import column, row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button
from cme_desktop.ui.widgets.cards import Foot, Scroll
from cme_desktop.ui.widgets.feedback import TOAST_STAYS, Banner, NewsList, Toasts
from cme_desktop.ui.widgets.states import LOADING_AFTER, Empty, Interruption, Loading, NotAllowedPage, Place, Round
from cme_desktop.ui.widgets.text import Glyph, Label
from tests.ui import walk

NOW = datetime(2026, 11, 24, 10, 42, tzinfo=UTC)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Collect what is announced to screen readers, as (words, urgent)."""
    heard: list[tuple[str, bool]] = []

    def listen(event: object) -> None:
        message, politeness = getattr(event, "message", None), getattr(event, "politeness", None)
        if callable(message) and callable(politeness):
            heard.append((message(), politeness() == QAccessible.AnnouncementPoliteness.Assertive))

    monkeypatch.setattr(QAccessible, "updateAccessibility", listen)
    return heard


def host_of(qtbot: QtBot) -> QWidget:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(900, 600)
    host.show()
    return host


@pytest.mark.feature("F83")
def test_a_toast_is_shown_said_and_kept(qtbot: QtBot, said: list[tuple[str, bool]]) -> None:
    host = host_of(qtbot)
    toasts = Toasts(host, lambda: NOW)
    toasts.say("Enquiry logged", undo=12)
    assert toasts.shown is not None
    assert toasts.shown.accessibleName() == "Enquiry logged"
    assert said == [("Enquiry logged. Undo with Control Z", False)]
    toasts.say("Import done: 3 leavers", urgent=True)
    assert said[-1] == ("Import done: 3 leavers", True)
    assert [news.text for news in toasts.news] == ["Import done: 3 leavers", "Enquiry logged"]
    assert TOAST_STAYS >= 10_000


@pytest.mark.feature("F87")
def test_undo_is_offered_where_it_can_be_done(qtbot: QtBot) -> None:
    host = host_of(qtbot)
    toasts = Toasts(host, lambda: NOW)
    toasts.say("Letter printed")
    assert not next(button for button in host.findChildren(Button) if button.text() == "Undo").isVisible()
    toasts.say("Enquiry logged", undo=12)
    undo = [button for button in host.findChildren(Button) if button.text() == "Undo" and button.isVisible()]
    with qtbot.waitSignal(toasts.undo_wanted) as wanted:
        undo[0].click()
    assert wanted.args == [12]
    assert toasts.shown is None
    toasts.undone(12)
    assert all(news.undo is None for news in toasts.news)


def test_the_list_of_news_can_undo_and_is_forgotten_at_lock(qtbot: QtBot) -> None:
    host = host_of(qtbot)
    toasts = Toasts(host, lambda: NOW)
    listed = NewsList(toasts)
    qtbot.addWidget(listed)
    toasts.say("Enquiry logged", undo=12)
    link = next(child for child in listed.findChildren(QWidget) if child.accessibleName() == "Undo: Enquiry logged")
    with qtbot.waitSignal(listed.undo_wanted) as wanted:
        link.click()
    assert wanted.args == [12]
    toasts.forget()
    assert toasts.news == ()
    assert toasts.shown is None


def test_only_news_of_something_done_has_the_tick(qtbot: QtBot) -> None:
    toasts = Toasts(host_of(qtbot), lambda: NOW)

    def sign_of(words: str, *, urgent: bool = False, note: bool = False) -> tuple[str, str]:
        toasts.say(words, urgent=urgent, note=note)
        assert toasts.shown is not None
        (sign,) = toasts.shown.findChildren(Glyph)
        return sign.shown

    assert sign_of("Enquiry logged") == ("check", "green_fg")
    assert sign_of("The disk is full. Make room and save again.", urgent=True) == ("alert", "danger")
    assert sign_of("Nothing was printed", note=True) == ("info", "muted")


def test_a_toast_stays_inside_its_window(qtbot: QtBot) -> None:
    host = host_of(qtbot)
    toasts = Toasts(host, lambda: NOW)
    toasts.say("A long message about what was done in the register just now and what comes of it, in full words")
    for width in (900, 500):
        host.resize(width, 400)
        assert toasts.shown is not None
        assert host.rect().contains(toasts.shown.geometry())


def test_long_words_of_a_toast_break_and_are_whole(qtbot: QtBot) -> None:
    host = host_of(qtbot)
    toasts = Toasts(host, lambda: NOW)
    toasts.say("The notice cannot be served yet: the letter to the school has not come back. " * 2, undo=3)
    toast = toasts.shown
    assert toast is not None
    assert not walk.clipped(toast)
    assert toast.width() <= 640
    assert toast.height() > 60


def rect_in(host: QWidget, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(host, QPoint()), widget.size())


def panel_of(host: QWidget, left: int) -> tuple[QWidget, Foot]:
    """Open what a form is to a toast: a pane at the right with a foot."""
    panel = QWidget(host)
    foot = Foot()
    foot.setLayout(row(Button("Save"), Button("Cancel"), None, margins=(24, 12, 24, 12)))
    panel.setLayout(column(None, foot, gap=0))
    panel.setGeometry(left, 0, host.width() - left, host.height() - 28)
    panel.show()
    walk.settle()
    return panel, foot


@pytest.mark.parametrize(("left", "beside"), [(450, True), (120, False)])
def test_a_toast_gives_way_to_the_foot_of_a_form(qtbot: QtBot, left: int, beside: bool) -> None:
    host = host_of(qtbot)
    toasts = Toasts(host, lambda: NOW)
    panel, foot = panel_of(host, left)
    toasts.say("Enquiry logged", undo=12)
    toast = toasts.shown
    assert toast is not None
    assert not toast.geometry().intersects(rect_in(host, foot))
    assert host.rect().contains(toast.geometry())
    assert (toast.geometry().right() < left) is beside
    panel.hide()
    walk.settle()
    assert toast.geometry().center().x() == pytest.approx(host.rect().center().x(), abs=2)


def test_a_toast_on_screen_gives_way_to_a_form_that_opens_and_to_larger_text(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    host = QWidget(window)
    window.resize(900, 600)
    host.resize(900, 600)
    window.show()
    toasts = Toasts(host, lambda: NOW)
    toasts.say("Enquiry logged", undo=12)
    toast = toasts.shown
    assert toast is not None
    _panel, foot = panel_of(host, 200)
    assert not toast.geometry().intersects(rect_in(host, foot))
    theme.set_text_percent(150)
    walk.settle()
    assert not toast.geometry().intersects(rect_in(host, foot))
    assert host.rect().contains(toast.geometry())
    host.resize(900, 500)
    _panel.setGeometry(200, 0, 700, 472)
    walk.settle()
    assert not toast.geometry().intersects(rect_in(host, foot))


def test_a_toast_beside_a_form_stands_above_a_foot_that_is_there_too(qtbot: QtBot) -> None:
    host = host_of(qtbot)
    toasts = Toasts(host, lambda: NOW)
    _panel, foot = panel_of(host, 450)
    below = Foot("card-foot", host)
    below.setGeometry(0, 530, 400, 42)
    below.show()
    walk.settle()
    toasts.say("Enquiry logged")
    toast = toasts.shown
    assert toast is not None
    assert toast.geometry().right() < rect_in(host, foot).left()
    assert toast.geometry().bottom() < below.geometry().top()


def test_a_toast_keeps_its_place_where_feet_are_scrolled_away(qtbot: QtBot) -> None:
    host = host_of(qtbot)
    toasts = Toasts(host, lambda: NOW)
    cards = QWidget()
    cards.setLayout(column(*(Button(f"Letter {place}") for place in range(30)), Foot(), gap=8))
    scroll = Scroll(cards)
    scroll.setParent(host)
    scroll.setGeometry(0, 0, 900, 572)
    scroll.show()
    walk.settle()
    toasts.say("Enquiry logged")
    toast = toasts.shown
    assert toast is not None
    assert toast.geometry().bottom() == 600 - 28 - 16 - 1


def test_a_banner_says_itself_red_at_once(qtbot: QtBot, said: list[tuple[str, bool]]) -> None:
    pressed: list[int] = []
    banner = Banner(
        "Tell MASH now, and call the case or duty social worker",
        Tone.RED,
        second="MASH 020 8901 2690 in office hours. In danger now: 999.",
        button="Record who was told",
        danger_button=True,
        on_click=lambda: pressed.append(1),
    )
    qtbot.addWidget(banner)
    banner.say()
    assert said == [(banner.accessibleName(), True)]
    assert "999" in banner.accessibleName()
    assert banner.button is not None
    banner.button.click()
    assert pressed == [1]


def test_an_empty_place_says_what_is_true_and_what_comes(qtbot: QtBot) -> None:
    empty = Empty(
        "Nothing overdue. Nothing due today.",
        "Steps appear here on the day they are due, and at once when a child may be at risk.",
        buttons=(Button("Show next 7 days"), Button("Look in folder now", key="F5")),
        facts=(("inbox", "No files waiting"), ("file", "No problem files")),
    )
    assert empty.accessibleName().startswith("Nothing overdue.")
    walk.check(qtbot, empty)


def test_a_page_for_another_role_explains_itself(qtbot: QtBot) -> None:
    page = NotAllowedPage("The manager reads cases. Changes are made by the officer.")
    qtbot.addWidget(page)
    assert "another role" in page.accessibleName()
    assert "officer" in page.accessibleName()


def test_loading_shows_nothing_for_300_ms_and_then_three_bars(qtbot: QtBot, theme: Theme) -> None:
    loading = Loading()
    qtbot.addWidget(loading)
    assert loading._timer.interval() == LOADING_AFTER == 300
    loading._timer.setInterval(60_000)
    loading.start()
    before = picture(loading, QSize(400, 200))
    assert before.pixelColor(40, 18).name().upper() != theme.hex("track")
    loading._timer.setInterval(LOADING_AFTER)
    loading.start()
    qtbot.waitUntil(lambda: picture(loading, QSize(400, 200)).pixelColor(40, 18).name().upper() == theme.hex("track"))
    loading.stop()
    assert picture(loading, QSize(400, 200)).pixelColor(40, 18).name().upper() != theme.hex("track")


def test_a_place_shows_one_thing_at_a_time(qtbot: QtBot) -> None:
    content = Label("rows")
    place = Place(content)
    qtbot.addWidget(place)
    place.show()
    place.show_loading()
    assert place.loading.isVisible()
    assert not content.isVisible()
    empty = Empty("No child fits these filters.", "Take a filter away.")
    place.show_empty(empty)
    assert empty.isVisible()
    place.show_content()
    assert content.isVisible()
    assert not empty.isVisible()


def test_the_circle_is_the_tone(qtbot: QtBot, theme: Theme) -> None:
    circle = Round("check")
    qtbot.addWidget(circle)
    assert picture(circle, QSize(48, 48)).pixelColor(24, 6).name().upper() == theme.hex("green_bg")


def test_the_irreversible_is_confirmed_on_a_page_that_names_the_act(qtbot: QtBot) -> None:
    page = Interruption(
        "Serve the notice on Hodan Warsame",
        ("Posted first class on 24 Nov 2026.", "Her last day becomes Fri 11 Dec 2026."),
        "Serve the notice",
        reason="Why by post and not by hand",
        shortest=10,
    )
    walk.check(qtbot, page)
    assert page.go_on.text() == "Serve the notice"
    assert not page.go_on.isEnabled()
    assert page.go_on.toolTip() == "Write at least 10 letters"
    page.focus_first()
    page.reason.setText("nobody was at home")
    with qtbot.waitSignal(page.went_on) as went:
        page.go_on.click()
    assert went.args == ["nobody was at home"]
    page.activateWindow()
    page.go_back.setFocus()
    with qtbot.waitSignal(page.went_back):
        qtbot.keyClick(page.go_back, Qt.Key.Key_Escape)


def test_without_a_reason_the_focus_is_on_the_way_back(qtbot: QtBot) -> None:
    page = Interruption("Delete the draft", ("It cannot be brought back.",), "Delete the draft", danger=True)
    qtbot.addWidget(page)
    page.show()
    page.focus_first()
    assert page.focusWidget() is page.go_back
    assert page.go_on.isEnabled()
