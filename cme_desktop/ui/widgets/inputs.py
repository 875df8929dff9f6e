"""Inputs 32 high: text, passphrase, several lines, choice, date, tick and radio, with one ring and one error edge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import QDate, QEvent, QLocale, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QTextCharFormat, QWheelEvent
from PySide6.QtWidgets import (
    QCalendarWidget,
    QCheckBox,
    QComboBox,
    QDateEdit,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from cme_desktop.domain.names import hides, without_invisible
from cme_desktop.ui import icons
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.buttons import IconButton

KEY_SPACING: Final = 2.0
LONGEST: Final = 10_000
"""The most characters a text takes, as the importers take them (safety.md 5)."""


def mark_wrong(widget: QWidget, wrong: bool) -> None:
    """Give an input the 2 px danger border, or take it away."""
    if bool(widget.property("wrong")) != wrong:
        widget.setProperty("wrong", wrong)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.update()


class TextInput(QLineEdit):
    """One line of text; may show an icon at its left (search) or a check at its right (a group typed right).

    ``hidden_removed`` says that characters that nobody sees were taken out of what was typed or pasted.
    """

    hidden_removed = Signal()

    def __init__(self, *, longest: int = 200, icon: str = "", hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaxLength(longest)
        self.setPlaceholderText(hint)
        self._icon, self._right, self._spacing = icon, False, 0.0
        self.textChanged.connect(self._on_text_changed)
        self._on_theme_changed()
        Theme.of().changed.connect(self._on_theme_changed)

    def for_key(self) -> None:
        """Make the input 36 high with spaced letters, for the groups of a recovery key."""
        self.setProperty("tall", True)
        self._spacing = KEY_SPACING
        self._on_theme_changed()

    def set_right(self, right: bool) -> None:
        """Show a green check at the right end, and say so."""
        if right != self._right:
            self._right = right
            self.setAccessibleDescription("Right" if right else "")
            self.update()

    @property
    def right(self) -> bool:
        """Say whether the check is shown."""
        return self._right

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the input with its icon or check."""
        super().paintEvent(event)
        if not (self._icon or self._right):
            return
        painter = QPainter(self)
        side = Theme.of().px(16)
        top = (self.height() - side) / 2
        if self._icon:
            icons.paint(painter, self._icon, 11, top, "muted")
        if self._right:
            icons.paint(painter, "check", self.width() - 11 - side, top, "green_fg")

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        if hides(text, typing=True):
            place = len(without_invisible(text[: self.cursorPosition()], typing=True))
            self.setText(without_invisible(text, typing=True))
            self.setCursorPosition(place)
            self.hidden_removed.emit()

    @Slot()
    def _on_theme_changed(self) -> None:
        font = Theme.of().font("body")
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, self._spacing)
        self.setFont(font)
        self.setTextMargins(Theme.of().px(16) + 8 if self._icon else 0, 0, 0, 0)
        self.updateGeometry()


