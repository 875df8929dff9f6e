"""The cards beside the steps: what a step asks for, why the next is refused, and what waits for a decision."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.casework.orders.page import WaitingRow
from cme_desktop.ui.case.order.offers import CardLook, Offer
from cme_desktop.ui.qt import clear, column, row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button, Kind, Link
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.flow import Flow
from cme_desktop.ui.widgets.tags import Tag
from cme_desktop.ui.widgets.text import Glyph, Label
from cme_desktop.ui.words import short_date

_AFTER_TITLE = 11


class Refusal(Label):
    """Why not, with the section in muted words after it."""

    def __init__(self, why: str, section: str) -> None:
        self._why, self._section = why, section
        super().__init__("", wrap=True)
        self.setAccessibleName(f"{why} {section}")

    @Slot()
    def _on_theme_changed(self) -> None:
        super()._on_theme_changed()
        muted = Theme.of().hex("muted")
        section = f' <span style="color: {muted}">{escape(self._section)}.</span>' if self._section else ""
        self.set_rich(f"{escape(self._why)}{section}")


class StepCard(Card):
    """One step in words; ``wanted`` carries the offer that was pressed."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.body.setSpacing(0)
        self.title = Label("", "section", wrap=True)
        self.tag = Tag("")
        top = row(gap=12)
        top.addWidget(self.title, 1)
        top.addWidget(self.tag, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(top)
        self._inner = QVBoxLayout()
        self._inner.setContentsMargins(0, 0, 0, 0)
        self._inner.setSpacing(0)
        self.body.addLayout(self._inner)
        self.buttons: list[Button | Link] = []

    def show_look(self, look: CardLook) -> None:
        """Show a step; a button that had the focus gives it to the one in its place."""
        focus = self.window().focusWidget()
        had = next((place for place, one in enumerate(self.buttons) if one is focus), -1)
        self.setAccessibleName(f"{look.title}. {look.tag.text}")
        self.title.setText(look.title)
        self.tag.show_look(look.tag)
        clear(self._inner)
        self.buttons = []
        if look.refused:
            self._show_refused(look)
        else:
            self._show_words(look)
        if had >= 0 and self.buttons:
            self.buttons[min(had, len(self.buttons) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)

    def first_button(self) -> QWidget | None:
        """Return the first thing of the card that can be pressed."""
        return next((one for one in self.buttons if one.isEnabled()), None)

    def _show_words(self, look: CardLook) -> None:
        self._inner.addSpacing(_AFTER_TITLE)
        for place, words in enumerate(look.sentences):
            if place:
                self._inner.addSpacing(6)
            self._inner.addWidget(Label(words, wrap=True))
        self._add_buttons(look.buttons, look.links)

    def _add_buttons(self, buttons: tuple[Offer, ...], links: tuple[Offer, ...]) -> None:
        made: list[Button | Link] = [self._button(one) for one in buttons] + [self._link(one) for one in links]
        if made:
            self._inner.addSpacing(12)
            self._inner.addWidget(Flow(*made))
        reasons = [f"{one.words}: {one.reason}" for one in buttons if one.reason]
        if reasons:
            self._inner.addSpacing(8)
            self._inner.addWidget(Label(". ".join(reasons) + ".", "hint", "muted", wrap=True))
        self.buttons = made

    def _show_refused(self, look: CardLook) -> None:
        words = column(Refusal(look.refused, look.section), gap=6)
        made: list[Button | Link] = [self._link(one) for one in (*look.buttons, *look.links)]
        parts: list[QWidget] = [Label(look.when)] if look.when else []
        for place, one in enumerate(made):
            parts += [Label("or", token="muted"), one] if place else [one]
        if parts:
            words.addWidget(Flow(*parts))
        line = row(gap=8)
        line.addWidget(Glyph("lock", "danger", 16), 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        self._inner.addSpacing(6)
        self._inner.addLayout(line)
        self.buttons = made

    def _button(self, offer: Offer) -> Button:
        kind = Kind.PRIMARY if offer.primary else Kind.OUTLINED
        made = Button(offer.words, kind, icon=offer.icon, on_click=partial(self.wanted.emit, offer))
        made.set_reason(offer.reason)
        return made

    def _link(self, offer: Offer) -> Link:
        made = Link(offer.words, icon=offer.icon, on_click=partial(self.wanted.emit, offer))
        made.setProperty("code", offer.code)
        return made


class WaitingCard(Card):
    """What waits for this person's decision, each with Approve and Refuse, or Read where there is a page to read."""

    read_wanted = Signal(int)
    approve_wanted = Signal(int)
    refuse_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Waiting for your decision", stacked=True, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.head().addWidget(Tag("Second person", Tone.GREY, "person"))
        self.body.setSpacing(14)

    def show_rows(self, rows: tuple[WaitingRow, ...]) -> None:
        """Show what waits; nothing hides the card."""
        clear(self.body)
        self.setVisible(bool(rows))
        for one in rows:
            self.body.addWidget(self._one(one))

    def focus_first(self) -> None:
        """Put the focus on the first button."""
        button = next(iter(self.findChildren(Button)), None)
        if button is not None:
            button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _one(self, waiting: WaitingRow) -> QWidget:
        asked = f"Asked by {waiting.asked_by} on {short_date(waiting.asked_on)}."
        reason = waiting.reason.strip()
        words = " ".join(
            part for part in (reason if not reason or reason[-1] in ".?!" else f"{reason}.", asked) if part
        )
        if waiting.document_id is not None:
            read = partial(self.read_wanted.emit, waiting.document_id)
            buttons = [Button("Read and decide", Kind.PRIMARY, on_click=read)]
        else:
            buttons = [
                self._button("Approve", waiting, self.approve_wanted.emit, Kind.PRIMARY),
                self._button("Refuse", waiting, self.refuse_wanted.emit, Kind.OUTLINED),
            ]
        holder = QWidget()
        holder.setAccessibleName(waiting.what)
        title = Label(waiting.what, "strong", wrap=True)
        holder.setLayout(column(title, Label(words, token="muted", wrap=True), row(*buttons, None), gap=6))
        return holder

    @staticmethod
    def _button(verb: str, waiting: WaitingRow, press: Callable[[int], object], kind: Kind) -> Button:
        made = Button(verb, kind, on_click=partial(press, waiting.id))
        made.setAccessibleName(f"{verb}: {waiting.what}")
        return made
