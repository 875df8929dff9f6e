"""What must not matter: the order of elements, the encoding, the layout, and reading twice."""

from __future__ import annotations

import json
import random
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop import shipped
from cme_desktop.importers.decoding import decode
from cme_desktop.importers.s2s.names import base_name, read_name
from cme_desktop.importers.s2s.reading import FileReading
from cme_desktop.importers.s2s.values import clean
from cme_desktop.synth.s2s_drafts import Draft
from cme_desktop.synth.s2s_kit import Kit
from cme_desktop.synth.s2s_styles import ARBOR, BROMCOM, SIMS, Style, Tree, serialise
from tests.importers.files import NAME, TODAY, ctf, one, pupil, read

texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=40).filter(
    lambda text: bool(clean(text).text)
)
SEVERAL = ("Contacts", "SchoolHistory", "Phones", "Languages", "SENhistory", "CTFpupilData")


def draft(seed: int) -> Draft:
    """Return an invented file of one or a few pupils."""
    kit = Kit(seed, TODAY, shipped.grounds())
    make = (kit.ctf, kit.cml, kit.cmj)[seed % 3]
    return make("any", 1 + seed % 4, version=kit.any_version())


def shuffled(tree: Tree, rng: random.Random) -> Tree:
    """Return the element with its children in another order; several of one kind keep theirs, as it means something."""
    name, content = tree
    if isinstance(content, str):
        return tree
    inside = [shuffled(child, rng) for child in content]
    if name not in SEVERAL:
        rng.shuffle(inside)
        # Several elements of one name keep their order among themselves.
        former = iter([child for child in content if child[0] == "FormerUPN"])
        inside = [next(former) if child[0] == "FormerUPN" else child for child in inside]
    return name, inside


def facts(reading: FileReading) -> dict[str, object]:
    """Return what was read, without what tells one file's bytes from another's."""
    form = reading.as_json()
    for name in ("sha256", "repairs", "unused_elements", "path", "name"):
        del form[name]
    return form


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_elements_does_not_matter(seed: int, rng: random.Random) -> None:
    made = draft(seed)
    tree = made.tree()
    plain = read(serialise(tree, made.style))
    assert facts(read(serialise(shuffled(tree, rng), made.style))) == facts(plain)


@given(st.integers(0, 10_000), st.sampled_from(["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]))
def test_the_encoding_does_not_matter(seed: int, encoding: str) -> None:
    text = serialise(draft(seed).tree(), ARBOR)
    assert facts(read(text.encode(encoding))) == facts(read(text))


@given(st.integers(0, 10_000), st.sampled_from([BROMCOM, SIMS]))
def test_the_layout_does_not_matter(seed: int, style: Style) -> None:
    tree = draft(seed).tree()
    assert facts(read(serialise(tree, style))) == facts(read(serialise(tree, ARBOR)))


@given(st.integers(0, 10_000))
def test_reading_twice_gives_the_same_and_so_does_plain_data(seed: int) -> None:
    text = serialise(draft(seed).tree(), ARBOR)
    reading = read(text)
    assert read(text) == reading
    assert FileReading.from_json(json.loads(json.dumps(reading.as_json()))) == reading


@given(texts, texts)
def test_a_name_comes_back_as_it_was_written_but_cleaned(surname: str, forename: str) -> None:
    values = one(ctf(pupil(Surname=escape(surname), Forename=escape(forename)))).values
    assert (values["Surname"], values["Forename"]) == (clean(surname).text, clean(forename).text)


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text).text
    again = clean(once)
    assert (again.text, again.trimmed, again.stripped) == (once, False, False)


@given(st.binary())
def test_any_bytes_become_text(data: bytes) -> None:
    assert isinstance(decode(data).text, str)


@given(st.text(max_size=60), st.sampled_from(["", " (1)", " (23)", " - Copy", " - Copy (2)"]))
def test_a_copy_of_a_name_says_the_same(folder: str, copied: str) -> None:
    name = f"3102999_CTF_3044001_001{copied}.xml"
    plain, copy = read_name(NAME), read_name(f"{folder}/{name}")
    assert base_name(f"{folder}/{name}") == name
    assert (copy.kind, copy.source, copy.destination, copy.sequence) == (
        plain.kind,
        plain.source,
        plain.destination,
        plain.sequence,
    )
    assert copy.damaged == (bool(copied) or "fakepath" in folder.lower())


@pytest.mark.parametrize(
    ("name", "kind", "source", "destination", "damaged"),
    [
        ("3102999_CTF_3044001_001.xml", "CTF", ("310", "2999"), ("304", "4001"), False),
        ("820LLLL_CTF_8201234_001.xml", "CTF", ("820", "LLLL"), ("820", "1234"), False),
        ("3805204_FSP_380LLLL_001.xml", "results", ("380", "5204"), ("380", "LLLL"), False),
        ("3801234_KS2_NAALLLL_001.xml", "results", ("380", "1234"), ("NAA", "LLLL"), False),
        ("3102999_CTF_XXXXXXX_001.xml", "CTF", ("310", "2999"), ("XXX", "XXXX"), False),
        ("3102999_CTF_MMMMMMM_001.xml", "CTF", ("310", "2999"), ("MMM", "MMMM"), False),
        ("3102999_CML_310LLLL_001.xml", "CML", ("310", "2999"), ("310", "LLLL"), False),
        ("3102999_CMJ_310LLLL_001.xml", "CMJ", ("310", "2999"), ("310", "LLLL"), False),
        ("3102999_Q7Q_310LLLL_001.xml", "other", ("310", "2999"), ("310", "LLLL"), False),
        ("3102999_3044001_CTF_20250901.xml", "CTF", ("310", "2999"), ("304", "4001"), True),
    ],
)
def test_the_names_of_the_format(
    name: str, kind: str, source: tuple[str, str], destination: tuple[str, str], damaged: bool
) -> None:
    said = read_name(name)
    assert said.source is not None
    assert said.destination is not None
    assert (said.kind, said.damaged) == (kind, damaged)
    assert (said.source.lea, said.source.estab) == source
    assert (said.destination.lea, said.destination.estab) == destination


@pytest.mark.parametrize(
    "name", ["", "file.xml", "3102999_CTF_304400_001.xml", "3102999-CTF-3044001-001.xml", "x" * 2_000 + ".xml"]
)
def test_other_names_say_nothing(name: str) -> None:
    said = read_name(name)
    assert (said.kind, said.source, said.destination, said.damaged) == (None, None, None, False)
