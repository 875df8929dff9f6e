"""One S2S file in the making: what goes in, its bytes, and what a reader should find (the manifest's ``expect``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from cme_desktop.domain.grounds import GroundBook
from cme_desktop.synth.s2s_places import NOWHERE
from cme_desktop.synth.s2s_pupils import Form, Pupil, school_year
from cme_desktop.synth.s2s_styles import FIRST_WITH_SEX, Style, Tree, leaf, pupil_tree, serialise

RESULTS = ("PHO", "KS1", "KS2", "FSP")
FIRST_VERSION, LAST_VERSION = 12, 26


def version_on(day: date) -> int:
    """Return the CTF version in use on a day: that of the school year, within 12 to 26."""
    return max(FIRST_VERSION, min(LAST_VERSION, school_year(day) - 2000))


@dataclass
class Draft:
    """A file before it is written. ``code`` is the three letters of its name; ``extras`` go into every pupil.

    ``damage`` changes the finished bytes; ``repairs`` and ``problems`` name what a reader should say of that.
    """

    case: str
    code: str
    style: Style
    made: date
    source: dict[str, str]
    destination: dict[str, str]
    pupils: list[Pupil]
    version: int
    version_text: str | None = None
    qualifier: str = "full"
    descriptor: str | None = None
    document: str = "Common Transfer File"
    root: str = "CTfile"
    pupil_data: str = "CTFpupilData"
    extras: list[Tree] = field(default_factory=list)
    first_extras: list[Tree] = field(default_factory=list)
    repairs: set[str] = field(default_factory=set)
    problems: set[str] = field(default_factory=set)
    status: str = "read"
    kind: str | None = None
    kind_from: str = "name"
    lost: bool = False
    damage: Callable[[str], bytes] = str.encode
    rename: Callable[[str], str] = str
    name_destination: str | None = None

    @property
    def written_version(self) -> str:
        """Return the version as the file has it."""
        return self.version_text or f"{self.version}.0"

    def name(self, numbers: Counter[str]) -> str:
        """Return the file's name with the next number for its sender, kind and receiver."""
        sender = self.source["LEA"] + self.source["Estab"]
        receiver = self.name_destination or self.destination["LEA"] + self.destination["Estab"]
        start = f"{sender}_{self.code}_{receiver}"
        numbers[start] += 1
        return self.rename(f"{start}_{numbers[start]:03d}.xml")

    def tree(self) -> Tree:
        """Return the whole document."""
        header = [
            leaf("DocumentName", self.document),
            leaf("CTFversion", self.written_version),
            leaf("DateTime", self.made_at),
            leaf("DocumentQualifier", self.qualifier),
        ]
        if self.descriptor:
            header.append(leaf("DataDescriptor", self.descriptor))
        header += [
            leaf("SupplierID", self.style.supplier),
            ("SourceSchool", [leaf(name, text) for name, text in self.source.items()]),
            ("DestSchool", [leaf(name, text) for name, text in self.destination.items()]),
        ]
        pupils = [
            pupil_tree(pupil.form, self.style, self.version, self.extras + (self.first_extras if first else []))
            for first, pupil in zip((True, *[False] * len(self.pupils)), self.pupils, strict=False)
        ]
        return self.root, [("Header", header), (self.pupil_data, pupils)]

    @property
    def made_at(self) -> str:
        """Return when the file was made, as its header has it."""
        return f"{self.made.isoformat()}T10:22:31"

    def data(self) -> bytes:
        """Return the file's bytes."""
        return self.damage(serialise(self.tree(), self.style))

    def all_repairs(self) -> list[str]:
        """Return the codes of the repairs that reading takes, by what was put in."""
        repairs = set(self.repairs)
        if self.version < FIRST_WITH_SEX and any(_has(pupil.form, "Sex") for pupil in self.pupils):
            repairs.add("element-name")
        if self.style.padded and any(_has(pupil.form, "PAON", "SAON") for pupil in self.pupils):
            repairs.add("padding-trimmed")
        if self.version_text is not None:
            repairs.add("version-form")
        return sorted(repairs)

    def all_problems(self) -> list[str]:
        """Return the codes of the problems that a reader should name, by what was put in."""
        return sorted(self.problems.union(*(pupil.problems for pupil in self.pupils)))

    def expect(self, book: GroundBook) -> dict[str, object]:
        """Return what a reader should find: a subset of F."""
        return {
            "status": self.status,
            "kind": self.kind or self.code,
            "kind_from": self.kind_from,
            "lost": self.lost,
            "version": f"{self.version}.0",
            "version_as_written": self.written_version,
            "qualifier": self.qualifier,
            "supplier": self.style.supplier,
            "made_at": self.made_at,
            "source": dict(self.source),
            "destination": dict(self.destination),
            "repairs": self.all_repairs(),
            "problems": self.all_problems(),
            "pupils": [_expected(pupil, book) for pupil in self.pupils],
        }


def _has(form: object, *names: str) -> bool:
    """Return whether any of these elements stands anywhere in a pupil."""
    if isinstance(form, dict):
        return any(name in names or _has(inner, *names) for name, inner in form.items())
    return isinstance(form, list) and any(_has(inner, *names) for inner in form)


def _expected(pupil: Pupil, book: GroundBook) -> Form:
    """Return the pupil as P should have it; why a ground was read as it was is the domain's own sentence."""
    form = dict(pupil.form)
    if "SchoolHistory" in form:
        form["SchoolHistory"] = [_expected_stay(stay, book) for stay in pupil.block("SchoolHistory")]
    if len(pupil.problems) < 2:
        form["problems"] = list(pupil.problems)
    return form


def _expected_stay(stay: Form, book: GroundBook) -> Form:
    """Return a stay without the generator's own mark of which ground it meant, but with that ground as the reading."""
    form = {name: value for name, value in stay.items() if value and name != "meant"}
    written = form.get("RemovalGrounds")
    if written is None:
        return form
    left = form.get("LeavingDate")
    reading = book.read(str(written), date.fromisoformat(str(left)) if left else None)
    if stay["meant"]:
        form["ground"] = stay["meant"]
    form["ground_read_because"] = reading.read_because
    return form


@dataclass(frozen=True)
class Written:
    """A file as it goes to the folder, with its entry in the manifest. ``count`` is the pupils in it."""

    name: str
    data: bytes
    case: str
    expect: dict[str, object]
    count: int
    members: tuple[Written, ...] = ()


def write(draft: Draft, numbers: Counter[str], book: GroundBook) -> Written:
    """Return the file of a draft, under the next free name."""
    return Written(draft.name(numbers), draft.data(), draft.case, draft.expect(book), len(draft.pupils))


def refused(name: str, data: bytes, case: str, code: str) -> Written:
    """Return a file of which nothing is taken, with the code of the refusal."""
    return Written(name, data, case, {"status": "refused", "problems": [code], "repairs": [], "pupils": []}, 0)


def nowhere(draft: Draft) -> Draft:
    """Send a CTF to nobody: its destination is not known."""
    draft.destination = dict(NOWHERE) if draft.version >= 18 else {"LEA": "XXX", "Estab": "XXXX"}
    draft.lost = True
    return draft
