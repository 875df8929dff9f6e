"""The next steps of a case: pure, so that a recount from the facts finds the same steps."""

from cme_desktop.domain.next_steps.derive import StepBooks, next_steps
from cme_desktop.domain.next_steps.facts import (
    DueTask,
    EpisodeFacts,
    ExpectedSchool,
    Group,
    RiskFacts,
    StepDays,
    Waiting,
    facts_hash,
)

__all__ = [
    "DueTask",
    "EpisodeFacts",
    "ExpectedSchool",
    "Group",
    "RiskFacts",
    "StepBooks",
    "StepDays",
    "Waiting",
    "facts_hash",
    "next_steps",
]
