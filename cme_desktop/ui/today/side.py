"""The right column of Today: what came in, the office routines, and whether the records are safe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.register.came_in import CameIn, RecordsSafe, Routine
from cme_desktop.system import LONDON
from cme_desktop.ui import icons
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import RADIUS, Tone
from cme_desktop.ui.widgets.cards import Card, Scroll
from cme_desktop.ui.widgets.tags import Tag, TagLook, draw_line
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import MONTHS, capital, clock_time, count, day_date, when

_HEIGHT: Final = 50
_PAD: Final = 10
ROUTINE_NAMES: Final = {
    "s2s-messages": "Check S2S messages",
    "weekly-report": "Capita One weekly report",
}
"""SD50: missing messages are monitored; SD49: the weekly report of unknown destinations and EHE."""


@dataclass(frozen=True)
class Place:
    """Where a line of the column leads: the key of a page with what to show there, a case, or a routine to note."""

    page: str = ""
    what: str = ""
    ref: str = ""
    routine: str = ""


@dataclass(frozen=True)
class SideLine:
    """One line: an icon, what it is, what about it, and where it leads."""

    icon: str
    token: str
    title: str
    second: str
    place: Place


class SideButton(QAbstractButton):
    """One line of a card, 50 high; it opens its list by pointer, Space or Enter."""

    def __init__(self, line: SideLine, on_click: Callable[[Place], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = line
        self.setText(line.title)
        self.setAccessibleName(f"{line.title}. {line.second}" if line.second else line.title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda _on=False: on_click(self.line.place))
        Theme.of().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        """Return the height of a line; the width is the card's."""
        return QSize(120, Theme.of().px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """Return the height of a line; long words are elided."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press on Enter as well as on Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the line."""
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("hover"))
            painter.drawRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        one, two = theme.line("body"), theme.line("hint")
        top = (self.height() - one - two) // 2 + 1
        side = theme.px(16)
        icons.paint(painter, self.line.icon, _PAD, top + (one - side) // 2 + 1, self.line.token)
        left = _PAD + side + 10
        room = self.width() - _PAD - left
        cut = False
        for words, step, token, place, height in (
            (self.line.title, "body", "text", top, one),
            (self.line.second, "hint", "muted", top + one - 1, two),
        ):
            painter.setFont(theme.font(step, tabular=True))
            painter.setPen(theme.color(token))
            shown = theme.metrics(step).elidedText(words, Qt.TextElideMode.ElideRight, room + 1)
            cut = cut or shown != words
            draw_line(painter, shown, left, QRect(left, place, room, height))
        self.setToolTip(f"{self.line.title}\n{self.line.second}" if cut else "")

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


class SideCard(Card):
    """A card of lines."""

    def __init__(self, title: str, on_click: Callable[[Place], object], parent: QWidget | None = None) -> None:
        super().__init__(title, padding=6, parent=parent)
        self.body.setSpacing(0)
        self._on_click = on_click
        self.buttons: list[SideButton] = []
        self._nothing = Label("", "body", "muted", wrap=True)
        self._nothing.setContentsMargins(_PAD, 8, _PAD, 8)
        self.body.addWidget(self._nothing)

    def show_lines(self, lines: Sequence[SideLine], nothing: str = "") -> None:
        """Show lines, or the words for none; unchanged lines keep the focus."""
        if [button.line for button in self.buttons] != list(lines):
            for button in self.buttons:
                self.body.removeWidget(button)
                button.hide()
                button.deleteLater()
            self.buttons = [SideButton(line, self._on_click) for line in lines]
            for button in self.buttons:
                self.body.addWidget(button)
        self._nothing.setText(nothing)
        self._nothing.setVisible(not lines)


class SideColumn(Scroll):
    """The three cards."""

    def __init__(self, on_click: Callable[[Place], object], parent: QWidget | None = None) -> None:
        content = QWidget()
        super().__init__(content, name="What came in, office routine, records", parent=parent)
        self.came_in = SideCard("Came in", on_click)
        self.routine = SideCard("Office routine", on_click)
        self.safe = SideCard("Records safe", on_click)
        self.since = Label("", "hint", "muted")
        self.came_in.head().addWidget(self.since)
        self.backup = Tag("Backup OK", Tone.GREEN, "check")
        self.safe.head().addWidget(self.backup)
        box = QVBoxLayout(content)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(16)
        for card in (self.came_in, self.routine, self.safe):
            box.addWidget(card)
        box.addStretch(1)

    def button_of(self, place: Place) -> SideButton | None:
        """Return the line that leads to a place, or None."""
        cards = (self.came_in, self.routine, self.safe)
        return next((one for card in cards for one in card.buttons if one.line.place == place), None)

    def show_all(self, came_in: CameIn, routines: Sequence[Routine], records: RecordsSafe, today: date) -> None:
        """Show what the register says."""
        self.since.setText(since_words(came_in.oldest_at, today))
        self.came_in.show_lines(came_in_lines(came_in), "Nothing new came in.")
        self.routine.show_lines([routine_line(one, today) for one in routines])
        self.backup.show_look(backup_look(records))
        self.safe.show_lines(safe_lines(records, today))


def since_words(oldest: datetime | None, today: date) -> str:
    """Return since when the first of what waits has been there: "since 08:55", "since 20 Nov"."""
    if oldest is None:
        return ""
    day = oldest.astimezone(LONDON).date()
    return f"since {clock_time(oldest)}" if day == today else f"since {day.day} {MONTHS[day.month - 1]}"


def came_in_lines(one: CameIn) -> list[SideLine]:
    """Return what came in, the files first."""
    lines = []
    if one.files:
        parts = ((one.same, "same child"), (one.check, "to check"), (one.new, "new"), (one.not_cme, "not CME"))
        second = ", ".join(f"{number:,} {words}" for number, words in parts if number)
        title = f"{count(one.files, 'S2S file')}, {count(one.children, 'child', 'children')}"
        lines.append(SideLine("file", "accent", title, second, Place("inbox")))
    if one.referrals:
        place = Place(ref=one.referral_ref) if one.referrals == 1 else Place("register", "status:new-referral")
        words = one.referral_words if one.referrals == 1 else f"Newest: {one.referral_words}"
        lines.append(SideLine("pencil", "accent", count(one.referrals, "new referral"), words, place))
    if one.answers:
        title = f"{count(one.answers, 'answer')} from {one.answer_by}"
        lines.append(SideLine("check", "accent", title, one.answer_words, Place(ref=one.answer_ref)))
    if one.problem_files:
        second = f"{one.problem_name} could not be read"
        lines.append(
            SideLine("alert", "danger", count(one.problem_files, "problem file"), second, Place("inbox", "problems"))
        )
    if one.not_deleted:
        title = f"{count(one.not_deleted, 'file')} still in the folder"
        lines.append(SideLine("folder", "amber_fg", title, "Held safely, but could not be removed", Place("inbox")))
    return lines


def routine_line(one: Routine, today: date) -> SideLine:
    """Return one office routine: when it is due, and when it was last done and by whom."""
    name = ROUTINE_NAMES.get(one.kind, one.kind)
    late = one.due <= today
    words = "Due today" if one.due == today else f"Was due {day_date(one.due)}" if late else day_date(one.due)
    if late:
        if one.done_at is None:
            words += ". Not done yet"
        else:
            day = one.done_at.astimezone(LONDON).date()
            words += f". Last done {day.day} {MONTHS[day.month - 1]}" + (f", {short_name(one.by)}" if one.by else "")
    return SideLine("clock", "muted", name, words, Place(routine=one.kind))


def short_name(name: str) -> str:
    """Return "A. Patel" for "Asha Patel"."""
    parts = name.split()
    return f"{parts[0][:1]}. {parts[-1]}" if len(parts) > 1 else name


def backup_look(records: RecordsSafe) -> TagLook:
    """Return the tag of the copies: amber after one working day without one in the second place, red after seven."""
    if records.backup_at is not None and not records.backup_ok:
        return TagLook("Backup failed", Tone.RED, "alert")
    return {
        "ok": TagLook("Backup OK", Tone.GREEN, "check"),
        "late": TagLook("Backup late", Tone.AMBER, "clock"),
        "very-late": TagLook("Backup very late", Tone.RED, "alert"),
    }.get(records.copy, TagLook("No backup yet", Tone.AMBER, "alert"))


def safe_lines(records: RecordsSafe, today: date) -> list[SideLine]:
    """Return when the last copy was made and where, and when the records were last checked."""
    if records.backup_at is None:
        copy = SideLine("store", "muted", "No copy made yet", "Make one in Admin, Backup", Place("admin", "backup"))
    elif not records.backup_ok:
        title = f"The copy of {when(records.backup_at, today)} failed"
        copy = SideLine("store", "danger", title, "Make one in Admin, Backup", Place("admin", "backup"))
    else:
        second = "Second place, opened and checked" if records.second_place else "Only on this computer"
        title = f"Copy made {when(records.backup_at, today)}"
        copy = SideLine("store", "muted", title, second, Place("admin", "backup"))
    if records.checked_at is None:
        check = SideLine(
            "shield", "muted", "Records not checked yet", "Check the records in Admin", Place("admin", "audit")
        )
    else:
        title = "Records intact" if records.checked_ok else "Records are not intact"
        moment = records.checked_at.astimezone(LONDON)
        words = f"Checked {day_date(moment.date())} {clock_time(records.checked_at)}"
        if moment.date() == today:
            words = f"Checked {when(records.checked_at, today)}"
        token = "muted" if records.checked_ok else "danger"
        check = SideLine("shield", token, title, capital(words), Place("admin", "audit"))
    return [copy, check]
