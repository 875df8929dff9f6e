"""The operations that are killed, and how each is judged afterwards by what it had acknowledged."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cme_desktop.casework import cases, next_steps
from cme_desktop.cli.main import main
from cme_desktop.cli.output import Output
from cme_desktop.storage import keys
from cme_desktop.storage.keys.marks import UNFINISHED
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import MANIFEST
from cme_desktop.system import FixedClock, program_folders
from tests.casework.s2s import leaver_file, new_pupil
from tests.cli.case_kit import OFFICER, PASSPHRASE, make_desk_folder
from tests.factories import NOON, open_case_command

TODAY = "2026-11-24"
NEW_PASSPHRASE = "four other invented words"
THIRD_PASSPHRASE = "seven quiet otters swim"
SECOND = "Second Boss"
FILES, PUPILS = 2, 3
PLACE = "@PLACE"


@dataclass(frozen=True)
class Told:
    """What a command said: its exit code and its JSON."""

    code: int
    json: dict[str, Any]


def ask(*argv: object) -> Told:
    """Run a command in this process, as the person who comes after the fault would."""
    stream = io.BytesIO()
    words = [*map(str, argv), "--json"]
    code = main(words, out=Output(as_json=True, stream=stream, messages=io.StringIO()), clock=FixedClock(NOON))
    return Told(code, json.loads(stream.getvalue()))


@dataclass(frozen=True)
class Ground:
    """The folder in which an operation works: a register with a case, files, passphrases and a backup."""

    folder: Path

    @property
    def register(self) -> Path:
        """Return the register's folder."""
        return self.folder / "register"

    def path(self, name: str) -> Path:
        """Return something beside the register."""
        return self.folder / name

    def who(self, user: str = OFFICER, passphrase: str = "passphrase") -> list[object]:
        """Return the options that open a register."""
        return ["--user", user, "--passphrase-file", self.path(passphrase)]

    def backup(self) -> Path:
        """Return the one backup that was there from the start."""
        (found,) = self.path("backups").glob("backup-*")
        return found


def forget_witnesses() -> None:
    """Take the witnesses of this computer away: another past of the same register is laid, which it never saw."""
    for path in program_folders().state.glob("witness-*.json"):
        path.unlink()


def lay_ground(folder: Path) -> Ground:
    """Make the ground that every operation starts from a copy of."""
    ground = Ground(folder)
    make_desk_folder(ground.register)
    for name, words in (("passphrase", PASSPHRASE), ("new-passphrase", NEW_PASSPHRASE), ("third", THIRD_PASSPHRASE)):
        ground.path(name).write_text(f"{words}\n", encoding="utf-8")
    incoming = ground.path("incoming")
    incoming.mkdir()
    for number in range(1, FILES + 1):
        pupils = [new_pupil(surname=f"Child{number}", forename=f"Number{one}") for one in range(PUPILS)]
        name, data = leaver_file(*pupils, number=number)
        (incoming / name).write_bytes(data)
    assert ask("backup", ground.register, ground.path("backups"), *ground.who()).code == 0
    (first, *_) = sorted(incoming.iterdir())
    assert ask("import", ground.register, first, *ground.who(), "--today", TODAY).code == 0
    return ground


def whole(folder: Path, who: Sequence[object]) -> Told:
    """Open a register or a backup as the next person would and return what ``verify`` says; it must be whole."""
    told = ask("verify", folder, *who)
    assert told.code == 0, told.json
    assert told.json["ok"], told.json["problems"]
    return told


Judge = Callable[[Ground, bool], None]


@dataclass(frozen=True)
class Operation:
    """One thing that can be cut off: its command, and what must be so afterwards, acknowledged or not."""

    name: str
    argv: Callable[[Ground], list[object]]
    judge: Judge
    again: Callable[[Ground, Told], bool] = field(default=lambda _ground, told: told.code == 0)
    """Say whether doing it once more ended as it should, when the first time may or may not have been done."""
    prepare: Callable[[Ground], None] = field(default=lambda _ground: None)


def _count(ground: Ground, what: str) -> int:
    counts = whole(ground.register, ground.who()).json["counts"]
    assert isinstance(counts[what], int)
    return counts[what]


