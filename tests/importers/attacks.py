"""Forty files made by hand to harm whoever reads them (safety.md 9, test_xml_attacks)."""

from __future__ import annotations

import codecs
import io
import zipfile

from tests.importers.files import DECLARATION, ctf, document, pupil

_HEAD = "<CTfile><CTFpupilData><Pupil><Surname>"
_TAIL = "</Surname></Pupil></CTFpupilData></CTfile>"


def _doctype(inside: str, used: str = "&x;", before: str = "") -> str:
    return f"{before}<!DOCTYPE CTfile {inside}>{_HEAD}{used}{_TAIL}"


def _zip(*members: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return target.getvalue()


def _laughs(levels: int, width: int = 10) -> str:
    entities = ['<!ENTITY l0 "ha">'] + [
        f'<!ENTITY l{level} "{f"&l{level - 1};" * width}">' for level in range(1, levels)
    ]
    return _doctype(f"[{''.join(entities)}]", f"&l{levels - 1};")


def harmful(secret: str) -> dict[str, bytes]:
    """Return the files by name; ``secret`` is the path of a file that none of them may read."""
    uri = f"file://{secret}"
    texts = {
        "laughs": _laughs(10),
        "laughs in one level": _doctype(f'[<!ENTITY x "{"a" * 9_000}">]', "&x;" * 5_000),
        "laughs in an attribute": _laughs(9).replace(_HEAD, "<CTfile note='&l8;'>").replace(_TAIL, "</CTfile>"),
        "outer entity": _doctype(f'[<!ENTITY x SYSTEM "{uri}">]'),
        "outer entity by plain path": _doctype(f'[<!ENTITY x SYSTEM "{secret}">]'),
        "outer entity over the network": _doctype('[<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]'),
        "outer public entity": _doctype(f'[<!ENTITY x PUBLIC "-//X//EN" "{uri}">]'),
        "outer definition": _doctype(f'SYSTEM "{uri}"', "x"),
        "outer definition over the network": _doctype('SYSTEM "http://127.0.0.1:9/x.dtd"', "x"),
        "public definition": _doctype('PUBLIC "-//X//EN" "http://127.0.0.1:9/x.dtd"', "x"),
        "parameter entity": _doctype(f'[<!ENTITY % p SYSTEM "{uri}"> %p;]', "x"),
        "blind outer entity": _doctype(
            f'[<!ENTITY % f SYSTEM "{uri}"><!ENTITY % e "<!ENTITY s SYSTEM \'http://127.0.0.1:9/?%f;\'>">%e;]', "&s;"
        ),
        "entity that holds itself": _doctype('[<!ENTITY x "&y;"><!ENTITY y "&x;">]'),
        "default attribute": _doctype('[<!ATTLIST CTfile version CDATA "25.0">]', "x"),
        "notation": _doctype(f'[<!NOTATION n SYSTEM "{uri}">]', "x"),
        "definition after a comment": _doctype(f'[<!ENTITY x SYSTEM "{uri}">]', before="<!-- harmless -->"),
        "definition in small letters": _doctype(f'[<!ENTITY x SYSTEM "{uri}">]').replace("DOCTYPE", "doctype"),
        "inclusion": document(
            pupil(f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{uri}" parse="text"/>')
        ),
        "style sheet": f'<?xml-stylesheet type="text/xsl" href="{uri}"?>' + document(),
        "schema place": document().replace(
            "<CTfile>",
            '<CTfile xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:noNamespaceSchemaLocation="http://127.0.0.1:9/x">',
        ),
        "base place": document().replace("<CTfile>", f'<CTfile xml:base="{uri}">'),
        "depth": _HEAD + "<a>" * 100_000 + _TAIL,
        "attributes": document(pupil("<a " + " ".join(f"b{number}=''" for number in range(10_000)) + "/>")),
        "namespaces": document(pupil("<a " + " ".join(f"xmlns:b{n}='u{n}'" for n in range(10_000)) + "/>")),
        "same attribute twice": document(pupil("<a b='1' b='2'/>")),
        "long value": document(pupil(Surname="x" * 2_000_000)),
        "long name": document(pupil(f"<{'n' * 1_000_000}/>")),
        "long comment": document(pupil(f"<!--{'x' * 2_000_000}-->")),
        "open literal": _HEAD + "<![CDATA[" * 200_000,
        "open comment": _HEAD + "<!-- & " * 200_000,
        "ampersands": _HEAD + "&" * 500_000 + _TAIL,
        "references to nothing": _HEAD + "&#0;&#xD800;&#99999999;&#x110000;" + _TAIL,
        "markup in a name": document(pupil(Surname="&lt;img src='file:///x'/&gt;")),
        "declarations": DECLARATION * 20_000 + document(),
    }
    data = {name: text.encode() for name, text in texts.items()}
    data |= {
        "definition in UTF-16": _doctype(f'[<!ENTITY x SYSTEM "{uri}">]').encode("utf-16"),
        "definition in UTF-16 without mark": _doctype(f'[<!ENTITY x SYSTEM "{uri}">]').encode("utf-16-be"),
        "definition in UTF-32": _doctype(f'[<!ENTITY x SYSTEM "{uri}">]').encode("utf-32"),
        "definition under a false claim": b'<?xml version="1.0" encoding="utf-16"?>' + _doctype("[]", "x").encode(),
        "definition in UTF-7": b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE CTfile+AD4-<CTfile/>',
        "definition in EBCDIC": ('<?xml version="1.0" encoding="cp037"?>' + _doctype("[]", "x")).encode("cp037"),
        "lone halves": codecs.BOM_UTF16_LE + (_HEAD + _TAIL).encode("utf-16-le") + b"\x00\xd8" * 1_000,
        "zip that expands": _zip(("a.xml", b" " * 30_000_000)),
        "zip that leaves its folder": _zip(("../../../../tmp/evil.xml", ctf()), ("C:\\evil.xml", ctf())),
        "zip in a zip": _zip(("a.xml", _zip(("b.xml", _laughs(9).encode())))),
        "zip with a bomb": _zip(("a.xml", _laughs(9).encode())),
    }
    return data
