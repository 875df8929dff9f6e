"""The rows of *To fill in*: what a document takes from the officer, from the case and from settings (mock-up 09)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from cme_desktop.casework.documents.drafting import Preview, Wanted
from cme_desktop.register.letters import DocumentPage
from cme_desktop.ui.case.wording import short_person
from cme_desktop.ui.letters.preview.subject import SECTIONS, SERVED, TO_PARENTS, Entry, LetterCase, noun, together
from cme_desktop.ui.words import day_date

FACTS: Final = tuple(f"fact_{number}" for number in range(1, 6))
METHODS: Final = {
    "hand": "By hand",
    "left": "Left at the home",
    "first-class": "First class",
    "second-class": "Second class",
    "electronic": "Electronically, with consent",
    "s2s-message": "By school2school",
}
_ADMIN: Final = re.compile(r"\s*\((Admin, [^)]*)\)")
_OF_PARENT: Final = frozenset({"parent_address", "address_lines"})
_OF_SCHOOL: Final = frozenset({"school_name", "school_urn", "school_address", "school_salutation", "address_lines"})


class Editor(StrEnum):
    """How a row is filled in."""

    FACTS = "facts"
    TEXT = "text"
    LINE = "line"
    DAY = "day"
    TICK = "tick"
    SENT = "sent"
    SIGNATORY = "signatory"
    SCHOOL = "school"
    SCHOOLS = "schools"
    ADDRESS = "address"
    LINK = "link"
    NOTHING = "nothing"


@dataclass(frozen=True)
class FillRow:
    """One row: what it is, what it says or where it stands, and how it is filled in.

    ``fields`` are those of the template whose place on the page is framed; ``goes_to`` is the page of the window, and
    what to show there, for what is filled in elsewhere.
    """

    key: str
    title: str
    second: str
    missing: bool
    editor: Editor
    fields: tuple[str, ...]
    value: str = ""
    goes_to: tuple[str, str] = ("", "")
    hint: str = ""


@dataclass(frozen=True)
class _Item:
    key: str
    title: str
    editor: Editor
    fields: tuple[str, ...]
    hint: str = ""


def _text(key: str, title: str, hint: str = "", editor: Editor = Editor.TEXT) -> _Item:
    return _Item(key, title, editor, (key,), hint)


_ITEMS: Final[Mapping[str, tuple[_Item, ...]]] = {
    "L01": (_text("how_we_know", "How we know", "One or two sentences. Never who referred."),),
    "L04": (_Item("facts", "Facts relied on", Editor.FACTS, FACTS, "One fact in a line, five at most."),),
    "L05": (
        _Item("school", "School", Editor.SCHOOL, ("school_name",)),
        _text("reasons", "Why this school"),
        _text("support_summary", "Needs and support", "Left empty, nothing is said."),
        _text("reply_by", "Reply by", editor=Editor.DAY),
    ),
    "L06": (
        _Item("school", "School", Editor.SCHOOL, ("school_name",)),
        _Item("received", "Received by the school on", Editor.DAY, ("received_day",)),
        _text("consultation_outcome", "What the consultation came to"),
    ),
    "L07": (
        _Item("school", "School to be named", Editor.SCHOOL, ("school_name",)),
        _Item("alternatives", "Other schools to choose from", Editor.SCHOOLS, ("alternative_list",)),
    ),
    "L08": (
        _text("start_date", "First day that the school keeps", editor=Editor.DAY),
        _text("school_phone", "Phone of the school", editor=Editor.LINE),
    ),
    "L09": (
        _text("support_summary", "Needs and support", "Left empty, nothing is said."),
        _text("contact_by", "School contacts the family by", editor=Editor.DAY),
        _text("confirm_by", "School confirms by", editor=Editor.DAY),
    ),
    "L24": (
        _text("referrer_salutation", "Greeting", editor=Editor.LINE),
        _text("their_ref", "Their reference", editor=Editor.LINE),
        _text("address_lines", "Address for the envelope", "One line for each line of the address."),
        _text("file_wanted", "Ask for the transfer file", editor=Editor.TICK),
    ),
}
ADDRESS_TOO_LONG: Final = "address-too-long"
"""The code of ``documents.page.furniture.AddressTooLong``."""
OPTIONAL: Final = frozenset({"support_summary", "alternatives", "their_ref", "file_wanted"})


def rows_to_fill(case: LetterCase, entry: Entry, number: int = 1) -> tuple[FillRow, ...]:
    """Return the rows of a document that is being made: what is missing first.

    Args:
        number: which of several notices it is, for the words of what is missing.
    """
    preview = entry.preview
    if preview is None:
        return (_address_row(case, entry, number),) if entry.trouble == ADDRESS_TOO_LONG else ()
    rows = [*_own(case, entry, preview), *_elsewhere(case, entry, preview, number), *_always(case, preview)]
    if preview.why_not is not None and case.code in SECTIONS:
        rows = [row for row in rows if row.goes_to[1] != "order"]  # the banner says what has to come before
    return tuple(sorted(rows, key=lambda row: not row.missing))


def gaps(case: LetterCase, entry: Entry) -> int:
    """Return how many rows of a document are still missing."""
    return sum(row.missing for row in rows_to_fill(case, entry))


def rows_together(case: LetterCase, entries: Sequence[Entry], shown: Entry) -> tuple[FillRow, ...]:
    """Return the rows of the document shown, with what the others that are made with it still lack."""
    numbers = {one.parent_id: place for place, one in enumerate(entries, start=1)}
    own = rows_to_fill(case, shown, numbers[shown.parent_id])
    more = [
        replace(row, key=f"{row.key}@{other.parent_id}", second=_of_other(row, other))
        for other in together(entries, shown.parent_id)
        if other is not shown
        for row in rows_to_fill(case, other, numbers[other.parent_id])
        if row.missing
    ]
    lacking = [row for row in own if row.missing]
    return (*lacking, *more, *(row for row in own if not row.missing))


def _of_other(row: FillRow, other: Entry) -> str:
    return row.second if other.name in row.title else f"{row.second}, for {other.name}"


def _own(case: LetterCase, entry: Entry, preview: Preview) -> Iterator[FillRow]:
    """Give the rows for the officer's own words of this document."""
    for item in _ITEMS.get(case.code, ()):
        lacks = bool(set(item.fields[:1]) & set(preview.missing))
        value = _value(item, preview, entry.wanted, case.today)
        where = f"Page {_page(preview, item.fields) + 1}"
        section = SECTIONS.get(case.code, "")
        second = f"{where}, {section}" if section and lacks else where if lacks else _short(item, value)
        own = not lacks and item.editor is Editor.FACTS and any(name in entry.wanted.texts for name in FACTS)
        second = second.replace("from the case", "in your words") if own else second
        yield FillRow(item.key, item.title, second, lacks, item.editor, item.fields, value, hint=item.hint)


