"""The acts towards a school: consult it, record what it says, give it notice, settle on it, tell it of the order."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from cme_desktop.casework.orders.page import OrderPage
from cme_desktop.register.schools import SchoolPage, school_page
from cme_desktop.ui.case.forms.inputs import Day, DayText
from cme_desktop.ui.case.forms.lists import CHOOSE
from cme_desktop.ui.case.forms.school import SchoolPicker
from cme_desktop.ui.case.opened import OpenedCase
from cme_desktop.ui.case.order.forms.step_form import YES_NO, StepForm
from cme_desktop.ui.case.order.path import BASIS_WORDS, school_urn
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import row
from cme_desktop.ui.widgets.form import Field
from cme_desktop.ui.widgets.inputs import Choice, TextArea, TextInput
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import day_date

MAINTAINED: Final = frozenset({"maintained", "special"})
_ROOM: Final = (
    ("over_number", "Would the year group go over the published number?"),
    ("class_size_prejudice", "Would it break the infant class size?"),
    ("only_reasonable_school", "Is no other maintained school within a reasonable distance?"),
)


class _SchoolForm(StepForm):
    """A step about a school, which begins with the school in hand."""

    def put_school(self, label: str = "School", urn: str | None = None) -> None:
        """Lay the school below the fields before; it is looked up as its name is typed."""
        self.school = SchoolPicker(self.desk)
        self.form.body.addWidget(self.form.add("school", Field(label, self.school)))
        known = self.page.school(urn)
        if known is not None:
            self.school.show_school(known.urn, known.name)

    def school_error(self) -> dict[str, str]:
        """Return what is wrong with the school."""
        return {} if self.school.urn() else {"school": "Choose the school from the directory"}


class ConsultForm(_SchoolForm):
    """Which school is asked, what is known of its room, and the words of the letter where they are the officer's."""

    action = "consult-school"

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase, page: OrderPage) -> None:
        super().__init__(
            desk, host, case, page, "Consult a school", draft="consult", save="Consult and file the letter"
        )
        self.kind = Label("", "hint", "muted", wrap=True)
        self.room = {key: Choice(YES_NO) for key, _words in _ROOM}
        self.reasons, self.needs = TextArea(3), TextArea(2)
        self.put_school(urn=school_urn(page))
        self.form.body.addWidget(self.kind)
        for key, words in _ROOM:
            self.form.body.addLayout(row(self.form.add(key, Field(words, self.room[key])), None))
        hint = "Left empty, the letter says what the register knows: that the school teaches children of this age."
        self.form.body.addWidget(self.form.add("reasons", Field("Why this school", self.reasons, hint=hint)))
        hint = "What the school should know before it answers. Left empty, nothing is said."
        self.form.body.addWidget(self.form.add("support_summary", Field("Needs and support", self.needs, hint=hint)))
        words = "The letter is dated today and filed with this step."
        self.form.body.addWidget(Label(words, "hint", "muted", wrap=True))
        self.school.picked.connect(self._on_school)
        self._on_school(self.school.urn())

    @Slot(str)
    def _on_school(self, urn: str) -> None:
        self.kind.setText("")
        if urn:
            self.desk.ask(lambda store, person: school_page(store, person, urn), self._on_page)

    def _on_page(self, page: SchoolPage) -> None:
        if page.row.urn != self.school.urn():
            return
        maintained = page.row.sector in MAINTAINED
        self.kind.setText(
            "Maintained: its governing body is consulted (section 439(5))."
            if maintained
            else "Not maintained by a council: its trust is asked to agree in writing. It cannot be made to admit."
        )
        for key, _words in _ROOM:
            self.form.fields[key].setVisible(maintained)

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        return self.school_error()

    def particulars(self) -> dict[str, str]:
        """Return the school, its room and the officer's words."""
        shown = {key: choice.key() for key, choice in self.room.items() if not self.form.fields[key].isHidden()}
        return {
            "urn": self.school.urn(),
            **shown,
            "reasons": self.reasons.text().strip(),
            "support_summary": self.needs.text().strip(),
        }

    def said(self) -> str:
        """Return the words of the toast."""
        return f"{self.school.name()} consulted, letter filed"


