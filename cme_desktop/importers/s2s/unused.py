"""Keep the list of elements that were not used, so that an unknown format shows itself (s2s-files.md 9)."""

from __future__ import annotations

from cme_desktop.importers.untrusted import Node

MOST = 1_000
_LONGEST = 300


class Unused:
    """The paths of unused elements, each once, in file order, up to a thousand."""

    def __init__(self) -> None:
        self._paths: dict[str, None] = {}

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the paths as they were met."""
        return tuple(self._paths)

    def note(self, path: str) -> None:
        """Add the path of one element."""
        if len(self._paths) < MOST:
            self._paths[path[:_LONGEST]] = None

    def note_within(self, node: Node, path: str) -> None:
        """Add each element, this one included, of which nothing was taken: neither itself nor a part of it.

        No value is ever taken from an attribute below the root, so each is listed, as ``path/@name``.
        """
        _mark(node)
        self._within(node, path)

    def _within(self, node: Node, path: str) -> None:
        if not node.used:
            self.note(path)
        for name in node.attributes:
            self.note(f"{path}/@{name}")
        for child in node.children:
            if len(self._paths) >= MOST:
                return
            self._within(child, f"{path}/{child.name}")


def _mark(node: Node) -> bool:
    """Mark an element as used if a part of it was."""
    for child in node.children:
        if _mark(child):
            node.used = True
    return node.used
