"""Nothing is taken that was not meant for us: which folders may be watched, and what is ever removed from one."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cme_desktop.casework.intake import FolderState, scan
from cme_desktop.casework.intake.files import take
from cme_desktop.casework.intake.folder import SETTLES_AFTER, ScanResult, scan_once
from cme_desktop.casework.intake.watched import FolderHasOthers, FolderRefused, Others, choose_folder, others_in_words
from cme_desktop.casework.reference import policy
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.intake import FolderFile, SourceFile
from cme_desktop.register.inbox import inbox_page
from cme_desktop.storage.keys.key_file import FILE_NAME as KEY_FILE
from cme_desktop.system import FakeMachine
from tests.casework.look import rows
from tests.casework.s2s import READER, joiner_file, leaver_file, new_pupil
from tests.factories import Register


def packed(*members: tuple[str, bytes]) -> bytes:
    """Return a zip file of these members."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return held.getvalue()


@pytest.fixture(scope="module")
def leaver() -> bytes:
    """Return one S2S file."""
    return leaver_file(new_pupil())[1]


def look(register: Register, folder: Path, state: FolderState | None = None) -> ScanResult:
    """Look into a folder until what lies there has settled."""
    kept, moment = state or FolderState(), [0.0]

    def clock() -> float:
        moment[0] += SETTLES_AFTER
        return moment[0]

    scan(register.store, register.officer, folder, kept, reader=READER, clock=clock)
    return scan(register.store, register.officer, folder, kept, reader=READER, clock=clock)


def held(folder: Path) -> dict[str, bytes]:
    """Return everything that lies in a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# Which folders are never watched


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home with folders under German names, as the desktop's own file says."""
    place = tmp_path / "people" / "ann"
    for name in ("Schreibtisch", "Dokumente", "Heruntergeladen", "Documents", ".config"):
        (place / name).mkdir(parents=True)
    (place / ".config" / "user-dirs.dirs").write_text(
        '# written by the desktop\nXDG_DESKTOP_DIR="$HOME/Schreibtisch"\nXDG_DOWNLOAD_DIR="$HOME/Heruntergeladen"\n'
        f'XDG_DOCUMENTS_DIR="{place}/Dokumente"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.setenv("USERPROFILE", str(place))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(place / ".config"))
    return place


@pytest.fixture
def backups(register: Register, tmp_path: Path) -> Path:
    """Return the place where the backups go."""
    place = tmp_path / "office" / "backups"
    place.mkdir(parents=True)
    policy.change_settings(register.store, register.administrator, {"backup.place": str(place)})
    return place


REGISTER: dict[str, Callable[[Register], Path]] = {
    "the register": lambda register: register.folder,
    "in the register": lambda register: register.folder / "content",
    "above the register": lambda register: register.folder.parent,
    "far above the register": lambda register: register.folder.parent.parent,
    "another way to the register": lambda register: register.folder / "content" / ".." / ".." / register.folder.name,
}


@pytest.mark.parametrize("which", REGISTER)
def test_the_register_s_folder_its_parents_and_what_is_in_it_are_never_watched(register: Register, which: str) -> None:
    (register.folder / "content").mkdir(exist_ok=True)
    refused(register, REGISTER[which](register), "register")


def refused(register: Register, folder: Path, reason: str) -> None:
    """Prove that a folder is refused, confirmed or not, and at each look whoever chose it."""
    before = len(rows(register, AuditEvent))
    for confirmed in (False, True):
        with pytest.raises(FolderRefused) as caught:
            choose_folder(register.store, register.officer, folder, confirmed=confirmed, reader=READER)
        assert (caught.value.code, caught.value.details) == ("folder-refused", {"reason": reason})
    result = look(register, folder)
    assert (result.code, result.outcomes, result.left) == ("folder-refused", (), ())
    assert result.trouble.startswith("Nothing is taken from the watched folder. ")
    assert len(rows(register, AuditEvent)) == before


def test_a_backup_place_and_what_lies_in_it_is_never_watched(register: Register, backups: Path) -> None:
    (backups / "2026").mkdir()
    for place in (backups, backups / "2026", backups.parent):
        refused(register, place, "backup")


@pytest.mark.parametrize("name", ["", "Schreibtisch", "Dokumente", "Heruntergeladen", "Documents", "../ann", ".."])
def test_a_home_desktop_documents_and_downloads_are_never_watched(register: Register, home: Path, name: str) -> None:
    refused(register, home / name, "known")


def test_a_folder_of_its_own_in_documents_may_be_watched(register: Register, home: Path) -> None:
    place = home / "Dokumente" / "S2S"
    place.mkdir()
    assert choose_folder(register.store, register.officer, place).place == str(place)


@pytest.mark.parametrize("way", ["link", "link in the middle", "dots"])
def test_no_other_way_leads_to_a_refused_folder(register: Register, home: Path, tmp_path: Path, way: str) -> None:
    (tmp_path / "link").symlink_to(home / "Heruntergeladen")
    (tmp_path / "people-link").symlink_to(home.parent)
    ways = {
        "link": tmp_path / "link",
        "link in the middle": tmp_path / "people-link" / "ann" / "Heruntergeladen",
        "dots": tmp_path / "people" / ".." / "people" / "ann" / "Dokumente" / ".." / "Dokumente",
    }
    refused(register, ways[way], "known")


def test_a_link_to_a_folder_for_s2s_files_is_remembered_as_that_folder(register: Register, tmp_path: Path) -> None:
    (tmp_path / "In").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "In")
    assert choose_folder(register.store, register.officer, tmp_path / "link").place == str(tmp_path / "In")


