"""What the preview reads and does in the register, each as one job off the window's thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from cme_desktop.access import may
from cme_desktop.casework import access_log, approvals, drafts
from cme_desktop.casework.documents.drafting import Preview, Wanted, draft_document, foresee_document, withdraw_draft
from cme_desktop.casework.documents.filed import DocumentRow
from cme_desktop.casework.documents.issuing import ApprovalNeeded, issue_document
from cme_desktop.casework.documents.signing import signatories
from cme_desktop.casework.orders.steps import take_step
from cme_desktop.casework.parents import ParentChanges, change_parent
from cme_desktop.casework.reference.policy import read_settings
from cme_desktop.casework.users import list_people
from cme_desktop.domain.errors import NotFound
from cme_desktop.domain.roles import Person, Role
from cme_desktop.register import case_page, letters
from cme_desktop.register.case_rows import AdultRow
from cme_desktop.register.letters import DocumentPage, LetterRow
from cme_desktop.register.schools import school_page
from cme_desktop.storage.store import Store
from cme_desktop.ui.letters.preview.subject import BY_ACT, SERVED, TO_PARENTS, Entry, LetterCase
from cme_desktop.ui.letters.preview.wishes import from_draft, to_draft, wanted_again

Job = Callable[[Store, Person], Any]


@dataclass(frozen=True)
class Opened:
    """What a preview begins with: the case, an entry for each addressee, the one to show and, if filed, its bytes.

    ``schools`` are the names of those that a notice offers, by their URN.
    """

    case: LetterCase
    entries: tuple[Entry, ...]
    shown: int
    content: bytes = b""
    schools: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Filed:
    """One filed document: its page and its bytes, read after the look was recorded."""

    page: DocumentPage
    content: bytes


@dataclass(frozen=True)
class Made:
    """What making some documents came to: the filed ones, and what the officer is to know before they go out."""

    ids: tuple[int, ...]
    waits: bool
    rows: tuple[DocumentRow, ...] = ()


def open_to_make(
    ref: str, code: str, parent_id: int = 0, reason: str = "", anew: Mapping[int, Wanted] | None = None
) -> Job:
    """Return the job that records the look at the case and reads what a letter of it is made from.

    Args:
        anew: what was written in documents that are made once more, by their parent.
    """
    again = dict(anew or {})

    def job(store: Store, person: Person) -> Opened:
        receipt = access_log.open_case_page(store, person, ref, reason=reason)
        page = case_page.case_page(store, person, ref, receipt)
        case = _case(store, person, page.head.ref, code, _child(page), page.adults, is_open=page.head.is_open)
        rows = letters.letter_rows(store, person, ref=case.ref, code=code)
        whom = page.adults if code in TO_PARENTS and page.adults else (None,)
        entries = tuple(_entry(store, person, case, one, rows, again) for one in whom)
        shown = next((one.parent_id for one in entries if one.parent_id == parent_id), None)
        first = next((one.parent_id for one in entries if one.ticked), entries[0].parent_id)
        names = _names(store, person, {urn for one in entries for urn in one.wanted.alternatives})
        return Opened(case, entries, first if shown is None else shown, schools=names)

    return job


def _names(store: Store, person: Person, urns: Iterable[str]) -> dict[str, str]:
    names = {}
    for urn in urns:
        with suppress(NotFound):
            names[urn] = school_page(store, person, urn).row.name
    return names


def _child(page: case_page.CasePage) -> str:
    return " ".join(part for part in (page.head.forename, page.head.surname) if part)


def _case(
    store: Store,
    person: Person,
    ref: str,
    code: str,
    child: str,
    adults: tuple[AdultRow, ...],
    *,
    is_open: bool,
) -> LetterCase:
    people = list_people(store, person)
    return LetterCase(
        ref=ref,
        code=code,
        child=child,
        adults=adults,
        signatories=signatories(store, person),
        managers=tuple(one.name for one in people if Role.MANAGER in one.roles and one.active and one.id != person.id),
        needs_approval=read_settings(store, person).needs_approval(code),
        today=store.clock.today(),
        is_open=is_open,
    )


def _entry(
    store: Store,
    person: Person,
    case: LetterCase,
    adult: AdultRow | None,
    rows: Sequence[LetterRow],
    again: Mapping[int, Wanted],
) -> Entry:
    number = adult.id if adult is not None else 0
    own = [row for row in rows if adult is None or row.parent_id == number]
    standing = next((row for row in own if _stands(case.code, row)), None)
    wanted = Wanted(parent_id=number or None)
    if number in again:
        standing = None
        wanted = again[number]
    elif standing is None:
        kept = drafts.read_draft(store, person, draft_name(case, number))
        wanted = from_draft(wanted, kept or {}, case.today)
    written = adult is None or (adult.may_be_written_to and not adult.no_contact)
    return Entry(
        parent_id=number,
        name=adult.name if adult is not None else "",
        relation=adult.relationship if adult is not None else "",
        ticked=written,
        may_be_written_to=written,
        wanted=wanted,
        row=standing,
    )


def _stands(code: str, row: LetterRow) -> bool:
    """Say whether a document stands in the way of a new one: a draft, or a paper that is still to be served."""
    if row.state == "draft":
        return True
    return code in SERVED and not row.served and row.returned_on is None


def draft_name(case: LetterCase, parent_id: int) -> str:
    """Return the name under which what was typed for a letter is kept."""
    return f"letter:{case.ref}:{case.code}:{parent_id}"


def foresee(case: LetterCase, entry: Entry, *, draw: bool) -> Job:
    """Return the question how a document would look if it were made now."""
    ref, code, wanted = case.ref, case.code, entry.wanted

    def question(store: Store, person: Person) -> Preview:
        return foresee_document(store, person, ref, code, wanted, draw=draw)

    return question


def open_filed(document_id: int) -> Job:
    """Return the job that records the look at a document and reads it, with those made together with it."""

    def job(store: Store, person: Person) -> Opened:
        found = _read(store, person, document_id)
        row = found.page.row
        case = _case(store, person, row.ref, row.code, row.child, (), is_open=True)
        rows = letters.letter_rows(store, person, ref=row.ref, code=row.code)
        newest: dict[int, LetterRow] = {}
        for one in rows:
            newest.setdefault(one.parent_id or 0, one)
        newest[row.parent_id or 0] = row
        entries = tuple(_filed_entry(number, one) for number, one in sorted(newest.items()))
        shown = row.parent_id or 0
        entries = tuple(replace(one, page=found.page) if one.parent_id == shown else one for one in entries)
        return Opened(case, entries, shown, found.content)

    return job


def _filed_entry(parent_id: int, row: LetterRow) -> Entry:
    wanted = Wanted(parent_id=parent_id or None)
    return Entry(parent_id, row.addressee, row.relation, row=row, wanted=wanted)


def read_filed(document_id: int) -> Job:
    """Return the job that records the look at a document and reads its page and bytes."""
    return lambda store, person: _read(store, person, document_id)


def _read(store: Store, person: Person, document_id: int) -> Filed:
    receipt = access_log.open_document(store, person, document_id)
    page = letters.document_page(store, person, document_id)
    return Filed(page, letters.document_bytes(store, person, document_id, receipt))


def document_of_approval(approval_id: int) -> Job:
    """Return the question which document, or which case, something that waits is about."""

    def question(store: Store, person: Person) -> letters.ApprovalRow:
        for row in letters.waiting_approvals(store, person):
            if row.id == approval_id:
                return row
        raise NotFound("This does not wait any more: it was decided or withdrawn. Look at the list again.")

    return question


# Acts


def make(case: LetterCase, group: Sequence[Entry]) -> Job:
    """Return the job that drafts and issues documents, or has them wait; one made by a step takes that step."""
    entries = tuple(group)

    def job(store: Store, person: Person) -> Made:
        made: list[int] = []
        rows: list[DocumentRow] = []
        waits = False
        for entry in entries:
            if case.code in BY_ACT:
                made += _take(store, person, case, entry.wanted)
            else:
                row = _draft(store, person, case, entry.wanted)
                rows.append(row)
                made.append(row.id)
                waits = not _issue(store, person, row.id) or waits
            drafts.erase_draft(store, person, draft_name(case, entry.parent_id))
        return Made(tuple(made), waits, tuple(rows))

    return job


def _draft(store: Store, person: Person, case: LetterCase, wanted: Wanted) -> DocumentRow:
    return draft_document(
        store,
        person,
        case.ref,
        case.code,
        wanted.parent_id,
        wanted.urn,
        planned_method=wanted.method,
        planned_sent_on=wanted.sent_on,
        texts=wanted.texts,
        alternatives=wanted.alternatives,
        signatory_id=wanted.signatory_id,
    )


def _take(store: Store, person: Person, case: LetterCase, wanted: Wanted) -> tuple[int, ...]:
    given = dict(wanted.texts)
    if wanted.urn:
        given["urn"] = wanted.urn
    if case.code == "L06":
        given["received"] = (wanted.received or store.clock.today()).isoformat()
        given.setdefault("urn", foresee_document(store, person, case.ref, case.code, wanted, draw=False).urn or "")
    return take_step(store, person, case.ref, BY_ACT[case.code], given).documents


def _issue(store: Store, person: Person, document_id: int) -> bool:
    """Issue a draft; say whether it is issued, so does not wait for a second person."""
    try:
        issue_document(store, person, document_id)
    except ApprovalNeeded:
        return False
    return True


def filed_pages(ids: Sequence[int]) -> Job:
    """Return the question how filed documents stand now; their bytes never change."""
    numbers = tuple(ids)
    return lambda store, person: {number: letters.document_page(store, person, number) for number in numbers}


def issue(ids: Sequence[int]) -> Job:
    """Return the job that issues drafts, or has them wait for a second person."""
    numbers = tuple(ids)

    def job(store: Store, person: Person) -> Made:
        issued = [_issue(store, person, number) for number in numbers]
        return Made(numbers, not all(issued))

    return job


def written(ids: Sequence[int]) -> Job:
    """Return the question what was written in drafts, by their parent, for making them once more."""
    numbers = tuple(ids)

    def question(store: Store, person: Person) -> dict[int, Wanted]:
        pages = [letters.document_page(store, person, number) for number in numbers]
        return {page.parent_id or 0: wanted_again(page, store.clock.today()) for page in pages}

    return question


def withdraw(ids: Sequence[int]) -> Job:
    """Return the job that withdraws drafts and hands back what was written in them."""
    numbers, read = tuple(ids), written(ids)

    def job(store: Store, person: Person) -> dict[int, Wanted]:
        kept: dict[int, Wanted] = read(store, person)
        for number in numbers:
            withdraw_draft(store, person, number)
        return kept

    return job


def decide(ref: str, ids: Sequence[int], reason: str = "") -> Job:
    """Return the job that approves documents, or refuses them where a reason is given."""
    numbers = tuple(ids)

    def job(store: Store, person: Person) -> int:
        for number in numbers:
            if reason:
                approvals.refuse(store, person, ref, reason=reason, document_id=number)
            else:
                approvals.approve(store, person, ref, document_id=number)
        return len(numbers)

    return job


def save_address(ref: str, parent_id: int, lines: str, postcode: str) -> Job:
    """Return the job that enters the address of a parent on the case."""
    address = tuple(line.strip() for line in lines.splitlines() if line.strip())

    def job(store: Store, person: Person) -> None:
        changes = ParentChanges(address=address, postcode=postcode)
        change_parent(store, person, ref, parent_id, changes, reason="Address for a letter")

    return job


def keep(case: LetterCase, entry: Entry) -> Job:
    """Return the job that keeps what was typed for a letter."""
    name, values = draft_name(case, entry.parent_id), to_draft(entry.wanted)
    return lambda store, person: drafts.keep_draft(store, person, name, values)


def may_make(person: Person) -> bool:
    """Say whether a person makes letters."""
    return may(person, "document.draft")
