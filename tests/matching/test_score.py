"""Scores: who is certainly the same child, who is to be looked at, and who is nobody we know."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.domain.identifiers import check_letter
from cme_desktop.matching.score import REVIEW_FROM, Identity, Known, Match, MatchClass, PersonName, compare, rank

CERTAIN, REVIEW, NEW = MatchClass.CERTAIN, MatchClass.REVIEW, MatchClass.NEW


def upn(body: str) -> str:
    letter = check_letter(body)
    assert letter
    return letter + body


LASTING, SISTER, OTHER, TEMPORARY = upn("310200124017"), upn("310200124018"), upn("310299914099"), upn("31020262003A")


def child(surname: str = "Kamara", forename: str = "Amara", **known: object) -> Identity:
    base = Identity(
        names=(PersonName(surname, forename),),
        dob=date(2012, 3, 2),
        sex="F",
        upns=(LASTING,),
        postcodes=("HA1 9ZZ",),
        houses=("12 Sample Road",),
    )
    return replace(base, **known)


def match(incoming: Identity, other: Identity) -> Match:
    return compare(
        incoming,
        Known(1, other),
    )


def outcomes(found: Match) -> dict[str, str]:
    return {reason.field: reason.outcome for reason in found.reasons}


@pytest.mark.feature("F12")
def test_same_upn_birth_and_name_is_the_same_child_whatever_the_address() -> None:
    found = match(child(postcodes=("HA2 9ZZ",)), child())
    assert found.match_class is CERTAIN
    assert found.score == 98
    assert found.sentence == "same UPN, same date of birth, name equal"


@pytest.mark.feature("F13")
def test_every_part_of_a_score_is_told_and_the_parts_add_up() -> None:
    found = match(
        child("Kamarra", "Amara", dob=date(2012, 2, 3), upns=(), postcodes=("ha19zz",), houses=()), child(upns=())
    )
    assert outcomes(found) == {
        "dob": "exchanged",
        "surname": "variant",
        "forename": "same",
        "address": "same-postcode",
    }
    assert found.score == sum(reason.weight for reason in found.reasons)
    assert all(reason.text for reason in found.reasons)
    assert found.match_class is REVIEW


@pytest.mark.feature("F12")
def test_a_former_upn_matches() -> None:
    found = match(child(upns=(OTHER,)), child(upns=(LASTING, OTHER)))
    assert found.match_class is CERTAIN
    assert "same UPN as an earlier one" in found.sentence


@pytest.mark.feature("F12")
def test_a_upn_with_a_wrong_check_letter_is_not_trusted() -> None:
    wrong = ("Z" if LASTING[0] != "Z" else "Y") + LASTING[1:]
    found = match(child(upns=(wrong,), houses=()), child(upns=(wrong,), houses=()))
    assert found.match_class is REVIEW
    assert outcomes(found)["upn"] == "same-doubtful"


def test_a_temporary_upn_never_matches_alone() -> None:
    alone = match(
        Identity((PersonName("Shah", "Dev"),), date(2010, 7, 19), "M", (TEMPORARY,)), child(upns=(TEMPORARY,))
    )
    assert alone.match_class is NEW
    with_all_else = match(child(upns=(TEMPORARY,), postcodes=()), child(upns=(TEMPORARY,)))
    assert with_all_else.match_class is REVIEW


def test_a_shared_upn_with_another_birth_date_and_name_is_looked_at() -> None:
    found = match(Identity((PersonName("Shah", "Dev"),), date(2010, 7, 19), "M", (LASTING,)), child())
    assert found.match_class is REVIEW
    assert outcomes(found)["dob"] == "differs"


def test_twins_are_told_apart() -> None:
    amara, aisha = child(), child(forename="Isatu", upns=(SISTER,))
    assert match(amara, amara).match_class is CERTAIN
    wrong = match(aisha, amara)
    assert wrong.match_class is not CERTAIN
    assert outcomes(wrong)["upn"] == "one-off"


def test_a_twin_filed_under_the_other_s_upn_is_not_certain() -> None:
    assert match(child(forename="Isatu"), child()).match_class is REVIEW


def test_twins_with_names_alike_are_not_certain() -> None:
    assert match(child(forename="Amira", upns=(SISTER,)), child()).match_class is not CERTAIN
    assert match(child(forename="Amira", upns=()), child()).match_class is not CERTAIN


def test_without_any_upn_birth_name_and_whole_address_are_certain_and_less_is_not() -> None:
    bare = child(upns=())
    assert match(bare, bare).match_class is CERTAIN
    assert match(child(upns=(), houses=()), bare).match_class is REVIEW
    assert match(child(upns=(), postcodes=()), bare).match_class is REVIEW
    assert match(child(upns=(OTHER,)), child()).match_class is REVIEW


def test_a_pupil_with_another_lasting_upn_but_the_same_name_and_birth_is_looked_at() -> None:
    found = match(child(upns=(OTHER,), postcodes=()), child())
    assert found.match_class is REVIEW
    assert outcomes(found)["upn"] == "differs"


@pytest.mark.feature("F19")
@pytest.mark.parametrize(
    ("theirs", "ours", "field", "outcome"),
    [
        (("Mohammed", "Khan"), ("Khan", "Muhammad"), "name", "exchanged"),
        (("Łukasz", "Anna"), ("Lukasz", "Anna"), "name", "same"),
        (("Khan", "Mohamed"), ("Khan", "Muhammad"), "forename", "variant"),
        (("Smith-Jones", "Zoë"), ("Jones Smith", "Zoe"), "surname", "part"),
        (("Jones", "Zoe"), ("Smith-Jones", "Zoe"), "surname", "part"),
        (("O’Brien", "Niamh"), ("OBRIEN", "NIAMH"), "name", "same"),
        (("Patel", "Benjamin"), ("Patel", "Ben"), "forename", "short"),
        (("Patel", "B"), ("Patel", "Ben"), "forename", "initial"),
        (("Popescu", "Andrei"), ("Popesku", "Andrei"), "surname", "variant"),
        (("Kowalska", "Ewa"), ("Kowalske", "Ewa"), "surname", "similar"),
        (("Abdi Omar", "Hodan"), ("Abdi Warsame", "Hodan"), "surname", "similar"),
        (("", "Sivakumar"), (".", "Sivakumar"), "surname", "none"),
        (("", "Sivakumar"), ("Rajan", "Sivakumar"), "surname", "missing"),
        (("Patel", "Riya"), ("Shah", "Riya"), "surname", "differs"),
    ],
)
def test_names_are_compared(theirs: tuple[str, str], ours: tuple[str, str], field: str, outcome: str) -> None:
    assert outcomes(match(child(*theirs), child(*ours)))[field] == outcome


def test_a_child_known_by_a_middle_name_is_found() -> None:
    known = Identity((PersonName("Ali", "Abdirahman", "Mohamed Yusuf"),), date(2012, 3, 2))
    found = match(Identity((PersonName("Ali", "Yusuf"),), date(2012, 3, 2)), known)
    assert outcomes(found)["forename"] == "part"
    assert found.match_class is REVIEW


def test_the_best_of_several_names_counts() -> None:
    married = replace(child("Mensah"), names=(PersonName("Mensah", "Amara"), PersonName("Kamara", "Amara")))
    assert outcomes(match(married, child()))["name"] == "same"


def test_nothing_known_of_the_name_is_said() -> None:
    found = match(replace(child(), names=()), child())
    assert outcomes(found)["name"] == "missing"
    assert found.match_class is REVIEW


@pytest.mark.parametrize(
    ("dob", "outcome"),
    [
        (date(2012, 3, 2), "same"),
        (date(2012, 2, 3), "exchanged"),
        (date(2012, 3, 3), "one-off"),
        (date(2013, 3, 2), "one-off"),
        (date(2009, 3, 14), "differs"),
        (date(2004, 3, 2), "other-year"),
        (date(2012, 3, 31), "same-month"),
        (None, "missing"),
    ],
)
def test_birth_dates_are_compared(dob: date | None, outcome: str) -> None:
    assert outcomes(match(child(dob=dob), child()))["dob"] == outcome


def test_a_mistyped_birth_date_with_the_same_name_is_looked_at() -> None:
    assert match(child(upns=(), dob=date(2012, 3, 3), postcodes=()), child(upns=())).match_class is REVIEW


def test_without_a_birth_date_the_same_name_at_the_same_postcode_is_looked_at() -> None:
    assert match(child(upns=(), dob=None), child(upns=())).match_class is REVIEW
    assert match(child(upns=(), dob=None, postcodes=()), child(upns=())).match_class is NEW


def test_another_sex_keeps_a_match_from_being_certain() -> None:
    assert match(child(sex="M"), child()).match_class is REVIEW
    assert match(child(sex="U"), child()).match_class is CERTAIN


def test_uln_same_differs_or_not_yet_known() -> None:
    mine = child(upns=(), uln="3104567890")
    assert outcomes(match(mine, mine))["uln"] == "same"
    found = match(child(uln="4122334429"), child(uln="3104567890"))
    assert outcomes(found)["uln"] == "differs"
    assert found.match_class is REVIEW
    assert "uln" not in outcomes(match(child(uln="9999999999"), child(uln="9999999999")))


def test_phone_and_school_add_a_little() -> None:
    with_both = child(phones=("07700 900123",), schools=("999001",))
    found = match(child(phones=("+447700900123",), schools=("999001",)), with_both)
    assert outcomes(found)["phone"] == outcomes(found)["school"] == "same"


def test_strangers_are_new() -> None:
    assert match(Identity((PersonName("Shah", "Dev"),), date(2010, 7, 19), "M", (OTHER,)), child()).match_class is NEW


def test_candidates_come_best_first_and_strangers_not_at_all() -> None:
    known = [
        Known(1, Identity((PersonName("Shah", "Dev"),), date(2010, 7, 19), "M")),
        Known(2, child(upns=(), dob=date(2012, 2, 3))),
        Known(3, child(), episode_id=9, case="CME-2026-00009", note="closed 4 months ago"),
    ]
    found = rank(child(), known)
    assert [item.known.child_id for item in found] == [3, 2]
    assert [item.match_class for item in found] == [CERTAIN, REVIEW]
    assert found[0].known.note == "closed 4 months ago"


def test_two_that_both_look_certain_are_both_looked_at() -> None:
    found = rank(child(), [Known(1, child()), Known(2, child()), Known(3, child(upns=(), dob=date(2012, 2, 3)))])
    assert {item.match_class for item in found} == {REVIEW}
    assert found[0].reasons[-1].outcome == "two-alike"
    assert found[2].reasons[-1].outcome != "two-alike"


def test_no_more_than_asked_for_are_shown() -> None:
    assert len(rank(child(), [Known(number, child()) for number in range(20)])) == 10
    assert len(rank(child(), [Known(number, child()) for number in range(20)], limit=3)) == 3


names = st.builds(
    PersonName, st.text(max_size=12), st.text(max_size=12), st.sampled_from(("", "Mohamed", "Ann Marie", "J"))
)
identities = st.builds(
    Identity,
    names=st.lists(names, max_size=3).map(tuple),
    dob=st.none() | st.dates(date(2005, 1, 1), date(2022, 12, 31)),
    sex=st.sampled_from("MFU"),
    upns=st.lists(st.sampled_from((LASTING, SISTER, OTHER, TEMPORARY, "X", "A12")), max_size=3).map(tuple),
    uln=st.sampled_from(("", "3104567890", "9999999999")),
    postcodes=st.sampled_from(((), ("HA1 9ZZ",), ("HA1 9ZZ", "UB5 9ZZ"))),
    houses=st.sampled_from(((), ("12",))),
)


@given(identities, identities)
def test_a_comparison_is_the_same_from_both_sides(left: Identity, right: Identity) -> None:
    there, back = match(left, right), match(right, left)
    assert there.score == back.score
    assert there.match_class is back.match_class
    assert 0 <= there.score <= 100


@given(identities, identities)
def test_a_class_is_never_certain_on_another_birth_date(left: Identity, right: Identity) -> None:
    if left.dob != right.dob:
        assert match(left, right).match_class is not CERTAIN


@given(identities)
def test_low_scores_are_shown_only_for_a_shared_number_or_address(one: Identity) -> None:
    found = match(one, child())
    if found.match_class is REVIEW and found.score < REVIEW_FROM:
        assert {"upn", "uln", "address"} & {r.field for r in found.reasons if r.outcome.startswith("same")}