def _value(item: _Item, preview: Preview, wanted: Wanted, today: date) -> str:
    if item.editor is Editor.FACTS:
        return "\n".join(preview.fields[name] for name in FACTS if preview.fields.get(name))
    if item.key == "school":
        return preview.fields.get("school_name", "")
    if item.key == "alternatives":
        return "\n".join(wanted.alternatives)
    if item.key == "received":
        return (wanted.received or today).isoformat()
    if item.key == "address_lines":
        return wanted.texts.get(item.key) or "\n".join(preview.window[1:])  # the name comes by itself
    words = wanted.texts.get(item.key) or preview.fields.get(item.fields[0], "")
    if item.editor is Editor.DAY:
        return _iso(words)
    return wanted.texts.get(item.key, words)


def _iso(words: str) -> str:
    """Return a day as the editor takes it, from "2026-12-09" or "Wednesday 9 December 2026"; else an empty text."""
    for form in ("%Y-%m-%d", "%A %d %B %Y", "%d %B %Y"):
        try:
            return datetime.strptime(words, form).date().isoformat()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    return ""


def _short(item: _Item, value: str) -> str:
    if item.editor is Editor.FACTS:
        lines = len(value.splitlines())
        return f"{lines} facts from the case" if lines != 1 else value
    if item.editor is Editor.TICK:
        return "Asked for" if value else "Not asked for"
    if item.key == "alternatives":
        schools = len(value.splitlines())
        return "None offered" if not schools else "1 school" if schools == 1 else f"{schools} schools"
    if item.editor is Editor.DAY and value:
        return day_date(date.fromisoformat(value), year=True)
    words = ", ".join(value.splitlines()) if item.key == "address_lines" else " ".join(value.split())
    return words or ("Nothing said" if item.key in OPTIONAL else "From the case")


def _elsewhere(case: LetterCase, entry: Entry, preview: Preview, number: int) -> Iterator[FillRow]:
    """Give what is missing and is not the document's own: an address, the child, a setting."""
    own = {name for item in _ITEMS.get(case.code, ()) for name in item.fields}
    sent = {"notice_served", "notice_last_day", "choice_served", "choice_last_day", "period_days", "sent_how"}
    done: set[str] = set()
    for name, label in zip(preview.missing, preview.labels, strict=True):
        if name in own | sent:
            continue
        row = _missing_row(case, entry, preview, name, label, number)
        if row.key not in done:
            done.add(row.key)
            yield row


