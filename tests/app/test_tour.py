"""The tour: from files in the folder to an order in the envelope, on both paths, read back from the PDFs."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cme_desktop import shipped
from cme_desktop.app.paths import day_of, order_path
from cme_desktop.app.stage import Stage
from cme_desktop.app.tour import PRIMARY, START, Toured, tour
from cme_desktop.app.training import OFFICER, PASSPHRASE
from cme_desktop.casework.facts.case import REVIEWS
from cme_desktop.domain.calendar import Calendar
from cme_desktop.models.child import SchoolRegistration
from cme_desktop.models.document import Document
from cme_desktop.models.episode import Episode, EpisodeStatus
from cme_desktop.models.timeline import Task
from cme_desktop.storage import keys
from cme_desktop.storage.store import Store
from cme_desktop.system import FixedClock
from tests.documents.reading import text

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
    return text(pdf.read_bytes())


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


def test_only_what_is_no_s2s_file_stays_in_the_watched_folder_and_no_name_in_a_file_name(toured: Toured) -> None:
    left = {path.name: path.read_bytes() for path in (toured.folder / "S2S").iterdir()}
    assert sorted(left) == ["3102998_CTF_XXXXXXX_001.xml", "3104998_CTF_XXXXXXX_001.xml", "S2S files.zip"]
    assert left["3104998_CTF_XXXXXXX_001.xml"] == b""
    assert b"<!DOCTYPE html>" in left["3102998_CTF_XXXXXXX_001.xml"]
    assert b"CTF_Error_List.txt" in left["S2S files.zip"]
    assert {path.name for path in (toured.folder / "documents").iterdir()} == {
        *(f"maintained-{code}.pdf" for code in toured.maintained),
        *(f"academy-{code}.pdf" for code in toured.academy),
    }
    assert all(picture.stat().st_size > 5_000 for picture in toured.pictures)


@pytest.mark.parametrize("academy", [False, True], ids=["maintained", "academy"])
def test_every_act_falls_on_a_working_day_in_an_order_that_makes_sense(academy: bool) -> None:
    scenes = order_path("CME-2026-00001", PRIMARY, academy=academy)
    days = {scene.name: day_of(START, scene) for scene in scenes}
    working = Calendar("England", shipped.bank_holidays())
    assert [name for name, day in days.items() if not working.is_working_day(day)] == []
    assert [scene.day for scene in scenes] == sorted(scene.day for scene in scenes)
    answered = days["The trust agrees in writing" if academy else "The school answers the consultation"]
    assert days["The family found at home"] < days["Notice served"]
    assert days["School consulted"] < answered < days["Notice of intention served"]


def test_the_story_of_both_cases_holds_together(toured: Toured) -> None:
    store = Store.open(
        toured.folder / "register",
        keys.unlock(toured.folder / "register", OFFICER, PASSPHRASE),
        FixedClock(Stage.at(date(2026, 5, 1))),
    )
    with store.read() as session:
        for ref in ("CME-2026-00001", "CME-2026-00002"):
            case = session.scalars(select(Episode).where(Episode.ref == ref)).one()
            left = session.scalar(
                select(func.max(SchoolRegistration.leaving_date)).where(SchoolRegistration.child_id == case.child_id)
            )
            found = session.scalar(
                select(func.min(EpisodeStatus.valid_from)).where(
                    EpisodeStatus.episode_id == case.id, EpisodeStatus.status == "known-not-in-education"
                )
            )
            papers = session.scalars(select(Document).where(Document.episode_id == case.id)).all()
            first_day = {row.facts["start_on"] for row in papers if row.code == "L08"}
            assert left is not None
            assert found is not None
            assert START - timedelta(weeks=8) <= left <= START
            assert found < min(row.dated for row in papers if row.code == "L04")
            assert case.closed_on is not None
            assert case.closed_on > date.fromisoformat(first_day.pop())
            reviews = select(Task.done_on).where(Task.episode_id == case.id, Task.rule.in_(REVIEWS))
            assert len([day for day in session.scalars(reviews) if day is not None]) == 3
    store.close()
