"""From damage to work again: the check at the start finds it, the rescue screen leads on, a backup is put back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from cme_desktop.app.program import Program
from cme_desktop.casework import cases
from cme_desktop.casework.keeping import back_up
from cme_desktop.casework.reference.policy import change_settings
from cme_desktop.models.audit import AuditEvent
from cme_desktop.storage import keys
from cme_desktop.storage.engine import Unreadable
from cme_desktop.storage.keys import read_key_file
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import verify
from cme_desktop.system import FixedClock
from cme_desktop.ui.rescue.panels import ChoicesPanel, DonePanel, RestorePanel
from cme_desktop.ui.rescue.presenter import RescuePresenter
from cme_desktop.ui.rescue.view import RescueView
from cme_desktop.ui.unlock.view import UnlockView
from tests.app.bench import ADMINISTRATOR, MANAGER, OFFICER, Play, spin, wait_for, words_shown
from tests.app.conftest import StartPlay
from tests.crypto_pages import decrypted_pages, hits_in_files
from tests.factories import NOON, PASSPHRASE, child_facts, open_case_command

SURNAME = "Qwyxplorvuk"


def worked_in(place: Path, *, children: int = 40) -> Path:
    """Open some cases in the training register, back it up beside it, open one more case; return the backup's place."""
    register, usb = place / "register", place / "usb"
    unlocked = keys.unlock(register, OFFICER, PASSPHRASE)
    store = Store.open(register, unlocked, FixedClock(NOON))
    for number in range(children):
        command = open_case_command(child=child_facts(f"{SURNAME}-{number}", "Amara"))
        cases.open_case(store, store.person, command)
    change_settings(store, store.person, {"backup.place": str(usb)})
    back_up(store, store.person, unlocked, usb, second_place=True)
    cases.open_case(store, store.person, open_case_command(child=child_facts("Later", "Ben")))
    store.scrub()
    store.close()
    return usb


def damage(register: Path) -> None:
    """Flip a bit in a page of the directory of schools, which nothing reads at unlock."""
    database = register / read_key_file(register).database
    pages = list(decrypted_pages(database, keys.unlock(register, OFFICER, PASSPHRASE).data_key))
    place = max(n for n, page in enumerate(pages) if page[:1] == b"\x0d" and page.count(b"Primary School") > 3)
    whole = bytearray(database.read_bytes())
    whole[place * 4096 + 1000] ^= 1
    database.write_bytes(whole)


def lose_first_page(register: Path) -> None:
    """Overwrite the page without which nothing opens."""
    database = register / read_key_file(register).database
    database.write_bytes(b"\xff" * 4096 + database.read_bytes()[4096:])


def rescue_of(play: Play) -> RescuePresenter:
    """Return the presenter of the rescue screen once it is in front."""
    wait_for(lambda: isinstance(play.window.face, RescueView), "the rescue screen")
    [presenter] = play.window.face.findChildren(RescuePresenter) if play.window.face else []
    assert isinstance(presenter, RescuePresenter)
    return presenter


def stopped_at_work(begin: StartPlay, place: Path) -> tuple[Play, RescuePresenter]:
    """Let the check find damage while the officer works, and return what is left: the rescue screen."""
    usb = worked_in(place)
    damage(place / "register")
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    play.program.preferences.change(backup_place=str(usb))
    play.work.check_register()
    return play, rescue_of(play)


def begin_without_first_page(begin: StartPlay, place: Path) -> Play:
    """Start the program on a register that does not open, with a backup in a known place."""
    usb = worked_in(place, children=3)
    lose_first_page(place / "register")
    play = begin()
    play.program.preferences.change(backup_place=str(usb))
    return play


def put_back(play: Play, *, passphrase: str = PASSPHRASE) -> None:
    """Choose the newest backup and put it back as whoever is named first."""
    presenter = rescue_of(play)
    panel = presenter.restore
    wait_for(lambda: bool(panel.rows) and panel.put_back.isEnabled(), "the backup to be looked at")
    QTest.keyClicks(panel.passphrase, passphrase)
    panel.put_back.click()
    wait_for(lambda: not presenter.busy, "the backup to be back")


