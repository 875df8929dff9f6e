"""Try the program on Windows without Windows: ``python -m tools.windows test`` or quick, window, package, run, build.

``run`` gives what follows it to the Windows Python: ``python -m tools.windows run -m pytest -q tests/domain``. Wine is
not Windows: the README says what it cannot show.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from tools import checks
from tools.windows import package, suite, window
from tools.windows.rig import Rig, RigError, heard

A_WEEK_S = 7 * 24 * 3600.0


def say(line: str) -> None:
    """Pass on what Windows says, as it says it."""
    print(line, end="", flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Do what was asked; return 0 if it went well, 1 if not, 2 if the rig cannot be built."""
    parser = argparse.ArgumentParser(prog="python -m tools.windows", description="Try the program under Wine.")
    parser.add_argument("what", choices=["build", "test", "quick", "window", "package", "run"])
    parser.add_argument("words", nargs=argparse.REMAINDER, help="for run: what the Windows Python is given")
    args = parser.parse_args(argv)
    rig, began = Rig(), time.monotonic()
    try:
        rig.build()
    except RigError as error:
        print(error, file=sys.stderr)
        return 2
    if args.what == "run":
        return heard(rig.command(*args.words), rig.environment(), A_WEEK_S, say)[0]
    if args.what == "build":
        print(f"The Windows rig is in {rig.folder}")
        return 0
    if args.what == "package":
        try:
            return checks.report(package.run_all(rig), began)
        except RigError as error:
            print(error, file=sys.stderr)
            return 1
    results = [] if args.what == "window" else suite.run_all(suite.parts(rig, quick=args.what == "quick"))
    results += window.run_all()
    return suite.report(results, began)


if __name__ == "__main__":
    sys.exit(main())
