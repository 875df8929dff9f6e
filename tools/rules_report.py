"""Say which rules of the policy and which features have a passing test: ``python -m tools.rules_report [--json]``."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "docs" / "rules-and-features.csv"
RESULT = ROOT / "build" / "rules.json"
PLACES = {"rule": "rules", "feature": "features"}


def merge(folder: Path, target: Path) -> dict[str, Any]:
    """Put the records of a whole test run together, write them as one JSON file and return it."""
    tests = [
        test for path in sorted(folder.glob("*.json")) for test in json.loads(path.read_text(encoding="utf-8"))["tests"]
    ]
    result: dict[str, Any] = {place: [] for place in PLACES.values()}
    with LIST.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            proofs = [test for test in tests if row["id"] in test[row["kind"]]]
            result[PLACES[row["kind"]]].append(
                {
                    "id": row["id"],
                    "class": row["class"],
                    "what": row["what"],
                    "tests": len(proofs),
                    "passing": sum(test["outcome"] == "passed" for test in proofs),
                }
            )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return result


def proved(entry: dict[str, Any]) -> bool:
    """Say whether an entry has at least one test and none that fails."""
    return bool(entry["tests"]) and entry["tests"] == entry["passing"]


def table(result: dict[str, Any]) -> list[str]:
    """Return the report in lines: what is proved, what fails, and what no test claims."""
    lines = []
    for place, entries in result.items():
        lines.append(f"{place.capitalize()}: {sum(map(proved, entries))} of {len(entries)} have passing tests")
        for entry in entries:
            state = "proved " if proved(entry) else "FAILS  " if entry["tests"] else "no test"
            lines.append(f"  {entry['id']:<5} {state} {entry['tests']:>4}  {entry['class']:<17} {entry['what']}")
        lines.append("")
    return lines


def main() -> int:
    """Print the report of the last whole test run; return 1 if a claimed rule or feature fails, 2 if none has run."""
    parser = argparse.ArgumentParser(description="Say which rules and features have a passing test.")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    options = parser.parse_args()
    if not RESULT.exists():
        print("No whole test run has been recorded yet. Run: make test", file=sys.stderr)
        return 2
    result = json.loads(RESULT.read_text(encoding="utf-8"))
    print(json.dumps(result, ensure_ascii=False) if options.json else "\n".join(table(result)))
    entries = [entry for place in result.values() for entry in place]
    return 1 if any(entry["tests"] and not proved(entry) for entry in entries) else 0


if __name__ == "__main__":
    sys.exit(main())
