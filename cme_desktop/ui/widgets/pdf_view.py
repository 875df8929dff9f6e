"""The real pages of a PDF, drawn by PDFium off the GUI thread; the old page stays until the new one is there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.ui.qt import announce, row
from cme_desktop.ui.runner import CancelToken, Lane, Runner
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.buttons import Button
from cme_desktop.ui.widgets.cards import part
from cme_desktop.ui.widgets.chips import Segments
from cme_desktop.ui.widgets.text import Label

if TYPE_CHECKING:  # loaded with the first page that is drawn: most starts of the program draw none
    import pypdfium2

_PDFIUM: Final = Lock()
"""PDFium is not safe to call from two threads at once."""
_MARGIN: Final = (65, 16)
_POINTS: Final = 72
_FULL: Final = 96


@dataclass(frozen=True)
class Spot:
    """A rectangle on a page, in points from the top left corner: a field to look at."""

    page: int
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Sheet:
    """One page as an image, with the size of its paper in points."""

    image: QImage
    points: tuple[float, float]


def page_sizes(content: bytes) -> tuple[tuple[float, float], ...]:
    """Return the paper size of each page in points; raise ValueError when the bytes are no PDF."""
    with _PDFIUM:
        document = _open(content)
        try:
            return tuple((float(page.get_width()), float(page.get_height())) for page in document)
        finally:
            document.close()


def render_page(content: bytes, page: int, dots: float) -> Sheet:
    """Return one page (from 0) at a number of dots to the inch; raise ValueError when the bytes are no PDF."""
    with _PDFIUM:
        document = _open(content)
        try:
            found = document[page]
            points = float(found.get_width()), float(found.get_height())
            bitmap = found.render(scale=dots / _POINTS, rev_byteorder=True, prefer_bgrx=True)
            data = bytes(bitmap.buffer)
            image = QImage(data, bitmap.width, bitmap.height, bitmap.stride, QImage.Format.Format_RGBX8888).copy()
            bitmap.close()
            return Sheet(image, points)
        finally:
            document.close()


def _open(content: bytes) -> pypdfium2.PdfDocument:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise ValueError("These bytes are not a PDF that can be shown.") from error


class _Paper(QAbstractScrollArea):
    """The page on ``sunken``, with the spots to look at."""

    turned = Signal(int)
    width_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.sheet: Sheet | None = None
        self.spots: tuple[Spot, ...] = ()
        self.chosen: Spot | None = None
        self.scale = 1.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Page")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_sheet(self, sheet: Sheet, scale: float) -> None:
        """Show a page at a scale (1 is 96 dots to the inch)."""
        self.sheet, self.scale = sheet, scale
        self._fit()
        self.viewport().update()

    def paper(self) -> QRect:
        """Return where the page lies in the viewport."""
        if self.sheet is None:
            return QRect()
        size = self._size()
        left = max((self.viewport().width() - size.width()) // 2, 0) - self.horizontalScrollBar().value()
        return QRect(left, _MARGIN[1] - self.verticalScrollBar().value(), size.width(), size.height())

    def place_of(self, spot: Spot) -> QRectF:
        """Return where a spot lies in the viewport."""
        factor = self.scale * _FULL / _POINTS
        paper = self.paper()
        return QRectF(
            paper.left() + spot.left * factor,
            paper.top() + spot.top * factor,
            spot.width * factor,
            spot.height * factor,
        )

    def bring(self, spot: Spot) -> None:
        """Scroll to a spot, frame it and keep it framed."""
        self.chosen = spot
        place = self.place_of(spot)
        bar = self.verticalScrollBar()
        bar.setValue(int(bar.value() + place.top() - self.viewport().height() / 3))
        self.viewport().update()

    def _size(self) -> QSize:
        assert self.sheet is not None
        factor = self.scale * _FULL / _POINTS
        return QSize(round(self.sheet.points[0] * factor), round(self.sheet.points[1] * factor))

    def _fit(self) -> None:
        if self.sheet is None:
            return
        size = self._size()
        for bar, need, have in (
            (self.verticalScrollBar(), size.height() + 2 * _MARGIN[1], self.viewport().height()),
            (self.horizontalScrollBar(), size.width(), self.viewport().width()),
        ):
            bar.setRange(0, max(need - have, 0))
            bar.setPageStep(have)
            bar.setSingleStep(40)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the scroll bars and ask for another width."""
        super().resizeEvent(event)
        self._fit()
        self.width_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll with the arrows; turn the page at its ends with Page Up and Page Down."""
        bar = self.verticalScrollBar()
        if event.key() == Qt.Key.Key_PageDown and bar.value() == bar.maximum():
            self.turned.emit(1)
        elif event.key() == Qt.Key.Key_PageUp and bar.value() == bar.minimum():
            self.turned.emit(-1)
        elif event.key() == Qt.Key.Key_PageDown:
            bar.setValue(bar.value() + bar.pageStep())
        elif event.key() == Qt.Key.Key_PageUp:
            bar.setValue(bar.value() - bar.pageStep())
        else:
            super().keyPressEvent(event)

    def scrollContentsBy(self, _across: int, _down: int) -> None:
        """Paint anew at another place."""
        self.viewport().update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the page and the spots."""
        theme = Theme.of()
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), theme.color("sunken"))
        if self.sheet is None:
            return
        paper = self.paper()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(paper, self.sheet.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(paper.adjusted(-1, -1, 0, 0))
        for spot in self.spots:
            self._paint_spot(painter, spot, chosen=spot == self.chosen)

    def _paint_spot(self, painter: QPainter, spot: Spot, *, chosen: bool) -> None:
        theme = Theme.of()
        place = self.place_of(spot)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        painter.fillRect(place, theme.color("mark") if not theme.dark else theme.color("amber_fg"))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        if chosen:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRect(place.adjusted(-3, -3, 3, 3))


class PdfView(QWidget):
    """Pages of a PDF under a bar 40 high: which page, fit width or 100 %, next page. Emits ``page_shown`` (from 0)."""

    page_shown = Signal(int)
    failed = Signal(str)

    def __init__(self, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._content = b""
        self._sizes: tuple[tuple[float, float], ...] = ()
        self._page = 0
        self._spots: tuple[Spot, ...] = ()
        self._waiting: Spot | None = None
        self._token = CancelToken()
        self.paper = _Paper()
        self.paper.turned.connect(self._on_turned)
        self.paper.width_changed.connect(self._on_width_changed)
        self.where = Label("", token="muted")
        self.zoom = Segments("Size of the page", [("fit", "Fit width"), ("full", "100 %")])
        self.zoom.chosen.connect(self._on_zoom)
        self.before = Button("Page before", small=True, on_click=partial(self._on_turned, -1))
        self.after = Button("Next page", small=True, on_click=partial(self._on_turned, 1))
        self.before.hide()
        self._bar = part("card-head")
        self._bar.setMinimumHeight(40)
        self._bar.setLayout(row(self.where, None, self.zoom, self.before, self.after, gap=8, margins=(12, 0, 12, 0)))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._bar)
        box.addWidget(self.paper, 1)

    @property
    def page(self) -> int:
        """Return the page in front, from 0."""
        return self._page

    @property
    def pages(self) -> int:
        """Return how many pages there are."""
        return len(self._sizes)

    def show_pdf(self, content: bytes, *, page: int = 0) -> None:
        """Show a PDF; what was shown stays until the page is there."""
        self._content, self._page = content, page
        self._runner.submit(Lane.COMPUTE, partial(page_sizes, content), self._on_sizes, self._on_error)

    def show_spots(self, spots: tuple[Spot, ...]) -> None:
        """Mark the fields to look at."""
        self._spots = spots
        self.paper.spots = tuple(spot for spot in spots if spot.page == self._page)
        self.paper.viewport().update()

    def bring(self, spot: Spot) -> None:
        """Turn to a field's page, scroll to it and frame it."""
        if spot.page != self._page:
            self._waiting = spot
            self.turn_to(spot.page)
        else:
            self.paper.bring(spot)

    def turn_to(self, page: int) -> None:
        """Turn to a page (from 0); outside the document nothing changes."""
        if 0 <= page < len(self._sizes):
            self._page = page
            self._render()

    def forget(self) -> None:
        """Drop the pages and their bytes: at lock."""
        self._token.cancel()
        self._content, self._sizes, self.paper.sheet = b"", (), None
        self.paper.viewport().update()

    def _scale(self) -> float:
        if self.zoom.key() == "full" or not self._sizes:
            return 1.0
        room = self.paper.viewport().width() - 2 * _MARGIN[0]
        return min(max(room / (self._sizes[self._page][0] * _FULL / _POINTS), 0.3), 3.0)

    def _render(self) -> None:
        if not self._content or not self._sizes:
            return
        self._token.cancel()
        self._token = CancelToken()
        scale = self._scale()
        dots = _FULL * scale * self.devicePixelRatioF()
        work = partial(render_page, self._content, self._page, dots)
        done = partial(self._on_sheet, self._page, scale)
        self._runner.submit(Lane.COMPUTE, work, done, self._on_error, token=self._token)

    def _on_sizes(self, sizes: tuple[tuple[float, float], ...]) -> None:
        self._sizes = sizes
        self._page = min(self._page, max(len(sizes) - 1, 0))
        self._render()

    def _on_sheet(self, page: int, scale: float, sheet: Sheet) -> None:
        self.paper.spots = tuple(spot for spot in self._spots if spot.page == page)
        self.paper.show_sheet(sheet, scale)
        words = f"Page {page + 1} of {len(self._sizes)}"
        if self.where.text() != words:
            self.where.setText(words)
            self.paper.setAccessibleName(words)
            announce(self, words)
            self.paper.verticalScrollBar().setValue(0)
        self.before.setVisible(page > 0)
        self.after.setVisible(page + 1 < len(self._sizes))
        if self._waiting is not None and self._waiting.page == page:
            self.paper.bring(self._waiting)
            self._waiting = None
        self.page_shown.emit(page)

    def _on_error(self, error: Exception) -> None:
        if not isinstance(error, ValueError):
            raise error
        self.failed.emit("This document cannot be shown. It is kept as it is; save a copy to look at it elsewhere.")

    @Slot(int)
    def _on_turned(self, step: int) -> None:
        self.turn_to(self._page + step)

    @Slot(str)
    def _on_zoom(self, _key: str) -> None:
        self._render()

    @Slot()
    def _on_width_changed(self) -> None:
        if self.zoom.key() == "fit" and abs(self._scale() - self.paper.scale) > 0.005:
            self._render()
