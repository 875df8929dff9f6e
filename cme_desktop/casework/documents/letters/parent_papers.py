"""The letters and notices to one parent: L01, L04 and L07."""

from __future__ import annotations

from datetime import date, timedelta

from cme_desktop.casework.documents.letters.council import Council
from cme_desktop.casework.documents.letters.filling import (
    Ask,
    Filling,
    about_school,
    begin,
    consent_of,
    day_of,
    sent_how,
    service_method,
    to_parent,
)
from cme_desktop.casework.documents.letters.grounds import facts_relied_on, how_we_know
from cme_desktop.casework.documents.letters.printed import full_day, one_line, plain_day
from cme_desktop.casework.documents.letters.sources import CaseSources, adult_key
from cme_desktop.domain.calendar import ONE_DAY
from cme_desktop.domain.order_process import Paper, notices_of
from cme_desktop.domain.service import Method, Planned, deemed, plan

ORDINALS = ("second", "third", "fourth", "fifth")


def enquiry_letter(sources: CaseSources, council: Council, ask: Ask) -> Filling:
    """Fill in the first enquiry letter (L01); the parent has the council's days to answer, from the day it arrives."""
    filling = begin(sources, council, ask)
    filling.rule_set = council.ruleset("HARROW-2023", ask.dated)
    parent = sources.parent(ask.parent_id)
    to_parent(filling, sources, parent)
    filling.fields["how_we_know"] = ask.texts.get("how_we_know", how_we_know(sources))
    if "reply_by" in ask.texts:
        filling.last_day = day_of("reply_by", ask.texts["reply_by"])
    else:
        arrives = ask.sent_on
        if ask.method in Method.__members__.values():
            consent = consent_of(parent)
            arrives = deemed(
                Method(ask.method),
                ask.sent_on,
                council.calendar,
                council.rules,
                consent=consent,
                address=consent.address if consent else "",
            ).served_on
        filling.last_day = arrives + timedelta(days=council.policy.days("reply.days") - 1)
    filling.fields["reply_by"] = full_day(filling.last_day)
    if len(sources.siblings) == 1 and parent is not None and not filling.withheld:
        other = sources.siblings[0]
        if adult_key(parent) in other.adults:
            filling.conditions.add("sibling")
            filling.fields["sibling_first"] = other.first_name
    return filling


def notice_437(sources: CaseSources, council: Council, ask: Ask) -> Filling:
    """Fill in the section 437(1) notice (L04): the printed days come from how and when it is to be sent."""
    filling = begin(sources, council, ask)
    parent = sources.parent(ask.parent_id)
    to_parent(filling, sources, parent)
    _plan(filling, council, ask, sources, Paper.NOTICE_437)
    if filling.served_on is not None and filling.last_day is not None:
        filling.fields["notice_served"] = full_day(filling.served_on)
        filling.fields["notice_last_day"] = full_day(filling.last_day)
    if parent is not None:
        _put_facts(filling, ask, facts_relied_on(sources, parent, ask.dated))
    if filling.withheld:
        filling.conditions.add("address_withheld")
    if sources.records.child.has_ehcp:
        filling.conditions.add("ehc_plan")
    return filling


def _put_facts(filling: Filling, ask: Ask, known: tuple[str, ...]) -> None:
    """Put in the facts relied on, one to five: those the officer wrote if any, else those of the case record."""
    written = [ask.texts[name].strip() for name in sorted(ask.texts) if name.startswith("fact_")]
    facts = [fact for fact in written if fact] or list(known)
    for number, fact in enumerate(facts[:5], start=1):
        filling.fields[f"fact_{number}"] = fact
    filling.conditions.update(f"{name}_fact" for name in ORDINALS[: max(0, len(facts[:5]) - 1)])


def notice_438(sources: CaseSources, council: Council, ask: Ask) -> Filling:
    """Fill in the section 438(2) notice (L07): the school to be named, the alternatives, the four choices."""
    filling = begin(sources, council, ask)
    parent = sources.parent(ask.parent_id)
    to_parent(filling, sources, parent)
    _plan(filling, council, ask, sources, Paper.NOTICE_438)
    if filling.served_on is not None and filling.last_day is not None:
        filling.fields["choice_served"] = full_day(filling.served_on)
        filling.fields["choice_last_day"] = full_day(filling.last_day)
    school = sources.school(ask.urn)
    if school is not None:
        about_school(filling, school)
        filling.urn = school.urn
    first_served = served_on(sources, council, ask, Paper.NOTICE_437)
    if first_served is not None:
        filling.fields["s437_served"] = plain_day(first_served)
    others = [row for row in (sources.school(urn) for urn in ask.alternatives) if row is not None]
    if others:
        filling.conditions.add("alternatives")
        filling.fields["alternative_list"] = "; ".join(
            f"{row.name} (URN {row.urn}), {one_line(row.address, row.postcode)}" for row in others
        )
    if filling.withheld:
        filling.conditions.add("address_withheld")
    return filling


def served_on(sources: CaseSources, council: Council, ask: Ask, paper: Paper) -> date | None:
    """Return the day on which the notice that holds was served on the parent of a document."""
    if sources.order is None or ask.parent_id is None:
        return None
    notice = notices_of(sources.order, paper, ask.dated, council.rules).valid.get(ask.parent_id)
    return notice.served_on if notice is not None else None


def planned(sources: CaseSources, council: Council, ask: Ask, paper: Paper) -> Planned:
    """Return the day of service to expect and the last day to print in a notice.

    Raises:
        UserError: the method is none of the Act's.
        StepRefused: electronic service without recorded consent.
    """
    consent = consent_of(sources.parent(ask.parent_id))
    rule = "notice_437_min" if paper is Paper.NOTICE_437 else "notice_438_choice"
    return plan(
        service_method(ask),
        ask.sent_on,
        council.rules.rule(f"SAO-A.{rule}", ask.sent_on),
        council.calendar,
        council.rules,
        extra_days=council.policy.days("order.extra-days"),
        consent=consent,
        address=consent.address if consent else "",
    )


def _plan(filling: Filling, council: Council, ask: Ask, sources: CaseSources, paper: Paper) -> None:
    counted = planned(sources, council, ask, paper)
    filling.served_on, filling.last_day = counted.served_on, counted.last_day
    filling.fields["period_days"] = str((counted.last_day + ONE_DAY - counted.served_on).days)
    filling.fields["sent_how"] = sent_how(ask)
