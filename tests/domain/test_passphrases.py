"""Which new passphrases are refused, and why."""

from __future__ import annotations

import pytest

from cme_desktop import resources
from cme_desktop.domain.passphrases import TOO_COMMON, TOO_LONG, TOO_SHORT, parse_common, why_not
from cme_desktop.shipped import common_passphrases

COMMON = frozenset({"password", "liverpool", "harrow", "council", "qwertyuiop", "welcome", "safeguarding", "ofsted"})


@pytest.mark.parametrize(
    ("passphrase", "code"),
    [
        ("", TOO_SHORT),
        ("eleven sign", TOO_SHORT),
        ("          a          ", TOO_SHORT),
        ("x" * 1025, TOO_LONG),
        ("password1234", TOO_COMMON),
        ("Password 2026!", TOO_COMMON),
        ("P4$$w0rd-2026", TOO_COMMON),
        ("2026password2026", TOO_COMMON),
        ("PASSWORD PASSWORD", TOO_COMMON),
        ("L1verp00l F00tball", None),
        ("L1v3rp00l!!!!!", TOO_COMMON),
        ("1iverpoo1 2026", TOO_COMMON),
        ("Harrow Council", TOO_COMMON),
        ("h4rr0w-c0unc1l", TOO_COMMON),
        ("Safeguarding1Ofsted", TOO_COMMON),
        ("passwordliverpool99", TOO_COMMON),
        ("aaaaaaaaaaaaaaaa", TOO_COMMON),
        ("ab ab ab ab ab ab", TOO_COMMON),
        ("xyzwxyzwxyzwxyzw", TOO_COMMON),
        ("31/12/1980 31/12/1980", TOO_COMMON),
        ("1234567890123", TOO_COMMON),
        ("abcdefghijklmnop", TOO_COMMON),
        ("qwertyuiopasdf", TOO_COMMON),
        ("poiuytrewq12", TOO_COMMON),
        ("ｐａｓｓｗｏｒｄ１２３４", TOO_COMMON),
        ("four green kettles sing", None),
        ("welcome green kettles", None),
        ("qz7#mP9!x2Lk", None),
        ("twelve signs", None),
        ("zażółć gęślą jaźń", None),
    ],
)
def test_what_a_new_passphrase_must_be(passphrase: str, code: str | None) -> None:
    found = why_not(passphrase, COMMON)
    assert (found and found[0]) == code
    if found is not None:
        assert found[1].endswith(".")


def test_a_training_register_takes_any_passphrase_that_is_not_empty() -> None:
    assert why_not("password", COMMON, training=True) is None
    found = why_not("  ", COMMON, training=True)
    assert found is not None
    assert found[0] == TOO_SHORT


def test_the_shipped_list_is_written_as_it_is_compared() -> None:
    common = common_passphrases()
    assert len(common) > 1_000
    assert all(word == word.casefold() and word.isalnum() for word in common)
    lines = [line for line in resources.read_text("words/common-passphrases.txt").splitlines() if line[:1] != "#"]
    assert lines == sorted(set(lines)), "each once, in order"
    assert parse_common("# a remark\n\nharrow\n") == {"harrow"}


@pytest.mark.parametrize(
    "passphrase",
    [
        "manchesterunited", "Tottenham Hotspur 1", "correct horse battery staple", "safeguardingchildren",
        "Harrow Civic Centre", "children missing education", "Qazwsxedcrfv1!", "1qaz2wsx3edc", "letmein please",
        "Summer2026Summer", "iloveharrow2026", "councilpassword",
    ],
)  # fmt: skip
def test_what_people_at_a_council_would_choose_is_refused(passphrase: str) -> None:
    found = why_not(passphrase, common_passphrases())
    assert found is not None
    assert found[0] == TOO_COMMON


def test_a_very_long_passphrase_is_judged_at_once() -> None:
    assert why_not("1" * 500 + "four green kettles" + "9" * 500, common_passphrases()) is None
