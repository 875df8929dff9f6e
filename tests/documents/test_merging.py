"""Several documents as one print job."""

from __future__ import annotations

import pytest

from cme_desktop.documents import merge
from tests.documents.factories import letter, render
from tests.documents.reading import poppler, text


def test_documents_follow_one_another_with_their_own_page_numbers() -> None:
    job = merge([render(letter("L24")).content, render(letter("L04")).content, render(letter("L24")).content])
    assert "Pages:           4" in poppler("pdfinfo", job)
    assert "Page 1 of 1" in text(job, 1)
    assert "Page 2 of 2" in text(job, 3)
    assert "We have closed the case you referred" in text(job, 4)
    fonts = poppler("pdffonts", job).splitlines()[2:]
    assert all("+NotoSans" in line and line.split()[-5] == "yes" for line in fonts)


def test_a_job_of_one_document_has_the_same_words() -> None:
    content = render(letter("L04")).content
    assert text(merge([content])) == text(content)


def test_a_job_of_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no documents"):
        merge([])
