"""The people of the register: add one, change roles, end a log-in; the key file and the rows together or not at all.

Where a way in is given, the key file is staged, the act with its rows is committed, then the key file is put in place;
should the program be killed in between, the next opening finishes what the signed act says (``storage.keys.staging``).
Where a way in is taken away, the data key is rotated in the same act (``storage.rotation``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.access import requires
from cme_desktop.casework.documents.shipped_letters import fonts
from cme_desktop.casework.reference.policy import read_settings
from cme_desktop.domain.calendar import long_date
from cme_desktop.domain.errors import NotFound
from cme_desktop.domain.roles import Person, Role
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.people import PersonRow, SigningKey
from cme_desktop.storage import keys
from cme_desktop.storage.capture import Act
from cme_desktop.storage.keys import FLOORS, Floors, Kdf, Keyring, PersonEntry, RecoverySlot, Unlocked
from cme_desktop.storage.rotation import rotating
from cme_desktop.storage.store import Store

RENEWED = "people.renew"


@dataclass(frozen=True)
class PersonInfo:
    """A person of the register as Admin lists them."""

    id: int
    name: str
    roles: frozenset[Role]
    active: bool
    added_at: datetime


@requires("user.add")
def add_person(
    store: Store,
    actor: Person,
    unlocked: Unlocked,
    name: str,
    roles: Iterable[Role],
    passphrase: str,
    *,
    kdf: Kdf | None = None,
) -> PersonInfo:
    """Give a further person a log-in, with own passphrase, own keys and at least one role.

    Args:
        unlocked: the keys of the acting administrator, which wrap the register's key for the new person.
        kdf: the cost of the passphrase; without it that of the acting person.

    Raises:
        NameTaken: a person of that name is there already.
        PassphraseRefused: the passphrase can be guessed.
        UserError: there is no name or no role.
    """
    now = store.clock.now()
    drafted = keys.draft_person(unlocked, name, roles, passphrase, now=now, kdf=kdf, one_use=not store.demonstration)
    with _wholly(store, actor, unlocked, drafted, "people.add") as session:
        entry = drafted.person
        row = PersonRow(id=entry.person_id, name=entry.name, roles=_sorted(entry), added_at=now)
        session.add(row)
        session.flush()
        _put_key(session, entry, now)
    return _info(row)


@requires("user.roles")
def set_roles(
    store: Store, actor: Person, unlocked: Unlocked, person_id: int, roles: Iterable[Role], *, reason: str = ""
) -> PersonInfo:
    """Give a person other roles, from that person's next unlock.

    Raises:
        LastAdministrator: nobody would be administrator any more.
        UserError: no role is left.
    """
    drafted = keys.draft_roles(unlocked, person_id, roles)
    with _wholly(store, actor, unlocked, drafted, "people.roles", reason) as session:
        row = _row(session, person_id)
        row.roles = _sorted(drafted.person)
    return _info(row)


@requires("user.disable")
def disable_person(store: Store, actor: Person, unlocked: Unlocked, person_id: int, *, reason: str) -> PersonInfo:
    """End a person's log-in; what that person did stays, and stays signed.

    Raises:
        LastAdministrator: nobody would be administrator any more.
    """
    now = store.clock.now()
    drafted = keys.draft_ended(unlocked, person_id, now=now)
    with _for_good(store, actor, unlocked, drafted, "people.disable", reason) as session:
        row = _row(session, person_id)
        row.active = False
        _retire_keys(session, person_id, now)
    return _info(row)


@requires("user.add")
def renew_person(
    store: Store, actor: Person, unlocked: Unlocked, person_id: int, passphrase: str, *, kdf: Kdf | None = None
) -> PersonInfo:
    """Give a person who forgot the passphrase, or came back, a new one with new keys.

    Raises:
        NotAllowed: the administrator means their own log-in.
        PassphraseRefused: the passphrase can be guessed.
    """
    now = store.clock.now()
    drafted = keys.draft_renewed(unlocked, person_id, passphrase, now=now, kdf=kdf, one_use=not store.demonstration)
    with _for_good(store, actor, unlocked, drafted, RENEWED) as session:
        row = _row(session, person_id)
        row.active = True
        _retire_keys(session, person_id, now)
        _put_key(session, drafted.person, now)
    return _info(row)


@requires("user.passphrase")
def choose_passphrase(
    store: Store,
    actor: Person,
    unlocked: Unlocked,
    passphrase: str,
    *,
    kdf: Kdf | None = None,
    floors: Floors = FLOORS,
) -> None:
    """Give the acting person, who has a passphrase for one use, an own one and keys that nobody else ever held.

    The register is then unlocked again with it: the keys in hand open nothing more.

    Raises:
        PassphraseRefused: it can be guessed, or is the one that was given.
    """
    now = store.clock.now()
    drafted = keys.draft_chosen(unlocked, passphrase, now=now, kdf=kdf, floors=floors)
    _own_log_in(store, actor, unlocked, drafted)


@dataclass(frozen=True)
class Reset:
    """That somebody gave a person a passphrase in the place of the person's own: who, and when."""

    by: str
    at: datetime


