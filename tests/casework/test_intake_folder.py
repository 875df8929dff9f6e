"""The watched folder: settled files only, held sealed and read back, then removed; what stays is said."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from cme_desktop.casework.intake import (
    Decision,
    FolderState,
    ScanResult,
    accept,
    save_out,
    scan,
    settle_problem,
)
from cme_desktop.casework.intake.files import take
from cme_desktop.casework.reference import policy
from cme_desktop.domain.errors import NotAllowed, NotFound
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.intake import FolderFile, SeenAgain, SourceFile, StagedPupil
from cme_desktop.register.came_in import came_in
from cme_desktop.register.inbox import inbox_page
from cme_desktop.storage.content import Content, ContentDamaged, Sealed
from cme_desktop.storage.verify import verify
from cme_desktop.system import DiskFull
from tests.casework.look import rows
from tests.casework.s2s import READER, joiner_file, leaver_file, new_pupil
from tests.factories import Register


@dataclass
class Watch:
    """A watched folder with a clock of its own."""

    register: Register
    folder: Path
    state: FolderState = field(default_factory=FolderState)
    seconds: float = 0.0

    def scan(self, *, after: float = 5.0) -> ScanResult:
        """Look into the folder some seconds after the last look."""
        self.seconds += after
        return scan(
            self.register.store,
            self.register.officer,
            self.folder,
            self.state,
            reader=READER,
            clock=lambda: self.seconds,
        )

    def put(self, named: tuple[str, bytes]) -> Path:
        """Save a file in the folder."""
        path = self.folder / named[0]
        path.write_bytes(named[1])
        return path


@pytest.fixture
def watch(register: Register, tmp_path: Path) -> Watch:
    """Return an empty watched folder."""
    folder = tmp_path / "S2S"
    folder.mkdir()
    return Watch(register, folder)


@pytest.mark.feature("F1")
def test_a_file_is_taken_once_it_has_settled_and_then_removed(watch: Watch) -> None:
    path = watch.put(leaver_file(new_pupil()))
    assert watch.scan().waiting == 1
    assert watch.scan(after=1.9).waiting == 1
    result = watch.scan(after=0.2)
    assert [one.status for one in result.outcomes] == ["staged"]
    assert not path.exists()
    assert rows(watch.register, SourceFile)[0].from_folder
    assert rows(watch.register, FolderFile) == []


def test_a_file_that_still_grows_waits(watch: Watch) -> None:
    name, data = leaver_file(new_pupil())
    path = watch.put((name, data[:200]))
    watch.scan()
    path.write_bytes(data)
    assert watch.scan().waiting == 1
    assert watch.scan().outcomes[0].status == "staged"


def test_a_look_into_an_empty_folder_writes_nothing(watch: Watch) -> None:
    before = len(rows(watch.register, AuditEvent))
    for _ in range(3):
        assert watch.scan() == ScanResult()
    assert len(rows(watch.register, AuditEvent)) == before


def test_links_hidden_files_scraps_and_folders_are_left_alone(watch: Watch, tmp_path: Path) -> None:
    real = tmp_path / "secret.xml"
    real.write_bytes(leaver_file(new_pupil())[1])
    (watch.folder / "link.xml").symlink_to(real)
    (watch.folder / "deeper").mkdir()
    for name in (".hidden.xml", "~$open.xml", "NUL.xml"):
        (watch.folder / name).write_bytes(b"x")
    os.mkfifo(watch.folder / "pipe.xml")
    for _ in range(3):
        assert watch.scan().outcomes == ()
    assert len(list(watch.folder.iterdir())) == 6
    assert real.exists()


def test_the_same_bytes_and_a_damaged_file_are_held_once_and_removed(watch: Watch) -> None:
    name, data = leaver_file(new_pupil())
    for named in ((name, data), ("same.xml", data), ("cut.xml", data[:300]), ("page.xml", b"<html></html>")):
        watch.put(named)
    watch.scan()
    result = watch.scan()
    assert sorted(one.status for one in result.outcomes) == ["duplicate", "refused", "staged"]
    assert [path.name for path in watch.folder.iterdir()] == ["page.xml"], "it is no S2S file"
    assert len(rows(watch.register, SeenAgain)) == 1


def test_a_folder_that_is_away_is_a_sentence_not_a_fault(watch: Watch) -> None:
    watch.folder.rmdir()
    assert watch.scan().trouble.startswith("The watched folder cannot be read now.")


def test_files_are_kept_for_the_council_s_number_of_days_and_taken_once(watch: Watch) -> None:
    policy.change_settings(watch.register.store, watch.register.administrator, {"folder.keep-days": 2})
    path = watch.put(leaver_file(new_pupil()))
    watch.scan()
    assert len(watch.scan().outcomes) == 1
    assert path.exists()
    assert rows(watch.register, FolderFile)[0].refusal == ""
    watch.state = FolderState()  # as after a restart
    for _ in range(3):
        assert watch.scan().outcomes == ()
    assert rows(watch.register, SeenAgain) == []
    watch.register.clock.moment += timedelta(days=2)
    watch.scan()
    assert not path.exists()
    assert rows(watch.register, FolderFile) == []


def test_another_file_of_the_same_name_is_taken_by_itself(watch: Watch) -> None:
    policy.change_settings(watch.register.store, watch.register.administrator, {"folder.keep-days": 9})
    name, data = leaver_file(new_pupil())
    watch.put((name, data))
    watch.scan()
    watch.scan()
    watch.put((name, leaver_file(new_pupil(forename="Two"))[1]))
    watch.scan()
    assert [one.status for one in watch.scan().outcomes] == ["staged"]
    assert len(rows(watch.register, StagedPupil)) == 2
    assert len(rows(watch.register, FolderFile)) == 1


def test_a_file_that_cannot_be_removed_is_said_until_it_is_gone(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    path = watch.put(leaver_file(new_pupil()))
    watch.scan()

    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError

    with monkeypatch.context() as held:
        held.setattr(Path, "unlink", refuse)
        result = watch.scan()
    assert [name for name, _ in result.not_deleted] == [path.name]
    [row] = rows(watch.register, FolderFile)
    assert row.refusal.startswith("It could not be deleted from the folder")
    assert watch.scan().not_deleted == ()
    assert not path.exists()
    assert rows(watch.register, FolderFile) == []


def test_a_file_is_not_removed_before_its_sealed_copy_is_read_back(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = watch.put(leaver_file(new_pupil()))
    watch.scan()

    def damaged(name: str, key: bytes, sha256: str) -> None:
        raise ContentDamaged

    monkeypatch.setattr(watch.register.store.content, "check", damaged)
    with pytest.raises(ContentDamaged):
        watch.scan()
    assert path.exists()


def test_a_file_too_large_is_left_and_said(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cme_desktop.casework.intake.files.MOST_HELD", 10)
    watch.put(("large.xml", b"<CTfile>" + b"x" * 11))
    watch.put(("video.mp4", b"<" + b"x" * 50))
    watch.scan()
    assert [(one.name, one.why[:12]) for one in watch.scan().left] == [
        ("large.xml", "It is larger"),
        ("video.mp4", "It is no S2S"),
    ]
    assert [row.name for row in rows(watch.register, SourceFile)] == ["large.xml"]


def test_a_file_too_large_stays_on_record_until_it_is_gone(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Today and the inbox say so at each look, after a restart too, and the register stays sound."""
    name, data = leaver_file(new_pupil())
    monkeypatch.setattr("cme_desktop.casework.intake.files.MOST_HELD", len(data))
    large = watch.put(("large.xml", data + b" "))
    watch.put((name, data))
    watch.scan()
    assert [one.name for one in watch.scan().outcomes] == [name]
    store, officer = watch.register.store, watch.register.officer
    before = len(rows(watch.register, AuditEvent))
    for _ in range(2):
        watch.scan()
        watch.state = FolderState()
        watch.scan()
    assert len(rows(watch.register, AuditEvent)) == before, "it is written down once"
    page = inbox_page(store, officer)
    assert [row.name for row in page.problems] == ["large.xml"]
    assert "larger than the register holds" in page.problems[0].reason
    assert [path for path, _ in page.not_deleted] == [str(large)]
    with store.read() as session:
        came = came_in(session, officer, store.clock.now())
    assert (came.problem_files, came.not_deleted) == (1, 1)
    with pytest.raises(NotFound, match="too large to be held"):
        save_out(store, officer, page.problems[0].id, tmp_path / "out.xml", reason="To look at it")
    assert verify(store.folder, watch.register.unlocked).ok
    settle_problem(store, officer, page.problems[0].id, reason="The sender splits it")
    assert inbox_page(store, officer).not_deleted, "it is still in the folder"
    large.unlink()
    watch.scan()
    assert inbox_page(store, officer).not_deleted == ()


