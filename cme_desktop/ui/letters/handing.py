"""What leaves the register on paper: the look is recorded, the bytes are read and printed, the printing is noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from PySide6.QtCore import QObject, Slot

from cme_desktop.access import Receipt
from cme_desktop.casework import access_log
from cme_desktop.casework.documents import handling
from cme_desktop.documents import merge
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.register.letters import document_bytes
from cme_desktop.storage.store import Store
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.words import count

LARGEST_SCAN: Final = 50 * 1024 * 1024
SCANS: Final = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
}


class System(Protocol):
    """The dialogs of the system that a document is handed out through."""

    def print_pdf(self, sheet: bytes, on_done: Callable[[bool], object]) -> None:
        """Ask for a printer and print."""

    def ask_file(self, title: str, name: str) -> str:
        """Ask where to save a PDF."""

    def ask_scan(self, title: str) -> str:
        """Ask for a scanned file."""


@dataclass(frozen=True)
class Sheets:
    """Documents ready for the printer, each with the receipt of its recorded look."""

    ids: tuple[int, ...]
    receipts: tuple[Receipt, ...]
    pages: tuple[bytes, ...]


class Handing(QObject):
    """Print documents of one desk, and file what comes back signed."""

    def __init__(
        self, desk: Desk, system: System, on_trouble: Callable[[Exception], object], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._system, self._on_trouble = desk, system, on_trouble
        self._printing = False
        desk.keep_wanted.connect(self._on_keep_wanted)

    def print_documents(self, ids: Sequence[int], on_done: Callable[[], object]) -> None:
        """Record that these are printed, then send them to the printer as one job, then note it on each.

        Nothing happens while others are on their way to the printer.
        """
        wanted = tuple(ids)
        if not wanted or self._printing:
            return
        self._printing = True

        def fetch(store: Store, person: Person) -> Sheets:
            receipts = tuple(access_log.print_document(store, person, number) for number in wanted)
            pages = tuple(
                document_bytes(store, person, number, receipt) for number, receipt in zip(wanted, receipts, strict=True)
            )
            return Sheets(wanted, receipts, pages)

        self._desk.look(fetch, partial(self._merge, on_done), self._on_failed)

    def file_scan(self, document_id: int, on_done: Callable[[], object]) -> None:
        """Ask for the scan of the signed paper and file it beside the document."""
        place = self._system.ask_scan("File the signed scan")
        if not place:
            return
        path = Path(place)

        def job(store: Store, person: Person) -> int:
            return handling.add_signed_scan(store, person, document_id, _read(path), _media_type(path))

        self._desk.do(job, lambda _answer: on_done(), self._on_trouble, said="Signed scan filed beside the document")

    def _merge(self, on_done: Callable[[], object], sheets: Sheets) -> None:
        if len(sheets.pages) == 1:
            self._print(on_done, sheets, sheets.pages[0])
            return
        self._desk.compute(partial(merge, sheets.pages), partial(self._print, on_done, sheets), self._on_failed)

    def _print(self, on_done: Callable[[], object], sheets: Sheets, content: bytes) -> None:
        self._system.print_pdf(content, partial(self._printed, on_done, sheets))

    @Slot()
    def _on_keep_wanted(self) -> None:
        """Let a new printing begin after a lock, which gives up what is on its way."""
        self._printing = False

    def _on_failed(self, error: Exception) -> None:
        self._printing = False
        self._on_trouble(error)

    def _printed(self, on_done: Callable[[], object], sheets: Sheets, went: bool) -> None:
        self._printing = False
        if not went:
            self._desk.toasts.say("Nothing was printed", note=True)
            on_done()
            return
        ids, receipts = list(sheets.ids), list(sheets.receipts)
        self._desk.do(
            lambda store, person: handling.record_printed(store, person, ids, receipts),
            lambda _answer: on_done(),
            self._on_trouble,
            said=f"{count(len(ids), 'document')} sent to the printer",
        )


def _media_type(path: Path) -> str:
    return SCANS.get(path.suffix.lower(), "")


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_SCAN:
            raise UserError("The scan is larger than 50 MB. Scan it again with less detail, in grey.")
        return path.read_bytes()
    except OSError as error:
        raise UserError("The scan could not be read. Close it elsewhere, or copy it to this computer first.") from error
