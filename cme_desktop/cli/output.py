"""Where a command's answer goes: one JSON object, or lines for a person, and messages apart from both."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from typing import BinaryIO, TextIO

from cme_desktop.system import readable


def _plain(value: object) -> str:
    """Write a date as YYYY-MM-DD and an instant in ISO form; raise TypeError for anything else JSON lacks."""
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a command's answer")


def to_json(answer: Mapping[str, object]) -> bytes:
    """Return one line of UTF-8 JSON; bytes of a file name that are no text become a mark each."""
    text = json.dumps(answer, ensure_ascii=False, default=_plain)
    return readable(text).encode() + b"\n"


def printable(text: str) -> str:
    """Return text that cannot move a terminal's cursor."""
    return "".join(character if character.isprintable() else "?" for character in readable(text))


class OutputLost(Exception):
    """Say that the answer could not be written: the reader has gone, or the disk is full."""


class Output:
    """Take a command's answer and its messages, and keep the promise of one JSON object on standard output.

    With ``--json`` the answer is held back until the command has ended, so that an error takes its place and never
    stands after it.
    """

    def __init__(
        self, *, as_json: bool = False, stream: BinaryIO | None = None, messages: TextIO | None = None
    ) -> None:
        self.as_json = as_json
        self._stream = sys.stdout.buffer if stream is None else stream
        self._messages = sys.stderr if messages is None else messages
        self._answer: Mapping[str, object] | None = None
        self._written = False

    def answer(self, answer: Mapping[str, object], lines: Iterable[str] = ()) -> None:
        """Give the command's answer: ``answer`` for a program, ``lines`` for a person. The last answer counts.

        Args:
            answer: every key of the JSON object but ``ok``, or with ``ok`` where it is not simply true.
            lines: the same in words; not looked at when JSON was asked for.
        """
        if self.as_json:
            self._answer = {"ok": True, **answer}
            return
        for line in lines:
            self.say(line)

    def say(self, line: str) -> None:
        """Write one line for a person to standard output; with ``--json`` write nothing."""
        if not self.as_json:
            self._write(readable(line).encode() + b"\n")

    def line(self, answer: Mapping[str, object]) -> None:
        """Write one JSON object at once (``--json-lines``): whoever reads it may count on what it says."""
        self._write(to_json(answer), flush=True)

    def message(self, text: str) -> None:
        """Write a message or a step of progress for a person to standard error."""
        if self._messages is None:
            return
        with suppress(OSError):  # nobody reads the messages any more, which changes nothing about the answer
            self._messages.write(f"{readable(text)}\n")
            self._messages.flush()

    def fail(self, error: Mapping[str, object]) -> None:
        """Say that the command as a whole was not carried out, on standard error and in the JSON object."""
        self._answer = {"ok": False, "error": error}
        self.message(str(error["message"]))

    def finish(self) -> None:
        """Write the held JSON object, if one was asked for, and flush."""
        if self.as_json and not self._written and self._answer is not None:
            self._write(to_json(self._answer))
        self._write(b"", flush=True)

    def _write(self, data: bytes, *, flush: bool = False) -> None:
        self._written = True
        try:
            self._stream.write(data)
            if flush:
                self._stream.flush()
        except OSError as error:
            raise OutputLost from error
