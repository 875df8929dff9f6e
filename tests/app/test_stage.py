"""The stage of the tour and the pictures: the real window worked by a script, at a day that is set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from cme_desktop.app import stage as stage_module
from cme_desktop.app.stage import Stage, StageTroubled
from cme_desktop.casework import cases
from cme_desktop.domain.errors import NotAllowed
from cme_desktop.register.today import today_page
from tests.app.bench import MANAGER, OFFICER, let_go
from tests.factories import PASSPHRASE, TODAY, open_case_command


@pytest.fixture
def stage(place: Path) -> Iterator[Stage]:
    """Return the stage on the training register."""
    made = Stage(place / "register", TODAY, place / "program", place / "S2S")
    yield made
    made.close()
    let_go()


def test_a_play_goes_from_person_to_person_and_day_to_day(stage: Stage, place: Path) -> None:
    stage.unlock(OFFICER, PASSPHRASE)
    assert stage.do(today_page).day == TODAY
    case = stage.do(lambda store, actor: cases.open_case(store, actor, open_case_command()))
    stage.show("register")
    assert stage.work.shell.key == "register"
    stage.open_case(case.ref)
    picture = stage.picture(place / "case.png")
    assert picture.read_bytes().startswith(b"\x89PNG")
    stage.go_to(TODAY + timedelta(days=30))
    assert stage.do(today_page).day == TODAY + timedelta(days=30)
    stage.change_person(MANAGER, PASSPHRASE)
    assert stage.work.person.name == MANAGER
    with pytest.raises(NotAllowed):
        stage.do(lambda store, actor: cases.open_case(store, actor, open_case_command()))


def test_every_count_is_of_the_day_and_of_the_last_act(stage: Stage) -> None:
    stage.unlock(OFFICER, PASSPHRASE)
    stage.do(lambda store, actor: cases.open_case(store, actor, open_case_command()))
    stage.show("schools")
    stage.go_to(TODAY + timedelta(days=30))
    counted = stage.do(today_page).due_count
    stage.settle()
    assert counted > 0
    assert stage.work.shell.rail.item("today").count == counted


def test_a_picture_has_no_toast_over_it_and_the_news_stays(stage: Stage, place: Path) -> None:
    stage.unlock(OFFICER, PASSPHRASE)
    toasts = stage.work.shell.toasts
    toasts.say("4 files could not be read and are held under Problem files", note=True)
    stage.picture(place / "today.png")
    assert toasts.shown is None
    assert len(toasts.news) == 1


def test_what_does_not_come_on_stage_is_said(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StageTroubled, match="nobody is at work"):
        _ = stage.work
    stage.unlock(OFFICER, PASSPHRASE)
    with pytest.raises(StageTroubled, match="unlock screen"):
        stage.unlock(OFFICER, PASSPHRASE)
    monkeypatch.setattr(stage_module, "PATIENCE_S", 0.1)
    with pytest.raises(StageTroubled, match="waited in vain for a miracle"):
        stage.wait_for(lambda: False, "a miracle")
    assert stage.at(date(2026, 1, 5)).date() == date(2026, 1, 5)
