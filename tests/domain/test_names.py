"""Names folded for searching, fillers seen through, and names set out for reading."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.domain.names import (
    compact_key,
    first_last,
    fold,
    identity_bar,
    is_no_name,
    name_parts,
    real_name,
    search_key,
    tidy,
)


@pytest.mark.feature("F19")
@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Łukasz", "lukasz"),
        ("Đorđe", "dorde"),
        ("Søren", "soren"),
        ("Straße", "strasse"),
        ("İpek", "ipek"),
        ("IŞIK", "isik"),
        ("ışık", "isik"),
        ("Ægir", "aegir"),
        ("Ștefan", "stefan"),
        ("Şahin", "sahin"),
        ("Nguyễn", "nguyen"),
        ("Zoe\u0308", "zoe"),
        ("Zoë", "zoe"),
        ("ﬁona", "fiona"),
        ("ગુજરાતી", "ગુજરાતી"),
        ("Йосип", "йосип"),
        ("தமிழ்", "தமிழ்"),
    ],
)
def test_folding(written: str, folded: str) -> None:
    assert fold(written) == unicodedata.normalize("NFC", folded)


@pytest.mark.feature("F19")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O'Brien", "O’Brien"),
        ("O´Brien", "OBRIEN"),
        ("Smith-Jones", "Smith – Jones"),
        ("St. John", "St John"),
        ("  Anna   Maria ", "anna maria"),
        ("Al‑Hassan", "al hassan"),
    ],
)
def test_spellings_that_search_the_same(one: str, other: str) -> None:
    assert search_key(one) == search_key(other)


def test_compact_key_also_joins_words() -> None:
    assert compact_key("Saint John") == compact_key("St. John") == "stjohn"
    assert compact_key("Mc Donald") == compact_key("McDonald")


@pytest.mark.parametrize("filler", [".", "-", "", "  ", "–", "N/A", "Unknown", "xxx"])
def test_fillers_for_a_single_name_are_seen_through(filler: str) -> None:
    assert is_no_name(filler)
    assert real_name(filler) == ""
    assert first_last("Sivakumar", filler) == "Sivakumar"
    assert identity_bar(filler, "Sivakumar") == "SIVAKUMAR"
    assert name_parts("Sivakumar", filler) == ("sivakumar",)


def test_names_for_reading() -> None:
    assert first_last("Amara", "Kamara") == "Amara Kamara"
    assert identity_bar("Amara", "Kamara") == "Amara KAMARA"
    assert first_last(".", "-") == "Name not known"
    assert name_parts("Abdirahman Mohamed", "Ali") == ("abdirahman", "mohamed", "ali")


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert search_key(search_key(text)) == search_key(text)


@given(st.text(max_size=60))
def test_composed_and_decomposed_fold_the_same(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(st.text(max_size=60))
def test_tidying_keeps_every_letter(text: str) -> None:
    tidied = tidy(text)
    assert tidied == tidy(tidied)
    assert "".join(tidied.split()) == "".join(unicodedata.normalize("NFC", text).split())


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_name_for_reading_is_never_empty(forename: str, surname: str) -> None:
    assert first_last(forename, surname).strip()
