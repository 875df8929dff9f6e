"""The lines of the list at the left of the inbox: files that wait, and below their own head the problem files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath, PureWindowsPath

from cme_desktop.register.inbox import FileRow, InboxPage, ProblemRow, PupilRow
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.tags import TagLook
from cme_desktop.ui.words import count

SAME = TagLook("Same child", Tone.GREEN, "check")
CHECK = TagLook("Check", Tone.AMBER, "question")
NEW = TagLook("New child", Tone.BLUE, "plus")
NOT_CME = TagLook("Not CME", Tone.GREY, "minus")
WAIT = TagLook("To confirm", Tone.GREY, "clock")
_KINDS = {"CML": "leaver", "CMJ": "joiner"}


@dataclass(frozen=True)
class FileLine:
    """One file that holds pupils to decide."""

    row: FileRow

    @property
    def name(self) -> str:
        """Return the file's name."""
        return self.row.name

    @property
    def words(self) -> str:
        """Return what the file holds: "3 leavers: 2 same child, 1 to check"."""
        row = self.row
        parts = [
            f"{row.same:,} same child" if row.same else "",
            f"{row.check:,} to check" if row.check else "",
            count(row.new, "new child", "new children") if row.new else "",
            f"{row.not_cme:,} not CME" if row.not_cme else "",
        ]
        said = ", ".join(part for part in parts if part)
        left = f" of {row.pupils:,}" if row.waiting != row.pupils else ""
        who = count(row.waiting, _KINDS.get(row.kind, "pupil"))
        return f"{who}{left}: {said}"

    @property
    def spoken(self) -> str:
        """Return what a screen reader says."""
        return f"{self.name}, {self.words}"


@dataclass(frozen=True)
class ProblemHead:
    """The head of the problem files."""

    count: int

    @property
    def spoken(self) -> str:
        """Return what a screen reader says."""
        return f"Problem files, {self.count}"


@dataclass(frozen=True)
class ProblemLine:
    """One file that could not be read."""

    row: ProblemRow

    @property
    def name(self) -> str:
        """Return the file's name."""
        return self.row.name

    @property
    def words(self) -> str:
        """Return why it was not read, and that it is held."""
        held = "Held safely, not used."
        return self.row.reason if "held" in self.row.reason.lower() else f"{self.row.reason.rstrip('.')}. {held}"

    @property
    def spoken(self) -> str:
        """Return what a screen reader says."""
        return f"Problem file {self.name}. {self.words} Enter shows what to do."


InboxLine = FileLine | ProblemHead | ProblemLine


def lines_of(page: InboxPage) -> tuple[InboxLine, ...]:
    """Return the lines of the list."""
    problems = tuple(ProblemLine(row) for row in page.problems)
    head = (ProblemHead(len(problems)),) if problems else ()
    return (*(FileLine(row) for row in page.files), *head, *problems)


def head_words(page: InboxPage) -> str:
    """Return what stands after the page's title: "3 files, 7 children to decide, 1 of them to check"."""
    parts = [count(len(page.files), "file") if page.files else "No files"]
    if page.waiting:
        whole = page.waiting == page.to_check
        parts.append(f"{count(page.waiting, 'child', 'children')} to {'check' if whole else 'decide'}")
    if 0 < page.to_check < page.waiting:
        parts.append(f"{page.to_check:,} of them to check")
    if page.put_off:
        parts.append(f"{page.put_off:,} put off")
    return ", ".join(parts)


def tag_of(row: PupilRow) -> TagLook:
    """Return the tag of a pupil's tab."""
    if row.proposed == "later":
        return CHECK if row.has_match else WAIT
    return {"match": SAME, "new": NEW, "not-cme": NOT_CME}.get(row.proposed, CHECK)


def short_folder(place: str) -> str:
    """Return the last two parts of a folder's place, as its own system writes them."""
    windows = "\\" in place or (len(place) > 1 and place[1] == ":")
    parts = (PureWindowsPath(place) if windows else PurePath(place)).parts[-2:]
    return ("\\" if windows else "/").join(part.strip("\\/") for part in parts if part.strip("\\/"))


def long_folder(place: str) -> str:
    """Return a folder's place with its middle left out: "C:\\…\\S2S\\In"."""
    windows = "\\" in place or (len(place) > 1 and place[1] == ":")
    whole = PureWindowsPath(place) if windows else PurePath(place)
    if len(whole.parts) <= 3:
        return place
    mark = "\\" if windows else "/"
    return f"{whole.anchor}…{mark}{short_folder(place)}"


def folder_words(place: str, page: InboxPage | None, trouble: str, left: int = 0) -> tuple[str, str]:
    """Return the truth about the watched folder, and the token of its colour; ``left`` files lie there and stay."""
    if trouble:
        return trouble, "danger"
    if not place:
        return "No folder is watched, so files are taken in by hand only.", "muted"
    if page is not None and page.not_deleted:
        stuck = count(len(page.not_deleted), "file")
        return (
            f"{stuck} could not be deleted from {short_folder(place)}: held safely, tried again every 5 seconds.",
            "danger",
        )
    days = page.keep_days if page is not None else 0
    stay = f" {count(left, 'other file')} there {'stays' if left == 1 else 'stay'}." if left else ""
    if days:
        return (
            f"Files are sealed in the register, and deleted from {short_folder(place)} {count(days, 'day')} "
            f"later.{stay}",
            "muted",
        )
    return f"Files are sealed in the register, then deleted from {short_folder(place)}.{stay}", "muted"
