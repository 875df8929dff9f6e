"""The frame: pages, keys, regions, the truth in the status bar, and the window round it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cme_desktop.system import FixedClock
from cme_desktop.ui.frame.dialogs import KeysDialog, NewsDialog
from cme_desktop.ui.page import Page
from cme_desktop.ui.shell import KEYS, PageSpec, Shell
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.inputs import TextInput
from cme_desktop.ui.widgets.states import Empty
from cme_desktop.ui.window import Window
from tests.ui import walk

CLOCK = FixedClock(datetime(2026, 11, 24, 10, 42, tzinfo=UTC))
TITLES = {
    "today": ("Today", "today"),
    "register": ("Register", "register"),
    "inbox": ("Inbox", "inbox"),
    "schools": ("Schools", "school"),
    "letters": ("Letters", "mail"),
    "admin": ("Admin", "sliders"),
}


class Probe(Page):
    """A page that counts how often it came to the front and can go one step back."""

    def __init__(self, key: str) -> None:
        super().__init__(TITLES[key][0], "Tuesday 24 November 2026")
        self.shown, self.deep = 0, False
        self.field = TextInput()
        self.field.setAccessibleName(f"Field of {key}")
        self.body.addWidget(self.field)
        self.body.addWidget(Empty("Nothing overdue.", "Steps appear here on the day they are due."))
        assert self.head is not None
        self.head.add_action(Button("New referral", Kind.PRIMARY, icon="plus", key="Ctrl+N"))

    def on_shown(self) -> None:
        self.shown += 1

    def go_back(self) -> bool:
        was, self.deep = self.deep, False
        return was

    def keys(self) -> tuple[tuple[str, str], ...]:
        return (("L", "Log enquiry"),)


def bare_shell(keys: tuple[str, ...] = tuple(TITLES)) -> Shell:
    def spec(key: str) -> PageSpec:
        return PageSpec(key, TITLES[key][0], TITLES[key][1], lambda: Probe(key))

    return Shell([spec(key) for key in keys], "Asha Patel", CLOCK)


def a_shell(qtbot: QtBot, keys: tuple[str, ...] = tuple(TITLES)) -> Shell:
    shell = bare_shell(keys)
    qtbot.addWidget(shell)
    shell.resize(1366, 768)
    shell.show()
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    shell.go(keys[0])
    return shell


def probe(shell: Shell, key: str) -> Probe:
    page = shell.page(key)
    assert isinstance(page, Probe)
    return page


@pytest.mark.feature("F82")
@pytest.mark.feature("F83")
def test_the_frame_passes_the_walk(qtbot: QtBot) -> None:
    shell = a_shell(qtbot)
    shell.set_count("inbox", 3)
    shell.set_due_today(2)
    shell.set_training(True)
    shell.set_saved("Saved 10:42")
    shell.set_backup("Backup OK today 08:59")
    walk.check(qtbot, shell)


def test_the_tag_of_a_training_register_takes_nothing_from_the_search(qtbot: QtBot) -> None:
    shell = a_shell(qtbot)
    shell.set_due_today(2)
    assert not shell.training.isVisible()
    before = shell.search.geometry(), shell.due.geometry(), shell.person_button.geometry()
    shell.set_training(True)
    walk.settle()
    assert shell.training.isVisible()
    assert shell.training.accessibleName() == "Training register"
    assert (shell.search.geometry(), shell.due.geometry(), shell.person_button.geometry()) == before


def test_pages_are_made_at_first_use_and_told_each_time(qtbot: QtBot) -> None:
    shell = a_shell(qtbot)
    assert shell.stack.count() == 1
    shell.go("inbox")
    shell.go("today")
    assert shell.stack.count() == 2
    assert probe(shell, "today").shown == 2
    assert shell.key == "today"


@pytest.mark.feature("F82")
def test_control_and_a_number_goes_to_the_page_and_one_not_built_leaves_its_number_free(qtbot: QtBot) -> None:
    shell = a_shell(qtbot, ("today", "inbox", "admin"))
    for key, page in (
        (Qt.Key.Key_3, "inbox"),
        (Qt.Key.Key_7, "admin"),
        (Qt.Key.Key_2, "admin"),
        (Qt.Key.Key_1, "today"),
    ):
        qtbot.keyClick(shell, key, Qt.KeyboardModifier.ControlModifier)
        assert shell.key == page
    with pytest.raises(KeyError):
        shell.rail.item("register")


def test_a_page_that_has_no_place_in_the_rail_is_refused() -> None:
    with pytest.raises(ValueError, match="casework"):
        Shell([PageSpec("casework", "Casework", "file", lambda: Page("x"))], "Asha Patel", CLOCK)


def test_the_rail_says_how_much_waits(qtbot: QtBot) -> None:
    shell = a_shell(qtbot, ("today", "inbox"))
    shell.set_count("inbox", 3)
    shell.set_count("reports", 9)
    assert shell.rail.item("inbox").accessibleName() == "Inbox, 3"
    shell.set_count("inbox", 0)
    assert shell.rail.item("inbox").accessibleName() == "Inbox"
    with qtbot.waitSignal(shell.page_shown) as went:
        shell.rail.item("inbox").click()
    assert went.args == ["inbox"]


def test_the_rail_collapses_where_there_is_no_room(qtbot: QtBot, theme: Theme) -> None:
    shell = a_shell(qtbot)
    assert shell.rail.width() == 208
    shell.resize(1100, 640)
    assert (shell.rail.width(), shell.rail.narrow) == (56, True)
    assert shell.rail.item("inbox").toolTip() == "Inbox (Ctrl+3)"
    shell.resize(1366, 768)
    assert not shell.rail.narrow
    theme.set_text_percent(150)
    assert shell.rail.narrow
    assert shell.rail.width() == 84


def test_the_frame_has_the_measures_of_the_pictures(qtbot: QtBot) -> None:
    shell = a_shell(qtbot)
    search = shell.search
    assert (search.mapTo(shell, search.rect().topLeft()).x(), search.width(), search.height()) == (232, 440, 32)
    page = shell.page("today")
    assert page.mapTo(shell, page.rect().topLeft()).y() == 48
    assert page.head is not None
    assert page.head.height() == 60
    assert shell.minimumSize() == QSize(1100, 640)
    assert shell.rail.item("today").height() == 36
    assert shell.rail.item("register").y() - shell.rail.item("today").y() == 38


@pytest.mark.feature("F82")
@pytest.mark.parametrize(
    ("key", "modifier", "name"),
    [
        (Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier, "lock_wanted"),
        (
            Qt.Key.Key_L,
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
            "change_person_wanted",
        ),
        (Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier, "new_referral_wanted"),
        (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, "undo_wanted"),
        (Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier, "look_in_folder_wanted"),
    ],
)
def test_each_key_asks_for_its_act(qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier, name: str) -> None:
    shell = a_shell(qtbot)
    shell.rail.item("today").setFocus()
    with qtbot.waitSignal(getattr(shell, name)):
        qtbot.keyClick(shell, key, modifier)


@pytest.mark.feature("F82")
def test_f6_goes_round_the_parts_of_the_window_both_ways(qtbot: QtBot) -> None:
    shell = a_shell(qtbot)
    shell.page("today").focus_content()
    order = []
    for _ in range(4):
        qtbot.keyClick(shell, Qt.Key.Key_F6)
        focus = QApplication.focusWidget()
        assert focus is not None
        order.append(next(i for i, region in enumerate(shell.regions()) if region.isAncestorOf(focus)))
    assert order == [3, 0, 1, 2]
    qtbot.keyClick(shell, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert shell.regions()[1].isAncestorOf(focus)


def test_alt_left_goes_back_inside_the_page_first(qtbot: QtBot) -> None:
    shell = a_shell(qtbot)
    shell.go("register")
    shell.go("inbox")
    probe(shell, "inbox").deep = True
    qtbot.keyClick(shell, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert shell.key == "inbox"
    qtbot.keyClick(shell, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(shell, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(shell, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert shell.key == "today"


def test_the_status_bar_says_the_truth_and_warns_in_words_and_shape(qtbot: QtBot, theme: Theme) -> None:
    shell = a_shell(qtbot)
    assert shell.saved.words() == "Nothing changed yet"
    shell.set_saved("Saved 10:42")
    shell.set_backup("No copy on the office drive since Fri 20 Nov", Tone.AMBER)
    shell.set_import("31 of 120 pupils, about 20 seconds left")
    assert shell.saved.accessibleName() == "Saved 10:42"
    assert shell.backup.words() == "No copy on the office drive since Fri 20 Nov"
    assert shell.imports.words().startswith("31 of 120")
    shell.set_due_today(0)
    assert not shell.due.isVisible()
    shell.set_due_today(2)
    assert shell.due.text() == "2 due today"


@pytest.mark.feature("F82")
def test_the_keys_are_listed_by_question_mark_and_f1(qtbot: QtBot) -> None:
    shell = a_shell(qtbot)
    shell.rail.item("today").setFocus()
    qtbot.keyClick(shell, Qt.Key.Key_Question)
    dialog = shell.findChild(KeysDialog)
    assert dialog is not None
    words = {label.text() for label in dialog.findChildren(QWidget) if hasattr(label, "text") and callable(label.text)}
    assert {"On this page", "Log enquiry", *(does for _keys, does in KEYS)} <= words
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: shell.findChild(KeysDialog) is None)
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    shell.rail.item("today").setFocus()
    qtbot.keyClick(shell, Qt.Key.Key_F1)
    assert shell.findChild(KeysDialog) is not None
    shell.findChild(KeysDialog).reject()


def test_single_letters_stay_in_a_text_field(qtbot: QtBot) -> None:
    shell = a_shell(qtbot)
    field = probe(shell, "today").field
    field.setFocus()
    qtbot.keyClicks(field, "L?")
    assert field.text() == "L?"
    assert shell.findChild(KeysDialog) is None


def test_the_news_of_the_session_can_be_read_again(qtbot: QtBot) -> None:
    shell = a_shell(qtbot)
    shell.toasts.say("Enquiry logged", undo=7)
    shell.show_news()
    dialog = shell.findChild(NewsDialog)
    assert dialog is not None
    with qtbot.waitSignal(shell.undo_wanted) as undo:
        next(link for link in dialog.findChildren(QWidget) if link.accessibleName() == "Undo: Enquiry logged").click()
    assert undo.args == [7]
    dialog.reject()


@pytest.mark.feature("F85")
def test_text_size_and_colours_are_changed_in_the_menu_and_told(qtbot: QtBot, theme: Theme) -> None:
    shell = a_shell(qtbot)
    menus = [action.menu() for action in shell.menu.actions() if action.menu() is not None]
    sizes = {action.text(): action for action in menus[0].actions()}
    assert list(sizes) == ["90 %", "100 %", "110 %", "125 %", "150 %"]
    with qtbot.waitSignal(shell.preferences_changed) as changed:
        sizes["125 %"].trigger()
    assert changed.args == ["light", 125]
    assert theme.text_percent == 125
    with qtbot.waitSignal(shell.preferences_changed) as changed:
        next(action for action in menus[1].actions() if action.text() == "Dark").trigger()
    assert changed.args == ["dark", 125]
    assert theme.dark


def test_a_page_shows_one_banner_at_a_time(qtbot: QtBot) -> None:
    page = Page("Register")
    qtbot.addWidget(page)
    page.show()
    page.show_banner(Banner("The data of schools is 61 days old", Tone.AMBER))
    page.show_banner(Banner("A source file could not be deleted", Tone.RED, button="Try again"))
    assert [banner.accessibleName() for banner in page.findChildren(Banner) if not banner.isHidden()] == [
        "A source file could not be deleted"
    ]
    page.show_banner(None)
    assert page.banner is None


def test_the_window_shows_one_face_and_destroys_the_one_before(qtbot: QtBot) -> None:
    window = Window()
    qtbot.addWidget(window)
    window.show()
    first, second = QWidget(), QWidget()
    window.show_face(first)
    with qtbot.waitSignal(first.destroyed):
        window.show_face(second)
    assert window.face is second


def test_a_cover_takes_everything_and_gives_the_focus_back(qtbot: QtBot) -> None:
    window = Window()
    qtbot.addWidget(window)
    shell = bare_shell()
    shell.go("today")
    window.show_face(shell)
    window.show()
    field = probe(shell, "today").field
    field.setFocus()
    cover = Page("May be in danger", full_width=True)
    window.cover(cover)
    assert window.cover_shown is cover
    assert not shell.isVisible()
    window.uncover()
    assert shell.isVisible()
    assert window.focusWidget() is field


def test_the_window_stays_open_until_it_may_close(qtbot: QtBot) -> None:
    window = Window()
    qtbot.addWidget(window)
    window.show()
    window.may_close = lambda: False
    assert not window.close()
    window.may_close = lambda: True
    assert window.close()


def test_a_long_subtitle_gives_way_to_the_buttons_of_the_head(qtbot: QtBot) -> None:
    page = Page("First enquiry letter", "Kavya")
    assert page.head is not None
    print_them, issue = Button("Print 2 letters", icon="print"), Button("Issue 2 letters")
    page.head.add_action(print_them, issue)
    qtbot.addWidget(page)
    page.resize(700, 300)
    page.show()
    walk.settle()
    whole = page.head.subtitle.width()
    page.head.set_subtitle("Kavya Lakshmi Priyadarshini Subramaniam-Thirunavukkarasu, version 1.0")
    walk.settle()
    assert walk.clipped(page) == []
    assert print_them.width() >= print_them.sizeHint().width()
    assert issue.geometry().right() <= page.head.width()
    assert page.head.subtitle.toolTip().startswith("Kavya Lakshmi")
    page.head.set_subtitle("Kavya")
    walk.settle()
    assert page.head.subtitle.width() == whole
