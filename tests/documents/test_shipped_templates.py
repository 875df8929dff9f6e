"""A shipped template never changes: a correction is a new version in a new file (design.md section 6)."""

from __future__ import annotations

import pytest

from cme_desktop import resources
from tests.documents.factories import CODES, template

SHIPPED = {
    "L01": "03a21dedd365206c757e24c9d65685799c1a497da0998ffa507701914093629d",
    "L04": "a98a2a565f232d02a1eec20aecb5062f9bb15b47d4b465c9b39477735a5980ae",
    "L05": "9152e94a36a3c2ac9b953323b504a763f90115eeaeea5b03e40330ddc5c67c60",
    "L06": "bb71a3546f9add9dc0b331277c944175e9a8440e3bf72025f3aa02bd398bc7af",
    "L07": "f7d72c12c1d63e82a4497faccd0ebdbe903c7c99c59cf7f47fb32d92d4068843",
    "L08": "b0018c5a2f376743d5e77a76d99b645364311f27aa18d9ed7b8a89ece2b036dc",
    "L09": "839cb574f15f092045488c21b1448b6b38dbb01a75f7f2dad9be0f0052434834",
    "L24": "5f3f0e09b2a22891759ffe4e223bde740fc851a7c8626f636cdd6f233b58fab8",
}


@pytest.mark.feature("F58")
@pytest.mark.parametrize("code", CODES)
def test_a_shipped_template_never_changes(code: str) -> None:
    assert template(code).sha256 == SHIPPED[code]


def test_every_shipped_template_is_pinned() -> None:
    files = sorted(path.name for path in resources.path("letters").glob("*.md"))
    assert files == [f"{code}-1.0.md" for code in SHIPPED]


def test_only_the_order_waits_for_legal_and_has_no_window() -> None:
    assert [code for code in CODES if template(code).draft_until_confirmed] == ["L08"]
    assert [code for code in CODES if not template(code).window] == ["L08"]
    assert [code for code in CODES if template(code).statutory] == ["L04", "L06", "L07", "L08"]
