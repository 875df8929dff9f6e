"""Keep what was typed in a form until it is saved: encrypted like all else, not audited, one person's own (F88)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from cme_desktop.access import requires
from cme_desktop.domain.roles import Person
from cme_desktop.models.timeline import FormDraft
from cme_desktop.storage.store import Store


@requires("draft.keep")
def keep_draft(store: Store, actor: Person, form: str, values: Mapping[str, Any]) -> None:
    """Keep what a person has typed in a form so far; ``form`` names it, such as ``enquiry:CME-2026-00042``."""
    with store.keep_form(actor) as session:
        row = session.get(FormDraft, (form, actor.id))
        if row is None:
            session.add(FormDraft(key=form, user_id=actor.id, values=dict(values), saved_at=store.clock.now()))
        else:
            row.values, row.saved_at = dict(values), store.clock.now()


@requires("ask.own-drafts")
def read_draft(store: Store, actor: Person, form: str) -> dict[str, Any] | None:
    """Return what the person had typed in a form, or None."""
    with store.read() as session:
        row = session.get(FormDraft, (form, actor.id))
        return None if row is None else dict(row.values)


@requires("ask.own-drafts")
def own_drafts(store: Store, actor: Person) -> tuple[str, ...]:
    """Return the names of the forms in which the person left something unsaved, newest first."""
    with store.read() as session:
        return tuple(
            session.scalars(
                select(FormDraft.key).where(FormDraft.user_id == actor.id).order_by(FormDraft.saved_at.desc())
            )
        )


@requires("draft.keep")
def erase_draft(store: Store, actor: Person, form: str) -> None:
    """Erase what was typed in a form: it was saved, or given up."""
    with store.keep_form(actor) as session:
        row = session.get(FormDraft, (form, actor.id))
        if row is not None:
            session.delete(row)
