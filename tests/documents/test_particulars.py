"""A document cannot be made while a particular that prints is missing, and the officer is told which."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cme_desktop.documents.letters import build_letter
from cme_desktop.documents.particulars import MissingParticulars, missing_labels, missing_particulars
from cme_desktop.documents.template import Field, parse_template, walk, walk_text
from cme_desktop.documents.words import TemplateFault
from tests.documents.factories import CODES, facts, template


@pytest.mark.parametrize("code", CODES)
def test_complete_facts_miss_nothing(code: str) -> None:
    assert missing_particulars(template(code), facts(code)) == ()


@pytest.mark.feature("F54")
@pytest.mark.parametrize("code", CODES)
def test_each_field_that_prints_is_missed_when_empty(code: str) -> None:
    made, complete = template(code), facts(code)
    printed = missing_particulars(made, replace(complete, fields={}))
    assert printed
    for name in printed:
        for empty in ("", "  ", "\u200b"):
            emptied = replace(complete, fields={**complete.fields, name: empty})
            assert missing_particulars(made, emptied) == (name,)
    with pytest.raises(MissingParticulars) as caught:
        build_letter(made, replace(complete, fields={}))
    assert caught.value.missing == printed
    for label in missing_labels(made, printed):
        assert label in caught.value.message


@pytest.mark.parametrize("code", CODES)
def test_every_field_of_a_template_is_asked_for_by_some_variant(code: str) -> None:
    made = template(code)
    used = {
        part.name
        for node in walk(made.nodes)
        for text in (node.text, *(cell for row in node.rows for cell in row.cells))
        for part in walk_text(text)
        if isinstance(part, Field)
    }
    groups = [set(group) for group in made.one_of]
    free = set(made.conditions) - set().union(*groups)
    asked: set[str] = set()
    for chosen in groups[0] if groups else {""}:
        for others in (set(), free):
            conditions = frozenset({chosen} - {""} | others)
            asked |= set(missing_particulars(made, replace(facts(code), fields={}, conditions=conditions)))
    assert used <= asked


def test_a_part_that_does_not_print_asks_for_nothing() -> None:
    made = template("L07")
    without = facts("L07", {"alternative_list": ""}, off=["alternatives"])
    assert missing_particulars(made, without) == ()
    assert missing_particulars(made, facts("L07", {"alternative_list": ""})) == ("alternative_list",)


def test_an_address_withheld_is_not_asked_for() -> None:
    for code in ("L04", "L07", "L08"):
        withheld = facts(code, {"child_address": ""}, on=["address_withheld"])
        assert missing_particulars(template(code), withheld) == ()
        assert missing_particulars(template(code), facts(code, {"child_address": ""})) == ("child_address",)


def test_the_furniture_is_asked_for_too() -> None:
    complete = facts("L04")
    bare = replace(complete.furniture, team=" ", heading_lines=(), letter_date="", address_lines=("", " "))
    missing = missing_particulars(template("L04"), replace(complete, furniture=bare, rule_set=""))
    assert missing == ("team", "rule_set", "heading_lines", "letter_date", "address_lines")
    assert "Name and address for the envelope window" in missing_labels(template("L04"), missing)


def test_the_order_needs_no_window_and_no_date_of_a_letter() -> None:
    complete = facts("L08")
    bare = replace(complete.furniture, heading_lines=(), letter_date="", address_lines=())
    assert missing_particulars(template("L08"), replace(complete, furniture=bare)) == ()


def test_labels_are_words_for_the_officer() -> None:
    labels = missing_labels(template("L04"), ("notice_last_day", "child_dob", "letter_date"))
    assert labels == ("Last day of the period", "Child’s date of birth", "Date of the document")


def test_unknown_names_are_refused() -> None:
    with pytest.raises(TemplateFault, match="unknown fields: ghost"):
        missing_particulars(template("L04"), facts("L04", {"ghost": "x"}))
    with pytest.raises(TemplateFault, match="unknown conditions: ghost"):
        missing_particulars(template("L04"), facts("L04", on=["ghost"]))


@pytest.mark.parametrize(
    ("on", "off", "count"),
    [((), ("basis_specified",), 0), (("basis_plan",), (), 2)],
)
def test_exactly_one_basis_of_the_order_must_hold(on: tuple[str, ...], off: tuple[str, ...], count: int) -> None:
    with pytest.raises(TemplateFault, match=f"exactly one of basis_specified.*; {count} do"):
        build_letter(template("L08"), facts("L08", on=on, off=off))


def test_a_school_is_maintained_or_an_academy() -> None:
    with pytest.raises(TemplateFault, match="exactly one of maintained, academy"):
        build_letter(template("L05"), facts("L05", on=["academy"]))


def test_a_template_without_a_line_above_its_title_is_a_fault() -> None:
    bare = parse_template('+++\ncode = "T1"\nversion = "1.0"\nname = "Trial"\nstyle = "parent"\n+++\n# Title\nwords\n')
    common = {name: value for name, value in facts("L06").fields.items() if bare.knows_field(name)}
    with pytest.raises(TemplateFault, match="exactly one line above must print; 0 do"):
        build_letter(bare, replace(facts("L06"), fields=common))


def test_the_fingerprint_moves_with_any_fact() -> None:
    one = facts("L04")
    same = replace(one, fields=dict(reversed(list(one.fields.items()))))
    assert one.sha256 == same.sha256
    changed = [
        facts("L04", {"parent_address": "9 Other Road, Harrow ZZ1 1ZZ"}),
        facts("L04", on=["ehc_plan"]),
        replace(one, rule_set="SAO-A2"),
        replace(one, furniture=replace(one.furniture, letter_date="28 November 2026")),
    ]
    assert len({one.sha256, *(other.sha256 for other in changed)}) == 5
