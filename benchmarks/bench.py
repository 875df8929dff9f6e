"""Measure the program at Full size, each figure beside its floor of the same run: ``make bench``."""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from benchmarks import floors, sizes, starting
from benchmarks.processes import cost_of
from cme_desktop.app.stage import Stage
from cme_desktop.casework.documents.drafting import draft_document
from cme_desktop.casework.intake.files import import_paths
from cme_desktop.casework.next_steps import attach
from cme_desktop.importers.worker import Worker
from cme_desktop.register import cases, find, today
from cme_desktop.storage import keys
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import verify
from cme_desktop.synth.demo import OFFICER, make_demo
from cme_desktop.synth.s2s_files import make_s2s
from cme_desktop.system import FixedClock, StoreLock

DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MB = 1024 * 1024
TYPED = ("ka", "kar", "patel", "krisha pa", "HA1 9", "CME-2026-00", "smiht")


def _words(seconds: float) -> str:
    if seconds < 0.001:
        return f"{seconds * 1_000_000:,.0f} µs"
    return f"{seconds * 1000:,.1f} ms" if seconds < 10 else f"{seconds:,.1f} s"


def _megabytes(size: float) -> str:
    return f"{size / MB:,.1f} MB"


@dataclass(frozen=True)
class Figure:
    """One measured figure, seconds or bytes, its floor, and the most it may be where a promise was made."""

    name: str
    measured: float
    floor: float
    most: float | None = None
    in_words: Callable[[float], str] = _words

    @property
    def kept(self) -> bool:
        """Say whether the promise is kept."""
        return self.most is None or self.measured <= self.most

    def line(self) -> str:
        """Return the figure as one line of the table."""
        words = self.in_words
        promise = "" if self.most is None else f"  most {words(self.most)}{'' if self.kept else '  NOT KEPT'}"
        ratio = self.measured / self.floor if self.floor else float("inf")
        return f"{self.name:<46}{words(self.measured):>11}{words(self.floor):>11}{ratio:>8.1f}x{promise}"


@contextmanager
def _opened(folder: Path) -> Iterator[Store]:
    unlocked = keys.unlock(folder, OFFICER, sizes.PASSPHRASE)
    store = Store.open(folder, unlocked, FixedClock(NOW))
    attach(store)
    try:
        yield store
    finally:
        store.close()


def _measure(place: Path, size: sizes.Size) -> Iterator[Figure]:
    register = place / "register"
    rows = size.children * 6 + size.children // 4 * 40
    made = floors.timed(
        lambda: make_demo(register, size.children, sizes.SEED, DAY, sizes.PASSPHRASE, light=True).close()
    )
    yield Figure(f"demo, {size.children:,} children with their audit", made, floors.write_rows(place, rows), 180)
    yield from _questions(place, register, size)
    yield from _commands(place, register, size)
    yield from _work(place, register)
    database = next(register.glob("*.db"))

    def check() -> None:
        with StoreLock.take(register, program="bench", now=NOW):
            verdict = verify(register, keys.unlock(register, OFFICER, sizes.PASSPHRASE))
        if not verdict.ok:
            raise RuntimeError("the register did not pass its check")

    yield Figure("verify, everything", floors.timed(check), floors.read_and_hash(database))
    yield from _start(place, register)
    yield from _window(place, register)


