"""What must be true of the project as a whole, so that it stays fit to be handed on."""

from __future__ import annotations

import ast
import csv
import gzip
import io
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from cme_desktop import resources

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "cme_desktop"
LONGEST_MODULE = 480
# Longer ones that were looked at and are still one idea.
STILL_ONE_IDEA = {
    "cme_desktop/storage/store.py": 575,  # the open register: what it does stands in modules of their own
    "tests/safety/test_forgeries.py": 540,  # one list, each forgery a few lines
    "cme_desktop/storage/keys/key_file.py": 515,  # one format, read and written
}
MOST_MODULES = 24
MOST_PICTURES, LARGEST_PICTURE = 12, 200_000
# The one place that may ask the machine for the time; everything else is handed a clock or a day.
CLOCK = PACKAGE / "system" / "clock.py"

# Written in pieces, so that this file does not find itself.
LOOSE_ENDS = re.compile(
    "|".join(
        (
            "TO" + "DO",
            "FIX" + "ME",
            "raise NotImpl" + "emented",
            r"pytest\.mark\.(" + "skip|xfail)",
            r"# *type: *ignore *" + "$",
            r"except Exception: *" + "pass",
            r"except" + r": *$",
        )
    ),
    re.MULTILINE,
)
REGISTRY_HOSTS = re.compile(
    "|".join(("py" + "pi", "python" + "hosted", "npm" + "js", "deb" + r"\.debian")), re.IGNORECASE
)
MACHINE_PATHS = re.compile(r"(^|[^\w./])/(" + "work|root|farm|home" + r")/\w")
NEVER_SAID = re.compile(r"\b(invalid|please|sorry|forbidden|illegal)\b", re.IGNORECASE)


@cache
def tracked() -> tuple[Path, ...]:
    """Return the files of the project: those that git knows, and new ones it does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


@cache
def texts() -> dict[Path, str]:
    """Return the text of every text file of the project."""
    found = {}
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data:
            found[path.relative_to(ROOT)] = data.decode("utf-8", errors="replace")
    return found


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """Yield each module of the program as a syntax tree."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"), str(path))


def test_no_module_is_long_and_no_package_is_crowded() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked()
        if path.suffix == ".py"
        and (lines := path.read_text(encoding="utf-8").count("\n"))
        > STILL_ONE_IDEA.get(path.relative_to(ROOT).as_posix(), LONGEST_MODULE)
    }
    assert long == {}
    modules = Counter(path.parent for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
    assert {str(folder.relative_to(ROOT)): n for folder, n in modules.items() if n > MOST_MODULES} == {}


def test_nothing_is_left_unfinished() -> None:
    found = [
        f"{path}: {match.group()}"
        for path, text in texts().items()
        if path.suffix == ".py"
        for match in LOOSE_ENDS.finditer(text)
    ]
    assert found == []


def test_no_file_names_a_registry_or_a_place_on_one_machine() -> None:
    registries = [str(path) for path, text in texts().items() if REGISTRY_HOSTS.search(text)]
    machines = [f"{path}: {match.group()}" for path, text in texts().items() for match in MACHINE_PATHS.finditer(text)]
    assert (registries, machines) == ([], [])


def test_no_lock_project_or_build_file_holds_an_address() -> None:
    build = re.compile(r"(\.lock|requirements|constraints|\.toml|\.cfg|Makefile|\.ci/run|system-packages\.txt)$")
    address = re.compile(r"(https?|file)://|--(extra-)?index-url|--find-links")
    assert [str(path) for path, text in texts().items() if build.search(str(path)) and address.search(text)] == []


def test_make_help_names_every_target_and_the_readme_the_way_without_make() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE).group(1).split())
    described = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert targets == described
    assert targets >= {"help", "setup", "run", "test", "check", "test-fast", "coverage", "bench", "screenshots"}
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert all(f"make {target} " in shown for target in targets)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"make {target}" in readme for target in targets - {"setup"})
    assert "Wine is not Windows" in readme


def test_the_readme_shows_few_and_small_pictures() -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(pictures) <= MOST_PICTURES
    for name in pictures:
        assert (ROOT / name).stat().st_size < LARGEST_PICTURE, name


def test_only_the_clock_asks_the_machine_for_the_time() -> None:
    asked = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in sources()
        if path != CLOCK
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"today", "now", "utcnow"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"date", "datetime"}
    ]
    assert asked == []


def _public(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Yield the public names of a module, and the methods of its classes but for what a library's class passed on."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef) and not node.bases:
                yield from _public(node.body)


def test_every_public_name_says_what_it_is_for() -> None:
    silent = []
    for path, tree in sources():
        if path.name != "__init__.py" and ast.get_docstring(tree) is None:
            silent.append(str(path.relative_to(ROOT)))
        silent += [
            f"{path.relative_to(ROOT)}: {node.name}" for node in _public(tree.body) if ast.get_docstring(node) is None
        ]
    assert silent == []


def _spoken(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield each text of a module that could be shown to a person: not its docstrings, and not its codes."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in docstrings:
            continue
        if isinstance(node.value, str) and " " in node.value.strip():
            yield node


def test_the_program_never_says_what_helps_nobody() -> None:
    said = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}"
        for path, tree in sources()
        for node in _spoken(tree)
        if NEVER_SAID.search(str(node.value)) and not str(node.value).startswith("^")
    ]
    assert said == []


def test_every_room_has_its_tests() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and list(path.glob("[a-z]*.py"))}
    assert rooms - {path.name for path in (ROOT / "tests").iterdir() if list(path.glob("**/test_*.py"))} == set()


@pytest.mark.feature("F22")
def test_the_shipped_school_directory_is_named_as_an_assembled_snapshot() -> None:
    snapshot = tomllib.loads(resources.read_text("schools/snapshot.toml"))
    assert snapshot["assembled"] is True
    assert "GIAS" in snapshot["warning"]
    schools = 0
    for name in snapshot["directory"]:
        data = resources.read_bytes(f"schools/{name}")
        text = (gzip.decompress(data) if name.endswith(".gz") else data).decode("cp1252")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert all(row["URN"].isdecimal() and row["EstablishmentName"] for row in rows)
        assert not any(value for row in rows for column, value in row.items() if column.startswith("Head"))
        schools += len(rows)
    assert schools == 88 + 1_149
    assert len(resources.read_text("schools/la-codes.csv").splitlines()) == 174


def test_the_licences_travel_with_what_they_cover() -> None:
    assert "Open Government Licence v3.0" in resources.read_text("NOTICE.md")
    licence = resources.read_text("fonts/LICENSE-OFL.txt")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    for part in ("PREAMBLE", "DEFINITIONS", "PERMISSION & CONDITIONS", "TERMINATION", "DISCLAIMER"):
        assert part in licence
    assert "MIT License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_first_ten_decisions_are_written_down_and_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [name[:4] for name in records[:10]] == [f"{number:04}" for number in range(1, 11)]
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert all(f"]({name})" in index for name in records)
    for name in records:
        assert (folder / name).read_text(encoding="utf-8").startswith(f"# {name[:4]} ")
