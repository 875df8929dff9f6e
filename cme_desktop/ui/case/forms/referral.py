"""A new referral: the child, the adult and who refers, by keyboard in under two minutes (F7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QWidget

from cme_desktop import shipped
from cme_desktop.casework import cases
from cme_desktop.casework.cases import CaseRow, OpenCase, ReferralFacts
from cme_desktop.casework.children import AddressFacts, ChildFacts, NameFacts, RegistrationFacts
from cme_desktop.casework.parents import ParentFacts, Phone
from cme_desktop.domain.identifiers import check_upn
from cme_desktop.domain.lifecycle import opening_question
from cme_desktop.domain.roles import Person
from cme_desktop.domain.school_age import age_on, year_group
from cme_desktop.storage.store import Store
from cme_desktop.ui.case.forms.inputs import Day, DayText
from cme_desktop.ui.case.forms.lists import CHOOSE, RELATIONSHIPS, SEXES, code_list
from cme_desktop.ui.case.forms.matches import Match, MatchCard, Typed
from cme_desktop.ui.case.forms.panel import FormPanel
from cme_desktop.ui.case.forms.school import SchoolPicker
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import announce, clear, row
from cme_desktop.ui.widgets.buttons import Button
from cme_desktop.ui.widgets.form import Field
from cme_desktop.ui.widgets.inputs import Choice, TextArea, TextInput, Tick
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import short_date

NEW: Final = "new-referral"


@dataclass(frozen=True)
class Source:
    """What a referral from one kind of referrer must say besides the child and why."""

    who: str = "Name or team"
    needs: frozenset[str] = frozenset({"referrer", "contact"})
    reference: str = "Their reference, if any"


_PERSON: Final = frozenset({"referrer", "contact"})
SOURCES: Final = {
    "school": Source("Name at the school", _PERSON | {"school", "last_day"}),
    "mash": Source("Name at MASH", _PERSON | {"reference"}, "MASH reference"),
    "admissions": Source("Name at Admissions", _PERSON),
    "ehe": Source("Name at SALEHE", _PERSON),
    "other-council": Source("Council, and name there", _PERSON | {"reference"}, "Their reference"),
    "police": Source("Name and collar number", _PERSON | {"reference"}, "Police reference"),
    "family": Source("Name, and how related", frozenset({"referrer"})),
    "public": Source("Name, if given", frozenset({"details"})),
}
"""Sources that are not named here ask for a name or team and a way to reach them."""


class ReferralForm(FormPanel):
    """The whole page: fields at the left, at the right who the child may be already. ``saved`` carries the CaseRow."""

    def __init__(self, desk: Desk, host: QWidget) -> None:
        super().__init__(
            desk,
            host,
            "New referral",
            "Tab moves on; lists open with Alt and the down arrow, or by their first letter.",
            draft="referral",
            save="Open the case",
            width=0,
        )
        self._known: Match | None = None
        self._confirmed: set[str] = set()
        self._make_fields()
        self._lay_out_fields()
        self.matches = MatchCard(desk)
        self.matches.setFixedWidth(372)
        self.matches.picked.connect(self._on_match)
        self.middle.addLayout(row(self.matches, margins=(0, 4, 24, 16)))
        self._connect()
        self._on_source(self.source.key())

    def _make_fields(self) -> None:
        today = self.desk.today
        self.forename, self.surname, self.dob = TextInput(), TextInput(), DayText(today, hint="2 Mar 2012, or 020312")
        self.upn, self.sex, self.school = TextInput(longest=16), Choice(SEXES), SchoolPicker(self.desk)
        self.lines, self.postcode = TextInput(), TextInput(longest=10)
        self.last_day = DayText(today, hint="such as 3 Nov 2026")
        self.adult_forename, self.adult_surname = TextInput(), TextInput()
        self.relationship = Choice([CHOOSE, *((words, words) for _, words in RELATIONSHIPS)])
        self.phone, self.same_home = TextInput(), Tick("Lives at the child’s address, and has care")
        self.source = Choice(code_list("referral-source", leave_out=frozenset({"s2s-file"})))
        self.received = Day(today)
        self.referrer, self.contact, self.reference = TextInput(), TextInput(), TextInput()
        self.reason = Choice([CHOOSE, *code_list("referral-reason", leave_out=frozenset({"file-leaver"}))])
        self.status = Choice([(one.code, one.label) for one in shipped.lifecycle().entry_statuses()])
        self.details = TextArea(2)
        self.on_roll = Tick("Still on the school’s roll")
        self.ticks |= {"same_home": self.same_home, "on_roll": self.on_roll}

    def _lay_out_fields(self) -> None:
        form = self.form
        form.body.setSpacing(8)
        self.sex.setMinimumContentsLength(len("Not known"))
        self._age = Label("", "hint", "muted")
        form.body.addLayout(row(Label("The child", "section"), None, self._age))
        form.add_row(
            ("forename", Field("First name", self.forename)),
            ("surname", Field("Family name", self.surname)),
            ("dob", Field("Date of birth", self.dob)),
            stretch=(200, 200, 180),
        )
        form.add_row(
            ("upn", Field("UPN, if known", self.upn)),
            ("sex", Field("Sex", self.sex)),
            ("lines", Field("Address", self.lines)),
            ("postcode", Field("Postcode", self.postcode)),
            stretch=(150, 110, 230, 90),
        )
        school = row(
            form.add("school", Field("Last or present school", self.school)),
            form.add("last_day", Field("Last day there", self.last_day)),
            self.on_roll,
            gap=16,
        )
        school.setStretch(0, 1)
        school.setAlignment(self.on_roll, Qt.AlignmentFlag.AlignBottom)
        form.body.addLayout(school)
        form.body.addLayout(row(Label("Parent or carer", "section"), None, self.same_home))
        form.add_row(
            ("adult_forename", Field("First name", self.adult_forename)),
            ("adult_surname", Field("Family name", self.adult_surname)),
            ("relationship", Field("Relationship", self.relationship)),
            ("phone", Field("Phone", self.phone)),
            stretch=(150, 150, 130, 150),
        )
        form.body.addWidget(Label("The referral", "section"))
        form.add_row(
            ("source", Field("Who made it", self.source)),
            ("received", Field("Received on", self.received)),
            ("reason", Field("Why", self.reason)),
            stretch=(200, 140, 240),
        )
        form.add_row(
            ("referrer", Field("Name or team", self.referrer)),
            ("contact", Field("Phone or email", self.contact)),
            ("reference", Field("Their reference, if any", self.reference)),
            stretch=(200, 200, 180),
        )
        form.add_row(
            ("details", Field("What they said", self.details)),
            ("status", Field("Status", self.status)),
            stretch=(400, 180),
        )
        names = {"adult_forename": "First name of the parent or carer", "adult_surname": "Their family name"}
        for key, words in names.items():
            form.fields[key].editor.setAccessibleName(words)

    def _connect(self) -> None:
        for editor in (self.forename, self.surname, self.upn, self.phone):
            editor.textEdited.connect(self._on_child)
        self.dob.textEdited.connect(self._on_child)
        self.dob.picked.connect(self._on_child)
        self.source.picked.connect(self._on_source)
        self.saved.connect(self._on_opened)

    # While it is typed

    def first_field(self) -> QWidget | None:
        """Return the first name: the register is looked through from the first letters."""
        return self.forename

    def fill(self, values: Any) -> None:
        """Show kept values, and look the child up."""
        super().fill(values)
        self._on_child()

    @Slot()
    def _on_child(self, *_news: object) -> None:
        day = self.dob.day()
        self._age.setText("")
        if day is not None and day <= self.desk.today:
            year = year_group(day, self.desk.today)
            words = "" if year is None else ", Reception" if year == "R" else f", Year {year}"
            self._age.setText(f"Born {short_date(day)}, age {age_on(day, self.desk.today)}{words}")
        if self._known is None:
            self.matches.look_for(
                Typed(
                    self.forename.text().strip(), self.surname.text().strip(), day, self.upn.text(), self.phone.text()
                )
            )

    @Slot(str)
    def _on_source(self, code: str) -> None:
        source = SOURCES.get(code, Source())
        for key, words in (("referrer", source.who), ("reference", source.reference)):
            field = self.form.fields[key]
            field.label.setText(words)
            field.editor.setAccessibleName(words)
        field = self.form.fields["school"]
        field.label.setText("School that refers" if code == "school" else "Last or present school")
        self.school.setAccessibleName(field.label.text())

    @Slot(object)
    def _on_match(self, match: Match) -> None:
        """Offer what can be done with a child who is known already."""
        layout = self.matches.below
        clear(layout)
        hit = match.hit
        layout.addWidget(Label(f"{hit.name or 'This child'}: {hit.ref or 'no case yet'}", "strong", wrap=True))
        if hit.ref is not None:
            opener = Button(f"Open {hit.ref}", on_click=lambda: self._open_known(hit.ref or ""))
            layout.addLayout(row(opener, None))
            opener.setFocus(Qt.FocusReason.OtherFocusReason)
        if not hit.is_open:
            same = Button("Same child: use this referral", on_click=lambda: self._use(match))
            layout.addLayout(row(same, None))
            if hit.ref is None:
                same.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_known(self, ref: str) -> None:
        self.keep()
        self.desk.case_wanted.emit(ref, "")
        self.shut()

    def _use(self, match: Match) -> None:
        """Take the child of the register: its own fields are not asked again."""
        self._known = match
        for key in ("forename", "surname", "dob", "upn", "sex", "lines", "postcode"):
            self.form.fields[key].editor.setEnabled(False)
        self.forename.setText(match.hit.name)
        self.surname.clear()
        self.dob.set_day(match.hit.dob)
        words = f"This referral is for {match.hit.name}. A new case begins; the previous one stays as it is."
        self.matches.words.setText(words if match.hit.ref else f"This referral is for {match.hit.name}.")
        announce(self, self.matches.words.text())
        self.source.setFocus(Qt.FocusReason.OtherFocusReason)

    # Saving

    def errors(self) -> dict[str, str]:
        """Return what is missing, by who refers."""
        wrong: dict[str, str] = {}
        if self._known is None:
            self._check_child(wrong)
        self._check_source(wrong)
        if not self.reason.key():
            wrong["reason"] = "Choose why the child is referred"
        if self.received.day() > self.desk.today:
            wrong["received"] = "Received on must be today or earlier"
        return wrong

    def _check_child(self, wrong: dict[str, str]) -> None:
        if not self.forename.text().strip() and not self.surname.text().strip():
            wrong["forename"] = "Enter the child’s name, or the part of it that is known"
        day = self.dob.day()
        if self.dob.error("Date of birth"):
            wrong["dob"] = self.dob.error("Date of birth")
        elif day is not None and day > self.desk.today:
            wrong["dob"] = "Date of birth must be in the past"
        if self.upn.text().strip():
            checked = check_upn(self.upn.text())
            if not checked.valid:
                letter = f": its check letter should be {checked.expected_letter}" if checked.expected_letter else ""
                wrong["upn"] = f"UPN is not right{letter}. Correct it or leave it empty"

    def _check_source(self, wrong: dict[str, str]) -> None:
        needs = SOURCES.get(self.source.key(), Source()).needs
        asked = {
            "referrer": (self.referrer, "Enter who refers the child"),
            "contact": (self.contact, "Enter a phone number or an email address"),
            "reference": (self.reference, "Enter their reference"),
        }
        for key, (editor, words) in asked.items():
            if key in needs and not editor.text().strip():
                wrong[key] = words
        if "details" in needs and not self.details.text().strip():
            wrong["details"] = "Write what they said"
        if "school" in needs and not self.school.urn():
            wrong["school"] = "Choose the school from the directory"
        if self.last_day.error("Last day there"):
            wrong["last_day"] = self.last_day.error("Last day there")
        elif "last_day" in needs and self.last_day.day() is None:
            wrong["last_day"] = "Enter the child’s last day there"

    def question(self) -> tuple[str, str, str] | None:
        """Return what to ask before a case is opened (a key, the question, the way on), None where there is nothing."""
        sure = self.matches.sure() if self._known is None else None
        if sure is not None and "known" not in self._confirmed:
            state = f"has an open case, {sure.hit.ref}" if sure.hit.is_open else "is in the register already"
            born = f", born {short_date(sure.hit.dob)}," if sure.hit.dob else ""
            return "known", f"{sure.hit.name}{born} {state}. Is this another child?", "Another child: go on"
        day = self.dob.day()
        asked = opening_question(self._first_name(), day, self.desk.today) if day is not None else None
        if asked and "age" not in self._confirmed:
            return "age", asked, "Open a case anyway"
        return None

    def _first_name(self) -> str:
        return self.forename.text().split()[0] if self.forename.text().split() else "this child"

    def save(self) -> None:
        """Open the case, once what may be a mistake has been asked."""
        if not self.errors():
            asked = self.question()
            if asked is not None:
                key, words, go_on = asked
                self.ask(words, go_on, lambda: self._go_on(key))
                return
        super().save()

    def _go_on(self, key: str) -> None:
        self._confirmed.add(key)
        self.save()

    def act(self) -> Callable[[Store, Person], CaseRow]:
        """Return the opening of the case."""
        referral, status = self.referral(), self.status.key()
        known, reason = self._known, self.reason.key()
        if known is not None and known.hit.ref is not None:
            ref, why = known.hit.ref, f"New referral: {self.reason.currentText()}"
            wanted = status if status != NEW else "whereabouts-unknown"
            return lambda store, person: cases.reopen_case(store, person, ref, wanted, reason=why, referral=referral)
        command = OpenCase(
            child=known.hit.child_id if known is not None else self.child(),
            referral=referral,
            status=status,
            missing_since=self.last_day.day(),
            reason=reason,
            parents=self.adults(),
            on_roll=self.on_roll.isChecked() and bool(self.school.name()),
        )
        return lambda store, person: cases.open_case(store, person, command)

    def child(self) -> ChildFacts:
        """Return the child as typed."""
        lines = tuple(part.strip() for part in self.lines.text().split(",") if part.strip())
        postcode = self.postcode.text().strip()
        school, last, on_roll = self.school.name(), self.last_day.day(), self.on_roll.isChecked()
        stay = RegistrationFacts(
            school,
            self.school.urn() or None,
            leaving_date=None if on_roll else last,
            first_absent_day=last + timedelta(days=1) if on_roll and last is not None else None,
        )
        return ChildFacts(
            names=(NameFacts(self.surname.text().strip(), self.forename.text().strip()),),
            dob=self.dob.day(),
            sex=self.sex.key(),
            upns=(self.upn.text().strip(),) if self.upn.text().strip() else (),
            address=AddressFacts(lines, postcode) if lines or postcode else None,
            registrations=(stay,) if school else (),
        )

    def adults(self) -> tuple[ParentFacts, ...]:
        """Return the parent or carer as typed; the child's address only where the tick says so."""
        forename, surname = self.adult_forename.text().strip(), self.adult_surname.text().strip()
        if not forename and not surname:
            return ()
        shared = self.same_home.isChecked()
        words = self.relationship.key()
        return (
            ParentFacts(
                forename=forename,
                surname=surname,
                relationship=words,
                relationship_code=next((code for code, label in RELATIONSHIPS if label == words), ""),
                has_care=shared,
                address=tuple(part.strip() for part in self.lines.text().split(",") if part.strip()) if shared else (),
                postcode=self.postcode.text().strip() if shared else "",
                phones=(Phone(self.phone.text().strip()),) if self.phone.text().strip() else (),
                source="referral",
            ),
        )

    def referral(self) -> ReferralFacts:
        """Return who refers, as typed."""
        return ReferralFacts(
            received_on=self.received.day(),
            referrer_kind=self.source.key(),
            referrer_name=self.referrer.text().strip(),
            referrer_contact=self.contact.text().strip(),
            referrer_school_urn=(self.school.urn() or None) if self.source.key() == "school" else None,
            their_reference=self.reference.text().strip(),
            details=self.details.text().strip(),
        )

    @Slot(object)
    def _on_opened(self, row: CaseRow) -> None:
        self.desk.cases_changed.emit((row.ref,))
        self.desk.case_wanted.emit(row.ref, "")

    def said(self) -> str:
        """Return the words of the toast."""
        return f"Case opened: {self.forename.text().strip()} {self.surname.text().strip()}".rstrip()