def test_the_root_of_a_drive_is_never_watched(register: Register) -> None:
    with pytest.raises(FolderRefused) as caught:
        choose_folder(register.store, register.officer, Path("/proc"))
    assert caught.value.details == {"reason": "root"}
    with pytest.raises(FolderRefused):
        choose_folder(register.store, register.officer, Path(register.folder.anchor))


@pytest.mark.parametrize("where", [KEY_FILE, "KEYS.JSON", f"old register/{KEY_FILE}"])
def test_a_folder_with_a_key_file_is_never_watched(
    register: Register, tmp_path: Path, where: str, leaver: bytes
) -> None:
    folder = tmp_path / "In"
    key_file = folder / where
    key_file.parent.mkdir(parents=True)
    (folder / "leaver.xml").write_bytes(leaver)
    key_file.write_text("{}")
    refused(register, folder, "keys")
    assert (folder / "leaver.xml").read_bytes() == leaver


def test_a_folder_that_a_register_moves_into_later_is_let_be(register: Register, tmp_path: Path, leaver: bytes) -> None:
    """The rule is asked at each look, not only when the folder is chosen."""
    folder = tmp_path / "In"
    folder.mkdir()
    choose_folder(register.store, register.officer, folder)
    (folder / "leaver.xml").write_bytes(leaver)
    (folder / KEY_FILE).write_text("{}")
    assert look(register, folder).code == "folder-refused"
    (folder / KEY_FILE).unlink()
    assert [one.status for one in look(register, folder).outcomes] == ["staged"]


# A folder in which other files lie


