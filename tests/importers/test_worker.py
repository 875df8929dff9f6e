"""The reading process: same answers, its limits of time and memory, and its end with whoever started it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest

from cme_desktop.importers import serving
from cme_desktop.importers.s2s.reader import inspect_bytes
from cme_desktop.importers.serving import parts_of, serve
from cme_desktop.importers.worker import ReaderFault, Worker, WorkerLimits
from tests.importers.files import NAME, TODAY, ctf, pupil
from tests.importers.test_archive import packed
from tests.processes import alive

SMALL = ctf()
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def slow() -> bytes:
    """Return a file that takes the reader several seconds."""
    return ctf(*[pupil()] * 60_000)


@pytest.fixture(scope="module")
def shared() -> Iterator[Worker]:
    """Return one worker for the tests that do not end it."""
    with Worker() as running:
        yield running


def wait_for_end(pid: int, seconds: float = 5) -> None:
    """Wait until a process has gone."""
    ends = time.monotonic() + seconds
    while alive(pid):
        assert time.monotonic() < ends, "the process outlived its parent"
        time.sleep(0.02)


@pytest.mark.parametrize(
    "data",
    [SMALL, b"", ctf(pupil(DOB=None)), packed((NAME, SMALL), ("b.xml", b"<CTfile>")), ctf(*[pupil()] * 1_201)],
    ids=["sound", "empty", "partial", "zip", "several batches"],
)
def test_the_worker_answers_as_the_reader_does(shared: Worker, data: bytes) -> None:
    assert shared.inspect(data, f"/in/{NAME}", TODAY) == inspect_bytes(data, f"/in/{NAME}", TODAY)


def test_one_process_reads_many_files(shared: Worker) -> None:
    shared.start()
    before = shared.pid
    for _ in range(3):
        assert shared.inspect(SMALL, NAME, TODAY).status == "read"
    assert shared.pid == before


def test_a_name_that_is_no_text_survives_the_way(shared: Worker) -> None:
    assert shared.inspect(SMALL, "caf\udce9.xml", TODAY).path == "caf\udce9.xml"


def test_several_threads_may_ask_at_once(shared: Worker) -> None:
    answers: list[str] = []
    threads = [
        threading.Thread(target=lambda: answers.append(shared.inspect(SMALL, NAME, TODAY).status)) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["read"] * 6


def read_in_time(worker: Worker) -> bool:
    """Return whether a small file is read within the limit, once the process has come up."""
    return any(worker.inspect(SMALL, NAME, TODAY).status == "read" for _ in range(20))


def test_a_file_that_takes_too_long_is_refused_and_the_next_one_read(slow: bytes) -> None:
    with Worker(WorkerLimits(seconds=1.0)) as worker:
        assert read_in_time(worker)
        first = worker.pid
        assert first is not None
        begun = time.monotonic()
        reading = worker.inspect(slow, NAME, TODAY)
        assert time.monotonic() - begun < 10
        assert (reading.status, reading.problem_codes, reading.pupils) == ("refused", {"time-limit"}, ())
        wait_for_end(first)
        assert worker.pid is None
        assert read_in_time(worker)


def test_a_file_that_takes_too_much_memory_is_refused_and_the_next_one_read() -> None:
    greedy = b"<CTfile><Pupil>" + b"<a b='1'/>" * 600_000 + b"</Pupil></CTfile>"
    with Worker(WorkerLimits(memory=260 * MIB)) as worker:
        assert worker.inspect(SMALL, NAME, TODAY).status == "read"
        first = worker.pid
        reading = worker.inspect(greedy, NAME, TODAY)
        assert (reading.status, reading.problem_codes) == ("refused", {"too-large"})
        assert worker.inspect(SMALL, NAME, TODAY).status == "read"
        assert worker.pid != first


def test_a_process_that_was_killed_is_started_again() -> None:
    with Worker() as worker:
        worker.start()
        assert worker.pid is not None
        os.kill(worker.pid, 9)
        wait_for_end(worker.pid)
        assert worker.inspect(SMALL, NAME, TODAY).status == "read"


def test_a_process_that_dies_over_a_file_costs_that_file_only(slow: bytes) -> None:
    with Worker() as worker:
        worker.start()
        assert worker.pid is not None
        killer = threading.Timer(0.3, os.kill, (worker.pid, 9))
        killer.start()
        reading = worker.inspect(slow, NAME, TODAY)
        killer.join()
        assert (reading.status, reading.problem_codes) == ("refused", {"too-large"})
        assert worker.inspect(SMALL, NAME, TODAY).status == "read"


def test_the_interrupt_key_is_for_the_program_not_for_the_worker(shared: Worker) -> None:
    assert shared.inspect(SMALL, NAME, TODAY).status == "read"
    before = shared.pid
    assert before is not None
    os.kill(before, signal.SIGINT)
    assert shared.inspect(SMALL, NAME, TODAY).status == "read"
    assert shared.pid == before


def test_closing_ends_the_process_and_the_next_file_starts_another() -> None:
    worker = Worker()
    worker.close()
    worker.start()
    first = worker.pid
    worker.close()
    assert worker.pid is None
    assert first is not None
    wait_for_end(first)
    assert worker.inspect(SMALL, NAME, TODAY).status == "read"
    worker.close()


def test_the_worker_does_not_outlive_a_program_that_was_killed(tmp_path: Path) -> None:
    """Kill -9 in the middle of a file: the reading process must go at once (command-line.md 1)."""
    script = tmp_path / "program.py"
    script.write_text(
        textwrap.dedent(
            """
            import threading
            from datetime import date
            from cme_desktop.importers.worker import Worker

            if __name__ == "__main__":
                worker = Worker()
                worker.start()
                print(worker.pid, flush=True)
                data = b"<CTfile>" + b"<Pupil><Surname>x</Surname></Pupil>" * 90_000 + b"</CTfile>"
                while True:
                    worker.inspect(data, "a.xml", date(2026, 11, 24))
            """
        ),
        encoding="utf-8",
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        pid = int(program.stdout.readline())
        time.sleep(0.4)
        assert alive(pid)
        program.kill()
        program.wait()
        wait_for_end(pid)


def test_a_fault_is_raised_here_without_the_data_that_it_met(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*_: Any) -> None:
        raise ValueError("Testpupil")

    monkeypatch.setattr(serving, "inspect_bytes", faulty)
    (part,) = list(serving._parts(SMALL, NAME, TODAY))
    assert part[0] == "stopped"
    assert str(part[1]).startswith("fault ValueError at test_worker.py:")
    assert "Testpupil" not in str(part)
    monkeypatch.setattr(Worker, "_answer", lambda *_: str(part[1]))
    with Worker() as worker, pytest.raises(ReaderFault, match="fault ValueError at"):
        worker.inspect(SMALL, NAME, TODAY)


def test_running_out_of_memory_is_said_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(serving, "inspect_bytes", greedy)
    assert list(serving._parts(SMALL, NAME, TODAY)) == [["stopped", "memory"]]


def test_serving_ends_when_nobody_asks_any_more() -> None:
    read_question, write_question = Pipe(duplex=False)
    read_answer, write_answer = Pipe(duplex=False)
    thread = threading.Thread(target=serve, args=(read_question, write_answer))
    thread.start()
    write_question.send_bytes(json.dumps({"name": NAME, "today": TODAY.isoformat()}).encode())
    write_question.send_bytes(SMALL)
    kinds = [json.loads(read_answer.recv_bytes())[0] for _ in range(3)]
    assert kinds == ["begin", "pupils", "end"]
    write_question.close()
    thread.join(5)
    assert not thread.is_alive()
    for end in (read_question, read_answer, write_answer):
        end.close()


def test_pupils_and_problems_travel_five_hundred_at_a_time() -> None:
    parts = list(parts_of(inspect_bytes(ctf(*[pupil(DOB=None)] * 1_001), NAME, TODAY)))
    for kind, expected in (("pupils", [500, 500, 1]), ("problems", [500, 500, 500, 500, 2])):
        assert [len(part[1]) for part in parts if part[0] == kind] == expected


def test_cancelling_half_way_leaves_no_answer_behind_for_the_next_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with Worker() as worker:
        with monkeypatch.context() as patch:
            patch.setattr(Worker, "_answer", interrupted)
            with pytest.raises(KeyboardInterrupt):
                worker.inspect(ctf(pupil(Surname="First")), NAME, TODAY)
        reading = worker.inspect(ctf(pupil(Surname="Second")), NAME, TODAY)
        assert [found.values["Surname"] for found in reading.pupils] == ["Second"]


def test_the_process_writes_to_no_stream_of_the_program(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(
        textwrap.dedent(
            """
            from datetime import date
            from cme_desktop.importers.worker import Worker, WorkerLimits

            if __name__ == "__main__":
                with Worker(WorkerLimits(memory=260 * 1024 * 1024)) as worker:
                    worker.inspect(b"<CTfile><Pupil>" + b"<a b='1'/>" * 900_000 + b"</Pupil></CTfile>", "a", date.min)
            """
        ),
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")
