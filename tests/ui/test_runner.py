"""The runner: work off the GUI thread, answers on it, each exactly once."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from cme_desktop.ui.runner import Cancelled, CancelToken, InlineRunner, Lane, Runner


class Listener(QObject):
    """Hears answers and remembers on which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[object] = []
        self.threads: set[int] = set()

    def on_done(self, answer: object) -> None:
        self.heard.append(answer)
        self.threads.add(threading.get_ident())


def test_every_answer_arrives_once_on_the_gui_thread(qtbot: QtBot) -> None:
    runner, listener = Runner(), Listener()
    worked: set[int] = set()

    def work(number: int) -> int:
        worked.add(threading.get_ident())
        return number

    for number in range(300):
        runner.submit(list(Lane)[number % 3], lambda number=number: work(number), listener.on_done)
    qtbot.waitUntil(lambda: len(listener.heard) == 300)
    assert sorted(map(str, listener.heard)) == sorted(map(str, range(300)))
    assert listener.threads == {threading.get_ident()}
    assert threading.get_ident() not in worked
    assert runner.busy == 0
    assert runner.drain()


def test_the_write_lane_does_one_thing_at_a_time_in_order(qtbot: QtBot) -> None:
    runner, done = Runner(), []
    inside, most, order = 0, 0, []
    lock = threading.Lock()

    def work(number: int) -> int:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
            order.append(number)
        threading.Event().wait(0.001)
        with lock:
            inside -= 1
        return number

    for number in range(20):
        runner.submit(Lane.WRITE, lambda number=number: work(number), done.append)
    qtbot.waitUntil(lambda: len(done) == 20)
    assert most == 1
    assert order == list(range(20)) == done
    assert runner.drain()


def test_the_read_lane_has_two_threads(qtbot: QtBot) -> None:
    runner, done = Runner(), []
    both = threading.Barrier(2, timeout=10)
    for _ in range(2):
        runner.submit(Lane.READ, both.wait, done.append)
    qtbot.waitUntil(lambda: len(done) == 2)
    assert runner.drain()


def test_an_error_is_handed_to_on_error(qtbot: QtBot) -> None:
    runner, errors = Runner(), []

    def work() -> None:
        raise KeyError("gone")

    runner.submit(Lane.COMPUTE, work, lambda _answer: errors.append("done"), errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert [type(error) for error in errors] == [KeyError]
    assert runner.drain()


def test_an_error_nobody_takes_reaches_the_excepthook(qtbot: QtBot) -> None:
    runner = Runner()

    def work() -> None:
        raise ZeroDivisionError

    with qtbot.captureExceptions() as caught:
        runner.submit(Lane.COMPUTE, work, lambda _answer: None)
        qtbot.waitUntil(lambda: bool(caught))
    assert caught[0][0] is ZeroDivisionError
    assert runner.drain()


def test_a_cancelled_job_is_told_and_never_heard(qtbot: QtBot) -> None:
    runner, heard, token = Runner(), [], CancelToken()
    begun, stopped = threading.Event(), threading.Event()
    token.on_cancel(stopped.set)

    def work() -> str:
        begun.set()
        stopped.wait(10)
        token.check()
        return "answer"

    number = runner.submit(Lane.READ, work, heard.append, heard.append, token=token)
    assert begun.wait(10)
    runner.cancel(number)
    assert stopped.is_set()
    assert runner.drain()
    QApplication.processEvents()
    assert heard == []


def test_an_act_for_cancelling_comes_at_once_when_it_is_late() -> None:
    token, acts = CancelToken(), []
    token.cancel()
    token.cancel()
    token.on_cancel(lambda: acts.append(1))
    assert acts == [1]
    with pytest.raises(Cancelled):
        token.check()


def test_progress_reaches_the_gui_thread(qtbot: QtBot) -> None:
    runner, seen, done = Runner(), [], []

    def work(report: object, token: CancelToken) -> str:
        assert callable(report)
        for step in range(3):
            token.check()
            report((step, threading.get_ident()))
        return "ready"

    runner.submit_reporting(
        Lane.COMPUTE, work, done.append, on_progress=lambda value: seen.append((value[0], threading.get_ident()))
    )
    qtbot.waitUntil(lambda: done == ["ready"])
    assert seen == [(step, threading.get_ident()) for step in range(3)]
    assert runner.drain()


def test_an_object_that_is_gone_is_not_called(qtbot: QtBot) -> None:
    runner, listener = InlineRunner(held=True), Listener()
    runner.submit(Lane.READ, lambda: 1, listener.on_done)
    delete(listener)
    runner.release()
    assert listener.heard == []


@pytest.mark.feature("F90")
def test_locking_finishes_what_is_written_and_takes_no_more(qtbot: QtBot) -> None:
    runner, written, heard = Runner(), [], []
    begun, go_on = threading.Event(), threading.Event()

    def write() -> None:
        begun.set()
        go_on.wait(10)
        written.append("row")

    for _ in range(3):
        runner.submit(Lane.WRITE, write, heard.append)
    assert begun.wait(10)
    go_on.set()
    assert runner.drain()
    assert written == ["row"] * 3
    QApplication.processEvents()
    assert heard == []
    with pytest.raises(RuntimeError, match="locked"):
        runner.submit(Lane.WRITE, write, heard.append)
    runner.submit(Lane.READ, lambda: "late", heard.append)
    assert runner.busy == 0
    runner.reopen()
    done: list[object] = []
    runner.submit(Lane.READ, lambda: "again", done.append)
    qtbot.waitUntil(lambda: done == ["again"])
    assert runner.drain()


def test_a_drain_that_takes_too_long_says_so() -> None:
    runner, go_on = Runner(), threading.Event()
    runner.submit(Lane.WRITE, lambda: go_on.wait(10), lambda _answer: None)
    assert not runner.drain(1)
    go_on.set()
    assert runner.drain()


def test_the_inline_runner_answers_at_once() -> None:
    runner, heard = InlineRunner(), []
    runner.submit(Lane.WRITE, lambda: 7, heard.append)
    assert heard == [7]
    held = InlineRunner(held=True)
    held.submit(Lane.WRITE, lambda: 8, heard.append)
    assert heard == [7]
    assert held.release() == 1
    assert heard == [7, 8]
