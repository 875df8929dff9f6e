"""The one door for foreign XML, tried by itself: what it yields, its limits, and its second line of defence."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from cme_desktop.importers import untrusted
from cme_desktop.importers.decoding import decode
from cme_desktop.importers.limits import LIMITS, Limits
from cme_desktop.importers.untrusted import Refused, parse_untrusted


def is_item(path: tuple[str, ...]) -> bool:
    """Return whether an element is a record of these tests."""
    return path[-1] == "item"


def paths(data: bytes, limits: Limits | None = None) -> list[tuple[str, bool]]:
    """Return what is found, as path and whether it came whole."""
    found = parse_untrusted(data, is_item, limits or Limits())
    return [("/".join(each.path), each.whole) for each in found]


def test_records_come_whole_and_what_is_around_them_as_it_opens() -> None:
    data = b"<?xml version='1.0'?><list note='n'><head>x</head><item><a>1<b>2</b></a>tail</item><item/></list>"
    assert paths(data) == [("list", False), ("list/head", False), ("list/item", True), ("list/item", True)]
    found = list(parse_untrusted(data, is_item))
    assert found[0].node.attributes == {"note": "n"}
    (first,) = found[2].node.children
    assert (first.name, first.text, first.children[0].text) == ("a", "1", "2")


def test_a_record_inside_a_record_is_part_of_it() -> None:
    assert paths(b"<list><item><item/></item></list>") == [("list", False), ("list/item", True)]


@pytest.mark.parametrize(
    ("code", "data", "limits"),
    [
        ("too-large", b"<list/>" + b" " * 20, Limits(bytes=20)),
        ("too-deep", b"<a><a><a/></a></a>", Limits(depth=2)),
        ("too-many-elements", b"<a><b/><b/></a>", Limits(elements=2)),
        ("too-many-elements", b"<a><item/><item/></a>", Limits(records=1)),
        ("too-many-attributes", b"<a b='1' c='2'/>", Limits(attributes=1)),
        ("value-too-long", b"<a>abc</a>", Limits(value=2)),
        ("value-too-long", b"<a b='abc'/>", Limits(value=2)),
        ("value-too-long", b"<a><b/>abc<c/></a>", Limits(value=2)),
        ("truncated", b"<a><b>", Limits()),
        ("not-xml", b"", Limits()),
        ("not-xml", b"<a><b></a>", Limits()),
        ("doctype", b"<!DOCTYPE a><a/>", Limits()),
    ],
)
def test_each_limit(code: str, data: bytes, limits: Limits) -> None:
    with pytest.raises(Refused) as refusal:
        paths(data, limits)
    assert refusal.value.code == code


def test_a_definition_that_the_first_look_missed_is_refused_by_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(untrusted, "_DOCTYPE", re.compile("(?!)"))
    for data in (b"<!DOCTYPE a><a/>", b"<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"):
        with pytest.raises(Refused) as refusal:
            paths(data)
        assert refusal.value.code == "doctype"


def test_memory_that_ran_out_in_the_parser_is_memory_that_ran_out() -> None:
    with pytest.raises(MemoryError):
        untrusted._reason(etree.XMLSyntaxError("out of memory", 2, 1, 1), "<a>", LIMITS)


@pytest.mark.parametrize(
    ("data", "codec", "marked", "mended"),
    [
        (b"<a/>", "utf-8", False, None),
        (b"\xef\xbb\xbf<a/>", "utf-8", True, None),
        ("<a>é</a>".encode(), "utf-8", False, None),
        ("<a>é</a>".encode("cp1252"), "windows-1252", False, "windows-1252"),
        (b"<?xml version='1.0' encoding='windows-1252'?><a>\x92</a>", "windows-1252", False, None),
        (b"<?xml version='1.0' encoding='iso-8859-1'?><a>\xe9</a>", "windows-1252", False, None),
        (b"<?xml version='1.0' encoding='iso-8859-2'?><a>\xe9</a>", "iso-8859-2", False, None),
        (b"<?xml version='1.0' encoding='iso-8859-1'?><a>\xc3\xa9</a>", "utf-8", False, "utf-8"),
        (b"<?xml version='1.0' encoding='utf-16'?><a>e</a>", "utf-8", False, None),
        (b"<?xml version='1.0' encoding='hex'?><a>e</a>", "utf-8", False, None),
        ("<a/>".encode("utf-16-le"), "utf-16-le", False, None),
        ("\r\n<a/>".encode("utf-16-be"), "utf-16-be", False, None),
        ("<a/>".encode("utf-32-be"), "utf-32-be", False, None),
    ],
)
def test_how_bytes_are_read(data: bytes, codec: str, marked: bool, mended: str | None) -> None:
    decoded = decode(data)
    assert (decoded.codec, decoded.marked, decoded.mended) == (codec, marked, mended)


def test_the_handler_of_stray_bytes_is_for_reading_only() -> None:
    with pytest.raises(UnicodeEncodeError):
        "\udc00".encode("utf-8", errors="cme-windows-1252")
