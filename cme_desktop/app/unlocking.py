"""What the unlock screen asks for, answered by the key file and the register."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cme_desktop.app.session import Opener, RegisterDamaged, Session
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Role
from cme_desktop.storage import keys
from cme_desktop.ui.unlock.service import GivenPassphrase, PersonRow

_WORDS = {Role.OFFICER: "Officer", Role.MANAGER: "Manager", Role.ADMINISTRATOR: "Administrator"}


def log_ins(folder: Path) -> tuple[PersonRow, ...]:
    """Return who may unlock the register or backup of a folder; raise CannotUnlock where its key file is damaged."""
    return tuple(
        PersonRow(
            id=entry.person_id,
            name=entry.name,
            roles=", ".join(_WORDS[role] for role in Role if role in entry.roles),
            quick=entry.quick is not None,
        )
        for entry in keys.read_key_file(folder).people
        if entry.disabled_at is None
    )


class FirstPassphrase:
    """Answer the page of a person who was given a passphrase for one use. ``session`` is what it opened, or nothing."""

    def __init__(self, opener: Opener, session: Session) -> None:
        self._opener = opener
        self.session: Session | None = session

    def given(self) -> tuple[GivenPassphrase, ...]:
        """Return who gave the person a passphrase, the newest first."""
        from cme_desktop.casework import users

        session = self._open()
        given = session.unlocked.given
        resets = users.resets_of(session.store, session.person)
        rows = tuple(GivenPassphrase(one.by, one.at, reset=True) for one in resets)
        if given is None or given.reset:
            return rows
        names = {person.id: person.name for person in users.list_people(session.store, session.person)}
        return (GivenPassphrase(names.get(given.by, ""), datetime.fromisoformat(given.at), reset=False), *rows)

    def choose(self, passphrase: str) -> Session:
        """Keep the own passphrase and return the session that it opens."""
        chosen = self._opener.choose_passphrase(self._open(), passphrase)
        self.session = None
        return chosen

    def give_up(self) -> None:
        """Close the register: nothing was chosen."""
        if self.session is not None:
            self.session.close()
        self.session = None

    def _open(self) -> Session:
        if self.session is None:
            raise UserError("The register was closed meanwhile. Unlock it again.")
        return self.session


class RegisterUnlock:
    """Answer the unlock screen for the register of one folder."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener

    def people(self) -> tuple[PersonRow, ...]:
        """Return who may unlock this register; raise RegisterDamaged where its key file is away or cannot be used."""
        try:
            return log_ins(self._opener.folder)
        except (keys.KeysDamaged, keys.KeysMissing, keys.StoreMissing) as error:
            raise RegisterDamaged(error.message) from None

    def unlock(self, person_id: int, passphrase: str) -> Session:
        """Open the register for a person."""
        name = self._name(person_id)
        return self._opener.open(name, lambda: keys.unlock(self._opener.folder, name, passphrase))

    def unlock_quick(self, person_id: int) -> Session:
        """Open the register with the secret that this computer keeps for the person."""
        name = self._name(person_id)
        return self._opener.open(name, lambda: keys.unlock_quick(self._opener.folder, name, keys.system_keyring()))

    def recover(self, person_id: int, key: str, new_passphrase: str) -> Session:
        """Open the register with the recovery key and give the person a new passphrase."""
        name = self._name(person_id)
        now = self._opener.clock.now()
        return self._opener.open(name, lambda: keys.recover(self._opener.folder, name, key, new_passphrase, now=now))

    def seconds_to_wait(self) -> int:
        """Return how long to wait before the next try."""
        return self._opener.attempts.seconds_to_wait()

    def _name(self, person_id: int) -> str:
        for entry in keys.read_key_file(self._opener.folder).people:
            if entry.person_id == person_id:
                return entry.name
        raise UserError("This person has no log-in on the register any more. Choose another person.")
