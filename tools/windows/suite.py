"""The suite with the Windows Python, in parts that each fit nine minutes, two at a time."""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed

from tests.left_out import LEFT_OUT, reason_of
from tools import checks
from tools.checks import BUILD, ROOT, Part, Result, groups, show
from tools.windows.rig import Rig, heard

PROOFS = BUILD / "windows" / "proofs"
LONGEST_S = 9 * 60
AT_ONCE = 2
QUICK = (
    *("tests/system", "tests/matching", "tests/test_logs.py", "tests/app/test_main.py", "tests/ui/unlock"),
    *("tests/storage/test_scanner.py", "tests/storage/test_two_instances.py", "tests/storage/test_backup_restore.py"),
    *("tests/importers/test_refusals.py", "tests/importers/test_worker.py", "tests/casework/test_intake_folder.py"),
    "tests/cli/test_registers.py",
)
"""What differs most by system: files, locks, processes, streams, the reader of files, and one screen."""


def parts(rig: Rig, *, quick: bool = False) -> list[Part]:
    """Return the parts of the suite, or the quick ones."""
    chosen: Iterable[tuple[str, list[str]]]
    if quick:
        chosen = [(name, [name]) for name in QUICK]
    else:
        chosen = [(name, [path.relative_to(ROOT).as_posix() for path in files]) for name, files in groups()]
    chosen = [(name, [file for file in files if reason_of(file, windows=True) is None]) for name, files in chosen]
    shutil.rmtree(PROOFS, ignore_errors=True)
    PROOFS.mkdir(parents=True)
    found = []
    for index, (name, files) in enumerate(part for part in chosen if part[1]):
        proofs = PROOFS / f"part-{index}.json"
        words: tuple[str, ...] = ("-m", "pytest", "-q", "-p", "no:cacheprovider", f"--randomly-seed={checks.SEED}")
        words += ("-m", "not alone and not slow", "--proofs", proofs.relative_to(ROOT).as_posix(), *files)
        found.append(Part(name, rig.command(*words), rig.environment(), proofs))
    return found


def run(part: Part) -> Result:
    """Run one part to its end, or until it has had nine minutes."""
    began = time.monotonic()
    code, text = heard(part.command, part.environment, LONGEST_S)
    counts: dict[str, int] = {}
    if part.proofs is not None and part.proofs.exists():
        counts = json.loads(part.proofs.read_text(encoding="utf-8"))["counts"]
    return Result(part, code, text, time.monotonic() - began, counts)


def run_all(wanted: list[Part]) -> list[Result]:
    """Run parts side by side and show each as it ends."""
    results = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for future in as_completed([pool.submit(run, part) for part in wanted]):
            show(future.result())
            results.append(future.result())
    return results


def report(results: list[Result], began: float) -> int:
    """Say what was left out and why, then what checks say, and return the exit code."""
    total = Counter[str]()
    for result in results:
        total.update(result.counts)
    whole = [name for name in LEFT_OUT if name.partition("::")[0] == name]
    by_reason: dict[str, list[str]] = {}
    for name, reason in LEFT_OUT.items():
        by_reason.setdefault(reason, []).append(name)
    print(f"Left out on Windows: {total['left out']} tests, and all of {len(whole)} files:")
    for reason, names in sorted(by_reason.items()):
        print(f"  {reason}:")
        for name in sorted(names):
            print(f"    {name}")
    return checks.report(results, began)
