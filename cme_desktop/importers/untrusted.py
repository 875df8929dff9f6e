"""Read XML that a stranger wrote: ``parse_untrusted`` is the only place where foreign XML is parsed.

Limits and refusals: safety.md 5. Whatever the encoding, a document type declaration is refused before any parser sees
the text: with entities merely switched off, their text would go missing without a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from cme_desktop.importers.decoding import decode
from cme_desktop.importers.limits import LIMITS, Limits

_CHUNK = 64 * 1024
_NO_MEMORY = 2  # XML_ERR_NO_MEMORY of libxml2
_DOCTYPE = re.compile(r"<!doctype", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml\s[^>]{0,1000}?\?>")
_ROOT = re.compile(r"<([A-Za-z_][\w:.-]{0,200})")

_NOTHING: Mapping[str, str] = {}


class Refused(Exception):
    """Say by a refusal code (command-line.md 3) why nothing is taken from a file."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True, eq=False)
class Node:
    """One element as plain data: ``name`` without namespace, the text before its first child, and its children.

    ``used`` is set by whoever takes something from it, so that what nobody took can be reported.
    """

    name: str
    foreign: bool = False
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    children: Sequence[Node] = ()
    used: bool = False

    def add(self, child: Node) -> None:
        """Add a child; most elements have none, so the list is made for the first."""
        if isinstance(self.children, list):
            self.children.append(child)
        else:
            self.children = [child]


@dataclass(frozen=True, slots=True)
class Found:
    """What the parser came upon: the path of names from the root, and the element.

    ``whole`` is true for a record, which has its children; an element around records comes as it opens, without them.
    """

    path: tuple[str, ...]
    node: Node
    whole: bool


def parse_untrusted(
    data: bytes, is_record: Callable[[tuple[str, ...]], bool], limits: Limits = LIMITS
) -> Iterator[Found]:
    """Yield the records of an XML document one by one, and the elements around them as they open.

    Args:
        data: the whole file, read once.
        is_record: told the path of names from the root, says whether that element is to come whole.
        limits: how much is read before the file is refused.

    Raises:
        Refused: with ``too-large``, ``doctype``, ``too-deep``, ``too-many-elements``, ``too-many-attributes``,
            ``value-too-long``, ``truncated`` (the closing of the root is missing) or ``not-xml``.
    """
    if len(data) > limits.bytes:
        raise Refused("too-large")
    text = decode(data).text
    if _DOCTYPE.search(text):
        raise Refused("doctype")
    declaration = _DECLARATION.match(text)
    if declaration:
        text = text[declaration.end() :]
    walk = _Walk(is_record, limits)
    try:
        yield from walk.over(text.encode("utf-8", errors="replace"))
    except etree.XMLSyntaxError as error:
        raise Refused(_reason(error, text, limits)) from None


def _reason(error: etree.XMLSyntaxError, text: str, limits: Limits) -> str:
    """Return the refusal code of a file that the parser stopped at; raise MemoryError if memory ran out in it.

    A system brings its own version of the parser, and each has other limits, numbers and words for them. So what is too
    large is told by our own limits, in what the parser saw.
    """
    too_large = _beyond(_seen(error, text), limits)
    if too_large is not None:
        return too_large
    if error.code == _NO_MEMORY:
        raise MemoryError
    root = _ROOT.search(text)
    if root and text.lstrip().startswith("<") and not re.search(rf"</{re.escape(root[1])}\s*>", text):
        return "truncated"
    return "not-xml"


def _seen(error: etree.XMLSyntaxError, text: str) -> str:
    """Return what the parser had seen when it stopped; a place that it cannot say is the end."""
    line, column = error.position
    if not line:
        return text
    begins = sum(len(one) + 1 for one in text.split("\n", line)[: line - 1])
    seen = text[: begins + column]
    if not column or seen.rfind("<") <= seen.rfind(">"):
        return seen if column else text
    ends = text.find(">", len(seen))  # some name the beginning of the tag that they stopped in
    return text if ends < 0 else text[:ends]


