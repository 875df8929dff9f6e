"""The table of role by act, and the guard that applies it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cme_desktop.access import TABLE, Receipt, act_of, check_receipt, guard, may, refusal, requires
from cme_desktop.domain.errors import NotAllowed
from cme_desktop.domain.roles import Person, Role

OFFICER = Person(1, "Ann Officer", frozenset({Role.OFFICER}))
MANAGER = Person(2, "Ben Manager", frozenset({Role.MANAGER}))
ADMINISTRATOR = Person(3, "Cam Administrator", frozenset({Role.ADMINISTRATOR}))
BOTH = Person(4, "Dee Both", frozenset({Role.OFFICER, Role.ADMINISTRATOR}))
NOBODY = Person(5, "Eve Nobody", frozenset())


class RefusalBook:
    """Stands where a store would and keeps what was refused."""

    def __init__(self) -> None:
        self.refusals: list[tuple[Person, str, str]] = []

    def refused(self, actor: Person, code: str, reason: str) -> None:
        self.refusals.append((actor, code, reason))


@requires("case.close")
def close(store: RefusalBook, actor: Person, ref: str) -> str:
    return f"closed {ref}"


@requires("ask.case")
def look(store: RefusalBook, *, viewer: Person) -> str:
    return "case"


@requires("case.sell")
def unknown(store: RefusalBook, actor: Person) -> str:
    return "sold"


def test_a_person_with_the_role_passes_and_gets_the_answer() -> None:
    assert close(RefusalBook(), OFFICER, "CME-2026-00001") == "closed CME-2026-00001"
    assert close(RefusalBook(), actor=BOTH, ref="CME-2026-00001") == "closed CME-2026-00001"
    assert look(RefusalBook(), viewer=MANAGER) == "case"


@pytest.mark.feature("F72")
def test_a_manager_cannot_close_and_is_told_who_can_and_the_refusal_is_kept() -> None:
    book = RefusalBook()
    with pytest.raises(NotAllowed) as caught:
        close(book, MANAGER, "CME-2026-00001")
    assert caught.value.message == (
        "Closing a case is for an officer. You are working as Manager, so nothing was changed. "
        "Ask an officer, or use Change person."
    )
    assert book.refusals == [(MANAGER, "case.close", caught.value.message)]


def test_a_refused_question_writes_nothing() -> None:
    book = RefusalBook()
    with pytest.raises(NotAllowed):
        look(book, viewer=ADMINISTRATOR)
    assert book.refusals == []


def test_an_act_that_the_table_does_not_know_is_refused_to_everybody() -> None:
    book = RefusalBook()
    for person in (OFFICER, MANAGER, ADMINISTRATOR, BOTH):
        assert not may(person, "case.sell")
        with pytest.raises(NotAllowed, match="knows no such act"):
            unknown(book, person)
    assert len(book.refusals) == 4


def test_an_administrator_has_no_case_screens_unless_also_an_officer() -> None:
    screens = [code for code in TABLE if code.startswith(("case.", "ask.case", "ask.today", "access.open", "risk."))]
    assert screens
    assert not any(may(ADMINISTRATOR, code) for code in screens)
    assert may(BOTH, "ask.cases")
    assert may(BOTH, "access.open-case")


def test_the_drafter_s_role_never_approves() -> None:
    assert not may(BOTH, "approval.approve")
    assert may(MANAGER, "approval.approve")
    assert may(MANAGER, "approval.refuse")


def test_a_person_without_a_role_may_do_nothing() -> None:
    assert not any(may(NOBODY, code) for code in TABLE)
    assert refusal(NOBODY, "case.open").startswith("Opening a case is for an officer. You are working as nobody")


def test_every_line_of_the_table_names_its_own_code_and_a_role() -> None:
    for code, act in TABLE.items():
        assert act.code == code
        assert act.roles
        assert act.asks == code.startswith("ask.")
        assert act.doing[0].islower()


def test_the_manager_writes_only_what_the_matrix_gives() -> None:
    writes = {code for code in TABLE if may(MANAGER, code) and not TABLE[code].asks}
    assert writes == {
        "approval.approve",
        "approval.refuse",
        "order.decide-not-to-serve",
        "risk.lower",
        "form.agree",
        "note.comment",
        "access.open-case",
        "access.reveal",
        "access.print",
        "access.export",
        "access.search",
        "access.list",
        "tasks.recompute",
        "start.check",
        "draft.keep",
        "undo.last",
        "user.passphrase",
    }


def test_guarding_a_function_without_store_or_person_is_a_slip_found_at_once() -> None:
    with pytest.raises(TypeError, match="must take the store first"):

        @requires("case.open")
        def slip(ref: str) -> str:
            return ref

    with pytest.raises(TypeError, match="an actor or a viewer"):

        @requires("case.open")
        def slip_too(store: RefusalBook) -> None:
            return None


def test_a_guarded_function_says_which_act_it_is() -> None:
    assert act_of(close) == "case.close"
    assert act_of(refusal) is None


def test_guard_lets_an_allowed_act_pass_without_a_trace() -> None:
    book = RefusalBook()
    guard(book, OFFICER, "case.open")
    assert book.refusals == []


def test_a_receipt_opens_only_its_own_thing_for_its_own_person() -> None:
    receipt = Receipt("access.open-case", OFFICER.id, "episode:7", 12, datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    check_receipt(receipt, OFFICER, "episode:7")
    with pytest.raises(NotAllowed, match="has not been recorded"):
        check_receipt(receipt, OFFICER, "episode:8")
    with pytest.raises(NotAllowed, match="has not been recorded"):
        check_receipt(receipt, MANAGER, "episode:7")


def test_a_receipt_is_for_its_kind_of_look() -> None:
    """A name that was shown opens no case; printing and saving a copy are recorded as what they are."""
    at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    with pytest.raises(NotAllowed, match="has not been recorded"):
        check_receipt(Receipt("access.reveal", OFFICER.id, "case:7", 12, at), OFFICER, "case:7")
    check_receipt(Receipt("access.print", OFFICER.id, "document:7", 12, at), OFFICER, "document:7", "access.print")
    with pytest.raises(NotAllowed, match="has not been recorded"):
        check_receipt(Receipt("access.open", OFFICER.id, "document:7", 12, at), OFFICER, "document:7", "access.print")
