"""No value on the command line ends in a fault of the program, and what nobody sees is taken out and said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cme_desktop.casework.orders.particulars import KEYS
from tests.cli.case_kit import OFFICER, Desk, copy_desk, make_desk_folder
from tests.cli.conftest import Ran

Admin = Callable[..., Ran]
WHO = ("--user", "Asha Officer")


def test_hidden_characters_are_taken_out_and_said(admin: Admin, tmp_path: Path, passphrase: Path) -> None:
    made = admin(
        "init", tmp_path / "new", "--officer", "As\u200bha\u202e Of\u2060ficer", "--passphrase-file", passphrase,
        "--demonstration", "--kdf", "light", "--json",
    )  # fmt: skip
    assert made.code == 0
    assert made.json["user"] == "Asha Officer"
    assert "Characters that nobody sees were taken out of: officer." in made.err
    seen = admin("cases", tmp_path / "new", "--user", "Asha\u00ad Officer", "--passphrase-file", passphrase, "--json")
    assert seen.code == 0


ODD = [
    "", " ", "\t\n", "\x00", "\x1b[2J", "\u202e", "\u200b", "\ud800", "\udcff\udcfe", "محمد \U0001fae9", "-1",
    "--", "-", "0", "9" * 40, "1e999", "nan", "2026-02-31", "0000-00-00", "9999-12-31", "2026-13-01", "٢٠٢٦-٠١-٠١",
    "A" * 100_000, "../../etc/passwd", "C:\\con", "'; DROP TABLE child; --", "{0}", "%s", "=1+1", "💥" * 500, "a=b=c",
]  # fmt: skip


def on_a_register(desk: Desk, odd: str, tmp: Path) -> list[list[object]]:
    """Return the commands of a register with the odd value in each of their places."""
    who = ["--user", OFFICER, "--passphrase-file", desk.passphrase, "--today", desk.today, "--json"]
    store, case, out = desk.folder, ["--case", desk.ref], ["--out", tmp / "out.pdf"]
    return [
        ["cases", store, f"--user={odd}", "--passphrase-file", desk.passphrase, "--json"],
        ["cases", store, "--user", OFFICER, f"--passphrase-file={odd}", "--json"],
        *(["cases", store, *who, f"{option}={odd}"] for option in ("--as-at", "--known-at", "--today", "--wait")),
        ["case", store, *who, "--", odd],
        ["case", store, desk.ref, *who, f"--reason={odd}"],
        ["act", store, *who, f"--case={odd}"],
        ["act", store, *who, *case, f"--action={odd}"],
        ["act", store, *who, *case, "--action", "serve-437", f"--on={odd}"],
        *(
            ["act", store, *who, *case, "--action", action.value, "--set", f"{key}={odd}"]
            for action, keys in KEYS.items()
            for key in sorted(keys)
        ),
        *(["act", store, *who, *case, "--action", name, "--set", f"document={odd}"] for name in ("approve", "refuse")),
        ["act", store, *who, *case, "--action", "serve-437", "--set", odd],
        ["letter", store, *who, *case, "--document", "L01", f"--out={odd}"],
        ["letter", store, *who, *case, *out, f"--document={odd}"],
        ["letter", store, *who, *out, "--document", "L01", f"--case={odd}"],
        *(
            ["letter", store, *who, *case, *out, "--document", code, f"{option}={odd}"]
            for code in ("L01", "L04", "L05", "L07")
            for option in ("--parent", "--school", "--alternative", "--method", "--send-on", "--set")
        ),
        ["letter", store, *who, *case, *out, "--document", "L04", "--set", f"fact_1={odd}", "--set", f"fact_2={odd}"],
        ["import", store, *who, "--", odd],
        ["accept", store, "1", *who, f"--as={odd}"],
        ["accept", store, *who, "--as", "new", "--", odd],
        ["user", "add", store, "--role", "officer", "--new-passphrase-file", desk.passphrase, *who[:4], "--", odd],
        ["user", "add", store, "Ann", "--new-passphrase-file", desk.passphrase, *who[:4], f"--role={odd}"],
        ["user", "add", store, "Ann", "--role", "officer", *who[:4], f"--new-passphrase-file={odd}"],
        ["backup", store, *who, "--", odd],
        ["verify", "--json", "--", odd],
        ["verify", *who[:4], "--json", "--", odd],
        ["restore", *who[:4], "--json", "--", odd, tmp / "back"],
        ["restore", *who[:4], "--json", "--", store, odd],
    ]  # fmt: skip


def without_one(passphrase: Path, odd: str, tmp: Path, number: int) -> list[list[object]]:
    """Return the commands that make a register, or need none, with the odd value in each of their places."""
    light = ["--passphrase-file", passphrase, "--kdf", "light", "--json"]
    return [
        ["init", *light, "--demonstration", "--officer", "Asha", "--", odd],
        ["init", *light, "--demonstration", tmp / f"made-{number}", f"--officer={odd}"],
        ["demo", *light, "--children", "1", "--seed", "1", "--", odd],
        *(
            ["demo", tmp / "demo", *light, "--children", "1", "--seed", "1", f"{option}={odd}"]
            for option in ("--children", "--seed", "--today")
            if odd != "0" or option != "--seed"
        ),
        *([name, "--json", "--", odd] for name in ("explain", "school-age", "upn", "inspect", "make-s2s")),
        [odd],
    ]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a closed register with a case of one parent."""
    folder = tmp_path_factory.mktemp("desk") / "register"
    make_desk_folder(folder)
    return folder


