"""The built wheel, installed elsewhere, works from its own files: nothing of the checkout is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, install it in a scratch folder and return that folder."""
    place = tmp_path_factory.mktemp("wheel")
    # The installer is not the program: it looks at this machine's network cards, and asks for nothing.
    tools = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place / "dist")]
    subprocess.run(build, cwd=ROOT, env=tools, check=True, capture_output=True)
    (wheel,) = (place / "dist").glob("*.whl")
    install = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--no-index", "--no-compile"]
    subprocess.run([*install, "--target", place / "site", wheel], env=tools, check=True, capture_output=True)
    return place / "site"


def run(elsewhere: Path, code: str, *argv: object) -> str:
    """Run a program against the installed wheel, from a folder that is not the checkout, and return what it wrote."""
    path = os.pathsep.join([str(elsewhere), os.environ["PYTHONPATH"]])
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, argv)],
        cwd=elsewhere.parent,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_brings_its_resources(elsewhere: Path) -> None:
    code = "import cme_desktop; from cme_desktop import resources; print(cme_desktop.__file__); print(resources.root())"
    package, resources = map(Path, run(elsewhere, code).splitlines())
    assert package.is_relative_to(elsewhere)
    assert resources == elsewhere / "cme_desktop" / "_resources"
    shipped = {path.relative_to(ROOT / "resources") for path in (ROOT / "resources").rglob("*") if path.is_file()}
    installed = {path.relative_to(resources) for path in resources.rglob("*") if path.is_file()}
    assert installed == shipped


def test_the_wheel_explains_a_date(elsewhere: Path) -> None:
    code = "import sys; from cme_desktop.cli.main import main; sys.exit(main(sys.argv[1:]))"
    answer = json.loads(run(elsewhere, code, "explain", "PR-2024.ground_i", "--from", "2026-11-02", "--json"))
    assert answer["results"][0]["last_day"] == "2026-11-27"


LETTER = """
import sys
from pathlib import Path

from cme_desktop import resources
from cme_desktop.documents.fields import COMMON_FIELDS
from cme_desktop.documents.fonts import FontSet
from cme_desktop.documents.letters import build_letter
from cme_desktop.documents.look import FONT_FILES, PageLook
from cme_desktop.documents.particulars import Furniture, LetterFacts
from cme_desktop.documents.render import render_pdf
from cme_desktop.documents.template import parse_template

template = parse_template(resources.read_text("letters/L01-1.0.md"))
fields = {name: "Łukasz ગુજરાતી" for name in (*template.own_fields, *COMMON_FIELDS)}
furniture = Furniture("Education", ("1 High Street",), "24 November 2026", ("Ms A Sample", "2 Low Street", "HA1 2AB"))
fonts = FontSet({name: resources.read_bytes(f"fonts/{name}") for name in FONT_FILES})
letter = build_letter(template, LetterFacts(fields, frozenset(), furniture, "none"))
Path(sys.argv[1]).write_bytes(render_pdf(letter, PageLook(fonts, training=True)).content)
"""


def test_the_wheel_makes_a_letter(elsewhere: Path, tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    run(elsewhere, LETTER, letter)
    text = subprocess.run(["pdftotext", letter, "-"], capture_output=True, text=True, check=True).stdout
    assert "Where is your child learning?" in text
    assert "Łukasz ગુજરાતી" in text
    fonts = subprocess.run(["pdffonts", letter], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert fonts
    assert all(line.split()[-5] == "yes" for line in fonts), fonts


def test_the_wheel_names_its_commands(elsewhere: Path) -> None:
    (points,) = elsewhere.glob("cme_desktop-*.dist-info/entry_points.txt")
    text = points.read_text(encoding="utf-8")
    assert "cme-admin = cme_desktop.cli.main:run" in text
    assert "cme-desktop = cme_desktop.__main__:run" in text
