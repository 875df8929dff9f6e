"""Record looks before anything is shown: only these functions make the receipt that the register asks for.

Each commits its event first and returns a receipt afterwards, so a crash in between shows nothing (design.md 4).
"""

from __future__ import annotations

from cme_desktop.access import Receipt, requires
from cme_desktop.casework.rows.lookup import case_of
from cme_desktop.domain.errors import NotFound, UserError
from cme_desktop.domain.roles import Person
from cme_desktop.models.child import Child
from cme_desktop.models.document import Document
from cme_desktop.models.episode import Episode
from cme_desktop.models.intake import SourceFile
from cme_desktop.storage.store import Store

OPEN, REVEAL, PRINT, EXPORT = "access.open-case", "access.reveal", "access.print", "access.export"
SEARCH, LIST, DOCUMENT, FILE = "access.search", "access.list", "access.document", "access.file"


def case_entity(ref: str) -> str:
    """Return the name under which looks at a case are recorded."""
    return f"case:{ref}"


@requires("access.open-case")
def open_case_page(store: Store, actor: Person, ref: str, *, reason: str = "") -> Receipt:
    """Record that a case is opened, then return the receipt that shows it.

    Raises:
        NotFound: no case that this person may see has the reference.
        UserError: the record is restricted and no reason was given (F77).
    """
    with store.read() as session:
        episode = case_of(session, actor, ref)
        restricted = session.get_one(Child, episode.child_id).restricted
    if restricted and not reason.strip():
        raise UserError(
            "This record is restricted. Say why you open it: the reason is kept and told to the manager.",
            code="reason-needed",
        )
    return _seen(store, actor, OPEN, case_entity(episode.ref), episode.id, reason)


@requires("access.reveal")
def reveal_name(store: Store, actor: Person, ref: str) -> Receipt:
    """Record that a masked name is shown, then return the receipt that shows it."""
    with store.read() as session:
        episode = case_of(session, actor, ref)
    return _seen(store, actor, REVEAL, case_entity(episode.ref), episode.id)


@requires("access.open-case")
def open_document(store: Store, actor: Person, document_id: int) -> Receipt:
    """Record that a document is looked at, then return the receipt that shows it.

    Raises:
        NotFound: no document that this person may see has the number.
    """
    return _seen(store, actor, DOCUMENT, f"document:{document_id}", _case_of_document(store, actor, document_id))


@requires("access.print")
def print_document(store: Store, actor: Person, document_id: int) -> Receipt:
    """Record that a document is printed, before a page leaves the printer."""
    return _seen(store, actor, PRINT, f"document:{document_id}", _case_of_document(store, actor, document_id))


@requires("access.export")
def export_document(store: Store, actor: Person, document_id: int, *, reason: str) -> Receipt:
    """Record that a copy of a document is saved outside the register, before it is written.

    Raises:
        UserError: no reason is given.
    """
    _reason_needed(reason)
    episode_id = _case_of_document(store, actor, document_id)
    return _seen(store, actor, EXPORT, f"document:{document_id}", episode_id, reason)


@requires("access.export")
def export_rows(store: Store, actor: Person, what: str, *, rows: int, columns: tuple[str, ...], reason: str) -> Receipt:
    """Record that a list is saved outside the register, with its rows, columns and reason, before it is written.

    Raises:
        UserError: no reason is given.
    """
    _reason_needed(reason)
    words = f"{reason.strip()} ({rows} rows: {', '.join(columns)})"
    return _seen(store, actor, EXPORT, f"list:{what}", None, words)


@requires("import.save-out")
def open_source_file(store: Store, actor: Person, source_file_id: int, *, reason: str) -> Receipt:
    """Record that a file that came in is saved outside the register, before it is written.

    Raises:
        NotFound: the register holds no such file.
        UserError: no reason is given.
    """
    _reason_needed(reason)
    with store.read() as session:
        if session.get(SourceFile, source_file_id) is None:
            raise NotFound("This file is not in the register. Look at the inbox again.", code="file-unknown")
    return _seen(store, actor, FILE, f"source-file:{source_file_id}", None, reason)


@requires("access.search")
def searched(store: Store, actor: Person, typed: str, *, hits: int) -> Receipt:
    """Record one search: when typing has stopped for a second, or a hit is opened (safety.md 7)."""
    return _seen(store, actor, SEARCH, "search", None, f"{typed.strip()} ({hits} found)")


@requires("access.list")
def opened_list(store: Store, actor: Person, view: str, *, filters: str, rows: int) -> Receipt:
    """Record that a list of the register is opened, with its filters and how many rows it has."""
    return _seen(store, actor, LIST, f"list:{view}", None, f"{filters or 'no filters'} ({rows} rows)")


def _reason_needed(reason: str) -> None:
    if not reason.strip():
        raise UserError("Say why a copy leaves the register. The reason is kept with the copy's entry.")


def _case_of_document(store: Store, actor: Person, document_id: int) -> int:
    with store.read() as session:
        document = session.get(Document, document_id)
        if document is None:
            raise NotFound("This document is not in the register. Open the case and look under Documents.")
        ref = session.get_one(Episode, document.episode_id).ref
        return case_of(session, actor, ref).id


def _seen(store: Store, actor: Person, code: str, entity: str, episode_id: int | None, reason: str = "") -> Receipt:
    at = store.clock.now()
    seq = store.seen(actor, code, entity, episode_id=episode_id, reason=reason.strip() or None)
    return Receipt(code, actor.id, entity, seq, at)