@requires("ask.people")
def resets_of(store: Store, viewer: Person) -> tuple[Reset, ...]:
    """Return who set the viewer's passphrase anew and when, newest first: the viewer knows which they asked for."""
    with store.read() as session:
        rows = session.execute(
            select(PersonRow.name, AuditEvent.at)
            .join(PersonRow, PersonRow.id == AuditEvent.user_id)
            .where(AuditEvent.action == RENEWED, AuditEvent.entity == f"person:{viewer.id}")
            .order_by(AuditEvent.seq.desc())
        )
        return tuple(Reset(name, at) for name, at in rows)


@requires("user.passphrase")
def change_passphrase(
    store: Store, actor: Person, unlocked: Unlocked, present: str, new: str, *, floors: Floors = FLOORS
) -> None:
    """Give the acting person another passphrase and other keys; the act is kept, the passphrases are not.

    Who knew the present one gets in no more, whatever they kept; quick unlock has to be switched on again.

    Raises:
        WrongPassphrase: the present passphrase is not right.
        PassphraseRefused: the new one can be guessed.
    """
    drafted = keys.draft_changed(unlocked, present, new, now=store.clock.now(), floors=floors)
    _own_log_in(store, actor, unlocked, drafted)


@requires("user.passphrase")
def try_recovery_key(store: Store, actor: Person, typed: str) -> None:
    """Test the recovery key from its paper against this register; that it was tested is kept, never what was typed.

    Raises:
        RecoveryKeyMistyped: it cannot be any recovery key.
        RecoveryKeyWrong: it is not this register's.
    """
    keys.check_recovery_key(store.folder, typed)
    store.seen(actor, "people.key-tested", "register")


@dataclass(frozen=True)
class NewRecoveryKey:
    """A recovery key that was made and does not open yet: as printed, its sheet as PDF, and what will open by it."""

    printed: str = field(repr=False)
    sheet: bytes = field(repr=False)
    slot: RecoverySlot = field(repr=False)

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the seven groups."""
        return tuple(self.printed.split("-"))


@requires("key.renew")
def draft_recovery_key(store: Store, actor: Person, unlocked: Unlocked) -> NewRecoveryKey:
    """Make a new recovery key and its sheet; the old paper opens the register until ``put_recovery_key``."""
    printed, slot = keys.draft_recovery_key(unlocked, now=store.clock.now())
    return NewRecoveryKey(printed, recovery_sheet(store, actor, printed), slot)


@requires("key.renew")
def put_recovery_key(store: Store, actor: Person, unlocked: Unlocked, new: NewRecoveryKey) -> None:
    """Let a new recovery key open the register in place of the old one; backups open by the key of their time."""
    key_file, act = (
        keys.with_recovery_key(unlocked, new.slot),
        Act("key.renew", entity=keys.paper_mark(new.slot) or "register"),
    )
    with rotating(store, actor, unlocked, key_file, act, now=store.clock.now()):
        pass


@requires("ask.settings")
def recovery_sheet(store: Store, viewer: Person, printed: str) -> bytes:
    """Return the sheet with a recovery key as PDF, made in memory."""
    from cme_desktop.documents.key_sheet import key_sheet  # what draws PDF is loaded when there is some to draw

    council = read_settings(store, viewer).text("council.name")
    return key_sheet(fonts(), printed, council, long_date(store.clock.today()))


@requires("ask.people")
def quick_unlock_is_on(store: Store, viewer: Person) -> bool:
    """Say whether this computer keeps a secret that opens the viewer's log-in."""
    return keys.read_key_file(store.folder).person(viewer.id).quick is not None


