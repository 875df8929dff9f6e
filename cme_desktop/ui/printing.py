"""Print the pages of a PDF: drawn by PDFium off the GUI thread one at a time, at 300 dots to the inch, in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QRectF, QSysInfo
from PySide6.QtGui import QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QMessageBox, QWidget

from cme_desktop.ui.runner import Lane, Runner
from cme_desktop.ui.widgets.pdf_view import Sheet, page_sizes, render_page

DOTS: Final = 300
NO_PRINTER: Final = (
    "There is no printer on this computer, so nothing was printed. Add one in the settings of Windows, or ask IT; the "
    "paper is kept, and can be printed later."
)


def has_dialog(printer: QPrinter) -> bool:
    """Say whether the system has a dialog for a printer: Windows has none, without a word, where it has no printer."""
    return QSysInfo.productType() != "windows" or printer.outputFormat() == QPrinter.OutputFormat.NativeFormat


class SystemDesk(QObject):
    """The dialogs of the system: printer, file and folder."""

    def __init__(self, parent: QWidget, runner: Runner) -> None:
        super().__init__(parent)
        self._parent, self._runner = parent, runner
        self._job: PrintJob | None = None

    def print_pdf(self, sheet: bytes, on_done: Callable[[bool], object]) -> None:
        """Ask for a printer and print all pages; ``on_done`` hears whether they went to it."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setFullPage(True)
        if not has_dialog(printer):
            QMessageBox.information(self._parent, "Print", NO_PRINTER)
            on_done(False)
            return
        dialog = QPrintDialog(printer, self._parent)
        dialog.setWindowTitle("Print")
        if dialog.exec() != QDialog.DialogCode.Accepted:
            on_done(False)
            return
        if self._job is not None:
            self._job.stop()
        self._job = PrintJob(self._runner, printer, sheet, on_done)
        self._job.start()

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


class PrintJob(QObject):
    """Draw page after page, so that a hundred letters never stand in memory at once; ``on_done`` hears if all went."""

    def __init__(self, runner: Runner, printer: QPrinter, content: bytes, on_done: Callable[[bool], object]) -> None:
        super().__init__()
        self._runner, self._printer, self._content, self._on_done = runner, printer, content, on_done
        self._painter = QPainter()
        self._pages = 0

    def start(self) -> None:
        """Begin with the first page."""
        self._runner.submit(Lane.COMPUTE, partial(page_sizes, self._content), self._on_sizes, self._on_error)

    def stop(self) -> None:
        """Give up what is still on its way, as a lock leaves it."""
        if self._painter.isActive():
            self._printer.abort()
            self._painter.end()

    def _on_sizes(self, sizes: Sequence[object]) -> None:
        self._pages = len(sizes)
        if self._pages and self._painter.begin(self._printer):
            self._ask(0)
        else:
            self._end(taken=False)

    def _ask(self, page: int) -> None:
        work = partial(render_page, self._content, page, DOTS)
        self._runner.submit(Lane.COMPUTE, work, partial(self._on_page, page), self._on_error)

    def _on_page(self, page: int, sheet: Sheet) -> None:
        if not self._painter.isActive():
            return
        if page and not self._printer.newPage():
            self._end(taken=False)
            return
        place(self._painter, self._printer, sheet)
        if page + 1 < self._pages:
            self._ask(page + 1)
        else:
            self._end(taken=True)

    def _on_error(self, error: Exception) -> None:
        self.stop()
        self._on_done(False)
        raise error

    def _end(self, *, taken: bool) -> None:
        ended = self._painter.end() if self._painter.isActive() else False
        self._on_done(taken and ended)


def place(painter: QPainter, printer: QPrinter, sheet: Sheet) -> None:
    """Draw one page on a printer at its true size."""
    factor = printer.resolution() / 72
    painter.drawImage(QRectF(0, 0, sheet.points[0] * factor, sheet.points[1] * factor), sheet.image)
