"""What Admin asks: the audit each role may read, the calendar, and what wants a look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from cme_desktop.casework import access_log, children, notes
from cme_desktop.casework.reference.calendars import set_terms
from cme_desktop.domain.calendar import BankHolidays, Calendar, Division, Term
from cme_desktop.domain.errors import NotAllowed
from cme_desktop.domain.roles import Person, Role
from cme_desktop.register import admin
from cme_desktop.register.admin import AuditQuery
from tests.factories import Register, child_facts, make_case, make_register

EVERYTHING = AuditQuery()


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Register]:
    """Return an open register."""
    register = make_register(tmp_path / "register")
    yield register
    register.close()


@pytest.mark.feature("F74")
def test_a_manager_reads_who_looked_at_whom(made: Register) -> None:
    case = make_case(made)
    access_log.open_case_page(made.store, made.manager, case.ref)
    access_log.searched(made.store, made.officer, "kamara", hits=1)
    newest = admin.audit_rows(made.store, made.manager, EVERYTHING)
    assert [(row.by, row.doing, row.about, row.reason) for row in newest[:2]] == [
        ("Anita Patel", "Searching the register", "", "1 found"),
        ("Bernard Hall", "Looking at a case", case.ref, ""),
    ]


@pytest.mark.feature("F77")
def test_a_restricted_case_is_named_to_officers_only(made: Register) -> None:
    case = make_case(made)
    children.restrict(made.store, made.officer, case.ref, restricted=True, reason="Staff family")
    to_manager = admin.audit_rows(made.store, made.manager, EVERYTHING)[0]
    assert (to_manager.about, to_manager.reason) == ("a restricted case", "")
    assert admin.audit_rows(made.store, made.manager, AuditQuery(words=case.ref)) == ()
    assert admin.audit_rows(made.store, made.manager, AuditQuery(words="Staff family")) == ()
    to_both = admin.audit_rows(made.store, made.officer, EVERYTHING)[0]
    assert (to_both.about, to_both.reason) == (case.ref, "Staff family")


@pytest.mark.feature("F77")
def test_a_manager_reads_no_words_that_may_name_a_restricted_child(made: Register) -> None:
    """What is not shown is not found either: a search for the words would tell as much."""
    store, officer, manager = made.store, made.officer, made.manager
    hidden = make_case(made, child=child_facts("Verborgen", "Vera"))
    seen = make_case(made, child=child_facts("Patel", "Ravi"))
    children.restrict(store, officer, hidden.ref, restricted=True, reason="Verborgen is family")
    access_log.searched(store, officer, "verborgen", hits=1)
    access_log.opened_list(store, officer, "open", filters="name has verborgen", rows=3)
    children.link_siblings(store, officer, seen.ref, hidden.child_id, source="brother of Vera Verborgen")
    told = admin.audit_rows(store, manager, EVERYTHING)
    assert "verborgen" not in repr(told).casefold()
    assert [(row.doing, row.about, row.reason) for row in told[:3]] == [
        ("Linking brothers and sisters", "a restricted case", ""),
        ("Opening a list of the register", "", "3 rows"),
        ("Searching the register", "", "1 found"),
    ]
    for words in ("verborgen", "brother of", "name has"):
        assert admin.audit_rows(store, manager, AuditQuery(words=words)) == ()
    linked, listed, searched = admin.audit_rows(store, officer, AuditQuery(limit=3))
    assert (linked.about, linked.reason) == (f"{hidden.ref} and {seen.ref}", "brother of Vera Verborgen")
    assert (listed.reason, searched.reason) == ("name has verborgen (3 rows)", "verborgen (1 found)")


def test_a_manager_reads_what_was_written_for_a_manager_and_the_own_words(made: Register) -> None:
    store, officer, manager = made.store, made.officer, made.manager
    case = make_case(made)
    children.restrict(store, officer, case.ref, restricted=True, reason="Staff family")
    access_log.open_case_page(store, officer, case.ref, reason="Duty call")
    access_log.export_rows(store, officer, "open", rows=2, columns=("ref",), reason="For the panel")
    access_log.searched(store, manager, "kamara", hits=0)
    own, export, opened = admin.audit_rows(store, manager, AuditQuery(limit=3))
    assert (own.reason, export.reason) == ("kamara (0 found)", "For the panel (2 rows: ref)")
    assert (opened.doing, opened.about, opened.reason) == ("Looking at a case", "a restricted case", "Duty call")


@pytest.mark.feature("F72")
def test_an_administrator_without_a_case_role_reads_no_words_of_casework(made: Register) -> None:
    case = make_case(made)
    access_log.searched(made.store, made.officer, "kamara", hits=1)
    rows = admin.audit_rows(made.store, made.administrator, EVERYTHING)
    assert "kamara" not in " ".join(row.reason for row in rows)
    assert admin.audit_rows(made.store, made.administrator, AuditQuery(words="kamara")) == ()
    assert case.ref in {row.about for row in rows}
    with pytest.raises(NotAllowed):
        admin.audit_rows(made.store, Person(1, "Dee Stone", frozenset({Role.OFFICER})), EVERYTHING)


def test_the_audit_is_narrowed_by_person_words_and_day(made: Register) -> None:
    case = make_case(made)
    notes.comment(made.store, made.manager, case.ref, "Well traced")
    with pytest.raises(NotAllowed):
        notes.add_note(made.store, made.manager, case.ref, "x")

    def found(**query: object) -> list[str]:
        rows = admin.audit_rows(made.store, made.officer, AuditQuery(**query))  # type: ignore[arg-type]  # by name
        return [row.doing for row in rows]

    assert found(person_id=made.manager.id) == ["Refused: adding a note to a case", "Commenting on a case"]
    assert found(words="refused") == ["Refused: adding a note to a case"]
    assert found(words=case.ref.lower(), person_id=made.manager.id)[-1] == "Commenting on a case"
    assert found(words="100%") == []
    made.clock.moment += timedelta(days=1)
    notes.comment(made.store, made.manager, case.ref, "Again")
    assert found(day_from=made.clock.now()) == ["Commenting on a case"]
    newest = admin.audit_rows(made.store, made.officer, AuditQuery(limit=1))[0]
    assert newest.seq not in [
        row.seq for row in admin.audit_rows(made.store, made.officer, AuditQuery(before_seq=newest.seq))
    ]


@pytest.mark.feature("F46")
def test_the_calendar_names_its_terms_and_the_years_of_bank_holidays(made: Register) -> None:
    page = admin.calendar_page(made.store, made.manager)
    assert page.placeholder
    assert dict(page.holidays)[Division.ENGLAND_AND_WALES] is not None
    assert page.known_to == max(term.end for term in page.terms)
    autumn = Term("2025-26", "Autumn", date(2025, 9, 1), date(2025, 12, 18))
    inset = frozenset({date(2025, 9, 1)})
    set_terms(made.store, made.officer, Calendar("x", BankHolidays({}), (autumn,), inset))
    page = admin.calendar_page(made.store, made.manager)
    assert ([term.name for term in page.terms], page.inset_days, page.placeholder) == (
        ["Autumn"],
        (date(2025, 9, 1),),
        False,
    )
    assert admin.wants_a_look(made.store, made.manager)["calendars"] == "The term dates have run out"
    set_terms(made.store, made.officer, Calendar("x", BankHolidays({})))
    page = admin.calendar_page(made.store, made.manager)
    assert (page.terms, page.known_to) == ((), None)
    assert admin.wants_a_look(made.store, made.manager)["calendars"] == "No term dates entered"


@pytest.mark.feature("F56")
def test_templates_are_listed_with_their_fingerprint(made: Register) -> None:
    rows = admin.templates(made.store, made.officer)
    assert [row.code for row in rows] == ["L01", "L04", "L05", "L06", "L07", "L08", "L09", "L24"]
    assert all(len(row.sha256) == 64 for row in rows)
