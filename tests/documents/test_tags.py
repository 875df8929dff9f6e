"""The structure of the file: what a screen reader finds, in which order, and what it is spared."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from cme_desktop.documents.letters import Paragraph
from cme_desktop.documents.words import Span
from tests.documents.factories import CODES, letter, render
from tests.documents.reading import poppler


def structure(code: str, **look: bool) -> str:
    return poppler("pdfinfo", render(letter(code), **look).content, "-struct-text")


def elements(tree: DictionaryObject) -> list[DictionaryObject]:
    """Return every element of a structure tree, from the top."""
    found: list[DictionaryObject] = []
    waiting = [kid.get_object() for kid in tree["/K"]]
    while waiting:
        element = waiting.pop(0)
        if element.get("/Type") != "/StructElem":
            continue
        found.append(element)
        kids = element["/K"]
        waiting = [kid.get_object() for kid in (kids if isinstance(kids, ArrayObject) else [kids])] + waiting
    return found


@pytest.mark.feature("F54")
@pytest.mark.parametrize("code", CODES)
def test_the_file_is_tagged_and_says_its_language(code: str) -> None:
    reader = PdfReader(io.BytesIO(render(letter(code)).content))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712  (pypdf's own kind of true)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    metadata = root["/Metadata"].get_object()
    assert "/Filter" not in metadata
    assert "<rdf:li>en-GB</rdf:li>" in metadata.get_data().decode()
    assert "Tagged:          yes" in poppler("pdfinfo", render(letter(code)).content)


@pytest.mark.parametrize("code", CODES)
def test_every_marked_content_has_its_element_and_every_element_its_content(code: str) -> None:
    reader = PdfReader(io.BytesIO(render(letter(code), training=True).content))
    tree = reader.trailer["/Root"]["/StructTreeRoot"]
    found = elements(tree)
    numbers = tree["/ParentTree"]["/Nums"]
    assert list(numbers[::2]) == list(range(len(reader.pages)))
    for index, page in enumerate(reader.pages):
        assert page["/StructParents"] == index
        assert page["/Tabs"] == "/S"
        stream = page.get_contents().get_data().decode("latin-1")
        marks = [int(number) for number in re.findall(r"/MCID (\d+)", stream)]
        parents = numbers[2 * index + 1].get_object()
        assert marks == list(range(len(parents)))
        assert stream.count("BDC") + stream.count("BMC") == stream.count("EMC")
        for mark, parent in enumerate(parents):
            kids = [kid.get_object() for kid in parent.get_object()["/K"]]
            assert any(kid.get("/MCID") == mark and kid["/Pg"].get_object() == page.get_object() for kid in kids)
    assert all(element["/P"] is not None for element in found)
    assert found[0]["/S"] == "/Document"


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_drawn_outside_the_structure_but_artifacts(code: str) -> None:
    reader = PdfReader(io.BytesIO(render(letter(code), training=True).content))
    for page in reader.pages:
        depth = 0
        for line in page.get_contents().get_data().decode("latin-1").split("\n"):
            depth += line.endswith(("BDC", "BMC"))
            if "Tj" in line or " re " in line or " l S" in line:
                assert depth > 0, line
            depth -= line == "EMC"
        assert depth == 0


def test_roles_follow_what_a_part_is() -> None:
    read = structure("L07")
    assert read.count("H1 (block)") == 1
    assert '"We intend to serve a school attendance order"' in read
    for role in ("H2 (block)", "P (block)", "L (block)", "LI (block)", "Lbl (block)", "LBody (block)", "Table (block)"):
        assert role in read
    assert "/Scope /Row" in read
    assert "/Scope /Column" in read
    assert re.search(r'TH[^"]*"What you do by the last day"', read)
    assert re.search(r'TD\s+"The school you picked\."', read)


def test_the_order_of_the_structure_is_the_order_of_reading() -> None:
    read = structure("L04")
    order = [
        "London Borough of Harrow",
        "14 Invented Road",
        "Our reference",
        "Notice under section 437(1) of the Education Act 1996",
        "Show us that your child is being educated",
        "Dear Mr Ștefan",
        "Last day to reply",
        "You are required to satisfy the council",
        "Why we think this",
        "What you need to do by",
        "What happens next",
        "Help and advice",
        "Anita Patel",
        "Need this in large print",
    ]
    places = [read.rindex(words) if words in ("Anita Patel",) else read.index(words) for words in order]
    assert places == sorted(places)


@pytest.mark.parametrize("code", CODES)
def test_page_furniture_is_no_part_of_the_structure(code: str) -> None:
    read = structure(code, training=True)
    assert "Page 1 of" not in read
    assert "TRAINING" not in read
    assert "template 1.0" not in read


def test_empty_tick_boxes_have_words() -> None:
    reader = PdfReader(io.BytesIO(render(letter("L01")).content))
    found = elements(reader.trailer["/Root"]["/StructTreeRoot"])
    assert [element["/Alt"] for element in found if "/Alt" in element] == ["Empty tick box"] * 6


def test_a_paragraph_over_two_pages_is_one_element() -> None:
    made = letter("L24")
    filler = Paragraph((Span("A sentence that is repeated until the page is full and more. " * 60),))
    longer = type(made)(**{**vars(made), "blocks": (filler, *made.blocks)})
    reader = PdfReader(io.BytesIO(render(longer).content))
    found = elements(reader.trailer["/Root"]["/StructTreeRoot"])
    pages = [
        {
            kid.get_object()["/Pg"].get_object()["/StructParents"]
            for kid in element["/K"]
            if kid.get_object().get("/Type") == "/MCR"
        }
        for element in found
    ]
    assert {0, 1} in pages


def test_words_at_the_ends_of_lines_stay_apart() -> None:
    assert (
        '"We do not know which school Mara goes to. Her last school told us on 5 October that she had left.'
        in structure("L01")
    )
