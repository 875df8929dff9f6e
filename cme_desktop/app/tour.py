"""The main job in a quarter of an hour, off-screen: S2S files in the folder, a case, a notice, an order, the letters.

Everything goes through the real window, the real register and casework's own acts; the pictures are of that window.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from cme_desktop.app.paths import day_of, documents_of, order_path
from cme_desktop.app.stage import Stage, StageTroubled
from cme_desktop.app.training import MANAGER, OFFICER, PASSPHRASE
from cme_desktop.casework import keeping
from cme_desktop.casework.intake.accept import Decision, accept
from cme_desktop.domain.roles import Person
from cme_desktop.domain.school_age import age_on
from cme_desktop.register.inbox import InboxItem, waiting_items
from cme_desktop.storage.store import Store
from cme_desktop.synth.demo import make_demo
from cme_desktop.synth.s2s_files import make_s2s
from cme_desktop.ui.grab import Shot

START = date(2026, 1, 12)
"""A Monday whose order process ends well inside the placeholder terms."""
LATELY = timedelta(weeks=8)
"""How long ago the children of the tour may have left their schools: their files come in now."""
CHILDREN, PUPILS, SEED = 40, 120, 2026
PRIMARY, ACADEMY, HIGH = "999001", "999002", "999003"
_GONE = frozenset({"tracing", "destination-unknown"})
T = TypeVar("T")
Say = Callable[[str], object]


@dataclass(frozen=True)
class Toured:
    """What the tour left behind: the references of its cases and their documents by path and code."""

    folder: Path
    maintained: dict[str, Path]
    academy: dict[str, Path]
    pictures: tuple[Path, ...]
    intact: bool


class _Tour:
    def __init__(self, folder: Path, say: Say) -> None:
        self._folder, self._say = folder, say
        self._watched = folder / "S2S"
        self._pictures: list[Path] = []
        self._person = OFFICER

    def run(self) -> Toured:
        self._clear()
        register = self._folder / "register"
        self._say(f"Making a training register in {register}")
        make_demo(
            register, CHILDREN, SEED, START, PASSPHRASE, officer=OFFICER, manager=MANAGER, light=True, program="window"
        ).close()
        self._stage = Stage(register, START, self._folder / "program", self._watched)
        try:
            return self._play()
        finally:
            self._stage.close()
            shutil.rmtree(self._folder / "program", ignore_errors=True)

    def _clear(self) -> None:
        """Take away what an earlier tour left, and nothing else."""
        for name in ("register", "S2S", "program", "pictures", "documents", "backups"):
            shutil.rmtree(self._folder / name, ignore_errors=True)
        self._watched.mkdir(parents=True)
        (self._folder / "documents").mkdir()

    def _play(self) -> Toured:
        stage = self._stage
        self._picture("unlock")
        stage.unlock(OFFICER, PASSPHRASE)
        self._picture("today")
        self._say("Invented S2S files are saved in the watched folder")
        make_s2s(self._watched, PUPILS, SEED, START)
        (self._watched / "manifest.json").unlink()
        self._take_in()
        stage.show("inbox")
        self._picture("inbox")
        items = self._do(waiting_items)
        primary, secondary = fit_pupil(items, 5, 9), fit_pupil(items, 11, 14)
        first = self._do(lambda store, actor: accept(store, actor, primary.id, Decision("new"))).case
        second = self._do(lambda store, actor: accept(store, actor, secondary.id, Decision("new"))).case
        if first is None or second is None:
            raise StageTroubled("no case was opened from the files")
        stage.show("register")
        self._picture("register")
        self._walk(first, second)
        maintained, academy = self._keep("maintained", first), self._keep("academy", second)
        stage.work.desk.page_wanted.emit("letters", "list:issued")
        self._picture("letters")
        intact = self._check()
        stage.show("today")
        self._picture("today-after")
        stage.show("admin")
        self._picture("admin")
        stage.work.lock()
        self._picture("locked")
        return Toured(self._folder, maintained, academy, tuple(self._pictures), intact)

    def _take_in(self) -> None:
        left = take_in(self._stage, self._watched)
        self._say("Every S2S file was sealed in the register and deleted from the folder")
        if left:
            self._say(f"Left in the folder, because they are not S2S files and nothing else: {', '.join(left)}")

    def _walk(self, first: str, second: str) -> None:
        """Take both cases from the first letter to the order, day by day; the first is pictured."""
        self._say(f"{first}: from the first letter to the order, for a maintained school")
        self._say(f"{second}: the same for an academy")
        scenes = [(scene.day, 0, first, scene) for scene in order_path(first, PRIMARY, academy=False)]
        scenes += [(scene.day, 1, second, scene) for scene in order_path(second, ACADEMY, academy=True)]
        for _, path, ref, scene in sorted(scenes, key=lambda one: one[:2]):
            self._stage.go_to(day_of(START, scene))
            self._as(MANAGER if scene.by_manager else OFFICER)
            self._do(scene.act)
            if path == 0 and scene.tab:
                self._stage.open_case(ref, scene.tab)
                self._picture(f"case-{scene.tab}-{scene.day:02d}")
        self._as(OFFICER)

    def _as(self, person: str) -> None:
        if person != self._person:
            self._stage.change_person(person, PASSPHRASE)
            self._person = person

    def _keep(self, name: str, ref: str) -> dict[str, Path]:
        """Write the issued documents of a case beside the pictures; no name stands in a file name."""
        found: dict[str, Path] = {}
        for code, content in self._do(lambda store, actor: documents_of(store, actor, ref)).items():
            place = self._folder / "documents" / f"{name}-{code}.pdf"
            place.write_bytes(content)
            found[code] = place
        return found

    def _check(self) -> bool:
        unlocked = self._stage.work.session.unlocked

        def check(store: Store, actor: Person) -> bool:
            keeping.back_up(store, actor, unlocked, self._folder / "backups", second_place=True)
            return keeping.check_records(store, actor, unlocked).ok

        intact = self._do(check)
        self._say("Backup made and checked. " + ("Records intact." if intact else "The records are NOT intact."))
        return intact

    def _do(self, act: Callable[[Store, Person], T]) -> T:
        return self._stage.do(act)

    def _picture(self, name: str) -> None:
        place = self._folder / "pictures" / f"{len(self._pictures) + 1:02d}-{name}.png"
        self._pictures.append(self._stage.picture(place, Shot()))


def take_in(stage: Stage, watched: Path) -> tuple[str, ...]:
    """Look in the folder until only what is no S2S file lies there, and return the names of that.

    A file is taken once it has been the same for two seconds.
    """
    importer = stage.work.importer

    def emptied() -> bool:
        stage.work.look_in_folder()
        stage.settle(20)
        return {path.name for path in watched.iterdir()} <= {one.name for one in importer.left}

    stage.wait_for(emptied, "the watched folder to be emptied of S2S files")
    return tuple(one.name for one in importer.left)


def fit_pupil(items: tuple[InboxItem, ...], least: int, most: int) -> InboxItem:
    """Return a waiting pupil of these ages who lately left for nowhere known, with an adult and an address."""
    for item in items:
        record = item.record
        born = record.get("DOB", "")
        adults = record.get("Contacts", ())
        left = max((stay.get("LeavingDate", "") for stay in record.get("SchoolHistory", ())), default="")
        if (
            item.proposed == "new"
            and (START - LATELY).isoformat() <= left <= START.isoformat()
            and item.meaning_code in _GONE
            and record.get("Surname")
            and record.get("Address", {}).get("PostCode")
            and 1 <= len(adults) <= 2
            and least <= age_on(date.fromisoformat(born), START) <= most
        ):
            return item
    raise StageTroubled("the files hold no pupil fit for the tour")


def tour(folder: Path, say: Say) -> Toured:
    """Play the tour into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return _Tour(folder.resolve(), say).run()


def make_tour(folder: Path) -> int:
    """Play the tour, say where everything is, and return the exit code."""
    done = tour(folder, lambda words: print(words, flush=True))  # noqa: T201 - a person watches this
    print(f"{len(done.pictures)} pictures are in {done.folder / 'pictures'}")  # noqa: T201
    print(  # noqa: T201
        f"{len(done.maintained) + len(done.academy)} documents are in {done.folder / 'documents'}: "
        f"{', '.join(done.maintained)} for a maintained school, {', '.join(done.academy)} for an academy"
    )
    if not done.intact:
        print("The records did not pass their check.", file=sys.stderr)  # noqa: T201
    return 0 if done.intact else 1
