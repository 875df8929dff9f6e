"""Names in other scripts are shaped on the page and read back as they were typed."""

from __future__ import annotations

import pytest

from tests.documents.factories import CODES, LANGUAGES, letter, render
from tests.documents.reading import poppler, raw_text, squeezed, text

NAMES = [
    "Łukasz Ștefan",
    "Nguyễn Thị Hồng",
    "Siân Ŵyn Ŷork",
    "Ọlúwadára Adé̩yẹmí",
    "Şahin Çelik",
    "Владимир Ковалёв",
    "Ελένη Παπαδοπούλου",
    "દિયા પટેલ",
    "ગુજરાતી",
    "தமிழரசன் செல்வம்",
    "தமிழ்",
    "हिन्दी",
    "फ़ातिमा शर्मा",
    "বাংলা চৌধুরী",
    "العربية",
    "محمد العلي",
    "علاء الإسلام",
    "فَاطِمَة محمّد",
    "Diya Patel (દિયા પટેલ)",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_reads_back_as_typed(name: str) -> None:
    made = letter("L04", {"child_name": name, "parent_name": name}, address=("The parents", "14 Invented Road"))
    content = render(made).content
    wanted = made.text().count(name)
    assert wanted >= 5
    assert squeezed(raw_text(content)).count(squeezed(name)) == wanted
    assert name in text(content)


@pytest.mark.parametrize(
    "code", [code for code in CODES if "language_names" in letter(code).text() or code in ("L01", "L04", "L07", "L08")]
)
def test_the_names_of_the_languages_read_back(code: str) -> None:
    read = text(render(letter(code)).content)
    for language in LANGUAGES.split(" · "):
        assert language in read


def test_other_scripts_stand_inside_a_paragraph_that_wraps() -> None:
    reason = "દિયા પટેલ said on 5 October that محمد العلي had moved; தமிழரசன் செல்வம் and हिन्दी speakers " * 4
    made = letter("L01", {"how_we_know": reason})
    content = render(made).content
    for name, count in (("દિયા પટેલ", 4), ("தமிழரசன் செல்வம்", 4), ("हिन्दी", 4), ("محمد", 4), ("العلي", 4)):
        assert squeezed(raw_text(content, 1)).count(squeezed(name)) == count


def test_text_from_right_to_left_is_in_reading_order_in_the_structure() -> None:
    content = render(letter("L04", {"child_name": "محمد العلي"})).content
    structure = poppler("pdfinfo", content, "-struct")
    assert "Span" in structure
    assert b"FEFF" in content  # the reading text of the element
    assert "FEFF" + "محمد العلي".encode("utf-16-be").hex().upper() in content.decode("latin-1")


def test_a_name_without_a_font_keeps_its_text() -> None:
    for name in ("王小明", "שלום כהן", "😀 Smith"):
        content = render(letter("L24", {"child_name": name})).content
        assert squeezed(name) in squeezed(raw_text(content))
