"""The case register as the program holds it open: the only way to write (an act) and to read (design.md 2)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2

from cme_desktop.domain.errors import NotAllowed
from cme_desktop.domain.roles import Person, Role
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.people import PersonRow, SigningKey
from cme_desktop.storage import ddl, engine
from cme_desktop.storage.capture import CLOCK_TOLERANCE, Action, ActionSession, Gate, Signer
from cme_desktop.storage.engine import ReadCancelled
from cme_desktop.system import Clock


class Unlocked(Signer, Protocol):
    """A person who has unlocked the register, with what that opens."""

    @property
    def store_id(self) -> str:
        """Return the id of the register."""
        ...

    @property
    def name(self) -> str:
        """Return the person's name."""
        ...

    @property
    def roles(self) -> frozenset[Role]:
        """Return the person's roles."""
        ...

    @property
    def data_key(self) -> bytes:
        """Return the 32-byte key of the database."""
        ...

    @property
    def database(self) -> str:
        """Return the file name of the database, as ``keys.json`` has it."""
        ...

    def public_key_of(self, key_id: str) -> bytes:
        """Return the public half of a signing key of this register."""
        ...

    @property
    def demonstration(self) -> bool:
        """Say whether this is a training register."""
        ...


class ReadTicket:
    """Let another thread end a read whose answer nobody wants any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: dbapi2.Connection | None = None
        self.cancelled = False

    def cancel(self) -> None:
        """End the read, or keep it from starting."""
        with self._lock:
            self.cancelled = True
            if self._connection is not None:
                engine.interrupt(self._connection)

    @contextmanager
    def using(self, connection: dbapi2.Connection) -> Iterator[None]:
        """Tie the ticket to the connection that reads for it."""
        with self._lock:
            if self.cancelled:
                raise ReadCancelled
            self._connection = connection
        try:
            yield
        finally:
            with self._lock:
                self._connection = None


CommitHook = Callable[[Session, frozenset[int]], None]


class Store:
    """An open case register.

    ``person`` is who unlocked it; ``clock`` tells the time; ``clock_warning`` is a sentence for the officer when
    the computer's clock stands more than five minutes before the newest act.
    """

    def __init__(
        self, folder: Path, unlocked: Unlocked, clock: Clock, database: Path, *, forbidden_thread: int | None = None
    ) -> None:
        self.folder, self.clock, self.database = folder, clock, database
        self.store_id, self.demonstration = unlocked.store_id, unlocked.demonstration
        self.person = Person(unlocked.person_id, unlocked.name, frozenset(unlocked.roles))
        self.clock_warning: str | None = None
        self._signers: dict[int, Unlocked] = {unlocked.person_id: unlocked}
        self._forbidden_thread = forbidden_thread
        self._write = engine.write_engine(database, unlocked.data_key)
        self._read = engine.read_engine(database, unlocked.data_key)
        self._gate = Gate(self._write)
        self._lane = threading.Lock()
        self._lane_owner: int | None = None
        self._hooks: list[CommitHook] = []

    @classmethod
    def create(cls, folder: Path, unlocked: Unlocked, clock: Clock, *, forbidden_thread: int | None = None) -> Store:
        """Make the database of a new register, with its first person, and open it.

        Raises:
            FileExistsError: a database is there already; a new one is never made over an old one.
        """
        database = folder / unlocked.database
        connection = engine.connect(database, unlocked.data_key, mode="create")
        try:
            ddl.build(connection)
        finally:
            connection.close()
        return cls.open(folder, unlocked, clock, forbidden_thread=forbidden_thread)

    @classmethod
    def open(cls, folder: Path, unlocked: Unlocked, clock: Clock, *, forbidden_thread: int | None = None) -> Store:
        """Open the register of a folder as the person who unlocked it."""
        store = cls(folder, unlocked, clock, folder / unlocked.database, forbidden_thread=forbidden_thread)
        try:
            store.admit(unlocked)
            store.clock_warning = store._doubt_of_clock()
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Close both lanes and forget the key."""
        self._read.dispose()
        self._write.dispose()
        self._signers.clear()

    def admit(self, unlocked: Unlocked) -> Person:
        """Let another unlocked person act on the open register, and make the person and the public key known to it.

        ``keys.json`` is the source of who is who: a person or key that it has and the register has not is added
        here, as one act, and an earlier key of that person is retired.
        """
        if unlocked.store_id != self.store_id:
            raise NotAllowed(
                "These keys belong to another case register, so nobody was let in. Choose the right folder."
            )
        person = Person(unlocked.person_id, unlocked.name, frozenset(unlocked.roles))
        self._signers[person.id] = unlocked
        with self.read() as session:
            known = session.get(SigningKey, unlocked.key_id) is not None
        if not known:
            with self.action(person, "people.key", entity=f"person:{person.id}") as session:
                self._introduce(session, unlocked)
        return person

    def _introduce(self, session: Session, unlocked: Unlocked) -> None:
        now = self.clock.now()
        if session.get(PersonRow, unlocked.person_id) is None:
            roles = sorted(str(role) for role in unlocked.roles)
            session.add(PersonRow(id=unlocked.person_id, name=unlocked.name, roles=roles, added_at=now))
            session.flush()
        for key in session.scalars(
            select(SigningKey).where(SigningKey.person_id == unlocked.person_id, SigningKey.retired_at.is_(None))
        ):
            key.retired_at = now
        session.add(
            SigningKey(
                key_id=unlocked.key_id,
                person_id=unlocked.person_id,
                public_key=unlocked.public_key_of(unlocked.key_id),
                added_at=now,
            )
        )

    def _doubt_of_clock(self) -> str | None:
        with self.read() as session:
            newest = session.scalar(select(AuditEvent.at).order_by(AuditEvent.at.desc()).limit(1))
        if newest is None or self.demonstration or self.clock.now() >= newest - CLOCK_TOLERANCE:
            return None
        return (
            "This computer's clock is behind the last entry in the register. What is entered now is marked "
            "“clock doubtful”, and dates counted from today may be wrong. Ask IT to set the clock."
        )

    def on_commit_of_action(self, hook: CommitHook) -> None:
        """Call ``hook(session, touched_episode_ids)`` inside each act, just before it is committed."""
        self._hooks.append(hook)

    @contextmanager
    def action(
        self,
        actor: Person,
        code: str,
        *,
        reason: str | None = None,
        episode_id: int | None = None,
        entity: str | None = None,
        batch: str | None = None,
        hooks: bool = True,
    ) -> Iterator[Session]:
        """Open the transaction of one act: what is written in it and its signed event are saved together or not at all.

        Args:
            actor: who acts; must have unlocked this register.
            code: the action code, such as ``case.close``.
            reason: the person's words; they can be erased later, their digest stays.
            episode_id: the case that the act is about, where it is about one.
            entity: what the act is about otherwise, as ``kind:id``.
            batch: ties the acts of one batch together.
            hooks: call the hooks of ``on_commit_of_action``.

        Raises:
            NotAllowed: the actor has not unlocked this register.
            DiskFull, DiskTrouble, RegisterBusy: the act was undone.
            RuntimeError: called on the window's thread, or inside another act of the same thread.
        """
        self._refuse_window_thread()
        signer = self._signers.get(actor.id)
        if signer is None:
            raise NotAllowed("This person has not unlocked the register, so nothing was saved. Change person first.")
        if self._lane_owner == threading.get_ident():
            raise RuntimeError("an act is never opened inside another act")
        with self._lane:
            self._lane_owner = threading.get_ident()
            try:
                yield from self._act(signer, code, reason, entity, episode_id, batch, hooks)
            finally:
                self._lane_owner = None

    def _act(
        self,
        signer: Unlocked,
        code: str,
        reason: str | None,
        entity: str | None,
        episode_id: int | None,
        batch: str | None,
        hooks: bool,
    ) -> Iterator[Session]:
        self._gate.open = False
        session = ActionSession(self._write, expire_on_commit=False)
        try:
            action = Action(
                session,
                signer,
                self._gate,
                self.clock.now(),
                code,
                reason=reason,
                entity=entity,
                episode_id=episode_id,
                batch=batch,
            )
            session.info["action"] = action
            yield session
            session.flush()
            if hooks and self._hooks:
                touched = frozenset(action.touched.resolve(action.connection))
                for hook in self._hooks:
                    hook(session, touched)
                session.flush()
            action.close()
            session.commit()
        except BaseException as error:
            with suppress(DBAPIError):
                session.rollback()
            explained = engine.explain(error)
            if explained is error:
                raise
            raise explained from None
        finally:
            self._gate.open = False
            session.close()

    def refused(self, actor: Person, code: str, reason: str, *, episode_id: int | None = None) -> int:
        """Record that an act was refused: an event without changes (command-line.md 9); return its number."""
        with self.action(actor, f"{code}.refused", reason=reason, episode_id=episode_id) as session:
            return _seq(session)

    def seen(
        self, actor: Person, code: str, entity: str, *, episode_id: int | None = None, reason: str | None = None
    ) -> int:
        """Record that something was looked at, before it is shown (design.md 4); return the event's number."""
        with self.action(actor, code, entity=entity, episode_id=episode_id, reason=reason) as session:
            return _seq(session)

    @contextmanager
    def read(self, ticket: ReadTicket | None = None) -> Iterator[Session]:
        """Open a session that sees one moment of the register and cannot write.

        Raises:
            ReadCancelled: the ticket was cancelled.
            RuntimeError: called on the window's thread.
        """
        self._refuse_window_thread()
        with Session(self._read, expire_on_commit=False, autoflush=False) as session:
            try:
                connection = engine.raw(session.connection())
                with (ticket or ReadTicket()).using(connection):
                    yield session
            except DBAPIError as error:
                explained = engine.explain(error)
                if explained is error:
                    raise
                raise explained from None

    def _refuse_window_thread(self) -> None:
        if self._forbidden_thread == threading.get_ident():
            raise RuntimeError("the register is never read or written on the window's thread")


def _seq(session: Session) -> int:
    action: Any = session.info["action"]
    return int(action.seq)
