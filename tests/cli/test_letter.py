"""``letter``: a document drafted, issued, filed and written out (command-line.md 8)."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.case_kit import Desk, copy_desk, make_desk_folder
from tests.cli.conftest import Ran
from tests.documents.reading import text


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a closed register with a case of two parents."""
    folder = tmp_path_factory.mktemp("desk") / "register"
    make_desk_folder(folder, parents=2)
    return folder


@pytest.fixture
def desk(template: Path, tmp_path: Path, admin: Callable[..., Ran]) -> Desk:
    """Return a desk on a copy of the register."""
    return copy_desk(template, tmp_path, admin)


def _decided(desk: Desk, tmp_path: Path) -> None:
    """Serve the notice on one parent, decide about the other, and decide that school is expedient."""
    desk.today = "2026-12-01"
    desk.letter("L04", tmp_path / "L04.pdf", "--parent", 1)
    desk.act("serve-437", parent=1, method="hand")
    desk.act("decide-not-to-serve", user="Bernard Hall", parent=2, reason="Not safe")
    desk.today = "2026-12-16"
    desk.act("assess-response", result="none")
    desk.act("decide-expedient", expedient="yes", reasons="No education.")


def test_the_file_is_the_copy_that_is_filed(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "letter.pdf"
    answer = desk.letter("L01", out, "--parent", 1)
    assert {"ok", "path", "sha256", "document", "case", "parent", "pages", "template_version", "ruleset"} <= set(answer)
    data = out.read_bytes()
    assert hashlib.sha256(data).hexdigest() == answer["sha256"]
    assert answer["path"] == str(out)
    assert (answer["document"], answer["case"], answer["parent"]) == ("L01", desk.ref, 1)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    [filed] = desk.run("case", desk.ref)["documents"]
    assert filed["sha256"] == answer["sha256"]
    assert f"template {answer['template_version']}" in text(data)
    assert f"rule set {answer['ruleset']}" in text(data)


def test_the_same_again_on_the_same_day_is_the_same_copy(desk: Desk, tmp_path: Path) -> None:
    first = desk.letter("L01", tmp_path / "one.pdf", "--parent", 1)
    second = desk.letter("L01", tmp_path / "two.pdf", "--parent", 1)
    assert first["sha256"] == second["sha256"]
    assert len(desk.run("case", desk.ref)["documents"]) == 1
    desk.today = "2026-11-30"
    desk.letter("L01", tmp_path / "three.pdf", "--parent", 1)
    assert len(desk.run("case", desk.ref)["documents"]) == 2


def test_a_letter_to_a_parent_says_to_which(desk: Desk, tmp_path: Path) -> None:
    error = desk.letter_refused("L04", tmp_path / "L04.pdf")
    assert error["code"] == "parent-needed"
    assert desk.letter_refused("L04", tmp_path / "L04.pdf", "--parent", 9)["code"] == "parent-unknown"


def test_what_is_not_lawful_makes_no_file(desk: Desk, tmp_path: Path) -> None:
    error = desk.letter_refused("L08", tmp_path / "L08.pdf", "--parent", 1)
    assert error["code"] == "not-lawful"
    assert error["section"].startswith("Education Act 1996")
    assert error["allowed_from"]
    assert desk.letter_refused("L99", tmp_path / "L99.pdf")["code"] == "document-unknown"


def test_a_missing_particular_is_named(desk: Desk, tmp_path: Path) -> None:
    _decided(desk, tmp_path)
    error = desk.letter_refused("L05", tmp_path / "L05.pdf", "--school", "102185")
    assert (error["code"], error["missing"]) == ("particulars-missing", ["head_name"])
    assert error["section"] == "Education Act 1996 s439(5)"
    answer = desk.letter("L05", tmp_path / "L05.pdf", "--school", "102185", "--set", "head_name=Mr Test Head")
    assert "Copy to: Mr Test Head, head teacher." in text((tmp_path / "L05.pdf").read_bytes())
    assert answer["school"] == "102185"


def test_a_file_that_is_there_is_never_written_over(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "letter.pdf"
    out.write_bytes(b"mine")
    error = desk.error("letter", "--case", desk.ref, "--document", "L01", "--parent", 1, "--out", out)
    assert error["code"] == "file-exists"
    assert out.read_bytes() == b"mine"
    assert desk.run("case", desk.ref)["documents"] == []
    gone = desk.error(
        "letter", "--case", desk.ref, "--document", "L01", "--parent", 1, "--out", tmp_path / "no" / "letter.pdf"
    )
    assert gone["code"] == "path-missing"


def test_the_papers_of_a_school_are_made_by_their_acts_and_do_the_act_where_it_is_lawful(
    desk: Desk, tmp_path: Path
) -> None:
    _decided(desk, tmp_path)
    asked = desk.letter("L05", tmp_path / "L05.pdf", "--school", "999003")
    assert desk.run("act", "--case", desk.ref)["state"] == "school-consulted"
    again = desk.letter("L05", tmp_path / "again.pdf")
    assert again["sha256"] == asked["sha256"]
    desk.letter("L06", tmp_path / "L06.pdf", "--school", "999003")
    assert desk.run("act", "--case", desk.ref)["state"] == "school-decision-notice"
    assert "Day 1 Wednesday 16 December 2026" in text((tmp_path / "L06.pdf").read_bytes())
    filed = desk.act("record-school-answer", urn="999003", answer="We do not mean to apply.")
    assert filed["next_date"] == "2026-12-16"


def test_how_and_when_it_is_sent_decide_the_printed_days(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "L04.pdf"
    desk.letter("L04", out, "--parent", 1, "--method", "second-class", "--send-on", "2026-11-25")
    words = text(out.read_bytes())
    assert "posting it second class on Wednesday 25 November 2026 and expect that day to be Tuesday 1 December" in words
    assert "The last day is Tuesday 15 December 2026." in words


def test_it_says_by_when_a_notice_must_be_sent(desk: Desk, tmp_path: Path) -> None:
    desk.letter("L04", tmp_path / "L04.pdf", "--parent", 1)
    who = ("--user", "Anita Patel", "--passphrase-file", desk.passphrase, "--today", desk.today)
    again = desk.admin(
        "letter", desk.folder, "--case", desk.ref, "--document", "L04", "--parent", 1, "--out", tmp_path / "2.pdf", *who
    )
    assert again.code == 0
    assert again.text == f"Notice under section 437(1) of {desk.ref}, 2 pages, is in {tmp_path / '2.pdf'}.\n"


def test_a_manager_makes_no_document(desk: Desk, tmp_path: Path) -> None:
    error = desk.error(
        "letter",
        "--case",
        desk.ref,
        "--document",
        "L01",
        "--parent",
        1,
        "--out",
        tmp_path / "L01.pdf",
        user="Bernard Hall",
    )
    assert error["code"] == "not-allowed"


def test_what_is_issued_already_is_written_out_however_it_was_planned(desk: Desk, tmp_path: Path) -> None:
    posted = desk.letter("L04", tmp_path / "one.pdf", "--parent", 1, "--method", "first-class")
    again = desk.letter("L04", tmp_path / "two.pdf", "--parent", 1)
    assert again["sha256"] == posted["sha256"]
    by_hand = desk.letter("L04", tmp_path / "three.pdf", "--parent", 1, "--method", "hand")
    assert by_hand["sha256"] != posted["sha256"]


def test_a_paper_before_its_day_is_not_lawful_and_says_from_when(desk: Desk, tmp_path: Path) -> None:
    _decided(desk, tmp_path)
    desk.act("consult-school", urn="999003")
    desk.act("notify-school-439", urn="999003", received="2026-12-16")
    error = desk.letter_refused("L07", tmp_path / "L07.pdf", "--parent", 1)
    assert (error["code"], error["allowed_from"]) == ("not-lawful", "2026-12-31")
    assert error["section"] == "council practice (s439(7))"


def test_a_school_that_is_not_named_is_a_missing_particular(desk: Desk, tmp_path: Path) -> None:
    _decided(desk, tmp_path)
    error = desk.letter_refused("L05", tmp_path / "L05.pdf")
    assert (error["code"], error["missing"]) == ("particulars-missing", ["urn"])


def test_a_school_offered_beside_the_one_named_must_have_been_asked_too(desk: Desk, tmp_path: Path) -> None:
    _decided(desk, tmp_path)
    desk.act("consult-school", urn="999002")
    desk.act("agree-academy", urn="999002", agreed_by="Example Learning Trust")
    out = tmp_path / "L07.pdf"
    error = desk.letter_refused("L07", out, "--parent", 1, "--alternative", "999003")
    assert (error["code"], error["section"]) == ("not-lawful", "Education Act 1996 s439(5)")
    desk.letter("L07", out, "--parent", 1)


def test_an_approval_that_names_nothing_is_of_all_that_waits_on_the_case(desk: Desk, tmp_path: Path) -> None:
    for parent in (1, 2):
        error = desk.letter_refused("L04", tmp_path / f"{parent}.pdf", "--parent", parent)
        assert error["code"] == "approval-needed"
    assert desk.refused("approve", user="Anita Patel")["code"] == "not-allowed"
    desk.act("approve", user="Bernard Hall")
    assert [row["approval"] for row in desk.run("case", desk.ref)["documents"]] == ["approved", "approved"]
    assert desk.refused("approve", user="Bernard Hall")["code"] == "nothing-waits"
    desk.letter("L04", tmp_path / "one.pdf", "--parent", 1)


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, "disk-full"), (errno.EACCES, "file-unwritable")])
def test_a_letter_that_cannot_be_written_out_is_filed_and_says_how_to_get_it(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    """The words tell that it is issued; the same command writes out the copy that is filed."""
    out = tmp_path / "L05.pdf"
    _decided(desk, tmp_path)

    def refuse(*_: object, **__: object) -> Path:
        raise OSError(number, "refused")

    asked = ("letter", "--case", desk.ref, "--document", "L05", "--school", "999003", "--out", out)
    with monkeypatch.context() as patch:
        patch.setattr("cme_desktop.system.atomic_write", refuse)
        error = desk.error(*asked)
    assert error["code"] == code
    assert "is issued and filed in the register" in error["message"]
    assert "give the same command again" in error["message"]
    assert not out.exists()
    [filed] = [row for row in desk.run("case", desk.ref)["documents"] if row["code"] == "L05"]
    again = desk.run(*asked)
    assert again["document_id"] == filed["id"]
    assert hashlib.sha256(out.read_bytes()).hexdigest() == again["sha256"]


def test_no_room_for_the_sealed_copy_takes_back_the_whole_step(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _decided(desk, tmp_path)
    before = desk.run("case", desk.ref)
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink().parent.name == "content":
            raise OSError(errno.ENOSPC, "full")
        real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        error = desk.refused("consult-school", urn="999003")
    assert error["code"] == "disk-full"
    assert "Free some space" in error["message"]
    assert desk.run("case", desk.ref)["documents"] == before["documents"]
    assert not list((desk.folder / "content").glob("*.part"))
    desk.act("consult-school", urn="999003")
