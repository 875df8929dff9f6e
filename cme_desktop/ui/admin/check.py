"""Check the records: pages, rows, audit and files of the register; and the office routines, with who did them last."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from cme_desktop.casework import keeping
from cme_desktop.casework.keeping import ROUTINES
from cme_desktop.register.admin import SafetyPage, safety_page
from cme_desktop.register.came_in import Routine
from cme_desktop.storage.verify import Verdict, VerifyCancelled
from cme_desktop.ui.admin.section import Office, Section
from cme_desktop.ui.qt import announce, clear, named, row
from cme_desktop.ui.runner import CancelToken, Lane
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.tags import Tag, TagLook
from cme_desktop.ui.widgets.text import Glyph, Label, Terms
from cme_desktop.ui.words import count, day_date, days_from, when

INTACT: Final = "Records intact"
_STEPS: Final = {
    "pages": "Looking at every page of the register",
    "rows": "Comparing every row with the audit",
    "audit": "Following the audit and its signatures",
    "content": "Opening every file that is held",
}
_PARTS: Final = {"pages": "Pages", "rows": "Rows", "audit": "Audit", "content": "Files"}
_MOST_PROBLEMS: Final = 20


class CheckSection(Section):
    """The check runs beside everything else and can be stopped; its answer is noted."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(office, "Check the records", parent)
        self._token: CancelToken | None = None
        self.last = Label("", wrap=True)
        self.now = Button("Check the records", Kind.PRIMARY, icon="shield", on_click=self._on_now)
        self.stop = Button("Stop", on_click=self._on_stop)
        self.stop.hide()
        self.bar = named(QProgressBar(), "How far the check is")
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 100)
        self.bar.hide()
        self.step = Label("", "hint", "muted", wrap=True)
        self.answer = QWidget()
        self._answer_box = QVBoxLayout(self.answer)
        self._answer_box.setContentsMargins(0, 0, 0, 0)
        self._answer_box.setSpacing(8)
        self.answer.hide()
        card = Card("Check the records")
        words = (
            "Reads the whole register and proves that nothing but this program changed it: every page, every row "
            "against the audit, the audit’s chain and signatures, and every file that is held."
        )
        card.body.setSpacing(12)
        card.body.addWidget(Label(words, wrap=True))
        card.body.addWidget(self.last)
        card.body.addWidget(self.answer)
        card.body.addWidget(self.bar)
        card.foot(self.now, self.stop, self.step)
        self.hold(card, self._routine_card())
        self._allow()

    def _routine_card(self) -> Card:
        card = Card("Office routine")
        self.routine_words: dict[str, Label] = {}
        self.routine_buttons: dict[str, Button] = {}
        for kind, name in ROUTINES.items():
            words = Label("", wrap=True)
            done = Button("Mark as done", small=True, on_click=partial(self._on_routine, kind))
            done.setAccessibleName(f"Mark as done: {name}")
            self.routine_words[kind], self.routine_buttons[kind] = words, done
            line = row(gap=12)
            line.addWidget(Label(name, "strong"))
            line.addWidget(words, 1)
            line.addWidget(done)
            card.body.addLayout(line)
        return card

    # Showing

    def refresh(self) -> None:
        """Fetch when the records were checked and the routines done."""
        self.desk.ask(safety_page, self._on_safety, self.refused)

    def _on_safety(self, page: SafetyPage) -> None:
        records = page.records
        if records.checked_at is None:
            self.last.setText("The records have not been checked yet.")
        else:
            by = f" by {page.checked_by}" if page.checked_by else ""
            found = INTACT if records.checked_ok else count(page.problems, "thing", "things") + " found wrong"
            self.last.setText(f"Last checked {when(records.checked_at, self.desk.today)}{by}: {found}.")
        for routine in page.routines:
            self._show_routine(routine)

    def _show_routine(self, routine: Routine) -> None:
        words, button = self.routine_words[routine.kind], self.routine_buttons[routine.kind]
        done = "Not done yet." if routine.done_at is None else f"Done {when(routine.done_at, self.desk.today)}"
        by = f" by {routine.by}." if routine.by else ("." if routine.done_at is not None else "")
        due = f" Due {day_date(routine.due)}, {days_from(routine.due, self.desk.today)}."
        words.setText(f"{done}{by}{due}")
        button.set_reason(self.why_not("routine.done"))

    def _allow(self) -> None:
        why = self.why_not("backup.make")
        self.now.set_reason(why or ("The check is under way" if self._token is not None else ""))
        if self._token is None:
            self.step.setText(why)

    def go_to(self, what: str) -> None:
        """Bring an office routine to the front."""
        button = self.routine_buttons.get(what)
        if button is not None and button.isEnabled():
            button.setFocus(Qt.FocusReason.OtherFocusReason)

    # Checking

    def _on_now(self) -> None:
        if self._token is not None:
            return
        own = self._token = CancelToken()
        store, person, unlocked = self.desk.store, self.desk.person, self.office.unlocked

        def work(report: Callable[[object], None], token: CancelToken) -> Verdict:
            token.on_cancel(own.cancel)
            return keeping.check_records(
                store,
                person,
                unlocked,
                progress=lambda what, far: report((what, far)),
                cancelled=lambda: own.cancelled,
            )

        self.answer.hide()
        self.bar.setValue(0)
        self.bar.show()
        self.stop.show()
        self.step.setText("Beginning")
        self._allow()
        self.desk.runner.submit_reporting(
            Lane.BESIDE, work, self._on_verdict, self._on_failed, on_progress=self._on_progress
        )

    def _on_progress(self, step: tuple[str, float]) -> None:
        what, far = step
        self.step.setText(_STEPS.get(what, what))
        self.bar.setValue(round(far * 100))

    def _on_stop(self) -> None:
        if self._token is not None:
            self._token.cancel()
            self.step.setText("Stopping")

    def _on_verdict(self, verdict: Verdict) -> None:
        self._end()
        self._show_verdict(verdict)
        self.refresh()
        self.changed.emit()

    def _on_failed(self, error: Exception) -> None:
        self._end()
        if isinstance(error, VerifyCancelled):
            self.desk.toasts.say("The check was stopped. Nothing was noted.", note=True)
        else:
            self.refused(error)

    def _end(self) -> None:
        self._token = None
        self.bar.hide()
        self.stop.hide()
        self.step.setText("")
        self._allow()

    def _show_verdict(self, verdict: Verdict) -> None:
        clear(self._answer_box)
        ok = verdict.ok
        title = INTACT if ok else "The records are not as they were left"
        head = row(gap=8)
        head.addWidget(Glyph("check" if ok else "alert", "green_fg" if ok else "danger", 20))
        head.addWidget(Label(title, "section", "green_fg" if ok else "danger"))
        for name, words in _PARTS.items():
            found = verdict.checks.get(name)
            look = (
                TagLook(words, Tone.GREEN, "check")
                if found
                else TagLook(words, Tone.GREY, "dash")
                if found is None
                else TagLook(words, Tone.RED, "alert")
            )
            head.addWidget(Tag(look.text, look.tone, look.icon))
        head.addStretch(1)
        self._answer_box.addLayout(head)
        if ok and verdict.head is not None:
            words = f"{count(verdict.head.seq, 'event')} of the audit followed to the end."
            self._answer_box.addWidget(Label(words, token="muted", wrap=True))
        if not ok:
            self._show_problems(verdict)
        self.answer.show()
        announce(self, title, urgent=not ok)

    def _show_problems(self, verdict: Verdict) -> None:
        advice = "Stop working in the register, tell your manager, and put a backup back if IT agrees."
        self._answer_box.addWidget(Label(advice, "strong", wrap=True))
        terms = Terms(112, 6)
        for place, problem in enumerate(verdict.problems[:_MOST_PROBLEMS]):
            seq = f" (event {problem.seq})" if problem.seq is not None else ""
            term = "First" if place == 0 else ""
            terms.add(term, f"{problem.message} In {problem.where}{seq}.")
        self._answer_box.addWidget(terms)
        more = len(verdict.problems) - _MOST_PROBLEMS
        if more > 0:
            self._answer_box.addWidget(Label(f"And {count(more, 'more thing')}.", token="muted"))

    # Routines

    def _on_routine(self, kind: str) -> None:
        self.desk.do(
            lambda store, actor: keeping.routine_done(store, actor, kind),
            self._on_routine_done,
            self.refused,
            said=f"Done: {ROUTINES[kind]}",
        )

    def _on_routine_done(self, _none: None) -> None:
        self.refresh()
        self.changed.emit()
        self.desk.reference_changed.emit()
