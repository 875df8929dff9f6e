"""Invented S2S files: every kind is there, the manifest is true, and the same numbers give the same files."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cme_desktop.domain.errors import UserError
from cme_desktop.domain.identifiers import UpnKind, check_upn
from cme_desktop.importers.s2s.reader import inspect_bytes
from cme_desktop.importers.s2s.reading import FileReading
from cme_desktop.synth.s2s_drafts import Written
from cme_desktop.synth.s2s_files import MANIFEST, invent_s2s, make_s2s
from cme_desktop.synth.s2s_places import SCHOOLS, UNUSED_SECTORS, schools_for

TODAY = date(2026, 11, 24)
# The kinds of s2s-files.md 12, in its order, by the names that the manifest gives them.
KINDS = {
    "missing-upn", "temporary-upn", "former-upn", "wrong-check-letter", "gender-v19", "sex-v25", "version-25",
    "bs7666-address", "line-address", "zip-with-dummy-postcode", "overseas-address", "padded-paon",
    "contacts-out-of-order", "contact-without-phone", "phone-with-spaces", "capitals", "hyphen", "apostrophe",
    "accent", "single-name", "twins", "several-in-lost-file", "empty-leaving-date", "no-source-history",
    "two-rows-one-school", "same-file-twice", "cml-then-cmj", "lost-then-cmj", "name-header-disagree", "bom",
    "windows-1252", "declaration-repeated", "cut-off", "empty", "copied-name", "zip-with-report", "results-pho",
    "results-ks2", "admissions-file", "html-page",
}  # fmt: skip


def unlike(expect: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the manifest says and the reading does not (command-line.md 4: a subset, codes as sets)."""
    for key, value in expect.items():
        if key in ("repairs", "problems"):
            if {item["code"] for item in found[key]} != set(value):
                yield f"{key}: {value} but {found[key]}"
        elif key == "pupils":
            if len(value) != len(found[key]):
                yield f"{len(value)} pupils but {len(found[key])}"
            for wanted, pupil in zip(value, found[key], strict=False):
                yield from (
                    f"{name}: {wanted[name]} but {pupil.get(name)}"
                    for name in wanted
                    if wanted[name] != pupil.get(name)
                )
        elif found[key] != value:
            yield f"{key}: {value} but {found[key]}"


def check(file: Written, reading: FileReading) -> int:
    """Check a file and its members against the manifest and return how many pupils were read."""
    assert list(unlike(file.expect, reading.as_json())) == [], (file.name, file.case)
    assert len(file.members) == len(reading.members)
    inside = sum(check(member, found) for member, found in zip(file.members, reading.members, strict=True))
    return len(reading.pupils) + inside


@pytest.mark.feature("F4")
@pytest.mark.parametrize(("pupils", "seed"), [(500, 1), (500, 20261124), (60, 0), (61, 3), (59, 4), (7, 9), (1, 1)])
def test_every_file_is_read_as_its_manifest_says(pupils: int, seed: int) -> None:
    manifest = invent_s2s(pupils, seed, TODAY)
    assert sum(check(file, inspect_bytes(file.data, file.name, TODAY)) for file in manifest.files) == pupils
    assert len({file.name for file in manifest.files}) == len(manifest.files)


@settings(max_examples=25)
@given(st.integers(1, 130), st.integers(0, 1_000_000), st.dates(date(2024, 9, 3), date(2030, 12, 31)))
def test_any_number_seed_and_day_give_a_true_manifest(pupils: int, seed: int, today: date) -> None:
    manifest = invent_s2s(pupils, seed, today)
    assert sum(check(file, inspect_bytes(file.data, file.name, today)) for file in manifest.files) == pupils


def test_a_set_is_read_the_same_in_later_years() -> None:
    for file in invent_s2s(120, 2, TODAY).files:
        check(file, inspect_bytes(file.data, file.name, date(2033, 7, 1)))


def test_sixty_pupils_show_every_kind() -> None:
    cases = Counter(file.case for file in invent_s2s(60, 1, TODAY).files)
    assert set(cases) >= KINDS
    assert cases["same-file-twice"] == cases["cml-then-cmj"] == cases["lost-then-cmj"] == 2


def test_what_the_kinds_promise_is_in_the_files() -> None:
    files = {}
    for file in invent_s2s(60, 8, TODAY).files:
        files.setdefault(file.case, []).append(file)
    first, second = files["same-file-twice"]
    assert first.data == second.data
    assert first.name != second.name
    leaver, joiner = (inspect_bytes(file.data, file.name, TODAY) for file in files["cml-then-cmj"])
    assert (leaver.kind, joiner.kind) == ("CML", "CMJ")
    assert leaver.pupils[0].values == joiner.pupils[0].values
    assert leaver.source["Estab"] != joiner.source["Estab"]
    assert str(leaver.made_at) <= str(joiner.made_at)
    lost, found = (inspect_bytes(file.data, file.name, TODAY) for file in files["lost-then-cmj"])
    assert lost.lost
    assert lost.pupils[0].values["UPN"] == found.pupils[0].values["UPN"]
    twins = inspect_bytes(files["twins"][0].data, files["twins"][0].name, TODAY).pupils
    assert [twins[0].values[name] == twins[1].values[name] for name in ("DOB", "Surname", "UPN", "Forename")] == [
        True,
        True,
        False,
        False,
    ]
    assert twins[0].address == twins[1].address
    assert int(twins[1].values["UPN"][-3:]) - int(twins[0].values["UPN"][-3:]) in (1, -999)
    gender, sex = files["gender-v19"][0].data, files["sex-v25"][0].data
    assert b"<Gender>" in gender
    assert b"<Sex>" in sex
    assert b"<Gender>" not in sex
    assert b"<LeavingDate />" in files["empty-leaving-date"][0].data
    assert re.search(rb"<PAON> +12</PAON>", files["padded-paon"][0].data)
    assert b"O\x92Brien" in files["windows-1252"][0].data


