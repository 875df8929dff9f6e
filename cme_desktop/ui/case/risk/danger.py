"""The danger screen: it covers the whole window until a call, or why there was none, is recorded (F42, mock-up 07)."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from cme_desktop import shipped
from cme_desktop.casework import risk
from cme_desktop.casework.risk import ResponseEntry
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.risk import DEMAND_WORDS, SHORTEST_REASON, Answer, answer_words
from cme_desktop.ui.case import wording
from cme_desktop.ui.case.forms.inputs import WhenInput
from cme_desktop.ui.case.opened import OpenedCase
from cme_desktop.ui.case.risk.hours import open_at
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import announce, column, follow_layout, row, shortcut
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import CARD_RADIUS
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import Card, Scroll
from cme_desktop.ui.widgets.chips import Choices
from cme_desktop.ui.widgets.form import Field, Form
from cme_desktop.ui.widgets.inputs import TextArea, TextInput
from cme_desktop.ui.widgets.tags import TrainingTag
from cme_desktop.ui.widgets.text import Elided, Glyph, Label
from cme_desktop.ui.words import capital, clock_time, short_date

WIDTH: Final = 920
MASH, POLICE, SOCIAL_WORKER = "mash", "police", "social-worker"
CALLED: Final = ((MASH, "MASH"), (POLICE, "Police 999"), (SOCIAL_WORKER, "Social worker"))
EMERGENCY: Final = "999"
SAY: Final = {
    2: "looked after child",
    3: "child known to social care",
    4: "child of present concern",
    14: "child at risk of exploitation",
    15: "child at risk of being taken abroad",
}
NOT_SET: Final = "Out-of-hours number not set: ask your manager"
STAYS: Final = (
    "This page stays until a call or a reason is recorded. Your other work is saved. "
    "Both stand on the case, where your manager reads them."
)
ASK_FIRST: Final = "Record the call, or say why you have not called. Then you can close the window."


class NumberCard(QFrame):
    """One number to call: its name, the number at 32 bold, and a line about it; red where it must be."""

    def __init__(self, name: str, number: str, words: str, *, edge: str, tint: bool, number_token: str) -> None:
        super().__init__()
        self._edge, self._tint = edge, tint
        token = "red_fg" if tint else "text"
        self.name = Label(name, "strong", token)
        self.number = Label(number, "section" if tint else "number", "red_fg" if tint else number_token, wrap=tint)
        self.number.selectable()
        self._big = not tint
        self.words = Label(words, "hint", "red_fg" if tint else "muted", wrap=True)
        self.setLayout(column(self.name, self.number, self.words, None, gap=2, margins=(21, 18, 21, 17)))
        self.setAccessibleName(f"{name}: {number}. {words}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        Theme.of().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the card, its edge 2 px where it is the first to call."""
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = 2 if self._edge == "danger" and not self._tint else 1
        painter.setPen(QPen(theme.color(self._edge), wide))
        painter.setBrush(theme.color("red_bg" if self._tint else "surface"))
        inset = wide / 2
        area = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(area, CARD_RADIUS, CARD_RADIUS)

    @Slot()
    def _on_theme_changed(self) -> None:
        if self._big:
            font = Theme.of().font("number", tabular=True)
            font.setPixelSize(Theme.of().px(32))
            self.number.setFont(font)
        self.update()


