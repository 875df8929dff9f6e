"""The steps of the 2026 Act as the shipped rules know them: to be looked at, never to be taken."""

from __future__ import annotations

from typing import Final

from cme_desktop import shipped
from cme_desktop.domain.rules import Rule, RuleSet
from cme_desktop.ui.case.order.path import Key, PathStep

RULE_SET: Final = "SAO-B"
NOT_IN_FORCE: Final = "2026 Act, not in force: cannot be used"
_TITLES: Final = {
    "prelim_serve_by": "Preliminary notice to the parents",
    "prelim_response_min": "Parents’ time to answer",
    "school_decision_notice_by": "Decision notice to the school",
    "sos_application": "School’s time to go to the Secretary of State",
    "nomination_by": "School nomination notice to the parents",
    "nomination_choice": "Parents’ time to choose a school",
    "sao_serve_by": "School attendance order",
}


def future_set() -> RuleSet:
    """Return the rule set of the 2026 Act."""
    return shipped.rulebook().ruleset(RULE_SET)


def future_steps() -> tuple[PathStep, ...]:
    """Return the steps of the 2026 Act, none of which is lawful on any day."""
    return tuple(_step(number, rule) for number, rule in enumerate(future_set().rules.values(), start=1))


def _step(number: int, rule: Rule) -> PathStep:
    section = rule.citation.rpartition(" ")[2]
    return PathStep(Key.ENQUIRY, number, _TITLES.get(rule.key, rule.event), section, words=rule.period)


def future_words() -> tuple[str, ...]:
    """Return what is to be said of the 2026 Act: where it stands, and what that means for this case."""
    rules = future_set()
    return (
        f"{rules.citation}.",
        *rules.notes,
        "Nothing on this case can be done under it. It is shown so that you can see what would change.",
    )
