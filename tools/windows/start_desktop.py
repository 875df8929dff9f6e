"""Start the window of the installed program."""

from cme_desktop.__main__ import run

if __name__ == "__main__":
    run()
