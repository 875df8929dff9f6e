"""Two short readings: what changed since the last assessment, and what the policy asks at a question."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QWidget

from cme_desktop.domain.risk import DEMAND_WORDS, Question, QuestionBook
from cme_desktop.ui.case.risk.said import Changed, changed_words
from cme_desktop.ui.frame.dialogs import ReadDialog
from cme_desktop.ui.qt import column
from cme_desktop.ui.widgets.text import Label, Terms

POLICY: Final = "Harrow Children Missing Education policy 2023"


class ChangesDialog(ReadDialog):
    """The questions that are answered otherwise than last time."""

    def __init__(self, changes: tuple[Changed, ...], parent: QWidget) -> None:
        content = QWidget()
        lines: list[QWidget] = [Label("What changed since the last assessment", "title"), Label(changed_words(changes))]
        terms = Terms(260)
        for change in changes:
            terms.add(f"{change.number}. {change.short}", f"{change.before}, now {change.after}")
        content.setLayout(column(*lines, terms, None, gap=12, margins=(24, 20, 24, 20)))
        super().__init__("What changed", content, parent)
        self.resize(640, min(520, parent.window().height() - 40))


class PolicyDialog(ReadDialog):
    """The question in the policy's words, with what its answer asks for and where that stands."""

    def __init__(self, book: QuestionBook, question: Question, parent: QWidget) -> None:
        content = QWidget()
        terms = Terms(140)
        terms.add("Question", question.text)
        terms.add("Yes or Not sure", f"{book.advice}, who advises on further action and referral (SD73).")
        if question.immediate:
            asked = "; ".join(DEMAND_WORDS[kind] for kind in question.demands)
            terms.add("At once", f"{asked} ({question.rule}). The danger screen opens.")
        if question.prompt:
            terms.add("Our prompt", f"{question.prompt}. This is the program’s reading, not the policy’s words.")
        terms.add("Rating", "There is no score. A case is rated when all 22 are answered.")
        terms.add("Where", f"{POLICY}, risk assessment, pages 14 and 15.")
        content.setLayout(column(Label("Policy page", "title"), terms, None, gap=12, margins=(24, 20, 24, 20)))
        super().__init__("Policy page", content, parent)
        self.resize(640, min(460, parent.window().height() - 40))
