"""The three answers as framed radio buttons with their keys: Yes 1, No 2, Not sure 3; none is chosen beforehand."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QWidget

from cme_desktop.domain.risk import ANSWER_WORDS, Answer
from cme_desktop.ui.qt import row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import RADIUS
from cme_desktop.ui.widgets.tags import draw_line, key_width, paint_key

SIZE: Final = (148, 40)
ORDER: Final = (Answer.YES, Answer.NO, Answer.NOT_SURE)


class AnswerButton(QAbstractButton):
    """One answer."""

    def __init__(self, answer: Answer, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answer, self._key = answer, key
        self.setText(ANSWER_WORDS[answer])
        self.setAccessibleName(ANSWER_WORDS[answer])
        self.setAccessibleDescription(f"Key {key}")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        Theme.of().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        """Return the size of the picture, or more where the words need it."""
        theme = Theme.of()
        words = theme.metrics("strong").horizontalAdvance(self.text())
        need = theme.px(39) + words + 12 + key_width(self._key) + 12
        return QSize(max(theme.px(SIZE[0]), need), theme.px(SIZE[1]))

    def minimumSizeHint(self) -> QSize:
        """Return the button's own size."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with Enter as with Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the frame, the ring with its dot, the words and the key."""
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen, enabled = self.isChecked(), self.isEnabled()
        fill = "selection" if chosen else "hover" if self.underMouse() and enabled else "surface"
        painter.setPen(QPen(theme.color("accent" if chosen else "border" if enabled else "line"), 2 if chosen else 1))
        painter.setBrush(theme.color(fill))
        inset = 1.0 if chosen else 0.5
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), RADIUS, RADIUS)
        side = theme.px(16)
        ring = QRectF(theme.px(13), (self.height() - side) / 2, side, side)
        painter.setPen(QPen(theme.color("accent" if chosen else "border"), 1))
        painter.setBrush(theme.color("accent" if chosen else "surface"))
        painter.drawEllipse(ring.adjusted(0.5, 0.5, -0.5, -0.5))
        if chosen:
            dot = theme.px(6)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("on_accent"))
            painter.drawEllipse(ring.center(), dot / 2, dot / 2)
        painter.setFont(theme.font("strong" if chosen else "body"))
        painter.setPen(theme.color("text" if enabled or chosen else "muted"))
        draw_line(painter, self.text(), theme.px(39), self.rect())
        width = key_width(self._key)
        paint_key(painter, QRect(self.width() - 12 - width, 0, width, self.height()), self._key)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


class AnswerRow(QWidget):
    """Yes, No, Not sure. ``chosen`` carries the answer that the person chose."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self.buttons = tuple(AnswerButton(answer, str(place)) for place, answer in enumerate(ORDER, start=1))
        for button in self.buttons:
            self._group.addButton(button)
        self.setLayout(row(*self.buttons, None, gap=8))
        self._group.buttonClicked.connect(self._on_clicked)
        self.setAccessibleName("Answer")

    def answer(self) -> Answer | None:
        """Return the answer chosen, None while there is none."""
        button = self._group.checkedButton()
        return button.answer if isinstance(button, AnswerButton) else None

    def show_answer(self, answer: Answer | None) -> None:
        """Show an answer, or none."""
        self._group.setExclusive(False)
        for button in self.buttons:
            button.setChecked(button.answer is answer)
        self._group.setExclusive(True)

    def choose(self, answer: Answer) -> None:
        """Choose an answer as a press does."""
        self.buttons[ORDER.index(answer)].click()

    def focus(self) -> QWidget:
        """Return the button that takes the focus: the one chosen, or the first."""
        return next((button for button in self.buttons if button.isChecked()), self.buttons[0])

    @Slot(QAbstractButton)
    def _on_clicked(self, button: QAbstractButton) -> None:
        if isinstance(button, AnswerButton):
            self.chosen.emit(button.answer)
