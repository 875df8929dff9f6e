"""The template language is strict, and a shipped template never changes."""

from __future__ import annotations

import pytest

from cme_desktop.documents.fields import COMMON_FIELDS
from cme_desktop.documents.template import Template, parse_template, walk
from cme_desktop.documents.words import TemplateFault
from tests.documents.factories import CODES, source, template

HEAD = '+++\ncode = "T1"\nversion = "1.0"\nname = "Trial"\nstyle = "parent"\n'
BODY = "+++\n[LINE ABOVE] Above\n# Title\n"


def made(body: str, head: str = "") -> Template:
    return parse_template(HEAD + head + BODY + body)


@pytest.mark.parametrize("code", CODES)
def test_every_shipped_template_reads(code: str) -> None:
    read = template(code)
    assert read.code == code
    assert read.version == "1.0"
    assert read.template_version == f"1.0 ({read.sha256[:6]})"


def test_line_ends_do_not_change_the_version() -> None:
    assert parse_template(source("L04").replace("\n", "\r\n")).sha256 == template("L04").sha256


def test_conditions_inside_a_line_may_nest_and_have_an_else() -> None:
    head = '[conditions]\na = "A"\nb = "B"\n'
    (paragraph,) = [
        node
        for node in made("x [IF a]1[IF not b]2[ELSE]3[END IF][ELSE]4[END IF]\n", head).nodes
        if node.kind == "paragraph"
    ]
    assert len(paragraph.text) == 2


def test_a_condition_may_hold_a_whole_row_with_conditions_inside() -> None:
    head = '[conditions]\na = "A"\nb = "B"\n'
    rows = "L: x[IF b]y[ELSE]z[END IF]", "L: x[IF b]y[END IF]"
    whole = [f"[IF not a] {row} [END IF]" for row in rows]
    parts = ["- [IF a]x[END IF] and [IF b]y[END IF]", "- [IF a]x[ELSE]y[END IF]"]
    nodes = made("[PARTICULARS 30]\n" + "\n".join(whole) + "\n[END PARTICULARS]\n" + "\n".join(parts), head).nodes
    conditions = [row.condition and row.condition.name for node in nodes for row in node.rows]
    assert conditions == ["a", "a", None, None]


def test_locked_parts_are_marked() -> None:
    nodes = made("[LOCKED]\nwords\n[BOX] Do\nthis\n[END BOX]\n[END LOCKED]\nfree\n").nodes
    locked = {node.kind: node.locked for node in walk(nodes) if node.kind in ("box", "paragraph")}
    assert locked["box"]
    assert [node.locked for node in walk(nodes) if node.kind == "paragraph"] == [True, True, False]


def test_lists_on_lines_that_follow_one_another_are_one_list() -> None:
    kinds = [(node.kind, len(node.rows)) for node in made("- a\n- b\n\n1. c\n2. d\n").nodes if node.rows]
    assert kinds == [("bullets", 2), ("numbers", 2)]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{nobody_knows}", "unknown field: nobody_knows"),
        ("[IF unheard]\nx\n[END IF]", "unknown condition: unheard"),
        ("x [IF unheard]y[END IF]", "unknown condition: unheard"),
        ("- [IF unheard] y [END IF]", "unknown condition: unheard"),
        ("[IF Two Words]\nx\n[END IF]", "does not name a condition"),
        ("[IF a]\nx", "[END IF] is missing"),
        ("[IF a]\nx\n[ELSE]\ny\n[ELSE]\nz\n[END IF]", "stray [ELSE]"),
        ("[ELSE]", "stray [ELSE]"),
        ("x [IF a]y", "[END IF] is missing"),
        ("x [END IF]", "stray [END IF]"),
        ("[END BOX]", "stray ["),
        ("a **b", "** is not closed"),
        ("a } b", "stray }"),
        ("a { b", "stray {"),
        ("a [b] c", "stray ["),
        ("[LOCKED]\nx", "[END LOCKED] is missing"),
        ("[LOCKED]\n[LOCKED]\nx\n[END LOCKED]\n[END LOCKED]", "inside [LOCKED]"),
        ("[BOX]\nx\n[END BOX]", "needs a title"),
        ("[BOX] Do\nx", "[END BOX] is missing"),
        ("[BOX 3] Do\nx\n[END BOX]", "takes no measures"),
        ("[PARTICULARS]\nA: b\n[END PARTICULARS]", "gives no measures"),
        ("[PARTICULARS 30] x\nA: b\n[END PARTICULARS]", "takes no words"),
        ("[PARTICULARS 30]\nno colon\n[END PARTICULARS]", "label: value"),
        ("[PARTICULARS 30]\n{child_name}: b\n[END PARTICULARS]", "label is plain words"),
        ("[PARTICULARS 30 40]\nA: b\n[END PARTICULARS]", "one measure"),
        ("[PARTICULARS 30]\nA: b", "[END PARTICULARS] is missing"),
        ("[FILL IN 30]\n[END FILL IN]", "is empty"),
        ("[TABLE 100 62]\n| a | b | c |\n[END TABLE]", "number of cells"),
        ("[TABLE 100 60]\n| a | b |\n[END TABLE]", "must fill 162 mm"),
        ("[TABLE 100 62]\na, b\n[END TABLE]", "between | marks"),
        ("[TICK BOXES 2]\nyes\n[END TICK BOXES]", "begins with - [ ]"),
        ("[SIGNATURE 13]\nghost: x\n[END SIGNATURE]", "signature line is one of"),
        ("[SMALL]", "carries words"),
        ("[SMALL 3] x", "carries words"),
    ],
)
def test_what_the_language_does_not_know_is_refused(body: str, says: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        made(body)
    assert says in caught.value.message


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ("no heading at all", "does not begin with its heading"),
        ("+++\ncode = 'T1'\n", "does not begin with its heading"),
        ("+++\ncode = \n+++\n", "cannot be read"),
        (HEAD + "ghost = 1\n" + BODY, "unknown ['ghost']"),
        ('+++\ncode = "T1"\n' + BODY, "missing ['name', 'style', 'version']"),
        (HEAD.replace("parent", "fancy") + BODY, "style is one of parent, school"),
        (HEAD + '[fields]\nchild_name = "again"\n' + BODY, "common fields again: child_name"),
        (HEAD + '[fields]\nunused = "Not used"\n' + BODY, "field declared and not used: unused"),
        (HEAD + '[conditions]\nunused = "Not used"\n' + BODY, "condition declared and not used: unused"),
        (HEAD + 'one_of = [["x", "y"]]\n' + BODY, "unknown condition: x, y"),
    ],
)
def test_a_heading_that_is_not_whole_is_refused(changed: str, says: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        parse_template(changed)
    assert says in caught.value.message


def test_a_fault_names_its_line() -> None:
    with pytest.raises(TemplateFault, match="line 11: stray }"):
        made("fine\n\na } b\n")


def test_every_common_field_has_words_for_the_officer() -> None:
    for name, label in COMMON_FIELDS.items():
        assert label[0].isupper()
        assert "_" not in label, name
