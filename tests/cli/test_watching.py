"""``watch`` and ``scan``: the same rule and the same look as the window's (command-line.md 12)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cme_desktop.settings import Settings, SettingsFile
from cme_desktop.system import atomic_write, program_folders
from tests.casework.s2s import joiner_file, leaver_file, new_pupil
from tests.cli.case_kit import Desk, copy_desk, make_desk_folder
from tests.cli.conftest import Ran


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a closed training register."""
    folder = tmp_path_factory.mktemp("desk") / "register"
    make_desk_folder(folder)
    return folder


@pytest.fixture
def desk(template: Path, tmp_path: Path, admin: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return a desk on a copy of the register, with settings of its own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return copy_desk(template, tmp_path, admin)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Return an empty folder for S2S files."""
    folder = tmp_path / "In"
    folder.mkdir()
    return folder


def kept() -> Settings:
    """Return this computer's settings as they were saved."""
    return SettingsFile(program_folders().config, atomic_write).load().settings


def test_a_folder_is_watched_and_looked_into(desk: Desk, inbox: Path) -> None:
    assert desk.run("watch", inbox) == {"ok": True, "folder": str(inbox), "others": []}
    assert kept().folder_of(desk.folder) == str(inbox)
    name, data = leaver_file(new_pupil())
    (inbox / name).write_bytes(data)
    (inbox / "notes.txt").write_bytes(b"call the school")
    answer = desk.run("scan")
    assert (answer["taken"], answer["not_deleted"], answer["waiting"]) == ([name], [], 0)
    [left] = answer["left"]
    assert (left["name"], left["why"][:12]) == ("notes.txt", "It is no S2S")
    assert [path.name for path in inbox.iterdir()] == ["notes.txt"]
    assert (inbox / "notes.txt").read_bytes() == b"call the school"
    assert desk.run("inbox")["total"] == 1
    (inbox / "notes.txt").unlink()
    assert desk.run("scan") == {"ok": True, "taken": [], "left": [], "not_deleted": [], "waiting": 0}


def test_other_files_are_listed_until_they_are_confirmed(desk: Desk, inbox: Path) -> None:
    for name in ("a.pdf", "b.PDF", "c.docx", "d"):
        (inbox / name).write_bytes(b"something else")
    (inbox / "own.xml").write_bytes(leaver_file(new_pupil())[1])
    others = [{"ending": ".pdf", "files": 2}, {"ending": "", "files": 1}, {"ending": ".docx", "files": 1}]
    error = desk.error("watch", inbox)
    assert (error["code"], error["others"]) == ("folder-has-others", others)
    assert "--confirm" in error["message"]
    assert kept().folder_of(desk.folder) == ""
    assert desk.run("watch", inbox, "--confirm") == {"ok": True, "folder": str(inbox), "others": others}
    assert len(list(inbox.iterdir())) == 5, "choosing takes nothing"


@pytest.mark.parametrize("which", ["register", "parent", "child", "home", "link"])
def test_a_refused_folder_is_refused_also_when_confirmed(desk: Desk, tmp_path: Path, which: str) -> None:
    (tmp_path / "link").symlink_to(desk.folder)
    (desk.folder / "content").mkdir(exist_ok=True)
    Path.home().mkdir(parents=True, exist_ok=True)
    places = {
        "register": desk.folder,
        "parent": desk.folder.parent,
        "child": desk.folder / "content",
        "home": Path.home(),
        "link": tmp_path / "link",
    }
    for more in ([], ["--confirm"]):
        assert desk.error("watch", places[which], *more)["code"] == "folder-refused"
    assert kept() == Settings()


def test_a_folder_chosen_before_that_is_refused_now_is_let_be(desk: Desk) -> None:
    file = SettingsFile(program_folders().config, atomic_write)
    file.save(Settings(last_store=str(desk.folder), watched_folder=str(desk.folder.parent)))
    before = {path: path.read_bytes() for path in desk.folder.parent.rglob("*.xml")}
    error = desk.error("scan")
    assert error["code"] == "folder-refused"
    assert error["message"].startswith("Nothing is taken from the watched folder. ")
    assert {path: path.read_bytes() for path in desk.folder.parent.rglob("*.xml")} == before


def test_without_a_folder_or_with_one_that_is_away_it_says_so(desk: Desk, inbox: Path) -> None:
    assert desk.error("scan")["code"] == "folder-missing"
    assert desk.error("watch", inbox / "none")["code"] == "path-missing"
    desk.run("watch", inbox)
    inbox.rmdir()
    assert desk.error("scan")["code"] == "folder-unreadable"


def test_each_register_has_a_folder_of_its_own(desk: Desk, inbox: Path, tmp_path: Path, template: Path) -> None:
    """A training register beside the real one never takes the real one's files."""
    (tmp_path / "second").mkdir()
    other = copy_desk(template, tmp_path / "second", desk.admin)
    desk.run("watch", inbox)
    assert other.error("scan")["code"] == "folder-missing"
    name, data = joiner_file(new_pupil())
    (inbox / name).write_bytes(data)
    assert desk.run("scan")["taken"] == [name]


def test_a_damaged_s2s_file_is_taken_and_told_by_the_exit_code(desk: Desk, inbox: Path) -> None:
    desk.run("watch", inbox)
    (inbox / "cut.xml").write_bytes(leaver_file(new_pupil())[1][:300])
    answer = desk.run_all("scan")
    assert (answer["taken"], answer["left"]) == (["cut.xml"], [])
    assert list(inbox.iterdir()) == []
