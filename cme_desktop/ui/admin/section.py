"""What the sections of Admin share: what they work with, their cards, small tables, and why a button is off."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.access import may, refusal
from cme_desktop.domain.errors import NotAllowed, UserError
from cme_desktop.domain.roles import Person
from cme_desktop.storage.keys import Keyring, Unlocked
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button
from cme_desktop.ui.widgets.cards import Card, CardColumn, Corners, PaneScroll
from cme_desktop.ui.widgets.cells import TableView
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.table import Column, PagedModel
from cme_desktop.ui.widgets.text import Label

_MOST_ROWS: Final = 14


class System(Protocol):
    """What asks the person for places outside the register, and prints."""

    def print_pdf(self, sheet: bytes, on_done: Callable[[bool], object]) -> None:
        """Print a PDF and say whether it went to a printer."""
        ...

    def ask_file(self, title: str, name: str) -> str:
        """Return where to save a PDF, or an empty text when nothing was chosen."""
        ...

    def ask_open(self, title: str, kinds: str) -> str:
        """Return a file to read, or an empty text when nothing was chosen."""
        ...

    def ask_folder(self, title: str) -> str:
        """Return a folder, or an empty text when nothing was chosen."""
        ...


@dataclass(frozen=True)
class Office:
    """What the sections work with: the desk, the person's own keys, the system's dialogs and its keyring."""

    desk: Desk
    unlocked: Unlocked
    system: System
    ring: Callable[[], Keyring]


def why_not(person: Person, code: str) -> str:
    """Return in a sentence who does this, where the person may not; an empty text where the person may."""
    if may(person, code):
        return ""
    return f"{refusal(person, code).partition('. ')[0]}."


class Section(QWidget):
    """One section: its banner, its cards, and under them a foot where there is one.

    ``changed`` says that something was saved that the list of sections may tell of.
    """

    changed = Signal()

    def __init__(self, office: Office, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.office, self.desk = office, office.desk
        self.setAccessibleName(title)
        self._title = title
        self._banner: Banner | None = None
        self._banner_place = QVBoxLayout()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self._box.addLayout(self._banner_place)

    def hold(self, *cards: QWidget, foot: QWidget | None = None) -> None:
        """Lay out the cards, and a foot that stays in view."""
        self.pane = PaneScroll(CardColumn(*cards), name=self._title)
        self._box.addWidget(self.pane, 1)
        if foot is not None:
            self._box.addSpacing(12)
            self._box.addWidget(foot)

    def refresh(self) -> None:
        """Fetch anew what the section shows."""

    def go_to(self, what: str) -> None:
        """Bring one thing of the section to the front."""

    def forget(self) -> None:
        """Forget what was typed and is secret: the section is left."""

    @property
    def banner(self) -> Banner | None:
        """Return the banner that is shown, or None."""
        return self._banner

    def show_banner(self, banner: Banner | None) -> None:
        """Show one banner in place of the one before, and say it; None takes it away."""
        if self._banner is not None:
            self._banner_place.removeWidget(self._banner)
            self._banner.hide()
            self._banner.deleteLater()
        self._banner = banner
        self._banner_place.setContentsMargins(0, 0, 0, 12 if banner is not None else 0)
        if banner is not None:
            self._banner_place.addWidget(banner)
            banner.show()
            banner.say()

    def refused(self, error: Exception) -> None:
        """Say why something was not done; what is no refusal is a bug."""
        if isinstance(error, NotAllowed):
            self.desk.toasts.say(error.message, urgent=True)
        elif isinstance(error, UserError):
            self.show_banner(Banner(error.message, Tone.AMBER))
        else:
            raise error

    def why_not(self, code: str) -> str:
        """Return who does this where the person may not."""
        return why_not(self.desk.person, code)


class SmallTable(TableView):
    """A table as high as its rows, with what to say where it has none."""

    def __init__(self, columns: Sequence[Column[Any]], name: str, *, row: int = 36) -> None:
        self.rows: PagedModel[Any] = PagedModel(columns)
        super().__init__(self.rows, name, row=row)
        self.rows.setParent(self)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        Theme.of().changed.connect(self._on_fit)

    def show_rows(self, rows: Mapping[int, Any]) -> None:
        """Show rows by number, in their order."""
        self.show_ids(tuple(rows))
        self.rows.put_rows(rows)
        self._on_fit()

    def current(self) -> Any:
        """Return the current row, or None."""
        return self.rows.row_at(self.currentIndex().row()) if self.currentIndex().isValid() else None

    @property
    def fits(self) -> bool:
        """Say whether all rows are shown at once."""
        return self.rows.rowCount() <= _MOST_ROWS

    def sizeHint(self) -> QSize:
        """Return room for all rows, at most fourteen at a time; the line under the last is that of the card."""
        shown = min(max(self.rows.rowCount(), 1), _MOST_ROWS)
        return QSize(400, self.horizontalHeader().sizeHint().height() + shown * self.row_height - int(self.fits))

    def updateGeometries(self) -> None:
        """Leave nothing to scroll where all rows are shown."""
        super().updateGeometries()
        if self.fits:
            self.verticalScrollBar().setRange(0, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page where all rows are shown."""
        if self.fits:
            event.ignore()
        else:
            super().wheelEvent(event)

    def minimumSizeHint(self) -> QSize:
        """Return room for all rows, at most fourteen at a time."""
        return QSize(240, self.sizeHint().height())

    @Slot()
    def _on_fit(self) -> None:
        self.updateGeometry()


class TableCard(Card):
    """A card with a small table, a sentence where it is empty, and buttons below."""

    def __init__(self, title: str, table: SmallTable, empty: str, *buttons: Button, words: str = "") -> None:
        super().__init__(title, padding=0)
        self.table = table
        self.body.setSpacing(0)
        self._empty = Label(empty, token="muted", wrap=True)
        self._empty.setContentsMargins(16, 12, 16, 12)
        if words:
            intro = Label(words, wrap=True)
            intro.setContentsMargins(16, 12, 16, 12)
            self.body.addWidget(intro)
        self.body.addWidget(self._empty)
        self.body.addWidget(table)
        self.why = Label("", "hint", "muted", wrap=True)
        if buttons:
            foot = self.foot(*buttons, 4)
            layout = foot.layout()
            assert layout is not None
            layout.addWidget(self.why)
        Corners(self)
        self.show_rows({})

    def show_rows(self, rows: Mapping[int, Any]) -> None:
        """Show rows, or that there are none."""
        self.table.show_rows(rows)
        self.table.setVisible(bool(rows))
        self._empty.setVisible(not rows)


def beside(*widgets: QWidget) -> QWidget:
    """Return a widget that holds others side by side, at the left."""
    holder = QWidget()
    holder.setLayout(row(*widgets, None, gap=8))
    return holder
