"""The order process of the current law (Education Act 1996 ss437 to 447): facts in, lawful steps and papers out."""

from cme_desktop.domain.order_process.decide import check, check_paper, decide, notices_of, state_of
from cme_desktop.domain.order_process.facts import (
    Action,
    ActionDecision,
    Basis,
    Decisions,
    Document,
    OrderFacts,
    Paper,
    PaperDecision,
    Parent,
    Request,
    Result,
    School,
    SchoolKind,
    Settings,
    State,
    Step,
)
from cme_desktop.domain.order_process.next_act import NextAct, next_act
from cme_desktop.domain.order_process.standing import Notices

__all__ = [
    "Action",
    "ActionDecision",
    "Basis",
    "Decisions",
    "Document",
    "NextAct",
    "Notices",
    "OrderFacts",
    "Paper",
    "PaperDecision",
    "Parent",
    "Request",
    "Result",
    "School",
    "SchoolKind",
    "Settings",
    "State",
    "Step",
    "check",
    "check_paper",
    "decide",
    "next_act",
    "notices_of",
    "state_of",
]
