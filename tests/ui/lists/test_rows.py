"""A list of painted rows: what every kind of it does alike."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QStringListModel, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem, QToolTip
from pytestqt.qtbot import QtBot

from cme_desktop.ui.grab import picture
from cme_desktop.ui.lists.rows import RowDelegate, RowList
from cme_desktop.ui.qt import Index
from cme_desktop.ui.theme import Scheme, Theme
from tests.ui import walk


class Words(RowDelegate):
    """Rows that hold one word."""

    def paint_row(self, painter: QPainter, area: QRect, index: Index) -> None:
        painter.drawText(area, str(index.data()))

    def tip(self, index: Index) -> str:
        return f"All of {index.data()}" if index.row() else ""


class Listed(RowList):
    """A list that keeps what was opened and done."""

    def __init__(self) -> None:
        super().__init__("Words")
        self.done: list[str] = []
        self.setModel(QStringListModel(["one", "two", "three"], self))
        self.setItemDelegate(Words(self))

    def open_row(self, row: int) -> None:
        self.done.append(f"open {row}")

    def act(self, key: Qt.Key, row: int) -> bool:
        if key == Qt.Key.Key_D:
            self.done.append(f"done {row}")
        return key == Qt.Key.Key_D


@pytest.fixture
def listed(qtbot: QtBot) -> Listed:
    view = Listed()
    qtbot.addWidget(view)
    view.resize(200, 120)
    view.show()
    view.activateWindow()
    view.setFocus()
    walk.settle()
    return view


def colour(view: Listed, row: int) -> str:
    area = view.visualRect(view.model().index(row, 0))
    return picture(view, view.size()).pixelColor(area.right() - 6, area.center().y()).name().upper()


def test_it_is_moved_in_opened_and_acted_on_by_keys(qtbot: QtBot, listed: Listed) -> None:
    assert listed.currentIndex().row() == 0
    for key in (Qt.Key.Key_K, Qt.Key.Key_J, Qt.Key.Key_D, Qt.Key.Key_J, Qt.Key.Key_J, Qt.Key.Key_Return):
        qtbot.keyClick(listed, key)
    assert listed.done == ["done 1", "open 2"]
    qtbot.keyClick(listed, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(listed, Qt.Key.Key_O)
    assert listed.currentIndex().row() == 2
    assert listed.done == ["done 1", "open 2"]
    walk.check(qtbot, listed)


def test_ground_ring_and_pointer_follow_the_colours(listed: Listed, theme: Theme) -> None:
    listed.go_to(1)
    place = listed.visualRect(listed.model().index(2, 0)).center()
    button = Qt.MouseButton.NoButton
    moved = QMouseEvent(QEvent.Type.MouseMove, QPointF(place), QPointF(place), button, button, Qt.KeyboardModifier(0))
    QApplication.sendEvent(listed.viewport(), moved)
    assert listed.hovered_row == 2
    for scheme in (Scheme.LIGHT, Scheme.DARK):
        theme.set_choice(scheme)
        assert colour(listed, 1) == theme.hex("selection")
        assert colour(listed, 2) == theme.hex("hover")
        area = listed.visualRect(listed.model().index(1, 0))
        ringed = picture(listed, listed.size()).pixelColor(area.center().x(), area.top() + 2)
        assert ringed == theme.color("accent")
    QApplication.sendEvent(listed, QEvent(QEvent.Type.Leave))
    assert colour(listed, 2) != theme.hex("hover")


def test_a_row_says_the_whole_of_itself_where_there_is_more(listed: Listed) -> None:
    delegate = listed.itemDelegate()
    event = QHelpEvent(QEvent.Type.ToolTip, QPoint(5, 5), listed.mapToGlobal(QPoint(5, 5)))
    assert not delegate.helpEvent(event, listed, QStyleOptionViewItem(), listed.model().index(0, 0))
    assert delegate.helpEvent(event, listed, QStyleOptionViewItem(), listed.model().index(1, 0))
    assert QToolTip.text() == "All of two"
    QToolTip.hideText()


def test_a_row_that_nobody_paints_says_so(listed: Listed) -> None:
    with pytest.raises(TypeError, match="RowDelegate does not paint"):
        RowDelegate(listed).paint_row(QPainter(), QRect(), listed.model().index(0, 0))
