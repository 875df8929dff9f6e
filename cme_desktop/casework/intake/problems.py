"""Problem files: held sealed with a plain reason, settled by a person, and saved out only by a logged act."""

from __future__ import annotations

from pathlib import Path

from cme_desktop.access import requires
from cme_desktop.casework import access_log
from cme_desktop.domain.errors import NotFound, UserError
from cme_desktop.domain.roles import Person
from cme_desktop.models.document import ContentFile
from cme_desktop.models.intake import SourceFile
from cme_desktop.storage.store import Store
from cme_desktop.system import atomic_write, needing_room, readable


@requires("import.problem")
def settle_problem(store: Store, actor: Person, source_file_id: int, *, reason: str) -> None:
    """Take a file off the list of problem files: the sender was asked, or it is of no use; it stays held.

    Raises:
        NotFound: the register holds no such file.
        UserError: no reason is given.
    """
    if not reason.strip():
        raise UserError("Say what was done about this file. The reason is kept with it.")
    entity = f"source-file:{source_file_id}"
    with store.action(actor, "import.problem", reason=reason, entity=entity, hooks=False) as session:
        row = session.get(SourceFile, source_file_id)
        if row is None or not row.is_problem:
            raise NotFound("This file is not under Problem files. Look at the inbox again.", code="file-unknown")
        row.problem_settled_at = store.clock.now()


@requires("import.save-out")
def save_out(store: Store, actor: Person, source_file_id: int, target: Path, *, reason: str) -> Path:
    """Save a copy of a file that came in outside the register: logged first, then written whole or not at all.

    Raises:
        NotFound: the register holds no such file, or it was destroyed.
        UserError: no reason is given, or a file of that name is there already.
    """
    if target.exists():
        raise UserError(f"There is a file {target.name} already. Choose another name.", code="file-exists")
    access_log.open_source_file(store, actor, source_file_id, reason=reason)
    with store.read() as session:
        row = session.get_one(SourceFile, source_file_id)
        content = session.get_one(ContentFile, row.content_id)
    if content.file_key is None and content.erased_at is None:
        raise NotFound(
            "This file was too large to be held, so the register has no copy of it. Look for it where it was saved.",
            code="file-not-held",
        )
    if content.file_key is None:
        raise NotFound("This file was destroyed. Its entry and its fingerprint stay.", code="file-destroyed")
    data = store.content.open(content.stored_name, content.file_key, content.sha256)
    with needing_room(
        f"The disk there is full, so {readable(target.name)} was not saved. The register still holds the file. Choose "
        "another folder, or free some space."
    ):
        return atomic_write(target, data)