def _questions(place: Path, register: Path, size: sizes.Size) -> Iterator[Figure]:
    floor = floors.read_page(place, size.children // 4)

    def unlock_to_today() -> None:
        with _opened(register) as store:
            today.today_page(store, store.person)

    yield Figure("unlock (light) to Today", floors.best_of(3, unlock_to_today), floor, 2.0)
    yield Figure(
        "stretching of a real passphrase, once",
        floors.timed(lambda: keys.draft_store_keys(place / "none", "A", sizes.PASSPHRASE, now=NOW)),
        floors.stretch(),
    )
    with _opened(register) as store:
        person = store.person

        def page() -> None:
            cases.case_rows(store, person, cases.case_ids(store, person, cases.RegisterQuery())[:200])

        page()
        yield Figure("register, first page", floors.best_of(3, page), floor, 0.150)
        yield Figure("register as at a day, whole", floors.timed(lambda: cases.cases_at(store, person, DAY)), floor)
        finding = floors.find_rows(place, size.children * 4)
        for typed in TYPED:
            search = partial(find.find, store, person, typed)
            search()
            yield Figure(
                f"search, {typed!r}",
                floors.best_of(3, search),
                finding,
                0.100,
            )


def _commands(place: Path, register: Path, size: sizes.Size) -> Iterator[Figure]:
    """Measure the command line from outside: its start without a store, and the whole register."""
    passphrase, one = place / "passphrase", place / "one-file"
    passphrase.write_text(sizes.PASSPHRASE, encoding="utf-8")
    make_s2s(one, 1, sizes.SEED, DAY)
    bare = floors.best_of(3, partial(floors.start_interpreter, "-c", "pass"))
    admin = ("-c", "from cme_desktop.cli.main import run; run()")
    no_store = {
        "--help": ("--help",),
        "upn": ("upn", "H801200001001", "--json"),
        "explain --list": ("explain", "--list", "--json"),
        "inspect, with its reading process": ("inspect", str(next(one.glob("*.xml"))), "--json"),
    }
    for name, words in no_store.items():
        yield Figure(
            f"cme-admin {name}", floors.best_of(3, partial(floors.start_interpreter, *admin, *words)), bare, 1.0
        )
    who = ("--user", OFFICER, "--passphrase-file", str(passphrase), "--today", DAY.isoformat())
    whole = partial(floors.start_interpreter, *admin, "cases", str(register), *who, "--json")
    most = 3.0 * max(1.0, size.children / sizes.FULL.children)
    yield Figure("cme-admin cases, with what is possible", floors.best_of(2, whole), bare, most)


def _work(place: Path, register: Path) -> Iterator[Figure]:
    files = place / "s2s"
    make_s2s(files, sizes.IMPORT_PUPILS, sizes.SEED, DAY)
    largest = max(files.glob("*.xml"), key=lambda path: path.stat().st_size)
    whole = sorted(files.glob("*.xml"))
    with _opened(register) as store, Worker() as reader:
        spent = floors.timed(lambda: import_paths(store, store.person, whole, reader=reader))
    parsing = floors.parse(largest.read_bytes()) / max(1, largest.stat().st_size)
    volume = sum(path.stat().st_size for path in whole)
    yield Figure(f"import, {sizes.IMPORT_PUPILS:,} pupils in {len(whole)} files", spent, parsing * volume)
    with _opened(register) as store:
        refs = _writable(store, sizes.LETTERS)
        spent = floors.timed(lambda: [draft_document(store, store.person, ref, "L01", parent) for ref, parent in refs])
    yield Figure(f"letters, {len(refs)} drafted and sealed", spent, floors.letters(len(refs)))


def _writable(store: Store, number: int) -> list[tuple[str, int]]:
    from sqlalchemy import select

    from cme_desktop.models.episode import Episode, Parent

    with store.read() as session:
        rows = session.execute(
            select(Episode.ref, Parent.id)
            .join(Parent, Parent.episode_id == Episode.id)
            .where(Episode.closed_on.is_(None), Parent.may_be_written_to.is_(True), Episode.on_roll.is_(False))
            .order_by(Episode.id.desc())
            .limit(number)
        ).all()
    return [(ref, parent) for ref, parent in rows]


def _start(place: Path, register: Path) -> Iterator[Figure]:
    """Measure what an officer starts with, beside a Qt window that is empty."""
    floor = floors.empty_window(place)
    page = cost_of(place / "program", starting.UNLOCK_PAGE, register)
    behind = cost_of(place / "program", starting.BEHIND)
    yield Figure("window, start to the unlock page", page.seconds, floor.seconds, 1.0)
    yield Figure("window, most memory up to the unlock page", page.memory, floor.memory, 110 * MB, _megabytes)
    yield Figure("process behind the window, most memory", behind.memory, floor.memory, None, _megabytes)


def _window(place: Path, register: Path) -> Iterator[Figure]:
    files = place / "more"
    make_s2s(files, sizes.IMPORT_PUPILS, sizes.SEED + 1, DAY)
    stage = Stage(register, DAY, place / "program")
    started = time.perf_counter()
    stage.unlock(OFFICER, sizes.PASSPHRASE)
    yield Figure("window, unlock to Today at rest", time.perf_counter() - started, floors.idle_gap(0.5) or 0.01, 2.0)
    idle = floors.idle_gap(2.0)
    desk = stage.work.desk
    left = {"import": True, "letters": True}

    def take(store: Store, person: object) -> None:
        with Worker() as reader:
            import_paths(store, store.person, [files], reader=reader)

    def write(store: Store, person: object) -> None:
        for ref, parent in _writable(store, sizes.LETTERS):
            draft_document(store, store.person, ref, "L01", parent)

    def begin() -> None:
        desk.do(take, lambda _done: left.update({"import": False}))
        desk.do(write, lambda _done: left.update({"letters": False}))

    gap = floors.largest_gap(begin, 600, lambda: not any(left.values()))
    yield Figure("window, largest gap during import and letters", gap, idle, 0.100)
    stage.close()


def main() -> int:
    """Measure and print; exit 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--size", choices=["normal", "full", "extreme"], default="full")
    args = parser.parse_args()
    size = {"normal": sizes.NORMAL, "full": sizes.FULL, "extreme": sizes.EXTREME}[args.size]
    place = Path(tempfile.mkdtemp(prefix="cme-bench-"))
    kept = True
    try:
        print(f"{size.name}: {size.children:,} children. Each figure beside its floor of this run.")
        print(f"{'':<46}{'figure':>11}{'floor':>11}{'ratio':>9}")
        for figure in _measure(place, size):
            print(figure.line(), flush=True)
            kept = kept and figure.kept
    finally:
        shutil.rmtree(place, ignore_errors=True)
    print(f"Most memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
