"""The council's settings as Admin shows them: in which card, with which words for their codes, and as typed text."""

from __future__ import annotations

from typing import Any, Final

from cme_desktop.casework.reference.policy import BY_KEY, SETTINGS, Kind, SettingInfo
from cme_desktop.ui.words import count

CARDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("The council", ("council.",)),
    ("When a child is in danger", ("mash.", "out-of-hours.")),
    ("Whom letters name for help", ("admissions.", "sen.", "advice.", "privacy.", "languages")),
    (
        "Days until the next step",
        ("reply.days", "first-contact.", "chase.", "risk.", "review.", "four-weeks.", "destination."),
    ),
    ("Order process and service", ("order.", "reply.school-days", "court.", "service.")),
    ("Files and sending", ("sharing.", "lost-ctf.")),
    ("What a second person approves", ("approval.",)),
)
ELSEWHERE: Final = frozenset({"backup.place", "folder.keep-days"})
"""Settings with a section of their own: Backup and restore, Watched folder."""

CODE_WORDS: Final = {
    "L04": "Notice s437(1) (L04)",
    "L07": "Notice of intention s438 (L07)",
    "L08": "School attendance order (L08)",
    "L12": "Notice of revocation (L12)",
    "not-to-serve": "A decision not to serve a parent",
    "risk-lower": "A lower risk rating",
    "refuse-to-revoke": "A refusal to revoke an order",
    "close": "Closing a case",
    "s2s": "S2S (School to School)",
    "secure-email": "Secure e-mail",
    "encrypted-file": "Encrypted file",
    "post": "Post",
    "hand": "By hand",
    "referral": "The day of the referral",
    "last-attendance": "The last day of attendance",
}


def settings_of(starts: tuple[str, ...]) -> tuple[SettingInfo, ...]:
    """Return the settings of a card, in the order of the list."""
    return tuple(info for info in SETTINGS if info.key.startswith(starts) and info.key not in ELSEWHERE)


def shown(info: SettingInfo, value: Any) -> str:
    """Return a value in words."""
    if info.kind is Kind.YES_NO:
        return "yes" if value else "no"
    if info.kind is Kind.DAYS:
        return count(int(value), "day")
    if info.kind is Kind.CHOICE:
        return CODE_WORDS.get(str(value), str(value))
    if info.kind is Kind.CODES:
        return ", ".join(CODE_WORDS.get(str(code), str(code)) for code in value) or "none"
    if info.kind is Kind.LINES:
        return ", ".join(str(line) for line in value) or "empty"
    return str(value) or "empty"


def source_words(info: SettingInfo) -> str:
    """Return the default and where it comes from: "Default: 15 days (proposed, the council decides)"."""
    return f"Default: {shown(info, info.default)} ({info.source})"


def value_of(key: str, typed: str) -> Any:
    """Return what was typed as the kind of value that a setting holds.

    Raises:
        ValueError: with the sentence to show by the field.
    """
    info = BY_KEY[key]
    if info.kind is Kind.DAYS:
        text = typed.strip()
        if not text.isdecimal() or int(text) < info.least or int(text) > 3650:
            raise ValueError(f"{info.label}: enter a whole number of days, {info.least} or more")
        return int(text)
    if info.kind is Kind.LINES:
        return [line.strip() for line in typed.splitlines() if line.strip()]
    return typed.strip()


def typed_of(info: SettingInfo, value: Any) -> str:
    """Return a value as it stands in its field."""
    if info.kind is Kind.LINES:
        return "\n".join(str(line) for line in value)
    return str(value)
