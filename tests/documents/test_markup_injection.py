"""Hostile names print as typed in every letter: no markup, no link, no picture, no script (safety.md 6 and 9)."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from cme_desktop.documents.words import safe_text
from tests.documents.factories import CODES, letter, render, template
from tests.documents.reading import raw_text, squeezed

HOSTILE = [
    "<b>Ann",
    "A</para>",
    "</p><p>",
    "<img src='/etc/hostname'>",
    '<img src="file:///etc/passwd" width="9"/>',
    "<img src='http://127.0.0.1/x.png'/>",
    "<a href='http://x.example'>Ann</a>",
    '<a href="javascript:alert(1)">A</a>',
    "<link href='#x'>A</link>",
    "<font color='red'>Ann</font>",
    '<font color="[[x for x in (1,)]]">A</font>',
    "<onDraw name='os.system'/>",
    "<seq id='x'/>",
    "<br/>Ann",
    "<!-- Ann -->",
    "<![CDATA[Ann]]>",
    "<?php echo 1 ?>",
    "<script>alert(1)</script>",
    "<style>*{display:none}</style>",
    "<svg onload=x>",
    "&amp;Ann",
    "&lt;b&gt;",
    "&#65;&#x41;",
    "&nbsp;Ann&copy;",
    "&unknown;",
    "Ann & Sons",
    "5 < 6 > 4",
    "<<Ann>>",
    ">>Ann<<",
    "{child_name}",
    "{0}{1!r}",
    "%s %(x)s %n",
    "${HOME} $(id)",
    "`id`",
    "**Ann**",
    "__Ann__ *x*",
    "[IF sibling]Ann[END IF]",
    "[LOCKED]Ann",
    "[NEW PAGE]",
    "# Ann",
    "- [ ] Ann",
    "| Ann | Bob |",
    "1. Ann",
    "(Ann) Tj ET",
    "Ann) Tj 0 0 m (B",
    "\\(Ann\\)",
    "\\101\\n\\r",
    "endstream endobj",
    "<FEFF0041> Tj",
    "/Artifact BMC EMC",
    "BT /F1 12 Tf",
    "=HYPERLINK(1)",
    "+1-2@SUM(A1)",
    "'; DROP TABLE child; -- '",
    '"Ann" ’Bob’',
    "../../../etc/passwd",
    "C:\\Users\\x",
    "Ann\u202etfarD",
    "A\u0000n\u0007n\tB\nC",
    "http://x.example/?a=1&b=2",
]
FIELDS = (
    "child_name",
    "child_first",
    "parent_name",
    "parent_salutation",
    "officer_name",
    "signatory_name",
    "head_name",
)
FIELDS += ("school_name", "child_address", "referrer_salutation", "outcome_words", "case_ref")


def test_there_are_sixty_hostile_names() -> None:
    assert len(set(HOSTILE)) == 60


@pytest.mark.parametrize("code", CODES)
def test_hostile_names_print_as_typed(code: str) -> None:
    usable = [name for name in FIELDS if _prints(code, name)]
    assert len(usable) >= 4
    for begin in range(0, len(HOSTILE), len(usable)):
        names = HOSTILE[begin : begin + len(usable)]
        made = letter(code, dict(zip(usable, names, strict=False)))
        content = render(made, form_confirmed=True).content
        read = squeezed(raw_text(content))
        for name in names:
            assert squeezed(safe_text(name)) in read, name
        _holds_words_only(content)


def _prints(code: str, field: str) -> bool:
    """Return whether the words of the letter print the field."""
    return template(code).knows_field(field) and "ZZTESTZZ" in letter(code, {field: "ZZTESTZZ"}).text()


def _holds_words_only(content: bytes) -> None:
    reader = PdfReader(io.BytesIO(content))
    catalogue = reader.trailer["/Root"]
    for forbidden in ("/OpenAction", "/AA", "/AcroForm", "/Names", "/Outlines", "/EmbeddedFiles"):
        assert forbidden not in catalogue
    for page in reader.pages:
        assert "/Annots" not in page
        assert "/AA" not in page
        assert "/XObject" not in page["/Resources"]
        assert list(page.images) == []
