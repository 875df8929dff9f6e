"""Files taken in: sealed, staged with what each record means and who it may be, the same bytes only once."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import zipfile
from pathlib import Path

import pytest

from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.intake import FileOutcome, import_paths, save_out, settle_problem
from cme_desktop.casework.intake.files import take
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.domain.errors import NotFound, UserError
from cme_desktop.importers.worker import Worker
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.child import Child
from cme_desktop.models.document import ContentFile
from cme_desktop.models.intake import MatchCandidate, SeenAgain, SourceFile, StagedPupil
from tests.casework.look import rows
from tests.casework.s2s import (
    COUNCIL,
    NOWHERE,
    READER,
    SENDER,
    Pupil,
    file_bytes,
    joiner_file,
    leaver_file,
    lost_file,
    new_pupil,
    transfer_file,
)
from tests.factories import Register, child_facts, make_case, make_upn


def put(register: Register, named: tuple[str, bytes]) -> FileOutcome:
    """Take in one file."""
    name, data = named
    return take(register.store, register.officer, data, name, reader=READER)


def staged(register: Register) -> StagedPupil:
    """Return the one staged pupil."""
    [row] = rows(register, StagedPupil)
    return row


@pytest.mark.feature("F1")
def test_a_file_is_one_act_with_its_bytes_pupils_and_candidates(register: Register) -> None:
    before = len(rows(register, AuditEvent))
    name, data = leaver_file(new_pupil(), new_pupil(forename="Two", dob="2013-01-01"))
    outcome = put(register, (name, data))
    assert (outcome.status, outcome.kind, outcome.staged, outcome.refused) == ("staged", "CML", 2, 0)
    assert [event.action for event in rows(register, AuditEvent)[before:]] == ["import.file"]
    [row] = rows(register, SourceFile)
    assert (row.name, row.sha256, row.kind, row.status) == (name, outcome.sha256, "CML", "read")
    [content] = rows(register, ContentFile)
    assert content.file_key is not None
    assert register.store.content.open(content.stored_name, content.file_key, outcome.sha256) == data
    assert rows(register, Child) == []


@pytest.mark.parametrize(
    ("make", "changes", "meaning", "code", "proposed"),
    [
        (leaver_file, {}, "off roll on 9(1)(i), destination unknown", "tracing", "new"),
        (lost_file, {}, "off roll on 9(1)(i), destination unknown", "tracing", "new"),
        (leaver_file, {"ground": "9(1)(f)"}, "off roll on 9(1)(f), home education", "home-education", "new"),
        (
            leaver_file,
            {"ground": "9(1)(k)"},
            "off roll on 9(1)(k), the child has died: close with care, no letters",
            "died",
            "not-cme",
        ),
        (
            leaver_file,
            {"ground": "9(1)(l)"},
            "off roll on 9(1)(l), over school age: not missing education",
            "over-age",
            "not-cme",
        ),
        (
            leaver_file,
            {"ground": "9(1)(o)"},
            "off roll on 9(1)(o), permanently excluded: the council must provide education",
            "council-provides",
            "new",
        ),
        (leaver_file, {"ground": ""}, "off roll, no ground given, destination unknown", "destination-unknown", "new"),
        (
            lost_file,
            {"ground": ""},
            "lost pupil file: off roll, no ground given, destination unknown",
            "destination-unknown",
            "new",
        ),
        (
            lost_file,
            {"ground": "", "reason": "EM"},
            "off roll, no ground given, leaving reason EM: emigration",
            "abroad",
            "later",
        ),
        (
            transfer_file,
            {"ground": "9(1)(a)"},
            "off roll on 9(1)(a), new school named: check that it has admitted the child, "
            "going to Example Primary School",
            "destination-to-confirm",
            "later",
        ),
        (joiner_file, {}, "on roll at Example Primary School from 3 Nov 2026", "joiner", "not-cme"),
    ],
)
def test_a_record_says_what_it_means(
    register: Register, make: object, changes: dict[str, str], meaning: str, code: str, proposed: str
) -> None:
    put(register, make(new_pupil(**changes)))  # type: ignore[operator]  # one of the makers of files
    row = staged(register)
    assert (row.meaning, row.meaning_code, row.proposed) == (meaning, code, proposed)


def test_a_leaver_with_a_known_school_is_to_be_confirmed_by_a_day(register: Register) -> None:
    put(register, transfer_file(new_pupil(ground="9(1)(a)")))
    assert staged(register).later_until is not None
    assert rows(register, Child) == []


@pytest.mark.feature("F12")
def test_a_pupil_who_is_known_is_proposed_as_the_same_child(register: Register) -> None:
    upn = make_upn()
    case = make_case(register, child=child_facts(upns=(upn,)))
    put(register, leaver_file(Pupil(upn=upn)))
    row = staged(register)
    assert (row.proposed, row.child_id, row.episode_id) == ("match", case.child_id, case.episode_id)
    [candidate] = rows(register, MatchCandidate)
    assert (candidate.match_class, candidate.rank, candidate.episode_id) == ("certain", 1, case.episode_id)
    assert [reason["text"] for reason in candidate.reasons][:3] == ["same UPN", "same date of birth", "name equal"]


@pytest.mark.feature("F15")
def test_a_closed_case_is_a_candidate_too(register: Register) -> None:
    upn = make_upn()
    case = make_case(register, child=child_facts(upns=(upn,)))
    close_case(register.store, register.officer, case.ref, CloseCase("moved-abroad", "seen"))
    put(register, leaver_file(Pupil(upn=upn)))
    assert staged(register).proposed == "match"
    assert rows(register, MatchCandidate)[0].episode_id == case.episode_id
    assert staged(register).episode_id is None


def test_somebody_like_a_known_child_is_to_be_looked_at(register: Register) -> None:
    make_case(register, child=child_facts(upns=()))
    put(register, leaver_file(Pupil(dob="2012-02-03", postcode="HA1 9ZZ", paon="99")))
    assert staged(register).proposed == "later"
    assert rows(register, MatchCandidate)[0].match_class == "review"


def test_twins_are_not_taken_for_one_another(register: Register) -> None:
    upn = make_upn()
    make_case(register, child=child_facts(upns=(upn,)))
    put(register, leaver_file(new_pupil(forename="Isata")))
    assert all(row.match_class != "certain" for row in rows(register, MatchCandidate))
    assert staged(register).proposed != "match"


@pytest.mark.feature("F6")
def test_a_joiner_file_of_a_known_child_points_at_the_open_case(register: Register) -> None:
    upn = make_upn()
    case = make_case(register, child=child_facts(upns=(upn,)))
    put(register, joiner_file(Pupil(upn=upn, leaving="2026-11-20")))
    row = staged(register)
    assert (row.proposed, row.episode_id) == ("match", case.episode_id)
    assert row.meaning == "on roll at Example Primary School from 20 Nov 2026"


@pytest.mark.feature("F1")
def test_the_same_bytes_again_change_nothing_and_are_said_to_be_the_same(register: Register) -> None:
    name, data = leaver_file(new_pupil())
    put(register, (name, data))
    held = (len(rows(register, StagedPupil)), len(rows(register, SourceFile)), len(rows(register, ContentFile)))
    for other in (name, "copy (1).xml"):
        again = put(register, (other, data))
        assert (again.status, again.staged, again.duplicate_of) == ("duplicate", 0, name)
        assert "Nothing was changed." in again.sentences[0]
    now = (len(rows(register, StagedPupil)), len(rows(register, SourceFile)), len(rows(register, ContentFile)))
    assert now == held
    assert [row.name for row in rows(register, SeenAgain)] == [name, "copy (1).xml"]
    assert len(register.store.content.names()) == 1


@pytest.mark.feature("F4")
def test_only_a_pupil_without_any_name_or_number_is_set_aside(register: Register) -> None:
    nobody = Pupil(surname="", forename="", upn="")
    incomplete = Pupil(dob="", upn=make_upn(), forename="Two")
    outcome = put(register, leaver_file(new_pupil(), nobody, incomplete))
    assert (outcome.status, outcome.staged, outcome.refused) == ("partial", 2, 1)
    assert {"surname-missing", "dob-missing"} <= set(outcome.problems)
    assert [row.number for row in rows(register, StagedPupil)] == [1, 3]


@pytest.mark.feature("F4")
def test_a_file_that_cannot_be_read_is_held_with_a_plain_reason_and_settled(register: Register, tmp_path: Path) -> None:
    outcome = put(register, ("login.xml", b"<!DOCTYPE html><html><body>Log in</body></html>"))
    assert (outcome.status, outcome.staged) == ("refused", 0)
    assert outcome.sentences[0]
    [row] = rows(register, SourceFile)
    assert (row.is_problem, row.problem_settled_at) == (True, None)
    target = tmp_path / "copy.xml"
    save_out(register.store, register.officer, row.id, target, reason="Ask the school")
    assert target.read_bytes().startswith(b"<!DOCTYPE")
    logged = rows(register, AuditEvent)[-1]
    assert (logged.action, logged.reason) == ("access.file", "Ask the school")
    with pytest.raises(UserError, match="already"):
        save_out(register.store, register.officer, row.id, target, reason="Ask the school")
    with pytest.raises(UserError, match="Say what was done"):
        settle_problem(register.store, register.officer, row.id, reason="")
    settle_problem(register.store, register.officer, row.id, reason="School sent it again")
    assert rows(register, SourceFile)[0].problem_settled_at is not None
    with pytest.raises(NotFound):
        settle_problem(register.store, register.officer, 99, reason="x")


def test_files_that_are_no_moves_are_held_and_stage_nobody(register: Register) -> None:
    same = {"LEA": "310", "Estab": "4999"}
    assert put(register, ("3104999_CTF_3104999_001.xml", file_bytes(new_pupil(), destination=same))).staged == 0
    atf = b"<?xml version='1.0'?><ATfile><Header/></ATfile>"
    assert put(register, ("3104999_ATF_310LLLL_001.xml", atf)).status == "ignored"
    assert rows(register, StagedPupil) == []
    assert [row.is_problem for row in rows(register, SourceFile)] == [False, False]


def test_a_zip_is_one_act_and_each_of_its_files_counts(register: Register) -> None:
    first, second = leaver_file(new_pupil()), joiner_file(new_pupil(forename="Two"), number=2)
    put(register, first)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in (first, second, ("again.xml", second[1])):
            archive.writestr(name, data)
    before = len(rows(register, AuditEvent))
    outcome = put(register, ("week.zip", packed.getvalue()))
    assert [event.action for event in rows(register, AuditEvent)[before:]] == ["import.file"]
    assert (outcome.kind, outcome.staged) == ("zip", 1)
    whole = next(row for row in rows(register, SourceFile) if row.name == "week.zip")
    part = next(row for row in rows(register, SourceFile) if row.part_of_id == whole.id)
    assert (part.name, part.content_id) == (second[0], whole.content_id)
    assert [row.name for row in rows(register, SeenAgain)] == [first[0]]


def test_paths_stay_as_they_are_and_each_file_is_told(register: Register, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    (folder / "deeper").mkdir(parents=True)
    for name, data in (leaver_file(new_pupil()), joiner_file(new_pupil(forename="Two"))):
        (folder / name).write_bytes(data)
    (folder / "deeper" / "other.xml").write_bytes(b"x")
    heard: list[str] = []
    outcomes = import_paths(
        register.store, register.officer, [folder], reader=READER, on_file=lambda one: heard.append(one.name)
    )
    assert [one.status for one in outcomes] == ["staged", "staged"]
    assert heard == [one.name for one in outcomes]
    assert len(list(folder.iterdir())) == 3
    assert all(Path(one.path).exists() for one in outcomes)


def test_what_is_no_file_takes_nothing_in(register: Register, tmp_path: Path) -> None:
    good = tmp_path / "good.xml"
    good.write_bytes(leaver_file(new_pupil())[1])
    link = tmp_path / "link.xml"
    link.symlink_to(good)
    for wrong, code in ((tmp_path / "none.xml", "path-missing"), (link, "not-a-file")):
        with pytest.raises(UserError) as caught:
            import_paths(register.store, register.officer, [good, wrong], reader=READER)
        assert caught.value.code == code
    assert rows(register, SourceFile) == []


def test_a_file_larger_than_the_register_holds_is_left(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cme_desktop.casework.intake.files.MOST_HELD", 10)
    large = tmp_path / "large.xml"
    large.write_bytes(b"x" * 11)
    with pytest.raises(UserError, match="larger than the register holds"):
        import_paths(register.store, register.officer, [large], reader=READER)


def test_one_file_too_large_keeps_no_other_out(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, data = leaver_file(new_pupil())
    monkeypatch.setattr("cme_desktop.casework.intake.files.MOST_HELD", len(data))
    large, small, other = tmp_path / "a.xml", tmp_path / name, tmp_path / "c.xml"
    large.write_bytes(b"x" * (len(data) + 1))
    small.write_bytes(data)
    other.write_bytes(b"")
    outcomes = import_paths(register.store, register.officer, [large, small, other], reader=READER, list_failed=True)
    assert [(one.status, one.error) for one in outcomes] == [
        ("refused", "too-large"),
        ("staged", ""),
        ("refused", ""),
    ]
    assert outcomes[0].sha256 == hashlib.sha256(large.read_bytes()).hexdigest()
    assert [row.name for row in rows(register, SourceFile)] == [name, "c.xml"]
    with pytest.raises(UserError, match=r"larger than the register holds .* Other files taken in: 2\."):
        import_paths(register.store, register.officer, [large, small, other], reader=READER)


def test_a_file_that_went_away_or_may_not_be_read_keeps_no_other_out(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = tmp_path / "bad.xml", tmp_path / "good.xml"
    bad.write_bytes(b"x")
    good.write_bytes(leaver_file(new_pupil())[1])
    real = Path.read_bytes

    def read(path: Path) -> bytes:
        if path == bad:
            raise PermissionError
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read)
    outcomes = import_paths(register.store, register.officer, [bad, good], reader=READER, list_failed=True)
    assert [one.error for one in outcomes] == ["file-unreadable", ""]


@pytest.mark.parametrize("where", ["sealing", "act"])
def test_the_disk_fills_during_an_import(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """What was taken in stays and is listed, the file that found no room leaves nothing, the rest is not tried."""
    store, officer = register.store, register.officer
    paths = [tmp_path / f"{number}.xml" for number in range(4)]
    for path in paths:
        path.write_bytes(file_bytes(*[new_pupil(surname=f"Kamara{number}") for number in range(100)]))
    sealed: list[frozenset[str]] = []

    def fill_disk(_: object) -> None:
        if sealed:
            return
        sealed.append(store.content.names())
        if where == "sealing":
            monkeypatch.setattr(os, "fsync", _no_room)
            return
        with store.action(officer, "import.file") as session:
            pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
            session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")

    outcomes = import_paths(store, officer, paths, reader=READER, on_file=fill_disk, list_failed=True)
    assert [one.error for one in outcomes] == ["", "disk-full", "not-tried", "not-tried"]
    assert [row.name for row in rows(register, SourceFile)] == ["0.xml"]
    assert store.content.names() == sealed[0]
    assert not list(store.content.folder.glob("*.part"))
    with pytest.raises(UserError, match=r"Free some space .* Files not tried after that: 2\.") as full:
        import_paths(store, officer, paths[1:], reader=READER)
    assert full.value.code == "disk-full"


def _no_room(_: int) -> None:
    raise OSError(errno.ENOSPC, "full")


NOT_TEXT = b"bad\xff\xfename.xml".decode("utf-8", "surrogateescape")


def test_a_name_that_is_no_text_is_kept_with_marks(register: Register, tmp_path: Path) -> None:
    path = tmp_path / NOT_TEXT
    path.write_bytes(leaver_file(new_pupil())[1])
    worker = Worker()
    try:
        [outcome] = import_paths(register.store, register.officer, [path], reader=worker)
    finally:
        worker.close()
    assert (outcome.status, outcome.name) == ("staged", "bad\ufffd\ufffdname.xml")
    assert outcome.path == f"{tmp_path}/bad\ufffd\ufffdname.xml"
    assert [row.name for row in rows(register, SourceFile)] == ["bad\ufffd\ufffdname.xml"]
    [again] = import_paths(register.store, register.officer, [path], reader=READER)
    assert again.status == "duplicate"
    assert [row.name for row in rows(register, SeenAgain)] == ["bad\ufffd\ufffdname.xml"]


def test_a_lost_file_from_nowhere_is_no_lost_pupil(register: Register) -> None:
    data = file_bytes(new_pupil(ground=""), school={**SENDER, "LEA": "XXX", "Estab": "XXXX"}, destination=NOWHERE)
    put(register, ("CTF.xml", data))
    assert not rows(register, SourceFile)[0].lost
    assert COUNCIL["Estab"] == "LLLL"
