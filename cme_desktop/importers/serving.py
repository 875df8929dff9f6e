"""The reading process from inside: answer one question after another, within its limits, and end with the program."""

from __future__ import annotations

import codecs
import gc
import io
import json
import multiprocessing
import os
import signal
import threading
import traceback
import zipfile
from collections.abc import Iterator
from datetime import date
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from cme_desktop.importers.decoding import load_all
from cme_desktop.importers.s2s.reader import inspect_bytes
from cme_desktop.importers.s2s.reading import FileReading
from cme_desktop.system import this_machine

BATCH = 500
_GONE = (EOFError, OSError)


def run(questions: Connection, answers: Connection, memory: int) -> None:
    """Be the reading process: keep within the memory and the cage, end when the parent has gone, answer questions.

    The first answer, before any question, is ``["cage", [code, ...]]``: what the system put in force.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _be_silent()
    this_machine().forbid_dumps()
    this_machine().limit_memory(memory)
    gc.disable()  # reading makes no cycles; between files a collection is cheap
    load_everything()
    parent = multiprocessing.parent_process()
    held = this_machine().enter_cage()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    try:
        answers.send_bytes(json.dumps(["cage", held]).encode())
    except _GONE:
        return
    serve(questions, answers)


def load_everything() -> None:
    """Load whatever reading loads when it is first needed, by reading what is damaged in every way that takes more."""
    load_all()
    header = b"<Header><DateTime>2026-01-02T03:04:05</DateTime></Header>"
    whole = b"<CTfile>" + header + b"<Pupil><DOB>2015-02-30</DOB></Pupil></CTfile>"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, way in enumerate((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)):
            archive.writestr(f"\N{LATIN SMALL LETTER E WITH ACUTE}{number}.xml", whole, way)
    for data in (whole, whole[:-9], whole.replace(b"2015", b"&eacute;&#2;"), packed.getvalue(), packed.getvalue()[:-9]):
        inspect_bytes(data, "3109999_CML_310LLLL_001.xml", date(2026, 1, 1))
    codecs.lookup("cp437")  # names in a zip file that do not say what they are


def _be_silent() -> None:
    """Write nothing to the streams that this process shares with the program: its answers are its only words."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _end_with(sentinel: int) -> None:
    """End this process at once when the one that started it has gone, even in the middle of a file."""
    wait([sentinel])
    os._exit(1)


def serve(questions: Connection, answers: Connection) -> None:
    """Answer questions until there are no more: each is a JSON object and then the bytes of a file."""
    try:
        while True:
            question: dict[str, Any] = json.loads(questions.recv_bytes())
            data = questions.recv_bytes()
            for part in _parts(data, question["name"], date.fromisoformat(question["today"])):
                answers.send_bytes(json.dumps(part).encode())
            gc.collect()
    except _GONE:
        return


def _parts(data: bytes, name: str, today: date) -> Iterator[list[object]]:
    try:
        reading = inspect_bytes(data, name, today)
    except MemoryError:
        yield ["stopped", "memory"]
        return
    except Exception as fault:  # noqa: BLE001 - it crosses to the other process, which raises it there
        yield ["stopped", _where(fault)]
        return
    yield from parts_of(reading)


def parts_of(reading: FileReading) -> Iterator[list[object]]:
    """Yield a reading in pieces of at most 500 pupils or problems, the members of a zip inside it.

    Pieces are small so that taking them in never holds up the window.
    """
    yield ["begin", reading.frame_as_json()]
    for first in range(0, len(reading.problems), BATCH):
        yield ["problems", [problem.as_json() for problem in reading.problems[first : first + BATCH]]]
    for first in range(0, len(reading.pupils), BATCH):
        yield ["pupils", [pupil.as_json() for pupil in reading.pupils[first : first + BATCH]]]
    for member in reading.members:
        yield from parts_of(member)
    yield ["end"]


def _where(fault: Exception) -> str:
    """Return the kind and the place of a fault; its message may hold a child's data and stays behind."""
    place = traceback.extract_tb(fault.__traceback__)[-1]
    return f"fault {type(fault).__name__} at {Path(place.filename).name}:{place.lineno}"
