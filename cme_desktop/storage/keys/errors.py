"""Why a case register could not be unlocked, each with its own code and its own way on."""

from __future__ import annotations

from datetime import datetime

from cme_desktop.domain.calendar import long_date
from cme_desktop.domain.errors import CannotUnlock, NotAllowed, UserError
from cme_desktop.system import LONDON


class WrongPassphrase(CannotUnlock):
    """Say that the passphrase does not open this person's slot."""

    code = "wrong-passphrase"

    def __init__(self) -> None:
        super().__init__(
            "That passphrase does not open the register for this person. Nothing was changed. "
            "Check Caps Lock and try again, or use the recovery key."
        )


class UnknownUser(CannotUnlock):
    """Say that nobody of that name has a log-in."""

    code = "unknown-user"

    def __init__(self) -> None:
        super().__init__(
            "Nobody of that name has a log-in for this register. Check the spelling, or ask the administrator to add "
            "the person."
        )


class UserDisabled(CannotUnlock):
    """Say that this person's log-in was ended."""

    code = "user-disabled"

    def __init__(self) -> None:
        super().__init__("This person's log-in has been ended. Ask the administrator if it is needed again.")


class StoreMissing(CannotUnlock):
    """Say that there is no case register in that folder."""

    code = "store-missing"

    def __init__(self) -> None:
        super().__init__(
            "There is no case register in that folder. Nothing was made there. Check the folder, or restore a backup."
        )


class KeysMissing(CannotUnlock):
    """Say that the database is there but its key file is not."""

    code = "keys-missing"

    def __init__(self) -> None:
        super().__init__(
            "The register's key file (keys.json) is missing from its folder, so nobody can unlock it. The records "
            "themselves are still there. Put back an earlier key file, or restore a backup."
        )


class KeysDamaged(CannotUnlock):
    """Say that the key file cannot be read as it was written."""

    code = "keys-damaged"

    def __init__(self) -> None:
        super().__init__(
            "The register's key file (keys.json) is damaged. The passphrase is not the cause, and nothing was changed. "
            "Put back an earlier key file, or restore a backup."
        )


class KeysAltered(CannotUnlock):
    """Say that the key file was changed by something other than this program."""

    code = "keys-altered"

    def __init__(self) -> None:
        super().__init__(
            "The register's key file (keys.json) was changed by something other than this program, so it is not "
            "trusted. Tell your manager, then put back an earlier key file or restore a backup."
        )


class KeysTooWeak(CannotUnlock):
    """Say that the key file asks for a weaker protection of the passphrase than is ever accepted."""

    code = "keys-too-weak"

    def __init__(self) -> None:
        super().__init__(
            "The key file protects this passphrase less than a real register allows, so it is not used. Tell your "
            "manager, then put back an earlier key file or restore a backup."
        )


class KeysTooNew(CannotUnlock):
    """Say that a later program wrote the key file."""

    code = "register-too-new"

    def __init__(self) -> None:
        super().__init__(
            "A newer version of the program made this register. Nothing was touched. Install the newer version to "
            "open it."
        )


class RecoveryKeyMistyped(CannotUnlock):
    """Say that what was typed cannot be any recovery key."""

    code = "recovery-key-mistyped"


class RecoveryKeyWrong(CannotUnlock):
    """Say that a well-formed recovery key belongs to something else."""

    code = "recovery-key-wrong"

    def __init__(self) -> None:
        super().__init__(
            "That is a recovery key, but not this register's. It may belong to another register, or a newer key was "
            "printed since. Look for the paper with the latest date."
        )


class RecoveryKeyReplaced(RecoveryKeyWrong):
    """Say that a recovery key was this register's until a newer one was made."""

    def __init__(self, made_at: str, until: str) -> None:
        super().__init__()
        made, since = (long_date(datetime.fromisoformat(at).astimezone(LONDON).date()) for at in (made_at, until))
        self.message = (
            f"That is an older recovery key of this register, from the sheet of {made}. A newer one took its place on "
            f"{since}: look for that sheet. The older one opens only backups made before that day."
        )
        self.args = (self.message,)


class QuickUnlockUnavailable(CannotUnlock):
    """Say that quick unlock cannot be used now: the passphrase can."""

    code = "quick-unlock-unavailable"


class WaitBeforeTrying(CannotUnlock):
    """Say how long to wait after wrong tries."""

    code = "wait-before-trying"

    def __init__(self, seconds: int) -> None:
        unit = "second" if seconds == 1 else "seconds"
        super().__init__(f"Wait {seconds} {unit} before trying again: the last tries did not open the register.")
        self.seconds = seconds


OWN_LOG_IN = frozenset({"people.passphrase", "people.key"})
"""All that a person does with a passphrase that an administrator gave: make the key known, choose an own one."""


class PassphraseToChange(NotAllowed):
    """Say that a passphrase given by an administrator is for one use."""

    code = "passphrase-to-change"

    def __init__(self) -> None:
        super().__init__(
            "This passphrase was given by an administrator, for one use. Nothing was done. Choose your own first: in "
            "the window when it asks, or with cme-admin user passphrase."
        )


class PassphraseRefused(UserError):
    """Refuse a new passphrase that can be guessed; the code says in what way."""

    code = "passphrase-too-short"


class NameTaken(UserError):
    """Refuse a second person of the same name."""

    code = "name-taken"


class LastAdministrator(UserError):
    """Refuse to leave the register without an administrator."""

    code = "last-administrator"

    def __init__(self) -> None:
        super().__init__(
            "This person is the only administrator, so the role has to stay. Give another person the role first."
        )
