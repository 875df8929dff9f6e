"""Ordinary leavers, joiners and transfers: what every kind of S2S file is made from."""

from __future__ import annotations

import random
from datetime import date, timedelta

from cme_desktop.domain.grounds import GroundBook
from cme_desktop.synth import s2s_places as places
from cme_desktop.synth.names import Family
from cme_desktop.synth.s2s_drafts import FIRST_VERSION, LAST_VERSION, Draft, nowhere, version_on
from cme_desktop.synth.s2s_places import TestSchool
from cme_desktop.synth.s2s_pupils import Form, Pupil, PupilMaker, school_year, shift_days
from cme_desktop.synth.s2s_styles import (
    ARBOR,
    ASPEN,
    BROMCOM,
    FIRST_WITH_URN,
    SCHOLARPACK,
    SIMS,
    Style,
    attendance_tree,
)

# Letter of regulation 9(1), leaving reason, share of leavers. Weights are a guess, not a statistic.
_GROUNDS_2024 = (
    ("a", "ST", 40),
    ("f", "EO", 12),
    ("g", "OT", 14),
    ("h", "OT", 5),
    ("i", "OT", 10),
    ("l", "FE", 4),
    ("n", "OT", 6),
    ("o", "PE", 3),
    ("g", "EM", 6),
)
_GROUNDS_2006 = (("b", "ST", 40), ("d", "EO", 12), ("e", "OT", 14), ("h", "OT", 10), ("l", "OT", 6), ("m", "PE", 3))
_LETTERS_MOVED = date(2024, 8, 19)
_FILLER_STYLES = (SIMS, SIMS, SIMS, ARBOR, ARBOR, BROMCOM, SCHOLARPACK)


