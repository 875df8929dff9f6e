"""The answer about a file of which nothing is taken."""

from __future__ import annotations

import hashlib

from cme_desktop.importers.content import begins_as_s2s
from cme_desktop.importers.result import Problem
from cme_desktop.importers.s2s.names import base_name, read_name
from cme_desktop.importers.s2s.reading import FileReading


def refused(data: bytes, name: str, *problems: Problem, kind: str | None = None) -> FileReading:
    """Return the reading of a file of which nothing is taken, with its reasons.

    Args:
        data: the whole file, for its hash.
        name: the file's name, with or without a path; it alone tells the kind unless ``kind`` does.
        problems: why nothing is taken.
        kind: the kind, where the content showed it.
    """
    said = read_name(name).kind
    return FileReading(
        name=base_name(name),
        path=name,
        sha256=hashlib.sha256(data).hexdigest(),
        status="refused",
        kind=kind or said or "unknown",
        kind_from="content" if kind else "name" if said else None,
        problems=problems,
        is_s2s=begins_as_s2s(data),
    )
