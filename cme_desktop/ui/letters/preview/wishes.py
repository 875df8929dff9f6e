"""What the officer wishes of a letter: changed by a row, kept as a draft, taken over from one that is made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from cme_desktop.casework.documents.drafting import Wanted
from cme_desktop.register.letters import DocumentPage
from cme_desktop.ui.letters.preview.fields import FACTS, OPTIONAL


def with_values(wanted: Wanted, key: str, values: Mapping[str, str]) -> Wanted:
    """Return the wishes with what was filled in for a row."""
    if key == "facts":
        lines = [line.strip() for line in values["facts"].splitlines() if line.strip()][: len(FACTS)]
        others = {name: text for name, text in wanted.texts.items() if name not in FACTS}
        return replace(wanted, texts={**others, **dict(zip(FACTS, lines, strict=False))})
    if key == "sent":
        return replace(wanted, method=values["method"], sent_on=date.fromisoformat(values["sent_on"]))
    if key == "signatory":
        return replace(wanted, signatory_id=int(values["signatory"]) if values["signatory"] else None)
    if key == "school":
        return replace(wanted, urn=values["urn"] or None)
    if key == "alternatives":
        return replace(wanted, alternatives=tuple(values["alternatives"].splitlines()))
    if key == "received":
        return replace(wanted, received=date.fromisoformat(values["received"]))
    text = values[key].strip()
    texts = {name: words for name, words in wanted.texts.items() if name != key}
    if text or key in OPTIONAL:
        texts[key] = text
    return replace(wanted, texts=texts)


def to_draft(wanted: Wanted) -> dict[str, Any]:
    """Return what was typed, as a draft keeps it."""
    return {
        "texts": dict(wanted.texts),
        "method": wanted.method,
        "sent_on": wanted.sent_on.isoformat() if wanted.sent_on else None,
        "alternatives": list(wanted.alternatives),
        "signatory": wanted.signatory_id,
        "urn": wanted.urn,
        "received": wanted.received.isoformat() if wanted.received else None,
    }


def from_draft(wanted: Wanted, kept: Mapping[str, Any], today: date) -> Wanted:
    """Return the wishes with what was kept of them; a day of sending that has passed is left out."""
    sent = date.fromisoformat(kept["sent_on"]) if kept.get("sent_on") else None
    received = date.fromisoformat(kept["received"]) if kept.get("received") else None
    return replace(
        wanted,
        texts=dict(kept.get("texts") or {}),
        method=kept.get("method"),
        sent_on=sent if sent is not None and sent >= today else None,
        alternatives=tuple(kept.get("alternatives") or ()),
        signatory_id=kept.get("signatory"),
        urn=kept.get("urn"),
        received=received,
    )


def wanted_again(page: DocumentPage, today: date) -> Wanted:
    """Return the wishes of a filed document, for making it once more."""
    facts = page.facts
    kept = {
        "texts": facts.get("texts"),
        "method": page.planned_method,
        "alternatives": facts.get("alternatives"),
        "signatory": facts.get("signatory"),
        "urn": facts.get("asked_urn"),
    }
    return from_draft(Wanted(parent_id=page.parent_id), kept, today)
