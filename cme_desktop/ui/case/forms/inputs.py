"""Inputs that only the forms of a case use: when it was, and a date that may be empty, typed in any usual way."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

from PySide6.QtCore import QDate, QDateTime, QLocale, QSize, Qt, QTime, Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QDateTimeEdit, QWidget

from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.inputs import DateInput, TextInput, month_popup
from cme_desktop.ui.words import LONDON, MONTHS, short_date

_PIVOT: Final = 50
_BESIDE: Final = 44
"""Px at 100 % that the edge and the arrow of a date take beside its words."""
_NUMBERS: Final = re.compile(r"(\d{1,2})[ ./-](\d{1,2})[ ./-](\d{4}|\d{2})")
_SOLID: Final = re.compile(r"(\d{2})(\d{2})(\d{4}|\d{2})")
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_WORDS: Final = re.compile(r"(\d{1,2}) ?([a-z]{3,9})\.?,? ?(\d{4}|\d{2})")


def read_day(typed: str, today: date) -> date | None:
    """Return the day that was typed ("2 Mar 2012", "2/3/2012", "020312", "today"), None where it is none.

    A year of two figures is the last such year up to this one.
    """
    words = " ".join(typed.casefold().split())
    near = {"today": 0, "yesterday": 1, "t": 0, "y": 1}
    if words in near:
        return today - timedelta(days=near[words])
    found = _ISO.fullmatch(words)
    if found:
        return _day(int(found[1]), int(found[2]), int(found[3]))
    found = _NUMBERS.fullmatch(words) or _SOLID.fullmatch(words)
    if found:
        return _day(_year(found[3], today), int(found[2]), int(found[1]))
    found = _WORDS.fullmatch(words)
    months = [month.casefold() for month in MONTHS]
    if found and found[2][:3] in months:
        return _day(_year(found[3], today), months.index(found[2][:3]) + 1, int(found[1]))
    return None


def _year(figures: str, today: date) -> int:
    year = int(figures)
    if len(figures) == 4:
        return year
    century = today.year // 100 * 100
    return century + year if century + year <= today.year else century - 100 + year


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


class DayText(TextInput):
    """A date that may be empty, typed in any usual way; leaving the field shows it as "2 Mar 2012"."""

    picked = Signal(object)

    def __init__(self, today: date, *, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(longest=24, hint=hint, parent=parent)
        self._today = today
        self.setMinimumWidth(Theme.of().px(120))
        self.editingFinished.connect(self._on_finished)

    def day(self) -> date | None:
        """Return the date, None while the field is empty or holds something else."""
        return read_day(self.text(), self._today)

    def set_day(self, day: date | None) -> None:
        """Show a date, or nothing."""
        self.setText(short_date(day) if day else "")

    def error(self, what: str) -> str:
        """Return what is wrong with what was typed, an empty text where nothing is."""
        return f"{what} must be a date, such as 2 Mar 2012" if self.text().strip() and self.day() is None else ""

    @Slot()
    def _on_finished(self) -> None:
        day = self.day()
        if day is not None:
            self.set_day(day)
        self.picked.emit(day)


class Day(DateInput):
    """A date with a month to pick from, which Tab leaves at once: the arrows move between day, month and year."""

    def focusNextPrevChild(self, onward: bool) -> bool:
        """Leave the field."""
        return QWidget.focusNextPrevChild(self, onward)


class WhenInput(QDateTimeEdit):
    """A day and a time, "Today 24 Nov 2026, 10:42"; Tab leaves it, arrows move inside, the wheel changes nothing."""

    def __init__(self, now: datetime, *, short: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now, self._short = now.astimezone(LONDON), short
        self.setLocale(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
        self.setCalendarPopup(True)
        self.setCalendarWidget(month_popup(self.locale()))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.dateTimeChanged.connect(self._on_changed)
        self.set_moment(now)
        Theme.of().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def moment(self) -> datetime:
        """Return the moment, with London's zone."""
        shown = self.dateTime()
        day, time = shown.date(), shown.time()
        return datetime(day.year(), day.month(), day.day(), time.hour(), time.minute(), tzinfo=LONDON)

    def set_moment(self, moment: datetime) -> None:
        """Show a moment."""
        local = moment.astimezone(LONDON)
        self.setDateTime(QDateTime(QDate(local.year, local.month, local.day), QTime(local.hour, local.minute)))
        self._on_changed()

    def day(self) -> date:
        """Return the day in London."""
        return self.moment().date()

    def sizeHint(self) -> QSize:
        """Return room for the longest moment in words."""
        words = "Today 00:00" if self._short else "Today 00 Mmm 0000, 00:00"
        return QSize(self.fontMetrics().horizontalAdvance(words) + Theme.of().px(_BESIDE), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return room for the longest moment in words."""
        return self.sizeHint()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()

    def focusNextPrevChild(self, onward: bool) -> bool:
        """Leave the field."""
        return QWidget.focusNextPrevChild(self, onward)

    @Slot()
    def _on_changed(self) -> None:
        today = self.day() == self._now.date()
        if self._short:
            form = "'Today' HH:mm" if today else "d MMM HH:mm"
        else:
            form = ("'Today' " if today else "") + "d MMM yyyy, HH:mm"
        if self.displayFormat() != form:
            self.setDisplayFormat(form)
        only_time = self._short and today  # a time alone is laid out as a spin box, whose padding the style leaves out
        self.lineEdit().setTextMargins(8 if only_time else 0, 0, 0, 0)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setFont(Theme.of().font("body"))
        self.lineEdit().setFont(self.font())
        self.updateGeometry()
