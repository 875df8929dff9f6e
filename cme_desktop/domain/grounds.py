"""Grounds for taking a name off the register: the letters moved in 2024, so each is read by the date of leaving."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cme_desktop.domain.calendar import long_date

SETS = {"8": "2006", "9": "2024"}
REGULATION_OF = {"2006": "8", "2024": "9"}
CODE = re.compile(r"(?P<set>2006|2024):(?P<reg>[89])\((?P<para>[13])\)\((?P<letter>[a-o])\)")
WITH_REGULATION = re.compile(
    r"(?:reg(?:ulation)?s?\.?)?(?P<reg>[89])(?:[(.]?(?P<para>[13])[).]?)?[(.]?(?P<letter>[a-o])[).]?(?:[-:,].*)?"
)
LETTER = re.compile(r"\(?(?P<letter>[a-o])[).]?(?:\s*[-:]\s*(?P<words>.*))?")


@dataclass(frozen=True)
class Ground:
    """One ground of one set of regulations; ``meaning`` is what it means to the council, in words."""

    code: str
    short: str
    meaning: str
    key: str
    destination: str = ""
    pathway: str = ""
    joint_efforts: bool = False
    answers_to: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def regulation(self) -> str:
        """Return the ground as people say it, such as "9(1)(i)"."""
        return self.code.partition(":")[2]


@dataclass(frozen=True)
class LeavingReason:
    """A two-letter leaving reason; ``destination`` names home education, abroad or death where the code says so."""

    code: str
    short: str
    destination: str = ""
    phase_transfer: bool = False
    verified: bool = True


@dataclass(frozen=True)
class GroundReading:
    """What a school wrote, the ground it was read as, and why; ``ground`` is None where it could not be read."""

    written: str
    ground: Ground | None
    read_because: str
    doubtful: bool = False

    @property
    def code(self) -> str | None:
        """Return the code of the ground, such as "2024:9(1)(i)"."""
        return self.ground.code if self.ground else None

    @property
    def sentence(self) -> str:
        """Return how the reading is shown beside what was written."""
        if self.ground is None:
            return f'"{self.written}" was not read as a ground, because {self.read_because}'
        return f'"{self.written}" read as {self.ground.regulation} because {self.read_because}'


@dataclass(frozen=True)
class GroundBook:
    """All grounds and leaving reasons, and the day the letters moved."""

    grounds: Mapping[str, Ground]
    leaving_reasons: Mapping[str, LeavingReason]
    letters_moved_on: date

    def ground(self, code: str) -> Ground | None:
        """Return a ground by its code, such as "2024:9(1)(i)"."""
        return self.grounds.get(code)

    def set_on(self, leaving: date) -> str:
        """Return which regulations' letters were in use on a day: "2006" or "2024"."""
        return "2024" if leaving >= self.letters_moved_on else "2006"

    def answering(self, code: str) -> tuple[Ground, ...]:
        """Return the grounds of the other regulations that answer to one."""
        ground = self.grounds.get(code)
        return tuple(self.grounds[other] for other in ground.answers_to) if ground else ()

    def leaving_reason(self, code: str) -> LeavingReason | None:
        """Return a leaving reason by its code; None for a school's own."""
        return self.leaving_reasons.get(code.strip().upper())

    def says_where(self, reading: GroundReading | None, leaving_reason: str = "") -> str:
        """Return "home-education", "abroad" or "died" where ground or leaving reason says so, else nothing."""
        if reading is not None and reading.ground is not None and reading.ground.destination:
            return reading.ground.destination
        reason = self.leaving_reason(leaving_reason)
        return reason.destination if reason else ""

    def valid_on(self, code: str, deleted_on: date) -> bool:
        """Say whether a ground belongs to the regulations in force on the day of deletion (law-and-process.md 3.5)."""
        return code in self.grounds and code.partition(":")[0] == self.set_on(deleted_on)

    def read(self, written: str, leaving: date | None) -> GroundReading:
        """Read what a school wrote as a ground: with its regulation, as a bare letter, or in words.

        A bare letter is read by the date of leaving, because the letters moved on 19 August 2024; without that date
        it stays unread. What was written is always kept.
        """
        text = unicodedata.normalize("NFKC", written).casefold().strip()
        close = re.sub(r"\s+", "", text)
        coded = CODE.fullmatch(close)
        if coded and close in self.grounds:
            return GroundReading(written, self.grounds[close], "it gives the regulations and the ground in full")
        numbered = WITH_REGULATION.fullmatch(close)
        if numbered:
            return self._numbered(written, numbered["reg"], numbered["para"], numbered["letter"], leaving)
        lettered = LETTER.fullmatch(text)
        if lettered:
            return self._lettered(written, lettered["letter"], lettered["words"] or "", leaving)
        return self._in_words(written, text, leaving)

    def _numbered(
        self, written: str, regulation: str, paragraph: str | None, letter: str, leaving: date | None
    ) -> GroundReading:
        regulations = SETS[regulation]
        code = f"{regulations}:{regulation}({paragraph or '1'})({letter})"
        ground = self.grounds.get(code)
        if ground is None:
            return GroundReading(written, None, f"regulation {regulation} has no such ground in this program")
        because = f"regulation {regulation} is the numbering of the {regulations} Regulations"
        doubtful = leaving is not None and self.set_on(leaving) != regulations
        if doubtful and leaving is not None:
            because += f", although the child left on {long_date(leaving)}: ask the school"
        return GroundReading(written, ground, because, doubtful)

    def _lettered(self, written: str, letter: str, words: str, leaving: date | None) -> GroundReading:
        moved = long_date(self.letters_moved_on)
        agreeing = [one for one in REGULATION_OF if self._letter(one, letter) in self._fitting(words, one)]
        if leaving is None:
            if len(agreeing) == 1:
                because = f"the words after the letter fit the {agreeing[0]} Regulations only; no leaving date is given"
                return GroundReading(written, self._letter(agreeing[0], letter), because, doubtful=True)
            because = f"a letter alone means different grounds before and after {moved}, and no leaving date is given"
            return GroundReading(written, None, because)
        regulations = self.set_on(leaving)
        side = "on or after" if regulations == "2024" else "before"
        because = (
            f"the child left on {long_date(leaving)}, {side} {moved}, when the letters of the {regulations} "
            "Regulations were in use"
        )
        doubtful = bool(words) and regulations not in agreeing
        if doubtful:
            because += ", although its words do not fit that ground: ask the school"
        return GroundReading(written, self._letter(regulations, letter), because, doubtful)

    def _letter(self, regulations: str, letter: str) -> Ground:
        return self.grounds[f"{regulations}:{REGULATION_OF[regulations]}(1)({letter})"]

    def _fitting(self, text: str, regulations: str) -> list[Ground]:
        return [
            ground
            for ground in self.grounds.values()
            if ground.code.startswith(regulations) and any(_holds(text, words) for words in ground.words)
        ]

    def _in_words(self, written: str, text: str, leaving: date | None) -> GroundReading:
        if not text:
            return GroundReading(written, None, "nothing was written")
        found = self._fitting(text, self.set_on(leaving) if leaving else "2024")
        if len(found) != 1:
            return GroundReading(written, None, "its words fit no ground" if not found else "its words fit several")
        return GroundReading(written, found[0], "its words fit that ground only", doubtful=True)


def _holds(text: str, words: str) -> bool:
    return re.search(rf"\b{re.escape(words)}", text) is not None


def off_roll(reading: GroundReading | None, *, destination_known: bool | None) -> str:
    """Return what a leaver record means in a few words, such as "off roll on 9(1)(i), destination unknown"."""
    if reading is None or reading.ground is None:
        start = "off roll, no ground given" if reading is None else f'off roll on "{reading.written}"'
        return start + (", destination unknown" if destination_known is False else "")
    ground = reading.ground
    unknown = destination_known is False and not ground.destination
    return f"off roll on {ground.regulation}, {'destination unknown' if unknown else ground.meaning}"


def parse_grounds(text: str) -> GroundBook:
    """Read grounds and leaving reasons from the text of the code file."""
    data = tomllib.loads(text)
    grounds = [
        Ground(**{**row, "answers_to": tuple(row.get("answers_to", ())), "words": tuple(row.get("words", ()))})
        for row in data["ground"]
    ]
    reasons = [LeavingReason(**row) for row in data["leaving_reason"]]
    return GroundBook(
        {ground.code: ground for ground in grounds},
        {reason.code: reason for reason in reasons},
        data["letters_moved_on"],
    )