@pytest.fixture
def desk(template: Path, tmp_path: Path, admin: Admin) -> Desk:
    """Return a desk on a copy of the register."""
    return copy_desk(template, tmp_path, admin)


def fails_nowhere(desk: Desk, words: list[object]) -> None:
    ran = desk.admin(*words)
    assert ran.code in (0, 1, 2, 3), (ran.code, [str(word)[:60] for word in words], ran.err[-300:])


def all_commands(desk: Desk, tmp_path: Path, number: int) -> list[list[object]]:
    odd = ODD[number]
    return [*on_a_register(desk, odd, tmp_path), *without_one(desk.passphrase, odd, tmp_path, number)]


@pytest.fixture
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in an empty folder: an odd value may be the name of one to make."""
    (tmp_path / "inside").mkdir()
    monkeypatch.chdir(tmp_path / "inside")


@pytest.mark.usefixtures("_inside")
@pytest.mark.parametrize("turn", range(2))
def test_no_odd_value_is_a_fault(desk: Desk, tmp_path: Path, turn: int) -> None:
    """Each place of each command gets one of the odd values in turn; the slow test gives each all of them."""
    every = [all_commands(desk, tmp_path, number) for number in range(len(ODD))]
    for place in range(len(every[-1])):
        of_that_place = [commands[place] for commands in every if place < len(commands)]
        fails_nowhere(desk, of_that_place[(place * 5 + turn * 11) % len(of_that_place)])


@pytest.mark.slow
@pytest.mark.usefixtures("_inside")
@pytest.mark.parametrize("number", range(len(ODD)))
def test_no_odd_value_is_a_fault_anywhere(desk: Desk, tmp_path: Path, number: int) -> None:
    for words in all_commands(desk, tmp_path, number):
        fails_nowhere(desk, words)


def test_two_hyphens_are_no_value(desk: Desk) -> None:
    for option in ("--as-at", "--wait", "--user"):
        ran = desk.admin("cases", desk.folder, f"{option}=--", "--json")
        assert (ran.code, ran.json["error"]["code"]) == (2, "usage")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30))
def test_any_name_of_a_person_is_taken_or_refused(admin: Admin, register: Path, passphrase: Path, name: str) -> None:
    key = ("--user", "Asha Officer", "--passphrase-file", passphrase, "--json")
    ran = admin("user", "add", register, "--role", "officer", "--new-passphrase-file", passphrase, *key, "--", name)
    assert ran.code in (0, 2), (name, ran.err)
    if ran.code == 0:
        seen = admin("cases", register, "--passphrase-file", passphrase, "--json", f"--user={name}")
        assert seen.code == 0, (name, seen.err)
