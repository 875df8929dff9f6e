"""Buttons, tags, chips, segments, tabs and labels."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QImage, QPainter, QPalette
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from cme_desktop.ui.grab import picture
from cme_desktop.ui.qt import row
from cme_desktop.ui.theme import Scheme, Theme
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button, ButtonLook, IconButton, Kind, Link, button_size, paint_button
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.chips import Chip, ChipRow, Choices, Segments
from cme_desktop.ui.widgets.tabs import TabRow, Tabs
from cme_desktop.ui.widgets.tags import HIGH, STANDARD, KeyHint, Tag, TagLook, paint_tag, tag_width
from cme_desktop.ui.widgets.text import Elided, Glyph, Label, Terms, line
from tests.ui import walk


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter])
@pytest.mark.feature("F82")
def test_a_button_is_pressed_by_space_and_enter(qtbot: QtBot, key: Qt.Key) -> None:
    pressed: list[int] = []
    for button in (
        Button("Log enquiry", Kind.PRIMARY, icon="phone", key="L", on_click=lambda: pressed.append(1)),
        IconButton("close", "Close", on_click=lambda: pressed.append(2)),
        Link("Why this date", on_click=lambda: pressed.append(3)),
    ):
        qtbot.addWidget(button)
        button.show()
        qtbot.keyClick(button, key)
    assert pressed == [1, 2, 3]


def test_a_button_is_as_wide_as_its_words_icon_and_key(theme: Theme) -> None:
    plain = button_size(ButtonLook("New referral")).width()
    assert button_size(ButtonLook("New referral", icon="plus")).width() == plain + 22
    assert button_size(ButtonLook("New referral", key="Ctrl+N")).width() > plain + 40
    assert button_size(ButtonLook("Do it", small=True)).height() == 28
    theme.set_text_percent(150)
    assert button_size(ButtonLook("New referral")).height() == 48


def test_a_button_that_is_off_says_why(qtbot: QtBot) -> None:
    button = Button("Print 2 notices", Kind.PRIMARY)
    qtbot.addWidget(button)
    button.set_reason("Fill in 2 fields first")
    assert not button.isEnabled()
    assert button.accessibleDescription() == button.toolTip() == "Fill in 2 fields first"
    button.set_reason("")
    assert button.isEnabled()
    assert button.toolTip() == ""


@pytest.mark.parametrize(
    ("kind", "token"), [(Kind.PRIMARY, "accent"), (Kind.DANGER, "danger"), (Kind.OUTLINED, "surface")]
)
def test_the_fill_of_a_button_is_its_token(theme: Theme, kind: Kind, token: str) -> None:
    look = ButtonLook("Go", kind)
    size = button_size(look)
    image = QImage(size, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint_button(painter, QRect(0, 0, size.width(), size.height()), look)
    painter.end()
    assert image.pixelColor(5, 5).name().upper() == theme.hex(token)


def test_a_menu_opens_by_enter(qtbot: QtBot) -> None:
    button, menu = Button("More"), QMenu()
    qtbot.addWidget(menu)
    qtbot.addWidget(button)
    button.set_menu(menu)
    assert button.look.chevron
    assert button.menu() is menu


def test_new_words_are_new_names(qtbot: QtBot) -> None:
    button, link = Button("Continue"), Link("Read")
    qtbot.addWidget(button)
    qtbot.addWidget(link)
    narrow = button.sizeHint().width()
    button.setText("Finish and open the register")
    assert button.look.text == button.accessibleName() == "Finish and open the register"
    assert button.sizeHint().width() > narrow
    link.set_words("Read again")
    assert link.accessibleName() == "Read again"


def test_an_icon_button_has_a_name_and_room_for_a_finger(qtbot: QtBot) -> None:
    button = IconButton("close", "Close the preview")
    qtbot.addWidget(button)
    assert button.accessibleName() == button.toolTip() == "Close the preview"
    assert button.sizeHint() == QSize(28, 28)


@pytest.mark.feature("F84")
def test_tags_differ_in_words_and_shape_not_only_in_colour(qtbot: QtBot) -> None:
    assert HIGH.icon != STANDARD.icon
    assert HIGH.text != STANDARD.text
    tag = Tag("High risk", Tone.RED, "triangle")
    qtbot.addWidget(tag)
    assert tag.sizeHint().width() == tag_width(tag.look)
    assert tag.sizeHint().height() == 20
    assert tag.focusPolicy() == Qt.FocusPolicy.NoFocus
    interface = QAccessible.queryAccessibleInterface(tag)
    assert interface.text(QAccessible.Text.Name) == "High risk"
    tag.show_look(TagLook("Medium", Tone.AMBER, "diamond"))
    assert tag.text() == tag.accessibleName() == "Medium"


def test_a_tag_without_room_is_cut_not_spilled(theme: Theme) -> None:
    image = QImage(200, 30, QImage.Format.Format_RGB32)
    image.fill(theme.color("surface"))
    painter = QPainter(image)
    paint_tag(painter, QRect(0, 0, 60, 30), TagLook("Whereabouts unknown", Tone.BLUE))
    painter.end()
    assert all(image.pixelColor(x, 15).name().upper() == theme.hex("surface") for x in range(61, 200))


def test_a_plain_tag_has_no_fill(theme: Theme) -> None:
    image = QImage(120, 30, QImage.Format.Format_RGB32)
    image.fill(theme.color("surface"))
    painter = QPainter(image)
    paint_tag(painter, QRect(0, 0, 120, 30), STANDARD)
    painter.end()
    assert image.pixelColor(3, 15).name().upper() == theme.hex("surface")


def test_a_chip_is_removed_by_pressing_or_delete(qtbot: QtBot) -> None:
    chips = ChipRow()
    qtbot.addWidget(chips)
    chips.show_chips([("days", "3 days or more"), ("owner", "Owner: anyone")])
    chips.show()
    first = chips.findChildren(Chip)[0]
    assert first.accessibleName() == "Remove filter 3 days or more"
    with qtbot.waitSignal(chips.removed) as removed:
        qtbot.keyClick(first, Qt.Key.Key_Delete)
    assert removed.args == ["days"]
    chips.show_chips([])
    assert not chips.isVisible()


def test_one_of_a_row_of_chips_is_chosen(qtbot: QtBot) -> None:
    choices = Choices("Who did you call", [("mash", "MASH"), ("police", "Police 999")])
    qtbot.addWidget(choices)
    assert choices.key() == ""
    with qtbot.waitSignal(choices.chosen) as chosen:
        choices.choose("police")
    assert chosen.args == ["police"] == [choices.key()]
    with pytest.raises(ValueError):
        choices.choose("nobody")


def test_segments_hold_one_choice(qtbot: QtBot) -> None:
    segments = Segments("Row height", [("roomy", "Roomy"), ("compact", "Compact")])
    qtbot.addWidget(segments)
    assert segments.key() == "roomy"
    with qtbot.waitSignal(segments.chosen) as chosen:
        segments.choose("compact")
    assert chosen.args == ["compact"]


@pytest.mark.feature("F82")
def test_tabs_move_by_arrows_and_say_their_counts(qtbot: QtBot) -> None:
    tabs = Tabs("Saved views", [("open", "Open"), ("unknown", "Whereabouts unknown")])
    qtbot.addWidget(tabs)
    tabs.show()
    tabs.set_count("open", "43")
    assert tabs.accessibleTabName(0) == "Open 43"
    tabs.setFocus()
    with qtbot.waitSignal(tabs.picked) as picked:
        qtbot.keyClick(tabs, Qt.Key.Key_Right)
    assert picked.args == ["unknown"] == [tabs.key()]
    tabs.pick("nothing")
    assert tabs.key() == "unknown"
    tabs.set_tag("unknown", TagLook("Check", Tone.AMBER, "question"))
    assert tabs.accessibleTabName(1) == "Whereabouts unknown Check"
    tabs.show_tabs([("one", "One")])
    assert (tabs.count(), tabs.key()) == (1, "one")


def test_the_line_below_tabs_runs_the_whole_width(qtbot: QtBot, theme: Theme) -> None:
    bar = TabRow(Tabs("Views", [("a", "Open")]), Button("Save this view", Kind.QUIET))
    qtbot.addWidget(bar)
    image = picture(bar, QSize(400, 40))
    assert image.pixelColor(390, 39).name().upper() == theme.hex("line")


def test_words_that_are_cut_can_be_read_as_a_tooltip(qtbot: QtBot) -> None:
    label = Elided("A rather long name of a school in Harrow")
    qtbot.addWidget(label)
    picture(label, QSize(80, 20))
    assert label.toolTip() == label.text()
    picture(label, QSize(600, 20))
    assert label.toolTip() == ""


def test_labels_follow_the_theme(qtbot: QtBot, theme: Theme) -> None:
    label = Label("Lives", "hint", "muted")
    qtbot.addWidget(label)
    theme.set_choice(Scheme.DARK)
    assert label.palette().windowText().color().name().upper() == theme.hex("muted")
    theme.set_text_percent(150)
    assert label.font().pixelSize() == 18
    label.set_tone("danger", "strong")
    assert label.font().bold()


def test_a_label_keeps_the_theme_of_now_when_what_holds_it_moves(qtbot: QtBot, theme: Theme) -> None:
    boxes, places, card = (row(), row()), (QWidget(), QWidget()), QWidget()
    label = Label("Ioana", "strong")
    card.setLayout(row(label))
    for holder, box in zip(places, boxes, strict=True):
        qtbot.addWidget(holder)
        holder.setLayout(box)
        holder.show()
    boxes[0].addWidget(card)
    walk.settle()
    for scheme in (Scheme.DARK, Scheme.LIGHT, Scheme.DARK):
        theme.set_choice(scheme)
        walk.settle()
        for place in (1, 0, 1):
            boxes[place].addWidget(card)
            walk.settle()
            assert label.palette().color(QPalette.ColorRole.WindowText) == theme.color("text")


def test_a_number_can_be_copied_and_has_a_name(qtbot: QtBot) -> None:
    label = Label("020 8901 2690", "number").selectable()
    qtbot.addWidget(label)
    assert label.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByKeyboard
    assert label.accessibleName() == "020 8901 2690"


def test_terms_say_term_and_value(qtbot: QtBot) -> None:
    terms = Terms()
    qtbot.addWidget(terms)
    assert terms.add("School", "Example High School").accessibleName() == "School: Example High School"


def test_a_card_has_head_body_and_foot(qtbot: QtBot) -> None:
    card = Card("Timeline", stacked=True)
    qtbot.addWidget(card)
    card.foot(Button("Open case"), None)
    card.add_close(IconButton("close", "Close"))
    card.set_title("Timeline, all")
    assert card.accessibleName() == "Timeline, all"
    assert card.title_label is not None
    assert card.title_label.text() == "Timeline, all"


def test_small_parts_have_their_sizes(qtbot: QtBot) -> None:
    for widget, size in ((Glyph("check"), QSize(16, 16)), (KeyHint("L"), None)):
        qtbot.addWidget(widget)
        assert size is None or widget.sizeHint() == size
        assert widget.sizeHint().height() >= 16
    assert line().maximumHeight() == 1
    assert line(vertical=True).maximumWidth() == 1
    holder = QWidget()
    qtbot.addWidget(holder)
    holder.setLayout(row(Label("a"), 8, None, row(Label("b"))))
    assert holder.layout().count() == 4


def test_tabs_are_painted_with_count_tag_line_and_ring(qtbot: QtBot, theme: Theme) -> None:
    tabs = Tabs("Pupils", [("a", "Amara Kamara"), ("b", "Ayan Warsame"), ("c", "Jan Nowak")])
    qtbot.addWidget(tabs)
    tabs.set_tag("a", TagLook("Same child", Tone.GREEN, "check"))
    tabs.set_count("b", "2")
    tabs.pick("b")
    image = picture(tabs, QSize(600, 40))
    current = tabs.tabRect(1)
    assert image.pixelColor(current.left() + 20, 39).name().upper() == theme.hex("accent")
    assert image.pixelColor(tabs.tabRect(2).right() + 30, 39).name().upper() == theme.hex("line")
    first = {image.pixelColor(x, 20).name().upper() for x in range(tabs.tabRect(0).width())}
    assert theme.hex("green_bg") in first


def test_chips_and_segments_show_what_is_chosen(qtbot: QtBot, theme: Theme) -> None:
    choices = Choices("Who did you call", [("mash", "MASH"), ("police", "Police 999")])
    segments = Segments("Row height", [("roomy", "Roomy"), ("compact", "Compact")])
    for widget in (choices, segments):
        qtbot.addWidget(widget)
    choices.choose("mash")
    for widget in (choices, segments):
        image = picture(widget, widget.sizeHint())
        assert image.pixelColor(12, 5).name().upper() == theme.hex("selection")
        assert image.pixelColor(image.width() - 12, 5).name().upper() == theme.hex("surface")


def test_a_link_is_accent_and_red_in_a_summary(qtbot: QtBot, theme: Theme) -> None:
    for link, token in (
        (Link("Why this date", icon="calendar"), "accent"),
        (Link("Enter a name", danger=True), "danger"),
    ):
        qtbot.addWidget(link)
        image = picture(link, link.sizeHint())
        inks = {image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(image.height())}
        assert theme.hex(token) in inks
