"""The real window with Qt's own Windows platform, under Xvfb: the tour of the main job, and a training start."""

from __future__ import annotations

import shutil
import time

from PIL import Image, ImageGrab

from tools.checks import BUILD, Part, Result, show
from tools.windows import screen
from tools.windows.rig import WITH_SCREEN, Listener, Rig, begin, end, heard

PICTURES = BUILD / "windows" / "pictures"
PLACE = "cme-try"
SCREEN = (1366, 768)
PATIENCE_S = 480.0
LEAST_COLOURS = 40
"""A screen with a page of the program on it has more colours than this; an empty one has two or three."""


def _environment(rig: Rig, display: str) -> dict[str, str]:
    own = {f"XDG_{name}_HOME": f"C:\\{PLACE}\\{name}" for name in ("CONFIG", "STATE", "DATA")}
    return {**rig.environment("windows"), **own, "DISPLAY": display}


def run_all() -> list[Result]:
    """Play the tour and start a training register in the real window; the pictures are in ``build/windows``."""
    rig = Rig(prefix=WITH_SCREEN)
    rig.stop()
    shutil.rmtree(rig.drive_c / PLACE, ignore_errors=True)
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    with screen.shown(*SCREEN) as display:
        environment = _environment(rig, display)
        tour = Part(
            "the tour in Windows' own window",
            rig.command("-m", "cme_desktop", "--tour", f"C:\\{PLACE}\\tour"),
            environment,
        )
        training = Part(
            "cme-desktop --training in Windows' own window",
            rig.command("-m", "cme_desktop", "--training", "--store", f"C:\\{PLACE}\\training"),
            environment,
        )
        results = [_play(tour, rig), _start(training, display)]
        rig.stop()
    for result in results:
        show(result)
    return results


def _play(part: Part, rig: Rig) -> Result:
    began = time.monotonic()
    code, text = heard(part.command, part.environment, PATIENCE_S)
    made = sorted((rig.drive_c / PLACE / "tour" / "pictures").glob("*.png"))
    for picture in made:
        shutil.copy(picture, PICTURES)
    if not made:
        text, code = f"{text}\nThere are no pictures.", code or 1
    return Result(part, code, text, time.monotonic() - began, _counts(code))


def _start(part: Part, display: str) -> Result:
    """Start the program, wait until its page stands on the screen, picture it, and end the program."""
    began = time.monotonic()
    picture: Image.Image | None = None
    process = begin(part.command, part.environment)
    listener = Listener(process)
    while process.poll() is None and time.monotonic() - began < PATIENCE_S:
        time.sleep(1)
        now = ImageGrab.grab(xdisplay=display)
        steady = picture is not None and now.tobytes() == picture.tobytes()
        picture = now
        if steady and _has_page(now):
            break
    ended = process.poll() is not None
    end(process)
    text = listener.text()
    if picture is not None:
        picture.save(PICTURES / "training.png")
    code = 1 if ended or picture is None or not _has_page(picture) else 0
    return Result(part, code, text, time.monotonic() - began, _counts(code))


def _has_page(picture: Image.Image) -> bool:
    colours = picture.getcolors(picture.width * picture.height)
    return colours is not None and len(colours) > LEAST_COLOURS


def _counts(code: int) -> dict[str, int]:
    return {"failed": 1} if code else {"passed": 1}
