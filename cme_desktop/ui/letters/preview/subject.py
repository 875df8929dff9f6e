"""The documents of one preview: for each addressee one that is made or filed, and what can be done with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from cme_desktop.casework.documents.drafting import Preview, Wanted
from cme_desktop.casework.documents.signing import SignatoryInfo
from cme_desktop.domain.errors import Refusal
from cme_desktop.domain.roles import Person, Role
from cme_desktop.register.case_rows import DOCUMENT_TITLES, AdultRow
from cme_desktop.register.letters import DocumentPage, LetterRow
from cme_desktop.ui.words import count, day_date

TO_PARENTS: Final = frozenset({"L01", "L04", "L07", "L08"})
BY_ACT: Final = {"L05": "consult-school", "L06": "notify-school-439", "L09": "inform-school"}
"""Documents that are made and filed by their step of the order process."""
SERVED: Final = frozenset({"L04", "L07", "L08"})
FILLABLE: Final = frozenset({"particulars-missing", "school-unknown"})
"""Codes of a refusal that says only what is still to be filled in."""
_NOUNS: Final = {"L04": "notice", "L06": "notice", "L07": "notice", "L08": "order", "L09": "notice"}
_FILES: Final = {"L05": "Consult and file", "L06": "Give notice and file", "L09": "Tell the school and file"}
SECTIONS: Final = {
    "L04": "s437(1)",
    "L05": "s439(5)",
    "L06": "s439(6)",
    "L07": "s438(2)",
    "L08": "s437(3)",
    "L09": "s437(5)",
}


class Stage(StrEnum):
    """How far one document has come."""

    MAKING = "making"
    DRAFT = "draft"
    WAITING = "waiting"
    REFUSED = "refused"
    APPROVED = "approved"
    ISSUED = "issued"
    PRINTED = "printed"


@dataclass(frozen=True)
class LetterCase:
    """What a preview needs of its case besides the pages: the child, the adults, who signs and who approves."""

    ref: str
    code: str
    child: str
    adults: tuple[AdultRow, ...]
    signatories: tuple[SignatoryInfo, ...]
    managers: tuple[str, ...]
    needs_approval: bool
    today: date
    is_open: bool = True

    @property
    def title(self) -> str:
        """Return what the document is called."""
        return DOCUMENT_TITLES.get(self.code, self.code)

    def adult(self, number: int | None) -> AdultRow | None:
        """Return an adult of the case, None where the document is for nobody in particular."""
        return next((one for one in self.adults if one.id == number), None)


@dataclass(frozen=True)
class Entry:
    """One document of the preview; ``parent_id`` is 0 where it is not for a parent.

    ``trouble`` is the code of what keeps its page from being drawn, such as an address that does not fit.
    """

    parent_id: int
    name: str
    relation: str = ""
    ticked: bool = True
    may_be_written_to: bool = True
    wanted: Wanted = field(default_factory=Wanted)
    preview: Preview | None = None
    row: LetterRow | None = None
    page: DocumentPage | None = None
    trouble: str = ""

    @property
    def stage(self) -> Stage:
        """Return how far it has come."""
        row = self.row
        if row is None:
            return Stage.MAKING
        if row.state == "issued":
            return Stage.ISSUED if row.printed_at is None else Stage.PRINTED
        stages = {"waiting": Stage.WAITING, "approved": Stage.APPROVED, "refused": Stage.REFUSED}
        return stages.get(row.approval, Stage.DRAFT)

    @property
    def missing(self) -> int:
        """Return how many things it still lacks."""
        return len(self.preview.missing) if self.row is None and self.preview is not None else 0


@dataclass(frozen=True)
class ButtonFace:
    """One button of the head: its words, why it is off, and whether it has the fill."""

    key: str
    words: str
    reason: str = ""
    primary: bool = False


@dataclass(frozen=True)
class Heading:
    """The buttons of the head and the words beside them."""

    buttons: tuple[ButtonFace, ...]
    beside: str = ""


def noun(code: str, number: int = 1) -> str:
    """Return "notice", "notices", "letter" or "order" as a document is called in a sentence."""
    one = _NOUNS.get(code, "letter")
    return one if number == 1 else f"{one}s"


def together(entries: Iterable[Entry], shown: int) -> tuple[Entry, ...]:
    """Return what the buttons act on: the entry shown, and the ticked ones that have come as far."""
    listed = tuple(entries)
    front = next((one for one in listed if one.parent_id == shown), None)
    if front is None:
        return ()
    return tuple(one for one in listed if one is front or (one.ticked and one.stage is front.stage))


def heading(case: LetterCase, entries: tuple[Entry, ...], shown: int, viewer: Person, gaps: int) -> Heading:
    """Return the buttons of the head.

    Args:
        gaps: how many rows of *To fill in* are still missing for the documents that would be made.
    """
    group = together(entries, shown)
    if not group:
        return Heading(())
    stage = group[0].stage
    if not viewer.holds(Role.OFFICER):
        return _for_manager(case, group, stage)
    number = len(group)
    each = f"{number} {noun(case.code, number)}" if number > 1 else noun(case.code)
    print_words = f"Print {each}"
    if stage is Stage.MAKING:
        return _making(case, group, gaps, print_words)
    if stage in (Stage.ISSUED, Stage.PRINTED):
        return _issued(case, group, stage, print_words)
    return _drafted(case, group, stage, each, print_words)


def _making(case: LetterCase, group: tuple[Entry, ...], gaps: int, print_words: str) -> Heading:
    refused = next((one.preview.why_not for one in group if one.preview is not None and one.preview.why_not), None)
    troubled = any(one.trouble for one in group)
    loading = any(one.preview is None for one in group)
    reason = _why_not(refused, case.today) or (f"Fill in {count(gaps, 'field')} first" if gaps else "")
    if loading and not reason:
        reason = "The page cannot be made yet" if troubled else "Making the page"
    number = len(group)
    each = f"{number} {noun(case.code, number)}" if number > 1 else noun(case.code)
    issue = "Ask for approval" if _asks(case, group) else f"Issue {each}"
    words = _FILES.get(case.code, issue)
    later = reason or f"Issue the {noun(case.code, len(group))} first"
    return Heading(
        (
            ButtonFace("save", "Save PDF", later),
            ButtonFace("print", print_words, later),
            ButtonFace("go", words, reason, primary=True),
        ),
        reason,
    )


def _why_not(refused: Refusal | None, today: date) -> str:
    """Return in a few words why a document cannot be made, an empty text for what can still be filled in."""
    if refused is None or refused.code in FILLABLE:
        return "" if refused is None or refused.missing != ("parent",) else "Choose another adult"
    if refused.missing == ("parent",):
        return "This adult may not be written to"
    day = refused.allowed_from
    return f"Possible from {day_date(day)}" if day is not None and day > today else "Not lawful yet"


def law_of(refused: Refusal, today: date) -> str:
    """Return the second line under a refusal: its section, and from when the document is possible."""
    section, day = f"{refused.section[:1].upper()}{refused.section[1:]}.", refused.allowed_from
    if day is None:
        return section
    return f"{section} Possible {f'from {day_date(day, year=True)}' if day > today else 'today, once that is done'}."


def _asks(case: LetterCase, group: tuple[Entry, ...]) -> bool:
    """Say whether a second person approves these: by the settings, and always where an address is withheld."""
    withheld = case.code in SERVED and any(one.preview is not None and one.preview.withheld for one in group)
    return case.needs_approval or withheld


def _drafted(case: LetterCase, group: tuple[Entry, ...], stage: Stage, each: str, print_words: str) -> Heading:
    off = f"Issue the {noun(case.code, len(group))} first"
    save = ButtonFace("save", "Save PDF", off)
    drop = ButtonFace("withdraw", "Withdraw draft" if len(group) == 1 else "Withdraw drafts")
    if stage is Stage.APPROVED:
        both = ButtonFace("issue-print", f"Issue and print {each}", primary=True)
        return Heading((save, ButtonFace("issue", f"Issue {each}"), both))
    if stage is Stage.WAITING:
        who = case.managers[0] if len(case.managers) == 1 else "A second person"
        words = f"{who} has not decided yet"
        return Heading((save, ButtonFace("print", print_words, words), drop), words)
    if stage is Stage.REFUSED:
        again = ButtonFace("again", "Make it again", primary=True)
        return Heading((save, ButtonFace("print", print_words, off), again), "Refused by a second person")
    words = "Ask for approval" if case.needs_approval or _withheld(group) else f"Issue {each}"
    return Heading((drop, ButtonFace("print", print_words, off), ButtonFace("issue", words, primary=True)))


def _withheld(group: tuple[Entry, ...]) -> bool:
    return any(one.page is not None and bool(one.page.facts.get("withheld")) for one in group)


def _issued(case: LetterCase, group: tuple[Entry, ...], stage: Stage, print_words: str) -> Heading:
    printed, row = stage is Stage.PRINTED, group[0].row
    gone = row is not None and (row.served > 0 or row.posted_on is not None or row.sent)
    words = f"{print_words} again" if printed else print_words
    buttons = [
        ButtonFace("more", "More"),
        ButtonFace("save", "Save PDF"),
        ButtonFace("print", words, primary=not printed and not gone),
    ]
    if case.code in SERVED and row is not None and not row.served:
        buttons.append(ButtonFace("serve", "Record service", primary=printed))
    elif row is not None and row.posted_on is None and not row.sent and case.code not in SERVED:
        buttons.append(ButtonFace("posted", "Record posting", primary=printed))
    return Heading(tuple(buttons), "")


def _for_manager(case: LetterCase, group: tuple[Entry, ...], stage: Stage) -> Heading:
    rows = [one.row for one in group if one.row is not None]
    if stage is Stage.WAITING and all(row.mine for row in rows):
        many = f" {len(rows)} {noun(case.code, len(rows))}" if len(rows) > 1 else ""
        return Heading((ButtonFace("refuse", f"Refuse{many}"), ButtonFace("approve", f"Approve{many}", primary=True)))
    if stage is Stage.WAITING:
        return Heading((), "You drafted this or asked for it, so another manager decides")
    return Heading((), "You read this; an officer issues and prints it")


def with_wanted(entries: tuple[Entry, ...], parent_id: int, wanted: Wanted) -> tuple[Entry, ...]:
    """Return the entries with other wishes for one of them; its preview is asked for anew."""
    return tuple(replace(one, wanted=wanted) if one.parent_id == parent_id else one for one in entries)


def with_preview(entries: tuple[Entry, ...], parent_id: int, preview: Preview | None) -> tuple[Entry, ...]:
    """Return the entries with another preview of one of them."""
    return tuple(replace(one, preview=preview, trouble="") if one.parent_id == parent_id else one for one in entries)


def with_trouble(entries: tuple[Entry, ...], parent_id: int, code: str) -> tuple[Entry, ...]:
    """Return the entries with what keeps the page of one of them from being drawn."""
    return tuple(replace(one, preview=None, trouble=code) if one.parent_id == parent_id else one for one in entries)


def state_words(entry: Entry, gaps: int) -> str:
    """Return how an entry of *an own notice each* stands, in a word or two."""
    if not entry.may_be_written_to and entry.row is None:
        return "not written to"
    if entry.stage is Stage.MAKING:
        return "" if not gaps else "1 missing" if gaps == 1 else f"{gaps} missing"
    return {
        Stage.DRAFT: "draft",
        Stage.WAITING: "waits",
        Stage.REFUSED: "refused",
        Stage.APPROVED: "approved",
        Stage.ISSUED: "issued",
        Stage.PRINTED: "printed",
    }[entry.stage]
