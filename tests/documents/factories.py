"""Complete invented facts for each letter, and the shipped templates and fonts, read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache

from cme_desktop import resources
from cme_desktop.documents.fonts import FontSet
from cme_desktop.documents.letters import Letter, build_letter
from cme_desktop.documents.look import FONT_FILES, PageLook, RenderedPdf
from cme_desktop.documents.particulars import Furniture, LetterFacts
from cme_desktop.documents.render import render_pdf
from cme_desktop.documents.template import Template, parse_template

CODES = ("L01", "L04", "L05", "L06", "L07", "L08", "L09", "L24")

LANGUAGES = "Română · ગુજરાતી · தமிழ் · हिन्दी · العربية · Polski · Shqip"

_COMMON = {
    "admissions_link": "council.example/admissions",
    "admissions_phone": "020 7946 0462",
    "advice_line": "Example Advice Centre, 020 7946 0470",
    "case_ref": "CME-2026-00042",
    "child_address": "Flat 2, 14 Invented Road, Harrow ZZ1 1ZZ",
    "child_age": "9",
    "child_dob": "9 May 2017",
    "child_first": "Mara",
    "child_name": "Mara Ștefan",
    "child_upn": "W999001017001",
    "council": "London Borough of Harrow",
    "council_address": "Example House, 1 Sample Way, Harrow ZZ1 1ZZ",
    "council_email": "cme@council.example",
    "council_phone": "020 7946 0461",
    "head_name": "Ms Ruth Osei",
    "language_names": LANGUAGES,
    "mash_phone": "020 7946 0690",
    "officer_name": "Anita Patel",
    "parent_address": "Flat 2, 14 Invented Road, Harrow ZZ1 1ZZ",
    "parent_name": "Mr Łukasz Ștefan",
    "parent_salutation": "Mr Ștefan",
    "phone_hours": "Monday to Friday, 9am to 5pm",
    "privacy_link": "council.example/cme-privacy",
    "school_address": "2 Sample Lane, Harrow ZZ1 2ZZ",
    "school_name": "Example Primary School",
    "school_phone": "020 7946 0101",
    "school_salutation": "Chair of Governors",
    "school_urn": "999001",
    "sen_phone": "020 7946 0463",
    "signatory_authority": "scheme of delegation, 1 September 2026",
    "signatory_name": "Anita Patel",
    "signatory_post": "Lead Officer, Children Missing Education",
    "year_group": "Year 5",
}

_OWN: dict[str, dict[str, str]] = {
    "L01": {
        "how_we_know": "Her last school told us on 5 October that she had left.",
        "reply_by": "Wednesday 28 October 2026",
    },
    "L04": {
        "period_days": "15",
        "sent_how": "are posting it first class on Friday 27 November 2026",
        "notice_served": "Tuesday 1 December 2026",
        "notice_last_day": "Tuesday 15 December 2026",
        "fact_1": "Test Park Primary School took Mara off its register on 2 October 2026 and told us that no new "
        "school was known.",
        "fact_2": "School Admissions has no application or offer of a place for Mara.",
        "fact_3": "We wrote on 12 October and 2 November and visited on 10 November, and have not heard from you.",
    },
    "L05": {
        "reasons": "Your school is 0.6 miles from Mara’s home and teaches her age group. Our records show 58 children "
        "in a Year 5 that has an admission number of 60.",
        "decision_date": "16 December 2026",
        "support_summary": "She has no education, health and care plan. She speaks Romanian and English.",
        "reply_by": "Friday 15 January 2027",
        "longer_reason": "Christmas holiday",
        "reply_body": "governing body",
    },
    "L06": {
        "delivery_how": "by hand to the school office, Monday 18 January 2027",
        "received_day": "Monday 18 January 2027",
        "sos_last_day": "Monday 1 February 2027",
        "consultation_outcome": "You answered on 13 January that Year 5 has two places and asked for help with "
        "English. We will pay for that help for two terms.",
    },
    "L07": {
        "choice_last_day": "Tuesday 16 February 2027",
        "s437_served": "1 December 2026",
        "alternative_list": "Sample Primary Academy (URN 999002), 8 Test Street, Harrow ZZ1 3ZZ",
        "period_days": "15",
        "sent_how": "are delivering it by hand on Tuesday 2 February 2027",
        "choice_served": "Tuesday 2 February 2027",
    },
    "L08": {
        "order_no": "SAO-2027-0003",
        "order_date": "22 February 2027",
        "s437_served": "1 December 2026",
        "s438_served": "2 February 2027",
        "start_date": "Monday 1 March 2027",
        "fine_level": "level 3 on the standard scale",
    },
    "L09": {
        "parent_phone": "07700 900142",
        "order_no": "SAO-2027-0003",
        "order_date": "22 February 2027",
        "order_served": "22 February 2027",
        "start_date": "Monday 1 March 2027",
        "contact_by": "Thursday 25 February",
        "previous_school": "Test Park Primary School",
        "confirm_by": "Friday 5 March 2027",
        "support_summary": "The council pays for help with English for two terms. Contact: Language Support, "
        "020 7946 0464.",
    },
    "L24": {
        "referrer_salutation": "Ms Okafor",
        "referral_date": "5 October 2026",
        "their_ref": "TPP/26/118",
        "closed_date": "9 March 2027",
        "outcome_words": "School place taken up",
    },
}

_CONDITIONS: dict[str, frozenset[str]] = {
    "L01": frozenset(),
    "L04": frozenset({"second_fact", "third_fact"}),
    "L05": frozenset({"maintained", "needs_known", "longer_period"}),
    "L06": frozenset(),
    "L07": frozenset({"alternatives"}),
    "L08": frozenset({"basis_specified"}),
    "L09": frozenset({"maintained", "upn_known", "parent_phone_known", "school_before", "support"}),
    "L24": frozenset({"their_reference", "file_wanted"}),
}

_PARENT = ("Mr Łukasz Ștefan", "Flat 2", "14 Invented Road", "Harrow", "ZZ1 1ZZ")
_SCHOOL = ("The Chair of Governors", "Example Primary School", "2 Sample Lane", "Harrow", "ZZ1 2ZZ")
_REFERRER = ("Ms Joanne Okafor", "Test Park Primary School", "31 Trial Street", "London", "ZZ9 4ZZ")

_SENDING: dict[str, tuple[str, tuple[str, ...], str, str]] = {
    "L01": ("12 October 2026", _PARENT, "Sent by", ""),
    "L04": ("27 November 2026", _PARENT, "Sent by", "first class post"),
    "L05": ("16 December 2026", _SCHOOL, "Sent by", "school2school"),
    "L06": ("18 January 2027", _SCHOOL, "Delivered", "by hand"),
    "L07": ("2 February 2027", _PARENT, "Delivered", "by hand"),
    "L08": ("22 February 2027", (), "Delivered", "by hand"),
    "L09": ("22 February 2027", _SCHOOL, "Delivered", "by hand"),
    "L24": ("10 March 2027", _REFERRER, "Sent by", "school2school"),
}


@cache
def source(code: str) -> str:
    """Return the text of a shipped template."""
    return resources.read_text(f"letters/{code}-1.0.md")


@cache
def template(code: str) -> Template:
    """Return a shipped template."""
    return parse_template(source(code))


@cache
def font_files() -> dict[str, bytes]:
    """Return the bytes of the shipped font files, by name."""
    return {name: resources.read_bytes(f"fonts/{name}") for name in FONT_FILES}


@cache
def fonts() -> FontSet:
    """Return the shipped fonts."""
    return FontSet(font_files())


def furniture(code: str) -> Furniture:
    """Return the heading, window and sending of the invented letter."""
    letter_date, address, label, delivery = _SENDING[code]
    return Furniture(
        team="Children Missing Education",
        heading_lines=("Example House, 1 Sample Way", "Harrow ZZ1 1ZZ", "020 7946 0461"),
        letter_date=letter_date,
        address_lines=address,
        delivery_label=label,
        delivery=delivery,
    )


def facts(
    code: str,
    changes: Mapping[str, str] | None = None,
    *,
    on: Iterable[str] = (),
    off: Iterable[str] = (),
    address: tuple[str, ...] | None = None,
) -> LetterFacts:
    """Return complete invented facts; ``changes`` replaces fields, ``on`` and ``off`` turn conditions."""
    around = furniture(code)
    if address is not None:
        around = replace(around, address_lines=address)
    return LetterFacts(
        fields={**_COMMON, **_OWN[code], **(changes or {})},
        conditions=(_CONDITIONS[code] | frozenset(on)) - frozenset(off),
        furniture=around,
        rule_set="SAO-A",
    )


def letter(code: str, changes: Mapping[str, str] | None = None, **variant: Iterable[str]) -> Letter:
    """Return a letter in words from invented facts."""
    return build_letter(template(code), facts(code, changes, **variant))


def render(made: Letter, *, training: bool = False, form_confirmed: bool = False) -> RenderedPdf:
    """Return a letter drawn with the shipped fonts."""
    return render_pdf(made, PageLook(fonts(), training=training, form_confirmed=form_confirmed))