class DangerScreen(QWidget):
    """Cover for one question of one case. ``answered`` once a call or a reason is kept; nothing else takes it away."""

    answered = Signal()

    def __init__(self, desk: Desk, case: OpenedCase, question: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._case = desk, case
        self._question = shipped.questions().question(question)
        self._busy = self._second = False
        self.setAccessibleName(f"{case.name} may be in danger")
        self.setAutoFillBackground(True)
        self.form = Form("Record the call")
        self.called = Choices("Who did you call", CALLED)
        chips = self.called.layout()
        if chips is not None:
            chips.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.told, self.when = TextInput(), WhenInput(desk.now, short=True)
        self.reference, self.agreed = TextInput(), TextArea(3)
        self.reason = TextArea(3)
        self.save_button = Button(
            "Record the call and go on", Kind.PRIMARY, key="Ctrl+Enter", on_click=self.record_and_go
        )
        self.second_button = Button("Make a second call", on_click=self.record_and_stay)
        self.why_button = Button("I have not called: say why", Kind.QUIET, on_click=self.say_why)
        self._lay_out()
        self.called.choose(self._first_to_call())
        self.called.chosen.connect(self._on_called)
        self._on_called(self.called.key())
        follow_layout(self)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut(self, keys, self.record_and_go)

    # Layout

    def _lay_out(self) -> None:
        inside = QWidget()
        box = QVBoxLayout(inside)
        box.setContentsMargins(0, 24, 0, 24)
        box.setSpacing(16)
        box.addWidget(self._cards())
        box.addWidget(self._record_card())
        note = row(Glyph("info"), Label(STAYS, "hint", "muted", wrap=True), gap=8)
        note.setStretch(1, 1)
        box.addLayout(note)
        box.addStretch(1)
        self._inside = inside
        middle = QWidget()
        middle.setLayout(_centred(inside))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._band())
        whole.addWidget(Scroll(middle), 1)
        Theme.of().changed.connect(self._fit)
        self._fit()

    def _band(self) -> QWidget:
        band = _Band()
        question = self._question
        row_now = self._case.assessment.answer_to(question.number) if self._case.assessment is not None else None
        answer = answer_words(Answer(row_now.answer)) if row_now is not None else "Yes or Not sure"
        asked = " and ".join(
            wording.lower_first(DEMAND_WORDS[kind]) if place else DEMAND_WORDS[kind]
            for place, kind in enumerate(question.demands)
        )
        words = f"Question {question.number} was answered {answer}: {wording.lower_first(question.short)}."
        title = Label(f"{self._case.name} may be in danger", "title", "red_fg", wrap=True)
        second = Label(f"{words} Policy: {wording.lower_first(asked)} at once.", "body", "red_fg", wrap=True)
        self.band_words = second
        above = row(gap=12)
        above.addWidget(title, 1)
        if self._desk.store.demonstration:
            above.addWidget(TrainingTag(), 0, Qt.AlignmentFlag.AlignVCenter)
        texts = column(above, second, gap=2)
        line = row(Glyph("alert", "red_fg", 20), texts, gap=12)
        line.setStretch(1, 1)
        holder = QWidget()
        holder.setLayout(line)
        self._band_inside = holder
        band.setLayout(_centred(holder, above=18, below=21))
        return band

    def _cards(self) -> QWidget:
        policy, head = self._case.policy, self._case.head
        where = "whereabouts unknown" if head.pathway == "whereabouts-unknown" else "not in education"
        say = f"Say: {SAY[self._question.number]}, {where}"
        hours = policy.text("mash.hours")
        is_open = open_at(hours, self._desk.now, self._case.calendar)
        state = {True: "Open now", False: f"Closed now: {hours}", None: hours}[is_open]
        self.emergency = NumberCard("In danger now", EMERGENCY, say, edge="danger", tint=False, number_token="danger")
        self.mash = NumberCard(
            "MASH, in office hours",
            policy.text("mash.phone"),
            f"{state}. Phone first, write after",
            edge="edge",
            tint=False,
            number_token="text",
        )
        number = policy.text("out-of-hours.phone").strip()
        self.out_of_hours = (
            NumberCard(
                "Out of hours",
                number,
                "Duty team, evenings and weekends",
                edge="edge",
                tint=False,
                number_token="text",
            )
            if number
            else NumberCard(
                "Out of hours",
                NOT_SET,
                "There is no number for evenings and weekends yet",
                edge="danger",
                tint=True,
                number_token="red_fg",
            )
        )
        cards = QWidget()
        line = row(self.emergency, self.mash, self.out_of_hours, gap=16)
        for place in range(3):
            line.setStretch(place, 1)
        cards.setLayout(line)
        return cards

    def _record_card(self) -> QWidget:
        self.card = Card("Record the call")
        facts = Elided(self._facts(), "hint", "muted")
        facts.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.facts = facts
        self.card.head().addWidget(facts)
        form = self.form
        self.call_fields = QWidget()
        who = Field("Who did you call", self.called)
        line = row(
            form.add("called", who),
            form.add("told", Field("Name or team you spoke to", self.told)),
            form.add("when", Field("When", self.when)),
            form.add("reference", Field("Their reference", self.reference)),
            gap=14,
        )
        for place, share in enumerate((300, 282, 112, 152)):
            line.setStretch(place, share)
        agreed = form.add("agreed", Field("What was agreed", self.agreed))
        self.call_fields.setLayout(column(line, agreed, gap=16))
        why = f"At least {SHORTEST_REASON} characters. It is kept on the case."
        self.reason_field = form.add("reason", Field("Why you have not called", self.reason, hint=why))
        self.reason_field.hide()
        form.body.addWidget(self.call_fields)
        form.body.addWidget(self.reason_field)
        self.card.body.addWidget(form)
        self.card.foot(self.save_button, self.second_button, None, self.why_button)
        return self.card

    def _facts(self) -> str:
        head = self._case.head
        adult = next((one for one in self._case.page.adults if one.phone), None)
        parts = [head.address or "Address not known"]
        if adult is not None:
            parts.append(f"{capital(adult.relationship) or adult.name} {adult.phone}")
        born = f"Born {short_date(head.dob)}, age {head.age}" if head.dob else "Date of birth not known"
        return ". ".join([*parts, born])

    def _first_to_call(self) -> str:
        kinds = [kind.value for kind in self._question.demands]
        return SOCIAL_WORKER if kinds and kinds[0] == "call-social-worker" else MASH

    # What it does

    def focus_first(self) -> None:
        """Put the focus on the name, and say what this is."""
        self.told.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, f"{self.accessibleName()}. {self.band_words.text()} In danger now: call 999.", urgent=True)

    def refuse_close(self) -> bool:
        """Keep the window open until there is an answer; say what is asked for."""
        self.form.show_errors({"": ASK_FIRST})
        return False

    @property
    def says_why(self) -> bool:
        """Say whether the reason for not calling is being written."""
        return self.reason_field.isVisibleTo(self)

    @Slot(str)
    def _on_called(self, key: str) -> None:
        field = self.form.fields["reference"]
        words = "Their number" if key == SOCIAL_WORKER else "Their reference"
        field.label.setText(words)
        self.reference.setAccessibleName(words)

    @Slot()
    def say_why(self) -> None:
        """Turn between the call and the reason why there was none."""
        why = not self.says_why
        self.form.show_errors({})
        self.call_fields.setVisible(not why)
        self.reason_field.setVisible(why)
        self.second_button.setVisible(not why)
        self.save_button.setText("Record why and go on" if why else "Record the call and go on")
        self.why_button.setText("I have called: record it" if why else "I have not called: say why")
        self.card.set_title("Why you have not called" if why else "Record the call")
        (self.reason if why else self.told).setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def record_and_go(self) -> None:
        """Record the call, or the reason, and give the case back."""
        if self._second and not self.says_why and not self._typed():
            self.answered.emit()
            return
        self._record(goes_on=False)

    @Slot()
    def record_and_stay(self) -> None:
        """Record the call and ask for another one."""
        self._record(goes_on=True)

    def _typed(self) -> bool:
        return any(editor.text().strip() for editor in (self.told, self.reference, self.agreed))

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        if self.says_why:
            short = len(self.reason.text().strip()) < SHORTEST_REASON
            return {"reason": f"Say why, in at least {SHORTEST_REASON} characters"} if short else {}
        wrong = {}
        if not self.told.text().strip():
            wrong["told"] = "Enter the name or team you spoke to"
        if self.when.moment() > self._desk.now:
            wrong["when"] = "When must be now or earlier"
        if self.called.key() == SOCIAL_WORKER and not self.reference.text().strip():
            wrong["reference"] = "Enter the number you called"
        return wrong

    def entry(self) -> ResponseEntry:
        """Return what was typed as the register keeps it."""
        number = self._question.number
        if self.says_why:
            return ResponseEntry(number, "no-action", reason=self.reason.text().strip())
        who = dict(CALLED)[self.called.key()]
        contact = {MASH: self._case.policy.text("mash.phone"), POLICE: EMERGENCY}.get(
            self.called.key(), self.reference.text().strip()
        )
        reference = self.reference.text().strip()
        said = [f"Their reference: {reference}" if reference and self.called.key() != SOCIAL_WORKER else ""]
        return ResponseEntry(
            number,
            "referred",
            told=f"{who}: {self.told.text().strip()}",
            contact_detail=contact,
            called_at=self.when.moment(),
            reason="\n".join(part for part in (self.agreed.text().strip(), *said) if part),
        )

    def _record(self, *, goes_on: bool) -> None:
        if self._busy:
            return
        wrong = self.errors()
        self.form.show_errors(wrong)
        if wrong:
            return
        self._busy = True
        entry, ref = self.entry(), self._case.ref
        words = "Reason recorded" if self.says_why else f"Call recorded {clock_time(self._desk.now)}: {entry.told}"
        self._desk.do(
            lambda store, person: risk.record_response(store, person, ref, entry),
            partial(self._on_recorded, goes_on),
            self._on_refused,
            said=words,
        )

    def _on_recorded(self, goes_on: bool, _answer: object) -> None:
        self._busy = False
        self._desk.cases_changed.emit((self._case.ref,))
        if not goes_on:
            self.answered.emit()
            return
        self._second = True
        for editor in (self.told, self.reference, self.agreed):
            editor.setText("")
        self.when.set_moment(self._desk.now)
        self.save_button.setText("Go on")
        self.told.textEdited.connect(self._on_second_typed)
        self.called.choose(SOCIAL_WORKER if self.called.key() == MASH else MASH)
        announce(self, "The call is recorded. Record the second call.")
        self.told.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_second_typed(self) -> None:
        self.save_button.setText("Record the call and go on" if self._typed() else "Go on")

    def _on_refused(self, error: Exception) -> None:
        self._busy = False
        if not isinstance(error, UserError):
            raise error
        self.form.show_errors({"": error.message})

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Esc do nothing: this page is not skipped silently."""
        if event.key() == Qt.Key.Key_Escape:
            event.accept()
            return
        super().keyPressEvent(event)

    @Slot()
    def _fit(self) -> None:
        width = Theme.of().px(WIDTH)
        for place in (self._inside, self._band_inside):
            place.setMaximumWidth(width)
        self.facts.setMaximumWidth(self.facts.fontMetrics().horizontalAdvance(self.facts.text()) + 1)
        self.called.setMinimumHeight(Theme.of().px(32))
        self.agreed.setFixedHeight(max(Theme.of().px(64), self.agreed.minimumSizeHint().height() - 10))


def _centred(widget: QWidget, *, above: int = 0, below: int = 0) -> QHBoxLayout:
    """Return a line that keeps a widget in its middle, as wide as it may be."""
    widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    line = row(None, widget, None, gap=0, margins=(24, above, 24, below))
    line.setStretch(1, 1_000)
    return line


class _Band(QWidget):
    """The red band at the top."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the fill and the line below."""
        theme = Theme.of()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("red_bg"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("line"))