def _beyond(text: str, limits: Limits) -> str | None:
    """Return what is beyond the limits in a document that is not well-formed, or None."""
    depth = 0
    for piece in text.split("<")[1:]:
        tag, _, words = piece.partition(">")
        name = tag.split(None, 1)[0] if tag.strip() else ""
        if len(name) > limits.value or (len(words) > limits.value and not words.isspace()):
            return "value-too-long"
        if tag.startswith("/"):
            depth -= 1
        elif tag[:1] not in ("!", "?") and not tag.endswith("/"):
            depth += 1
            if depth > limits.depth:
                return "too-deep"
    return None


class _Walk:
    """Count, limit and collect while libxml2 parses; what has been seen is dropped from its tree at once."""

    def __init__(self, is_record: Callable[[tuple[str, ...]], bool], limits: Limits) -> None:
        self._is_record = is_record
        self._limits = limits
        self._path: list[str] = []
        self._open: list[Node] = []
        self._inside = 0
        self._namespaces = 0
        self._records = 0
        self._elements = 0

    def over(self, data: bytes) -> Iterator[Found]:
        """Feed the parser piece by piece and yield what it finds."""
        parser = etree.XMLPullParser(
            events=("start", "end", "start-ns"),
            encoding="utf-8",
            resolve_entities=False,
            load_dtd=False,
            dtd_validation=False,
            no_network=True,
            huge_tree=False,
            recover=False,
            remove_pis=True,
            remove_comments=True,
        )
        for begin in range(0, len(data), _CHUNK):
            parser.feed(data[begin : begin + _CHUNK])
            yield from self._events(parser)
        parser.close()
        yield from self._events(parser)

    def _events(self, parser: etree.XMLPullParser) -> Iterator[Found]:
        for event, element in parser.read_events():
            if event == "start-ns":
                self._namespaces += 1
            elif event == "start":
                found = self._start(element)
                if found is not None:
                    yield found
            else:
                found = self._end(element)
                if found is not None:
                    yield found

    def _start(self, element: etree._Element) -> Found | None:
        limits = self._limits
        self._elements += 1
        if self._elements > limits.elements:
            raise Refused("too-many-elements")
        if not self._path and element.getroottree().docinfo.doctype:
            raise Refused("doctype")
        space, _, name = str(element.tag).rpartition("}")
        self._path.append(name)
        if len(self._path) > limits.depth:
            raise Refused("too-deep")
        node = Node(name, foreign=bool(space), attributes=self._attributes(element))
        if self._inside:
            self._inside += 1
            self._open[-1].add(node)
            self._open.append(node)
            return None
        path = tuple(self._path)
        if self._is_record(path):
            self._records += 1
            if self._records > limits.records:
                raise Refused("too-many-elements")
            self._inside = 1
            self._open.append(node)
            return None
        return Found(path, node, whole=False)

    def _attributes(self, element: etree._Element) -> Mapping[str, str]:
        count = len(element.attrib) + self._namespaces
        self._namespaces = 0
        if not count:
            return _NOTHING
        if count > self._limits.attributes:
            raise Refused("too-many-attributes")
        attributes = {str(name).rpartition("}")[2]: str(value) for name, value in element.attrib.items()}
        if any(len(value) > self._limits.value for value in attributes.values()):
            raise Refused("value-too-long")
        return attributes

    def _end(self, element: etree._Element) -> Found | None:
        text = self._text(element.text)
        parent = element.getparent()
        if parent is not None:
            while (before := element.getprevious()) is not None:
                self._text(before.tail)
                parent.remove(before)
        found = None
        if self._inside:
            self._inside -= 1
            node = self._open.pop()
            node.text = text
            if not self._inside:
                found = Found(tuple(self._path), node, whole=True)
        self._path.pop()
        element.clear(keep_tail=True)
        return found

    def _text(self, text: str | None) -> str:
        if not text:
            return ""
        if len(text) > self._limits.value and not text.isspace():
            raise Refused("value-too-long")
        return text
