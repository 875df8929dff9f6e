"""Who may sign for the council, and which prescribed forms Legal has confirmed (s566; law-and-process.md 2.6, 2.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.access import requires
from cme_desktop.domain.errors import NotFound, UserError
from cme_desktop.domain.names import tidy
from cme_desktop.domain.roles import Person
from cme_desktop.models.reference import ConfirmedForm, Signatory
from cme_desktop.storage.store import Store

PRESCRIBED = "L08"


@dataclass(frozen=True)
class SignatoryInfo:
    """An officer authorised to sign documents for the council, with post, authority and dates (both included)."""

    id: int
    name: str
    post: str
    authority: str
    valid_from: date
    valid_to: date | None
    user_id: int | None

    def valid_on(self, day: date) -> bool:
        """Say whether this officer may sign a document of a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class ConfirmedInfo:
    """Who in Legal confirmed which version of a prescribed form, and when."""

    document_code: str
    template_version: str
    confirmed_by: str
    post: str
    confirmed_on: date


def signatories_of(session: Session) -> tuple[SignatoryInfo, ...]:
    """Return every signatory, past ones included, inside an open session."""
    return tuple(
        SignatoryInfo(row.id, row.name, row.post, row.authority, row.valid_from, row.valid_to, row.user_id)
        for row in session.scalars(select(Signatory).order_by(Signatory.id))
    )


def form_confirmed(session: Session, version: str, code: str = PRESCRIBED) -> bool:
    """Say whether Legal has confirmed a version of a prescribed form, inside an open session."""
    return (
        session.scalar(
            select(ConfirmedForm.id)
            .where(ConfirmedForm.document_code == code, ConfirmedForm.template_version == version)
            .limit(1)
        )
        is not None
    )


@requires("ask.settings")
def signatories(store: Store, viewer: Person) -> tuple[SignatoryInfo, ...]:
    """Return every officer who may or might sign for the council, past ones included."""
    with store.read() as session:
        return signatories_of(session)


@requires("settings.change")
def add_signatory(
    store: Store,
    actor: Person,
    *,
    name: str,
    post: str,
    authority: str,
    valid_from: date,
    valid_to: date | None = None,
    user_id: int | None = None,
) -> SignatoryInfo:
    """Enter an officer who is authorised to sign documents for the council (s566), between two dates.

    Raises:
        UserError: name, post or authority is missing, or the dates are the wrong way round.
    """
    if not (name.strip() and post.strip() and authority.strip()):
        raise UserError("Enter the name, the post and the authority of the person who signs. All three are printed.")
    if valid_to is not None and valid_to < valid_from:
        raise UserError("The last day of the authority lies before its first day. Correct one of the two.")
    with store.action(actor, "settings.change", entity="settings:signatories") as session:
        row = put_signatory(session, name, post, authority, valid_from, valid_to=valid_to, user_id=user_id)
    return SignatoryInfo(row.id, row.name, row.post, row.authority, row.valid_from, row.valid_to, row.user_id)


def put_signatory(
    session: Session,
    name: str,
    post: str,
    authority: str,
    valid_from: date,
    *,
    valid_to: date | None = None,
    user_id: int | None = None,
) -> Signatory:
    """Enter a signatory inside an act."""
    row = Signatory(
        name=tidy(name),
        post=tidy(post),
        authority=tidy(authority),
        valid_from=valid_from,
        valid_to=valid_to,
        user_id=user_id,
    )
    session.add(row)
    session.flush()
    return row


@requires("settings.change")
def end_signatory(store: Store, actor: Person, signatory_id: int, *, last_day: date, reason: str) -> SignatoryInfo:
    """End the authority of a signatory after a day; what that person signed before stays good.

    Raises:
        NotFound: there is no such signatory.
        UserError: the last day lies before the first.
    """
    with store.action(actor, "settings.change", entity="settings:signatories", reason=reason or None) as session:
        row = session.get(Signatory, signatory_id)
        if row is None:
            raise NotFound("This signatory is not in the register. Look at the list in Admin, Signatories.")
        if last_day < row.valid_from:
            raise UserError("The last day of the authority lies before its first day. Choose a later day.")
        row.valid_to = last_day
    return SignatoryInfo(row.id, row.name, row.post, row.authority, row.valid_from, row.valid_to, row.user_id)


@requires("ask.settings")
def confirmed_forms(store: Store, viewer: Person) -> tuple[ConfirmedInfo, ...]:
    """Return which prescribed forms were confirmed, by whom and when."""
    with store.read() as session:
        return tuple(
            ConfirmedInfo(row.document_code, row.template_version, row.confirmed_by, row.post, row.confirmed_on)
            for row in session.scalars(select(ConfirmedForm).order_by(ConfirmedForm.id))
        )
