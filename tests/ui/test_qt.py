"""The small helpers over Qt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QGuiApplication, QTextLayout
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from cme_desktop.ui.qt import alive, clear, column, copy_text, forget_copied, named, row, wrapped
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.text import Label


@pytest.mark.feature("F90")
def test_locking_takes_our_text_off_the_clipboard_and_leaves_others() -> None:
    clipboard = QGuiApplication.clipboard()
    copy_text("CME-2026-00042")
    assert clipboard.text() == "CME-2026-00042"
    forget_copied()
    assert clipboard.text() == ""
    copy_text("CME-2026-00042")
    clipboard.setText("something of hers")
    forget_copied()
    assert clipboard.text() == "something of hers"
    forget_copied()
    assert clipboard.text() == "something of hers"


def test_a_widget_is_named_and_described(qtbot: QtBot) -> None:
    widget = named(QWidget(), "Preview", "Control F4")
    qtbot.addWidget(widget)
    assert (widget.accessibleName(), widget.accessibleDescription()) == ("Preview", "Control F4")


def test_a_layout_is_filled_and_emptied(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    inner = row(Label("b"), Label("c"))
    layout = column(Label("a"), 8, inner, None)
    holder.setLayout(layout)
    assert layout.count() == 4
    clear(layout)
    assert layout.count() == 0
    assert inner.count() == 0


def test_what_is_deleted_is_not_alive() -> None:
    widget = QWidget()
    assert alive(widget)
    assert alive("anything else")
    delete(widget)
    assert not alive(widget)


@given(st.text(alphabet="abcdefgh -", max_size=120), st.integers(1, 3))
def test_wrapped_lines_keep_the_words_and_never_exceed_their_number(text: str, most: int) -> None:
    theme = Theme.of()
    layout = QTextLayout()
    layout.setFont(theme.font("body"))
    lines = wrapped(text, theme.metrics("body"), layout, 80, most)
    assert len(lines) <= most
    assert all(theme.metrics("body").horizontalAdvance(line) <= 81 for line in lines)
    if not any(line.endswith("…") for line in lines):
        assert "".join("".join(lines).split()) == "".join(text.split())
