"""The rows of the shipped letter templates: a document points at the version it was made from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop import resources
from cme_desktop.models.reference import TemplateVersion

_NAME = re.compile(r"(?P<code>[A-Z]{1,2}\d{1,2})-(?P<version>\d+(?:\.\d+)*)\.md")


def shipped() -> Iterator[tuple[str, str, str]]:
    """Give the code, version and SHA-256 of every shipped template."""
    for path in sorted(resources.path("letters").iterdir()):
        found = _NAME.fullmatch(path.name)
        if found:
            yield found["code"], found["version"], hashlib.sha256(path.read_bytes()).hexdigest()


def put_templates(session: Session, now: datetime) -> int:
    """Add a row for every shipped template that the register does not have yet, inside an act; return how many."""
    known = set(session.execute(select(TemplateVersion.document_code, TemplateVersion.version)))
    new = [row for row in shipped() if row[:2] not in known]
    session.add_all(
        TemplateVersion(document_code=code, version=version, sha256=digest, added_at=now)
        for code, version, digest in new
    )
    session.flush()
    return len(new)
