"""After a power cut at any flush, rename or removal: what was acknowledged is there, and nothing is called damaged."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.faults.calls import Victims
from tests.faults.operations import BY_NAME, OPERATIONS, Ground, Operation, forget_witnesses
from tests.faults.power import STATES, Disk, lay

CUTS = 4
"""Beside the one after the end, each in three states: 15 an operation."""
Fresh = Callable[[Operation], Ground]


def cut_often(parent: Victims, fresh: Fresh, operation: Operation, cuts: int, seed: int) -> int:
    """Cut the power at some calls of an operation and judge each state it could leave; return how many."""
    ground = fresh(operation)
    argv = [*operation.argv(ground), "--json"]
    disk = Disk(ground.folder)
    ended, calls = parent.watch(argv, ground.folder, data=True)
    assert ended.acknowledged, ended
    rng = random.Random(seed)
    points = [call.number for call in calls if call.what in ("fsync", "rename", "unlink")]
    after = calls[-1].number + 1
    judged = 0
    for number in [*sorted(rng.sample(points, min(cuts, len(points)))), after]:
        disk.play(calls, number)
        for state in STATES:
            lay(ground.folder, disk, disk.state(state, rng))
            forget_witnesses()
            operation.judge(ground, number == after)
            judged += 1
    return judged


def test_the_rebuilt_folder_is_the_true_one(parent: Victims, fresh: Fresh) -> None:
    """Every name, with what the process saw in it: else a call was missed and no state is to be trusted."""
    for name in ("letter", "backup", "restore-over"):
        operation = BY_NAME[name]
        ground = fresh(operation)
        argv = [*operation.argv(ground), "--json"]
        disk = Disk(ground.folder)
        _, calls = parent.watch(argv, ground.folder, data=True)
        disk.play(calls, calls[-1].number + 1)
        true = {str(path): path.read_bytes() for path in ground.folder.rglob("*") if path.is_file()}
        assert disk.seen() == {name: data for name, data in true.items() if not name.endswith("-shm")}


def test_a_power_cut_loses_no_person_that_was_added(parent: Victims, fresh: Fresh) -> None:
    assert cut_often(parent, fresh, BY_NAME["user-add"], 1, seed=3) == 6


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_power_cuts(parent: Victims, fresh: Fresh, operation: Operation) -> None:
    assert cut_often(parent, fresh, operation, CUTS, seed=4) == 3 * (CUTS + 1)