def _one_of(ground: Ground, what: str, before: int, after: int, acknowledged: bool) -> None:
    """Check that an act is whole or absent, and there if it was acknowledged."""
    now = _count(ground, what)
    assert now in ((after,) if acknowledged else (before, after))


def _new_register(name: str) -> Judge:
    def judge(ground: Ground, acknowledged: bool) -> None:
        folder = ground.path(name)
        usable = (folder / "keys.json").is_file() and not (folder / UNFINISHED).exists()
        assert usable or not acknowledged
        if usable:
            whole(folder, ground.who())

    return judge


def _made_or_there(_ground: Ground, told: Told) -> bool:
    """A register that is there already is never made again."""
    return told.code == 0 or told.json["error"]["code"] == "store-exists"


def _imported(ground: Ground, acknowledged: bool) -> None:
    now = whole(ground.register, ground.who()).json["counts"]
    assert (now["files"], now["inbox"]) in (((2, 6),) if acknowledged else ((1, 3), (2, 6)))


def _first_item(ground: Ground) -> int:
    items = ask("inbox", ground.register, *ground.who(), "--today", TODAY).json["items"]
    return int(items[0]["id"]) if items else 0


def _case(ground: Ground) -> dict[str, Any]:
    whole(ground.register, ground.who())
    told = ask("case", ground.register, "CME-2026-00001", *ground.who(), "--today", TODAY)
    assert told.code == 0, told.json
    return told.json


def _closed(ground: Ground, acknowledged: bool) -> None:
    case = _case(ground)
    assert not case["open"] or not acknowledged
    assert (case["closed"] is None) == case["open"]


def _letter(ground: Ground, acknowledged: bool) -> None:
    documents = [one for one in _case(ground)["documents"] if one["code"] == "L01"]
    paper = ground.path("L01.pdf")
    assert documents or not acknowledged
    if acknowledged:
        assert paper.read_bytes().startswith(b"%PDF")
    if paper.exists():
        assert paper.read_bytes().rstrip().endswith(b"%%EOF"), "a torn letter lies there under its own name"


def _user_added(ground: Ground, acknowledged: bool) -> None:
    whole(ground.register, ground.who())
    told = ask("cases", ground.register, *ground.who(SECOND, "new-passphrase"), "--today", TODAY)
    assert told.code == 0 or (not acknowledged and told.code == 3)


def _add_second(ground: Ground) -> None:
    """Give a second person a log-in, which is ended or has its passphrase changed."""
    added = ["user", "add", ground.register, SECOND, "--role", "manager"]
    assert ask(*added, "--new-passphrase-file", ground.path("new-passphrase"), *ground.who()).code == 0


def _gets_in(ground: Ground, passphrase: str) -> bool:
    return ask("cases", ground.register, *ground.who(SECOND, passphrase), "--today", TODAY).code == 0


def _nothing_of_before(ground: Ground) -> None:
    """Check that one database and one data key are left, once the register was opened again."""
    whole(ground.register, ground.who())
    ask("cases", ground.register, *ground.who(), "--today", TODAY)  # verify looks and sweeps nothing
    assert [path.name for path in ground.register.glob("register-*.db")] == [
        keys.read_key_file(ground.register).database
    ]
    data_key = keys.unlock(ground.register, OFFICER, PASSPHRASE).data_key
    for path in (ground.register / "keys.json", *keys.kept_versions(ground.register)):
        keys.key_file.parse_key_file(path.read_bytes()).check_proof(data_key)
    assert not (ground.register / keys.earlier.MARK).exists()


def _ended(ground: Ground, acknowledged: bool) -> None:
    _nothing_of_before(ground)
    assert not (acknowledged and _gets_in(ground, "new-passphrase"))


def _changed(ground: Ground, acknowledged: bool) -> None:
    _nothing_of_before(ground)
    opening = [name for name in ("new-passphrase", "third") if _gets_in(ground, name)]
    assert len(opening) == 1
    assert opening == ["third"] or not acknowledged


def _backed_up(ground: Ground, acknowledged: bool) -> None:
    whole(ground.register, ground.who())
    found = [path for path in ground.path("backups").glob("backup-*") if (path / MANIFEST).is_file()]
    assert len(found) >= (2 if acknowledged else 1)
    for path in found:
        whole(path, ground.who())


