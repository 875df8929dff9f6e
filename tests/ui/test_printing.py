"""The dialogs of the system, and pages on their way to a printer."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import QSysInfo
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from reportlab.pdfgen.canvas import Canvas

from cme_desktop.ui.printing import NO_PRINTER, SystemDesk
from cme_desktop.ui.runner import InlineRunner


def a_sheet() -> bytes:
    made = io.BytesIO()
    canvas = Canvas(made, invariant=1)
    for _ in range(3):
        canvas.drawString(72, 720, "An invented sheet")
        canvas.showPage()
    canvas.save()
    return made.getvalue()


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[SystemDesk]:
    parent = QWidget()
    qtbot.addWidget(parent)
    yield SystemDesk(parent, InlineRunner(parent))
    parent.close()


@pytest.mark.feature("F86")
def test_a_sheet_goes_to_the_chosen_printer(desk: SystemDesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    target = tmp_path / "printed.pdf"

    def accept(dialog: QPrintDialog) -> int:
        dialog.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        dialog.printer().setOutputFileName(str(target))
        return int(QDialog.DialogCode.Accepted.value)

    monkeypatch.setattr(QPrintDialog, "exec", accept)
    printed: list[bool] = []
    desk.print_pdf(a_sheet(), printed.append)
    assert printed == [True]
    assert len(PdfReader(target).pages) == 3


def test_a_computer_without_a_printer_is_told(desk: SystemDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(QSysInfo, "productType", lambda: "windows")
    monkeypatch.setattr(QMessageBox, "information", lambda _parent, _title, words: said.append(words))
    monkeypatch.setattr(QPrinter, "outputFormat", lambda _printer: QPrinter.OutputFormat.PdfFormat)
    printed: list[bool] = []
    desk.print_pdf(a_sheet(), printed.append)
    assert printed == [False]
    assert said == [NO_PRINTER]


def test_nothing_is_printed_when_the_dialog_is_left(desk: SystemDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QPrintDialog, "exec", lambda _dialog: int(QDialog.DialogCode.Rejected.value))
    printed: list[bool] = []
    desk.print_pdf(a_sheet(), printed.append)
    assert printed == [False]


def test_places_are_asked_for(desk: SystemDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_asked: ("safe/key.pdf", "PDF (*.pdf)"))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_asked: "S2S")
    assert desk.ask_file("Save the recovery key", "key.pdf") == "safe/key.pdf"
    assert desk.ask_folder("Choose the S2S folder") == "S2S"
