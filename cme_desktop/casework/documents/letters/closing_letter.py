"""The letter that tells the referrer of the closing (L24): never more than that person needs (SD35)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Row

from cme_desktop import shipped
from cme_desktop.casework.documents.letters.council import Council
from cme_desktop.casework.documents.letters.filling import S2S_MESSAGE, Ask, Filling, begin
from cme_desktop.casework.documents.letters.printed import greeting_of, plain_day, window_lines
from cme_desktop.casework.documents.letters.sources import CaseSources
from cme_desktop.domain.names import search_key
from cme_desktop.models.episode import Referral

LOST = "lost"
COLLEAGUE = "colleague"
AReferral = TypeVar("AReferral", Referral, Row[Any])
YES = "yes"


def referral_to_answer(sources: CaseSources) -> Referral | None:
    """Return the referral of a case whose referrer is told."""
    return to_answer(sources.records.referrals)


def to_answer(referrals: Sequence[AReferral]) -> AReferral | None:
    """Return the referral whose referrer is told: the last that a person made, else the school whose file it was.

    Args:
        referrals: rows with the columns of Referral, in the order in which they were made.
    """
    made = [row for row in referrals if row.source_file_id is None] or [
        row for row in referrals if row.referrer_school_urn is not None or row.referrer_name
    ]
    waiting = [row for row in made if row.told_of_closure_on is None]
    return next(reversed(waiting or made), None)


def closing_letter(sources: CaseSources, council: Council, ask: Ask) -> Filling:
    """Fill in the closure letter to the referrer (L24): outcome and date, no address, no school, no family matter."""
    filling = begin(sources, council, ask)
    filling.rule_set = council.ruleset("HARROW-2023", ask.dated)
    for name in ("child_address", "child_upn", "year_group", "child_age"):
        filling.fields[name] = ""
    outcome = shipped.lifecycle().outcomes.get(sources.episode.outcome or "")
    if sources.episode.closed_on is not None and outcome is not None:
        filling.fields["closed_date"] = plain_day(sources.episode.closed_on)
        filling.fields["outcome_words"] = outcome.label
        if outcome.code == LOST:
            filling.conditions.add("lost")
    referral = referral_to_answer(sources)
    if referral is not None:
        _to_referrer(filling, sources, ask, referral)
    if ask.texts.get("file_wanted", "").strip().casefold() == YES:
        filling.conditions.add("file_wanted")
    return filling


def _to_referrer(filling: Filling, sources: CaseSources, ask: Ask, referral: Referral) -> None:
    school = sources.school(referral.referrer_school_urn)
    person = referral.referrer_name
    if school is not None and search_key(person) == search_key(school.name):
        person = ""
    name = person or (school.name if school else "")
    filling.addressee = name
    filling.fields["referrer_salutation"] = ask.texts.get(
        "referrer_salutation", greeting_of(person) or (COLLEAGUE if school else "")
    )
    filling.fields["referral_date"] = plain_day(referral.received_on)
    reference = ask.texts.get("their_ref", referral.their_reference)
    if reference:
        filling.conditions.add("their_reference")
        filling.fields["their_ref"] = reference
    if school is not None:
        lines = (school.name, *school.address) if person else tuple(school.address)
        filling.window = window_lines(name, lines, school.postcode)
    elif name:
        contact = [part.strip() for part in referral.referrer_contact.replace("\n", ",").split(",") if part.strip()]
        filling.window = window_lines(name, contact)
    if "address_lines" in ask.texts:
        filling.window = window_lines(name, ask.texts["address_lines"].replace("\n", ",").split(","))
    on_register = any(
        row.school_urn == referral.referrer_school_urn and row.leaving_date is None
        for row in sources.records.registrations
    )
    if school is not None and on_register:
        filling.conditions.add("still_on_register")


def usual_method(sources: CaseSources) -> str | None:
    """Return how the referrer is usually written to: a school by school2school, anybody else by the council's way."""
    referral = referral_to_answer(sources)
    return S2S_MESSAGE if referral is not None and referral.referrer_school_urn else None
