"""The council's settings: contacts, figures of policy and approvals, each typed, with its default and its source.

Where the policy or the law gives no figure, the default is this program's proposal and says so; the council decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.access import requires
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.models.reference import Setting
from cme_desktop.storage import bulk
from cme_desktop.storage.store import Store

POLICY, LAW, PROPOSED = "Harrow CME policy 2023", "law, to be confirmed", "proposed, the council decides"


class Kind(StrEnum):
    """What a setting holds."""

    TEXT = "text"
    LINES = "lines"
    DAYS = "days"
    YES_NO = "yes-no"
    CHOICE = "choice"
    CODES = "codes"


@dataclass(frozen=True)
class SettingInfo:
    """One setting: what it is called, what it holds, its default, and where the default comes from."""

    key: str
    label: str
    kind: Kind
    default: Any
    source: str
    least: int = 0
    choices: tuple[str, ...] = ()
    training: Any = None

    def first_value(self, *, training: bool) -> Any:
        """Return the value of a new register; a training register gets invented contacts."""
        return self.training if training and self.training is not None else self.default


def _text(key: str, label: str, default: str, source: str, training: str | None = None) -> SettingInfo:
    return SettingInfo(key, label, Kind.TEXT, default, source, training=training)


def _days(key: str, label: str, default: int, source: str, *, least: int = 1) -> SettingInfo:
    return SettingInfo(key, label, Kind.DAYS, default, source, least=least)


SETTINGS: tuple[SettingInfo, ...] = (
    _text("council.name", "Name of the council", "London Borough of Harrow", POLICY),
    _text("council.la", "Number of the council", "310", "DfE list of councils"),
    _text("council.team", "Team", "Children Missing Education", POLICY),
    SettingInfo(
        "council.address",
        "Address of the council",
        Kind.LINES,
        [],
        PROPOSED,
        training=["Example House", "1 Sample Way", "Harrow", "ZZ1 1ZZ"],
    ),
    _text("council.phone", "Phone of the Lead Officer", "020 8736 6461", POLICY, "020 7946 0461"),
    _text("council.email", "E-mail of the Lead Officer", "cme@harrow.gov.uk", POLICY, "cme@council.example"),
    _text("council.phone-hours", "Phone hours", "Monday to Friday, 9am to 5pm", PROPOSED),
    _text("mash.phone", "Phone of MASH", "020 8901 2690", POLICY, "020 7946 0690"),
    _text("mash.email", "E-mail of MASH", "Duty.Assess@harrow.gov.uk", POLICY, "mash@council.example"),
    _text("mash.hours", "Office hours of MASH", "Monday to Friday, 9am to 5pm", PROPOSED),
    _text("out-of-hours.phone", "Out-of-hours duty team", "", "ask your manager", "020 7946 0999"),
    _text("admissions.phone", "Phone of School Admissions", "", PROPOSED, "020 7946 0462"),
    _text("admissions.link", "Web page of School Admissions", "", PROPOSED, "council.example/admissions"),
    _text("sen.phone", "Phone for special educational needs", "", PROPOSED, "020 7946 0463"),
    _text("advice.line", "Independent advice", "", PROPOSED, "Example Advice Centre, 020 7946 0470"),
    _text("privacy.link", "Privacy notice", "", PROPOSED, "council.example/cme-privacy"),
    SettingInfo(
        "languages", "Names of languages in letters", Kind.LINES, ["ગુજરાતી", "தமிழ்", "Română", "Polski"], PROPOSED
    ),
    _days("reply.days", "Days a parent has to answer a first letter", 15, PROPOSED),
    _days("first-contact.days", "Days until the first contact with the family", 2, PROPOSED),
    _days("chase.days", "Days until an unanswered enquiry is chased", 5, PROPOSED),
    _days("risk.first-days", "Days until the risk questions are answered", 2, PROPOSED),
    _days("review.high", "Days between reviews at high risk", 7, "the council’s choice, not the policy"),
    _days("review.medium", "Days between reviews at medium risk", 14, "the council’s choice, not the policy"),
    _days("review.standard", "Days between reviews at standard risk", 30, "the council’s choice, not the policy"),
    SettingInfo(
        "four-weeks.from",
        "What the four weeks count from",
        Kind.CHOICE,
        "referral",
        "the policy does not say",
        choices=("referral", "last-attendance"),
    ),
    _days("order.extra-days", "Days given to parents beyond the law’s 15", 0, PROPOSED, least=0),
    SettingInfo("order.wait-for-school", "Keep the school’s 15 days free (s439(7))", Kind.YES_NO, True, LAW),
    SettingInfo("order.academy-must-agree", "Ask for the trust’s written agreement", Kind.YES_NO, True, LAW),
    _days("order.first-day", "Days from an order to the first day the school keeps", 7, PROPOSED),
    _days("reply.school-days", "Days a school has to answer a consultation", 15, PROPOSED),
    _text("court.fine-level", "Highest fine that an order names", "level 3 on the standard scale", LAW),
    _days("service.first-class", "Working days until a first class letter counts as served", 2, LAW),
    _days("service.second-class", "Working days until a second class letter counts as served", 4, LAW),
    SettingInfo(
        "sharing.methods",
        "Ways in which a document may be sent",
        Kind.CODES,
        ["s2s", "secure-email", "encrypted-file", "post", "hand"],
        PROPOSED,
        choices=("s2s", "secure-email", "encrypted-file", "post", "hand"),
    ),
    SettingInfo(
        "approval.kinds",
        "What a second person approves",
        Kind.CODES,
        ["L04", "L08", "L12", "not-to-serve", "risk-lower", "refuse-to-revoke"],
        PROPOSED,
        choices=("L04", "L07", "L08", "L12", "not-to-serve", "risk-lower", "refuse-to-revoke", "close"),
    ),
    _text("backup.place", "Folder for backups in a second place", "", PROPOSED),
    _days("folder.keep-days", "Days a file stays in the watched folder once it is held", 0, PROPOSED, least=0),
    _days("destination.school-days", "School days to wait for a destination to be confirmed", 20, PROPOSED),
    _text("lost-ctf.code", "Destination code of a lost pupil file", "XXXXXXX", "DfE guidance; the policy prints eight"),
)

BY_KEY: Mapping[str, SettingInfo] = {info.key: info for info in SETTINGS}


@dataclass(frozen=True)
class Policy:
    """The settings of a register as one frozen value; a key that was never set has its default."""

    values: Mapping[str, Any]

    def text(self, key: str) -> str:
        """Return a setting that holds words."""
        return str(self._of(key))

    def lines(self, key: str) -> tuple[str, ...]:
        """Return a setting that holds lines."""
        return tuple(str(line) for line in self._of(key))

    def days(self, key: str) -> int:
        """Return a setting that holds a number of days."""
        return int(self._of(key))

    def yes(self, key: str) -> bool:
        """Return a setting that says yes or no."""
        return bool(self._of(key))

    def needs_approval(self, kind: str) -> bool:
        """Say whether a second person approves this: a document code or a kind such as ``risk-lower``."""
        return kind in self.lines("approval.kinds")

    def _of(self, key: str) -> Any:
        return self.values[key] if key in self.values else BY_KEY[key].default


def policy_of(session: Session) -> Policy:
    """Return the settings of the register inside an open session."""
    rows = session.execute(select(Setting.key, Setting.value))
    return Policy({key: value.get("value") for key, value in rows if key in BY_KEY})


def put_defaults(session: Session, *, training: bool) -> int:
    """Write every setting into a new register, inside an act."""
    rows = [{"key": info.key, "value": {"value": info.first_value(training=training)}} for info in SETTINGS]
    return len(bulk.insert_many(session, Setting, rows))


@requires("settings.change")
def change_settings(store: Store, actor: Person, changes: Mapping[str, Any], *, reason: str = "") -> Policy:
    """Change some of the council's settings in one act and return all of them.

    Raises:
        UserError: a setting is unknown, or its new value is not what it holds; nothing is changed then.
    """
    for key, value in changes.items():
        _check(key, value)
    with store.action(actor, "settings.change", reason=reason or None, entity="settings") as session:
        for key, value in changes.items():
            row = session.get(Setting, key)
            if row is None:
                session.add(Setting(key=key, value={"value": value}))
            elif row.value != {"value": value}:
                row.value = {"value": value}
        session.flush()
        return policy_of(session)


@requires("ask.settings")
def read_settings(store: Store, viewer: Person) -> Policy:
    """Return the council's settings."""
    with store.read() as session:
        return policy_of(session)


def _check(key: str, value: Any) -> None:
    info = BY_KEY.get(key)
    if info is None:
        raise UserError(f"There is no setting called {key}, so nothing was changed. Look at the list in Admin.")
    fits = {
        Kind.TEXT: isinstance(value, str),
        Kind.LINES: isinstance(value, list) and all(isinstance(line, str) for line in value),
        Kind.DAYS: isinstance(value, int) and not isinstance(value, bool) and value >= info.least,
        Kind.YES_NO: isinstance(value, bool),
        Kind.CHOICE: value in info.choices,
        Kind.CODES: isinstance(value, list) and set(value) <= set(info.choices),
    }[info.kind]
    if not fits:
        wanted = {
            Kind.TEXT: "words",
            Kind.LINES: "lines of words",
            Kind.DAYS: f"a whole number of days, {info.least} or more",
            Kind.YES_NO: "yes or no",
            Kind.CHOICE: " or ".join(info.choices),
            Kind.CODES: "some of " + ", ".join(info.choices),
        }[info.kind]
        raise UserError(f"“{info.label}” must be {wanted}, so nothing was changed. Correct it and save again.")