@pytest.fixture
def mixed(tmp_path: Path, leaver: bytes) -> Path:
    """Return a folder as Downloads often is: 14 other files beside two S2S files, one of them in a zip file."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    for number in range(6):
        (folder / f"Report {number}.PDF").write_bytes(b"%PDF-1.7 " + bytes([number]) * 200)
    for number in range(3):
        (folder / f"Minutes {number}.docx").write_bytes(
            packed(("[Content_Types].xml", b"<Types/>"), ("a.xml", b"<a/>"))
        )
    (folder / "notes").write_bytes(b"call the school")
    (folder / "invoice.xml").write_bytes(b"<Invoice><Pupil>none</Pupil></Invoice>")
    (folder / "login.xml").write_bytes(b"<!DOCTYPE html><html><body>Log in</body></html>")
    (folder / "3104999_CML_310LLLL_001.xml").write_bytes(b"<StaffList><Member>Somebody</Member></StaffList>")
    (folder / "both.zip").write_bytes(packed(("in.xml", leaver), ("CTF_Error_List.txt", b"none")))
    (folder / "photo.jpg").write_bytes(leaver)
    (folder / "whole.zip").write_bytes(packed(("in.xml", joiner_file(new_pupil())[1])))
    return folder


@pytest.mark.feature("F1")
def test_what_else_lies_there_is_listed_and_confirmed(register: Register, mixed: Path) -> None:
    before = held(mixed)
    with pytest.raises(FolderHasOthers) as caught:
        choose_folder(register.store, register.officer, mixed, reader=READER)
    assert caught.value.code == "folder-has-others"
    expected = [(".pdf", 6), (".docx", 3), (".xml", 3), ("", 1), (".zip", 1)]
    assert [(one.ending, one.files) for one in caught.value.others] == expected
    assert caught.value.details == {"others": [{"ending": name, "files": files} for name, files in expected]}
    assert "6 .pdf, 3 .docx, 3 .xml, 1 without an ending, 1 .zip" in caught.value.message
    chosen = choose_folder(register.store, register.officer, mixed, confirmed=True)
    assert (chosen.place, chosen.others) == (str(mixed), caught.value.others)
    assert held(mixed) == before


def test_many_kinds_are_said_in_a_line() -> None:
    others = [Others(f".{letter}", 2) for letter in "abcdefghi"]
    assert others_in_words(others) == "2 .a, 2 .b, 2 .c, 2 .d, 2 .e, 2 .f, 6 of other kinds"


def test_only_s2s_files_are_taken_and_the_others_stay_byte_for_byte(register: Register, mixed: Path) -> None:
    before = held(mixed)
    state = FolderState()
    result = look(register, mixed, state)
    assert sorted(one.name for one in result.outcomes) == ["photo.jpg", "whole.zip"]
    assert len(result.left) == 14
    assert all(one.why for one in result.left)
    stays = {name: data for name, data in before.items() if name not in ("photo.jpg", "whole.zip")}
    assert held(mixed) == stays
    assert {row.name for row in rows(register, SourceFile)} == {"photo.jpg", "whole.zip", "in.xml"}
    assert inbox_page(register.store, register.officer).problems == ()
    events = len(rows(register, AuditEvent))
    again = look(register, mixed, state)
    assert ({one.mark for one in again.left}, again.outcomes) == ({one.mark for one in result.left}, ())
    assert len(rows(register, AuditEvent)) == events, "nothing of them is written down"
    assert held(mixed) == stays


def test_what_was_left_is_read_once_and_again_only_when_it_changes(register: Register, mixed: Path) -> None:
    class Counting:
        names: ClassVar[list[str]] = []

        def inspect(self, *given: object) -> object:
            self.names.append(str(given[1]))
            return READER.inspect(*given)  # type: ignore[arg-type]

    state, now = FolderState(), [0.0]
    for _ in range(4):
        now[0] += 5
        scan(register.store, register.officer, mixed, state, reader=Counting(), clock=lambda: now[0])  # type: ignore[arg-type]
    asked = [Path(name).name for name in Counting.names]
    assert asked.count("invoice.xml") == 1
    assert "Report 0.PDF" not in asked, "its first bytes say enough"


def test_a_file_that_was_held_before_by_hand_is_not_taken_away_for_it(register: Register, mixed: Path) -> None:
    """Its bytes are known to the register, but it is no S2S file, so it stays."""
    path = mixed / "invoice.xml"
    take(register.store, register.officer, path.read_bytes(), str(path), reader=READER)
    look(register, mixed)
    assert path.exists()


def test_what_an_older_release_held_and_would_delete_later_stays(register: Register, tmp_path: Path) -> None:
    folder = tmp_path / "In"
    folder.mkdir()
    path = folder / "page.xml"
    path.write_bytes(b"<html></html>")
    outcome = take(register.store, register.officer, path.read_bytes(), str(path), reader=READER)
    with register.store.action(register.officer, "import.folder", entity="folder", hooks=False) as session:
        now = register.store.clock.now()
        due = register.store.clock.today() + timedelta(days=1)
        session.add(FolderFile(path=str(path), source_file_id=outcome.source_file_id, seen_at=now, delete_after=due))
    state = FolderState()
    look(register, folder, state)
    register.clock.moment += timedelta(days=2)
    assert look(register, folder, state).not_deleted == ()
    assert path.read_bytes() == b"<html></html>"
    assert rows(register, FolderFile) == []


DAMAGED = {
    "cut off": (lambda data: data[: len(data) // 2], "truncated"),
    "damaged inside": (lambda data: data.replace(b"</Header>", b"</Haeder>"), "not-xml"),
    "with a document type": (
        lambda data: data.replace(b"<CTfile", b"<!DOCTYPE CTfile [<!ENTITY a 'b'>]>\n<CTfile"),
        "doctype",
    ),
    "in UTF-16": (lambda data: data.decode().encode("utf-16")[:-9], "truncated"),
}


@pytest.mark.parametrize("how", DAMAGED)
def test_a_damaged_s2s_file_is_held_under_problem_files_and_removed(
    register: Register, tmp_path: Path, leaver: bytes, how: str
) -> None:
    """It holds children's names and begins as an S2S file, so it is one (docs/decisions/0012)."""
    damage, code = DAMAGED[how]
    folder = tmp_path / "In"
    folder.mkdir()
    (folder / "damaged.xml").write_bytes(damage(leaver))
    [outcome] = look(register, folder).outcomes
    assert (outcome.status, outcome.problems) == ("refused", (code,))
    assert held(folder) == {}
    [row] = inbox_page(register.store, register.officer).problems
    assert row.name == "damaged.xml"


