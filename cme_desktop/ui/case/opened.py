"""A case as it stands open on the page: the receipt of the recorded look, and what every tab shows of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtWidgets import QWidget

from cme_desktop.access import Receipt
from cme_desktop.casework import access_log
from cme_desktop.casework.reference.calendars import read_calendar
from cme_desktop.casework.reference.policy import Policy, read_settings
from cme_desktop.domain.calendar import Calendar
from cme_desktop.domain.roles import Person
from cme_desktop.register import case_page, risk
from cme_desktop.register.case_page import CaseHead, CasePage
from cme_desktop.register.case_rows import AddressRow, AdultRow, RegistrationRow
from cme_desktop.register.risk import AssessmentRow, RiskPage
from cme_desktop.storage.store import Store


@dataclass(frozen=True)
class OpenedCase:
    """One open case; the receipt stays the same until the case is left, what is read with it is fetched anew."""

    receipt: Receipt
    page: CasePage
    addresses: tuple[AddressRow, ...]
    registrations: tuple[RegistrationRow, ...]
    risk: RiskPage
    calendar: Calendar
    policy: Policy

    @property
    def assessment(self) -> AssessmentRow | None:
        """Return the version of the risk assessment being worked on, or the newest finished one."""
        return self.risk.current

    @property
    def head(self) -> CaseHead:
        """Return the identity bar's facts."""
        return self.page.head

    @property
    def ref(self) -> str:
        """Return the reference."""
        return self.page.head.ref

    @property
    def name(self) -> str:
        """Return the child's name, first name first."""
        return " ".join(part for part in (self.head.forename, self.head.surname) if part)

    def adult(self, number: int) -> AdultRow | None:
        """Return an adult of the case by number, or None."""
        return next((adult for adult in self.page.adults if adult.id == number), None)


def open_now(ref: str, reason: str = "") -> Callable[[Store, Person], OpenedCase]:
    """Return the job that records the look and then reads the case: one job, on the write lane."""

    def job(store: Store, person: Person) -> OpenedCase:
        return _read(store, person, ref, access_log.open_case_page(store, person, ref, reason=reason))

    return job


def read_again(case: OpenedCase) -> Callable[[Store, Person], OpenedCase]:
    """Return the question that reads an open case anew under its receipt."""

    def question(store: Store, person: Person) -> OpenedCase:
        return _read(store, person, case.ref, case.receipt)

    return question


def _read(store: Store, person: Person, ref: str, receipt: Receipt) -> OpenedCase:
    return OpenedCase(
        receipt=receipt,
        page=case_page.case_page(store, person, ref, receipt),
        addresses=case_page.addresses(store, person, ref, receipt),
        registrations=case_page.registrations(store, person, ref, receipt),
        risk=risk.risk_page(store, person, ref, receipt),
        calendar=read_calendar(store, person),
        policy=read_settings(store, person),
    )


EDGE: Final = 14
"""Room in px at the right of a tab, inside the page's padding, where a scroll bar of its last column stands."""


class CaseTab(QWidget):
    """One tab of the case page. Show what is given; ask for more only once the tab is in front."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setContentsMargins(0, 0, EDGE, 0)

    def show_case(self, case: OpenedCase) -> None:
        """Show a case, or the same case with what has changed."""
        raise TypeError(f"{type(self).__name__} does not say how it shows a case")

    def first_focus(self) -> QWidget | None:
        """Return where the focus goes when the tab comes to the front, None for the first place that takes it."""
        return None

    def show_item(self, what: str) -> None:
        """Show one thing of the tab, such as a line of the timeline; a tab without such things passes it over."""

    def leave(self) -> None:
        """Save or keep what is open in the tab: another tab or case comes to the front, or the register locks."""

    def show_help(self) -> bool:
        """Show the policy paragraph of what has the focus; say whether there is one."""
        return False

    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return the tab's own keys, for the list of keys."""
        return ()
