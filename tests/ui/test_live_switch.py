"""Colours and text size that are switched while a page is open: it must look as if it had been opened so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from cme_desktop.app.screenshots import CASE_TABS, DAY
from cme_desktop.app.stage import Stage
from cme_desktop.app.training import MANAGER, OFFICER, PASSPHRASE
from cme_desktop.domain.roles import Person
from cme_desktop.register.cases import RegisterQuery, case_ids, case_rows
from cme_desktop.storage.store import Store
from cme_desktop.synth.demo import READY_FROM, make_demo
from cme_desktop.ui.grab import picture
from cme_desktop.ui.theme import Scheme, Theme

SIZE = QSize(1366, 768)
WORKED = "Liban"
"""A child whose order was served: the step of today and a refused one stand beside each other."""


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a training register in which cases are worked up to each step."""
    folder = tmp_path_factory.mktemp("live") / "register"
    people = {"officer": OFFICER, "manager": MANAGER}
    make_demo(folder, READY_FROM, 7, DAY, PASSPHRASE, **people, light=True, program="window").close()
    return folder


def ref_of(stage: Stage, name: str) -> str:
    """Return the reference of a child's case."""

    def look(store: Store, viewer: Person) -> str:
        return case_rows(store, viewer, case_ids(store, viewer, RegisterQuery(text=name)))[0].ref

    return stage.do(look)


def screens(stage: Stage) -> Iterator[str]:
    """Bring the pages and the tabs of a case to the front, one after another."""
    stage.unlock(OFFICER, PASSPHRASE)
    for page in stage.work.shell.page_keys():
        stage.show(page)
        yield page
    ref = ref_of(stage, WORKED)
    for tab in CASE_TABS:
        stage.open_case(ref, tab)
        yield tab


def pictures(register: Path, place: Path, theme: Theme, *, live: bool) -> list[tuple[str, QImage]]:
    """Return a picture of each screen, in dark with larger text: switched while it was open, or opened so."""
    shutil.copytree(register, place / "register")
    set_look(theme, switched=not live)
    stage = Stage(place / "register", DAY, place / "program")
    made = []
    try:
        for name in screens(stage):
            if live:
                picture(stage.window, SIZE)
                set_look(theme, switched=True)
            picture(stage.window, SIZE)
            stage.settle(200)
            made.append((name, picture(stage.window, SIZE)))
            if live:
                set_look(theme, switched=False)
    finally:
        stage.close()
    return made


def set_look(theme: Theme, *, switched: bool) -> None:
    """Show light colours at 100 %, or dark ones with larger text."""
    theme.set_choice(Scheme.DARK if switched else Scheme.LIGHT)
    theme.set_text_percent(125 if switched else 100)


@pytest.mark.slow
@pytest.mark.feature("F85")
def test_a_page_follows_a_switch_while_it_is_open(training: Path, tmp_path: Path, theme: Theme) -> None:
    switched = pictures(training, tmp_path / "switched", theme, live=True)
    opened = pictures(training, tmp_path / "opened", theme, live=False)
    assert len(switched) == len(opened) > 12
    differ = [name for (name, one), (_name, other) in zip(switched, opened, strict=True) if one != other]
    assert not differ, f"not as if opened so: {', '.join(differ)}"
