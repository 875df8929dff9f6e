"""Victims that are killed on purpose: a small parent that has imported everything forks one for each line it reads.

``look``: the victim looks at something and dies before or after its event is saved. ``import``: the victim is
``cme-admin import --json-lines`` and is killed some seconds after some lines. ``set-up``: the victim sets a register up
and dies at one of its changes to the files. ``people``: the victim changes who has a log-in and dies likewise. Each
question and each answer is one line of JSON; the answer says of which signal the victim died, its whole lines, and
which of its processes outlived it.

It is started by ``START`` rather than as a module, so that the reader process of a victim imports nothing of it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, event

from cme_desktop.app.setting_up import RegisterSetup
from cme_desktop.casework import access_log, users
from cme_desktop.cli.main import main
from cme_desktop.domain.roles import Role
from cme_desktop.register import case_page, cases, find, letters
from cme_desktop.storage import keys
from cme_desktop.storage.keys.people import Kdf
from cme_desktop.storage.store import Store
from cme_desktop.system import FixedClock
from tests.factories import NO_FLOOR, NOON, PASSPHRASE
from tests.processes import in_session

START = "from tests.safety.victims import serve; serve()"
OUTLIVES = 5.0
"""Seconds that the processes of a victim are given to notice its death."""
KINDS = ("open", "reveal", "document", "print", "export", "search", "list")


def show(store: Store, kind: str, ref: str, document: int) -> object:
    """Look at something as the officer: record it, then fetch it."""
    officer = store.person
    if kind == "open":
        return case_page.case_page(store, officer, ref, access_log.open_case_page(store, officer, ref))
    if kind == "reveal":
        access_log.reveal_name(store, officer, ref)
        return find.find(store, officer, ref)
    if kind == "search":
        access_log.searched(store, officer, "kamara", hits=1)
        return find.find(store, officer, "kamara")
    if kind == "list":
        access_log.opened_list(store, officer, "open", filters="", rows=1)
        return cases.case_ids(store, officer, cases.RegisterQuery())
    receipts: dict[str, Callable[[], object]] = {
        "document": lambda: access_log.open_document(store, officer, document),
        "print": lambda: access_log.print_document(store, officer, document),
        "export": lambda: access_log.export_document(store, officer, document, reason="To the school"),
    }
    receipt = receipts[kind]()
    assert isinstance(receipt, access_log.Receipt)
    return letters.document_bytes(store, officer, document, receipt)


def look(folder: Path, kind: str, when: str, ref: str, document: int) -> None:
    """Open the register, look at something and die around its event; what is shown is written out."""
    store = Store.open(folder, keys.unlock(folder, "Anita Patel", PASSPHRASE, floors=NO_FLOOR), FixedClock(NOON))
    saved = Store.seen

    def dying(self: Store, *args: object, **options: object) -> int:
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        seq = saved(self, *args, **options)  # type: ignore[arg-type]  # passed on as they came
        if when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return seq

    Store.seen = dying  # type: ignore[method-assign, assignment]  # this process dies of it
    shown = show(store, kind, ref, document)
    os.write(1, f"SHOWN {len(str(shown))}\n".encode())


NO_KILL = 0
_MAY_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CHANGES = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "shutil.rmtree", "os.chmod"})


def die_at(nth: int, below: Path) -> Callable[[], int]:
    """Kill this process before its nth change to the files below a folder; return what counts the changes."""
    seen = 0
    inside = str(below)

    def changed() -> None:
        nonlocal seen
        seen += 1
        if seen == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(event: str, args: tuple[object, ...]) -> None:
        path = str(args[0]) if args else ""
        writes = event == "open" and isinstance(args[2], int) and bool(args[2] & _MAY_WRITE)
        if (writes or event in _CHANGES) and path.startswith(inside):
            changed()

    def commits(_connection: object) -> None:
        changed()

    sys.addaudithook(watch)
    event.listen(Engine, "commit", commits)
    return lambda: seen


def say(words: str) -> None:
    """Write a line where the parent reads it, whole."""
    os.write(1, f"{words}\n".encode())


def set_up(place: Path, how: str, nth: int) -> None:
    """Set a register up, by the window's steps or by the command, and die at a change to the files of the place."""
    cheap = Kdf(memory_kib=64 * 1024, passes=1)
    keys.people.calibrated = lambda _least: cheap  # type: ignore[attr-defined]  # this process dies of it
    folder, second = place / "register", place / "second"
    count = die_at(nth, place)
    if how == "command":
        passphrase = place.parent / "passphrase"
        main(["init", str(folder), "--officer", "Anita Patel", "--passphrase-file", str(passphrase), "--json"])
    else:
        setup = RegisterSetup(folder, FixedClock(NOON), 0, lambda *_: None)
        setup.create("Anita Patel", PASSPHRASE)
        say("CREATED")
        setup.recovery_key()
        setup.confirm_key()
        say("PAPER")
        setup.use_backup_place(str(second))
        say("COPIED")
        setup.finish().close()
        say("ENDED")
    say(f"CHANGES {count()}")


