"""Find the data files that travel with the program: in a built program, in a wheel, or beside the checkout."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


@cache
def root() -> Path:
    """Return the folder of the shipped data; raise FileNotFoundError if the installation lacks it."""
    package = Path(__file__).resolve().parent
    bundled = getattr(sys, "_MEIPASS", None)
    places = [Path(bundled) / "resources"] if bundled else []
    places += [package / "_resources", package.parent / "resources"]
    for place in places:
        if place.is_dir():
            return place
    raise FileNotFoundError("The program's own data files are missing: install the program again.")


def path(name: str) -> Path:
    """Return the path of one shipped file, named by its place such as ``rules/sao-a.toml``."""
    return root() / name


def read_bytes(name: str) -> bytes:
    """Return the bytes of one shipped file."""
    return path(name).read_bytes()


def read_text(name: str) -> str:
    """Return the UTF-8 text of one shipped file."""
    return path(name).read_text(encoding="utf-8")
