"""Who may do what: one table of role by act, applied to every function that takes the store (safety.md 7)."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from cme_desktop.domain.errors import NotAllowed
from cme_desktop.domain.roles import Person, Role

P = ParamSpec("P")
R = TypeVar("R")

_O, _M, _A = Role.OFFICER, Role.MANAGER, Role.ADMINISTRATOR
_ARTICLE = {_O: "an officer", _M: "a manager", _A: "an administrator"}


@dataclass(frozen=True)
class Act:
    """One line of the table: what the act is called in a sentence, who may do it, and whether it only asks."""

    code: str
    doing: str
    roles: frozenset[Role]
    asks: bool = False


def _acts(roles: set[Role], doing: dict[str, str], *, asks: bool = False) -> dict[str, Act]:
    return {code: Act(code, words, frozenset(roles), asks) for code, words in doing.items()}


TABLE: dict[str, Act] = {
    # Casework: the officer's.
    **_acts(
        {_O},
        {
            "case.open": "opening a case",
            "case.status": "changing the status of a case",
            "case.close": "closing a case",
            "case.reopen": "opening a case again",
            "case.facts": "changing the facts of a case",
            "case.reason": "changing why the child is missing education",
            "case.restrict": "restricting a case",
            "child.edit": "changing a child's details",
            "child.link": "linking brothers and sisters",
            "parent.add": "adding a parent or carer",
            "parent.edit": "changing a parent or carer",
            "parent.restrict": "changing what a parent or carer may be told",
            "referral.told": "recording that the referrer was told",
            "enquiry.record": "recording an enquiry",
            "enquiry.answer": "recording an answer to an enquiry",
            "note.add": "adding a note to a case",
            "attachment.add": "filing evidence on a case",
            "risk.answer": "answering the risk questions",
            "risk.respond": "recording whom you told about a risk",
            "risk.raise": "raising a risk rating",
            "risk.ask-lower": "asking for a lower risk rating",
            "task.add": "adding a step to a case",
            "task.done": "marking a step as done",
            "task.put-off": "putting off a step",
            "import.scan": "taking in files from the watched folder",
            "import.files": "taking in files",
            "import.accept": "deciding about a child in the inbox",
            "import.not-same": "saying that two records are not the same child",
            "import.problem": "settling a problem file",
            "import.save-out": "saving a copy of a file that came in",
            "document.draft": "drafting a document",
            "document.issue": "issuing a document",
            "document.withdraw": "withdrawing a draft",
            "document.printed": "recording that a document was printed",
            "document.posted": "recording that a document was posted",
            "document.share": "sharing a document",
            "rescue.export": "saving what can be read of a damaged register",
            "order.act": "taking a step of the order process",
            "order.correct": "correcting a step of the order process",
            "approval.ask": "asking for approval",
        },
    ),
    # Read and sign off: the manager's.
    **_acts(
        {_M},
        {
            "approval.approve": "approving what waits for a second person",
            "approval.refuse": "refusing what waits for a second person",
            "order.decide-not-to-serve": "deciding that a parent is not served",
            "risk.lower": "lowering a risk rating",
            "form.agree": "agreeing that Legal has confirmed a form",
        },
    ),
    **_acts(
        {_O, _M},
        {
            "note.comment": "commenting on a case",
            "access.open-case": "looking at a case",
            "access.reveal": "showing a masked name",
            "access.print": "printing",
            "access.export": "exporting",
            "access.search": "searching the register",
            "access.list": "opening a list of the register",
        },
    ),
    # People, settings, backup: the administrator's.
    **_acts(
        {_A},
        {
            "user.add": "adding a person",
            "user.roles": "changing a person's roles",
            "user.disable": "closing a person's account",
            "key.renew": "making a new recovery key",
            "settings.change": "changing the council's settings",
            "calendar.change": "changing the calendars",
            "form.confirm": "recording that Legal has confirmed a form",
            "reference.seed": "preparing a new case register",
        },
    ),
    **_acts(
        {_O, _A},
        {
            "folder.change": "choosing the watched folder",
            "backup.make": "making a backup",
            "backup.restore": "putting a backup back",
            "routine.done": "recording a routine check",
        },
    ),
    # Any person of the register.
    **_acts(
        {_O, _M, _A},
        {
            "tasks.recompute": "bringing the next steps up to date",
            "start.check": "checking the register at the start",
            "draft.keep": "keeping what was typed",
            "undo.last": "undoing your last action",
            "user.passphrase": "changing your own passphrase",
        },
    ),
    # Questions: these write nothing, and a refusal of one writes nothing either.
    **_acts(
        {_O, _M},
        {
            "ask.today": "reading Today",
            "ask.cases": "reading the register",
            "ask.case": "reading a case",
            "ask.inbox": "reading the inbox",
            "ask.find": "searching the register",
            "ask.documents": "reading documents",
            "ask.approvals": "reading what waits for approval",
            "ask.undo": "reading your last actions",
        },
        asks=True,
    ),
    **_acts({_M, _A}, {"ask.audit": "reading the audit"}, asks=True),
    **_acts(
        {_O, _M, _A},
        {
            "ask.schools": "reading the directory of schools",
            "ask.settings": "reading the council's settings",
            "ask.people": "reading the list of people",
            "ask.calendar": "reading the calendars",
            "ask.health": "reading how the register is kept safe",
            "ask.own-drafts": "reading your own kept forms",
        },
        asks=True,
    ),
}


FINER = {
    "case.owner": "giving a case to another person",
    "child.name": "recording a name",
    "child.address": "recording an address",
    "child.address-confidential": "hiding or showing an address",
    "child.number": "keeping a number of the child",
    "child.registration": "recording a school of the child",
    "child.details": "changing details of the child",
    "child.risk-groups": "changing the groups at particular risk",
    "parent.change": "changing a parent or carer",
    "parent.electronic-consent": "recording consent to electronic service",
    "import.file": "taking in a file",
    "import.seen-again": "taking in a file that came before",
    "import.folder": "keeping the watched folder in order",
    "import.rematch": "matching a record anew",
    "import.bring-back": "bringing back what was put off",
    "access.document": "opening a document",
    "access.file": "saving a copy of a file that came in",
    "people.add": "adding a person",
    "people.roles": "changing a person's roles",
    "people.disable": "closing a person's account",
    "people.renew": "giving a person a new passphrase",
    "people.passphrase": "changing a passphrase",
    "people.key-tested": "testing the recovery key",
    "people.quick-unlock": "changing quick unlock",
    "form.scan": "looking at the scan of a confirmation",
    "people.key": "making a person's key known",
    "undo": "undoing an act",
}
"""Acts as the audit names them where one line of the table stands for several."""


def words_of(code: str) -> str:
    """Return an act of the audit in words, the code itself where nothing is known of it."""
    act = TABLE.get(code)
    return act.doing if act is not None else FINER.get(code, code.replace(".", " "))


def may(actor: Person, code: str) -> bool:
    """Say whether a person may do an act; an act that the table does not know is refused to everybody."""
    act = TABLE.get(code)
    return act is not None and bool(act.roles & actor.roles)


def refusal(actor: Person, code: str) -> str:
    """Return the sentence that says what was refused, who may do it and what to do next."""
    act = TABLE.get(code)
    held = _join([role.value.capitalize() for role in Role if role in actor.roles]) or "nobody in particular"
    if act is None:
        return f"This program knows no such act, so nothing was changed. You are working as {held}."
    who = " or ".join(_ARTICLE[role] for role in Role if role in act.roles)
    return (
        f"{act.doing[0].upper()}{act.doing[1:]} is for {who}. You are working as {held}, so nothing was changed. "
        f"Ask {who}, or use Change person."
    )


def _join(words: list[str]) -> str:
    return " and ".join(words)


def guard(store: Any, actor: Person, code: str) -> None:
    """Let an act pass, or refuse it and keep the refusal in the audit.

    Raises:
        NotAllowed: with what was refused, who may do it and what to do next.
    """
    if may(actor, code):
        return
    message = refusal(actor, code)
    act = TABLE.get(code)
    if act is None or not act.asks:
        store.refused(actor, code, message)
    raise NotAllowed(message)


def requires(code: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Guard a function that takes the store first and the person as ``actor`` or ``viewer``.

    Raises:
        TypeError: when the function has no such parameters: a slip of the author, found at import.
    """

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        names = list(signature.parameters)
        person = next((name for name in ("actor", "viewer") if name in names), None)
        if person is None or names[0] != "store":
            raise TypeError(f"{function.__qualname__} must take the store first, and an actor or a viewer")

        @functools.wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            bound = signature.bind(*args, **kwargs)
            guard(bound.arguments["store"], bound.arguments[person], code)
            return function(*args, **kwargs)

        guarded.__dict__["act"] = code
        return guarded

    return mark


def act_of(function: Callable[..., object]) -> str | None:
    """Return the act that guards a function, or None if nothing does."""
    code = getattr(function, "act", None)
    return code if isinstance(code, str) else None


@dataclass(frozen=True)
class Receipt:
    """Proof that a look was committed to the audit before the content is shown; made only by the access log."""

    code: str
    viewer_id: int
    entity: str
    seq: int
    at: datetime

    def covers(self, viewer: Person, entity: str, code: str = "") -> bool:
        """Say whether this receipt was given to this person for this thing, and for this kind of look if one is named.

        A masked name that was shown opens nothing else.
        """
        kind = self.code == code if code else self.code != "access.reveal"
        return self.viewer_id == viewer.id and self.entity == entity and kind


def check_receipt(receipt: Receipt, viewer: Person, entity: str, code: str = "") -> None:
    """Refuse to show something for which no look was recorded.

    Args:
        code: the kind of look that has to be recorded, where not any will do: printing, saving a copy.

    Raises:
        NotAllowed: when the receipt is another person's, for another thing or of another kind.
    """
    if not receipt.covers(viewer, entity, code):
        raise NotAllowed(
            "This look has not been recorded yet, so nothing is shown. Open it again from the register: "
            "opening records who looked, then shows it."
        )
