"""Whether the installed program works on this computer: a register, a file, a letter, a backup, a check; two minutes.

Council IT runs it after an installation or an upgrade (``cme-desktop --self-test FOLDER``). Everything in it is
invented, it goes through the real window off-screen, and it says in a file what went well, as an installed program
for windows has no streams to say it on.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from cme_desktop import __version__
from cme_desktop.app.paths import day_of, documents_of, order_path
from cme_desktop.app.stage import Stage, StageTroubled
from cme_desktop.app.tour import PRIMARY, PUPILS, SEED, START, fit_pupil, take_in
from cme_desktop.app.training import MANAGER, OFFICER, PASSPHRASE
from cme_desktop.casework import keeping
from cme_desktop.casework.intake.accept import Decision, accept
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.register.inbox import waiting_items
from cme_desktop.storage.store import Store
from cme_desktop.synth.demo import make_demo
from cme_desktop.synth.s2s_files import make_s2s

REPORT = "self-test.txt"
CASES, LETTER = 6, "L01"
Say = Callable[[str], object]


class SelfTestFailed(Exception):
    """Say what does not work on this computer."""


def self_test(folder: Path | None) -> int:
    """Try the program in a folder, or in a temporary one that goes again; return 0 if it works here, 1 if not.

    The folder keeps ``self-test.txt`` with what was tried, and the register for whoever wants to look.
    """
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        return _run(folder)
    scratch = Path(tempfile.mkdtemp(prefix="cme-self-test-"))
    try:
        return _run(scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _run(folder: Path) -> int:
    lines: list[str] = [f"Case register {__version__}"]

    def say(words: str) -> None:
        lines.append(words)
        if sys.stdout is not None:
            print(words, flush=True)  # noqa: T201 - a person or a tool watches this

    code = 1
    try:
        _try(folder, say)
        code = 0
        say("The program works on this computer.")
    except (SelfTestFailed, StageTroubled, UserError, OSError) as error:
        say(f"The program does not work on this computer: {error}")
    (folder / REPORT).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return code


def _try(folder: Path, say: Say) -> None:
    register, watched = folder / "register", folder / "S2S"
    for place in (register, watched, folder / "backups", folder / "program"):
        shutil.rmtree(place, ignore_errors=True)
    watched.mkdir(parents=True)
    made = make_demo(
        register, CASES, SEED, START, PASSPHRASE, officer=OFFICER, manager=MANAGER, light=True, program="window"
    )
    made.close()
    say("A register was made.")
    stage = Stage(register, START, folder / "program", watched)
    try:
        stage.unlock(OFFICER, PASSPHRASE)
        say("It was unlocked in the window.")
        make_s2s(watched, PUPILS, SEED, START)
        (watched / "manifest.json").unlink()
        take_in(stage, watched)
        items = stage.do(waiting_items)
        say(f"S2S files were read by the process that reads files: {len(items)} pupils wait.")
        ref = _letter(stage, fit_pupil(items, 5, 9).id)
        say("A letter was made and issued as PDF.")
        _keep(stage, folder / "backups")
        say("A backup was made. The records are intact.")
        stage.change_person(MANAGER, PASSPHRASE)
        stage.open_case(ref)
        say("It was locked, and opened again by the second person.")
    finally:
        stage.close()


def _letter(stage: Stage, item_id: int) -> str:
    """Open a case on a pupil and issue the first letter of it; return its reference."""
    case = stage.do(lambda store, actor: accept(store, actor, item_id, Decision("new"))).case
    if case is None:
        raise SelfTestFailed("no case was opened from the files")
    for scene in order_path(case, PRIMARY, academy=False):
        stage.go_to(day_of(START, scene))
        stage.do(scene.act)
        letter = stage.do(lambda store, actor: documents_of(store, actor, case)).get(LETTER)
        if letter is not None:
            if not letter.startswith(b"%PDF-"):
                raise SelfTestFailed("the letter is no PDF")
            return case
    raise SelfTestFailed("no letter was issued")


def _keep(stage: Stage, place: Path) -> None:
    unlocked = stage.work.session.unlocked

    def act(store: Store, actor: Person) -> bool:
        keeping.back_up(store, actor, unlocked, place, second_place=True)
        return keeping.check_records(store, actor, unlocked).ok

    if not stage.do(act):
        raise SelfTestFailed("the records did not pass their check")
