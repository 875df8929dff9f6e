"""How the tests look at the order tab: the tab itself, its page and its words."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from cme_desktop.casework import access_log
from cme_desktop.casework.orders.page import OrderPage, order_page
from cme_desktop.ui.case.order.path import Key
from cme_desktop.ui.case.order.tab import OrderTab
from tests.factories import Register
from tests.ui.case.stage import Stage, press


def tab_of(stage: Stage) -> OrderTab:
    """Return the tab."""
    tab = stage.screen.stack.currentWidget()
    assert isinstance(tab, OrderTab)
    return tab


def page_of(register: Register, ref: str, who: str = "officer") -> OrderPage:
    """Return what the page shows to a person."""
    person = getattr(register, who)
    receipt = access_log.open_case_page(register.store, person, ref)
    return order_page(register.store, person, ref, receipt)


def words(place: QWidget) -> str:
    """Return the words of a place as one text."""
    labels = [label.text() for label in place.findChildren(QLabel) if label.isVisibleTo(place)]
    return " ".join(labels)


def to_card(stage: Stage, key: Key) -> None:
    """Move with the arrows to a step and go to its card with Enter."""
    steps = tab_of(stage).steps
    steps.setFocus()
    press("Home")
    while steps.chosen() is not None and steps.chosen().key is not key:  # type: ignore[union-attr]
        press("J")
    press("Enter")