class PassphraseInput(QLineEdit):
    """A passphrase, hidden until the eye is pressed; never offered for copying, undo is cut off at lock."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setMaxLength(1024)
        self.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self.setProperty("tall", True)
        self.eye = IconButton("eye", "Show the passphrase (Ctrl+H)", on_click=self._turn, parent=self)
        self.eye.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab goes from one typing to the next; Ctrl+H turns it
        self._on_theme_changed()
        Theme.of().changed.connect(self._on_theme_changed)

    def _turn(self) -> None:
        hidden = self.echoMode() == QLineEdit.EchoMode.Password
        self.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
        words = "Hide the passphrase (Ctrl+H)" if hidden else "Show the passphrase (Ctrl+H)"
        self.eye.set_name(words, "eye-off" if hidden else "eye")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Show or hide what was typed at Ctrl+H; every other key is typed."""
        if event.key() == Qt.Key.Key_H and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self._turn()
            return
        super().keyPressEvent(event)

    def forget(self) -> None:
        """Empty the input, its undo history too, and hide what will be typed."""
        self.clear()
        self.setModified(False)
        if self.echoMode() != QLineEdit.EchoMode.Password:
            self._turn()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the eye at the right end."""
        super().resizeEvent(event)
        side = self.eye.sizeHint()
        self.eye.setGeometry(
            self.width() - side.width() - 5, (self.height() - side.height()) // 2, side.width(), side.height()
        )

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setFont(Theme.of().font("body"))
        self.setTextMargins(0, 0, Theme.of().px(28), 0)
        self.updateGeometry()


class TextArea(QPlainTextEdit):
    """Several lines; Tab leaves it, Enter makes a line and never sends the form.

    ``hidden_removed`` says that characters that nobody sees were taken out of what was typed or pasted.
    """

    hidden_removed = Signal()

    def __init__(self, lines: int = 2, *, longest: int = LONGEST, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines, self._longest = lines, longest
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.textChanged.connect(self._on_text_changed)
        Theme.of().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def text(self) -> str:
        """Return what was typed."""
        return self.toPlainText()

    def setText(self, text: str) -> None:
        """Show a text."""
        self.setPlainText(text)

    def sizeHint(self) -> QSize:
        """Return room for the lines, with the padding of the pictures (56 px for two lines)."""
        return QSize(240, self._lines * Theme.of().line("body") + 20)

    def minimumSizeHint(self) -> QSize:
        """Return room for the lines."""
        return QSize(120, self.sizeHint().height())

    @Slot()
    def _on_text_changed(self) -> None:
        text = self.toPlainText()
        if hides(text, typing=True):
            place = len(without_invisible(text[: self.textCursor().position()], typing=True))
            self.setPlainText(without_invisible(text, typing=True))
            cursor = self.textCursor()
            cursor.setPosition(min(place, len(self.toPlainText())))
            self.setTextCursor(cursor)
            self.hidden_removed.emit()
        if len(self.toPlainText()) > self._longest:
            self.setPlainText(self.toPlainText()[: self._longest])

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setFont(Theme.of().font("body"))
        self.updateGeometry()


_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)


def _is_letter(event: QKeyEvent) -> bool:
    # never "modifiers & ~Shift": Qt's flags are signed numbers on Windows, where the inverse of one has no other in it
    return event.modifiers() in _PLAIN and event.text().isprintable() and bool(event.text())


class Choice(QComboBox):
    """One of a list by key; the wheel never changes it by accident."""

    picked = Signal(str)

    def __init__(self, options: Sequence[tuple[str, str]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setMinimumContentsLength(3)
        self.show_options(options)
        self.currentIndexChanged.connect(self._on_index_changed)
        Theme.of().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def show_options(self, options: Sequence[tuple[str, str]]) -> None:
        """Show options as (key, words) in place of those before."""
        self.blockSignals(True)
        self.clear()
        for key, words in options:
            self.addItem(words, key)
        self.blockSignals(False)

    def key(self) -> str:
        """Return the key of what is chosen."""
        return str(self.currentData() or "")

    def pick(self, key: str) -> None:
        """Choose by key; a key that is not there changes nothing."""
        place = self.findData(key)
        if place >= 0:
            self.setCurrentIndex(place)

    def event(self, event: QEvent) -> bool:
        """Keep letters: they look for an entry here, and are no keys of the page."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_letter(event):
            event.accept()
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the choice with its chevron."""
        super().paintEvent(event)
        side = Theme.of().px(16)
        token = "text" if self.isEnabled() else "muted"
        icons.paint(QPainter(self), "chevron-down", self.width() - 11 - side, (self.height() - side) / 2, token)

    @Slot(int)
    def _on_index_changed(self, _index: int) -> None:
        self.picked.emit(self.key())

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setFont(Theme.of().font("body"))
        self.updateGeometry()


class DateInput(QDateEdit):
    """A date typed as "24 Nov 2026" or picked from a month; the wheel never changes it by accident."""

    picked = Signal(object)

    def __init__(self, day: date, *, weekday: bool = False, year: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLocale(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
        self.setDisplayFormat(("ddd " if weekday else "") + "d MMM" + (" yyyy" if year else ""))
        self.setCalendarPopup(True)
        self.setCalendarWidget(month_popup(self.locale()))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_day(day)
        self.dateChanged.connect(self._on_date_changed)
        Theme.of().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def day(self) -> date:
        """Return the date shown."""
        shown = self.date()
        return date(shown.year(), shown.month(), shown.day())

    def set_day(self, day: date) -> None:
        """Show a date."""
        self.setDate(QDate(day.year, day.month, day.day))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the date with its calendar."""
        super().paintEvent(event)
        side = Theme.of().px(16)
        token = "text" if self.isEnabled() else "muted"
        icons.paint(QPainter(self), "calendar", self.width() - 11 - side, (self.height() - side) / 2, token)

    def _dress_calendar(self) -> None:
        """Give the arrows of the month our icons in the theme's colour."""
        for name, icon in (("qt_calendar_prevmonth", "chevron-left"), ("qt_calendar_nextmonth", "chevron-right")):
            arrow = self.calendarWidget().findChild(QToolButton, name)
            if arrow is not None:
                arrow.setIcon(icons.icon(icon))

    @Slot(QDate)
    def _on_date_changed(self, _day: QDate) -> None:
        self.picked.emit(self.day())

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setFont(Theme.of().font("body"))
        self.lineEdit().setFont(self.font())  # Qt does not hand a new font down to it
        self._dress_calendar()
        self.updateGeometry()


def month_popup(locale: QLocale) -> QCalendarWidget:
    """Return the month for a date popup: weeks from Monday, weekends in the text colour."""
    made = QCalendarWidget()
    made.setLocale(locale)
    made.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
    made.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
    made.setGridVisible(False)
    plain = QTextCharFormat()
    plain.setForeground(Theme.of().color("text"))
    for weekday in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
        made.setWeekdayTextFormat(weekday, plain)
    return made


class Tick(QCheckBox):
    """A box to tick, with words."""

    def __init__(self, text: str, *, ticked: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setChecked(ticked)
        self.setMinimumHeight(24)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        Theme.of().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box and, when ticked, the check."""
        super().paintEvent(event)
        if self.isChecked():
            side = Theme.of().px(16)
            token = "on_accent" if self.isEnabled() else "surface"
            icons.paint(QPainter(self), "check", 2, (self.height() - side) / 2 + 2, token, 12)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setFont(Theme.of().font("body"))
        self.setMinimumHeight(max(24, Theme.of().line("body")))
        self.updateGeometry()


class Radio(QRadioButton):
    """One of a few answers, with a dot."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setMinimumHeight(24)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        Theme.of().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ring and, when chosen, the dot."""
        super().paintEvent(event)
        if self.isChecked():
            theme = Theme.of()
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("on_accent"))
            side, dot = theme.px(16), theme.px(6)
            painter.drawEllipse((side - dot) // 2, (self.height() - dot) // 2, dot, dot)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setFont(Theme.of().font("body"))
        self.setMinimumHeight(max(24, Theme.of().line("body")))
        self.updateGeometry()
