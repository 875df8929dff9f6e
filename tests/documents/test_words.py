"""Data is cleaned and never read as markup; lines do not break where they must not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.documents.words import Span, plain, safe_text, tidy, typographic, unbroken_spaces


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("  Ann \t Smith\n", "Ann Smith"),
        ("S\u0326tefan", "Ștefan"),
        ("Ann\u202eS", "AnnS"),
        ("A\u2066n\u2069n", "Ann"),
        ("A\x00n\x07n\ufeff", "Ann"),
        ("soft\u00adhyphen", "softhyphen"),
        ("two\u00a0words", "two words"),
        ("<b>Ann</b> & **Bob** {child_name}", "<b>Ann</b> & **Bob** {child_name}"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\ud800Ann", "Ann"),
    ],
)
def test_safe_text_keeps_what_can_be_printed(typed: str, printed: str) -> None:
    assert safe_text(typed) == printed


@given(st.text(max_size=60))
def test_safe_text_is_settled_after_one_pass(typed: str) -> None:
    cleaned = safe_text(typed)
    assert safe_text(cleaned) == cleaned
    assert "  " not in cleaned
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in cleaned)
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("ring 020 7946 0461 now", "020 7946 0461"),
        ("ring +44 20 7946 0461 now", "+44 20 7946 0461"),
        ("at 1 Sample Way, Harrow ZZ1 1ZZ.", "ZZ1 1ZZ"),
        ("under section 437(1) of", "section 437(1)"),
        ("see Sections 437 and", "Sections 437"),
        ("(regulation 9(1)(f) of", "regulation 9(1)(f)"),
        ("on Tuesday 15 December 2026", "15 December 2026"),
        ("by 28 January of that year", "28 January"),
        ("between 1 May 2026 and 9 June 2026.", "9 June 2026"),
        ("Dear Mrs Ștefan", "Mrs Ștefan"),
        ("told Prof. Osei of it", "Prof. Osei"),
        ("see page 1 below", "page 1"),
        ("on pages 12 and", "pages 12"),
        ("the Education Act 1996 on", "Act 1996"),
        ("in danger now, ring 999.", "ring 999."),
        ("at 14 Invented Road", "14 Invented"),
        ("Example School (URN 999001)", "(URN 999001)"),
    ],
)
def test_what_belongs_together_is_never_broken(words: str, kept: str) -> None:
    start = words.index(kept)
    inside = {place for place in range(start, start + len(kept)) if words[place] == " "}
    assert inside
    assert inside <= unbroken_spaces(words)


@pytest.mark.parametrize(
    "words", ["show 58 children in", "served on you under", "15 days to choose", "December 2026", "in May 1 of"]
)
def test_other_spaces_may_break(words: str) -> None:
    assert not unbroken_spaces(words)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("St Anselm's Catholic Primary School", "St Anselm’s Catholic Primary School"),
        ("St Thomas' School", "St Thomas’ School"),
        ("Mr O'Brien's letter to St John's", "Mr O'Brien’s letter to St John’s"),
        ("Nuala O'Brienne is no O'Brien", "Nuala O’Brienne is no O'Brien"),
        ("he is 5'10 tall, ' or so, 'they say'", "he is 5'10 tall, ' or so, 'they say'"),
        ("nothing to change", "nothing to change"),
    ],
)
def test_apostrophes_of_running_text_are_typographic_but_names_stay_as_typed(typed: str, printed: str) -> None:
    assert typographic(typed, ["Mr O'Brien", "Ann"]) == printed


def test_tidy_joins_what_a_condition_took_apart() -> None:
    spans = [Span(" We "), Span(" "), Span("Mara ", field="child_first"), Span(" goes"), Span(" on ", bold=True)]
    assert tidy(spans) == (Span("We "), Span("Mara ", field="child_first"), Span("goes"), Span(" on", bold=True))


def test_tidy_drops_a_space_alone_at_the_end() -> None:
    assert tidy([Span("Mara", field="child_first"), Span(" ")]) == (Span("Mara", field="child_first"),)
    assert tidy([Span(" ")]) == ()


@given(st.lists(st.builds(Span, st.text(alphabet="ab ", max_size=5), st.booleans(), st.sampled_from([None, "f"]))))
def test_tidy_gives_single_spaces_and_keeps_every_word(spans: list[Span]) -> None:
    assert plain(tidy(spans)) == " ".join("".join(span.text for span in spans).split())
