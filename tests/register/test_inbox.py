"""The inbox as it is shown: files, what each pupil means, who each may be, and what reading a file put right."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from cme_desktop.casework import cases
from cme_desktop.casework.intake import Decision, FolderState, accept, not_same, scan, settle_problem
from cme_desktop.casework.intake.files import FileOutcome, take
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.reference.policy import change_settings
from cme_desktop.domain.errors import NotFound
from cme_desktop.register.inbox import (
    file_items,
    file_pupils,
    file_report,
    held_files,
    inbox_item,
    inbox_page,
    same_children,
    waiting_items,
)
from cme_desktop.register.today import today_page
from tests.casework.s2s import READER, Pupil, file_bytes, joiner_file, leaver_file, new_pupil
from tests.factories import NOON, TODAY, Register, child_facts, make_case, make_upn, parent_facts

KNOWN = make_upn("310201529555")


def put(register: Register, named: tuple[str, bytes]) -> FileOutcome:
    name, data = named
    return take(register.store, register.officer, data, name, reader=READER)


def test_an_empty_inbox_says_so(register: Register) -> None:
    page = inbox_page(register.store, register.officer)
    assert (page.files, page.problems, page.waiting, page.to_check, page.not_deleted, page.put_off) == (
        (),
        (),
        0,
        0,
        (),
        0,
    )
    assert waiting_items(register.store, register.officer) == ()
    assert same_children(register.store, register.officer) == ()


def test_today_counts_the_children_that_the_inbox_counts(register: Register) -> None:
    put(register, leaver_file(new_pupil(surname="Farah", forename="Liban", dob="2013-01-02")))
    put(register, joiner_file(Pupil("Kamara", "Ama", upn="", dob="2012-02-03"), number=2))
    page, came = inbox_page(register.store, register.officer), today_page(register.store, register.officer).came_in
    assert page.waiting == came.children == 2
    assert page.to_check == came.check
    assert sum(row.not_cme for row in page.files) == came.not_cme == 1


@pytest.mark.feature("F14")
def test_each_file_shows_how_many_wait_and_what_is_proposed(register: Register) -> None:
    store, officer = register.store, register.officer
    make_case(register, child=child_facts("Kamara", "Amara", upns=(KNOWN,)))
    first = put(register, leaver_file(Pupil(upn=KNOWN), new_pupil(surname="Farah", forename="Liban", dob="2013-01-02")))
    register.clock.moment = NOON + timedelta(hours=1)
    second = put(register, joiner_file(Pupil("Kamara", "Ama", upn="", dob="2012-02-03"), number=2))
    page = inbox_page(store, officer)
    assert [row.id for row in page.files] == [second.source_file_id, first.source_file_id]
    newest, oldest = page.files
    assert (oldest.name, oldest.kind, oldest.pupils, oldest.waiting, oldest.same, oldest.new) == (
        first.name,
        "CML",
        2,
        2,
        1,
        1,
    )
    assert newest.received_at == NOON + timedelta(hours=1)
    assert page.waiting == sum(row.same + row.check + row.new + row.not_cme for row in page.files) == 3
    assert page.to_check == sum(row.check for row in page.files)
    one, two = file_pupils(store, officer, first.source_file_id)
    assert (one.forename, one.surname, one.number, one.proposed, one.has_match) == ("Amara", "Kamara", 1, "match", True)
    assert (two.surname, two.proposed, two.has_match) == ("Farah", "new", False)
    assert same_children(store, officer) == (one.id,)
    accept(store, officer, two.id, Decision("new"))
    assert [row.id for row in file_pupils(store, officer, first.source_file_id)] == [one.id]
    assert inbox_page(store, officer).files[-1].pupils == 2
    accept(store, officer, one.id, Decision("later", until=TODAY + timedelta(days=3)))
    left = inbox_page(store, officer)
    assert [row.id for row in left.files] == [second.source_file_id]
    assert left.put_off == 1


@pytest.mark.feature("F14")
def test_a_candidate_is_laid_beside_the_record_with_its_reasons(register: Register) -> None:
    store, officer = register.store, register.officer
    case = make_case(register, child=child_facts("Kamara", "Amara", upns=(KNOWN,)), parents=(parent_facts(),))
    outcome = put(register, leaver_file(Pupil(upn=KNOWN, paon="9", street="Other Road")))
    [item] = file_items(store, officer, outcome.source_file_id)
    assert (item.file_name, item.file_kind, item.number, item.proposed, item.decision) == (
        outcome.name,
        "CML",
        1,
        "match",
        None,
    )
    assert item.record["Surname"] == "Kamara"
    assert item.record["Address"]
    assert item.meaning
    assert item.event_date == date(2026, 11, 3)
    [candidate] = item.candidates
    assert (candidate.ref, candidate.child_id, candidate.match_class, candidate.is_open) == (
        case.ref,
        case.child_id,
        "certain",
        True,
    )
    assert (candidate.name, candidate.upn, candidate.dob, candidate.sex) == (
        "Amara Kamara",
        KNOWN,
        date(2012, 3, 2),
        "F",
    )
    assert candidate.address is not None
    assert candidate.address.one_line == "8 Low Street, Harrow, HA2 9ZZ"
    assert candidate.adults == ("Isatu Kamara, Mother",)
    assert candidate.last_registration is not None
    assert candidate.last_registration.school == "Example High School"
    assert candidate.reasons
    assert all(reason["text"] for reason in candidate.reasons)
    assert inbox_item(store, officer, item.id) == item
    assert waiting_items(store, officer) == (item,)
    with pytest.raises(NotFound, match="holds no item 99"):
        inbox_item(store, officer, 99)
    not_same(store, officer, item.id, case.child_id, why="Another family")
    assert inbox_item(store, officer, item.id).candidates == ()


@pytest.mark.feature("F15")
def test_a_closed_case_is_a_candidate_and_says_when_and_how_it_ended(register: Register) -> None:
    store, officer = register.store, register.officer
    case = make_case(register, child=child_facts("Kamara", "Amara", upns=(KNOWN,)))
    close_case(store, officer, case.ref, cases.CloseCase("school-place", "File"))
    register.clock.moment = NOON + timedelta(days=120)
    put(register, leaver_file(Pupil(upn=KNOWN)))
    [item] = waiting_items(store, officer)
    [candidate] = item.candidates
    assert (candidate.is_open, candidate.closed_on, candidate.outcome) == (False, TODAY, "School place taken up")
    assert (candidate.forename, candidate.surname) == ("Amara", "Kamara")


@pytest.mark.feature("F2")
def test_the_report_of_a_file_tells_pupil_by_pupil_what_was_put_right_or_set_aside(register: Register) -> None:
    store, officer = register.store, register.officer
    outcome = put(
        register,
        leaver_file(
            new_pupil(surname="Farah", forename="Liban", dob="2013-02-30"),
            Pupil("Patel", "Ravi", upn="A123", sex="M"),
            new_pupil(surname="Khan", forename="Sara"),
        ),
    )
    report = file_report(store, officer, outcome.source_file_id)
    assert (report.name, report.kind, report.staged, report.received_at) == (outcome.name, "CML", 3, NOON)
    assert {line.kind for line in report.lines} <= {"put-right", "set-aside", "look-at"}
    by_name: dict[str, list[str]] = {}
    for line in report.lines:
        by_name.setdefault(line.name, []).append(f"{line.pupil} {line.value} {line.message}")
    assert any("2013-02-30" in words for words in by_name["Liban Farah"])
    assert any("A123" in words for words in by_name["Ravi Patel"])
    assert "Sara Khan" not in by_name
    with pytest.raises(NotFound, match="not in the register"):
        file_report(store, officer, 99)


def test_a_file_that_cannot_be_read_stands_under_problems_until_it_is_settled(register: Register) -> None:
    store, officer = register.store, register.officer
    outcome = put(register, ("3104999_CML_310LLLL_009.xml", file_bytes(Pupil())[:300]))
    [problem] = inbox_page(store, officer).problems
    assert (problem.id, problem.name, problem.received_at) == (
        outcome.source_file_id,
        "3104999_CML_310LLLL_009.xml",
        NOON,
    )
    assert problem.reason.endswith(".")
    report = file_report(store, officer, outcome.source_file_id)
    assert report.staged == 0
    assert any(line.kind == "set-aside" for line in report.lines)
    assert held_files(store, officer, [outcome.source_file_id, 99]) == {outcome.source_file_id}
    settle_problem(store, officer, outcome.source_file_id, reason="Asked the school to send it again")
    assert inbox_page(store, officer).problems == ()


def test_what_could_not_be_deleted_is_named_until_it_is_gone(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, officer = register.store, register.officer
    watched = tmp_path / "S2S"
    watched.mkdir()
    name, data = leaver_file(new_pupil())
    (watched / name).write_bytes(data)
    state, seconds = FolderState(), iter(range(0, 100, 3))

    def refuse(_path: Path, missing_ok: bool = False) -> None:
        raise PermissionError

    def look() -> None:
        scan(store, officer, watched, state, reader=READER, clock=lambda: next(seconds))

    look()
    with monkeypatch.context() as stuck:
        stuck.setattr(Path, "unlink", refuse)
        look()
    [(path, why)] = inbox_page(store, officer).not_deleted
    assert path == str(watched / name)
    assert "could not be deleted" in why
    look()
    assert inbox_page(store, officer).not_deleted == ()
    assert list(watched.iterdir()) == []


def test_the_days_that_files_are_kept_are_told(register: Register) -> None:
    assert inbox_page(register.store, register.officer).keep_days == 0
    change_settings(register.store, register.officer, {"folder.keep-days": 3})
    assert inbox_page(register.store, register.officer).keep_days == 3