def _missing_row(case: LetterCase, entry: Entry, preview: Preview, name: str, label: str, number: int) -> FillRow:
    page = _page(preview, (name,)) + 1
    title = _ADMIN.sub("", label)
    if name in _OF_PARENT and case.code in TO_PARENTS:
        return _address_row(case, entry, number)
    if name.startswith("signatory"):
        words = "Nobody may sign on this day"
        return FillRow("signatory", "Signatory", words, True, Editor.LINK, (name,), goes_to=("admin", "signatories"))
    admin = _ADMIN.search(label)
    if admin is not None:
        what = admin[1].partition(", ")[2]
        return FillRow(
            f"admin-{name}", title, f"Page {page}. {admin[1]}", True, Editor.LINK, (name,), goes_to=("admin", what)
        )
    if name.startswith("child") or name == "year_group":
        people = (f"case:{case.ref}", "people")
        return FillRow(f"case-{name}", title, f"Page {page}. From the case", True, Editor.LINK, (name,), goes_to=people)
    if name.startswith("parent"):
        people = (f"case:{case.ref}", "people")
        words = "From the case: People and addresses"
        return FillRow(f"case-{name}", title, words, True, Editor.LINK, (name,), goes_to=people)
    order = (f"case:{case.ref}", "order")
    key = "school" if name in _OF_SCHOOL else f"case-{name}"
    title = "School" if key == "school" else title
    return FillRow(key, title, f"Page {page}. Order process", True, Editor.LINK, (name,), goes_to=order)


def _address_row(case: LetterCase, entry: Entry, number: int) -> FillRow:
    """Return the row in which the address of a parent is entered, or made to fit."""
    which = f"{noun(case.code).capitalize()} {number}, address block"
    second = f"{which}: too long" if entry.trouble else which
    return FillRow(
        "address", f"Address of {entry.name}", second, True, Editor.ADDRESS, ("address_lines", "parent_address")
    )


def _always(case: LetterCase, preview: Preview) -> Iterator[FillRow]:
    """Give how it is sent, with the last day that follows, and who signs."""
    way = METHODS.get(preview.method, preview.method)
    verb = "posted" if preview.method.endswith("class") else "sent"
    sent = f"{verb} {_plain(preview.sent_on)}" if preview.sent_on else ""
    if case.code in ("L04", "L07") and preview.last_day is not None and preview.served_on is not None:
        title = f"Last day {day_date(preview.last_day, year=True)}"
        second = f"{way}, {sent}, served {_plain(preview.served_on)}"
        fields: tuple[str, ...] = ("notice_last_day", "choice_last_day")
    elif case.code == "L01" and preview.last_day is not None:
        title, second = f"Reply by {day_date(preview.last_day, year=True)}", f"{way}, {sent}"
        fields = ("reply_by",)
    else:
        title, second, fields = "How it is sent", f"{way}, {sent}", ("delivery_how",)
    yield FillRow("sent", title, second, False, Editor.SENT, fields)
    signs = preview.signatory
    if signs is not None:
        words = f"{short_person(signs.name)}, {signs.post}, valid today"
        yield FillRow("signatory", "Signatory", words, False, Editor.SIGNATORY, ("signatory_name",), str(signs.id))


def _plain(day: date) -> str:
    return day_date(day).partition(" ")[2]


def rows_filed(case: LetterCase, page: DocumentPage) -> tuple[FillRow, ...]:
    """Return the rows of a document that is filed: what it says, nothing to fill in."""
    printed: Mapping[str, str] = page.facts.get("fields", {})
    found = []
    if page.row.number:
        found.append(FillRow("number", "Number", page.row.number, False, Editor.NOTHING, ("order_no",)))
    way = METHODS.get(page.planned_method or "", "")
    if page.printed_last_day is not None:
        served = f", served {day_date(page.planned_service_on)}" if page.planned_service_on else ""
        title = f"Last day {day_date(page.printed_last_day, year=True)}"
        found.append(FillRow("sent", title, f"{way}{served}", False, Editor.NOTHING, ("notice_last_day",)))
    elif way:
        found.append(FillRow("sent", "How it is sent", way, False, Editor.NOTHING, ()))
    signs = printed.get("signatory_name", "")
    if signs:
        words = ", ".join(part for part in (signs, printed.get("signatory_post", "")) if part)
        found.append(FillRow("signatory", "Signatory", words, False, Editor.NOTHING, ()))
    words = f"Version {page.template_version}, rule set {page.ruleset}"
    found.append(FillRow("version", f"Dated {day_date(page.dated, year=True)}", words, False, Editor.NOTHING, ()))
    if case.code in SERVED and page.services:
        sent, deemed, _method, defective = page.services[-1]
        words = "Does not hold: serve again" if defective else f"Counts as served {day_date(deemed, year=True)}"
        found.append(FillRow("served", f"Served, sent {day_date(sent)}", words, False, Editor.NOTHING, ()))
    return tuple(found)


def _page(preview: Preview, fields: tuple[str, ...]) -> int:
    """Return the page, from 0, on which the first of some fields stands; the first page where none does."""
    return next((place.page - 1 for place in preview.places if place.field in fields), 0)
