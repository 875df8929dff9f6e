"""Killed at an exact call, half of them torn: nothing acknowledged is lost and everything can be begun again."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable

import pytest

from tests.faults.calls import Fault, Victims
from tests.faults.operations import BY_NAME, OPERATIONS, Ground, Operation, ask, whole

KILLS = 30
Fresh = Callable[[Operation], Ground]


def one_kill(parent: Victims, ground: Ground, operation: Operation, fault: Fault) -> None:
    """Kill an operation, judge what is left, and do it once more."""
    argv = operation.argv(ground)
    ended = parent.run([*argv, "--json"], ground.folder, fault)
    assert ended.signal == signal.SIGKILL, (fault, ended)
    operation.judge(ground, acknowledged=False)
    again = ask(*argv)
    assert operation.again(ground, again), (fault, again)
    operation.judge(ground, acknowledged=again.code == 0)
    if (ground.register / "keys.json").is_file():
        whole(ground.register, ground.who())


def kill_often(parent: Victims, fresh: Fresh, operation: Operation, kills: int, seed: int) -> None:
    """Kill an operation at calls chosen at random, every other one torn, the first and the last among them."""
    ground = fresh(operation)
    ended, calls = parent.watch([*operation.argv(ground), "--json"], ground.folder)
    assert ended.acknowledged, ended
    operation.judge(ground, acknowledged=True)
    rng = random.Random(seed)
    numbers = [call.number for call in calls]
    writes = [call.number for call in calls if call.what == "write" and call.length > 1]
    torn = set(rng.sample(writes, min(kills // 2, len(writes))))
    clean = {numbers[0], numbers[-1], *rng.sample(numbers, min(kills - len(torn), len(numbers)))}
    for number in sorted(torn | clean):
        one_kill(parent, fresh(operation), operation, Fault(number, torn=number in torn))


@pytest.mark.parametrize("name", ["init", "user-add", "disable", "restore-over"])
def test_a_few_kills_at_exact_calls(parent: Victims, fresh: Fresh, name: str) -> None:
    kill_often(parent, fresh, BY_NAME[name], 2, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_kills_at_exact_calls(parent: Victims, fresh: Fresh, operation: Operation) -> None:
    kill_often(parent, fresh, operation, KILLS, seed=2)
