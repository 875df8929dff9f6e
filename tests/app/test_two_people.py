"""Two people are two people: what an administrator types for somebody else is good for one thing only."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from cme_desktop.app.unlocking import FirstPassphrase
from cme_desktop.casework import access_log, approvals, users
from cme_desktop.casework.founding import end_set_up, found_register
from cme_desktop.domain.errors import NotAllowed
from cme_desktop.domain.roles import Role
from cme_desktop.models.audit import AuditEvent
from cme_desktop.storage import keys
from cme_desktop.storage.keys.people import Kdf
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import verify
from cme_desktop.system import FixedClock
from cme_desktop.ui.unlock.own_passphrase import OwnPassphraseView
from cme_desktop.ui.unlock.view import UnlockView
from tests.app.bench import Play, wait_for
from tests.app.conftest import StartPlay
from tests.cli.conftest import Ran
from tests.cli.conftest import admin as admin
from tests.factories import NOON

OFFICER, MANAGER = "Asha Patel", "Bharti Shah"
OWN, GIVEN, CHOSEN = "four green kettles sing", "seven quiet otters swim", "nine tall foxes dance"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a real register with an officer who is administrator, and a manager who was just added."""
    for module in (keys.people, keys.recovery):
        monkeypatch.setattr(module, "calibrated", lambda _least: Kdf(memory_kib=64 * 1024, passes=1))
    made = found_register(tmp_path / "real", OFFICER, OWN, FixedClock(NOON))
    users.add_person(made.store, made.store.person, made.unlocked, MANAGER, [Role.MANAGER], GIVEN)
    made.store.close()
    end_set_up(tmp_path / "real")
    return tmp_path / "real"


def open_as(folder: Path, name: str, passphrase: str) -> Store:
    """Open the register as a person."""
    return Store.open(folder, keys.unlock(folder, name, passphrase), FixedClock(NOON))


def reset(folder: Path) -> None:
    """Have the administrator set the manager's passphrase anew."""
    with closing(open_as(folder, OFFICER, OWN)) as store:
        users.renew_person(store, store.person, store.unlocked, 2, GIVEN)  # type: ignore[arg-type]  # real keys


def choose(folder: Path, given: str = GIVEN, chosen: str = CHOSEN) -> None:
    """Have the manager choose an own passphrase."""
    with closing(open_as(folder, MANAGER, given)) as store:
        users.choose_passphrase(store, store.person, store.unlocked, chosen)  # type: ignore[arg-type]  # real keys


@pytest.mark.parametrize("was", ["added", "reset"])
def test_nothing_is_done_with_a_passphrase_that_was_given(folder: Path, was: str) -> None:
    if was == "reset":
        choose(folder)
        reset(folder)
    with closing(open_as(folder, MANAGER, GIVEN)) as store:
        for attempt in (
            lambda: access_log.searched(store, store.person, "amara", hits=0),
            lambda: store.action(store.person, "approval.approve").__enter__(),
            lambda: store.seen(store.person, "access.open-case", "case:1"),
        ):
            with pytest.raises(NotAllowed) as refused:
                attempt()
            assert refused.value.code == "passphrase-to-change"
        with store.read() as session:
            acts = {event.action for event in session.query(AuditEvent).filter(AuditEvent.user_id == 2)}
        assert acts <= {"people.passphrase", "people.key"}


def test_the_own_passphrase_has_keys_that_nobody_else_held(folder: Path) -> None:
    given = keys.unlock(folder, MANAGER, GIVEN)
    with closing(open_as(folder, MANAGER, GIVEN)) as store:
        with pytest.raises(keys.PassphraseRefused) as refused:
            users.choose_passphrase(store, store.person, store.unlocked, GIVEN)  # type: ignore[arg-type]  # real keys
        assert refused.value.code == "passphrase-used"
    choose(folder)
    with pytest.raises(keys.WrongPassphrase):
        keys.unlock(folder, MANAGER, GIVEN)
    own = keys.unlock(folder, MANAGER, CHOSEN)
    assert own.given is None
    assert (own.key_id != given.key_id, own.user_key != given.user_key) == (True, True)
    with closing(open_as(folder, MANAGER, CHOSEN)) as store:
        access_log.searched(store, store.person, "amara", hits=0)
    assert verify(folder, own).ok


