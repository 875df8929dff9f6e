"""Two parents of one child as picture 09 has them, a desk for each person, a printer that keeps what it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from cme_desktop.casework.children import AddressFacts
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.document import Document
from cme_desktop.settings import Settings
from cme_desktop.ui.desk import Desk, Preferences
from cme_desktop.ui.letters.preview.face import PreviewFace
from cme_desktop.ui.letters.view import LettersScreen
from cme_desktop.ui.runner import InlineRunner
from cme_desktop.ui.widgets.feedback import Toasts
from cme_desktop.ui.window import Window
from tests.factories import Register, child_facts, make_case, parent_facts
from tests.ui import walk

MORNING = datetime(2026, 11, 24, 10, 31, tzinfo=UTC)
HOME = ("Flat 4, 27 Example Street", "Harrow")


def fill(register: Register) -> str:
    """Open Ioana Munteanu's case, whose father has no address yet, and return its reference."""
    register.clock.moment = MORNING
    return make_case(
        register,
        child=child_facts("Munteanu", "Ioana", address=AddressFacts(HOME, "HA2 9ZZ")),
        parents=(
            parent_facts("Munteanu", "Ioana-Maria", address=HOME),
            parent_facts(
                "Munteanu",
                "Dan",
                title="Mr",
                relationship="Father",
                relationship_code="PAF",
                has_care=False,
                address=(),
                postcode="",
            ),
        ),
    ).ref


class Printer:
    """Stands where the dialogs of the system would: keeps what is printed, answers where a file goes."""

    def __init__(self) -> None:
        self.printed: list[bytes] = []
        self.goes = True
        self.place = ""
        self.scan = ""

    def print_pdf(self, sheet: bytes, on_done: Callable[[bool], object]) -> None:
        """Keep what is printed and say whether it went."""
        if self.goes:
            self.printed.append(sheet)
        on_done(self.goes)

    def ask_file(self, _title: str, _name: str) -> str:
        """Return the place that was set."""
        return self.place

    def ask_scan(self, _title: str) -> str:
        """Return the scan that was set."""
        return self.scan


@dataclass
class Office:
    """A register, a window with the Letters page in it for one person, and what the desk was asked for."""

    register: Register
    window: Window
    screen: LettersScreen
    desk: Desk
    runner: InlineRunner
    printer: Printer
    ref: str
    cases: list[tuple[str, str]] = field(default_factory=list)
    pages: list[tuple[str, str]] = field(default_factory=list)

    @property
    def preview(self) -> PreviewFace:
        """Return the preview."""
        return self.screen.preview

    @property
    def said(self) -> list[str]:
        """Return what the toasts said, oldest first."""
        return [news.text for news in reversed(self.desk.toasts.news)]

    def events(self, *codes: str) -> list[str]:
        """Return the events of some acts as the audit has them, oldest first."""
        with self.register.store.read() as session:
            found = session.scalars(select(AuditEvent.action).order_by(AuditEvent.seq))
            return [code for code in found if code in codes]

    def documents(self) -> list[Document]:
        """Return the documents of the register, oldest first."""
        with self.register.store.read() as session:
            return list(session.scalars(select(Document).order_by(Document.id)))

    def heads(self) -> dict[str, tuple[str, bool]]:
        """Return the buttons of the preview: their words, and whether each can be pressed."""
        return {key: (button.text(), button.isEnabled()) for key, button in self.preview.buttons.items()}

    def press_head(self, key: str) -> None:
        """Press a button of the preview."""
        self.preview.buttons[key].click()
        walk.settle()


def open_office(qtbot: QtBot, register: Register, ref: str, who: str = "officer", *, held: bool = False) -> Office:
    """Show the Letters page to a person."""
    window = Window()
    qtbot.addWidget(window)
    runner = InlineRunner(window, held=held)
    toasts = Toasts(window, register.clock.now)
    person = getattr(register, who)
    desk = Desk(register.store, person, runner, toasts, Preferences(Settings(), lambda one: one), window)
    printer = Printer()
    screen = LettersScreen(desk, printer)
    window.show_face(screen)
    window.resize(1158, 692)
    window.show()
    window.activateWindow()
    office = Office(register, window, screen, desk, runner, printer, ref)
    desk.case_wanted.connect(lambda ref, tab: office.cases.append((ref, tab)))
    desk.page_wanted.connect(lambda key, what: office.pages.append((key, what)))
    screen.on_shown()
    walk.settle()
    return office


def words(place: QWidget) -> str:
    """Return the words of a place as one text."""
    labels = [label.text() for label in place.findChildren(QLabel) if label.isVisibleTo(place)]
    return " ".join(labels)


def file_at(folder: Path, name: str, content: bytes) -> str:
    """Write a file and return where."""
    place = folder / name
    place.write_bytes(content)
    return str(place)
