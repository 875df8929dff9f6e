"""A desk on a real register, with every signal it sends kept: what the tests of screens stand on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from cme_desktop.domain.roles import Person
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.episode import Episode
from cme_desktop.models.timeline import Task
from cme_desktop.settings import Settings
from cme_desktop.ui.desk import Desk, Preferences
from cme_desktop.ui.runner import InlineRunner
from cme_desktop.ui.widgets.feedback import Toasts
from tests.factories import Register, make_register

MakeDesk = Callable[..., "Bench"]


@dataclass
class Bench:
    """A register, a desk for one of its people, and what the desk was asked for."""

    register: Register
    desk: Desk
    runner: InlineRunner
    host: QWidget
    saved: list[Settings]
    cases: list[tuple[str, str]] = field(default_factory=list)
    pages: list[tuple[str, str]] = field(default_factory=list)
    referrals: list[bool] = field(default_factory=list)
    windows: list[QWidget] = field(default_factory=list)

    @property
    def said(self) -> list[str]:
        """Return what the toasts said, oldest first."""
        return [news.text for news in reversed(self.desk.toasts.news)]

    def events(self, code: str) -> list[AuditEvent]:
        """Return the events of an act, oldest first."""
        with self.register.store.read() as session:
            return list(session.scalars(select(AuditEvent).where(AuditEvent.action == code).order_by(AuditEvent.seq)))

    def task(self, title: str, ref: str = "") -> Task:
        """Return the newest step with a title, of one case if asked."""
        wanted = select(Task).join(Episode, Episode.id == Task.episode_id).where(Task.title == title)
        if ref:
            wanted = wanted.where(Episode.ref == ref)
        with self.register.store.read() as session:
            return session.scalars(wanted.order_by(Task.id.desc())).all()[0]


def make_bench(
    qtbot: QtBot, folder: Path, *, who: str = "officer", register: Register | None = None, held: bool = False
) -> Bench:
    """Make a desk for the officer, the manager or the administrator of a register."""
    made = register or make_register(folder)
    person: Person = getattr(made, who)
    host = QWidget()
    host.resize(1366, 768)
    qtbot.addWidget(host)
    runner = InlineRunner(host, held=held)
    saved: list[Settings] = []
    desk = Desk(made.store, person, runner, Toasts(host, made.clock.now), Preferences(Settings(), saved.append), host)
    bench = Bench(made, desk, runner, host, saved)
    desk.case_wanted.connect(lambda ref, tab: bench.cases.append((ref, tab)))
    desk.page_wanted.connect(lambda key, what: bench.pages.append((key, what)))
    desk.referral_wanted.connect(lambda: bench.referrals.append(True))
    return bench
