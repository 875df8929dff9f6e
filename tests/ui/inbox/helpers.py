"""What the tests of the inbox share: a broken file, a known child, keys and Ctrl+Z."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cme_desktop.casework import undo
from cme_desktop.ui.inbox.view import InboxScreen
from tests.factories import child_facts, make_case, make_upn
from tests.ui import walk
from tests.ui.inbox.conftest import Inbox

BROKEN = ("CTF_old.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><CTfile>&a;</CTfile>')
UPN = make_upn("310201529001")


def known_child(inbox: Inbox, **changes: object) -> str:
    """Open a case of Amara Kamara, born 2 March 2012, and return its reference."""
    facts = child_facts(upns=(UPN,))
    return make_case(inbox.register, child=replace(facts, **changes)).ref


def press(qtbot: QtBot, screen: InboxScreen, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    """Press a key where the focus is."""
    where = QApplication.focusWidget() or screen.window().focusWidget() or screen
    if modifier is None:
        qtbot.keyClick(where, key)
    else:
        qtbot.keyClick(where, key, modifier)
    walk.settle()


def last_undo(inbox: Inbox) -> None:
    """Do what Ctrl+Z does."""
    undo.undo_last(inbox.register.store, inbox.register.officer, since_seq=0)
    inbox.bench.desk.inbox_changed.emit()
    walk.settle()


def dialog_of(screen: InboxScreen, kind: type) -> object:
    """Return the newest dialog of a kind."""
    found = screen.findChildren(kind)
    assert found
    return found[-1]
