"""The confirmation of a prescribed form by Legal: entered by an administrator with its scan, agreed by a second person.

Until a named person from Legal has confirmed the form the order exists only as a draft (law-and-process.md 2.7). An
administrator cannot confirm it alone: what was entered counts only once a manager has looked at the signed paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.access import requires
from cme_desktop.casework.documents.shipped_letters import template
from cme_desktop.casework.documents.signing import PRESCRIBED, ConfirmedInfo
from cme_desktop.domain.errors import NotAllowed, NotFound, UserError
from cme_desktop.domain.names import search_key, tidy
from cme_desktop.domain.roles import Person
from cme_desktop.models.document import ContentFile
from cme_desktop.models.people import PersonRow
from cme_desktop.models.reference import ConfirmedForm, Setting
from cme_desktop.storage.store import Store

WAITING = "form.waiting"
"""The row in which an entered confirmation waits; it is no setting, so the list of settings passes it over."""


@dataclass(frozen=True)
class WaitingForm:
    """A confirmation that was entered and waits for the second person."""

    document_code: str
    template_version: str
    confirmed_by: str
    post: str
    confirmed_on: date
    media_type: str
    entered_by: int
    entered_by_name: str
    entered_at: datetime


@requires("ask.settings")
def waiting_form(store: Store, viewer: Person) -> WaitingForm | None:
    """Return the confirmation that waits for the second person, or None."""
    with store.read() as session:
        row = session.get(Setting, WAITING)
        return None if row is None or not row.value else _waiting(session, row.value)


def _waiting(session: Session, value: dict[str, Any]) -> WaitingForm:
    person = session.get_one(PersonRow, int(value["entered_by"]))
    return WaitingForm(
        document_code=value["document_code"],
        template_version=value["template_version"],
        confirmed_by=value["confirmed_by"],
        post=value["post"],
        confirmed_on=date.fromisoformat(value["confirmed_on"]),
        media_type=value["media_type"],
        entered_by=person.id,
        entered_by_name=person.name,
        entered_at=datetime.fromisoformat(value["entered_at"]),
    )


@requires("form.confirm")
def enter_confirmation(
    store: Store, actor: Person, *, confirmed_by: str, post: str, confirmed_on: date, scan: bytes, media_type: str
) -> None:
    """Enter that a named person from Legal has confirmed the shipped form of the order, with the scan that shows it.

    It counts once a second person has agreed; a confirmation entered before and not agreed yet is replaced.

    Raises:
        UserError: name, post or scan is missing, the day lies in the future, or a person of the register is named.
    """
    if not (confirmed_by.strip() and post.strip() and scan):
        raise UserError(
            "Enter the name and post of the person from Legal, and add the scan of their signed confirmation."
        )
    if confirmed_on > store.clock.today():
        raise UserError("The day of the confirmation lies in the future. Enter the day on the signed paper.")
    version = template(PRESCRIBED).version
    sealed = store.content.seal(scan)
    with store.action(actor, "form.confirm", entity=f"form:{PRESCRIBED}-{version}") as session:
        names = {search_key(name) for name in session.scalars(select(PersonRow.name))}
        if search_key(confirmed_by) in names:
            raise UserError(
                "A person of this register cannot confirm the form. Enter who in Legal signed the confirmation.",
                code="not-legal",
            )
        content = ContentFile(
            stored_name=sealed.name,
            file_key=sealed.key,
            sha256=sealed.sha256,
            size=sealed.size,
            media_type=media_type,
            sealed_at=store.clock.now(),
        )
        session.add(content)
        session.flush()
        _put_waiting(
            session,
            {
                "document_code": PRESCRIBED,
                "template_version": version,
                "confirmed_by": tidy(confirmed_by),
                "post": tidy(post),
                "confirmed_on": confirmed_on.isoformat(),
                "content_id": content.id,
                "media_type": media_type,
                "entered_by": actor.id,
                "entered_at": store.clock.now().isoformat(),
            },
        )


def _put_waiting(session: Session, value: dict[str, Any]) -> None:
    row = session.get(Setting, WAITING)
    if row is None:
        session.add(Setting(key=WAITING, value=value))
    else:
        row.value = value


@requires("form.agree")
def read_scan(store: Store, actor: Person) -> tuple[bytes, str]:
    """Return the scan of the signed confirmation that waits, and its media type; the look is recorded first.

    Raises:
        NotFound: no confirmation waits.
    """
    value = _value(store)
    store.seen(actor, "form.scan", f"form:{value['document_code']}-{value['template_version']}")
    with store.read() as session:
        content = session.get_one(ContentFile, int(value["content_id"]))
    if content.file_key is None:
        raise NotFound("This scan was destroyed. Ask the administrator to enter the confirmation again.")
    return store.content.open(content.stored_name, content.file_key, content.sha256), content.media_type


@requires("form.agree")
def agree_confirmation(store: Store, actor: Person) -> ConfirmedInfo:
    """Agree, as the second person, that Legal has confirmed the form: orders are no drafts from now on.

    Raises:
        NotAllowed: the person entered it.
        NotFound: no confirmation waits.
    """
    value = _value(store)
    _refuse_own(store, actor, value)
    with store.action(
        actor, "form.agree", entity=f"form:{value['document_code']}-{value['template_version']}"
    ) as session:
        row = ConfirmedForm(
            document_code=value["document_code"],
            template_version=value["template_version"],
            confirmed_by=value["confirmed_by"],
            post=value["post"],
            confirmed_on=date.fromisoformat(value["confirmed_on"]),
            content_id=int(value["content_id"]),
        )
        session.add(row)
        session.delete(session.get_one(Setting, WAITING))
    return ConfirmedInfo(row.document_code, row.template_version, row.confirmed_by, row.post, row.confirmed_on)


@requires("form.agree")
def refuse_confirmation(store: Store, actor: Person, *, reason: str) -> None:
    """Refuse a confirmation that waits, with the reason; the scan stays held.

    Raises:
        NotFound: no confirmation waits.
        UserError: no reason is given.
    """
    if not reason.strip():
        raise UserError("Say why this confirmation is refused, so that it can be put right. Nothing was decided.")
    value = _value(store)
    entity = f"form:{value['document_code']}-{value['template_version']}"
    with store.action(actor, "form.agree", reason=reason, entity=entity) as session:
        session.delete(session.get_one(Setting, WAITING))


def _value(store: Store) -> dict[str, Any]:
    with store.read() as session:
        row = session.get(Setting, WAITING)
        if row is None or not row.value:
            raise NotFound("No confirmation of a form waits. Look at Admin, Signing again.", code="nothing-waits")
        return dict(row.value)


def _refuse_own(store: Store, actor: Person, value: dict[str, Any]) -> None:
    if value["entered_by"] == actor.id:
        message = "You entered this confirmation, so a second person agrees to it. Ask another manager."
        store.refused(actor, "form.agree", message)
        raise NotAllowed(message, code="never-the-drafter")
