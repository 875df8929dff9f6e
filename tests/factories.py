"""Make what tests stand on through the program's own functions: a real encrypted register, people, children, cases."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

from cme_desktop.casework import cases, next_steps, users
from cme_desktop.casework.cases import CaseRow, OpenCase, ReferralFacts
from cme_desktop.casework.children import AddressFacts, ChildFacts, NameFacts, RegistrationFacts
from cme_desktop.casework.parents import ParentFacts, Phone
from cme_desktop.casework.reference.seed import seed
from cme_desktop.domain.identifiers import check_letter
from cme_desktop.domain.roles import Person, Role
from cme_desktop.storage import keys
from cme_desktop.storage.keys import Floors, Kdf, Unlocked
from cme_desktop.storage.store import Store
from cme_desktop.system import FixedClock

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
TINY, NO_FLOOR = Kdf(memory_kib=8, passes=1), Floors(real_kib=8, demonstration_kib=8)
PASSPHRASE = "three invented words here"
GIVEN = "four words that were given"
"""What a further person of a real register is given for one use."""
PRIMARY, ACADEMY, SECONDARY = "999001", "999002", "999003"

_serials = count(1)


@dataclass
class Register:
    """An open register with three people: the officer (also administrator), a manager and an administrator."""

    folder: Path
    store: Store
    clock: FixedClock
    unlocked: Unlocked
    officer: Person
    manager: Person
    administrator: Person
    recovery_key: str

    def close(self) -> None:
        """Close the register."""
        self.store.close()

    def reopen(self) -> Store:
        """Close the register and open it again as the officer, next steps attached."""
        self.store.close()
        self.unlocked = keys.unlock(self.folder, self.officer.name, PASSPHRASE, floors=NO_FLOOR)
        self.store = Store.open(self.folder, self.unlocked, self.clock)
        next_steps.attach(self.store)
        return self.store


def make_register(folder: Path, *, training: bool = True, people: bool = True, now: datetime = NOON) -> Register:
    """Make a real encrypted register in a folder, seeded, with its people admitted and a passphrase of no cost."""
    clock = FixedClock(now)
    folder.mkdir(parents=True, exist_ok=True)
    made = keys.create_store_keys(
        folder, "Anita Patel", PASSPHRASE, now=now, demonstration=training, kdf=TINY, floors=NO_FLOOR
    )
    store = Store.create(folder, made.unlocked, clock)
    next_steps.attach(store)
    seed(store, store.person)
    manager = administrator = store.person
    if people:
        manager = add_person(store, made.unlocked, "Bernard Hall", Role.MANAGER)
        administrator = add_person(store, made.unlocked, "Cora Flint", Role.ADMINISTRATOR)
    return Register(folder, store, clock, made.unlocked, store.person, manager, administrator, made.recovery_key)


def open_copy(template: Register, folder: Path, *, now: datetime = NOON) -> Register:
    """Copy a closed register to another folder and open the copy with all its people: quicker than making one."""
    shutil.copytree(template.folder, folder)
    clock = FixedClock(now)
    names = (template.officer.name, template.manager.name, template.administrator.name)
    unlocked = [keys.unlock(folder, name, PASSPHRASE, floors=NO_FLOOR) for name in dict.fromkeys(names)]
    store = Store.open(folder, unlocked[0], clock)
    next_steps.attach(store)
    people = {person.name: store.admit(person) for person in unlocked}
    officer, manager, administrator = (people[name] for name in names)
    return Register(folder, store, clock, unlocked[0], officer, manager, administrator, template.recovery_key)


def add_person(store: Store, unlocked: Unlocked, name: str, *roles: Role) -> Person:
    """Add a person with an own passphrase and admit them to the open register, so that they can act in it."""
    first = PASSPHRASE if unlocked.demonstration else GIVEN
    users.add_person(store, store.person, unlocked, name, roles, first, kdf=TINY)
    own = keys.unlock(store.folder, name, first, floors=NO_FLOOR)
    person = store.admit(own)
    if own.given is not None:
        users.choose_passphrase(store, person, own, PASSPHRASE, kdf=TINY, floors=NO_FLOOR)
        person = store.admit(keys.unlock(store.folder, name, PASSPHRASE, floors=NO_FLOOR))
    return person


def make_upn(body: str | None = None) -> str:
    """Return a valid permanent UPN of an invented pupil: of a body of 12 figures, or the next free one."""
    number = body or f"31020152{next(_serials):04d}"
    letter = check_letter(number)
    assert letter is not None
    return letter + number


def child_facts(surname: str = "Kamara", forename: str = "Amara", **changes: object) -> ChildFacts:
    """Return what is known of an invented child, off roll of the secondary test school on 3 November 2026."""
    facts = ChildFacts(
        names=(NameFacts(surname, forename),),
        dob=date(2012, 3, 2),
        sex="F",
        upns=(make_upn(),),
        address=AddressFacts(("8 Low Street", "Harrow"), "HA2 9ZZ"),
        registrations=(
            RegistrationFacts(
                "Example High School",
                SECONDARY,
                "310",
                "4999",
                entry_date=date(2023, 9, 4),
                leaving_date=date(2026, 11, 3),
                ground="2024:9(1)(i)",
                ground_text="9(1)(i)",
            ),
        ),
    )
    return replace(facts, **changes)


def parent_facts(surname: str = "Kamara", forename: str = "Isatu", **changes: object) -> ParentFacts:
    """Return what is known of an invented mother who has care of the child."""
    facts = ParentFacts(
        forename=forename,
        surname=surname,
        title="Ms",
        relationship="Mother",
        relationship_code="PAM",
        parental_responsibility=True,
        has_care=True,
        address=("8 Low Street", "Harrow"),
        postcode="HA2 9ZZ",
        phones=(Phone("07700 900123", "M"),),
    )
    return replace(facts, **changes)


def referral_facts(on: date = TODAY, **changes: object) -> ReferralFacts:
    """Return an invented referral by the secondary test school."""
    facts = ReferralFacts(on, "school", referrer_name="Example High School", referrer_school_urn=SECONDARY)
    return replace(facts, **changes)


def open_case_command(**changes: object) -> OpenCase:
    """Return a case to open: whereabouts unknown, one mother, referred today."""
    command = OpenCase(
        child=child_facts(),
        referral=referral_facts(),
        status="whereabouts-unknown",
        missing_since=date(2026, 11, 3),
        reason="left-no-new-school",
        parents=(parent_facts(),),
    )
    return replace(command, **changes)


def make_case(register: Register, **changes: object) -> CaseRow:
    """Open a case in a register as its officer; keyword arguments change what ``open_case_command`` says."""
    return cases.open_case(register.store, register.officer, open_case_command(**changes))
