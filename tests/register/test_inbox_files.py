"""What the inbox asks of files: their pupils at a glance, what can be accepted at once, and the report line by line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cme_desktop.casework.intake import Decision, accept
from cme_desktop.casework.intake.files import FileOutcome, take
from cme_desktop.casework.reference.policy import change_settings
from cme_desktop.domain.errors import NotFound
from cme_desktop.register import inbox
from tests.casework.s2s import READER, Pupil, leaver_file, new_pupil
from tests.factories import Register, child_facts, make_case, make_register, make_upn


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Register]:
    """Return an open register."""
    register = make_register(tmp_path / "register")
    yield register
    register.close()


def put(made: Register, *pupils: Pupil, number: int = 1) -> FileOutcome:
    name, data = leaver_file(*pupils, number=number)
    return take(made.store, made.officer, data, name, reader=READER)


@pytest.mark.feature("F14")
def test_pupils_are_listed_with_what_is_proposed(made: Register) -> None:
    upn = make_upn()
    make_case(made, child=child_facts(upns=(upn,)))
    outcome = put(
        made,
        Pupil(upn=upn),
        Pupil(forename="Amaro", sex="M"),
        new_pupil(forename="Zola", surname="", postcode="HA9 9ZZ", dob="2014-01-01"),
    )
    pupils = inbox.file_pupils(made.store, made.manager, outcome.source_file_id)
    assert [(one.number, one.forename, one.surname, one.proposed, one.has_match) for one in pupils] == [
        (1, "Amara", "Kamara", "match", True),
        (2, "Amaro", "Kamara", "later", True),
        (3, "Zola", "", "new", False),
    ]
    assert inbox.same_children(made.store, made.officer) == (pupils[0].id,)
    accept(made.store, made.officer, pupils[1].id, Decision("later"))
    page = inbox.inbox_page(made.store, made.officer)
    assert (page.put_off, page.files[0].waiting, page.files[0].new) == (1, 2, 1)
    assert [one.number for one in inbox.file_pupils(made.store, made.officer, outcome.source_file_id)] == [1, 3]


@pytest.mark.feature("F2")
def test_the_report_names_pupil_value_and_rule(made: Register) -> None:
    outcome = put(made, Pupil(upn="H801200001002"), Pupil(forename="", surname="", dob="", postcode=""))
    report = inbox.file_report(made.store, made.officer, outcome.source_file_id)
    assert (report.name, report.kind, report.staged) == (outcome.name, "CML", 1)
    [wrong] = [line for line in report.lines if line.pupil == 1]
    assert (wrong.kind, wrong.name, wrong.value) == ("look-at", "Amara Kamara", "H801200001002")
    with pytest.raises(NotFound):
        inbox.file_report(made.store, made.officer, 99)


def test_the_page_says_how_long_files_stay_in_the_folder(made: Register) -> None:
    assert inbox.inbox_page(made.store, made.officer).keep_days == 0
    change_settings(made.store, made.administrator, {"folder.keep-days": 3})
    assert inbox.inbox_page(made.store, made.officer).keep_days == 3
