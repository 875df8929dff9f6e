"""The right side of the inbox: the pupils of a file, one beside a child of the register, and the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.casework.intake.meaning import LATER, MATCH, NEW, NOT_CME
from cme_desktop.register.inbox import PupilRow
from cme_desktop.ui.inbox.compare import Review
from cme_desktop.ui.inbox.pupil_tabs import PupilTabs
from cme_desktop.ui.inbox.table import ReviewModel, ReviewTable
from cme_desktop.ui.qt import column, row
from cme_desktop.ui.widgets.buttons import Button, ButtonLook, Kind
from cme_desktop.ui.widgets.cards import Card, Corners, Foot
from cme_desktop.ui.widgets.states import Place
from cme_desktop.ui.widgets.text import Glyph, Label, Linked, line

NOT_SAME: Final = "not-same"
_LOOKS: Final = {
    MATCH: ButtonLook("Same child", key="S"),
    NEW: ButtonLook("New child", key="N"),
    NOT_SAME: ButtonLook("Not the same", key="X"),
    NOT_CME: ButtonLook("Not CME", key="C"),
    LATER: ButtonLook("Later", Kind.PLAIN),
}
UNTIL: Final = "Nothing is applied until you answer"


class Answers(Foot):
    """The foot: the five answers, the proposed one filled, and what is true meanwhile where there is room."""

    answered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("card-foot", parent)
        self.buttons = {key: self._button(key, look) for key, look in _LOOKS.items()}
        self.buttons[NOT_CME].setToolTip("Not missing education: no case is opened")
        self.buttons[LATER].setToolTip("Comes back in 7 days")
        self.words = Label(UNTIL, "hint", "muted")
        self.setLayout(row(*self.buttons.values(), None, self.words, gap=8, margins=(16, 12, 16, 12)))

    def _button(self, key: str, look: ButtonLook) -> Button:
        return Button(look.text, look.kind, key=look.key, on_click=lambda: self.answered.emit(key))

    def propose(self, key: str) -> None:
        """Fill one of the answers; the others are outlined."""
        for name, button in self.buttons.items():
            look = _LOOKS[name]
            kind = Kind.PRIMARY if name == key else look.kind
            button.show_look(ButtonLook(look.text, kind, key=look.key))

    def allow(self, reasons: dict[str, str], words: str = UNTIL) -> None:
        """Switch answers off with a reason each; an empty reason switches one on. ``words`` stand at the right."""
        for name, button in self.buttons.items():
            button.set_reason(reasons.get(name, ""))
        self.words.setText(words)
        self._fit()

    def show_only_words(self, words: str) -> None:
        """Take the answers away: this person only reads."""
        for button in self.buttons.values():
            button.hide()
        self.words.setText(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the words out where the answers need the room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = [button for button in self.buttons.values() if not button.isHidden()]
        taken = sum(button.sizeHint().width() + 8 for button in shown) + 32
        self.words.setVisible(taken + self.words.sizeHint().width() <= self.width())


class ReviewCard(Card):
    """The card. ``answered`` carries an answer; the other signals say which link or tab was pressed."""

    answered = Signal(str)
    compare_wanted = Signal()
    counted_wanted = Signal()
    report_wanted = Signal()
    pupil_picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=0, parent=parent)
        self.setAccessibleName("Review")
        self.pupils = PupilTabs()
        self.pupils.picked.connect(self.pupil_picked)
        self.title = Label("", "section", wrap=True)
        self.why = Linked("", "")
        self.why.pressed.connect(self.counted_wanted)
        self.model = ReviewModel(self)
        self.table = ReviewTable(self.model)
        self.others, self._others_row = self._note("info", self.compare_wanted)
        self.report, self._report_row = self._note("note", self.report_wanted)
        self.answers = Answers()
        self.answers.answered.connect(self.answered)
        self.place = Place(self._content())
        self.body.setSpacing(0)
        self.body.addWidget(self.pupils)
        self.body.addWidget(self.place, 1)
        Corners(self)

    def _note(self, icon: str, pressed: SignalInstance) -> tuple[Linked, QWidget]:
        words = Linked("", "")
        words.pressed.connect(pressed)
        holder = QWidget()
        box = row(gap=8)
        box.addWidget(Glyph(icon), 0, Qt.AlignmentFlag.AlignTop)
        box.addWidget(words, 1)
        holder.setLayout(box)
        holder.hide()
        return words, holder

    def _content(self) -> QWidget:
        said = QWidget()
        said.setLayout(column(self.title, self.why, gap=1, margins=(16, 12, 16, 10)))
        said.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        notes = column(self._others_row, self._report_row, gap=8, margins=(16, 8, 16, 8))
        content = QWidget()
        box = QVBoxLayout(content)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(said)
        box.addWidget(line())
        box.addWidget(self.table, 100)
        box.addLayout(notes)
        box.addStretch(1)
        box.addWidget(self.answers)
        return content

    def show_pupils(self, pupils: Sequence[PupilRow], current: int) -> None:
        """Show the pupils of a file, one of them chosen."""
        self.pupils.setVisible(bool(pupils))
        self.pupils.show_pupils(pupils, current)

    def show_review(self, review: Review, *, others: str, report: str, second: frozenset[str] = frozenset()) -> None:
        """Show one pupil beside a child of the register."""
        self.title.setText(review.title)
        if review.counted:
            self.why.say(f"{review.why} Match {review.score} of 100.", "How it is counted")
        else:
            self.why.say(review.why)
        self.model.show_lines(review.lines, second)
        self.others.say(others, "Compare" if others else "")
        self._others_row.setVisible(bool(others))
        self.report.say(report, "Import report" if report else "")
        self._report_row.setVisible(bool(report))
        self.place.show_content()

    def show_instead(self, content: QWidget) -> None:
        """Show something else in place of a review: an empty state, or what to do about a problem file."""
        self.pupils.hide()
        self.place.show_empty(content)

    def show_loading(self) -> None:
        """Show that a review is on its way."""
        self.place.show_loading()


class ProblemPage(QWidget):
    """What is wrong with a file that could not be read, and what can be done about it."""

    copy_wanted = Signal()
    settle_wanted = Signal()

    def __init__(self, name: str, when: str, sentences: Sequence[str], *, may_act: bool) -> None:
        super().__init__()
        self.setAccessibleName(f"Problem file {name}")
        title = Label(name, "section", wrap=True)
        intro = Label(f"Came in {when}. It could not be read, so none of it is used. It is held encrypted.", wrap=True)
        self.copy = Button("Save a copy", icon="save", on_click=self.copy_wanted.emit)
        self.settle = Button("Take it off this list", Kind.PLAIN, on_click=self.settle_wanted.emit)
        inner = column(gap=12, margins=(16, 16, 16, 16))
        head = row(gap=8)
        head.addWidget(Glyph("alert", "danger", 20), 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(title, 1)
        inner.addLayout(head)
        inner.addWidget(intro)
        for sentence in sentences:
            inner.addWidget(Label(sentence, wrap=True))
        advice = "Ask the school to send it again. A copy is saved outside the register only when you say why."
        inner.addWidget(Label(advice, "body", "muted", wrap=True))
        inner.addStretch(1)
        foot = Foot("card-foot")
        why = "" if may_act else "An officer decides about problem files. You can read this page."
        foot.setLayout(row(self.copy, self.settle, None, Label(why, "hint", "muted"), margins=(16, 12, 16, 12)))
        for button in (self.copy, self.settle):
            button.setVisible(may_act)
        outer = column(inner, foot, gap=0)
        outer.setStretch(0, 1)
        self.setLayout(outer)


def side_by_side(left: QWidget, right: QWidget) -> QHBoxLayout:
    """Lay the list at the left of the review."""
    box = row(left, gap=16)
    box.addWidget(right, 1)
    return box