def children_in(register: Path) -> int:
    """Return how many children a closed register holds, which must be whole."""
    verdict = verify(register, keys.unlock(register, OFFICER, PASSPHRASE))
    assert verdict.ok, verdict.problems
    assert verdict.counts is not None
    return verdict.counts["children"]


def test_damage_found_at_the_start_ends_the_work_and_a_backup_brings_it_back(begin: StartPlay, place: Path) -> None:
    play, presenter = stopped_at_work(begin, place)
    assert play.program.work is None
    panel = play.window.face.panel  # type: ignore[union-attr]  # rescue_of has looked
    assert isinstance(panel, ChoicesPanel)
    assert SURNAME not in words_shown(play.window)
    panel.restore.click()
    wait_for(lambda: presenter.restore.put_back.isEnabled(), "the backup to be looked at")
    shown = words_shown(play.window)
    assert all(part in shown for part in ("Children", "41", "40")), "what would differ"
    put_back(play)
    assert isinstance(play.window.face, RescueView)
    done = play.window.face.panel
    assert isinstance(done, DonePanel)
    assert "replaced" in words_shown(done)
    assert "among them the case CME-2026-00041. No new case gets a reference that was given" in words_shown(done)
    done.go_on.click()
    play.unlock(OFFICER, PASSPHRASE)
    play.work.check_register(whole=True)
    play.settle()
    spin(50)
    assert play.program.work is not None, "the register is sound"
    play.close()
    assert children_in(place / "register") == 40


def test_a_sound_register_is_worked_in_undisturbed(begin: StartPlay) -> None:
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    play.work.check_register(whole=True)
    play.work.check_register(whole=True)
    play.settle()
    spin(50)
    assert play.program.work is not None


def test_a_register_that_does_not_open_leads_to_the_rescue_screen_with_the_right_keys(
    begin: StartPlay, place: Path
) -> None:
    play = begin_without_first_page(begin, place)
    play.type_passphrase(OFFICER, PASSPHRASE)
    presenter = rescue_of(play)
    assert presenter.choices is not None
    presenter.choices.restore.click()
    wait_for(lambda: presenter.restore.put_back.isEnabled(), "the backup to be looked at")
    assert "cannot be counted" in words_shown(play.window)
    put_back(play)
    play.close()
    assert children_in(place / "register") == 3


def test_a_wrong_passphrase_of_the_backup_changes_nothing(begin: StartPlay, place: Path) -> None:
    usb = worked_in(place, children=3)
    lose_first_page(place / "register")
    before = (place / "register" / read_key_file(place / "register").database).read_bytes()
    play = begin()
    play.program.preferences.change(backup_place=str(usb))
    play.type_passphrase(OFFICER, PASSPHRASE)
    presenter = rescue_of(play)
    assert presenter.choices is not None
    presenter.choices.restore.click()
    put_back(play, passphrase="not the passphrase at all")
    assert presenter.restore.form.fields["passphrase"].error
    assert (place / "register" / read_key_file(place / "register").database).read_bytes() == before


def test_a_manager_can_neither_put_a_backup_back_nor_save_what_can_be_read(begin: StartPlay, place: Path) -> None:
    play = begin_without_first_page(begin, place)
    play.type_passphrase(MANAGER, PASSPHRASE)
    presenter = rescue_of(play)
    assert presenter.choices is not None
    assert not presenter.choices.export.isEnabled()
    assert "is for an officer" in presenter.choices.why_no_export.text()
    presenter.choices.restore.click()
    wait_for(lambda: presenter.restore.put_back.isEnabled(), "the backup to be looked at")
    presenter.restore.who.pick(
        next(str(row.person_id) for row in read_key_file(place / "register").people if row.name == MANAGER)
    )
    put_back(play)
    assert "for an officer or an administrator" in presenter.restore.form.fields["backup"].error


