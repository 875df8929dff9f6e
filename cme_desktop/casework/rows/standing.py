"""What a case row says of itself in short: whether the child counts as missing education, and the year group."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from cme_desktop.casework.rows import periods
from cme_desktop.domain.lifecycle import counts_as_cme
from cme_desktop.domain.school_age import year_group
from cme_desktop.models.child import Child
from cme_desktop.models.episode import Episode, EpisodeStatus


def counts(episode: Episode, child: Child, on: date) -> bool:
    """Say whether the child counts as missing education on a day (s436A); without a date of birth, age is no bar."""
    if episode.closed_on is not None and episode.closed_on <= on:
        return False
    if child.dob is None:
        return episode.in_area and not episode.on_roll and not episode.suitably_educated
    return counts_as_cme(
        dob=child.dob,
        on=on,
        in_area=episode.in_area,
        on_roll=episode.on_roll,
        suitably_educated=episode.suitably_educated,
    ).counts


def refresh_standing(
    session: Session, episode: Episode, child: Child, *, on: date, now: datetime, why: str = "recounted"
) -> None:
    """Bring year group and count of a case up to a day, inside an act; a changed count is a dated fact."""
    group = (year_group(child.dob, on) or "") if child.dob else ""
    if episode.closed_on is None and episode.year_group != group:
        episode.year_group = group
    counted = counts(episode, child, on)
    if episode.counts_as_cme != counted:
        episode.counts_as_cme = counted
        put_status(session, episode, on=on, now=now, why=why)


def put_status(session: Session, episode: Episode, *, on: date, now: datetime, why: str) -> None:
    """Record the status of a case, as its row has it, from a day."""
    periods.change(
        session,
        EpisodeStatus,
        {"episode_id": episode.id},
        on=on,
        now=now,
        status=episode.status,
        pathway=episode.pathway,
        counts_as_cme=episode.counts_as_cme,
        why=why,
    )
