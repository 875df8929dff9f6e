"""Print the pages of a PDF: drawn by PDFium off the GUI thread, at the printer's resolution, from memory only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from cme_desktop.ui.runner import Lane, Runner
from cme_desktop.ui.widgets.pdf_view import Sheet, page_sizes, render_page

_DOTS: Final = 300


class SystemDesk(QObject):
    """The dialogs of the system: printer, file and folder."""

    def __init__(self, parent: QWidget, runner: Runner) -> None:
        super().__init__(parent)
        self._parent, self._runner = parent, runner

    def print_pdf(self, sheet: bytes, on_done: Callable[[bool], object]) -> None:
        """Ask for a printer and print all pages; ``on_done`` hears whether they went to it."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setFullPage(True)
        dialog = QPrintDialog(printer, self._parent)
        dialog.setWindowTitle("Print")
        if dialog.exec() != QDialog.DialogCode.Accepted:
            on_done(False)
            return
        self._runner.submit(Lane.COMPUTE, partial(all_pages, sheet), partial(self._on_pages, printer, on_done))

    def ask_file(self, title: str, name: str) -> str:
        """Ask where to save a PDF; an empty text means that nothing was chosen."""
        place, _kind = QFileDialog.getSaveFileName(self._parent, title, name, "PDF (*.pdf)")
        return place

    def ask_copy(self, title: str, name: str) -> str:
        """Ask where to save a file of any kind; an empty text means that nothing was chosen."""
        place, _kind = QFileDialog.getSaveFileName(self._parent, title, name)
        return place

    def ask_open(self, title: str, kinds: str) -> str:
        """Ask for a file to read, such as ``"Term dates (*.csv)"``; an empty text means that nothing was chosen."""
        place, _kind = QFileDialog.getOpenFileName(self._parent, title, "", kinds)
        return place

    def ask_files(self, title: str, kinds: str) -> list[str]:
        """Ask for files to read; an empty list means that nothing was chosen."""
        places, _kind = QFileDialog.getOpenFileNames(self._parent, title, "", kinds)
        return places

    def ask_scan(self, title: str) -> str:
        """Ask for a scanned file that is there; an empty text means that nothing was chosen."""
        kinds = "Scans (*.pdf *.png *.jpg *.jpeg *.tif *.tiff)"
        place, _kind = QFileDialog.getOpenFileName(self._parent, title, "", kinds)
        return place

    def ask_folder(self, title: str) -> str:
        """Ask for a folder; an empty text means that nothing was chosen."""
        return QFileDialog.getExistingDirectory(self._parent, title)

    def _on_pages(self, printer: QPrinter, on_done: Callable[[bool], object], pages: tuple[Sheet, ...]) -> None:
        on_done(draw(printer, pages))


def all_pages(content: bytes, dots: int = _DOTS) -> tuple[Sheet, ...]:
    """Return every page of a PDF as an image at a number of dots to the inch."""
    return tuple(render_page(content, page, dots) for page in range(len(page_sizes(content))))


def draw(printer: QPrinter, pages: tuple[Sheet, ...]) -> bool:
    """Draw pages on a printer at their true size; say whether it took them all."""
    painter = QPainter()
    if not pages or not painter.begin(printer):
        return False
    taken = True
    for place, page in enumerate(pages):
        if place:
            taken = printer.newPage() and taken
        factor = printer.resolution() / 72
        painter.drawImage(QRectF(0, 0, page.points[0] * factor, page.points[1] * factor), page.image)
    painter.end()
    return taken
