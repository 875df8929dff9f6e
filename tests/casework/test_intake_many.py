"""Many at a time: long imports that are watched and cancelled, same children accepted as one act, the folder chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

from cme_desktop.casework import undo
from cme_desktop.casework.intake import Decision, ImportCancelled, ImportWatch, accept, accept_same, import_paths
from cme_desktop.casework.intake.files import take
from cme_desktop.casework.intake.watched import choose_folder
from cme_desktop.domain.errors import NotAllowed, UserError
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.document import ContentFile
from cme_desktop.models.episode import Episode
from cme_desktop.models.intake import SourceFile, StagedPupil
from cme_desktop.storage.undo import CannotUndo
from tests.casework.look import rows
from tests.casework.s2s import READER, Pupil, joiner_file, leaver_file, new_pupil
from tests.factories import Register, child_facts, make_case, make_upn


def put(register: Register, *pupils: Pupil, number: int = 1, watch: ImportWatch | None = None) -> tuple[int, ...]:
    """Take in a leaver file and return its pupils."""
    name, data = leaver_file(*pupils, number=number)
    return take(register.store, register.officer, data, name, reader=READER, watch=watch).staged_ids


@pytest.mark.feature("F1")
@pytest.mark.parametrize("stop_at", [0, 1, 2])
def test_an_import_that_is_cancelled_leaves_nothing(register: Register, stop_at: int) -> None:
    steps: list[tuple[str, int, int]] = []

    def tell(name: str, done: int, total: int) -> None:
        steps.append((name, done, total))

    watch = ImportWatch(tell, lambda: len(steps) >= stop_at)
    before = len(rows(register, AuditEvent))
    with pytest.raises(ImportCancelled):
        put(register, new_pupil(), new_pupil(forename="Bo"), watch=watch)
    assert len(steps) == stop_at
    assert (rows(register, SourceFile), rows(register, ContentFile), rows(register, StagedPupil)) == ([], [], [])
    assert register.store.content.names() == frozenset()
    assert len(rows(register, AuditEvent)) == before


def test_files_taken_in_before_a_cancel_stay_and_each_names_its_act(register: Register, tmp_path: Path) -> None:
    for number in (1, 2):
        name, data = leaver_file(new_pupil(forename=f"Child {number}"), number=number)
        (tmp_path / name).write_bytes(data)
    begun: list[str] = []

    def tell(name: str, done: int, total: int) -> None:
        if (done, total) == (0, 0):
            begun.append(name)

    watch = ImportWatch(tell, lambda: len(begun) == 2)
    told: list[int] = []
    with pytest.raises(ImportCancelled):
        import_paths(
            register.store,
            register.officer,
            [tmp_path],
            reader=READER,
            watch=watch,
            on_file=lambda outcome: told.append(outcome.seq),
        )
    assert len(rows(register, SourceFile)) == 1
    assert [event.seq for event in rows(register, AuditEvent) if event.action == "import.file"] == told


@pytest.mark.feature("F87")
def test_same_children_are_accepted_and_undone_as_one_act(register: Register) -> None:
    upns = [make_upn() for _ in range(3)]
    for number, upn in enumerate(upns):
        make_case(register, child=child_facts(forename=f"Child {number}", upns=(upn,)))
    items = put(register, *(Pupil(forename=f"Child {number}", upn=upn) for number, upn in enumerate(upns)))
    before = len(rows(register, AuditEvent))
    done = accept_same(register.store, register.officer, items)
    assert [one.item for one in done] == list(items)
    assert [row.decision for row in rows(register, StagedPupil)] == ["match"] * 3
    assert [event.action for event in rows(register, AuditEvent)[before:]] == ["import.accept"]
    undo.undo_last(register.store, register.officer, since_seq=0)
    assert [row.decision for row in rows(register, StagedPupil)] == [None] * 3


def test_only_what_is_certain_and_undecided_is_accepted_so(register: Register) -> None:
    upn = make_upn()
    make_case(register, child=child_facts(upns=(upn,)))
    doubtful, new, same = put(
        register,
        Pupil(forename="Amaro", sex="M"),
        new_pupil(forename="Zola", postcode="HA9 9ZZ", dob="2014-01-01"),
        Pupil(upn=upn),
    )
    [decided] = put(register, new_pupil(forename="Kim", postcode="HA8 9ZZ", dob="2015-01-01"), number=2)
    accept(register.store, register.officer, decided, Decision("not-cme"))
    done = accept_same(register.store, register.officer, (doubtful, new, same, decided, 999))
    assert [one.item for one in done] == [same]


@pytest.mark.feature("F6")
def test_accepting_many_closes_no_case(register: Register) -> None:
    upn = make_upn()
    make_case(register, child=child_facts(upns=(upn,)))
    name, data = joiner_file(Pupil(upn=upn))
    items = take(register.store, register.officer, data, name, reader=READER).staged_ids
    [done] = accept_same(register.store, register.officer, items)
    [case] = rows(register, Episode)
    assert done.case == case.ref
    assert (case.closed_on, case.on_roll) == (None, True)


@pytest.mark.feature("F87")
def test_the_last_act_is_never_a_file_that_came_by_itself(register: Register) -> None:
    make_case(register)
    name, data = leaver_file(new_pupil())
    outcome = take(register.store, register.officer, data, name, reader=READER, from_folder=True)
    act = undo.last_act(register.store, register.officer, since_seq=0)
    assert act is not None
    assert act.words == "Opening a case"
    undo.undo_act(register.store, register.officer, outcome.seq)
    assert rows(register, SourceFile) == []


def test_a_file_taken_in_by_hand_is_the_last_act(register: Register) -> None:
    put(register, new_pupil())
    undo.undo_last(register.store, register.officer, since_seq=0)
    assert rows(register, SourceFile) == []
    with pytest.raises(CannotUndo):
        undo.undo_last(register.store, register.officer, since_seq=0)


def test_a_folder_is_chosen_by_an_officer_or_an_administrator(register: Register, tmp_path: Path) -> None:
    place = tmp_path / "In"
    place.mkdir()
    for person in (register.officer, register.administrator):
        chosen = choose_folder(register.store, person, place)
        assert (chosen.place, chosen.warning) == (str(place), "")
    assert [event.action for event in rows(register, AuditEvent)][-2:] == ["folder.change", "folder.change"]
    with pytest.raises(NotAllowed):
        choose_folder(register.store, register.manager, place)


def test_a_folder_that_is_copied_to_the_cloud_is_warned_of(register: Register, tmp_path: Path) -> None:
    place = tmp_path / "OneDrive - Example Council" / "In"
    place.mkdir(parents=True)
    assert "copied to the cloud" in choose_folder(register.store, register.officer, place).warning


@pytest.mark.parametrize("which", ["missing", "file", "link", "store", "inside"])
def test_a_folder_that_cannot_be_watched_is_refused(register: Register, tmp_path: Path, which: str) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path)
    places = {"store": register.folder, "inside": register.folder / "content"}
    (register.folder / "content").mkdir(exist_ok=True)
    with pytest.raises(UserError):
        choose_folder(register.store, register.officer, places.get(which, tmp_path / which))
