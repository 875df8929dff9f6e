"""A child goes through the whole program, and stands in clear in no file that it makes (safety.md 1 and 9)."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cme_desktop import logs
from cme_desktop.casework import access_log, drafts, enquiries, keeping, notes, risk
from cme_desktop.casework.documents.drafting import Wanted, draft_document
from cme_desktop.casework.documents.handling import record_printed, save_copy_to_send
from cme_desktop.casework.documents.issuing import ApprovalNeeded, issue_document
from cme_desktop.casework.enquiries import EnquiryEntry
from cme_desktop.casework.intake import Decision, accept
from cme_desktop.casework.intake.files import take
from cme_desktop.casework.orders.obtaining import obtain_document
from cme_desktop.casework.risk import AnswerEntry
from cme_desktop.domain.roles import Person
from cme_desktop.register import case_page, history
from cme_desktop.register.inbox import waiting_items
from cme_desktop.register.letters import document_bytes
from cme_desktop.storage import keys
from cme_desktop.storage.store import Store
from cme_desktop.ui.qt import copy_text
from cme_desktop.ui.unlock.locked import LockedView
from tests.app.bench import OFFICER, Play, let_go, words_shown
from tests.app.conftest import StartPlay
from tests.app.test_keeping import look_until
from tests.casework.s2s import READER, Pupil, file_bytes, leaver_file
from tests.crypto_pages import hits_in_clear, hits_in_files
from tests.factories import PASSPHRASE, TODAY, make_upn

SURNAME, FORENAME, PARENT = "Qwyxplorvuk", "Zvjetkazum", "Yxilmorthe"
STREET, NOTE, SCHOOL_MAN = "Wuqhtxering", "Kjoltvandre", "Bexhwilmund"
UPN = make_upn("310201529444")
DOB = "2013-07-19"
CANARIES = (SURNAME, FORENAME, PARENT, STREET, NOTE, SCHOOL_MAN, UPN, DOB)
OTHER_FORMS = ("19/07/2013", "19 Jul 2013", "19 July 2013", "19072013", "07700 900871", "ZZ9 7QJ")
NONE = dict.fromkeys((*CANARIES, *OTHER_FORMS), 0)
PUPIL = Pupil(
    SURNAME,
    FORENAME,
    DOB,
    upn=UPN,
    paon="7",
    street=f"{STREET} Street",
    postcode="ZZ9 7QJ",
    parent=(PARENT, SURNAME),
)


@pytest.fixture
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let every temporary file of the program fall into a folder of the test."""
    made = tmp_path / "temp"
    made.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(made))
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    return made


def work_the_case(store: Store, actor: Person, item: int) -> str:
    """Accept the pupil as a new child and work the case: enquiry, note, risk, a kept form, letters, printing."""
    ref = accept(store, actor, item, Decision("new")).case
    assert ref is not None
    receipt = access_log.open_case_page(store, actor, ref)
    page = case_page.case_page(store, actor, ref, receipt)
    assert page.head.surname == SURNAME
    visit = EnquiryEntry(
        "council", SCHOOL_MAN, "07700 900871", "visit", TODAY, "nobody-in", "RE04", outcome_detail=NOTE
    )
    enquiries.record_enquiry(store, actor, ref, visit)
    notes.add_note(store, actor, ref, f"{NOTE} rang about {FORENAME} {SURNAME}")
    risk.answer_question(store, actor, ref, AnswerEntry(4, "yes", evidence=f"{NOTE} fears", told_by=SCHOOL_MAN))
    drafts.keep_draft(store, actor, f"note:{ref}", {"words": f"{SURNAME} is at {STREET}"})
    letter = draft_document(store, actor, ref, "L01")
    issue_document(store, actor, letter.id)
    seen = access_log.open_document(store, actor, letter.id)
    assert document_bytes(store, actor, letter.id, seen).startswith(b"%PDF")
    record_printed(store, actor, [letter.id], [access_log.print_document(store, actor, letter.id)])
    leaves = access_log.export_document(store, actor, letter.id, reason=f"For {SCHOOL_MAN}")
    sent = save_copy_to_send(
        store, actor, letter.id, leaves, recipient=SCHOOL_MAN, lawful_basis="Public task", method="s2s"
    )
    assert sent.file_name == f"{ref}.pdf"
    with pytest.raises(ApprovalNeeded):
        obtain_document(store, actor, ref, "L04", Wanted(method="first-class"))
    history.history(store, actor, ref, receipt)
    return ref


def look_at_every_screen(play: Play, ref: str) -> None:
    """Bring every page and every tab of the case to the front, and type the name into the search."""
    shell = play.work.shell
    for key in shell.page_keys():
        shell.go(key)
        play.settle()
    for tab in ("", "timeline", "enquiries", "people", "documents", "risk", "order", "history"):
        play.work.desk.case_wanted.emit(ref, tab)
        play.settle()
    shell.focus_search()
    QTest.keyClicks(shell.search, SURNAME)
    QTest.qWait(1_200)
    play.settle()
    for widget in QApplication.topLevelWidgets():
        assert not any(word in widget.windowTitle() for word in CANARIES)
    assert SURNAME.lower() in words_shown(play.window).lower(), "the screens do show the child"


