"""Notices to two parents, as far as a test wants them: with an address, asked for, approved."""

from __future__ import annotations

from cme_desktop.casework.parents import ParentChanges, change_parent
from tests.factories import Register
from tests.ui import walk
from tests.ui.letters.conftest import OpenOffice
from tests.ui.letters.scene import Office

FATHER = 2


def give_address(register: Register, ref: str) -> None:
    """Enter the father's address."""
    changes = ParentChanges(address=("9 Other Street", "Harrow"), postcode="HA3 9ZZ")
    change_parent(register.store, register.officer, ref, FATHER, changes)


def written(office: Office) -> Office:
    """Have the notices to both parents drafted and asked for."""
    give_address(office.register, office.ref)
    office.screen.write(office.ref, "L04")
    office.press_head("go")
    return office


def approved(office: Office, office_of: OpenOffice) -> Office:
    """Have the notices approved by the manager."""
    written(office)
    manager = office_of("manager")
    manager.screen.show_what(f"document:{office.documents()[0].id}")
    manager.press_head("approve")
    office.preview.presenter.refresh()
    walk.settle()
    return office
