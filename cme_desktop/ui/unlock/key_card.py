"""The recovery key in seven numbered groups, and the two groups that are typed back from the paper (mock-up 12)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from random import SystemRandom
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.ui.qt import row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import RADIUS, Tone
from cme_desktop.ui.widgets.buttons import Button, Link
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.form import Field
from cme_desktop.ui.widgets.inputs import KEY_SPACING, TextInput
from cme_desktop.ui.widgets.tags import Tag, TagLook, draw_line
from cme_desktop.ui.widgets.text import Label

_GROUP: Final = (84, 42)


class KeyGroups(QWidget):
    """The groups, painted: they cannot be selected or copied, and a screen reader spells them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups: tuple[str, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Recovery key")
        Theme.of().changed.connect(self._on_theme_changed)

    def show_groups(self, groups: Sequence[str]) -> None:
        """Show the groups; an empty sequence forgets them."""
        self._groups = tuple(groups)
        spelled = ". ".join(f"Group {place}: {' '.join(group)}" for place, group in enumerate(groups, start=1))
        self.setAccessibleName(f"Recovery key. {spelled}" if groups else "Recovery key")
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for seven groups and their numbers."""
        theme = Theme.of()
        return QSize(7 * theme.px(_GROUP[0]) + 6 * 8, theme.px(_GROUP[1]) + theme.px(18))

    def minimumSizeHint(self) -> QSize:
        """Return room for seven groups and their numbers."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the groups across the whole width."""
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide, high = theme.px(_GROUP[0]), theme.px(_GROUP[1])
        gap = (self.width() - wide * len(self._groups)) / max(len(self._groups) - 1, 1)
        font = spaced(theme.font("title"))
        for place, group in enumerate(self._groups):
            box = QRectF(place * (wide + gap) + 0.5, 0.5, wide - 1, high - 1)
            painter.setPen(QPen(theme.color("line"), 1))
            painter.setBrush(theme.color("bg"))
            painter.drawRoundedRect(box, RADIUS, RADIUS)
            painter.setFont(font)
            painter.setPen(theme.color("text"))
            width = QFontMetrics(font).horizontalAdvance(group)
            area = box.toRect()
            draw_line(painter, group, box.left() + (wide - width) / 2, QRect(area.left(), 0, area.width(), high))
            painter.setFont(theme.font("hint"))
            painter.setPen(theme.color("muted"))
            number = str(place + 1)
            width = painter.fontMetrics().horizontalAdvance(number)
            draw_line(
                painter,
                number,
                box.left() + (wide - width) / 2 - 1,
                QRect(area.left(), high, area.width(), theme.px(19)),
            )

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


def spaced(font: QFont) -> QFont:
    """Return a font with the spacing of key groups."""
    made = QFont(font)
    made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, KEY_SPACING)
    return made


class KeyCard(Card):
    """The card with the key, Print and Save; nothing of it goes to the clipboard or a file by itself."""

    print_wanted = Signal()
    save_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.groups = KeyGroups()
        self.printed = Tag("", Tone.GREEN, "check")
        self.printed.hide()
        self.print_button = Button("Print the key", icon="print", on_click=self.print_wanted.emit)
        self.save_button = Button("Save as PDF", icon="store", on_click=self.save_wanted.emit)
        self.body.setSpacing(16)
        self.body.addWidget(self.groups)
        self.body.addLayout(row(self.print_button, self.save_button, None, self.printed, gap=8))

    def show_done(self, words: str) -> None:
        """Say that the key was printed or saved, and when."""
        self.printed.show_look(TagLook(words, Tone.GREEN, "check"))
        self.printed.setVisible(bool(words))


def two_places(groups: Sequence[str], but: Collection[int] = ()) -> tuple[int, int]:
    """Return two different groups (from 1), in order, chosen at random by the system; none of ``but``."""
    free = [place for place in range(1, len(groups) + 1) if place not in but]
    first, second = sorted(SystemRandom().sample(free, 2))
    return first, second


