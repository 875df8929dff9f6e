"""Start the command line of the installed program."""

from cme_desktop.cli.main import run

if __name__ == "__main__":
    run()
