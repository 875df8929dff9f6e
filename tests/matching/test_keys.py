"""Keys: the same name in another spelling, case, accent or order meets the same index entry."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.matching.keys import (
    block_keys,
    fold,
    month_of,
    name_key,
    parts,
    phone_key,
    postcode_key,
    sound_key,
    swapped,
    variant_key,
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("O'Brien", "obrien"),
        ("O’BRIEN", "obrien"),
        ("St. John", "st john"),
        ("Zoë", "zoe"),
        ("Łukasz", "lukasz"),
        ("Ștefan", "stefan"),
        ("ŞAHİN", "sahin"),
        ("Nguyễn", "nguyen"),
        ("Smith-Jones", "smith jones"),
        ("  Anna   Maria ", "anna maria"),
        ("Ørsted", "orsted"),
        ("Straße", "strasse"),
        (".", ""),
        ("-", ""),
        ("", ""),
        ("ગુજરાતી", "ગુજરાતી"),
        ("Zoe\u0308", "zoe"),
    ],
)
def test_a_name_is_folded(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_keys_join_parts_so_that_a_hyphen_or_a_blank_makes_no_difference() -> None:
    assert name_key("Smith-Jones") == name_key("Smith Jones") == name_key("SMITHJONES") == "smithjones"
    assert name_key("De Souza") == name_key("D'E Souza") == "desouza"
    assert parts("Badr Udeen") == ("badr", "udeen")


@pytest.mark.feature("F19")
@pytest.mark.parametrize(
    ("left", "right"),
    [("muhammad", "mohamed"), ("muhammad", "md"), ("aisha", "ayesha"), ("hussain", "hussein"), ("stefan", "steven")],
)
def test_known_spellings_share_a_variant(left: str, right: str) -> None:
    assert variant_key(left) == variant_key(right)


def test_an_unknown_name_is_its_own_variant() -> None:
    assert variant_key("wolverhampton") == "wolverhampton"


@pytest.mark.parametrize(
    ("left", "right"),
    [("chaudhry", "chaudry"), ("shreya", "sreya"), ("farrah", "farah"), ("vijay", "wijay"), ("kwame", "qwame")],
)
def test_spellings_by_ear_sound_the_same(left: str, right: str) -> None:
    assert sound_key(left) == sound_key(right)


def test_other_names_do_not_sound_the_same() -> None:
    assert sound_key("patel") != sound_key("parekh")
    assert sound_key("h") == "h"


def test_postcodes_and_phones_lose_their_blanks() -> None:
    assert postcode_key("ha1 9zz") == "HA19ZZ"
    assert phone_key("07700 900123") == phone_key("+44 7700 900123") == "700900123"
    assert phone_key("0012") == ""


def test_day_and_month_are_exchanged_only_where_that_is_another_date() -> None:
    assert swapped(date(2014, 3, 9)) == date(2014, 9, 3)
    assert swapped(date(2014, 3, 13)) is None
    assert swapped(date(2014, 4, 4)) is None


@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)))
def test_exchanging_twice_gives_the_date_back(day: date) -> None:
    other = swapped(day)
    assert other is None or swapped(other) == day


@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)))
def test_a_date_lies_in_its_month(day: date) -> None:
    first, following = month_of(day)
    assert first <= day < following
    assert first.day == following.day == 1


@given(st.text(max_size=60))
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_the_keys_of_a_pupil() -> None:
    keys = block_keys(
        (" e31020 0124017", ""), date(2014, 3, 9), (("Testpupil", "Asha"), ("", "")), ("HA1 9ZZ", "ha19zz", "")
    )
    assert keys.numbers == ("E310200124017",)
    assert keys.births == (date(2014, 3, 9), date(2014, 9, 3))
    assert keys.months == ((date(2014, 3, 1), date(2014, 4, 1), "te"), (date(2014, 3, 1), date(2014, 4, 1), "as"))
    assert keys.places == (("HA19ZZ", "as"), ("HA19ZZ", "te"))
    assert keys.names == (("testpupil", "asha"), ("asha", "testpupil"))


def test_a_pupil_of_whom_nothing_is_known_has_no_keys() -> None:
    keys = block_keys((), None, ((".", "-"),), ())
    assert (keys.numbers, keys.births, keys.months, keys.places, keys.names) == ((), (), (), (), ())


def test_a_single_name_is_looked_up_by_birth_and_place_but_not_as_a_pair() -> None:
    keys = block_keys((), date(2015, 5, 25), (("", "Sivakumar"),), ("HA2 0XX",))
    assert keys.names == ()
    assert keys.months == ((date(2015, 5, 1), date(2015, 6, 1), "si"),)
    assert keys.places == (("HA20XX", "si"),)
