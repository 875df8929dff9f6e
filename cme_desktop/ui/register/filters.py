"""The filters of the register in words: chips, the order, and what the access log is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from cme_desktop.register.cases import CLOSED, RegisterQuery
from cme_desktop.ui.words import count

KEYS: Final = ("risk", "year", "owner", "days", "overdue", "school", "status", "text")
RISK_WORDS: Final = {"high": "High", "medium": "Medium", "standard": "Standard", "not-rated": "Not rated"}
DAYS: Final = (3, 7, 14, 28, 60, 90, 180)
_FIELDS: Final = {
    "risk": "risk",
    "year": "year",
    "owner": "owner_id",
    "days": "min_days",
    "overdue": "overdue_only",
    "school": "school_urn",
    "status": "status",
    "text": "text",
}
_ORDERS: Final = {
    "child": ("by name", "by name, last first"),
    "year": ("youngest year first", "oldest year first"),
    "status": ("by status", "by status, last first"),
    "risk": ("highest risk first", "lowest risk first"),
    "school": ("by last school", "by last school, last first"),
    "days": ("newest first", "longest open first"),
    "due": ("next due first", "next due last"),
    "owner": ("by owner", "by owner, last first"),
    "ref": ("by reference", "by reference, newest first"),
}

Names = Mapping[tuple[str, str], str]
"""What an owner, a school or a status is called, by the key of the filter and its value."""


def value_of(query: RegisterQuery, key: str) -> str:
    """Return a filter's value as text; empty where it is not set."""
    value = getattr(query, _FIELDS[key])
    return "" if value is None or value is False else str(value)


def with_filter(query: RegisterQuery, key: str, value: str) -> RegisterQuery:
    """Return the query with one filter set; an empty value takes it away."""
    if key == "overdue":
        return replace(query, overdue_only=bool(value))
    if key in ("owner", "days"):
        return replace(query, **{_FIELDS[key]: int(value) if value else None})  # type: ignore[arg-type]
    return replace(query, **{_FIELDS[key]: value})  # type: ignore[arg-type]


def with_view(query: RegisterQuery, view: str) -> RegisterQuery:
    """Return the query of another saved view with the same filters; what was closed last comes first."""
    descending = query.descending
    if query.sort == "due" and (view == CLOSED) != (query.view == CLOSED):
        descending = view == CLOSED
    return replace(query, view=view, descending=descending)


def without_filters(query: RegisterQuery) -> RegisterQuery:
    """Return the query of the same view and order without any filter."""
    return RegisterQuery(view=query.view, sort=query.sort, descending=query.descending)


def chips(query: RegisterQuery, names: Names) -> list[tuple[str, str]]:
    """Return the filters in force as (key, words)."""
    found = []
    for key in KEYS:
        value = value_of(query, key)
        if value:
            found.append((key, _words(key, value, names)))
    return found


def _words(key: str, value: str, names: Names) -> str:
    if key == "risk":
        return f"Risk: {RISK_WORDS.get(value, value).lower()}"
    if key == "year":
        return "Reception" if value == "R" else f"Year {value}"
    if key == "days":
        return f"{count(int(value), 'day')} or more"
    if key == "overdue":
        return "Overdue"
    if key == "text":
        return f"Has “{value}”"
    called = names.get((key, value), value)
    return {"owner": f"Owner: {called}", "school": f"School: {called}"}.get(key, called)


def order_words(query: RegisterQuery) -> str:
    """Return the order in words; closed cases have no next step and are in the order of closing."""
    up, down = _ORDERS.get(query.sort, _ORDERS["due"])
    if query.view == CLOSED and query.sort == "due":
        up, down = "first closed first", "last closed first"
    return down if query.descending else up


def found_words(number: int, query: RegisterQuery) -> str:
    """Return "13 children, next due first"."""
    return f"{count(number, 'child', 'children')}, {order_words(query)}"


def logged_words(query: RegisterQuery, names: Names) -> str:
    """Return the filters as the access log keeps them."""
    return "; ".join(words for _, words in chips(query, names))