def test_one_look_waits_until_a_file_has_settled(register: Register, tmp_path: Path, leaver: bytes) -> None:
    folder = tmp_path / "In"
    folder.mkdir()
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        old = 1_700_000_000
        os.utime(folder / "late.txt", (old, old))  # it changes while it is looked at, so it is not judged yet

    assert scan_once(register.store, register.officer, folder, reader=READER, wait=waited.append) == ScanResult()
    assert waited == []
    (folder / "leaver.xml").write_bytes(leaver)
    (folder / "late.txt").write_bytes(b"being written")
    times = iter([0.0, 0.0, 3.0, 3.0])
    result = scan_once(
        register.store, register.officer, folder, reader=READER, wait=wait, clock=lambda: next(times, 3.0)
    )
    assert waited == [pytest.approx(SETTLES_AFTER, abs=0.1)]
    assert [one.name for one in result.outcomes] == ["leaver.xml"]
    assert (result.waiting, set(held(folder))) == (1, {"late.txt"})


# For any folder


ENDINGS = st.sampled_from(["", ".xml", ".XML", ".zip", ".ctf", ".pdf", ".docx", ".xml.xml", ".jpg"])
NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters='/\\:<>"|?*'), min_size=1, max_size=20
).filter(lambda name: not name.startswith((".", "~$")))
STRANGERS = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=200).map(str.encode),
    st.sampled_from(
        [
            b"",
            b"<?xml version='1.0'?><Invoice/>",
            b"<CTF><Song/></CTF>",
            b"<StaffLeavers><Person>CTfile</Person></StaffLeavers>",
            b"<html><CTfile></CTfile></html>",
            b"<!-- <CTfile> --><Workbook/>",
            b"PK\x03\x04 CTfile",
            b"\xff\xfe<\x00a\x00/\x00>\x00",
            b"<CTfiles></CTfiles>",
        ]
    ),
)


@st.composite
def s2s_files(draw: st.DrawFn) -> bytes:
    """Draw an S2S file, whole or damaged, as it is or in another encoding."""
    number = draw(st.integers(0, 9_999))
    make = draw(st.sampled_from([leaver_file, joiner_file]))
    data = make(new_pupil(forename=f"Child{number}"))[1]
    how = draw(st.sampled_from(["whole", "cut", "utf-16", "bom", "broken"]))
    if how == "cut":
        return data[: max(len(data) // 2, 200)]
    if how == "utf-16":
        return data.decode().encode("utf-16")
    if how == "bom":
        return b"\xef\xbb\xbf" + data
    return data.replace(b"</", b"<", 1) if how == "broken" else data


@st.composite
def zips(draw: st.DrawFn) -> tuple[bytes, bool]:
    """Draw a zip file, and whether it holds S2S files and nothing else."""
    own = draw(st.lists(s2s_files(), min_size=1, max_size=3))
    strangers = draw(st.lists(STRANGERS, max_size=2))
    members = [(f"own{place}.xml", data) for place, data in enumerate(own)]
    members += [(f"other{place}{draw(ENDINGS)}", data) for place, data in enumerate(strangers)]
    return packed(*members), not strangers


FILES = st.one_of(STRANGERS.map(lambda data: (data, False)), s2s_files().map(lambda data: (data, True)), zips())
FOLDERS = st.dictionaries(st.builds(str.__add__, NAMES, ENDINGS), FILES, max_size=7)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which each example makes its own."""
    return tmp_path_factory.mktemp("any")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(folder=FOLDERS)
def test_no_byte_that_is_not_s2s_is_ever_removed_and_every_s2s_file_is_taken(
    shared: Register, places: Path, folder: dict[str, tuple[bytes, bool]]
) -> None:
    place = places / f"folder{len(list(places.iterdir()))}"
    place.mkdir()
    machine = FakeMachine()
    for name, (data, _) in folder.items():
        (place / name).write_bytes(data)
    written = {path.name for path in place.iterdir() if machine.is_plain_file(path)}
    state, now = FolderState(), [0.0]
    for _ in range(3):
        now[0] += 5
        result = scan(shared.store, shared.officer, place, state, reader=READER, clock=lambda: now[0])
    kept = held(place)
    for name, (data, is_s2s) in folder.items():
        if not is_s2s:
            assert kept.get(name) == data, f"{name} was not meant for us"
        elif name in written and name.split(".")[0].rstrip(" ").casefold() not in {"con", "nul", "aux", "prn"}:
            assert name not in kept, f"{name} is an S2S file and was left"
    assert {one.name for one in result.left} <= set(kept)
