"""Invented names: of many communities, in the scripts and lengths that a register must bear, the same for a seed."""

from __future__ import annotations

import unicodedata

from cme_desktop.synth.names import FEMALE, MALE, NameMaker


def names(seed: int, count: int) -> list[tuple[str, str]]:
    """Return forenames with surnames."""
    maker = NameMaker(seed)
    families = [maker.family() for _ in range(count)]
    return [(maker.forename(family, (FEMALE, MALE)[i % 2]), family.surname) for i, family in enumerate(families)]


def test_the_same_seed_gives_the_same_names() -> None:
    assert names(3, 200) == names(3, 200)
    assert names(3, 200) != names(4, 200)


def test_names_are_composed_and_never_empty() -> None:
    for forename, surname in names(1, 2_000):
        assert forename.strip() == forename != ""
        assert surname.strip() == surname != ""
        assert unicodedata.is_normalized("NFC", forename + surname)


def test_the_mixture_holds_what_a_matcher_must_survive() -> None:
    found = names(1, 4_000)
    surnames = [surname for _, surname in found]
    assert surnames.count("Patel") > 50
    assert any(" " in surname for surname in surnames)
    assert any(not surname.isascii() for surname in surnames)
    assert any(set("ăâîșț") & set(surname) for surname in surnames)
    assert {"Mohamed Ali", "Sivakumar", "T."} <= set(surnames)


def test_a_community_can_be_asked_for() -> None:
    maker = NameMaker(1)
    family = maker.family("somali")
    assert family.community == "somali"
    assert " " in family.surname
    assert maker.forename(family, FEMALE) != ""
    polish = maker.family("pl_PL")
    assert polish.community == "pl_PL"
