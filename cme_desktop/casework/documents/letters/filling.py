"""What a document prints, field by field: the part that all letters share, and how a paper is sent (wording.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from cme_desktop.casework.documents.letters.council import Council
from cme_desktop.casework.documents.letters.printed import (
    full_day,
    full_name,
    greeting,
    one_line,
    plain_day,
    window_lines,
    year_words,
)
from cme_desktop.casework.documents.letters.sources import CaseSources
from cme_desktop.documents import Furniture, LetterFacts
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.order_process import Paper
from cme_desktop.domain.school_age import age_on, year_group
from cme_desktop.domain.service import ElectronicConsent, Method
from cme_desktop.models.episode import Parent
from cme_desktop.models.reference import School

CODES = ("L01", "L04", "L05", "L06", "L07", "L08", "L09", "L24")
TO_PARENTS = frozenset({"L01", "L04", "L07", "L08"})
TO_SCHOOLS = frozenset({"L05", "L06", "L09"})
SERVED = frozenset({"L04", "L07", "L08"})
PAPERS = frozenset(paper.value for paper in Paper)
MAINTAINED = frozenset({"maintained", "special"})
S2S_MESSAGE = "s2s-message"
USUAL_METHOD = {
    "L01": Method.FIRST_CLASS.value,
    "L04": Method.FIRST_CLASS.value,
    "L05": S2S_MESSAGE,
    "L06": Method.HAND.value,
    "L07": Method.FIRST_CLASS.value,
    "L08": Method.HAND.value,
    "L09": S2S_MESSAGE,
    "L24": Method.FIRST_CLASS.value,
}
"""How a document is sent unless the officer says otherwise: a notice by the slower of the two usual ways."""

DELIVERY: Mapping[str, tuple[str, str, str]] = {
    Method.HAND.value: ("Delivered", "by hand", "are delivering it by hand on {}"),
    Method.LEFT.value: ("Delivered", "left at the address", "are leaving it at your home on {}"),
    Method.FIRST_CLASS.value: ("Sent by", "first class post", "are posting it first class on {}"),
    Method.SECOND_CLASS.value: ("Sent by", "second class post", "are posting it second class on {}"),
    Method.ELECTRONIC.value: ("Sent by", "electronic message", "are sending it electronically, as you agreed, on {}"),
    S2S_MESSAGE: ("Sent by", "school2school", "are sending it by school2school on {}"),
}
"""For each method: the label and words of the reference block, and the words of a notice."""

DAYS = frozenset({"reply_by", "start_date", "contact_by", "confirm_by"})
TEXTS: Mapping[str, frozenset[str]] = {
    "L01": frozenset({"how_we_know", "reply_by"}),
    "L04": frozenset({"fact_1", "fact_2", "fact_3", "fact_4", "fact_5"}),
    "L05": frozenset({"reasons", "support_summary", "reply_by", "longer_reason", "head_name", "school_salutation"}),
    "L06": frozenset({"consultation_outcome", "delivery_how", "school_salutation"}),
    "L07": frozenset(),
    "L08": frozenset({"start_date", "school_phone"}),
    "L09": frozenset(
        {"support_summary", "contact_by", "confirm_by", "previous_school", "head_name", "school_salutation"}
    ),
    "L24": frozenset({"referrer_salutation", "their_ref", "file_wanted", "address_lines"}),
}
"""The words that the officer may write in each document; a day is written as 2027-01-15."""


@dataclass(frozen=True)
class Ask:
    """One document asked for; ``texts`` are the officer's own words by field, ``user_id`` who makes it."""

    code: str
    dated: date
    method: str
    sent_on: date
    parent_id: int | None = None
    urn: str | None = None
    alternatives: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    order_no: str = ""
    received: date | None = None
    signatory_id: int | None = None
    user_id: int | None = None


@dataclass
class Filling:
    """The fields and conditions of one document as far as they are known, and what the register keeps of it.

    ``withheld``: the document goes to an adult who must not be told where the child is.
    """

    fields: dict[str, str]
    conditions: set[str] = field(default_factory=set)
    window: tuple[str, ...] = ()
    addressee: str = ""
    served_on: date | None = None
    last_day: date | None = None
    start_on: date | None = None
    withheld: bool = False
    rule_set: str = ""
    urn: str | None = None


def check_texts(code: str, texts: Mapping[str, str]) -> None:
    """Refuse words for a field that comes from the case, and a day that is no day.

    Raises:
        UserError: ``text-unknown`` or ``date-format``.
    """
    for name, value in texts.items():
        if name not in TEXTS[code]:
            allowed = ", ".join(sorted(TEXTS[code])) or "none"
            raise UserError(
                f"{name} of {code} comes from the case, or there is no such field. Words can be written for: "
                f"{allowed}.",
                code="text-unknown",
            )
        if name in DAYS:
            day_of(name, value)


def day_of(name: str, value: str) -> date:
    """Return a day that was written as text; raise UserError (``date-format``) for anything else."""
    try:
        return date.fromisoformat(value.strip())
    except ValueError as error:
        raise UserError(f"{name.replace('_', ' ')} must be a day written as 2027-01-15.", code="date-format") from error


