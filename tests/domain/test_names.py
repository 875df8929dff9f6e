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
    hides,
    identity_bar,
    is_no_name,
    name_parts,
    real_name,
    search_key,
    tidy,
    without_invisible,
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
    seen = [char for char in unicodedata.normalize("NFC", text) if unicodedata.category(char)[0] in "LNPSC"]
    lost = set(seen) - set(tidied)
    assert all(hides(char) or unicodedata.normalize("NFC", char) != char for char in lost if not char.isspace())


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Ann\u200b", "Ann"),
        ("A\u00adn\u2060n\ufeff", "Ann"),
        ("Ann\u202eS", "AnnS"),
        ("Ann\u3164", "Ann"),
        ("\u115fAnn\u1160", "Ann"),
        ("Ann\ufe0f", "Ann"),
        ("Ann\U000e0041\U000e007f", "Ann"),
        ("Ann\ud800", "Ann"),
        ("Ann\uffff\U0010ffff", "Ann"),
        ("A\u200cn\u200dn", "Ann"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("می\u200c\u200cخواهم\u200c", "می\u200cخواهم"),
        ("श\u200dर्मा", "श\u200dर्मा"),
        ("e\u200d\u0301\u200dم", "éم"),
        ("Ann\u0085Smith", "Ann Smith"),
        ("Ann\u2028Smith", "Ann Smith"),
        ("😀 Smith", "😀 Smith"),
        ("\U0001fae9", "\U0001fae9"),
    ],
)
def test_what_nobody_sees_is_taken_away(written: str, kept: str) -> None:
    assert tidy(written) == kept
    assert hides(kept) is False


@given(st.text(st.characters(), max_size=40))
def test_what_is_kept_stays_as_it_is(text: str) -> None:
    kept = without_invisible(text)
    assert without_invisible(kept) == kept
    assert unicodedata.normalize("NFC", kept) == kept
    kept.encode()
    assert not {char for char in kept if unicodedata.category(char) in ("Cc", "Cs") and not char.isspace()}


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_name_for_reading_is_never_empty(forename: str, surname: str) -> None:
    assert first_last(forename, surname).strip()
