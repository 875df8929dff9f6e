"""The risk tab: one question at a time, answered by 1 2 3, saved by Ctrl+Enter, taken up again whenever (F38)."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from PySide6.QtCore import QSize, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cme_desktop import shipped
from cme_desktop.casework import drafts
from cme_desktop.casework import risk as acts_on_risk
from cme_desktop.casework.risk import AnswerEntry, AnswerSaved
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.risk import QUESTIONS, Answer, Rating, raises_concern
from cme_desktop.ui.case import wording
from cme_desktop.ui.case.acts import CaseActs
from cme_desktop.ui.case.content import Content
from cme_desktop.ui.case.forms.inputs import Day
from cme_desktop.ui.case.opened import CaseTab, OpenedCase
from cme_desktop.ui.case.risk import said
from cme_desktop.ui.case.risk.answers import ORDER, AnswerRow
from cme_desktop.ui.case.risk.dialogs import ChangesDialog, PolicyDialog
from cme_desktop.ui.case.risk.questions import QuestionList
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import announce, clear, column, row, shortcut
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import Card, Corners, Scroll
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.form import Field
from cme_desktop.ui.widgets.inputs import Choice, TextArea, TextInput
from cme_desktop.ui.widgets.tags import Tag
from cme_desktop.ui.widgets.text import Glyph, Label, Linked

LEFT: Final = 356
KEEP_AFTER: Final = 1_500
_PAD: Final = 24
_GAP: Final = 16
_RIGHT: Final = 534
"""Px at 100 % that the answers and the foot need."""
_ROOMY: Final = 125


class RiskTab(CaseTab):
    """The list of questions at the left, the chosen one at the right. A manager reads and cannot answer."""

    def __init__(self, desk: Desk, acts: CaseActs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._acts = desk, acts
        self._book = shipped.questions()
        self._case: OpenedCase | None = None
        self._number = 0
        self._shown: dict[str, Any] = {}
        self._then_danger = self._busy = False
        self._who: tuple[str, str] = (said.WHO[0][0], "")
        self.list = QuestionList(self._book)
        self.progress = Label("", "hint", "muted")
        self._make_fields()
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_AFTER)
        self._timer.timeout.connect(self._keep)
        self.list.moved.connect(self._on_moved)
        self.list.answer_wanted.connect(self._on_answer_wanted)
        self.answers.chosen.connect(self._on_chosen)
        for editor in (self.evidence, self.name):
            editor.textChanged.connect(self._on_typed)
        for place, answer in enumerate(ORDER, start=1):
            shortcut(self, str(place), partial(self._choose, answer))
        shortcut(self, "Ctrl+Return", self.save_and_next)
        shortcut(self, "Ctrl+Enter", self.save_and_next)
        desk.keep_wanted.connect(self._keep)
        Theme.of().changed.connect(self._fit)
        self._fit()

    def _make_fields(self) -> None:
        self.place_words = Label("", token="muted")
        self.immediate = Tag("Immediate if Yes or Not sure", Tone.RED, "alert")
        self.question = Label("", "question", wrap=True)
        self.answers = AnswerRow()
        self._banner_box = QVBoxLayout()
        self.evidence = _Evidence(2)
        self.who, self.name, self.day = Choice(said.WHO), TextInput(), Day(self._desk.today)
        self.last = Linked(step="hint")
        self.last.pressed.connect(self._show_changes)
        self.save_button = Button("Save and next", Kind.PRIMARY, key="Ctrl+Enter", on_click=self.save_and_next)
        self.back_button = Button("Back", on_click=self._go_back)
        self.policy_button = Button("Policy page", Kind.PLAIN, icon="link", key="F1", on_click=self.show_help)
        self.rating = Label("", "hint", "muted")
        self.rating_button = Button("Change rating", Kind.PLAIN, on_click=self._acts.change_rating)
        self.read_only = Label("", "hint", "muted")

    def _lay_out(self) -> None:
        left = Card("22 questions", padding=0)
        left.head().addWidget(self.progress)
        left.body.setContentsMargins(0, 4, 0, 4)
        left.body.addWidget(self.list)
        Corners(left)
        self._left = left
        right = Card(padding=0)
        self._last_row = QWidget()
        last = row(Glyph("clock"), self.last, gap=8)
        last.setStretch(1, 1)
        self._last_row.setLayout(last)
        fields = row(Field("Who answered", self.who), Field("Name or team", self.name), Field("Date", self.day), gap=16)
        for place, share in enumerate((160, 346, 150)):
            fields.setStretch(place, share)
        holder = Content()
        holder.setLayout(
            column(
                row(self.place_words, None, self.immediate),
                self.question,
                2,
                self.answers,
                self._banner_box,
                Field("Evidence", self.evidence),
                fields,
                self._last_row,
                None,
                gap=12,
                margins=(_PAD, 16, _PAD, 12),
            )
        )
        right.body.addWidget(Scroll(holder))
        foot = right.foot(self.save_button, self.back_button, self.policy_button, self.read_only, None)
        inside = foot.layout()
        if inside is not None:
            inside.setContentsMargins(_PAD, 10, _PAD, 10)
            inside.addWidget(self.rating_button)
            inside.addWidget(self.rating)
        whole = row(left, right, gap=_GAP)
        whole.setStretchFactor(right, 1)
        self.setLayout(whole)

    # What the page asks

    def show_case(self, case: OpenedCase) -> None:
        """Show a case: the first time at the first question not asked yet, later at the same question."""
        first = self._case is None or self._case.ref != case.ref
        self._case = case
        answers = said.answers_of(case.assessment)
        self.list.questions.show_answers(answers)
        self.progress.setText(said.progress_words(len(answers), QUESTIONS))
        self._show_rating(case)
        if first:
            self._number = 0
            self._who = (said.WHO[0][0], "")
            self.list.go_to(self._next_open(0))
            if self._number == 0:
                self._show_question(self.list.number())
            self._read_draft()
        elif not self._touched():
            self._show_question(self._number)
        else:
            self._show_banner()

    def show_item(self, what: str) -> None:
        """Go to a question by its number."""
        if what.isdigit() and 1 <= int(what) <= QUESTIONS:
            self.list.go_to(int(what))

    def first_focus(self) -> QWidget | None:
        """Return the answer, so that 1, 2 and 3 work at once; the list for who only reads."""
        return self.answers.focus() if self._may_answer() else self.list

    def leave(self) -> None:
        """Save an answer that was chosen and not saved; words without an answer are kept."""
        if self._dirty() and self.answers.answer() is not None:
            self._save(goes_on=False)
        else:
            self._keep()

    def show_help(self) -> bool:
        """Show what the policy asks at this question."""
        PolicyDialog(self._book, self._book.question(self._number or 1), self).open()
        return True

    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return the keys of the questions."""
        return (
            ("1, 2, 3", "Yes, No, Not sure"),
            ("Ctrl+Enter", "Save the answer and go to the next question"),
            ("J, K", "Next or previous question, in the list"),
        )

    def _may_answer(self) -> bool:
        return self._acts.may("risk.answer") and self._case is not None and self._case.head.is_open

    # Showing

    def _show_rating(self, case: OpenedCase) -> None:
        rated = case.head.risk != Rating.NOT_RATED
        left = QUESTIONS - len(said.answers_of(case.assessment))
        self.rating.setText(f"{wording.risk_tag(case.head).text}" if rated else "Rated when all 22 are answered")
        self.rating_button.setVisible(rated and not left and self._acts.may("risk.raise") and case.head.is_open)
        may = self._may_answer()
        for widget in (self.save_button, self.back_button):
            widget.setVisible(may)
        for button in self.answers.buttons:
            button.setEnabled(may)
        for editor in (self.evidence, self.name):
            editor.setReadOnly(not may)
        self.who.setEnabled(may)
        self.day.setEnabled(may)
        why = "This case is closed: its answers are kept as they were." if not case.head.is_open else ""
        reads = "You read the answers: an officer gives them."
        self.read_only.setText(why or ("" if may else reads))
        self.read_only.setVisible(not may)

    def _show_question(self, number: int) -> None:
        case = self._case
        if case is None:
            return
        self._number = number
        question = self._book.question(number)
        self.place_words.setText(f"Question {number} of {QUESTIONS}, in the policy’s words")
        self.immediate.setVisible(question.immediate)
        self.question.setText(question.text)
        self.answers.setAccessibleName(f"Question {number}. {question.text}")
        known = case.assessment.answer_to(number) if case.assessment is not None else None
        self.answers.show_answer(Answer(known.answer) if known is not None else None)
        self.evidence.setText(known.evidence if known is not None else "")
        kind, name = said.read_told_by(known.told_by) if known is not None else self._who
        self.who.pick(kind)
        self.name.setText(name)
        self.day.set_day(known.answered_on if known is not None else self._desk.today)
        before = case.risk.last_finished
        words = said.last_words(before.answer_to(number), self._desk.today) if before is not None else ""
        again = case.assessment is not None and case.assessment.finished_at is not None
        if again and not words and self._may_answer() and case.assessment is not None:
            words = "All 22 are answered. Another answer begins a new assessment; this one is kept as it is."
        self.last.say(words, "See what changed" if before is not None else "")
        self._last_row.setVisible(bool(words))
        self._shown = self._values()
        self._show_banner()

    def _show_banner(self) -> None:
        clear(self._banner_box)
        answer, number = self.answers.answer(), self._number
        if not number or self._case is None or not raises_concern(answer):
            return
        question = self._book.question(number)
        done = said.responses_to(self._case.assessment, number)
        if done and not self._dirty():
            words = said.response_words(done[0], self._desk.today)
            again = "Record another call" if question.immediate else "Record more"
            banner = self._made(Tone.GREY, "What was done about it", words, again)
        elif question.immediate:
            mash = self._case.policy.text("mash.phone")
            second = f"MASH {mash} in office hours. In danger now: 999."
            banner = self._made(Tone.RED, question.prompt, second, "Record who was told")
        else:
            banner = self._made(Tone.AMBER, self._book.advice, question.prompt, "Record the discussion")
        banner.setMinimumHeight(Theme.of().px(64))
        self._banner_box.addWidget(banner)
        banner.say()

    def _made(self, tone: Tone, words: str, second: str, button: str) -> Banner:
        act = button if self._acts.may("risk.respond") else ""
        return Banner(words, tone, second=second, button=act, danger_button=tone is Tone.RED, on_click=self._on_record)

    def _next_open(self, after: int) -> int:
        """Return the next question not asked yet, from one on and round the end; the next one when all are."""
        answers = self.list.questions
        order = [(after + step - 1) % QUESTIONS + 1 for step in range(1, QUESTIONS + 1)]
        return next((number for number in order if answers.answer_to(number) is None), min(after + 1, QUESTIONS))

    # Answering

    def _values(self) -> dict[str, Any]:
        answer = self.answers.answer()
        return {
            "question": self._number,
            "answer": answer.value if answer is not None else "",
            "evidence": self.evidence.text(),
            "who": self.who.key(),
            "name": self.name.text(),
            "on": self.day.day().isoformat(),
        }

    def _touched(self) -> set[str]:
        """Return what of the question in front was changed since it was shown."""
        now = self._values()
        if self._number == 0 or now["question"] != self._shown.get("question"):
            return set()
        return {key for key in now if now[key] != self._shown.get(key)}

    def _dirty(self) -> bool:
        """Say whether the question in front says something that is not saved; who answered, alone, says nothing."""
        touched = self._touched()
        return bool(touched & {"answer", "evidence"}) or (bool(touched) and bool(self._shown["answer"]))

    def _choose(self, answer: Answer) -> None:
        if self._may_answer():
            self.answers.choose(answer)

    @Slot(object)
    def _on_chosen(self, answer: Answer) -> None:
        self._show_banner()
        self._timer.start()
        if raises_concern(answer):
            self.evidence.setFocus()
        announce(self, self.answers.accessibleName().partition(".")[0])

    @Slot()
    def _on_typed(self) -> None:
        self._timer.start()

    @Slot(int)
    def _on_moved(self, number: int) -> None:
        if number == self._number:
            return
        if self._dirty() and self.answers.answer() is not None:
            self._save(goes_on=False)
        self._show_question(number)

    @Slot()
    def _on_answer_wanted(self) -> None:
        self.answers.focus().setFocus()

    def _go_back(self) -> None:
        self.list.go_to(max(self._number - 1, 1))
        self.answers.focus().setFocus()

    @Slot()
    def save_and_next(self) -> None:
        """Save the answer and go to the next question not asked yet."""
        if not self._may_answer():
            return
        if self.answers.answer() is None:
            self._desk.toasts.say("Answer Yes, No or Not sure first: press 1, 2 or 3.", note=True)
            self.answers.focus().setFocus()
        elif self._dirty() or not self._shown["answer"]:
            self._save(goes_on=True)
        else:
            self._go_on(self._number)

    @Slot()
    def _on_record(self) -> None:
        """Record who was told: the answer is saved first, where it is not yet."""
        if self._dirty():
            self._then_danger = True
            self._save(goes_on=False)
        else:
            self._record(self._number)

    def _record(self, number: int) -> None:
        if self._book.question(number).immediate:
            self._acts.danger_wanted.emit(number)
        else:
            self._acts.record_discussion(number)

    def _save(self, *, goes_on: bool) -> None:
        case, values, number = self._case, self._values(), self._number
        if case is None or self._busy or not self._may_answer():
            return
        self._busy = True
        self._timer.stop()
        self._who = (values["who"], values["name"])
        entry = AnswerEntry(
            number,
            values["answer"],
            evidence=values["evidence"],
            told_by=said.told_by(values["who"], values["name"]) if values["name"].strip() else "",
            on=self.day.day(),
        )
        ref, draft = case.ref, f"risk:{case.ref}"

        def job(store: Any, person: Any) -> AnswerSaved:
            answer = acts_on_risk.answer_question(store, person, ref, entry)
            drafts.erase_draft(store, person, draft)
            return answer

        self._shown = values
        self._desk.do(job, partial(self._on_saved, number, goes_on), self._on_refused)

    def _on_saved(self, number: int, goes_on: bool, answer: AnswerSaved) -> None:
        self._busy = False
        self._desk.cases_changed.emit((answer.ref,))
        wanted, self._then_danger = self._then_danger, False
        responses = self._case.assessment if self._case is not None else None
        settled = bool(said.responses_to(responses, number))
        if goes_on:
            self._go_on(number)  # before anything covers the page and takes the focus
        if answer.danger and (wanted or not settled):
            self._acts.danger_wanted.emit(number)
        elif wanted:
            self._record(number)

    def _go_on(self, number: int) -> None:
        self.list.go_to(self._next_open(number))
        self.answers.focus().setFocus()

    def _on_refused(self, error: Exception) -> None:
        self._busy = False
        if not isinstance(error, UserError):
            raise error
        self._shown = {**self._shown, "answer": ""}
        self._desk.toasts.say(error.message, urgent=True)

    # What was typed and not saved

    @Slot()
    def _keep(self) -> None:
        self._timer.stop()
        if self._case is None or not self._dirty() or self._busy or not self._may_answer():
            return
        values, draft = self._values(), f"risk:{self._case.ref}"
        self._desk.look(lambda store, person: drafts.keep_draft(store, person, draft, values), _nothing)

    def _read_draft(self) -> None:
        case = self._case
        if case is not None and self._may_answer():
            draft = f"risk:{case.ref}"
            self._desk.ask(lambda store, person: drafts.read_draft(store, person, draft), self._on_draft)

    def _on_draft(self, values: dict[str, Any] | None) -> None:
        if not values or self._dirty():
            return
        self.list.go_to(int(values["question"]))
        if self._number != int(values["question"]):
            return
        if values["answer"]:
            self.answers.show_answer(Answer(values["answer"]))
        self.evidence.setText(values["evidence"])
        self.who.pick(values["who"])
        self.name.setText(values["name"])
        self._show_banner()
        self._desk.toasts.say(f"Your unsaved answer to question {self._number} is back")

    def _show_changes(self) -> None:
        if self._case is not None:
            changes = said.changes_of(self._book, self._case.risk.last_finished, self._case.assessment)
            ChangesDialog(changes, self).open()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width anew."""
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        """Give the list its width, less where the answers and their foot need the room."""
        theme = Theme.of()
        self._left.setFixedWidth(min(theme.px(LEFT), max(280, self.width() - _GAP - theme.px(_RIGHT))))
        self.rating.setVisible(theme.text_percent <= _ROOMY)  # the head of the case says it too


class _Evidence(TextArea):
    """Two lines of evidence, 60 high as in the picture."""

    def sizeHint(self) -> QSize:
        """Return the room of the picture, or more where the text is larger."""
        return QSize(super().sizeHint().width(), max(Theme.of().px(60), super().sizeHint().height()))


def _nothing(_answer: object) -> None:
    """Take an answer that nobody waits for."""