def test_what_can_be_read_is_saved_and_the_next_audit_says_so(
    begin: StartPlay, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play, presenter = stopped_at_work(begin, place)
    assert presenter.choices is not None
    target = place / "mine"
    target.mkdir()
    monkeypatch.setattr(type(presenter._folders), "ask_folder", lambda _self, _title: str(target))
    presenter.choices.export.click()
    wait_for(lambda: not presenter.busy, "the records to be saved")
    [made] = target.iterdir()
    assert hits_in_files(made, [SURNAME])[SURNAME] > 40
    assert hits_in_files(place / "program", [SURNAME]) == {SURNAME: 0}, "nothing of a child is noted outside"
    [noted] = [json.loads(line) for line in next((place / "program").rglob("outside-*.jsonl")).read_text().splitlines()]
    assert noted["code"] == "readable-records-saved"
    done = play.window.face.panel  # type: ignore[union-attr]  # rescue_of has looked
    assert isinstance(done, DonePanel)
    done.go_on.click()
    assert isinstance(play.window.face, RescueView)
    assert isinstance(play.window.face.panel, ChoicesPanel)
    presenter.choices.restore.click()
    put_back(play)
    play.close()
    again = begin()
    again.unlock(OFFICER, PASSPHRASE)

    def exports(store: Store, _actor: object) -> list[str | None]:
        with store.read() as session:
            return [row.reason for row in session.query(AuditEvent).filter_by(action="rescue.export")]

    [reason] = again.do(exports)
    assert reason is not None
    assert reason.startswith("readable-records-saved")


def test_a_copy_for_it_is_saved(begin: StartPlay, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worked_in(place, children=3)
    lose_first_page(place / "register")
    play = begin()
    play.type_passphrase(OFFICER, PASSPHRASE)
    presenter = rescue_of(play)
    assert presenter.choices is not None
    target = place / "it"
    monkeypatch.setattr(type(presenter._folders), "ask_folder", lambda _self, _title: str(target))
    presenter.choices.copy.click()
    wait_for(lambda: not presenter.busy, "the copy to be saved")
    [made] = target.iterdir()
    assert (made / "keys.json").is_file()


def test_left_alone_the_rescue_screen_drops_the_keys(begin: StartPlay, place: Path) -> None:
    worked_in(place, children=3)
    lose_first_page(place / "register")
    play = begin()
    play.type_passphrase(OFFICER, PASSPHRASE)
    rescue_of(play)
    play.program._on_idle()
    assert isinstance(play.window.face, UnlockView)
    assert play.program._rescue is None


def test_an_administrator_puts_a_backup_back_from_admin(begin: StartPlay, place: Path) -> None:
    usb = worked_in(place, children=3)
    play = begin()
    play.unlock(ADMINISTRATOR, PASSPHRASE)
    play.program.preferences.change(backup_place=str(usb))
    play.work.desk.restore_wanted.emit()
    presenter = rescue_of(play)
    assert isinstance(play.window.face, RescueView)
    assert isinstance(play.window.face.panel, RestorePanel)
    wait_for(lambda: presenter.restore.put_back.isEnabled(), "the backup to be looked at")
    presenter.restore.back.click()
    assert isinstance(play.window.face, UnlockView)
    play.unlock(ADMINISTRATOR, PASSPHRASE)
    play.work.desk.restore_wanted.emit()
    put_back(play)
    play.close()
    assert children_in(place / "register") == 3


def test_what_could_not_be_read_at_work_calls_for_a_whole_check(begin: StartPlay, place: Path) -> None:
    worked_in(place)
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    damage(place / "register")

    def unreadable(_store: Store, _viewer: object) -> None:
        raise Unreadable("The case database could not be read.")

    play.work.desk.ask(unreadable, lambda _none: None)
    rescue_of(play)


def test_the_place_of_the_backups_is_remembered_outside_the_register(begin: StartPlay, place: Path) -> None:
    usb = worked_in(place, children=3)
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    play.work.daily_backup()
    wait_for(lambda: play.program.preferences.settings.backup_place == str(usb), "the place to be remembered")
    assert isinstance(play.program, Program)


def test_keys_that_are_damaged_lead_to_the_rescue_screen_too(
    begin: StartPlay, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usb = worked_in(place, children=3)
    for path in (place / "register").glob("keys.json*"):
        path.write_text("{", encoding="utf-8")
    play = begin()
    presenter = rescue_of(play)
    assert presenter.choices is not None
    assert not presenter.choices.export.isEnabled()
    presenter.choices.restore.click()
    wait_for(lambda: "Plug the drive in" in words_shown(play.window), "that none is known")
    monkeypatch.setattr(type(presenter._folders), "ask_folder", lambda _self, _title: str(usb))
    presenter.restore.elsewhere.click()
    put_back(play)
    play.close()
    assert children_in(place / "register") == 3
