"""Paint the lines of Today, and know where their buttons are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QTextLayout
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from cme_desktop.domain.risk import DEMAND_WORDS, DemandKind
from cme_desktop.ui import icons
from cme_desktop.ui.focus import paint_ring
from cme_desktop.ui.qt import wrapped
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.today.lines import DONE, HEAD_HEIGHT, INBOX, LOG, OPEN, PUT_OFF, READ, ROW_HEIGHT, Head, Step
from cme_desktop.ui.today.model import LINE
from cme_desktop.ui.tokens import CELL_OUTER, CONTROL_SMALL
from cme_desktop.ui.widgets.buttons import ButtonLook, Kind, button_size, paint_button
from cme_desktop.ui.widgets.tags import draw_line

_GAP: Final = 12
_ICON: Final = 16
_NARROW, _WIDE = (206, 268), (320, 400)
_WIDE_FROM: Final = 1100
_LEAST_WHY: Final = 0.26
"""The share of a row that the reason keeps at least, at large text or in a small window."""
_NAME_LINE: Final = 16
_EVEN: Final = 0.66
"""The share of words that the first of two lines takes, so that no single word stands in the second."""
_SHORT: Final = {DEMAND_WORDS[DemandKind.CALL_SOCIAL_WORKER]: "Call social worker"}
_LOOKS: Final = {
    OPEN: ButtonLook("Open", small=True),
    LOG: ButtonLook("Log", key="L", small=True),
    DONE: ButtonLook("Done", key="D", small=True),
    PUT_OFF: ButtonLook("Put off", key="U", small=True),
    INBOX: ButtonLook("Look in the inbox", small=True),
    READ: ButtonLook("Read", small=True),
}
_LOG_CALL: Final = ButtonLook("Log call", Kind.PRIMARY, icon="phone", key="L", small=True)


@dataclass(frozen=True)
class Columns:
    """Where the columns of a row begin and how wide they are, in px."""

    name: tuple[int, int]
    why: tuple[int, int]
    next: tuple[int, int]

    @classmethod
    def of(cls, area: QRect) -> Columns:
        """Lay out a row: icon, name and year, why, next step and due."""
        theme = Theme.of()
        name, after = (theme.px(side) for side in (_WIDE if area.width() >= _WIDE_FROM else _NARROW))
        left = area.left() + CELL_OUTER + theme.px(_ICON) + _GAP
        room = area.right() + 1 - CELL_OUTER - left - 2 * _GAP
        least = round(room * _LEAST_WHY)
        if room - name - after < least:
            share = (room - least) / (name + after)
            name, after = int(name * share), int(after * share)
        why = room - name - after
        return cls((left, name), (left + name + _GAP, why), (left + name + why + 2 * _GAP, after))


class TodayDelegate(QStyledItemDelegate):
    """Paint heads and steps; ``buttons`` tells where a row's buttons are."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view
        self._layout = QTextLayout()
        self.hovered_row = -1
        self.pointer = QPoint(-1, -1)
        self.filled_row = -1

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the height of a head or of a row."""
        head = isinstance(index.data(LINE), Head)
        return QSize(100, Theme.of().px(HEAD_HEIGHT if head else ROW_HEIGHT))

    # Where things are

    def active(self, row: int, step: Step) -> bool:
        """Say whether a row shows its buttons."""
        return step.always or row == self.hovered_row or row == self._view.currentIndex().row()

    def buttons(self, area: QRect, row: int, step: Step) -> list[tuple[str, QRect, ButtonLook]]:
        """Return the buttons of an active row: what each does, where it is and what it shows."""
        theme = Theme.of()
        left, room = Columns.of(area).next
        top = area.top() + (area.height() - theme.px(CONTROL_SMALL)) // 2
        made: list[tuple[str, QRect, ButtonLook]] = []
        end = left + room
        for act in step.acts:
            look = self._look(act, row, step)
            size = button_size(look)
            width = min(size.width(), end - left) if not made or step.always else size.width()
            if left + width > end or width < theme.px(40):
                break
            made.append((act, QRect(left, top, width, size.height()), look))
            left += width + 8
        return made

    def _look(self, act: str, row: int, step: Step) -> ButtonLook:
        if not step.always:
            return _LOOKS[act]
        if act == LOG:
            return _LOG_CALL if row == self.filled_row else replace(_LOG_CALL, kind=Kind.OUTLINED)
        return ButtonLook(_SHORT.get(step.next_step, step.next_step), small=True)

    def more_area(self, area: QRect, head: Head) -> QRect:
        """Return where the link of a head is."""
        width = Theme.of().metrics("hint").horizontalAdvance(head.more) if head.more else 0
        return QRect(area.right() + 1 - CELL_OUTER - width, area.top(), width, area.height())

    def name_area(self, area: QRect) -> QRect:
        """Return where the name of a row is."""
        left, width = Columns.of(area).name
        return QRect(left, area.top(), width, area.height())

    # Painting

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one line and the line under it."""
        line, area = index.data(LINE), QRect(option.rect)
        painter.save()
        painter.setClipRect(area)
        if isinstance(line, Head):
            self._paint_head(painter, area, line)
        elif isinstance(line, Step):
            self._paint_step(painter, area, index.row(), line)
        if not self._is_last(index.row(), area):
            painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), Theme.of().color("line"))
        painter.restore()

    def _is_last(self, row: int, area: QRect) -> bool:
        """Say whether the card's own border is the line under this row."""
        return row == self._view.model().rowCount() - 1 and area.bottom() >= self._view.viewport().height() - 1

    def _paint_head(self, painter: QPainter, area: QRect, head: Head) -> None:
        theme = Theme.of()
        painter.fillRect(area, theme.color("bg"))
        words = area.adjusted(0, 0, 0, -1)
        left = area.left() + CELL_OUTER
        painter.setFont(theme.font("hint-strong"))
        painter.setPen(theme.color("danger" if head.urgent else "muted"))
        draw_line(painter, head.title, left, words)
        left += theme.metrics("hint-strong").horizontalAdvance(head.title) + 8
        painter.setFont(theme.font("hint", tabular=True))
        painter.setPen(theme.color("muted"))
        draw_line(painter, f"{head.count:,}", left, words)
        if head.more:
            place = self.more_area(words, head)
            font = theme.font("hint")
            font.setUnderline(place.contains(self.pointer))
            painter.setFont(font)
            painter.setPen(theme.color("accent"))
            draw_line(painter, head.more, place.left(), words)

    def _paint_step(self, painter: QPainter, area: QRect, row: int, step: Step) -> None:
        theme = Theme.of()
        current = row == self._view.currentIndex().row()
        body = area if self._is_last(row, area) else area.adjusted(0, 0, 0, -1)
        if current or row == self.hovered_row:
            painter.fillRect(body, theme.color("selection" if current else "hover"))
        icon, token = step.icon
        side = theme.px(_ICON)
        icons.paint(painter, icon, area.left() + CELL_OUTER, area.top() + (area.height() - side) // 2, token)
        columns = Columns.of(area)
        self._paint_name(painter, area, columns.name, step, hovered=row == self.hovered_row)
        active = self.active(row, step)
        self._paint_why(painter, area, columns.why, step, active=active)
        if active:
            for _, place, look in self.buttons(area, row, step):
                paint_button(painter, place, look, hovered=place.contains(self.pointer))
        else:
            self._paint_next(painter, area, columns.next, step)
        if current and self._view.hasFocus():
            paint_ring(painter, body, 4)

    def _paint_name(
        self, painter: QPainter, area: QRect, column: tuple[int, int], step: Step, *, hovered: bool
    ) -> None:
        theme = Theme.of()
        left, width = column
        year = theme.metrics("hint").horizontalAdvance(step.year)
        room = width - (year + 8 if step.year else 0)
        font = theme.font("strong")
        font.setUnderline(hovered and self.name_area(area).contains(self.pointer))
        self._layout.setFont(font)
        lines = wrapped(step.name, theme.metrics("strong"), self._layout, room, 2)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        pitch = theme.px(_NAME_LINE)
        top = area.top() + (area.height() - pitch * len(lines)) // 2
        for place, words in enumerate(lines):
            draw_line(painter, words, left, QRect(left, top + place * pitch, room, pitch))
        painter.setFont(theme.font("hint"))
        painter.setPen(theme.color("muted"))
        used = theme.metrics("strong").horizontalAdvance(step.name) if len(lines) == 1 else room
        draw_line(painter, step.year, left + used + 8, area.adjusted(0, 0, 0, -1))

    def _paint_why(self, painter: QPainter, area: QRect, column: tuple[int, int], step: Step, *, active: bool) -> None:
        """Paint why the row is here; where buttons stand in the place of the next step, it moves below the reason."""
        left, width = column
        second = "" if not active or step.always else ", ".join(part for part in (step.next_step, step.when) if part)
        if second in ("", step.why):
            self._paint_lines(painter, step.why, QRect(left, area.top(), width, area.height()))
            return
        theme = Theme.of()
        one, two = theme.line("body"), theme.px(15)
        top = area.top() + (area.height() - one - two) // 2
        _line(painter, step.why, "body", "text", QRect(left, top, width, one))
        _line(painter, second, "second", "danger" if step.late else "muted", QRect(left, top + one, width, two))

    def _paint_next(self, painter: QPainter, area: QRect, column: tuple[int, int], step: Step) -> None:
        theme = Theme.of()
        left, width = column
        when = "hint-strong" if step.late else "hint"
        taken = theme.metrics(when).horizontalAdvance(step.when)
        end = QRect(left + width - taken, area.top(), taken, area.height() - 1)
        _line(painter, step.when, when, "danger" if step.late else "muted", end)
        room = width - (taken + _GAP if step.when else 0)
        self._paint_lines(painter, step.next_step, QRect(left, area.top(), room, area.height()))

    def _paint_lines(self, painter: QPainter, words: str, area: QRect) -> None:
        """Paint words on one line, or on two as a long name is where one is too short for them."""
        theme = Theme.of()
        metrics, pitch = theme.metrics("body"), theme.px(_NAME_LINE)
        whole = metrics.horizontalAdvance(words)
        if whole <= area.width():
            _line(painter, words, "body", "text", area)
            return
        self._layout.setFont(theme.font("body", tabular=True))
        even = wrapped(words, metrics, self._layout, min(round(whole * _EVEN), area.width()), 3)
        lines = even if len(even) == 2 else wrapped(words, metrics, self._layout, area.width(), 2)
        top = area.top() + (area.height() - pitch * len(lines)) // 2
        for place, line in enumerate(lines):
            _line(painter, line, "body", "text", QRect(area.left(), top + place * pitch, area.width(), pitch))


def _line(painter: QPainter, words: str, step: str, token: str, area: QRect) -> None:
    theme = Theme.of()
    painter.setFont(theme.font(step, tabular=True))
    painter.setPen(theme.color(token))
    shown = theme.metrics(step).elidedText(words, Qt.TextElideMode.ElideRight, area.width() + 1)
    draw_line(painter, shown, area.left(), area)
