"""A picture of every screen: empty, normal and full, light and dark, at two sizes, with a contact sheet."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from cme_desktop.app.stage import Stage, application
from cme_desktop.app.training import MANAGER, OFFICER, PASSPHRASE
from cme_desktop.casework.founding import end_set_up, found_register
from cme_desktop.casework.intake.files import import_paths
from cme_desktop.domain.roles import Person
from cme_desktop.importers.worker import Worker
from cme_desktop.register.cases import RegisterQuery, case_ids, case_rows
from cme_desktop.storage.store import Store
from cme_desktop.synth.demo import make_demo
from cme_desktop.synth.s2s_files import make_s2s
from cme_desktop.system import FixedClock
from cme_desktop.ui.grab import Shot
from cme_desktop.ui.theme import Scheme, Theme

DAY = date(2026, 11, 24)
SIZES = ((1366, 768), (1920, 1080))
NORMAL, FULL, PUPILS, SEED = 400, 50_000, 120, 7
CASE_TABS = ("overview", "timeline", "enquiries", "risk", "people", "documents", "order", "history")
_COLUMNS, _THUMB = 6, (320, 180)


@dataclass(frozen=True)
class State:
    """A register as it is pictured: empty, normal or full."""

    name: str
    children: int


STATES = (State("empty", 0), State("normal", NORMAL), State("full", FULL))


def make_screenshots(folder: Path, *, states: tuple[State, ...] = STATES) -> int:
    """Write the pictures into a folder, say how many there are, and return the exit code."""
    application()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made: list[Path] = []
    place = Path(tempfile.mkdtemp(prefix="cme-pictures-"))
    try:
        made += _first_run(folder, place / "first-run")
        for state in states:
            print(f"{state.name}: {state.children:,} children", flush=True)  # noqa: T201 - a person waits for this
            made += _pictures(folder, place / state.name, state)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    sheet = contact_sheet(made, folder / "contact-sheet.png")
    print(f"{len(made)} pictures and {sheet.name} are in {folder}")  # noqa: T201
    return 0


def _pictures(folder: Path, place: Path, state: State) -> list[Path]:
    register = place / "register"
    place.mkdir(parents=True)
    _make(register, state)
    stage = Stage(register, DAY, place / "program", place / "S2S")
    made: list[Path] = []
    try:
        for name in _screens(stage, state):
            made += _take(stage, folder, f"{state.name}-{name}")
    finally:
        stage.close()
    return made


def _first_run(folder: Path, place: Path) -> list[Path]:
    """Picture the set-up that meets whoever starts without a register."""
    place.mkdir(parents=True)
    stage = Stage(place / "register", DAY, place / "program")
    try:
        stage.settle()
        return _take(stage, folder, "first-run-set-up")
    finally:
        stage.close()


def _make(register: Path, state: State) -> None:
    (register.parent / "S2S").mkdir()
    if state.children == 0:
        clock = FixedClock(Stage.at(DAY))
        made = found_register(register, OFFICER, PASSPHRASE, clock, demonstration=True, light=True, program="window")
        made.store.close()
        end_set_up(register)
        return
    made_demo = make_demo(
        register,
        state.children,
        SEED,
        DAY,
        PASSPHRASE,
        officer=OFFICER,
        manager=MANAGER,
        light=True,
        program="window",
    )
    files = register.parent / "files"
    make_s2s(files, PUPILS, SEED, DAY)
    (files / "manifest.json").unlink()
    with Worker() as reader:
        import_paths(made_demo.store, made_demo.store.person, [files], reader=reader)
    made_demo.close()


def _screens(stage: Stage, state: State) -> Iterator[str]:
    """Bring one screen after another on stage and name it."""
    stage.settle()
    yield "unlock"
    stage.unlock(OFFICER, PASSPHRASE)
    for page in stage.work.shell.page_keys():
        stage.show(page)
        yield page
    if state.children:
        for ref, tabs in _cases(stage):
            for tab in tabs:
                stage.open_case(ref, tab)
                yield f"case-{ref[-3:]}-{tab}"
    stage.work.lock()
    yield "locked"
    stage.program.show_unlock()
    stage.unlock(OFFICER, PASSPHRASE)
    stage.work.desk.restore_wanted.emit()
    stage.settle()
    yield "restore"


def _cases(stage: Stage) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Choose the case that is pictured with all its tabs: two parents, ready for the notice."""

    def refs(store: Store, viewer: Person) -> list[str]:
        return [row.ref for row in case_rows(store, viewer, case_ids(store, viewer, RegisterQuery(text="Ștefan")))]

    for ref in stage.do(refs)[:1]:
        yield ref, CASE_TABS


def _take(stage: Stage, folder: Path, name: str) -> list[Path]:
    made = []
    for scheme in (Scheme.LIGHT, Scheme.DARK):
        for width, height in SIZES:
            place = folder / f"{name}-{scheme}-{width}.png"
            made.append(stage.picture(place, Shot(width, height, scheme)))
    return made


def contact_sheet(pictures: list[Path], place: Path) -> Path:
    """Write all pictures small on one sheet, each with its name."""
    rows = -(-len(pictures) // _COLUMNS)
    width, height = _THUMB
    sheet = QImage(_COLUMNS * (width + 12) + 12, rows * (height + 34) + 12, QImage.Format.Format_RGB32)
    sheet.fill(Theme.of().color("bg"))
    painter = QPainter(sheet)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setFont(Theme.of().font("hint"))
    painter.setPen(Theme.of().color("text"))
    for number, picture in enumerate(pictures):
        left = 12 + number % _COLUMNS * (width + 12)
        top = 12 + number // _COLUMNS * (height + 34)
        small = QImage(str(picture)).scaled(
            width, height, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        painter.drawImage(left, top, small)
        painter.drawText(QRectF(left, top + height + 2, width, 18), picture.stem)
    painter.end()
    if not sheet.save(str(place)):
        raise OSError(f"The contact sheet could not be written: {place.name}")
    return place