class Kit:
    """Make ordinary files of each kind for one set, all as on one day."""

    def __init__(self, seed: int, today: date, book: GroundBook) -> None:
        self.maker = PupilMaker(seed)
        self.rng: random.Random = self.maker.rng
        self.today = today
        self.book = book

    @property
    def version(self) -> int:
        """Return the version in use today."""
        return version_on(self.today)

    def made_in(self, version: int) -> date:
        """Return a day on which a file of this version was made, never after today."""
        if version < self.version:
            made = date(2000 + version, 10, 1) + timedelta(days=self.rng.randrange(240))
            made -= timedelta(days=max(0, made.weekday() - 4))
            if made < self.today:
                return made
        return shift_days(self.today, -self.rng.randint(3, 40))

    def style_for(self, version: int) -> Style:
        """Return a school system that wrote this version."""
        return ASPEN if version == FIRST_VERSION else self.rng.choice(_FILLER_STYLES)

    def any_version(self) -> int:
        """Return a version: mostly today's and the one before, now and then an old one."""
        draw = self.rng.random()
        if draw < 0.8:
            return self.version
        if draw < 0.93:
            return max(FIRST_VERSION, self.version - 1)
        return self.rng.randint(FIRST_VERSION, min(LAST_VERSION, self.version))

    def header_of(self, school: TestSchool, version: int, made: date) -> dict[str, str]:
        """Return the sending school's part of a header."""
        return school.as_header(with_urn=version >= FIRST_WITH_URN) | {"AcademicYear": str(school_year(made))}

    def pupils(self, count: int, made: date, *, age: int | None = None, family: Family | None = None) -> list[Pupil]:
        """Return pupils of one phase of school, so that one school can send them all."""
        primary = self.rng.random() < 0.6 if age is None else age < 11
        return [
            self.maker.pupil(
                made, age=self.rng.randint(5, 10) if age is None and primary else age or self.rng.randint(11, 15),
                family=family,
            )
            for _ in range(count)
        ]  # fmt: skip

    def school_for(self, pupils: list[Pupil], made: date, *, ours: bool = True) -> TestSchool:
        """Return a test school that takes pupils of this age."""
        age = school_year(made) - school_year(pupils[0].born) - 1
        return self.rng.choice(places.schools_for(age, ours=ours))

    def stay(self, school: TestSchool, made: date, version: int) -> Form:
        """Return an open stay at a school, begun some time before a day."""
        form: Form = dict(school.as_header(with_urn=version >= FIRST_WITH_URN))
        form["EntryDate"] = shift_days(made, -self.rng.randint(120, 700)).isoformat()
        return form

    def earlier_stay(self, school: TestSchool, version: int, before: date) -> Form:
        """Return a stay that ended before another began."""
        left = shift_days(before, -self.rng.randint(1, 60))
        form: Form = dict(school.as_header(with_urn=version >= FIRST_WITH_URN))
        form["EntryDate"] = shift_days(left, -self.rng.randint(200, 700)).isoformat()
        form["LeavingDate"] = left.isoformat()
        form["LeavingReason"] = "ST"
        return form

    def end_stay(self, stay: Form, left: date, version: int, *, letter: str = "", reason: str = "") -> None:
        """Write date, reason and (from CTF 18) ground of leaving into a stay; drawn by weight unless given."""
        moved = left >= _LETTERS_MOVED
        table = _GROUNDS_2024 if moved else _GROUNDS_2006
        if not letter:
            letter, drawn, _ = self.rng.choices(table, [share for *_, share in table])[0]
            reason = reason or drawn
        stay["LeavingDate"] = left.isoformat()
        stay["LeavingReason"] = reason or "OT"
        if version >= FIRST_WITH_URN:
            number = "9" if moved else "8"
            forms = (f"{number}(1)({letter})", f"{number}(1)({letter})", f"{number}{letter}", letter.upper())
            stay["RemovalGrounds"] = self.rng.choice(forms)
            stay["meant"] = f"{'2024:9' if moved else '2006:8'}(1)({letter})"

    def leaver(
        self, pupil: Pupil, school: TestSchool, made: date, version: int, *, letter: str = "", reason: str = ""
    ) -> None:
        """Give a pupil the history of one who left this school shortly before the file was made."""
        stay = self.stay(school, made, version)
        begun = date.fromisoformat(str(stay["EntryDate"]))
        stays = [stay]
        if self.rng.random() < 0.4:
            others = [other for other in places.SCHOOLS if other != school and other.first_age == school.first_age]
            stays.append(self.earlier_stay(self.rng.choice(others), version, begun))
        left = shift_days(made, -self.rng.randint(1, 12))
        self.end_stay(stay, left, version, letter=letter, reason=reason)
        pupil.set_block("SchoolHistory", stays)

    def draft(
        self,
        case: str,
        code: str,
        pupils: list[Pupil],
        school: TestSchool,
        destination: dict[str, str],
        *,
        made: date,
        version: int,
        style: Style | None = None,
    ) -> Draft:
        """Return a file of these pupils from a school."""
        source = self.header_of(school, version, made)
        style = style or self.style_for(version)
        extras = [attendance_tree(source, school_year(made))] if style.attendance and code == "CTF" else []
        return Draft(case, code, style, made, source, destination, pupils, version, extras=extras)

    def ctf(
        self,
        case: str = "transfer",
        count: int = 1,
        *,
        version: int | None = None,
        style: Style | None = None,
        age: int | None = None,
        family: Family | None = None,
        letter: str = "",
        reason: str = "",
    ) -> Draft:
        """Return a CTF about pupils who left one of our schools for a school elsewhere or near."""
        version = self.version if version is None else version
        made = self.made_in(version)
        pupils = self.pupils(count, made, age=age, family=family)
        school = self.school_for(pupils, made)
        moved = made - timedelta(days=20) >= _LETTERS_MOVED
        for pupil in pupils:
            self.leaver(
                pupil, school, made, version, letter=letter or ("a" if moved else ""), reason=reason or "ST"
            )  # fmt: skip
        other = self.school_for(pupils, made, ours=False)
        destination = other.as_header(with_urn=version >= FIRST_WITH_URN, with_name=self.rng.random() < 0.5)
        return self.draft(case, "CTF", pupils, school, destination, made=made, version=version, style=style)

    def lost(self, case: str = "lost", count: int = 1, *, letter: str = "i", reason: str = "OT") -> Draft:
        """Return a CTF whose destination is not known."""
        return nowhere(self.ctf(case, count, letter=letter, reason=reason))

    def cml(self, case: str = "leaver", count: int = 1, *, version: int | None = None) -> Draft:
        """Return a leaver file from one of our schools to the council."""
        version = self.version if version is None else max(version, 17)
        made = self.made_in(version)
        pupils = self.pupils(count, made)
        school = self.school_for(pupils, made)
        for pupil in pupils:
            self.leaver(pupil, school, made, version)
        return self.draft(case, "CML", pupils, school, dict(places.COUNCIL), made=made, version=version)

    def cmj(self, case: str = "joiner", count: int = 1, *, version: int | None = None) -> Draft:
        """Return a joiner file from one of our schools to the council."""
        version = self.version if version is None else max(version, 17)
        made = self.made_in(version)
        pupils = self.pupils(count, made)
        school = self.school_for(pupils, made)
        for pupil in pupils:
            self.joiner(pupil, school, made, version)
        return self.draft(case, "CMJ", pupils, school, dict(places.COUNCIL), made=made, version=version)

    def joiner(self, pupil: Pupil, school: TestSchool, made: date, version: int) -> None:
        """Give a pupil the history of one who joined this school shortly before the file was made."""
        begun = shift_days(made, -self.rng.randint(1, 4))
        stay: Form = dict(school.as_header(with_urn=version >= FIRST_WITH_URN))
        stay["EntryDate"] = begun.isoformat()
        others = [other for other in places.SCHOOLS if other != school and other.first_age == school.first_age]
        pupil.set_block(
            "SchoolHistory", [stay, self.earlier_stay(self.rng.choice(others), version, begun)]
        )  # fmt: skip
