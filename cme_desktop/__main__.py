"""Start the window."""

from __future__ import annotations

import multiprocessing
import sys


def run() -> None:
    """Start the window and end the process with its exit code."""
    multiprocessing.freeze_support()
    from cme_desktop.app.main import main

    sys.exit(main())


if __name__ == "__main__":
    run()
