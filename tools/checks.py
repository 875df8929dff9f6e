"""Run the project's checks, two at a time: ``python -m tools.checks test`` (or check, test-fast, coverage).

Each part runs in a process of its own and its words are shown when it fails; a part that is well says one line. Tests
marked ``alone`` measure time, so they run at the end with nothing beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from tools import rules_report

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
PROOFS = BUILD / "proofs"
AT_ONCE = os.cpu_count() or 2
# One order of the tests for a whole run; a part that fails says how to run it again in the same order.
SEED = random.SystemRandom().randrange(2**32)
FILES_A_PART = 16
NO_TESTS = 5
# The rooms whose tests need no database, no window and no process of their own.
QUICK_ROOMS = ("domain", "matching", "models", "importers", "documents")
# At least this much of the lines and branches, in each of these rooms and in all (percent).
COVERAGE = {"domain": 95, "matching": 95, "importers": 95, "": 85}


@dataclass(frozen=True)
class Part:
    """One process of the checks."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    proofs: Path | None = None


@dataclass(frozen=True)
class Result:
    """How one part ended."""

    part: Part
    code: int
    text: str
    took: float
    counts: dict[str, int]

    @property
    def well(self) -> bool:
        """Say whether the part passed; a part of the tests from which every test was left out has passed."""
        return self.code == 0 or (self.part.proofs is not None and self.code == NO_TESTS)


def tool(name: str) -> str:
    """Return the path of a command of the environment that runs this."""
    return str(Path(sys.executable).with_name(name))


def linters() -> list[Part]:
    """Return the checks that read the source and run nothing of it."""
    return [
        Part("types (mypy strict)", (tool("mypy"),)),
        Part(
            "types as Windows has them",
            (tool("mypy"), "--platform", "win32", "--cache-dir", ".mypy_cache/windows", "cme_desktop"),
        ),
        Part("format (ruff)", (tool("ruff"), "format", "--check", ".")),
        Part("lint (ruff)", (tool("ruff"), "check", ".")),
        Part("rooms (import-linter)", (tool("lint-imports"),)),
    ]


def groups(rooms: Iterable[str] | None = None) -> Iterator[tuple[str, list[Path]]]:
    """Yield the test files in named groups, the longest groups first.

    A process costs nearly a second before its first test, and the tests of a folder share what is made once for a run:
    so a group is as large as it may be, and small folders go together.
    """
    folders = [ROOT / "tests" / room for room in rooms] if rooms else [ROOT / "tests"]
    by_folder: dict[Path, list[Path]] = {}
    for folder in folders:
        for path in sorted(folder.rglob("test_*.py")):
            by_folder.setdefault(path.parent, []).append(path)
    found: list[tuple[str, list[Path]]] = []
    small: list[tuple[str, list[Path]]] = []
    for folder, files in by_folder.items():
        name = folder.relative_to(ROOT).as_posix()
        number = -(-len(files) // FILES_A_PART)
        if number > 1:
            found += [(f"{name} {index + 1} of {number}", files[index::number]) for index in range(number)]
        elif small and len(small[-1][1]) + len(files) <= FILES_A_PART:
            small[-1] = (f"{small[-1][0]}, {name}", small[-1][1] + files)
        else:
            small.append((name, files))
    sized = [(sum(path.stat().st_size for path in files), name, files) for name, files in found + small]
    for _, name, files in sorted(sized, key=lambda each: (-each[0], each[1])):
        yield name, files


def pytest_parts(expression: str, rooms: Iterable[str] | None = None, *, coverage: bool = False) -> list[Part]:
    """Return the parts that run the tests which a marker expression chooses."""
    parts = []
    for index, (name, files) in enumerate(groups(rooms)):
        proofs = PROOFS / f"part-{index}.json"
        runner = ("-m", "coverage", "run", "--parallel-mode", "-m", "pytest") if coverage else ("-m", "pytest")
        command = (
            *(sys.executable, *runner, "-q", "-p", "no:cacheprovider", f"--randomly-seed={SEED}", "-m", expression),
            *("--proofs", str(proofs), *(str(path.relative_to(ROOT)) for path in files)),
        )
        parts.append(Part(name, command, {"COVERAGE_FILE": str(BUILD / "coverage" / "data")}, proofs))
    return parts


def timed_part() -> list[Part]:
    """Return the one part with every test that measures time."""
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "alone and not slow")
    proofs = PROOFS / "alone.json"
    return [Part("tests that measure time", (*command, "--proofs", str(proofs), "tests"), {}, proofs)]


