"""The only source of colour and measure in the window: ux.md 6 and the common measures of the mock-ups, without Qt."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final


class Tone(StrEnum):
    """What a tag, a banner or an icon says by its colour; words and shape always say it too."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    BLUE = "blue"
    GREY = "grey"
    PLAIN = "plain"


@dataclass(frozen=True)
class Palette:
    """The named colours of one scheme, each as ``#RRGGBB``."""

    bg: str
    surface: str
    sunken: str
    hover: str
    text: str
    muted: str
    line: str
    border: str
    edge: str
    accent: str
    accent_hover: str
    on_accent: str
    selection: str
    mark: str
    danger: str
    on_danger: str
    danger_hover: str
    red_fg: str
    red_bg: str
    amber_fg: str
    amber_bg: str
    green_fg: str
    green_bg: str
    blue_fg: str
    blue_bg: str
    grey_fg: str
    grey_bg: str
    track: str
    shadow: str

    def get(self, token: str) -> str:
        """Return the colour of one token by its name; raise KeyError when there is no such token."""
        if token not in NAMES:
            raise KeyError(token)
        return str(getattr(self, token))


NAMES: Final = frozenset(field.name for field in fields(Palette))

LIGHT: Final = Palette(
    bg="#F7F5F1",
    surface="#FFFFFF",
    sunken="#EFECE6",
    hover="#F3F0EA",
    text="#211E1A",
    muted="#5E584E",
    line="#E0DBD2",
    border="#857E73",
    edge="#CEC7BB",
    accent="#17607B",
    accent_hover="#0F4A60",
    on_accent="#FFFFFF",
    selection="#DCECF1",
    mark="#FFF3C4",
    danger="#B3261E",
    on_danger="#FFFFFF",
    danger_hover="#8A1C14",
    red_fg="#8A1C14",
    red_bg="#FBE4DF",
    amber_fg="#6B4300",
    amber_bg="#FCEFCF",
    green_fg="#1B5135",
    green_bg="#DFF1E4",
    blue_fg="#17486F",
    blue_bg="#E0EDF6",
    grey_fg="#474239",
    grey_bg="#ECE8E1",
    track="#E6E1D8",
    shadow="#211E1A",
)

DARK: Final = Palette(
    bg="#191714",
    surface="#22201C",
    sunken="#131210",
    hover="#2A2723",
    text="#EDE9E2",
    muted="#B5AEA3",
    line="#3B3731",
    border="#8C857A",
    edge="#544E45",
    accent="#7CC3DC",
    accent_hover="#A5D8EA",
    on_accent="#06212C",
    selection="#1E4150",
    mark="#4A3B10",
    danger="#FFB4AB",
    on_danger="#3A0905",
    danger_hover="#FFDAD5",
    red_fg="#FFB4AB",
    red_bg="#4A1813",
    amber_fg="#FFD58A",
    amber_bg="#43300A",
    green_fg="#9EE0B7",
    green_bg="#153A28",
    blue_fg="#AFD2F0",
    blue_bg="#1A364C",
    grey_fg="#D3CDC3",
    grey_bg="#3A362F",
    track="#3A362F",
    shadow="#000000",
)


@dataclass(frozen=True)
class TypeSize:
    """One step of the type scale: size and line in px at 100 %, and whether it is bold."""

    size: float
    line: int
    bold: bool = False


TYPE: Final[dict[str, TypeSize]] = {
    "number": TypeSize(28, 34, bold=True),
    "title": TypeSize(20, 28, bold=True),
    "question": TypeSize(17, 25, bold=True),
    "section": TypeSize(15, 20, bold=True),
    "strong": TypeSize(13, 18, bold=True),
    "body": TypeSize(13, 18),
    "hint": TypeSize(12, 16),
    "hint-strong": TypeSize(12, 16, bold=True),
    "second": TypeSize(11.5, 14),
    "key": TypeSize(11, 14),
    "count": TypeSize(9.5, 12),
}

RADIUS: Final = 6
CARD_RADIUS: Final = 10
RAIL: Final = 208
RAIL_NARROW: Final = 56
TOP_BAR: Final = 48
PAGE_HEAD: Final = 60
STATUS_BAR: Final = 28
PAGE_PADDING: Final = 24
CONTROL: Final = 32
CONTROL_SMALL: Final = 28
TAG: Final = 20
ROW: Final = 36
ROW_COMPACT: Final = 28
TABLE_HEAD: Final = 32
CELL_PADDING: Final = 8
CELL_OUTER: Final = 16
SMALLEST_WINDOW: Final = (1100, 640)


def luminance(colour: str) -> float:
    """Return the relative luminance (0 to 1) of ``#RRGGBB``, as WCAG 2.2 defines it."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio (1 to 21) of two colours, as WCAG 2.2 defines it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """Return the colour that holds ``share`` (0 to 1) of the first and the rest of the second."""
    pairs = ((int(one[place : place + 2], 16), int(other[place : place + 2], 16)) for place in (1, 3, 5))
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02X}" for a, b in pairs)