@requires("user.passphrase")
def set_quick_unlock(store: Store, actor: Person, unlocked: Unlocked, ring: Keyring | None, *, on: bool) -> None:
    """Switch the acting person's quick unlock on or off; the keyring never holds the register's key itself.

    Args:
        ring: the computer's keyring; switching off works without one, switching on does not.

    Raises:
        QuickUnlockUnavailable: the keyring does not take the secret; nothing was changed.
    """
    if on:
        keys.store_quick_secret(unlocked, ring if ring is not None else keys.system_keyring())
    else:
        keys.forget_quick_secret(unlocked, ring)
    words = "on" if on else "off"
    store.seen(actor, "people.quick-unlock", f"person:{actor.id}", reason=words)


@requires("ask.people")
def list_people(store: Store, actor: Person) -> tuple[PersonInfo, ...]:
    """Return all people of the register, those whose log-in was ended last."""
    with store.read() as session:
        rows = session.scalars(select(PersonRow).order_by(PersonRow.active.desc(), PersonRow.name))
        return tuple(_info(row) for row in rows)


@contextmanager
def _wholly(
    store: Store, actor: Person, unlocked: Unlocked, drafted: keys.PeopleDraft, code: str, reason: str = ""
) -> Iterator[Session]:
    """Change rows and key file in one act: both are changed when it ends well, neither when it does not."""
    sealed = keys.stage(unlocked, drafted.key_file)
    try:
        entity = f"person:{drafted.person.person_id}"
        with store.action(actor, code, reason=reason or None, entity=entity) as session:
            yield session
    except BaseException:
        keys.unstage(unlocked.folder)
        raise
    keys.settle(unlocked.folder, sealed)


@contextmanager
def _for_good(
    store: Store, actor: Person, unlocked: Unlocked, drafted: keys.PeopleDraft, code: str, reason: str = ""
) -> Iterator[Session]:
    """Do an act that takes a way in away: rows, key file and data key change together, or nothing does."""
    act = Act(code, reason or None, f"person:{drafted.person.person_id}")
    now, own_key = store.clock.now(), drafted.user_key
    with rotating(store, actor, unlocked, drafted.key_file, act, now=now, own_key=own_key) as session:
        yield session


def _own_log_in(store: Store, actor: Person, unlocked: Unlocked, drafted: keys.PeopleDraft) -> None:
    now = store.clock.now()
    with _for_good(store, actor, unlocked, drafted, "people.passphrase") as session:
        _retire_keys(session, actor.id, now)
        _put_key(session, drafted.person, now)


def _row(session: Session, person_id: int) -> PersonRow:
    row = session.get(PersonRow, person_id)
    if row is None:
        raise NotFound("This person is not in the register. Look at the list in Admin.", code="person-unknown")
    return row


def _put_key(session: Session, entry: PersonEntry, now: datetime) -> None:
    current = entry.current
    if current is not None:
        key = SigningKey(key_id=current.key_id, person_id=entry.person_id, public_key=current.signing, added_at=now)
        session.add(key)


def _retire_keys(session: Session, person_id: int, now: datetime) -> None:
    for key in session.scalars(
        select(SigningKey).where(SigningKey.person_id == person_id, SigningKey.retired_at.is_(None))
    ):
        key.retired_at = now
    session.flush()


def _sorted(entry: PersonEntry) -> list[str]:
    return sorted(role.value for role in entry.roles)


def _info(row: PersonRow) -> PersonInfo:
    return PersonInfo(row.id, row.name, frozenset(Role(role) for role in row.roles), row.active, row.added_at)