def test_a_smaller_file_under_the_name_of_one_too_large_is_taken_in(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, data = leaver_file(new_pupil())
    monkeypatch.setattr("cme_desktop.casework.intake.files.MOST_HELD", len(data))
    watch.put((name, data + b" "))
    watch.scan()
    watch.scan()
    path = watch.put((name, data))
    watch.scan()
    assert [one.status for one in watch.scan().outcomes] == ["staged"]
    assert not path.exists()
    assert rows(watch.register, FolderFile) == []


@pytest.mark.parametrize("keep_days", [0, 2])
def test_names_that_are_no_text_hold_up_no_other(watch: Watch, keep_days: int) -> None:
    """Two that look alike are told apart, taken in once, and removed when they are due."""
    register = watch.register
    policy.change_settings(register.store, register.administrator, {"folder.keep-days": keep_days})
    alike = [
        watch.folder / b"bad\xff.xml".decode("utf-8", "surrogateescape"),
        watch.folder / b"bad\xfe.xml".decode("utf-8", "surrogateescape"),
    ]
    for number, path in enumerate(alike):
        path.write_bytes(leaver_file(new_pupil(forename=f"Child{number}"))[1])
    watch.put(leaver_file(new_pupil()))
    watch.scan()
    assert sorted(one.status for one in watch.scan().outcomes) == ["staged"] * 3
    assert sorted(row.name for row in rows(register, SourceFile))[1:] == ["bad\ufffd.xml"] * 2
    watch.state = FolderState()
    watch.scan()
    assert watch.scan().outcomes == ()
    assert len(list(watch.folder.iterdir())) == (3 if keep_days else 0)
    register.store.clock.moment += timedelta(days=keep_days)  # type: ignore[attr-defined]
    watch.scan()
    assert list(watch.folder.iterdir()) == []
    assert rows(register, FolderFile) == []


def test_what_of_such_a_name_cannot_be_deleted_is_said(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    path = watch.folder / b"bad\xff.xml".decode("utf-8", "surrogateescape")
    path.write_bytes(leaver_file(new_pupil())[1])
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", _refuse)
        watch.scan()
        watch.scan()
        assert [name for name, _ in watch.scan().not_deleted] == ["bad\ufffd.xml"]
    [row] = rows(watch.register, FolderFile)
    assert row.path == f"{watch.folder}/bad\\xff.xml"
    watch.scan()
    assert not path.exists()


def _refuse(*_: object, **__: object) -> None:
    raise PermissionError


def test_a_full_disk_lets_files_wait_and_says_so(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (1, 2):
        watch.put(leaver_file(new_pupil(), number=number))
    watch.scan()
    real, sealed = Content.seal, list[bytes]()

    def seal(content: Content, data: bytes) -> Sealed:
        if sealed:
            raise DiskFull("full")
        sealed.append(data)
        return real(content, data)

    with monkeypatch.context() as patch:
        patch.setattr(Content, "seal", seal)
        result = watch.scan()
    assert [one.status for one in result.outcomes] == ["staged"]
    assert result.trouble.startswith("The disk is full, so files wait")
    assert len(list(watch.folder.iterdir())) == 1
    after = watch.scan()
    assert ([one.status for one in after.outcomes], after.trouble) == (["staged"], "")


def test_what_somebody_removed_meanwhile_is_forgotten(watch: Watch) -> None:
    policy.change_settings(watch.register.store, watch.register.administrator, {"folder.keep-days": 9})
    path = watch.put(joiner_file(new_pupil()))
    watch.scan()
    watch.scan()
    path.unlink()
    watch.scan()
    assert rows(watch.register, FolderFile) == []


def test_the_folder_waits_for_an_officer(watch: Watch) -> None:
    with pytest.raises(NotAllowed):
        scan(watch.register.store, watch.register.manager, watch.folder, FolderState(), reader=READER)


def test_the_first_look_of_a_day_brings_back_what_was_put_off(watch: Watch) -> None:
    register = watch.register
    name, data = leaver_file(new_pupil())
    [item] = take(register.store, register.officer, data, name, reader=READER).staged_ids
    accept(register.store, register.officer, item, Decision("later"))
    watch.scan()
    assert rows(register, StagedPupil)[0].decision == "later"
    register.clock.moment += timedelta(days=7)
    watch.scan()
    assert rows(register, StagedPupil)[0].decision is None
