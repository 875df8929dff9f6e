"""The header: values as written, the version in full, doubles and strangers."""

from __future__ import annotations

import pytest

from tests.importers.files import SOURCE, ctf, document, header, read


@pytest.mark.parametrize(
    ("written", "version", "repaired"),
    [
        ("25.0", "25.0", False),
        ("25", "25.0", True),
        ("19.1", "19.1", False),
        ("next", "next", False),
        ("025", "25.0", True),
    ],
)
def test_the_version_in_full_and_as_written(written: str, version: str, repaired: bool) -> None:
    reading = read(ctf(head=header(version=f"<CTFversion>{written}</CTFversion>")))
    assert (reading.version, reading.version_as_written) == (version, written)
    assert ("version-form" in reading.repair_codes) is repaired


def test_the_first_of_two_values_counts_and_the_other_is_listed() -> None:
    reading = read(ctf(head=header(more="<SupplierID>Arbor</SupplierID>")))
    assert reading.supplier == "SIMS"
    assert reading.unused_elements == ("CTfile/Header/SupplierID",)
    twice = header(more="<SourceSchool><LEA>304</LEA></SourceSchool>")
    assert read(ctf(head=twice), "a.xml").source == {"LEA": "304"}


def test_empty_values_are_absent() -> None:
    reading = read(ctf(head=header(source=SOURCE.replace("310", ""), more="<DataDescriptor/>")))
    assert "LEA" not in reading.source
    assert reading.descriptor is None


def test_other_attributes_of_the_root_are_no_version() -> None:
    reading = read(document(head=header(version="")).replace("<CTfile>", "<CTfile made='25' version='  '>"))
    assert reading.version is None
    assert "version-missing" in reading.problem_codes


def test_leading_zeros_stay() -> None:
    reading = read(ctf(head=header(source="<LEA>310</LEA><Estab>0099</Estab><URN>099001</URN>")), "a.xml")
    assert (reading.source["Estab"], reading.source["URN"]) == ("0099", "099001")