class TellForm(_SchoolForm):
    """The notice of decision to a maintained school: made, dated and handed over or sent today."""

    action = "notify-school-439"

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase, page: OrderPage) -> None:
        title = "Decision notice to the school"
        super().__init__(desk, host, case, page, title, draft="tell", save="Give notice and file it")
        self.outcome = TextArea(3)
        self.put_school(urn=school_urn(page))
        words = (
            f"The notice is dated today, {day_date(desk.today)}. The school’s 15 days count from the day on which it "
            "has the notice: if that is a later day, record it then under the school’s answer."
        )
        self.form.body.addWidget(Label(words, token="muted", wrap=True))
        hint = "How its answer to the consultation was used. Left empty, the notice says that every answer was weighed."
        field = Field("What the consultation came to", self.outcome, hint=hint)
        self.form.body.addWidget(self.form.add("consultation_outcome", field))

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        return self.school_error()

    def particulars(self) -> dict[str, str]:
        """Return the school, the day of receipt and the officer's words."""
        return {
            "urn": self.school.urn(),
            "received": self.desk.today.isoformat(),
            "consultation_outcome": self.outcome.text().strip(),
        }

    def said(self) -> str:
        """Return the words of the toast."""
        return "Notice of the decision given and filed"


class AgreeForm(_SchoolForm):
    """The written agreement of an academy trust, and who gave it."""

    action = "agree-academy"
    day_words = "Agreed on"

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase, page: OrderPage) -> None:
        title = "The trust’s written agreement"
        super().__init__(desk, host, case, page, title, draft="agree", save="Record the agreement")
        self.agreed_by = TextInput()
        self.put_school("Academy", school_urn(page))
        hint = "Name and post, as in the trust’s letter or message."
        self.form.body.addWidget(
            self.form.add("agreed_by", Field("Who agreed for the trust", self.agreed_by, hint=hint))
        )
        self.put_day()

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong = {**self.school_error(), **self.day_error()}
        if not self.agreed_by.text().strip():
            wrong["agreed_by"] = "Enter who agreed for the trust"
        return wrong

    def particulars(self) -> dict[str, str]:
        """Return the academy and who agreed."""
        return {"urn": self.school.urn(), "agreed_by": self.agreed_by.text().strip()}

    def said(self) -> str:
        """Return the words of the toast."""
        return "Agreement recorded"


class AnswerForm(_SchoolForm):
    """What the governing body answered, or what became of its application to the Secretary of State."""

    action = "record-school-answer"
    day_words = "Answered on"

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase, page: OrderPage) -> None:
        title = "Record the school’s answer"
        super().__init__(desk, host, case, page, title, draft="answer", save="Record the answer")
        self.sos = Choice(
            [
                ("", "It answered in writing and will not apply"),
                ("received", "It had the notice of decision on a later day"),
                ("applied", "It has applied to the Secretary of State"),
                ("withdrawn", "It no longer asks the Secretary of State"),
                ("directed", "The Secretary of State has given a direction"),
            ]
        )
        self.answer = TextArea(4)
        self.directed = SchoolPicker(desk)
        self.put_school(urn=school_urn(page))
        self.form.body.addWidget(self.form.add("sos", Field("What it said", self.sos)))
        self._directed = self.form.add("directed_urn", Field("School that was directed", self.directed))
        self.form.body.addWidget(self._directed)
        self.received = Day(desk.today)
        self._received = self.form.put("received", Field("It had the notice on", self.received), 300)
        self._answer = self.form.add("answer", Field("In its words", self.answer))
        self.form.body.addWidget(self._answer)
        self.put_day()
        self.sos.picked.connect(self._on_sos)
        self._on_sos(self.sos.key())

    @Slot(str)
    def _on_sos(self, key: str) -> None:
        self._directed.setVisible(key == "directed")
        self._received.setVisible(key == "received")
        self._answer.setVisible(key != "received")

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong = {**self.school_error(), **self.day_error()}
        if self.sos.key() == "directed" and not self.directed.urn():
            wrong["directed_urn"] = "Choose the school that was directed"
        if self.sos.key() == "received":
            if self.received.day() > self.desk.today:
                wrong["received"] = "It had the notice on must be today or earlier"
        elif not self.answer.text().strip():
            wrong["answer"] = "Write what the school said, or what the letter says"
        return wrong

    def particulars(self) -> dict[str, str]:
        """Return the school and what it said."""
        if self.sos.key() == "received":
            return {"urn": self.school.urn(), "received": self.received.day().isoformat()}
        given = {"urn": self.school.urn(), "answer": self.answer.text().strip(), "sos": self.sos.key()}
        if self.sos.key() == "directed":
            given["directed_urn"] = self.directed.urn()
        return given

    def said(self) -> str:
        """Return the words of the toast."""
        return "Answer of the school recorded"


