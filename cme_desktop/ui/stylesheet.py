"""The style sheet of Qt's own controls, generated from the tokens; our own controls paint themselves."""

from __future__ import annotations

from collections.abc import Callable
from string import Template

from cme_desktop.ui.tokens import Palette

_SHEET = Template(
    """
* { outline: 0; }
QToolTip { background: $text; color: $bg; border: 1px solid $text; padding: 4px 6px; }
QMainWindow, QDialog, QStackedWidget { background: $bg; }
QAbstractScrollArea, QScrollArea { background: transparent; border: 0; }
QScrollArea > QWidget > QWidget[scrolled="true"] { background: transparent; }

QFrame[part="rail"] { background: $sunken; border: 0; border-right: 1px solid $line; }
QFrame[part="bar"] { background: $bg; border: 0; border-bottom: 1px solid $line; }
QFrame[part="band"] { background: $surface; border: 0; border-bottom: 1px solid $line; }
QFrame[part="status"] { background: $bg; border: 0; border-top: 1px solid $line; }
QFrame[part="page"] { background: $bg; border: 0; }
QFrame[part="sunken"] { background: $sunken; border: 0; }
QFrame[part="card"] { background: $surface; border: 1px solid $line; border-radius: 10px; }
QFrame[part="card-danger"] { background: $surface; border: 2px solid $danger; border-radius: 6px; }
QFrame[part="card-head"] { background: transparent; border: 0; border-bottom: 1px solid $line; }
QFrame[part="card-foot"] { background: $bg; border: 0; border-top: 1px solid $line;
    border-bottom-left-radius: 9px; border-bottom-right-radius: 9px; }
QFrame[part="popover-line"] { background: transparent; border: 0; border-top: 1px solid $line; }
QFrame[part="group"] { background: $bg; border: 0; border-top: 1px solid $line; border-bottom: 1px solid $line; }
QFrame[part="line"] { background: $line; border: 0; }
QFrame[part="banner-red"] { background: $red_bg; border: 0; border-radius: 6px; }
QFrame[part="banner-amber"] { background: $amber_bg; border: 0; border-radius: 6px; }
QFrame[part="banner-green"] { background: $green_bg; border: 0; border-radius: 6px; }
QFrame[part="banner-blue"] { background: $blue_bg; border: 0; border-radius: 6px; }
QFrame[part="banner-grey"] { background: $grey_bg; border: 0; border-radius: 6px; }

QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QAbstractSpinBox {
    background: $surface; color: $text; border: 1px solid $border; border-radius: 6px;
    placeholder-text-color: $muted;
    padding: 0 ${pad}px; min-height: ${control}px; selection-background-color: $selection; selection-color: $text; }
QAbstractSpinBox { max-height: ${control}px; }
QLineEdit { lineedit-password-character: 8226; }
QLineEdit[tall="true"] { min-height: ${tall}px; }
QComboBox { padding-left: ${pad_choice}px; }
QPlainTextEdit, QTextEdit { padding: 3px ${pad_text}px; min-height: 0; }
QLineEdit:disabled, QPlainTextEdit:disabled, QTextEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled {
    background: $sunken; color: $muted; border-color: $line; }
QLineEdit:read-only { background: $bg; }
QLineEdit[tall="true"][wrong="true"] { min-height: ${tall_wrong}px; }
QLineEdit[wrong="true"], QComboBox[wrong="true"], QAbstractSpinBox[wrong="true"] {
    border: 2px solid $danger; padding: 0 ${pad_wrong}px; min-height: ${control_wrong}px; }
QAbstractSpinBox[wrong="true"] { max-height: ${control_wrong}px; }
QComboBox[wrong="true"] { padding-left: ${pad}px; }
QPlainTextEdit[wrong="true"], QTextEdit[wrong="true"] { border: 2px solid $danger; padding: 2px ${pad_text_wrong}px; }
QLineEdit[bare="true"] { border: 0; background: transparent; padding: 0; min-height: 0; }
QComboBox::drop-down, QDateTimeEdit::drop-down, QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
    border: 0; width: ${arrow}px; background: transparent; }
QComboBox::down-arrow, QDateTimeEdit::down-arrow, QAbstractSpinBox::up-arrow, QAbstractSpinBox::down-arrow {
    image: none; width: 0; height: 0; }
QComboBox QAbstractItemView, QListView[popup="true"] {
    background: $surface; color: $text; border: 1px solid $edge; border-radius: 6px; padding: 4px;
    selection-background-color: $selection; selection-color: $text; }
QComboBox QAbstractItemView { outline: 0; }
QComboBox QAbstractItemView::item { border: 0; min-height: ${small}px; padding: 0 8px; border-radius: 4px; }
QComboBox QAbstractItemView::item:hover { background: $hover; color: $text; }
QComboBox QAbstractItemView::item:selected { background: $selection; color: $text; }

QCheckBox, QRadioButton { color: $text; spacing: 8px; background: transparent; }
QCheckBox:disabled, QRadioButton:disabled { color: $muted; }
QCheckBox::indicator, QRadioButton::indicator {
    width: ${check}px; height: ${check}px; border: 1px solid $border; background: $surface; }
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: ${radio}px; }
QCheckBox::indicator:checked, QRadioButton::indicator:checked { border-color: $accent; background: $accent; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { background: $sunken; border-color: $line; }
QCheckBox::indicator:checked:disabled, QRadioButton::indicator:checked:disabled { background: $muted; }

QTableView, QListView, QTreeView { background: $surface; color: $text; border: 0; gridline-color: $line;
    selection-background-color: $selection; selection-color: $text; }
QTableView[in="card"], QListView[in="card"] { background: transparent; }
QHeaderView { background: transparent; border: 0; }
QHeaderView::section { background: transparent; color: $muted; border: 0; border-bottom: 1px solid $line; }
QTableCornerButton::section { background: transparent; border: 0; }
QAbstractScrollArea::corner { background: transparent; border: 0; }
QTabBar::scroller { width: 56px; }
QTabBar QToolButton { background: $bg; color: $text; border: 0; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $line; }

QScrollBar:vertical { background: transparent; width: 12px; margin: 0; border: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; border: 0; }
QScrollBar::handle:vertical { background: $edge; border-radius: 2px; min-height: 32px; margin: 2px 4px; }
QScrollBar::handle:horizontal { background: $edge; border-radius: 2px; min-width: 32px; margin: 4px 2px; }
QScrollBar::handle:vertical:hover { background: $border; border-radius: 4px; margin: 2px; }
QScrollBar::handle:horizontal:hover { background: $border; border-radius: 4px; margin: 2px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: 0; background: transparent; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMenu { background: $surface; color: $text; border: 1px solid $edge; border-radius: 6px; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 8px; border-radius: 4px; min-height: 18px; }
QMenu::item:selected { background: $selection; color: $text; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }
QProgressBar { background: $track; border: 0; border-radius: 4px; min-height: 8px; max-height: 8px; }
QProgressBar::chunk { background: $accent; border-radius: 4px; }

QCalendarWidget QWidget { background: $surface; color: $text; alternate-background-color: $surface; }
QCalendarWidget QToolButton { color: $text; background: transparent; border: 0; padding: 4px 8px; border-radius: 6px; }
QCalendarWidget QToolButton:hover { background: $hover; }
QCalendarWidget QToolButton::menu-indicator { image: none; }
QCalendarWidget QAbstractItemView { selection-background-color: $accent; selection-color: $on_accent; outline: 0; }
QCalendarWidget QAbstractItemView:disabled { color: $muted; }
"""
)


def stylesheet(tokens: Palette, px: Callable[[float], int]) -> str:
    """Return the style sheet of a scheme at a text size; every colour in it is a token."""
    values: dict[str, str | int] = {name: tokens.get(name) for name in type(tokens).__dataclass_fields__}
    pad = 10
    values |= {
        "pad": pad - 2,
        "pad_choice": pad,
        "pad_wrong": pad - 3,
        "pad_text": pad - 4,
        "pad_text_wrong": pad - 5,
        "control": px(32) - 2,
        "control_wrong": px(32) - 4,
        "tall": px(36) - 2,
        "tall_wrong": px(36) - 4,
        "small": px(28),
        "arrow": px(30),
        "check": px(16) - 2,
        "radio": px(16) // 2,
    }
    return _SHEET.substitute(values)
