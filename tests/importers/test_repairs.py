"""Each repair of command-line.md 3 by the smallest file that needs it, and none on a file that needs none."""

from __future__ import annotations

import codecs

import pytest

from cme_desktop.importers.s2s import words
from tests.importers.files import DECLARATION, NAME, ctf, document, header, one, pupil, read

PLAIN = ctf()


def test_a_sound_file_needs_no_repair() -> None:
    reading = read(PLAIN)
    assert reading.status == "read"
    assert reading.repairs == ()
    assert reading.problems == ()


@pytest.mark.feature("F4")
@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("bom-removed", codecs.BOM_UTF8 + PLAIN),
        ("bom-removed", codecs.BOM_UTF8 * 2 + PLAIN),
        ("leading-space-removed", b" \r\n" + PLAIN),
        ("declaration-repeated", DECLARATION.encode() + PLAIN),
        ("declaration-repeated", DECLARATION.encode() * 3 + b"<!-- made twice -->\n" + PLAIN),
        ("declaration-repeated", DECLARATION.encode() + codecs.BOM_UTF8 + PLAIN),
        ("encoding-windows-1252", ctf(pupil(Surname="O’Brien")).decode().encode("cp1252")),
        ("encoding-windows-1252", document(pupil(Surname="Chloé")).encode("cp1252")),
        (
            "encoding-windows-1252",
            b'<?xml version="1.0" encoding="iso-8859-1"?>' + document(pupil(Surname="O’Brien")).encode("cp1252"),
        ),
        (
            "encoding-windows-1252",
            b'<?xml version="1.0" encoding="us-ascii"?>' + document(pupil(Surname="Chloé")).encode("cp1252"),
        ),
        ("encoding-windows-1252", ctf(pupil(Surname="Łukaszewskańć")) + "<!--é-->".encode("cp1252")),
        ("encoding-utf-8", ctf(pupil(Surname="Chloé")).replace(b"utf-8", b"iso-8859-1")),
        ("encoding-utf-16", (DECLARATION + document()).encode("utf-16")),
        ("encoding-utf-16", codecs.BOM_UTF16_BE + (DECLARATION + document()).encode("utf-16-be")),
        ("encoding-utf-16", (DECLARATION + document()).encode("utf-16-le")),
        ("encoding-utf-16", (DECLARATION + document()).encode("utf-16-be")),
        ("ampersand-escaped", ctf(pupil(Surname="Smith & Jones"))),
        ("ampersand-escaped", ctf(pupil(Surname="Smith &nonsense; Jones"))),
        ("ampersand-escaped", ctf(pupil(Surname="Ren&eacute;e"))),
        ("control-characters-removed", ctf(pupil(Surname="Test\x07pupil"))),
        ("control-characters-removed", ctf(pupil(Surname="Test&#1;pupil"))),
        ("control-characters-removed", ctf(pupil(Surname="Test&#xFFFE;pupil"))),
        ("control-characters-removed", ctf(pupil(Surname="Test\u202epupil"))),
        ("control-characters-removed", ctf(pupil(Surname="Test\x85pupil"))),
        ("control-characters-removed", ctf(head=header().replace("SIMS", "SI\u2066MS"))),
        ("root-name", document(root="CTF").encode()),
        ("root-name", document(root="ctfile").encode()),
        ("element-name", ctf(pupil("<Gender>F</Gender>", Sex=None))),
        ("element-name", ctf(pupil("<ULN>3104567890</ULN>"))),
        ("element-name", ctf(pupil("<Address><Postcode>HA1 9ZZ</Postcode></Address>"))),
        ("element-name", ctf(pupil("<Address><Zip>400000</Zip></Address>"))),
        (
            "element-name",
            ctf(pupil("<BasicDetails><LegalSurname>Testpupil</LegalSurname></BasicDetails>", Surname=None)),
        ),
        ("element-name", ctf(head=header(version="<CTFVersion>25.0</CTFVersion>"))),
        ("element-name", document(head=header(version="")).replace("<CTfile>", '<CTfile version="25.0">').encode()),
        ("element-name", document(head=header(version="")).replace("<CTfile>", "<CTfile CTFversion='25.0'>").encode()),
        ("element-name", document().replace("<CTfile>", '<CTfile xmlns="urn:example">').encode()),
        ("element-name", document(data="CTFPupilData").encode()),
        ("pupil-place", document(data="Pupils").encode()),
        ("pupil-place", document().replace("<CTFpupilData>", "").replace("</CTFpupilData>", "").encode()),
        ("version-form", ctf(head=header(version="<CTFversion>25</CTFversion>"))),
        ("padding-trimmed", ctf(pupil("<Address><PAON>      12</PAON></Address>"))),
        ("padding-trimmed", ctf(head=header().replace(">SIMS<", "> SIMS<"))),
    ],
)
def test_each_repair_lets_the_file_be_read(code: str, data: bytes) -> None:
    reading = read(data)
    assert reading.status == "read"
    assert code in reading.repair_codes
    assert len(reading.pupils) == 1
    assert reading.pupils[0].values["Forename"] == "Asha"
    assert reading.version == "25.0"


