"""Calendars: the council's terms, INSET days and bank holidays that every date is counted with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QWidget

from cme_desktop.casework import next_steps
from cme_desktop.casework.reference.calendars import check_terms, set_bank_holidays, set_terms
from cme_desktop.domain.calendar import DIVISION_WORDS, BankHolidays, Calendar, parse_bank_holidays, parse_term_csv
from cme_desktop.domain.calendar import Term as DomainTerm
from cme_desktop.domain.errors import UserError
from cme_desktop.register.admin import CalendarPage, TermRow, calendar_page
from cme_desktop.ui.admin.dialogs import FormDialog
from cme_desktop.ui.admin.section import Office, Section, SmallTable, TableCard
from cme_desktop.ui.qt import alive, row
from cme_desktop.ui.theme import hold_width
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.chips import ChipRow
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.inputs import Choice, DateInput, TextInput, Tick
from cme_desktop.ui.widgets.table import Cell, Column
from cme_desktop.ui.widgets.text import Label, Terms
from cme_desktop.ui.words import count, day_date, short_date

LARGEST_CSV: Final = 1024 * 1024
SOURCE: Final = "the term dates entered in this register"
_NAMES: Final = ("Autumn", "Spring", "Summer")
_NO_HOLIDAYS: Final = BankHolidays({})
_INSET_SHOWN: Final = 12


def columns() -> tuple[Column[TermRow], ...]:
    """Return the columns of the terms."""
    return (
        Column("term", "Term", lambda one: Cell(f"{one.name} {one.academic_year}", strong=True), sortable=False),
        Column("first", "First day", lambda one: day_date(one.start, year=True), 136, sortable=False),
        Column("last", "Last day", lambda one: day_date(one.end, year=True), 136, sortable=False),
        Column("half", "Half term", _half_words, 220, sortable=False),
    )


def _half_words(one: TermRow) -> str:
    if one.half_term_start is None or one.half_term_end is None:
        return "none"
    return f"{day_date(one.half_term_start)} to {day_date(one.half_term_end, year=True)}"


def year_of(day: date) -> str:
    """Return the academic year of a day: "2026-27"."""
    first = day.year if day.month >= 9 else day.year - 1
    return f"{first}-{(first + 1) % 100:02d}"


class CalendarSection(Section):
    """The calendar. Each change is one act; the dates of all open cases are then worked out anew."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(office, "Calendars", parent)
        self._page = CalendarPage((), (), False, ())
        self.table = SmallTable(columns(), "School terms")
        self.add = Button("Add a term", icon="plus", on_click=lambda: self.ask_term(None))
        self.change = Button("Change", on_click=lambda: self.ask_term(self.table.current()))
        self.remove = Button("Remove", on_click=self._on_remove)
        self.load = Button("Load a CSV file", icon="file", on_click=self._on_load)
        empty = "No term dates yet. School days cannot be counted until the council’s terms are entered: never a guess."
        self.terms = TableCard("School terms", self.table, empty, self.add, self.change, self.remove, self.load)
        self.table.moved.connect(lambda _number: self._allow())
        self.table.opened.connect(lambda _number: self.ask_term(self.table.current()))
        self.hold(self.terms, self._inset_card(), self._holiday_card())
        self._allow()

    def _inset_card(self) -> Card:
        card = Card("INSET days")
        words = (
            "Days in a term on which no school is held. A school day is one with a session (Education Act 1996 s579)."
        )
        self.chips = ChipRow()
        self.chips.removed.connect(self._on_inset_removed)
        self.none = Label("None entered.", token="muted")
        self.day = DateInput(self.desk.today, weekday=True)
        self.day.setAccessibleName("INSET day")
        hold_width(self.day, 200)
        self.add_day = Button("Add this day", icon="plus", on_click=self._on_inset_added)
        self.later = Label("", "hint", "muted", wrap=True)
        card.body.setSpacing(12)
        card.body.addWidget(Label(words, wrap=True))
        card.body.addWidget(self.none)
        card.body.addLayout(row(self.chips, None))
        card.body.addWidget(self.later)
        card.body.addLayout(row(self.day, self.add_day, None, gap=8))
        return card

    def _holiday_card(self) -> Card:
        card = Card("Bank holidays")
        self.holidays = Terms(136, 6)
        self.known = {name: self.holidays.add(name, Label("")) for name in DIVISION_WORDS.values()}
        self.load_days = Button("Load bank-holidays.json", icon="file", on_click=self._on_holidays)
        hint = Label("The file of GOV.UK, with all three parts of the United Kingdom.", "hint", "muted", wrap=True)
        card.body.addWidget(self.holidays)
        card.foot(self.load_days, hint)
        return card

    # Showing

    def refresh(self) -> None:
        """Fetch the calendar."""
        self.desk.ask(calendar_page, self._on_page, self.refused)

    def _on_page(self, page: CalendarPage) -> None:
        self._page = page
        self.terms.show_rows(dict(enumerate(reversed(page.terms), start=1)))
        ahead = [day for day in page.inset_days if day >= self.desk.today]
        shown = ahead[:_INSET_SHOWN]
        self.chips.show_chips([(day.isoformat(), day_date(day, year=True)) for day in shown])
        self.chips.setEnabled(not self.why_not("calendar.change"))
        self.none.setVisible(not shown)
        rest = len(page.inset_days) - len(shown)
        self.later.setText(f"{count(rest, 'other day')} entered, past or further ahead." if rest else "")
        self.later.setVisible(bool(rest))
        for division, years in page.holidays:
            label = self.known[DIVISION_WORDS[division]]
            assert isinstance(label, Label)
            label.setText(f"Known for {years[0]} to {years[1]}" if years else "Not known")
        self._show_state(page)
        self._allow()

    def _show_state(self, page: CalendarPage) -> None:
        if page.placeholder:
            words = "These are placeholder term dates, not the council’s own. Every date counted with them says so."
            self.show_banner(Banner(words, Tone.AMBER))
        elif page.known_to is not None and page.known_to < self.desk.today:
            words = (
                f"The term dates ended on {short_date(page.known_to)}. School days after it are not known: enter more."
            )
            self.show_banner(Banner(words, Tone.AMBER))
        else:
            self.show_banner(None)

    def _allow(self) -> None:
        why = self.why_not("calendar.change")
        choose = "" if self.table.current() is not None else "Choose a term first"
        for button in (self.add, self.load, self.load_days, self.add_day):
            button.set_reason(why)
        for button in (self.change, self.remove):
            button.set_reason(why or choose)
        self.terms.why.setText(why or (choose if self._page.terms else ""))

    # Terms

    def ask_term(self, before: TermRow | None) -> None:
        """Ask for a term: a new one, or other days of one that is there."""
        if self.why_not("calendar.change"):
            return
        start = before.start if before else self._next_start()
        dialog = FormDialog("Change the term" if before else "Add a term", "Save the term", self)
        year = TextInput(longest=9)
        year.setText(before.academic_year if before else year_of(start))
        name = Choice([(one, one) for one in dict.fromkeys((*_NAMES, *([before.name] if before else ())))])
        name.pick(before.name if before else _NAMES[len(self._page.terms) % 3])
        first, last = DateInput(start, weekday=True), DateInput(before.end if before else start, weekday=True)
        half = Tick("It has a half term", ticked=before is None or before.half_term_start is not None)
        half_first = DateInput((before.half_term_start if before else None) or start, weekday=True)
        half_last = DateInput((before.half_term_end if before else None) or start, weekday=True)
        for editor in (half_first, half_last):
            editor.setEnabled(half.isChecked())
            half.toggled.connect(editor.setEnabled)
        dialog.put_row(("name", "Term", name), ("year", "School year", year))
        dialog.put_row(("start", "First day", first), ("end", "Last day", last))
        dialog.form.body.addWidget(half)
        dialog.put_row(("half", "Half term from", half_first), ("half-end", "to", half_last))

        def made() -> DomainTerm:
            days = (half_first.day(), half_last.day()) if half.isChecked() else (None, None)
            return DomainTerm(year.text().strip(), name.key(), first.day(), last.day(), *days)

        def check() -> dict[str, str]:
            if not year.text().strip():
                return {"year": "Enter the school year, such as 2026-27"}
            try:
                check_terms([*self._others(before), made()])
            except UserError as error:
                return {"end" if "ends before" in error.message else "start": error.message}
            return {}

        dialog.ask(check, lambda: self._save([*self._others(before), made()], self._page.inset_days, "saved", dialog))

    def _next_start(self) -> date:
        known = self._page.known_to
        return max(known, self.desk.today) if known else date(self.desk.today.year, 9, 1)

    def _others(self, without: TermRow | None) -> list[DomainTerm]:
        return [
            DomainTerm(one.academic_year, one.name, one.start, one.end, one.half_term_start, one.half_term_end)
            for one in self._page.terms
            if one != without
        ]

    def _on_remove(self) -> None:
        chosen = self.table.current()
        if chosen is None:
            return
        dialog = FormDialog(
            f"Remove {chosen.name} {chosen.academic_year}",
            "Remove the term",
            self,
            words=("School days in these weeks can then no longer be counted, until the term is entered again.",),
        )
        dialog.ask(dict, lambda: self._save(self._others(chosen), self._page.inset_days, "removed", dialog))

    def _on_load(self) -> None:
        place = self.office.system.ask_open("Load term dates", "Term dates (*.csv)")
        if place:
            self.desk.compute(lambda: read_terms(Path(place)), self._on_read, self.refused)

    def _on_read(self, read: Calendar) -> None:
        words = (
            f"{count(len(read.terms), 'term')} and {count(len(read.inset_days), 'INSET day')} take the place of those "
            "entered now.",
            "The dates of all open cases are then worked out anew.",
        )
        dialog = FormDialog("Load these term dates", "Load the dates", self, words=words)
        dialog.ask(dict, lambda: self._put(read, "loaded", dialog))

    # INSET days and bank holidays

    def _on_inset_added(self) -> None:
        day = self.day.day()
        if day not in self._page.inset_days:
            self._save(self._others(None), (*self._page.inset_days, day), "saved")

    def _on_inset_removed(self, key: str) -> None:
        kept = tuple(day for day in self._page.inset_days if day.isoformat() != key)
        self._save(self._others(None), kept, "saved")

    def _on_holidays(self) -> None:
        place = self.office.system.ask_open("Load bank holidays", "Bank holidays (*.json)")
        if place:
            self.desk.compute(lambda: read_holidays(Path(place)), self._on_holidays_read, self.refused)

    def _on_holidays_read(self, read: BankHolidays) -> None:
        self.desk.do(lambda store, actor: set_bank_holidays(store, actor, read), self._on_holidays_saved, self.refused)

    def _on_holidays_saved(self, number: int) -> None:
        words = f"{count(number, 'bank holiday')} added" if number else "Nothing new was in that file"
        self.desk.toasts.say(words, note=not number)
        self._changed()

    # Saving

    def _save(
        self, terms: Sequence[DomainTerm], inset: Sequence[date], what: str, dialog: FormDialog | None = None
    ) -> None:
        self._put(Calendar(SOURCE, _NO_HOLIDAYS, tuple(terms), frozenset(inset)), what, dialog)

    def _put(self, calendar: Calendar, what: str, dialog: FormDialog | None) -> None:
        def done(_rows: int) -> None:
            if dialog is not None and alive(dialog):
                dialog.done_with()
            self.desk.toasts.say(f"Calendar {what}. The dates of open cases are worked out anew.")
            self._changed()

        def refused(error: Exception) -> None:
            show: Callable[[Exception], object] = self.refused
            if dialog is not None and alive(dialog):
                show = dialog.refuse
            show(error)

        self.desk.do(lambda store, actor: set_terms(store, actor, calendar), done, refused)

    def _changed(self) -> None:
        """Show the new calendar, and work out the dates of all open cases anew."""
        self.refresh()
        self.changed.emit()
        self.desk.reference_changed.emit()
        self.desk.look(next_steps.recompute_all, lambda _number: self.desk.cases_changed.emit(None), self.refused)


def read_terms(place: Path) -> Calendar:
    """Return the calendar of a CSV file of term dates.

    Raises:
        UserError: it cannot be read, or a row of it cannot be counted with; the row and the rule are named.
    """
    return parse_term_csv(_text(place), place.name, _NO_HOLIDAYS)


def read_holidays(place: Path) -> BankHolidays:
    """Return the bank holidays of a GOV.UK file; raise UserError saying what it lacks."""
    return parse_bank_holidays(_text(place))


def _text(place: Path) -> str:
    try:
        if place.stat().st_size > LARGEST_CSV:
            raise UserError(f"{place.name} is too large for such a file. Nothing was changed. Look what it is.")
        return place.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise UserError(
            f"{place.name} could not be read as text, so nothing was changed. Save it as CSV (UTF-8) and try again."
        ) from None
