"""The case register as the program holds it open: the only way to write (an act) and to read (design.md 2)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from cme_desktop.domain.errors import CannotUnlock, NotAllowed, UserError
from cme_desktop.domain.roles import Person, Role
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.document import ContentFile
from cme_desktop.models.people import SigningKey
from cme_desktop.models.timeline import FormDraft
from cme_desktop.storage import chain_end, ddl, engine, keys, schema
from cme_desktop.storage.audit_format import CLOCK_TOLERANCE
from cme_desktop.storage.capture import Act, Action, ActionSession, Gate, Signer
from cme_desktop.storage.checks.findings import Head
from cme_desktop.storage.checks.witnesses import Keeper
from cme_desktop.storage.content import FOLDER_NAME, Content
from cme_desktop.storage.engine import ReadTicket
from cme_desktop.storage.introducing import introduce, known_as
from cme_desktop.storage.keys import marks
from cme_desktop.storage.keys.attempts import READABLE_SAVED, OutsideRecord
from cme_desktop.storage.keys.key_file import FILE_NAME as KEY_FILE
from cme_desktop.storage.keys.key_file import read_key_file
from cme_desktop.system import (
    LOCK_NAME,
    Clock,
    Machine,
    Reserve,
    StoreLock,
    check_folder,
    make_private_again,
    make_private_folder,
    reaching,
    refuse_links,
    remove_leftovers,
)


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

    @property
    def public_key(self) -> bytes:
        """Return the public half of the signing key."""
        ...

    @property
    def demonstration(self) -> bool:
        """Say whether this is a training register."""
        ...


ORPHANS_KEPT = timedelta(days=1)
WINDOW = "window"
"""The program that has more to ask after a register was made."""
CommitHook = Callable[[Session, frozenset[int]], None]


class Store:
    """An open case register.

    ``person`` is who unlocked it; ``clock`` tells the time; ``content`` holds its sealed files; ``clock_warning`` is
    a sentence for the officer when the computer's clock stands more than five minutes before the newest act, and
    ``room.warning`` one when the disk is full; ``unclean`` says that the program did not end properly the last time.
    """

    def __init__(
        self, folder: Path, unlocked: Unlocked, clock: Clock, lock: StoreLock, *, forbidden_thread: int | None = None
    ) -> None:
        self.folder, self.clock, self.database = folder, clock, folder / unlocked.database
        self.store_id, self.demonstration = unlocked.store_id, unlocked.demonstration
        self.person = _person(unlocked)
        self.content = Content(folder / FOLDER_NAME)
        self.clock_warning: str | None = None
        self.witness: Keeper | None = None
        self.room = Reserve(folder)
        self.unclean = engine.has_journal(self.database)
        self._lock = lock
        self.unlocked = unlocked
        self._signers: dict[int, Unlocked] = {unlocked.person_id: unlocked}
        self._forbidden_thread = forbidden_thread
        self._write = engine.write_engine(self.database, unlocked.data_key)
        self._read = engine.read_engine(self.database, unlocked.data_key)
        self._gate = Gate(self._write)
        self._lane, self._still = threading.Lock(), threading.Lock()
        self._lane_owner: int | None = None
        self._hooks: list[CommitHook] = []
        self._newest: datetime | None = None

    @classmethod
    def create(
        cls,
        folder: Path,
        unlocked: Unlocked,
        clock: Clock,
        *,
        forbidden_thread: int | None = None,
        program: str = "cme-admin",
        machine: Machine | None = None,
    ) -> Store:
        """Make the database of a new register, with its first person, and open it.

        The caller writes ``keys.json`` after this: that is what brings the register to life.

        Raises:
            FileExistsError: a database is there already; a new one is never made over an old one.
            PlaceRefused: a live register may not lie in that folder.
            StoreInUse: another process holds the folder.
        """
        check_folder(folder, machine=machine)
        make_private_folder(folder, adopt=True, machine=machine)
        with ExitStack() as undo:
            lock = StoreLock.take(folder, program=program, now=clock.now(), machine=machine)
            undo.callback(lock.release)
            connection = engine.connect(folder / unlocked.database, unlocked.data_key, mode="create")
            with closing(connection):
                ddl.build(connection)
            lock.also(folder / unlocked.database, machine=machine)
            return cls._opened(folder, unlocked, clock, lock, forbidden_thread, undo)

    @classmethod
    def open(
        cls,
        folder: Path,
        unlocked: Unlocked,
        clock: Clock,
        *,
        forbidden_thread: int | None = None,
        program: str = "cme-admin",
        wait_seconds: float = 0,
        machine: Machine | None = None,
        setting_up: bool = False,
    ) -> Store:
        """Open the register of a folder as the person who unlocked it, and hold it against every other process.

        Args:
            setting_up: open it also when its set-up was interrupted, to go on with that.

        Raises:
            StoreInUse: another process holds it.
            PlaceRefused: a live register may not lie in that folder.
            RegisterTooNew: a newer program made it; not a byte was touched.
            RegisterUnfinished: it is a training register whose making was interrupted.
            SetupUnfinished: its set-up in the window was interrupted.
            RegisterTooOld: it has to be brought up to date first (``migrations.runner.upgrade``).
            Unreadable: the database did not open with this key.
            CannotUnlock: the keys changed while the register was being unlocked.
            OutsideTrouble, DiskFull: the computer lacked or refused something.
            RegisterLinked: one of the register's own files is a link.
        """
        check_folder(folder, machine=machine)
        options = (forbidden_thread, program, wait_seconds, machine, setting_up)
        try:
            return cls._open(folder, unlocked, clock, *options)
        except engine.DiskFull:
            if not Reserve(folder).release():
                raise
            return cls._open(folder, unlocked, clock, *options)

    @classmethod
    def _open(
        cls,
        folder: Path,
        unlocked: Unlocked,
        clock: Clock,
        forbidden_thread: int | None,
        program: str,
        wait_seconds: float,
        machine: Machine | None,
        setting_up: bool,
    ) -> Store:
        with reaching(), ExitStack() as undo:
            refuse_links(folder, (KEY_FILE, unlocked.database, FOLDER_NAME, LOCK_NAME))
            make_private_again(folder, machine=machine)
            lock = StoreLock.take(folder, program=program, now=clock.now(), wait_seconds=wait_seconds, machine=machine)
            undo.callback(lock.release)
            if marks.is_unfinished(folder):
                raise marks.RegisterUnfinished
            mark = marks.setup_mark(folder)
            if mark is not None and mark.program == WINDOW and not setting_up:
                raise marks.SetupUnfinished
            if (folder / KEY_FILE).is_file() and read_key_file(folder).database != unlocked.database:
                raise CannotUnlock(
                    "The register was changed while it was being unlocked. Nothing was touched. Unlock it again.",
                    code="unlock-again",
                )
            if (folder / unlocked.database).is_file():
                lock.also(folder / unlocked.database, machine=machine)
            schema.check(folder / unlocked.database, unlocked.data_key)
            opened = cls._opened(folder, unlocked, clock, lock, forbidden_thread, undo)
        if mark is not None and mark.program != WINDOW:
            (folder / marks.SETTING_UP).unlink(missing_ok=True)  # made by a command, and somebody has got in
        return opened

    @classmethod
    def _opened(
        cls,
        folder: Path,
        unlocked: Unlocked,
        clock: Clock,
        lock: StoreLock,
        forbidden_thread: int | None,
        undo: ExitStack,
    ) -> Store:
        store = cls(folder, unlocked, clock, lock, forbidden_thread=forbidden_thread)
        undo.callback(store.close)
        store.room.look()
        store._look_at_clock()
        store._finish_people(unlocked)
        store.admit(unlocked)
        if isinstance(unlocked, keys.Unlocked):
            keys.sweep_older(unlocked)
        remove_leftovers(folder)
        store.sweep_content()
        undo.pop_all()
        return store

    def watch(self, state: Path) -> str | None:
        """Compare the register with the witness of this computer, keep it from now on, and return what to say, if any.

        Args:
            state: the program's own folder, outside the register; ``verify`` looks there too.
        """
        keeper = self.witness = Keeper(state, self.store_id)
        with self.read() as session:
            known, put_back = chain_end.around(session, keeper.number(self.folder))
        said = keeper.look(self.folder, known, self.head(), put_back)
        keeper.keep(self.unlocked, self.head())
        return said

    def head(self) -> Head:
        """Return the end of the audit's chain."""
        with self.read() as session:
            return chain_end.newest(session)

    def close(self) -> None:
        """Close both lanes, drop the keys held here, and let the next process in."""
        if self.witness is not None:
            # One row, for which the window's thread may wait; what cannot be read any more is closed all the same
            with suppress(UserError, SQLAlchemyError, OSError), Session(self._read) as session:
                self.witness.keep(self.unlocked, chain_end.newest(session))
        self._read.dispose()
        self._write.dispose()
        self._signers.clear()
        if self.room.warning:
            self.room.keep_what_is_left()
        self._lock.release()

    def admit(self, unlocked: Unlocked) -> Person:
        """Let another unlocked person act on the open register, and make the person and the public key known to it.

        ``keys.json`` is the source of who is who: a person or key that it has and the register has not is added
        here, as one act, and an earlier key of that person is retired.
        """
        if unlocked.store_id != self.store_id:
            raise NotAllowed(
                "These keys belong to another case register, so nobody was let in. Choose the right folder."
            )
        person = _person(unlocked)
        self._signers[person.id] = unlocked
        with self.read() as session:
            known = session.get(SigningKey, unlocked.key_id) is not None
            first = session.scalar(select(func.count()).select_from(SigningKey)) == 0
        if not known:
            # The register's first event names its recovery key: from there on only people whom somebody vouches for
            paper = getattr(unlocked, "paper", None) if first else None
            with self.action(person, "people.key", entity=f"person:{person.id}", batch=paper) as session:
                introduce(session, unlocked, self.clock.now())
        return person

    def _finish_people(self, unlocked: Unlocked) -> None:
        """Put the key file in place whose act was committed before the program was killed (safety.md 10).

        Raises:
            CannotUnlock: that changed the log-in of whoever is opening.
        """
        if not isinstance(unlocked, keys.Unlocked):
            return
        with self.read() as session:
            if not keys.finish(unlocked, lambda entry: known_as(session, entry)):
                return
        keys.check_unchanged(unlocked)

    def _look_at_clock(self) -> None:
        with self.read() as session:
            last = session.scalar(select(func.max(AuditEvent.seq))) or 0
            # The newest instant, not that of the last event: a clock that went back stays behind what came before
            self._newest = session.scalar(
                select(AuditEvent.at).where(AuditEvent.seq > last - 1000).order_by(AuditEvent.at.desc()).limit(1)
            )
        if self._newest and not self.demonstration and self.clock.now() < self._newest - CLOCK_TOLERANCE:
            self.clock_warning = (
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
        signer = self._signer(actor, code)
        with self._own_lane():
            lane = (self._write, self._gate)
            yield from self._act(signer, Act(code, reason, entity, episode_id, batch), lane, hooks)

    @contextmanager
    def acting_in(self, lane: Engine, actor: Person, act: Act) -> Iterator[Session]:
        """Open the transaction of one act in a copy that is to take this database's place; the lane is held already."""
        yield from self._act(self._signer(actor, act.code), act, (lane, Gate(lane)), True)

    def _signer(self, actor: Person, code: str) -> Unlocked:
        self._refuse_window_thread()
        signer = self._signers.get(actor.id)
        if signer is None:
            raise NotAllowed("This person has not unlocked the register, so nothing was saved. Change person first.")
        if getattr(signer, "given", None) is not None and code not in keys.OWN_LOG_IN:
            raise keys.PassphraseToChange
        return signer

    @contextmanager
    def kept_still(self, *, wait: bool = False) -> Iterator[None]:
        """Keep database and data key as they are: for a backup or check, which reads them beside the lanes.

        Raises:
            UserError: ``backup-running``: another holds it, and there was to be no waiting.
        """
        if not self._still.acquire(blocking=wait):
            raise UserError(
                "A backup or a check of the register is running. Nothing was changed. Wait until it is done, then do "
                "it again.",
                code="backup-running",
            )
        try:
            yield
        finally:
            self._still.release()

    def alone(self) -> AbstractContextManager[None]:
        """Keep everybody from writing, for a rotation of the data key."""
        return self._own_lane()

    def let_in(self) -> tuple[Unlocked, ...]:
        """Return the keys of all who are let in."""
        return tuple(self._signers.values())

    def let_out(self, person_id: int) -> None:
        """Let a person act no further until they unlock again."""
        self._signers.pop(person_id, None)

    def move_to(self, database: Path, key: bytes) -> None:
        """Go on in another database, which the key file names already; reads that have begun end in the old one."""
        old = (self._read, self._write)
        self.database = database
        self._write, self._read = engine.write_engine(database, key), engine.read_engine(database, key)
        self._gate = Gate(self._write)
        for lane in old:
            lane.dispose()
        self._lock.let_go()
        self._lock.also(database)

    @contextmanager
    def _own_lane(self) -> Iterator[None]:
        """Have the write lane for this thread alone; a thread that has it already would wait for itself."""
        if self._lane_owner == threading.get_ident():
            raise RuntimeError("an act is never opened inside another act")
        with self._lane:
            self._lane_owner = threading.get_ident()
            try:
                yield
            finally:
                self._lane_owner = None

    def _act(self, signer: Unlocked, act: Act, lane: tuple[Engine, Gate], hooks: bool) -> Iterator[Session]:
        write, gate = lane
        gate.open = False
        session = ActionSession(write, expire_on_commit=False)
        now = self.clock.now().astimezone(UTC)  # two instants of one zone are compared by its wall clock
        try:
            action = Action(session.connection(), signer, gate, act, now=now, newest=self._newest)
            session.info["action"] = action
            # Rows of one flush come in no order of theirs, so what one names is looked for at the commit
            action.connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            yield session
            session.flush()
            if hooks and self._hooks:
                touched = frozenset(action.touched.resolve(action.connection))
                for hook in self._hooks:
                    hook(session, touched)
                session.flush()
            action.close()
            session.commit()
            self._newest = now if self._newest is None else max(now, self._newest)
        except BaseException as error:
            with suppress(DBAPIError):
                session.rollback()
            explained = engine.explain(error)
            if explained is error:
                raise
            raise explained from None
        finally:
            gate.open = False
            session.close()

    def refused(self, actor: Person, code: str, reason: str, *, episode_id: int | None = None) -> int:
        """Record that an act was refused: an event without changes (command-line.md 9); return its number."""
        with self.action(actor, f"{code}.refused", reason=reason, episode_id=episode_id) as session:
            return _seq(session)

    def seen(
        self, actor: Person, code: str, entity: str, *, episode_id: int | None = None, reason: str | None = None
    ) -> int:
        """Record that something was looked at, before it is shown (design.md 4); return the event's number."""

        def look() -> int:
            with self.action(actor, code, entity=entity, episode_id=episode_id, reason=reason) as session:
                return _seq(session)

        return self.room.using(look)

    def audit_outside(self, state: Path) -> None:
        """Put what was noted outside while the register was closed into its audit (safety.md 7)."""
        record = OutsideRecord(state, self.store_id)
        for noted in record.pending():
            code = "rescue.export" if noted.code == READABLE_SAVED else "unlock.failed"
            self.seen(self.person, code, f"person:{noted.person_id}", reason=f"{noted.code}, {noted.at}")
        record.clear()

    @contextmanager
    def keep_form(self, actor: Person) -> Iterator[Session]:
        """Open a transaction for unsaved forms, the one thing a person writes that is not audited (design.md 3).

        Raises:
            NotAllowed: the actor has not unlocked this register.
            RuntimeError: a row of another table was to be written.
        """
        self._refuse_window_thread()
        if actor.id not in self._signers:
            raise NotAllowed("This person has not unlocked the register, so nothing was saved. Change person first.")
        with self._own_lane(), Session(self._write, expire_on_commit=False) as session:
            event.listen(session, "before_flush", _only_forms)
            try:
                with self._gate.writing():
                    yield session
                    session.commit()
            except DBAPIError as error:
                raise engine.explain(error) from None

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
                told = engine.explain(error, reading=True)
                if told is error:
                    raise
                raise told from None

    def sweep_content(self) -> tuple[str, ...]:
        """Delete sealed files that a crash left without a row, a day after they were made; return their names."""
        with self.read() as session:
            known = set(session.scalars(select(ContentFile.stored_name).where(ContentFile.file_key.is_not(None))))
        return self.content.sweep_orphans(known, ORPHANS_KEPT, now=self.clock.now())

    def scrub(self) -> None:
        """Empty the write-ahead journal into the database, so that nothing erased is left in it.

        Raises:
            RegisterBusy: something was still reading; do it again.
        """
        self._refuse_window_thread()
        with self._own_lane(), self._write.connect() as connection:
            busy = engine.raw(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise engine.RegisterBusy(
                "The register was being read, so the journal could not be emptied yet. Wait a moment, then do it again."
            )

    def _refuse_window_thread(self) -> None:
        if self._forbidden_thread == threading.get_ident():
            raise RuntimeError("the register is never read or written on the window's thread")


def _only_forms(session: Session, context: Any, instances: Any) -> None:
    if any(not isinstance(row, FormDraft) for row in (*session.new, *session.dirty, *session.deleted)):
        raise RuntimeError("only an unsaved form is written without an act")


def _person(unlocked: Unlocked) -> Person:
    return Person(unlocked.person_id, unlocked.name, frozenset(unlocked.roles))


def _seq(session: Session) -> int:
    action: Any = session.info["action"]
    return int(action.seq)
