"""What was read from one S2S file, as frozen plain data: the objects F and P of command-line.md 3."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from cme_desktop.domain.identifiers import UpnCheck, check_upn
from cme_desktop.importers.result import ImportResult, Problem, Repair
from cme_desktop.importers.s2s.elements import LEAVING, PUPIL

Values = Mapping[str, str]
_BEFORE_FORMER_UPN = PUPIL[: PUPIL.index("FormerUPN")]
_AFTER_FORMER_UPN = tuple(name for name in PUPIL[PUPIL.index("FormerUPN") + 1 :] if name != "Email")
_OPEN_STAY = "9999"


def _texts(form: object) -> dict[str, str]:
    """Return the text values of a JSON object."""
    return {key: value for key, value in cast("Mapping[str, object]", form or {}).items() if isinstance(value, str)}


def _items(form: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    return cast("list[Mapping[str, object]]", form.get(key) or [])


def _each(values: Iterable[Values]) -> list[dict[str, str]]:
    return [dict(value) for value in values]


@dataclass(frozen=True)
class SchoolEntry:
    """One stay at a school: the elements of ``SchoolHistory/School`` as written, and what its ground was read as."""

    values: Values
    ground: str | None = None
    ground_read_because: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the stay as plain data, absent elements left out."""
        form: dict[str, object] = dict(self.values)
        if self.ground is not None:
            form["ground"] = self.ground
        if self.ground_read_because is not None:
            form["ground_read_because"] = self.ground_read_because
        return form

    @classmethod
    def from_json(cls, form: Mapping[str, object]) -> SchoolEntry:
        """Return the stay that ``as_json`` wrote."""
        values = _texts(form)
        return cls(values, values.pop("ground", None), values.pop("ground_read_because", None))

    def is_at(self, school: Values) -> bool:
        """Return whether this stay was at the school of a header, by URN or by LEA and Estab."""
        urn = self.values.get("URN")
        if urn and urn == school.get("URN") and urn.isdecimal():
            return True
        number = (self.values.get("LEA"), self.values.get("Estab"))
        return None not in number and number == (school.get("LEA"), school.get("Estab"))

    @property
    def tells_of_leaving(self) -> bool:
        """Return whether the stay has a date, a reason or a ground of leaving."""
        return any(name in self.values for name in LEAVING[1:])


