"""Record which rules of the policy and which features the tests of this run proved."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.left_out import reason_of

LIST = Path(__file__).parent.parent / "docs" / "rules-and-features.csv"
KINDS = ("rule", "feature")


def known_ids() -> frozenset[str]:
    """Return every id that a test may claim to prove."""
    with LIST.open(encoding="utf-8", newline="") as stream:
        return frozenset(row["id"] for row in csv.DictReader(stream))


def claims(item: pytest.Item) -> dict[str, list[str]]:
    """Return the ids that a test's markers name, by kind."""
    return {kind: sorted({str(name) for mark in item.iter_markers(kind) for name in mark.args}) for kind in KINDS}


class Proofs:
    """Collect the outcome of each test that claims a rule or a feature, and write them at the end."""

    def __init__(self, target: Path | None) -> None:
        self._target = target
        self._claims: dict[str, dict[str, list[str]]] = {}
        self._outcomes: dict[str, str] = {}
        self._counts = {"passed": 0, "failed": 0, "skipped": 0, "left out": 0}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Refuse a claim that names no rule or feature of the list."""
        known = known_ids()
        for item in items:
            claimed = claims(item)
            unknown = {name for names in claimed.values() for name in names} - known
            if unknown:
                raise pytest.UsageError(f"{item.nodeid} claims {sorted(unknown)}, which {LIST.name} does not list")
            if any(claimed.values()):
                self._claims[item.nodeid] = claimed

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Count what this system leaves out."""
        self._counts["left out"] += sum(reason_of(item.nodeid) is not None for item in items)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count each test once, and keep the worst outcome of the phases of one that claims something."""
        if report.when == "call" or not report.passed:
            self._counts[report.outcome] += 1
            if report.nodeid in self._claims:
                self._outcomes[report.nodeid] = report.outcome

    def pytest_sessionfinish(self) -> None:
        """Write what was proved, if the run was asked to."""
        if self._target is None:
            return
        tests = [
            {"test": test, "outcome": outcome, **self._claims[test]} for test, outcome in sorted(self._outcomes.items())
        ]
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self._target.write_text(json.dumps({"counts": self._counts, "tests": tests}, indent=1) + "\n", encoding="utf-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--proofs FILE``."""
    parser.addoption("--proofs", default=None, metavar="FILE", help="write which rules and features were proved")


def pytest_configure(config: pytest.Config) -> None:
    """Start the record."""
    target = config.getoption("--proofs")
    config.pluginmanager.register(Proofs(Path(target) if target else None), "proofs")