def change_people(folder: Path, what: str, nth: int) -> None:
    """Change who has a log-in, and die at a change to the files."""
    unlocked = keys.unlock(folder, "Anita Patel", PASSPHRASE)
    with closing(Store.open(folder, unlocked, FixedClock(NOON))) as store:
        count = die_at(nth, folder)
        PEOPLE_ACTS[what](store, unlocked)
        say("DONE")
        say(f"CHANGES {count()}")


PEOPLE_ACTS: dict[str, Callable[[Store, keys.Unlocked], object]] = {
    "add": lambda store, unlocked: users.add_person(
        store, store.person, unlocked, "Dara Quinn", [Role.MANAGER], PASSPHRASE
    ),
    "roles": lambda store, unlocked: users.set_roles(store, store.person, unlocked, 2, [Role.OFFICER]),
    "disable": lambda store, unlocked: users.disable_person(store, store.person, unlocked, 2, reason="moved on"),
    "renew": lambda store, unlocked: users.renew_person(store, store.person, unlocked, 2, "four green kettles sing"),
    "change": lambda store, unlocked: users.change_passphrase(
        store, store.person, unlocked, PASSPHRASE, "four green kettles sing"
    ),
    "paper": lambda store, unlocked: users.put_recovery_key(
        store, store.person, unlocked, users.draft_recovery_key(store, store.person, unlocked)
    ),
    "choose": lambda store, unlocked: users.choose_passphrase(store, store.person, unlocked, "four green kettles sing"),
}


def run(work: Callable[[], object], seconds: float | None, lines: int) -> tuple[int, list[str], list[int]]:
    """Do some work in a process of its own, with its output piped, and say how it ended.

    With ``seconds`` it is killed so long after it wrote so many lines; without, it has its time.
    """
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.dup2(write, 1)
        os.close(read)
        try:
            work()
        finally:
            os._exit(0)
    os.close(write)
    written = b""
    kill_at = None if seconds is None else (time.monotonic() + seconds if lines == 0 else 0.0)
    while True:
        left = None if not kill_at else max(0.0, kill_at - time.monotonic())
        ready, _, _ = select.select([read], [], [], left)
        if not ready:
            os.kill(child, signal.SIGKILL)
            kill_at = None
            continue
        part = os.read(read, 65536)
        if not part:
            break
        written += part
        if kill_at == 0.0 and seconds is not None and written.count(b"\n") >= lines:
            kill_at = time.monotonic() + seconds
    os.close(read)
    _, status = os.waitpid(child, 0)
    died = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    whole = written[: written.rfind(b"\n") + 1].decode().splitlines()
    until = time.monotonic() + OUTLIVES
    while (left_over := in_session(child)) and time.monotonic() < until:
        time.sleep(0.02)
    return died, whole, left_over


def serve() -> None:
    """Answer each line of standard input with one JSON object."""
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        what, *words = json.loads(line)
        if what == "set-up":
            place, how, nth = words
            answer = run(partial(set_up, Path(place), how, nth), None, 0)
        elif what == "people":
            folder, act, nth = words
            answer = run(partial(change_people, Path(folder), act, nth), None, 0)
        elif what == "look":
            folder, kind, when, ref, document = words
            answer = run(partial(look, Path(folder), kind, when, ref, document), None, 0)
        else:
            folder, passphrase, seconds, after, files = words
            options = ["--user", "Anita Patel", "--passphrase-file", passphrase, "--today", "2026-11-24"]
            command = ["import", folder, *files, "--json-lines", *options]
            answer = run(partial(main, command), seconds, after)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
