"""A page of the window: its head with title and actions, at most one banner, and its content."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.ui.qt import announce, row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import PAGE_HEAD, PAGE_PADDING
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.text import Elided, Label

KeyLine = tuple[str, str]
"""A key and what it does, as the list of keys shows them."""


class PageHead(QWidget):
    """The head of a page, 60 high: title 20 bold, words or tags after it, actions at the right."""

    def __init__(self, title: str, subtitle: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Label(title, "title")
        self.subtitle = Elided(subtitle, "body", "muted")
        self.subtitle.setVisible(bool(subtitle))
        self.beside = QHBoxLayout()
        self.beside.setSpacing(12)
        self.action_row = QHBoxLayout()
        self.action_row.setSpacing(8)
        self.title.setContentsMargins(0, 0, 0, 2)
        self.setLayout(row(self.title, 4, self.beside, self.subtitle, None, self.action_row, gap=12))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        Theme.of().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_subtitle(self, words: str) -> None:
        """Show other words after the title."""
        self.subtitle.setText(words)
        self.subtitle.setVisible(bool(words))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the words after the title what the rest leaves."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Share the width anew when a part of the head has changed."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        """Elide the words after the title before any button."""
        layout = self.layout()
        if layout is None:
            return
        whole = self.subtitle.fontMetrics().horizontalAdvance(self.subtitle.text()) + 1
        least = self.subtitle.minimumSizeHint().width()
        others = layout.sizeHint().width() - min(self.subtitle.sizeHint().width(), self.subtitle.maximumWidth())
        self.subtitle.setFixedWidth(max(min(whole, self.width() - others), min(whole, least)))

    def add_action(self, *widgets: QWidget) -> None:
        """Add buttons at the right; one of them at most is primary."""
        for widget in widgets:
            self.action_row.addWidget(widget)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setFixedHeight(Theme.of().px(PAGE_HEAD))


class Page(QWidget):
    """Base of every page. Put content into ``body``; override ``on_shown``, ``go_back``, ``keys`` and ``show_help``.

    ``full_width`` pages (a case) have no head; they lay out everything in ``body`` without padding.
    """

    def __init__(
        self, title: str, subtitle: str = "", *, full_width: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self._banner: Banner | None = None
        side = 0 if full_width else PAGE_PADDING
        outer = QVBoxLayout(self)
        outer.setContentsMargins(side, 0, side, 0 if full_width else 16)
        outer.setSpacing(0)
        self.head: PageHead | None = None
        if not full_width:
            self.head = PageHead(title, subtitle)
            outer.addWidget(self.head)
        self._banner_place = QVBoxLayout()
        self._banner_place.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(self._banner_place)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(16)
        outer.addLayout(self.body, 1)

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

    def on_shown(self) -> None:
        """Fetch anew what the page shows; called each time the page comes to the front."""

    def show_what(self, what: str) -> None:
        """Show one thing of the page, as ``Desk.page_wanted`` names it; called once the page is in front."""

    def go_back(self) -> bool:
        """Go one step back inside the page (from a case to its list); say whether there was one."""
        return False

    def keys(self) -> tuple[KeyLine, ...]:
        """Return the page's own keys, for the list of keys."""
        return ()

    def show_help(self) -> bool:
        """Show the policy paragraph of the field that has the focus; say whether there is one."""
        return False

    def first_focus(self) -> QWidget | None:
        """Return where the focus goes when the page comes to the front; None takes the first that can have it."""
        return None

    def focus_content(self) -> None:
        """Put the focus into the page."""
        place = self.first_focus() or self
        if place is not self:
            place.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        for child in self.findChildren(QWidget):
            if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisibleTo(self) and child.isEnabled():
                child.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def announce(self, words: str, *, urgent: bool = False) -> None:
        """Say live news of this page to a screen reader."""
        announce(self, words, urgent=urgent)
