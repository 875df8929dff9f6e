"""The identity bar of a case: who and where, how it stands and how far the four weeks have come; it never scrolls."""

from __future__ import annotations

from datetime import date
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.ui.case import wording
from cme_desktop.ui.case.opened import OpenedCase
from cme_desktop.ui.qt import row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import PAGE_PADDING, Tone
from cme_desktop.ui.widgets.tags import Tag, TagLook
from cme_desktop.ui.widgets.text import Elided, Glyph, Label
from cme_desktop.ui.words import capital

HEIGHT: Final = 75
_BLOCK: Final = 8
_GAP: Final = 2


class DayBlocks(QWidget):
    """Twenty-eight blocks, filled up to today."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filled = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        Theme.of().changed.connect(self._on_theme_changed)

    def show_filled(self, filled: int) -> None:
        """Fill so many blocks."""
        self._filled = filled
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for all blocks."""
        return QSize(wording.FOUR_WEEKS * (_BLOCK + _GAP) - _GAP, _BLOCK)

    def minimumSizeHint(self) -> QSize:
        """Return room for all blocks."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the blocks."""
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for place in range(wording.FOUR_WEEKS):
            painter.setBrush(theme.color("accent" if place < self._filled else "track"))
            painter.drawRoundedRect(QRectF(place * (_BLOCK + _GAP), 0, _BLOCK, _BLOCK), 2, 2)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.update()


class IdentityBar(QFrame):
    """Two lines over the full width: name, age, UPN and tags; school, address and the days."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "band")
        self.name = Elided("", "title")
        self.age = Label("", "body", "muted")
        self.upn = Label("", "hint", "muted").set_tabular()
        self.restricted = Tag("Restricted", Tone.GREY, "lock")
        self.status, self.risk = Tag(""), Tag("")
        self.school, self.off_roll = Elided(""), Label("", token="muted")
        self.address_glyph = Glyph("house", "muted", 16)
        self.address = Elided("")
        self.days, self.blocks, self.review = Label("", token="muted"), DayBlocks(), Label("")
        self._days = wording.DayLook("", None, "")
        top = row(self.name, 10, self.age, 11, self.upn, None, gap=0)
        for tag in (self.restricted, self.status, self.risk):
            top.addSpacing(12)
            top.addWidget(tag)
        below = row(Glyph("school", "muted", 16), 3, self.school, self.off_roll, 24, self.address_glyph, 3, gap=0)
        below.addWidget(self.address)
        below.addStretch(1)
        for part in (self.days, self.blocks, self.review):
            below.addSpacing(8)
            below.addWidget(part)
        box = QVBoxLayout(self)
        box.setContentsMargins(PAGE_PADDING, 12, PAGE_PADDING, 12)
        box.setSpacing(4)
        box.addLayout(top)
        box.addLayout(below)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        Theme.of().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def show_case(self, case: OpenedCase, today: date) -> None:
        """Show whose case it is."""
        head = case.head
        self.name.setText(f"{head.forename} {head.surname.upper()}".strip() or "Name not known")
        self.name.setMaximumWidth(self.name.fontMetrics().horizontalAdvance(self.name.text()) + 1)
        self.age.setText(wording.age_words(head))
        self.age.setToolTip(capital(wording.born_words(head)))
        self.upn.setText(f"UPN {head.upn}" if head.upn else "no UPN")
        self.restricted.setVisible(head.restricted)
        self.status.show_look(wording.status_tag(head))
        self.risk.show_look(wording.risk_tag(head))
        self.school.setText(head.last_school or "No school known")
        self.school.setMaximumWidth(self.school.fontMetrics().horizontalAdvance(self.school.text()) + 1)
        off = f" off roll {wording.plain_day(head.off_roll_on, today)}" if head.off_roll_on else ""
        self.off_roll.setText(off)
        self._show_address(case)
        look = self._days = wording.day_look(head, today)
        self.days.setText(look.before)
        self.blocks.setVisible(look.filled is not None)
        self.blocks.show_filled(look.filled or 0)
        self.review.setText(look.after)
        self.review.set_tone("danger" if look.late else "text", "strong" if look.late else "body")
        self.setAccessibleName(self.says(case))

    def _show_address(self, case: OpenedCase) -> None:
        living = next((one for one in case.addresses if one.valid_to is None), None)
        hidden = living is not None and living.confidential
        self.address_glyph.show_icon("lock" if hidden else "house", "red_fg" if hidden else "muted")
        known = living.one_line if living is not None else "Address not known"
        self.address.setText(f"{known} (confidential)" if hidden else known)
        self.address.setMaximumWidth(self.address.fontMetrics().horizontalAdvance(self.address.text()) + 1)

    def says(self, case: OpenedCase) -> str:
        """Return the whole bar as a screen reader says it."""
        head = case.head
        parts = (
            case.name,
            wording.born_words(head),
            wording.year_words(head),
            self.upn.text(),
            self.status.text(),
            self.risk.text(),
            f"{self.school.text()}{self.off_roll.text()}",
            self.address.text(),
            self._days.says(),
        )
        return ". ".join(part for part in parts if part)

    def tags(self) -> tuple[TagLook, ...]:
        """Return what the tags say."""
        return (self.status.look, self.risk.look)

    @Slot()
    def _on_theme_changed(self) -> None:
        for words in (self.name, self.school, self.address):
            words.setMaximumWidth(words.fontMetrics().horizontalAdvance(words.text()) + 1)
        theme = Theme.of()
        self.setFixedHeight(max(theme.px(HEIGHT), theme.line("title") + theme.line("body") + 29))