def run(part: Part) -> Result:
    """Run one part to its end."""
    began = time.monotonic()
    done = subprocess.run(
        part.command,
        cwd=ROOT,
        env={**os.environ, **part.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    counts: dict[str, int] = {}
    if part.proofs is not None and part.proofs.exists():
        counts = json.loads(part.proofs.read_text(encoding="utf-8"))["counts"]
    return Result(part, done.returncode, done.stdout, time.monotonic() - began, counts)


def show(result: Result) -> None:
    """Say how one part ended: a line if it is well, everything it wrote if it is not."""
    counted = ", ".join(f"{number} {outcome}" for outcome, number in result.counts.items() if number)
    line = f"{'ok  ' if result.well else 'FAIL'} {result.part.name}  {counted or '-'}  {result.took:.1f} s"
    print(line, flush=True)
    if not result.well:
        print(result.text, flush=True)
        print(f"Again: {shlex.join(result.part.command)}", flush=True)


def run_all(parts: list[Part], at_once: int = AT_ONCE) -> list[Result]:
    """Run parts side by side and show each as it ends."""
    results = []
    with ThreadPoolExecutor(at_once) as pool:
        for future in as_completed([pool.submit(run, part) for part in parts]):
            show(future.result())
            results.append(future.result())
    return results


def coverage_kept() -> list[Result]:
    """Return whether each room is covered as far as it must be."""
    place = {"COVERAGE_FILE": str(BUILD / "coverage" / "data")}
    results = [run(Part("coverage put together", (sys.executable, "-m", "coverage", "combine"), place))]
    for room, least in COVERAGE.items():
        include = ("--include", f"cme_desktop/{room}/*") if room else ()
        command = (sys.executable, "-m", "coverage", "report", "--skip-covered", f"--fail-under={least}", *include)
        results.append(run(Part(f"coverage of {room or 'all'}: at least {least}%", command, place)))
    for result in results:
        print(result.text.rstrip(), flush=True)
        show(result)
    return results


def report(results: list[Result], began: float) -> int:
    """Say how it all ended, on a last line that a machine can read too, and return the exit code."""
    passed = sum(result.counts.get("passed", 0) for result in results)
    failed = sum(result.counts.get("failed", 0) for result in results)
    faulty = [result.part.name for result in results if not result.well]
    print(f"Took {time.monotonic() - began:.0f} s.")
    if faulty:
        print("Not well: " + ", ".join(faulty))
    print(f"{passed} passed, {max(failed, len(faulty))} failed", flush=True)
    return 1 if faulty else 0


def main() -> int:
    """Run what was asked for; return 0 if all of it is well, 1 otherwise."""
    parser = argparse.ArgumentParser(description="Run the project's checks.")
    parser.add_argument("what", choices=["test", "check", "test-fast", "coverage"])
    what = parser.parse_args().what
    began = time.monotonic()
    shutil.rmtree(PROOFS, ignore_errors=True)
    shutil.rmtree(BUILD / "coverage", ignore_errors=True)
    (BUILD / "coverage").mkdir(parents=True)
    if what == "coverage":
        results = run_all(pytest_parts("not alone and not slow", coverage=True))
        return report(results + coverage_kept(), began)
    if what == "test":
        results = run_all(linters() + pytest_parts("not alone and not slow"))
        results += run_all(timed_part(), at_once=1)
        rules_report.merge(PROOFS, BUILD / "rules.json")
        return report(results, began)
    quick = pytest_parts("not alone and not slow and not ui", QUICK_ROOMS)
    return report(run_all((linters() if what == "check" else []) + quick), began)


if __name__ == "__main__":
    sys.exit(main())
