"""A training register on disk with one case, and commands run on it day by day as its officer or its manager."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cme_desktop.casework import cases, next_steps, users
from cme_desktop.casework.reference.seed import seed
from cme_desktop.domain.roles import Role
from cme_desktop.storage import keys
from cme_desktop.storage.store import Store
from cme_desktop.system import FixedClock
from tests.cli.conftest import Ran
from tests.factories import open_case_command, parent_facts

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
OFFICER, MANAGER = "Anita Patel", "Bernard Hall"
PASSPHRASE = "three invented words here"


@dataclass
class Desk:
    """A register, the passphrase file, and what runs a command."""

    folder: Path
    passphrase: Path
    admin: Callable[..., Ran]
    ref: str = "CME-2026-00001"
    today: str = "2026-11-24"

    def run(self, command: str, *words: object, user: str = OFFICER, code: int = 0) -> dict[str, Any]:
        """Run a command on the register and return its JSON; the exit code must be the one expected."""
        who = ("--user", user, "--passphrase-file", self.passphrase, "--today", self.today, "--json")
        ran = self.admin(command, self.folder, *words, *who)
        assert ran.code == code, ran.err
        assert ran.json["ok"] is (code == 0)
        return ran.json

    def run_all(self, command: str, *words: object) -> dict[str, Any]:
        """Run a command that is carried out with something refused in it, and return its JSON."""
        who = ("--user", OFFICER, "--passphrase-file", self.passphrase, "--today", self.today, "--json")
        ran = self.admin(command, self.folder, *words, *who)
        assert ran.code == 1, ran.err
        return ran.json

    def error(self, command: str, *words: object, user: str = OFFICER) -> dict[str, Any]:
        """Run a command that is refused and return its error."""
        found = self.run(command, *words, user=user, code=2)["error"]
        assert isinstance(found, dict)
        return found

    def act(self, action: str, *, user: str = OFFICER, on: str = "", **given: object) -> dict[str, Any]:
        """Take a step."""
        return self.run("act", *self._act(action, on, given), user=user)

    def refused(self, action: str, *, user: str = OFFICER, on: str = "", **given: object) -> dict[str, Any]:
        """Try a step that is refused and return the error."""
        return self.error("act", *self._act(action, on, given), user=user)

    def _act(self, action: str, on: str, given: dict[str, object]) -> list[object]:
        words: list[object] = ["--case", self.ref, "--action", action]
        words += ["--on", on] if on else []
        for name, value in given.items():
            words += ["--set", f"{name}={value}"]
        return words

    def letter(self, code: str, out: Path, *words: object) -> dict[str, Any]:
        """Write a document out, the manager approving it where that is asked for."""
        asked = ("--case", self.ref, "--document", code, "--out", out, *words)
        who = ("--user", OFFICER, "--passphrase-file", self.passphrase, "--today", self.today, "--json")
        ran = self.admin("letter", self.folder, *asked, *who)
        if ran.code == 2 and ran.json["error"]["code"] == "approval-needed":
            assert not out.exists()
            self.act("approve", user=MANAGER)
            return self.run("letter", *asked)
        assert ran.code == 0, ran.err
        return ran.json

    def letter_refused(self, code: str, out: Path, *words: object) -> dict[str, Any]:
        """Ask for a document that is refused and return the error; no file may be there."""
        error = self.error("letter", "--case", self.ref, "--document", code, "--out", out, *words)
        assert not out.exists()
        return error


def make_desk_folder(folder: Path, *, parents: int = 1, demonstration: bool = True) -> None:
    """Make a register with an officer and, for training, a manager and one case, and close it."""
    folder.mkdir(parents=True)
    made = keys.create_store_keys(
        folder, OFFICER, PASSPHRASE, now=NOON, demonstration=demonstration, kdf=keys.LIGHT if demonstration else None
    )
    store = Store.create(folder, made.unlocked, FixedClock(NOON))
    try:
        next_steps.attach(store)
        seed(store, store.person)
        if not demonstration:
            return
        users.add_person(store, store.person, made.unlocked, MANAGER, [Role.MANAGER], PASSPHRASE)
        adults = (parent_facts(), parent_facts(forename="Musa", title="Mr", relationship_code="PAF"))
        cases.open_case(store, store.person, open_case_command(parents=adults[:parents]))
    finally:
        store.close()


def copy_desk(template: Path, place: Path, admin: Callable[..., Ran]) -> Desk:
    """Copy a register and return the desk on the copy."""
    shutil.copytree(template, place / "register")
    passphrase = place / "passphrase"
    passphrase.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    return Desk(place / "register", passphrase, admin)
