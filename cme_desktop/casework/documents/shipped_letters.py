"""The shipped letter templates and fonts, read once; their rows in the register."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop import resources
from cme_desktop.casework.reference import templates
from cme_desktop.documents import FONT_FILES, Template, load_fonts, parse_template
from cme_desktop.models.reference import TemplateVersion

if TYPE_CHECKING:
    from datetime import datetime

    from cme_desktop.documents.fonts import FontSet


@cache
def versions() -> dict[str, str]:
    """Return the newest shipped version of each document, by code."""
    newest: dict[str, str] = {}
    for code, version, _ in templates.shipped():
        if code not in newest or _order(version) > _order(newest[code]):
            newest[code] = version
    return newest


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@cache
def template(code: str, version: str | None = None) -> Template:
    """Return a shipped template, the newest unless a version is named."""
    return parse_template(resources.read_text(f"letters/{code}-{version or versions()[code]}.md"))


@cache
def fonts() -> FontSet:
    """Return the fonts of the printed documents."""
    return load_fonts({name: resources.read_bytes(f"fonts/{name}") for name in FONT_FILES})


def template_row(session: Session, used: Template, now: datetime) -> TemplateVersion:
    """Return the register's row of a template inside an act, made if a newer program brought the template."""
    found = session.scalar(
        select(TemplateVersion).where(
            TemplateVersion.document_code == used.code, TemplateVersion.version == used.version
        )
    )
    if found is None:
        found = TemplateVersion(document_code=used.code, version=used.version, sha256=used.sha256, added_at=now)
        session.add(found)
        session.flush()
    return found