def _restored_new(ground: Ground, acknowledged: bool) -> None:
    folder = ground.path("restored")
    there = (folder / "keys.json").is_file()
    assert there or not acknowledged
    if there:
        whole(folder, ground.who())


def _restored_over(ground: Ground, acknowledged: bool) -> None:
    _one_of(ground, "files", 1, 0, acknowledged)


def _leave_a_tail(ground: Ground) -> None:
    """Leave a register as a killed process leaves one: with pages that are in the log only."""

    copy = ground.path("as-killed")
    store = Store.open(ground.register, keys.unlock(ground.register, OFFICER, PASSPHRASE), FixedClock(NOON))
    next_steps.attach(store)
    cases.open_case(store, store.person, open_case_command())
    shutil.copytree(ground.register, copy)
    store.close()
    shutil.rmtree(ground.register)
    copy.rename(ground.register)


def _opened(ground: Ground, acknowledged: bool) -> None:
    """What had been committed before is there, whether or not this opening got to its end."""
    del acknowledged
    assert _count(ground, "cases") == 2


OPERATIONS = (
    Operation(
        "init",
        lambda g: ["init", g.path("new"), "--officer", OFFICER, "--demonstration", "--kdf", "light",
                   "--passphrase-file", g.path("passphrase")],
        _new_register("new"),
        _made_or_there,
    ),
    Operation(
        "demo",
        lambda g: ["demo", g.path("new"), "--children", "4", "--seed", "1", "--officer", OFFICER, "--kdf", "light",
                   "--today", TODAY, "--passphrase-file", g.path("passphrase")],
        _new_register("new"),
        _made_or_there,
    ),
    Operation("import", lambda g: ["import", g.register, g.path("incoming"), *g.who(), "--today", TODAY], _imported),
    Operation(
        "accept",
        lambda g: ["accept", g.register, _first_item(g), "--as", "new", *g.who(), "--today", TODAY],
        lambda g, acknowledged: _one_of(g, "cases", 1, 2, acknowledged),
        lambda _g, told: told.code == 0 or told.json["error"]["code"] == "already-decided",
    ),
    Operation(
        "act",
        lambda g: ["act", g.register, "--case", "CME-2026-00001", "--action", "close", "--set", "outcome=moved-abroad",
                   "--set", "how_confirmed=By the border agency", *g.who(), "--today", TODAY],
        _closed,
        lambda _g, told: told.code in (0, 2),
    ),
    Operation(
        "letter",
        lambda g: ["letter", g.register, "--case", "CME-2026-00001", "--document", "L01", "--out", g.path("L01.pdf"),
                   *g.who(), "--today", TODAY],
        _letter,
        lambda _g, told: told.code == 0 or told.json["error"]["code"] == "file-exists",
    ),
    Operation(
        "user-add",
        lambda g: ["user", "add", g.register, SECOND, "--role", "manager", "--new-passphrase-file",
                   g.path("new-passphrase"), *g.who()],
        _user_added,
        lambda _g, told: told.code in (0, 2),
    ),
    Operation(
        "disable",
        lambda g: ["user", "disable", g.register, SECOND, "--reason", "moved on", *g.who()],
        _ended,
        prepare=_add_second,
    ),
    Operation(
        "passphrase",
        lambda g: ["user", "passphrase", g.register, "--new-passphrase-file", g.path("third"),
                   *g.who(SECOND, "new-passphrase")],
        _changed,
        lambda _g, told: told.code in (0, 3),
        prepare=_add_second,
    ),
    Operation("backup", lambda g: ["backup", g.register, g.path("backups"), *g.who()], _backed_up),
    Operation(
        "restore-new",
        lambda g: ["restore", g.backup(), g.path("restored"), *g.who()],
        _restored_new,
    ),
    Operation(
        "restore-over",
        lambda g: ["restore", g.backup(), g.register, "--replace", *g.who()],
        _restored_over,
    ),
    Operation(
        "open-after-a-kill",
        lambda g: ["cases", g.register, *g.who(), "--today", TODAY],
        _opened,
        prepare=_leave_a_tail,
    ),
)  # fmt: skip
BY_NAME = {operation.name: operation for operation in OPERATIONS}