@pytest.mark.feature("F76")
def test_no_plaintext_through_the_whole_program(
    begin: StartPlay, place: Path, temp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched, second = place / "S2S", place / "second"
    watched.mkdir()
    second.mkdir()
    log = logs.start(place / "program" / "state")
    try:
        (watched / f"{SURNAME}.xml").write_bytes(file_bytes(PUPIL)[:500])
        name, data = leaver_file(PUPIL)
        (watched / name).write_bytes(data)
        play = begin(watched=watched)
        play.unlock(OFFICER, PASSPHRASE)
        look_until(play, lambda: not any(watched.iterdir()), monkeypatch)
        [item] = play.do(waiting_items)
        assert item.record["Surname"] == SURNAME
        ref = play.do(lambda store, actor: work_the_case(store, actor, item.id))
        play.work.desk.cases_changed.emit(None)
        look_at_every_screen(play, ref)
        unlocked = play.work.session.unlocked
        play.do(lambda store, actor: keeping.back_up(store, actor, unlocked, second, second_place=True))
        crash_with_the_child_in_hand(play)
        play.program.preferences.change(text_size=110)
        database, key = play.work.session.store.database, unlocked.data_key

        in_clear = hits_in_clear(database, key, CANARIES)
        assert all(in_clear.values()), f"the helper does not find what is there: {in_clear}"
        assert hits_in_files(place, NONE) == NONE, "while the register is open: journal and shared memory too"
        assert database.with_name(f"{database.name}-wal").stat().st_size > 0

        copy_text(f"{SURNAME}, {STREET}")
        play.press("Ctrl+L")
        let_go()
        assert isinstance(play.window.face, LockedView)
        assert QApplication.clipboard().text() == ""
        for widget in QApplication.allWidgets():
            assert not any(word.lower() in words_shown(widget).lower() for word in CANARIES)
        play.close()
    finally:
        log.close()
    assert hits_in_files(place, NONE) == NONE
    assert list(temp.iterdir()) == [], "no temporary file is left"
    backups = [path for path in second.rglob("*") if path.is_file()]
    assert len(backups) > 3
    [log_written] = (place / "program" / "state").glob(logs.FILE_NAMES)
    assert log_written.read_text(encoding="utf-8")
    assert (place / "program" / "config" / "settings.json").is_file()


def crash_with_the_child_in_hand(play: Play) -> None:
    """Let an error that nobody expected pass through frames that hold the child's name."""

    def deep(child: str, where: dict[str, str]) -> None:
        raise RuntimeError(f"no such child {child} at {where}")

    told: list[int] = []
    undo = logs.watch(told.append, exits=False)
    try:
        try:
            deep(f"{FORENAME} {SURNAME} {DOB}", {"street": STREET, "upn": UPN})
        except RuntimeError as error:
            sys.excepthook(RuntimeError, error, error.__traceback__)
    finally:
        undo()
    assert len(told) == 1
    assert play.program.work is not None


_CRASH = """
import faulthandler, sys, threading
from pathlib import Path
from cme_desktop import logs
from cme_desktop.app.session import Opener
from cme_desktop.casework import access_log
from cme_desktop.register.case_page import case_page
from cme_desktop.storage import keys
from cme_desktop.system import FixedClock
from tests.factories import NOON, PASSPHRASE

folder, state, ref, how = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
log = logs.start(state)
log.catch_crashes()
logs.watch(lambda reference: None, exits=True)
opener = Opener(folder, FixedClock(NOON), state, 0)
session = opener.open("Anita Patel", lambda: keys.unlock(folder, "Anita Patel", PASSPHRASE))
store, officer = session.store, session.person

def show(page, words):
    if how == "below":
        faulthandler._sigsegv()
    if how == "thread":
        thread = threading.Thread(target=fail, args=(page, words))
        thread.start()
        thread.join()
    fail(page, words)

def fail(page, words):
    raise LookupError(f"cannot draw {words} of {page}")

page = case_page(store, officer, ref, access_log.open_case_page(store, officer, ref))
show(page, f"{page.head.forename} {page.head.surname} {page.head.dob} {page.head.address}")
"""


@pytest.mark.feature("F96")
@pytest.mark.parametrize("how", ["main", "thread", "below"])
def test_no_plaintext_in_what_a_crash_leaves(begin: StartPlay, place: Path, temp: Path, how: str) -> None:
    """A process that dies with an open case in its hands: in Python, in another thread, and below Python."""
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    name, data = leaver_file(PUPIL)
    ref = play.do(lambda store, actor: taken(store, actor, name, data))
    play.close()
    state = place / "state"
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}
    died = subprocess.run(
        [sys.executable, "-c", _CRASH, str(place / "register"), str(state), ref, how],
        capture_output=True,
        env=environment,
        timeout=60,
        check=False,
    )
    assert died.returncode not in (0, None)
    output = (died.stdout + died.stderr).decode(errors="replace")
    left = [path for path in state.rglob("*") if path.is_file() and path.stat().st_size]
    assert left, output
    wanted = logs.CRASH_NAME if how == "below" else logs.FILE_NAMES
    assert any(path.match(wanted) for path in left)
    assert hits_in_files(place, NONE) == NONE
    assert not any(word in output for word in NONE)
    assert list(temp.iterdir()) == []
    key = keys.unlock(place / "register", OFFICER, PASSPHRASE).data_key
    [database] = place.joinpath("register").glob("*.db")
    assert hits_in_clear(database, key, [SURNAME])[SURNAME] > 0


def taken(store: Store, actor: Person, name: str, data: bytes) -> str:
    """Take a file in and open the case of its pupil."""
    outcome = take(store, actor, data, name, reader=READER)
    ref = accept(store, actor, outcome.staged_ids[0], Decision("new")).case
    assert ref is not None
    return ref