def test_the_same_numbers_give_the_same_files_and_other_seeds_give_others() -> None:
    again = invent_s2s(90, 5, TODAY)
    assert invent_s2s(90, 5, TODAY) == again
    assert invent_s2s(90, 6, TODAY) != again


def test_every_version_from_12_to_26_is_written() -> None:
    versions = {file.expect.get("version") for file in invent_s2s(120, 1, TODAY).files}
    assert {f"{number}.0" for number in range(12, 27)} <= versions


def test_five_thousand_pupils_hold_no_upn_twice_by_accident() -> None:
    manifest = invent_s2s(5_000, 3, TODAY)
    accidental = {"upn-shared", "same-file-twice", "cml-then-cmj", "lost-then-cmj"}
    counts = Counter(
        pupil["UPN"]
        for file in manifest.files
        if file.case not in accidental
        for pupil in file.expect["pupils"]
        if "UPN" in pupil
    )
    assert len(counts) > 4_000
    assert set(counts.values()) == {1}
    assert all(check_upn(upn).kind is not UpnKind.NONE for upn in counts)


def texts(form: object, name: str) -> Iterator[str]:
    """Yield every value of one element anywhere in a pupil."""
    if isinstance(form, dict):
        for key, value in form.items():
            if key == name:
                yield str(value)
            yield from texts(value, name)
    elif isinstance(form, list):
        for value in form:
            yield from texts(value, name)


def test_telephones_schools_and_postcodes_belong_to_nobody() -> None:
    files = invent_s2s(400, 11, TODAY).files
    forms = [file.expect for file in files] + [member.expect for file in files for member in file.members]
    numbers = {number.replace(" ", "") for form in forms for number in texts(form, "PhoneNo")}
    assert len(numbers) > 100
    assert all(re.fullmatch(r"07700900\d{3}|02079460\d{1,3}", number) for number in numbers)
    codes = {code for form in forms for code in texts(form, "PostCode")}
    assert all(code[:-2] in UNUSED_SECTORS or code == "ZZ99 9ZZ" for code in codes)
    urns = {urn for form in forms for urn in texts(form, "URN")}
    assert all(re.fullmatch(r"999\d{3}|XXXXXX", urn) for urn in urns)
    estabs = {estab for form in forms for estab in texts(form, "Estab")}
    assert estabs <= {school.estab for school in SCHOOLS} | {"LLLL", "XXXX"}


def test_no_school_of_the_shipped_lists_lies_in_a_sector_that_we_use() -> None:
    from cme_desktop import resources

    found = set()
    for path in sorted(resources.path("schools").glob("*.csv*")):
        data = path.read_bytes()
        if path.suffix == ".gz":
            import gzip

            data = gzip.decompress(data)
        found |= set(re.findall(r"\b[A-Z]{1,2}\d{1,2} \d(?=[A-Z]{2}\b)", data.decode("cp1252", errors="replace")))
    assert len(found) > 100
    assert not found & set(UNUSED_SECTORS)


def test_every_age_has_a_school_inside_the_area_and_outside() -> None:
    for age in range(4, 18):
        assert all(school.lea == "310" for school in schools_for(age, ours=True))
        assert all(school.lea != "310" for school in schools_for(age, ours=False))
        assert schools_for(age, ours=True)


def test_the_folder_holds_the_files_and_their_manifest(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "s2s"
    manifest = make_s2s(folder, 60, 4, TODAY)
    written = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    assert (written["seed"], written["pupils"], len(written["files"])) == (4, 60, len(manifest.files))
    assert {entry["name"] for entry in written["files"]} | {MANIFEST} == {path.name for path in folder.iterdir()}
    for entry in written["files"]:
        data = (folder / entry["name"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["sha256"]
        assert list(unlike(entry["expect"], inspect_bytes(data, entry["name"], TODAY).as_json())) == []
    (packed,) = [entry for entry in written["files"] if entry["case"] == "zip-with-report"]
    assert [len(member["expect"]["pupils"]) for member in packed["members"]] == [1, 1]


def test_nothing_is_written_over(tmp_path: Path) -> None:
    make_s2s(tmp_path, 3, 1, TODAY)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(UserError, match="Nothing was written") as refusal:
        make_s2s(tmp_path, 5, 2, TODAY)
    assert refusal.value.code == "file-exists"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_place_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UserError) as refusal:
        make_s2s(tmp_path / "file", 1, 1, TODAY)
    assert refusal.value.code == "folder-unusable"


def test_more_pupils_of_a_year_than_there_are_numbers_is_said() -> None:
    from cme_desktop.synth.s2s_pupils import PupilMaker

    maker = PupilMaker(1)
    upns = {maker.upn(2020) for _ in range(12_000)}
    assert len(upns) == 12_000
    with pytest.raises(ValueError, match="no numbers left"):
        maker.upn(2020)