def begin(sources: CaseSources, council: Council, ask: Ask) -> Filling:
    """Return the fields that every letter may use: council, contacts, child, signatory."""
    policy = council.policy
    signatory = council.signatory(ask.dated, user_id=ask.user_id, wanted=ask.signatory_id)
    fields = {
        "admissions_link": policy.text("admissions.link"),
        "admissions_phone": policy.text("admissions.phone"),
        "advice_line": policy.text("advice.line"),
        "case_ref": sources.episode.ref,
        "council": policy.text("council.name"),
        "council_address": one_line(policy.lines("council.address")),
        "council_email": policy.text("council.email"),
        "council_phone": policy.text("council.phone"),
        "language_names": " · ".join(policy.lines("languages")),
        "mash_phone": policy.text("mash.phone"),
        "officer_name": sources.owner,
        "phone_hours": policy.text("council.phone-hours"),
        "privacy_link": policy.text("privacy.link"),
        "sen_phone": policy.text("sen.phone"),
        "signatory_name": signatory.name if signatory else "",
        "signatory_post": signatory.post if signatory else "",
        "signatory_authority": signatory.authority if signatory else "",
        **_child(sources, ask.dated),
    }
    return Filling(fields, rule_set=council.ruleset("SAO-A", ask.dated))


def _child(sources: CaseSources, on: date) -> dict[str, str]:
    name, dob, home = sources.name, sources.records.child.dob, sources.home
    full = " ".join(part for part in (name.forename, name.middle_names, name.surname) if part) if name else ""
    return {
        "child_address": one_line(home.lines, home.postcode) if home else "",
        "child_age": str(age_on(dob, on)) if dob else "",
        "child_dob": plain_day(dob) if dob else "",
        "child_first": sources.first_name,
        "child_name": full,
        "child_upn": sources.upn,
        "year_group": (year_words(year_group(dob, on)) or "no year group") if dob else "",
    }


def to_parent(filling: Filling, sources: CaseSources, parent: Parent | None) -> None:
    """Fill in the parent a document is for; where the child is stays out if that parent must not be told."""
    if parent is None:
        return
    name = full_name(parent.title, parent.forename, parent.surname)
    filling.fields["parent_name"] = name
    filling.fields["parent_salutation"] = greeting(parent.title, parent.forename, parent.surname)
    filling.fields["parent_address"] = one_line(parent.address, parent.postcode)
    filling.window = window_lines(name, parent.address, parent.postcode)
    filling.addressee = name
    filling.withheld = address_withheld(sources, parent)
    if filling.withheld:
        filling.fields["child_address"] = ""


def address_withheld(sources: CaseSources, parent: Parent) -> bool:
    """Say whether an adult must not read the child's address: told so, or it is confidential and not their own."""
    home = sources.home
    elsewhere = home is not None and one_line(home.lines, home.postcode) != one_line(parent.address, parent.postcode)
    return parent.must_not_be_told or parent.no_contact or bool(home is not None and home.confidential and elsewhere)


def to_school(filling: Filling, sources: CaseSources, ask: Ask, school: School | None) -> None:
    """Fill in the school a document is for: the governing body, or an academy's trust."""
    if school is None:
        return
    about_school(filling, school)
    academy = school.sector not in MAINTAINED
    filling.urn = school.urn
    filling.fields["head_name"] = ask.texts.get("head_name", school.head_name)
    filling.fields["school_salutation"] = ask.texts.get(
        "school_salutation", "Chair of Trustees" if academy else "Chair of Governors"
    )
    body = school.trust if academy and school.trust else school.name
    filling.window = window_lines(
        f"The {filling.fields['school_salutation']}", (body, *school.address), school.postcode
    )
    filling.addressee = school.name
    if sources.home is not None and sources.home.confidential:
        filling.fields["child_address"] = "known to the council"


def about_school(filling: Filling, school: School) -> None:
    """Fill in the name, number, address and phone of a school."""
    filling.fields |= {
        "school_name": school.name,
        "school_urn": school.urn,
        "school_address": one_line(school.address, school.postcode),
        "school_phone": school.phone,
    }


def school_kind(school: School | None) -> str:
    """Return the condition of a template for the kind of a school: maintained, or like an academy."""
    return "maintained" if school is None or school.sector in MAINTAINED else "academy"


def sent_how(ask: Ask) -> str:
    """Return the words of a notice for how and when it is sent."""
    return DELIVERY[ask.method][2].format(full_day(ask.sent_on)) if ask.method in DELIVERY else ""


def service_method(ask: Ask) -> Method:
    """Return the way in which a paper is served; raise UserError (``method-unknown``) for one the Act does not give."""
    if ask.method not in Method.__members__.values():
        raise UserError(
            f"A notice or an order is served in one of these ways: {', '.join(method.value for method in Method)}.",
            code="method-unknown",
        )
    return Method(ask.method)


def consent_of(parent: Parent | None) -> ElectronicConsent | None:
    """Return the written consent of a parent to electronic service, if there is one."""
    if parent is None or not parent.electronic_consent or parent.electronic_consent_on is None:
        return None
    return ElectronicConsent(parent.electronic_address, parent.electronic_consent_on)


def letter_facts(filling: Filling, council: Council, ask: Ask) -> LetterFacts:
    """Return what a template is filled with; an empty field is left out, so that it counts as missing."""
    label, words, _ = DELIVERY.get(ask.method, ("Sent by", "", ""))
    return LetterFacts(
        fields={name: value for name, value in filling.fields.items() if value},
        conditions=frozenset(filling.conditions),
        furniture=Furniture(
            team=council.policy.text("council.team"),
            heading_lines=_heading(council),
            letter_date=plain_day(ask.dated),
            address_lines=filling.window,
            delivery_label=label,
            delivery=words,
        ),
        rule_set=filling.rule_set,
    )


def _heading(council: Council) -> tuple[str, ...]:
    """Return the council's address on two lines and its phone, nothing while no address is set."""
    whole = one_line(council.policy.lines("council.address"))
    if not whole:
        return ()
    first, _, last = whole.rpartition(", ")
    return tuple(line for line in (first, last, council.policy.text("council.phone")) if line)