class SettleForm(_SchoolForm):
    """Which school the order names, on which basis, and what shows it (s438(3) to (6), s441)."""

    action = "determine-school"
    day_words = "Settled on"

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase, page: OrderPage) -> None:
        title = "Settle which school the order names"
        super().__init__(desk, host, case, page, title, draft="settle", save="Settle the school")
        choices = (
            [("plan", BASIS_WORDS["plan"])]
            if page.has_plan
            else [
                CHOOSE,
                ("specified", "Specified by the council in its notice, no other choice made"),
                ("selected", "Selected by the parent from the notice"),
                ("applied", "The parent applied and was offered a place"),
                ("council-paid", "The parent asked, and a place is paid by the council"),
                ("direction", "Directed by the Secretary of State"),
            ]
        )
        self.basis = Choice(choices)
        self.days = {key: DayText(desk.today, hint="such as 12 Jan 2027") for key in ("applied", "notified", "offered")}
        self.evidence = TextArea(3)
        self.form.body.addWidget(self.form.add("basis", Field("Why this school", self.basis)))
        served = [row for row in page.parents if row.id in page.notices_438.valid]
        self.chooser = Choice([CHOOSE, *((str(row.id), row.name) for row in served)] if len(served) > 1 else [])
        self._many = len(served) > 1
        self._chooser = self.form.put("parent", Field("Whose choice it was", self.chooser), 300)
        self.put_school(urn=school_urn(page))
        for key, words in (
            ("applied", "Parent applied on"),
            ("notified", "Parent told this council on"),
            ("offered", "Place offered on"),
        ):
            self.form.put(key, Field(words, self.days[key]), 220)
        self.form.body.addWidget(self.form.add("evidence", Field("What shows it", self.evidence)))
        self.put_day()
        self.basis.picked.connect(self._on_basis)
        self._on_basis(self.basis.key())

    @Slot(str)
    def _on_basis(self, key: str) -> None:
        for name in self.days:
            self.form.fields[name].setVisible(key in ("applied", "council-paid"))
        self._chooser.setVisible(self._many and key in ("selected", "applied", "council-paid"))

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong = {**self.school_error(), **self.day_error()}
        if not self.basis.key():
            wrong["basis"] = "Choose why this school is named"
        if not self._chooser.isHidden() and not self.chooser.key():
            wrong["parent"] = "Choose which parent chose the school"
        for name, words in (("applied", "Parent applied on"), ("notified", "Parent told this council on")):
            error = self.days[name].error(words)
            if error:
                wrong[name] = error
        return wrong

    def particulars(self) -> dict[str, str]:
        """Return the school, the basis, the days and the evidence."""
        given = {"urn": self.school.urn(), "basis": self.basis.key(), "evidence": self.evidence.text().strip()}
        if not self._chooser.isHidden():
            given["parent"] = self.chooser.key()
        for name, field in self.days.items():
            day = field.day()
            if day is not None and not self.form.fields[name].isHidden():
                given[name] = day.isoformat()
        return given

    def said(self) -> str:
        """Return the words of the toast."""
        return f"Settled: the order names {self.school.name()}"


class InformForm(StepForm):
    """What the school is told of the order, with the letter that goes with it."""

    action = "inform-school"

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase, page: OrderPage) -> None:
        super().__init__(desk, host, case, page, "Tell the school", draft="inform", save="Tell the school and file it")
        self.needs = TextArea(3)
        school = page.school(school_urn(page))
        self.form.body.addWidget(
            Label(
                f"{school.name if school else 'The school'} is told of the order, of its duty, and by when to confirm "
                "that the child is on its register. The letter is dated and filed with this step.",
                wrap=True,
            )
        )
        hint = "What helps the school to begin well. Left empty, nothing is said."
        self.form.body.addWidget(self.form.add("support_summary", Field("Needs and support", self.needs, hint=hint)))

    def errors(self) -> dict[str, str]:
        """Return nothing: the words may be left out."""
        return {}

    def particulars(self) -> dict[str, str]:
        """Return the officer's words."""
        return {"support_summary": self.needs.text().strip()}

    def said(self) -> str:
        """Return the words of the toast."""
        return "School told, letter filed"
