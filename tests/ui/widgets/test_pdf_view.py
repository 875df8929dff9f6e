"""The real pages of a PDF, and printing them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import QSize, Qt
from PySide6.QtPrintSupport import QPrinter
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from cme_desktop.ui.grab import picture
from cme_desktop.ui.printing import PrintJob
from cme_desktop.ui.runner import InlineRunner, Runner
from cme_desktop.ui.widgets.pdf_view import PdfView, Spot, page_sizes, render_page
from tests.ui import walk


@pytest.fixture(scope="module")
def paper() -> bytes:
    """Give two invented pages of A4: a red square on the first, a blue one on the second."""
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=A4, invariant=1)
    canvas.setFillColorRGB(1, 0, 0)
    canvas.rect(72, A4[1] - 144, 72, 72, stroke=0, fill=1)
    canvas.showPage()
    canvas.setFillColorRGB(0, 0, 1)
    canvas.rect(72, A4[1] - 144, 72, 72, stroke=0, fill=1)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def view_of(qtbot: QtBot, runner: Runner) -> PdfView:
    view = PdfView(runner)
    qtbot.addWidget(view)
    view.resize(750, 600)
    view.show()
    return view


def test_a_page_is_drawn_as_it_prints(paper: bytes) -> None:
    assert len(page_sizes(paper)) == 2
    assert page_sizes(paper)[1] == pytest.approx(A4, abs=0.01)
    sheet = render_page(paper, 0, 96)
    assert sheet.image.size() == QSize(794, 1123)
    assert sheet.image.pixelColor(144, 144).getRgb()[:3] == (255, 0, 0)
    assert sheet.image.pixelColor(400, 900).getRgb()[:3] == (255, 255, 255)
    assert render_page(paper, 1, 96).image.pixelColor(144, 144).getRgb()[:3] == (0, 0, 255)


def test_bytes_that_are_no_pdf_are_refused() -> None:
    with pytest.raises(ValueError, match="not a PDF"):
        page_sizes(b"<html>")


def test_pages_are_drawn_off_the_gui_thread_and_shown(qtbot: QtBot, paper: bytes) -> None:
    runner = Runner()
    view = view_of(qtbot, runner)
    with qtbot.waitSignal(view.page_shown, timeout=10_000) as shown:
        view.show_pdf(paper)
    assert shown.args == [0]
    assert (view.where.text(), view.pages) == ("Page 1 of 2", 2)
    assert runner.drain()


def test_the_old_page_stays_until_the_new_one_is_there(qtbot: QtBot, paper: bytes) -> None:
    runner = InlineRunner(held=True)
    view = view_of(qtbot, runner)
    view.show_pdf(paper)
    while runner.release():
        pass
    before = view.paper.sheet
    assert before is not None
    view.turn_to(1)
    assert view.paper.sheet is before
    while runner.release():
        pass
    assert view.paper.sheet is not before
    assert view.where.text() == "Page 2 of 2"


def test_the_page_turns_by_button_and_key_and_stops_at_the_ends(qtbot: QtBot, paper: bytes) -> None:
    view = view_of(qtbot, InlineRunner())
    view.show_pdf(paper)
    assert not view.before.isVisible()
    view.after.click()
    assert (view.page, view.before.isVisible(), view.after.isVisible()) == (1, True, False)
    view.turn_to(7)
    assert view.page == 1
    view.paper.verticalScrollBar().setValue(0)
    qtbot.keyClick(view.paper, Qt.Key.Key_PageUp)
    assert view.page == 0
    bar = view.paper.verticalScrollBar()
    qtbot.keyClick(view.paper, Qt.Key.Key_PageDown)
    assert bar.value() > 0
    bar.setValue(bar.maximum())
    qtbot.keyClick(view.paper, Qt.Key.Key_PageDown)
    assert view.page == 1


def test_the_page_fits_the_width_or_is_shown_full(qtbot: QtBot, paper: bytes) -> None:
    view = view_of(qtbot, InlineRunner())
    view.show_pdf(paper)
    assert view.paper.paper().width() == pytest.approx(view.paper.viewport().width() - 130, abs=2)
    view.zoom.choose("full")
    assert view.paper.paper().width() == 794
    view.zoom.choose("fit")
    view.resize(1000, 600)
    assert view.paper.paper().width() == pytest.approx(view.paper.viewport().width() - 130, abs=2)


def test_a_field_to_look_at_is_brought_and_framed(qtbot: QtBot, paper: bytes) -> None:
    view = view_of(qtbot, InlineRunner())
    spot = Spot(1, 72, 600, 300, 40)
    view.show_spots((Spot(0, 72, 72, 72, 72), spot))
    view.show_pdf(paper)
    assert view.paper.spots == (Spot(0, 72, 72, 72, 72),)
    view.bring(spot)
    assert view.page == 1
    assert view.paper.chosen == spot
    place = view.paper.place_of(spot)
    assert 0 <= place.top() < view.paper.viewport().height()
    picture(view, QSize(750, 600))
    view.bring(spot)
    assert view.paper.chosen == spot


def test_what_cannot_be_shown_is_said(qtbot: QtBot) -> None:
    view = view_of(qtbot, InlineRunner())
    with qtbot.waitSignal(view.failed) as failed:
        view.show_pdf(b"not a pdf")
    assert "save a copy" in failed.args[0]


def test_locking_drops_the_pages(qtbot: QtBot, paper: bytes) -> None:
    view = view_of(qtbot, InlineRunner())
    view.show_pdf(paper)
    view.forget()
    assert view.paper.sheet is None
    assert view.pages == 0
    view.turn_to(0)
    assert view.paper.sheet is None


def test_the_view_passes_the_walk(qtbot: QtBot, paper: bytes) -> None:
    view = PdfView(InlineRunner())
    view.show_pdf(paper)
    walk.check(qtbot, view)


@pytest.mark.feature("F86")
def test_what_is_printed_is_the_page_itself_at_its_size(qtbot: QtBot, paper: bytes, tmp_path: Path) -> None:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setFullPage(True)
    printer.setOutputFileName(str(tmp_path / "out.pdf"))
    went: list[bool] = []
    PrintJob(InlineRunner(), printer, paper, went.append).start()
    assert went == [True]
    printed = (tmp_path / "out.pdf").read_bytes()
    assert len(PdfReader(io.BytesIO(printed)).pages) == 2
    for page in (0, 1):
        one, other = render_page(paper, page, 96).image, render_page(printed, page, 96).image
        for x, y in ((144, 144), (100, 100), (188, 188), (400, 900)):
            assert one.pixelColor(x, y).getRgb()[:3] == pytest.approx(other.pixelColor(x, y).getRgb()[:3], abs=8)


def test_pages_are_drawn_one_at_a_time_and_given_up_when_another_job_begins(paper: bytes, tmp_path: Path) -> None:
    runner = InlineRunner(held=True)
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "out.pdf"))
    went: list[bool] = []
    job = PrintJob(runner, printer, paper, went.append)
    job.start()
    assert [runner.release() for _ in range(2)] == [1, 1], "the sizes, then one page alone"
    assert went == []
    job.stop()
    assert runner.release() == 1
    assert went == [], "a job that was given up says nothing more"


def test_what_is_no_pdf_is_not_printed(tmp_path: Path) -> None:
    went: list[bool] = []
    with capture_exceptions() as found:
        PrintJob(InlineRunner(), QPrinter(), b"not a pdf", went.append).start()
    assert went == [False]
    assert len(found) == 1
