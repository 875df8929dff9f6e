"""The tour: from files in the folder to an order in the envelope, on both paths, read back from the PDFs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cme_desktop.app.tour import Toured, tour

PARTICULARS = {
    "L04": (
        "section 437(1) of the Education Act 1996",
        "It appears to the council",
        "15 days beginning with the day",
        "The last day is",
        "section 437(3)",
        "Authorised to sign",
    ),
    "L06": ("section 439(6)", "has decided to specify", "apply to the Secretary of State", "15 days beginning with"),
    "L07": (
        "section 438(2)",
        "intends to serve a school attendance order",
        "URN",
        "We list no other school in this notice, so this choice does not arise.",
        "Apply to a school that a council maintains",
        "Ask us to pay",
        "Apply yourself to an academy",
        "The last day is",
    ),
    "L08": (
        "School attendance order",
        "section 437(3)",
        "You have failed to satisfy the council",
        "expedient",
        "to become a registered pupil at",
        "section 443",
        "Section 440",
        "How the school was chosen",
    ),
}


@pytest.fixture(scope="module")
def toured(tmp_path_factory: pytest.TempPathFactory) -> Toured:
    """Return what one tour left behind."""
    return tour(tmp_path_factory.mktemp("tour"), lambda _words: None)


def words(pdf: Path) -> str:
    """Return the text of a PDF as one line of words."""
    ran = subprocess.run(["pdftotext", str(pdf), "-"], check=True, capture_output=True, text=True)
    return " ".join(ran.stdout.split())


@pytest.mark.feature("F57")
def test_all_eight_documents_are_made_for_a_maintained_school_and_seven_for_an_academy(toured: Toured) -> None:
    assert list(toured.maintained) == ["L01", "L04", "L05", "L06", "L07", "L08", "L09", "L24"]
    assert list(toured.academy) == ["L01", "L04", "L05", "L07", "L08", "L09", "L24"]
    assert toured.intact


@pytest.mark.parametrize("code", PARTICULARS)
def test_the_documents_carry_their_particulars(toured: Toured, code: str) -> None:
    text = words(toured.maintained[code])
    assert [wanted for wanted in PARTICULARS[code] if wanted not in text] == []
    assert "CME-2026-" in text
    assert "TRAINING" in text


def test_the_academy_is_asked_and_never_ordered(toured: Toured) -> None:
    assert "written agreement" in words(toured.academy["L05"])
    assert "The trust agreed in writing on" in words(toured.academy["L09"])


def test_nothing_stays_behind_in_the_watched_folder_and_no_name_stands_in_a_file_name(toured: Toured) -> None:
    assert list((toured.folder / "S2S").iterdir()) == []
    assert {path.name for path in (toured.folder / "documents").iterdir()} == {
        *(f"maintained-{code}.pdf" for code in toured.maintained),
        *(f"academy-{code}.pdf" for code in toured.academy),
    }
    assert all(picture.stat().st_size > 5_000 for picture in toured.pictures)
