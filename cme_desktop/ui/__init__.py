"""The window. A screen is a ``page.Page`` (what is seen) and, where there is something to decide, a presenter.

How a screen is made:

* Colours and measures come from ``theme.Theme.of()`` only; ``tokens`` is the one place where they stand.
* Controls are ours (``widgets``), never Qt's own: they carry the glyphs, the names, the ring and the error edge.
* A list of painted rows is a ``lists.rows.RowList`` with its ``RowDelegate``: ground, ring, tooltip, keys and pointer.
* Work is a plain function given to the ``runner.Runner`` on a lane; the answer is a frozen dataclass.
* A widget lays out and emits what was wanted; a presenter calls casework or register and tells the widget.
* Live news go to a screen reader by ``qt.announce``; what was done goes to ``Shell.toasts``.
* Its test is ``tests.ui.walk.check(qtbot, screen)`` and the officer's task done by keyboard only.
"""
