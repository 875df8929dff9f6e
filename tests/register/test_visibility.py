"""Who sees what: a manager nothing of a restricted child by any route, an administrator no case at all."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator

import pytest

import cme_desktop.register
from cme_desktop.access import TABLE, Receipt, act_of, may
from cme_desktop.casework import access_log, approvals, children
from cme_desktop.casework import risk as risks
from cme_desktop.casework.documents.drafting import draft_document
from cme_desktop.casework.intake.files import take
from cme_desktop.domain.errors import NotAllowed, NotFound
from cme_desktop.domain.roles import Person, Role
from cme_desktop.models.document import Document
from cme_desktop.models.intake import StagedPupil
from cme_desktop.register import (
    admin,
    came_in,
    case_page,
    case_record,
    cases,
    find,
    history,
    inbox,
    letters,
    risk,
    schools,
    today,
)
from cme_desktop.register.visibility import visible
from tests.casework.look import rows
from tests.casework.s2s import READER, Pupil, joiner_file, leaver_file
from tests.factories import NOON, TODAY, Register, child_facts, make_case
from tests.register import world as worlds
from tests.register.world import HIDDEN_FORENAME, HIDDEN_PARENT, HIDDEN_STREET, HIDDEN_SURNAME, HIDDEN_UPN, World

TELLING = (HIDDEN_SURNAME, HIDDEN_FORENAME, HIDDEN_UPN, HIDDEN_STREET, HIDDEN_PARENT, "2013-07-08")


@pytest.fixture(scope="module")
def full(world: World) -> World:
    """Return the peopled register with a draft, a file and a request about the restricted child."""
    register = world.register
    store, officer = register.store, register.officer
    for name in ("hidden", "kamara"):
        draft_document(store, officer, world.ref(name), "L01")
    pupil = Pupil(HIDDEN_SURNAME, HIDDEN_FORENAME, "2013-07-08", upn=HIDDEN_UPN, paon="99", street="Sheltered Row")
    near = Pupil(HIDDEN_SURNAME, HIDDEN_FORENAME, "2013-07-08", paon="99", street="Sheltered Row", postcode="ZZ9 9ZZ")
    other = Pupil("Visible", "Vera", "2014-01-02", paon="1", street="Open Road", upn="nonsense")
    for number, (make, *pupils) in enumerate(
        [(leaver_file, pupil, other), (joiner_file, pupil), (leaver_file, near)], start=1
    ):
        name, data = make(*pupils, number=number)
        take(store, officer, data, name, reader=READER)
    return world


def said(thing: object) -> str:
    """Return everything that an answer says, as one text."""
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return " ".join(said(getattr(thing, field.name)) for field in dataclasses.fields(thing))
    if isinstance(thing, dict):
        return " ".join(f"{said(key)} {said(value)}" for key, value in thing.items())
    if isinstance(thing, (list, tuple, set, frozenset)):
        return " ".join(said(part) for part in thing)
    return str(thing)


def forged(viewer: Person, entity: str) -> Receipt:
    """Return a receipt as only the access log makes it: even with one in hand nothing restricted is shown."""
    return Receipt("access.open-case", viewer.id, entity, 1, NOON)


def routes(full: World, viewer: Person) -> Iterator[tuple[Callable[..., object], Callable[[], object]]]:
    """Yield every question of the register, as it is asked about everything there is."""
    store, register = full.register.store, full.register
    visible_refs = [case.ref for name, case in full.cases.items() if name != "hidden"]
    documents = [row.id for row in rows(register, Document)]
    staged = [row.id for row in rows(register, StagedPupil)]
    files = sorted({row.source_file_id for row in rows(register, StagedPupil)})
    episodes = [case.episode_id for case in full.cases.values()]

    def of_cases(show: Callable[..., object]) -> Callable[[], object]:
        return lambda: [show(store, viewer, ref, forged(viewer, f"case:{ref}")) for ref in visible_refs]

    for show in (
        case_page.case_page,
        case_page.timeline,
        case_page.enquiries,
        case_page.addresses,
        case_page.registrations,
        case_record.case_record,
        history.history,
        risk.risk_page,
    ):
        yield show, of_cases(show)
    yield today.today_page, lambda: today.today_page(store, viewer)
    yield (
        cases.case_ids,
        lambda: [
            cases.case_rows(store, viewer, cases.case_ids(store, viewer, cases.RegisterQuery(view=key, text=text)))
            for key, _ in cases.VIEWS
            for text in ("", HIDDEN_SURNAME)
        ],
    )
    yield cases.case_rows, lambda: cases.case_rows(store, viewer, episodes)
    yield cases.cases_at, lambda: cases.cases_at(store, viewer, TODAY)
    yield cases.filter_choices, lambda: [cases.filter_choices(store, viewer, key) for key, _ in cases.VIEWS]
    yield cases.view_counts, lambda: cases.view_counts(store, viewer)
    typed = (HIDDEN_SURNAME, "Verborgn", HIDDEN_UPN, HIDDEN_PARENT, "8 Jul 2013", "ZZ9 9ZZ", full.hidden, "restricted")
    yield find.find, lambda: [find.find(store, viewer, text) for text in typed]
    yield inbox.inbox_page, lambda: inbox.inbox_page(store, viewer)
    yield inbox.waiting_items, lambda: inbox.waiting_items(store, viewer)
    yield inbox.same_children, lambda: inbox.same_children(store, viewer)
    yield inbox.held_files, lambda: inbox.held_files(store, viewer, files)
    for ask, numbers in ((inbox.file_items, files), (inbox.file_pupils, files), (inbox.file_report, files)):
        yield ask, lambda ask=ask, numbers=numbers: [ask(store, viewer, number) for number in numbers]
    yield inbox.inbox_item, lambda: [answer_or_refusal(inbox.inbox_item, store, viewer, number) for number in staged]
    yield letters.letter_rows, lambda: letters.letter_rows(store, viewer)
    yield letters.letter_counts, lambda: letters.letter_counts(store, viewer)
    yield letters.waiting_approvals, lambda: letters.waiting_approvals(store, viewer)
    yield (
        letters.document_page,
        lambda: [answer_or_refusal(letters.document_page, store, viewer, number) for number in documents],
    )
    yield (
        letters.document_bytes,
        lambda: [
            answer_or_refusal(letters.document_bytes, store, viewer, number, forged(viewer, f"document:{number}"))
            for number in documents
        ],
    )
    yield admin.safety_page, lambda: admin.safety_page(store, viewer)
    yield admin.calendar_page, lambda: admin.calendar_page(store, viewer)
    yield admin.templates, lambda: admin.templates(store, viewer)
    yield admin.wants_a_look, lambda: admin.wants_a_look(store, viewer)
    words = ("", "colleague", "Verborgen", full.hidden, "restrict")
    yield admin.audit_rows, lambda: [admin.audit_rows(store, viewer, admin.AuditQuery(words=word)) for word in words]
    yield schools.find_schools, lambda: schools.find_schools(store, viewer, "example")
    yield schools.school_page, lambda: schools.school_page(store, viewer, "999003")
    yield schools.directory, lambda: schools.directory(store, viewer)


def answer_or_refusal(ask: Callable[..., object], *args: object) -> object:
    """Return the answer, or the words with which it was refused as not being there."""
    try:
        return ask(*args)
    except NotFound as refusal:
        return refusal.message


def questions() -> set[str]:
    """Return the names of all guarded functions of the register."""
    found = set()
    for module in pkgutil.iter_modules(cme_desktop.register.__path__):
        loaded = importlib.import_module(f"cme_desktop.register.{module.name}")
        found |= {
            name
            for name, function in inspect.getmembers(loaded, inspect.isfunction)
            if act_of(function) is not None and function.__module__ == loaded.__name__
        }
    return found


def test_these_tests_ask_every_question_there_is(full: World) -> None:
    asked = {question.__name__ for question, _ in routes(full, full.register.officer)}
    assert asked == questions()


@pytest.mark.feature("F72")
def test_a_manager_sees_nothing_of_a_restricted_child_by_any_route(full: World) -> None:
    for question, ask in routes(full, full.register.manager):
        assert may(full.register.manager, act_of(question) or "")
        words = said(ask())
        for word in (*TELLING, full.hidden, "Family of a colleague"):
            assert word.lower() not in words.lower(), f"{question.__name__} tells {word}"


def test_an_officer_sees_the_restricted_child_on_those_routes(full: World) -> None:
    """Or the test above would prove nothing."""
    told = {
        question.__name__
        for question, ask in routes(full, full.register.officer)
        if HIDDEN_SURNAME.lower() in said(ask()).lower()
    }
    assert told == {
        "case_page",
        "case_ids",
        "case_rows",
        "cases_at",
        "file_items",
        "file_pupils",
        "file_report",
        "find",
        "inbox_item",
        "letter_rows",
        "today_page",
        "waiting_items",
        "document_page",
    }


@pytest.mark.feature("F72")
def test_a_manager_counts_only_what_may_be_seen(full: World) -> None:
    store, officer, manager = full.register.store, full.register.officer, full.register.manager
    seen, all_there = cases.view_counts(store, manager), cases.view_counts(store, officer)
    assert seen["open"] == all_there["open"] - 1
    assert seen["whereabouts-unknown"] == all_there["whereabouts-unknown"] - 1
    assert today.today_page(store, manager).open_cases == seen["open"]
    urn = "999003"
    assert (
        schools.school_page(store, manager, urn).row.open_cases
        == schools.school_page(store, officer, urn).row.open_cases - 1
    )
    of_list = {row.urn: row.open_cases for row in schools.find_schools(store, manager, "Example High")}
    assert of_list[urn] == schools.school_page(store, manager, urn).row.open_cases
    seen_schools = {urn: number for urn, _, number in cases.filter_choices(store, manager, "open").schools}
    assert seen_schools[urn] == of_list[urn]


@pytest.mark.feature("F64")
@pytest.mark.feature("F72")
def test_a_manager_reads_the_register_and_drills_down(full: World) -> None:
    store, manager = full.register.store, full.register.manager
    ids = cases.case_ids(store, manager, cases.RegisterQuery(view="whereabouts-unknown", sort="ref"))
    found = cases.case_rows(store, manager, ids)
    assert [row.ref for row in found] == [full.ref(name) for name in ("kamara", "smith-jones", "newest")]
    receipt = access_log.open_case_page(store, manager, full.ref("kamara"))
    page = case_page.case_page(store, manager, full.ref("kamara"), receipt)
    assert page.head.surname == "Kamara"
    assert page.siblings == ()
    officer = full.register.officer
    receipt = access_log.open_case_page(store, officer, full.ref("kamara"))
    siblings = case_page.case_page(store, officer, full.ref("kamara"), receipt).siblings
    assert [(one.name, one.ref) for one in siblings] == [(f"{HIDDEN_FORENAME} {HIDDEN_SURNAME}", full.hidden)]


@pytest.mark.feature("F72")
def test_no_receipt_opens_a_restricted_case_to_a_manager(full: World) -> None:
    store, manager = full.register.store, full.register.manager
    with pytest.raises(NotFound):
        access_log.open_case_page(store, manager, full.hidden)
    receipt = forged(manager, f"case:{full.hidden}")
    for show in (case_page.case_page, case_page.timeline, history.history, risk.risk_page, case_record.case_record):
        with pytest.raises(NotFound, match="No case has the reference"):
            show(store, manager, full.hidden, receipt)


@pytest.mark.feature("F72")
def test_an_administrator_sees_no_case_by_any_route(full: World) -> None:
    administrator = full.register.administrator
    for question, ask in routes(full, administrator):
        if may(administrator, act_of(question) or ""):
            words = said(ask())
            assert "Kamara" not in words
            assert HIDDEN_SURNAME not in words
            assert "CME-2026" not in words or question is admin.audit_rows  # references tell nothing of a child
        else:
            with pytest.raises(NotAllowed, match="You are working as Administrator"):
                ask()
    assert schools.school_page(full.register.store, administrator, "999003").row.open_cases == 0


def test_questions_are_asked_by_nobody_without_a_role(full: World) -> None:
    nobody = Person(99, "Nobody", frozenset())
    for question, ask in routes(full, nobody):
        with pytest.raises(NotAllowed):
            ask()
        assert TABLE[act_of(question) or ""].asks
    assert str(visible(nobody)) == "false"


def test_whoever_is_officer_too_sees_all(full: World) -> None:
    both = Person(full.register.officer.id, "Both", frozenset({Role.OFFICER, Role.MANAGER}))
    assert cases.view_counts(full.register.store, both) == cases.view_counts(full.register.store, full.register.officer)


def test_an_approval_about_a_restricted_child_is_not_the_managers_to_read(register: Register) -> None:
    """Until the restriction ends, nobody but an officer reads of it; then it is there again."""
    case = make_case(register, child=child_facts(HIDDEN_SURNAME, HIDDEN_FORENAME))
    worlds.rate(register, case.ref, 1)
    told = risks.ResponseEntry(1, "discussed", "Line manager", "020 7946 0000", called_at=NOON)
    risks.record_response(register.store, register.officer, case.ref, told)
    waits = risks.ask_to_lower(register.store, register.officer, case.ref, "standard", reason="Seen and safe")
    assert waits is not None
    (mine,) = letters.waiting_approvals(register.store, register.manager)
    assert (mine.id, mine.mine, mine.ref) == (waits, True, case.ref)
    (asked,) = letters.waiting_approvals(register.store, register.officer)
    assert not asked.mine
    children.restrict(register.store, register.officer, case.ref, restricted=True, reason="Witness")
    assert letters.waiting_approvals(register.store, register.manager) == ()
    assert today.today_page(register.store, register.manager).rows("decision") == ()
    assert case.ref not in said(today.today_page(register.store, register.manager))
    children.restrict(register.store, register.officer, case.ref, restricted=False, reason="Over")
    approvals.refuse(register.store, register.manager, case.ref, reason="Too early")
    (answer,) = [one for one in _answers(register) if one]
    assert answer.endswith(f"refused: {HIDDEN_FORENAME} {HIDDEN_SURNAME}")
    children.restrict(register.store, register.officer, case.ref, restricted=True, reason="Witness")
    assert _answers(register) == [answer], "to the officer who asked it stays news"


def _answers(register: Register) -> list[str]:
    with register.store.read() as session:
        return [came_in.came_in(session, register.officer, register.clock.now()).answer_words]


@pytest.mark.feature("F72")
def test_the_inbox_leaves_out_of_a_managers_counts_what_it_hides(full: World) -> None:
    store, officer, manager = full.register.store, full.register.officer, full.register.manager
    mine, theirs = inbox.inbox_page(store, officer), inbox.inbox_page(store, manager)
    assert (len(mine.files), mine.waiting, mine.files[-1].pupils) == (3, 4, 2)
    assert (len(theirs.files), theirs.waiting, theirs.files[0].pupils) == (1, 1, 1)
    assert [row.surname for row in inbox.file_pupils(store, manager, theirs.files[0].id)] == ["Visible"]
    assert {line.name for line in inbox.file_report(store, manager, theirs.files[0].id).lines if line.name} == {
        "Vera Visible"
    }
    assert inbox.same_children(store, manager) == ()
    assert len(inbox.same_children(store, officer)) >= 1
    side = today.today_page(store, manager).came_in
    assert (side.files, side.same + side.check + side.new) == (1, 1)