@dataclass(frozen=True)
class ContactReading:
    """One contact of a pupil as written; its address is never filled from another person's."""

    values: Values
    address: Values = field(default_factory=dict)
    phones: tuple[Values, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the contact as plain data, absent elements left out."""
        form: dict[str, object] = dict(self.values)
        if self.address:
            form["Address"] = dict(self.address)
        if self.phones:
            form["Phones"] = _each(self.phones)
        return form

    @classmethod
    def from_json(cls, form: Mapping[str, object]) -> ContactReading:
        """Return the contact that ``as_json`` wrote."""
        phones = tuple(_texts(phone) for phone in _items(form, "Phones"))
        return cls(_texts(form), _texts(form.get("Address")), phones)


@dataclass(frozen=True, kw_only=True)
class PupilReading:
    """One pupil as written, by standard element names; ``number`` counts from 1 in file order.

    ``own_entry`` holds dates, reason and ground of a stay that stood outside any school history.
    """

    number: int
    values: Values = field(default_factory=dict)
    former_upns: tuple[str, ...] = ()
    languages: tuple[Values, ...] = ()
    disabilities: tuple[str, ...] = ()
    care: Values = field(default_factory=dict)
    address: Values = field(default_factory=dict)
    phones: tuple[Values, ...] = ()
    contacts: tuple[ContactReading, ...] = ()
    sen: tuple[Values, ...] = ()
    sen_needs: tuple[Values, ...] = ()
    history: tuple[SchoolEntry, ...] = ()
    own_entry: SchoolEntry | None = None
    problems: tuple[str, ...] = ()

    @property
    def upn_check(self) -> UpnCheck:
        """Return what the UPN is by its form and check letter."""
        return check_upn(self.values.get("UPN", ""))

    @property
    def stays(self) -> tuple[SchoolEntry, ...]:
        """Return every stay in file order, what stood outside the history last."""
        return self.history if self.own_entry is None else (*self.history, self.own_entry)

    def contacts_by_priority(self) -> tuple[ContactReading, ...]:
        """Return the contacts by ``Order``; those without a number come last, in file order."""
        return tuple(sorted(self.contacts, key=_priority))

    def history_by_date(self) -> tuple[SchoolEntry, ...]:
        """Return the stays, the newest first: by date of entry, then the one that is still open."""
        return tuple(sorted(self.history, key=_age_of_stay, reverse=True))

    def stay_at(self, school: Values) -> SchoolEntry | None:
        """Return the newest stay at a school, or what stood outside the history, or None."""
        return next((entry for entry in self.history_by_date() if entry.is_at(school)), self.own_entry)

    def leaving(self, source: Values) -> SchoolEntry | None:
        """Return the stay that tells why this pupil left: outside the history, at the sender, or the newest that does.

        Args:
            source: the sending school of the file's header.
        """
        if self.own_entry is not None and self.own_entry.tells_of_leaving:
            return self.own_entry
        at_source = self.stay_at(source)
        if at_source is not None:
            return at_source
        return next((entry for entry in self.history_by_date() if entry.tells_of_leaving), None)

    def as_json(self) -> dict[str, object]:
        """Return P: the pupil as plain data, absent elements left out."""
        form: dict[str, object] = {name: self.values[name] for name in _BEFORE_FORMER_UPN if name in self.values}
        if self.former_upns:
            form["FormerUPN"] = list(self.former_upns)
        form |= {name: self.values[name] for name in _AFTER_FORMER_UPN if name in self.values}
        if self.own_entry is not None:
            form |= self.own_entry.as_json()
        blocks: dict[str, object] = {
            "Languages": _each(self.languages),
            "Disabilities": list(self.disabilities),
            "LookedAfter": dict(self.care),
            "Address": dict(self.address),
            "Phones": _each(self.phones),
        }
        form |= {name: block for name, block in blocks.items() if block}
        if "Email" in self.values:
            form["Email"] = self.values["Email"]
        blocks = {
            "Contacts": [contact.as_json() for contact in self.contacts],
            "SENhistory": _each(self.sen),
            "SENneeds": _each(self.sen_needs),
            "SchoolHistory": [entry.as_json() for entry in self.history],
        }
        form |= {name: block for name, block in blocks.items() if block}
        check = self.upn_check
        form["upn_check"] = {"kind": str(check.kind), "valid": check.valid, "expected_letter": check.expected_letter}
        form["problems"] = list(self.problems)
        return form

    @classmethod
    def from_json(cls, number: int, form: Mapping[str, object]) -> PupilReading:
        """Return the pupil that ``as_json`` wrote."""
        texts = _texts(form)
        own = {name: texts[name] for name in (*LEAVING, "ground", "ground_read_because") if name in texts}
        return cls(
            number=number,
            values={name: texts[name] for name in PUPIL if name in texts},
            former_upns=tuple(cast("Sequence[str]", form.get("FormerUPN", ()))),
            languages=tuple(_texts(item) for item in _items(form, "Languages")),
            disabilities=tuple(cast("Sequence[str]", form.get("Disabilities", ()))),
            care=_texts(form.get("LookedAfter")),
            address=_texts(form.get("Address")),
            phones=tuple(_texts(item) for item in _items(form, "Phones")),
            contacts=tuple(ContactReading.from_json(item) for item in _items(form, "Contacts")),
            sen=tuple(_texts(item) for item in _items(form, "SENhistory")),
            sen_needs=tuple(_texts(item) for item in _items(form, "SENneeds")),
            history=tuple(SchoolEntry.from_json(item) for item in _items(form, "SchoolHistory")),
            own_entry=SchoolEntry.from_json(own) if own else None,
            problems=tuple(cast("Sequence[str]", form["problems"])),
        )


def _priority(contact: ContactReading) -> tuple[int, int]:
    order = contact.values.get("Order", "")
    return (0, int(order)) if order.isascii() and order.isdecimal() and len(order) < 9 else (1, 0)


def _age_of_stay(entry: SchoolEntry) -> tuple[str, str]:
    return entry.values.get("EntryDate", ""), entry.values.get("LeavingDate", _OPEN_STAY)


_TEXTS = ("version", "version_as_written", "qualifier", "descriptor", "supplier", "made_at")


@dataclass(frozen=True, kw_only=True)
class FileReading(ImportResult[PupilReading]):
    """F: one file as it was read. ``records`` are its pupils; a zip has its transfer files as ``members``.

    ``is_s2s`` says that it is an S2S file, or a zip of nothing else, by its content and not by its name.
    """

    name: str
    sha256: str
    status: str
    kind: str
    path: str = ""
    kind_from: str | None = None
    lost: bool = False
    is_s2s: bool = field(default=False, compare=False)
    version: str | None = None
    version_as_written: str | None = None
    qualifier: str | None = None
    descriptor: str | None = None
    supplier: str | None = None
    made_at: str | None = None
    source: Values = field(default_factory=dict)
    destination: Values = field(default_factory=dict)
    unused_elements: tuple[str, ...] = ()
    members: tuple[FileReading, ...] = ()

    @property
    def pupils(self) -> tuple[PupilReading, ...]:
        """Return the pupils in file order."""
        return self.records

    def frame_as_json(self) -> dict[str, object]:
        """Return F without its problems, pupils and members, but with ``is_s2s``, which is not told outside."""
        return {"is_s2s": self.is_s2s, **self._frame()}

    def _frame(self) -> dict[str, object]:
        return {
            "path": self.path or self.name,
            "name": self.name,
            "sha256": self.sha256,
            "status": self.status,
            "kind": self.kind,
            "kind_from": self.kind_from,
            "lost": self.lost,
            **{name: getattr(self, name) for name in _TEXTS},
            "source": dict(self.source),
            "destination": dict(self.destination),
            "repairs": [repair.as_json() for repair in self.repairs],
            "unused_elements": list(self.unused_elements),
        }

    def as_json(self) -> dict[str, object]:
        """Return F as plain data (command-line.md 3)."""
        return {
            **self._frame(),
            "problems": [problem.as_json() for problem in self.problems],
            "pupils": [pupil.as_json() for pupil in self.pupils],
            "members": [member.as_json() for member in self.members],
        }

    @classmethod
    def from_json(cls, form: Mapping[str, object], pupils: Sequence[PupilReading] | None = None) -> FileReading:
        """Return the reading that ``as_json`` wrote; ``pupils`` takes the place of those in the form."""
        if pupils is None:
            numbered = enumerate(_items(form, "pupils"), start=1)
            pupils = [PupilReading.from_json(number, item) for number, item in numbered]
        texts = _texts(form)
        return cls(
            path=texts["path"],
            name=texts["name"],
            sha256=texts["sha256"],
            status=texts["status"],
            kind=texts["kind"],
            kind_from=texts.get("kind_from"),
            lost=form["lost"] is True,
            is_s2s=form.get("is_s2s") is True,
            **{name: texts.get(name) for name in _TEXTS},
            source=_texts(form["source"]),
            destination=_texts(form["destination"]),
            records=tuple(pupils),
            repairs=tuple(Repair.from_json(item) for item in _items(form, "repairs")),
            problems=tuple(Problem.from_json(item) for item in _items(form, "problems")),
            unused_elements=tuple(cast("Sequence[str]", form["unused_elements"])),
            members=tuple(cls.from_json(item) for item in _items(form, "members")),
        )