class TypeBack(Card):
    """Two groups, chosen at random, are typed from the paper; ``right_changed`` says whether both are."""

    right_changed = Signal(bool)
    again_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._wanted: tuple[str, ...] = ()
        self.inputs = (TextInput(longest=8), TextInput(longest=8))
        self.fields = tuple(Field("Group", editor, width=132) for editor in self.inputs)
        self.again = Link("Show the key again", on_click=self.again_wanted.emit)
        self.body.setSpacing(12)
        self.body.addWidget(Label("Type two groups from the paper", "section"))
        words = "The key is hidden now. Take the sheet in your hand: only what is on it opens the register later."
        self.body.addWidget(Label(words, token="muted", wrap=True))
        hint = Label(
            "Capitals or small letters, both are fine. The key has no 0, 1, 8 or 9.", "hint", "muted", wrap=True
        )
        line = row(*self.fields, gap=16)
        line.addWidget(hint, 1, Qt.AlignmentFlag.AlignBottom)
        hint.setContentsMargins(0, 0, 0, 10)
        self.body.addLayout(line)
        self.body.addLayout(row(self.again, None))
        for editor in self.inputs:
            editor.for_key()
            editor.textEdited.connect(self._on_edited)

    def ask(self, groups: Sequence[str], places: tuple[int, int]) -> None:
        """Ask for the groups at two places (from 1)."""
        self._wanted = tuple(groups[place - 1] for place in places)
        for field, editor, place in zip(self.fields, self.inputs, places, strict=True):
            field.label.setText(f"Group {place}")
            field.show_error("")
            editor.setAccessibleName(f"Group {place}")
            editor.clear()
            editor.set_right(False)
        self.right_changed.emit(False)

    @property
    def right(self) -> bool:
        """Say whether both groups are typed right."""
        return bool(self._wanted) and all(editor.right for editor in self.inputs)

    def forget(self) -> None:
        """Forget the groups."""
        self._wanted = ()
        for field, editor in zip(self.fields, self.inputs, strict=True):
            editor.clear()
            editor.set_right(False)
            field.show_error("")

    @Slot()
    def _on_edited(self) -> None:
        for editor, field, wanted in zip(self.inputs, self.fields, self._wanted, strict=False):
            typed = editor.text().strip().upper().replace("-", "")
            editor.set_right(typed == wanted)
            wrong = len(typed) >= len(wanted) and typed != wanted
            place = field.label.text().lower()
            field.show_error(f"This is not {place} of the paper" if wrong else "")
        self.right_changed.emit(self.right)


Places = Callable[[Sequence[str], Collection[int]], tuple[int, int]]


class PaperCheck(QWidget):
    """A recovery key that is put on paper, then hidden while two of its groups are typed back from there.

    Showing it again asks for two other groups: what was just read from the screen proves nothing.
    """

    changed = Signal()

    def __init__(self, places: Places = two_places, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups: tuple[str, ...] = ()
        self._places, self._asked = places, (0, 0)
        self._done = False
        self.card, self.type_back = KeyCard(), TypeBack()
        self.type_back.hide()
        self.type_back.again_wanted.connect(self.show_again)
        self.type_back.right_changed.connect(self._on_right_changed)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.card)
        box.addWidget(self.type_back)

    @property
    def hidden(self) -> bool:
        """Say whether the key is hidden and two groups are asked for."""
        return self.type_back.isVisibleTo(self)

    @property
    def right(self) -> bool:
        """Say whether both groups were typed right from the paper."""
        return self.hidden and self.type_back.right

    def show_key(self, groups: Sequence[str]) -> None:
        """Show a key that is not on paper yet."""
        self._groups, self._done, self._asked = tuple(groups), False, (0, 0)
        self.card.show_done("")
        self.show_again()

    def show_done(self, words: str) -> None:
        """Say that the key was printed or saved ("Printed 10:21")."""
        self._done = True
        self.card.show_done(words)
        self.changed.emit()

    def missing(self) -> str:
        """Return what is still to be done with the paper."""
        if not self._done:
            return "Print or save the key first"
        return "" if not self.hidden or self.right else "Opens when both groups are typed"

    def hide_key(self) -> None:
        """Take the key off the screen and ask for two of its groups."""
        self._asked = self._places(self._groups, self._asked)
        self.card.groups.show_groups(())
        self.card.hide()
        self.type_back.show()
        self.type_back.ask(self._groups, self._asked)
        self.type_back.inputs[0].setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    @Slot()
    def show_again(self) -> None:
        """Show the key again; the next time two other groups are asked for."""
        self.type_back.forget()
        self.type_back.hide()
        self.card.show()
        self.card.groups.show_groups(self._groups)
        self.card.print_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def forget(self) -> None:
        """Forget the key."""
        self._groups, self._done = (), False
        self.card.groups.show_groups(())
        self.type_back.forget()

    @Slot(bool)
    def _on_right_changed(self, _right: bool) -> None:
        self.changed.emit()