def test_the_window_asks_for_an_own_passphrase_before_anything_else(begin: StartPlay, folder: Path) -> None:
    play = begin(store=folder)
    play.type_passphrase(MANAGER, GIVEN)
    view = own_view(play)
    assert play.program.work is None
    assert f"{OFFICER} gave you this passphrase today 12:00, for one use" in view.words.text()
    assert view.reset is None
    QTest.keyClicks(view.passphrase, GIVEN)
    QTest.keyClicks(view.again, GIVEN)
    view.use.click()
    wait_for(lambda: bool(view.form.fields["passphrase"].error), "the given one to be refused")
    assert "somebody else knows it" in view.form.fields["passphrase"].error
    view.back.click()
    wait_for(lambda: isinstance(play.window.face, UnlockView), "the unlock screen")
    play.type_passphrase(MANAGER, GIVEN)
    view = own_view(play)
    QTest.keyClicks(view.passphrase, CHOSEN)
    QTest.keyClicks(view.again, CHOSEN)
    view.use.click()
    wait_for(lambda: play.program.work is not None, "the manager to be let in")
    play.settle()
    assert play.work.session.person.name == MANAGER
    play.press("Ctrl+L")
    play.window.face.unlock.click()  # type: ignore[union-attr]  # the locked view
    play.unlock(MANAGER, CHOSEN)
    assert play.work.shell.key == "today"


def own_view(play: Play) -> OwnPassphraseView:
    """Return the page for an own passphrase once it says who gave the present one."""
    wait_for(lambda: isinstance(play.window.face, OwnPassphraseView), "the page for an own passphrase")
    view = play.window.face
    assert isinstance(view, OwnPassphraseView)
    wait_for(lambda: bool(view.words.text()), "who gave it")
    return view


def test_a_reset_is_loud_and_those_before_it_are_named(begin: StartPlay, folder: Path) -> None:
    choose(folder)
    reset(folder)
    choose(folder)  # somebody used it who was not asked
    reset(folder)
    play = begin(store=folder)
    play.type_passphrase(MANAGER, GIVEN)
    view = own_view(play)
    assert view.reset is not None
    said = view.reset.accessibleName()
    assert f"{OFFICER} set your passphrase anew today 12:00" in said
    assert "tell your manager" in said
    assert f"It was also set anew before: {OFFICER}, today 12:00." in said


def test_nobody_approves_on_the_day_what_the_administrator_who_reset_them_asked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(folder)
    reset(folder)
    choose(folder)
    monkeypatch.setattr(approvals, "_waiting", lambda *_args: (waiting(asked_by=1), case()))
    with closing(open_as(folder, MANAGER, CHOSEN)) as store:
        with pytest.raises(NotAllowed) as refused:
            approvals._refuse_own(store, store.person, "CME-2026-00001", None, None, "approval.approve")
        assert refused.value.code == "log-in-was-reset"
        store.clock.moment = NOON + timedelta(days=1)  # type: ignore[attr-defined]  # a clock of the tests
        approvals._refuse_own(store, store.person, "CME-2026-00001", None, None, "approval.approve")
        monkeypatch.setattr(approvals, "_waiting", lambda *_args: (waiting(asked_by=3), case()))
        store.clock.moment = NOON  # type: ignore[attr-defined]  # a clock of the tests
        approvals._refuse_own(store, store.person, "CME-2026-00001", None, None, "approval.approve")


def waiting(asked_by: int) -> object:
    """Return a request that somebody made."""
    return approvals.Approval(asked_by=asked_by, document_id=None, data={}, kind="close")


def case() -> object:
    """Return a case that nothing is asked of."""
    return approvals.Episode(id=None, ref="CME-2026-00001")


def test_the_command_line_takes_a_given_passphrase_for_nothing_but_an_own_one(
    admin: Callable[..., Ran], folder: Path, tmp_path: Path
) -> None:
    for name, words in (("given", GIVEN), ("chosen", CHOSEN), ("common", "password2026")):
        (tmp_path / name).write_text(words, encoding="utf-8")
    as_given = ("--user", MANAGER, "--passphrase-file", tmp_path / "given", "--json")
    as_chosen = ("--user", MANAGER, "--passphrase-file", tmp_path / "chosen", "--json")
    for command in (("cases", folder), ("verify", folder), ("backup", folder, tmp_path / "second")):
        ran = admin(*command, *as_given)
        assert (ran.code, ran.json["error"]["code"]) == (2, "passphrase-to-change"), command
    assert not (tmp_path / "second").exists()
    own = ("user", "passphrase", folder, "--new-passphrase-file")
    ran = admin(*own, tmp_path / "common", *as_given)
    assert (ran.code, ran.json["error"]["code"]) == (2, "passphrase-common")
    assert admin(*own, tmp_path / "chosen", *as_given).json == {"ok": True, "store": str(folder), "user": MANAGER}
    assert admin("cases", folder, *as_chosen).code == 0
    assert admin(*own, tmp_path / "given", *as_chosen).code == 0, "an own one is changed by the same command"
    assert admin("cases", folder, *as_given).code == 0


def test_the_page_is_closed_without_a_choice(folder: Path) -> None:
    class Session:
        closed = False

        def close(self) -> None:
            self.closed = True

    session = Session()
    page = FirstPassphrase(None, session)  # type: ignore[arg-type]  # of which only the end is looked at
    page.give_up()
    page.give_up()
    assert (session.closed, page.session) == (True, None)
