"""Prepare a new register: code lists, schools, calendars, settings and templates, as one act."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from cme_desktop.access import requires
from cme_desktop.casework.documents.signing import put_signatory
from cme_desktop.casework.reference.calendars import put_bank_holidays, put_placeholder_terms
from cme_desktop.casework.reference.codes import put_lists
from cme_desktop.casework.reference.policy import put_defaults
from cme_desktop.casework.reference.schools import put_directory
from cme_desktop.casework.reference.templates import put_templates
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.models.reference import StatusCode
from cme_desktop.storage.store import Store

TRAINING_POST = "Lead Officer, Children Missing Education"
TRAINING_AUTHORITY = "scheme of delegation, 1 September 2012"
TRAINING_SINCE = date(2012, 9, 1)


@requires("reference.seed")
def seed(store: Store, actor: Person) -> dict[str, int]:
    """Fill a new register with everything it needs before the first case; return how many rows of each kind.

    A real register knows no term dates and no signatory until they are entered; a training register gets the
    placeholder terms, the invented schools, and its first person as signatory.

    Raises:
        UserError: the register was prepared before; nothing is changed.
    """
    training = store.demonstration
    with store.action(actor, "reference.seed", entity="register", hooks=False) as session:
        if session.scalar(select(StatusCode.code).limit(1)) is not None:
            raise UserError("This register was prepared before, so nothing was changed.", code="already-prepared")
        made = {
            "codes": put_lists(session),
            "schools": put_directory(session, training=training),
            "bank-holidays": put_bank_holidays(session),
            "settings": put_defaults(session, training=training),
            "templates": put_templates(session, store.clock.now()),
        }
        if training:
            made["terms"] = put_placeholder_terms(session)
            put_signatory(session, actor.name, TRAINING_POST, TRAINING_AUTHORITY, TRAINING_SINCE, user_id=actor.id)
            made["signatories"] = 1
        return made