@pytest.mark.parametrize(
    "name",
    [
        "3102999_CTF_3044001_001 (1).xml",
        "3102999_CTF_3044001_001 - Copy.xml",
        "3102999_CTF_3044001_001 - Copy (2).xml",
        "3102999_CTF_3044001_001_1.xml",
        "3102999_ctf_3044001_001.xml",
        "3102999_CTF_3044001_001.XML",
        "3102999_CTF_3044001_001.ctf",
        " 3102999_CTF_3044001_001.xml ",
        "3102999_CTF_3044001_001 .xml",
        "3102999_3044001_CTF_20250901.xml",
        r"C:\fakepath\3102999_CTF_3044001_001.xml",
        "CTF.xml",
    ],
)
def test_a_damaged_name_is_read_and_said(name: str) -> None:
    reading = read(PLAIN, name)
    assert "name-damaged" in reading.repair_codes
    assert (reading.kind, reading.kind_from) == ("CTF", "name")
    assert reading.problems == ()


def test_a_name_that_follows_no_form_is_no_damage() -> None:
    reading = read(PLAIN, "some file.xml")
    assert reading.repairs == ()
    assert (reading.kind, reading.kind_from) == ("CTF", "header")


def test_several_repairs_are_all_named_in_a_fixed_order() -> None:
    data = codecs.BOM_UTF8 + (DECLARATION * 2 + document(pupil(Surname="A &amp; B & C"), root="CTF")).encode()
    assert [repair.code for repair in read(data).repairs] == [
        "bom-removed",
        "declaration-repeated",
        "ampersand-escaped",
        "root-name",
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Smith & Jones", "Smith & Jones"),
        ("Smith &amp; Jones & Sons", "Smith & Jones & Sons"),
        ("A &lt; B & C", "A < B & C"),
        ("Ren&eacute;e", "Renée"),
        ("A &LT; B", "A < B"),
        ("A &unknown; B", "A &unknown; B"),
        ("A &#233;&#xE9; & B", "A éé & B"),
        ("<![CDATA[A & B]]> & C", "A & B & C"),
        ("<!-- & -->A & B", "A & B"),
        ("Te&#0;st & so", "Test & so"),
    ],
)
def test_ampersands_become_the_text_that_was_meant(written: str, meant: str) -> None:
    assert one(ctf(pupil(Surname=written))).values["Surname"] == meant


def test_a_few_windows_bytes_between_utf_8_spoil_no_other_name() -> None:
    data = ctf(pupil(Surname="Łukaszewski-Ştefănescu", Forename="O?Brien")).replace(b"O?Brien", b"O\x92Brien")
    values = one(data).values
    assert (values["Surname"], values["Forename"]) == ("Łukaszewski-Ştefănescu", "O’Brien")


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "iso-8859-2", "utf-8", "utf-16", "utf-32"])
def test_a_true_claim_needs_no_mending(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + document(pupil(Surname="Chloé"))
    reading = read(text.encode(encoding))
    assert reading.pupils[0].values["Surname"] == "Chloé"
    said = {"utf-16": {"encoding-utf-16"}, "utf-32": {"bom-removed"}}
    assert reading.repair_codes == said.get(encoding, set())


@pytest.mark.parametrize("folder", ["", "/media/in/", "C:\\S2S\\in\\"])
def test_the_folder_before_a_sound_name_is_no_damage(folder: str) -> None:
    reading = read(PLAIN, folder + NAME)
    assert (reading.name, reading.path) == (NAME, folder + NAME)
    assert reading.repairs == ()


def test_no_repair_is_claimed_for_a_refused_file() -> None:
    assert read(codecs.BOM_UTF8 + b"<CTfile><Header>", NAME).repairs == ()


@pytest.mark.parametrize("code", words.REPAIRS)
def test_each_sentence_is_plain(code: str) -> None:
    message = words.repair(code).message
    assert message.endswith(".")
    assert not {"invalid", "please", "sorry"} & set(message.lower().split())
