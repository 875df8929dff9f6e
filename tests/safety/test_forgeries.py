"""What one person can do to a register with the data key and another tool, and that ``verify`` names each of it.

Each forgery knows the data key: it takes the safeguards out, edits, and puts them back, so that nothing but the edit
itself can be found. It has no other person's passphrase. docs/decisions/0004-audit-rows.md says what remains possible.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cme_desktop.domain.roles import Role
from cme_desktop.storage.backup import make_backup
from cme_desktop.storage.checks.witnesses import witness_path
from cme_desktop.storage.keys import KeyFile, PersonEntry, PublicKeys, read_key_file, write_key_file
from tests.factories import (
    make_register,
)
from tests.safety.forger import (
    AT,
    ENDED,
    LATER,
    MANAGER,
    OFFICER,
    Forger,
    Original,
    canonical,
    checked,
    write_history,
)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    top = tmp_path_factory.mktemp("original")
    register = make_register(top / "register", training=False)
    given, ended = write_history(register)
    register.close()
    again = register.reopen()
    again.watch(top / "state")
    register.close()
    return Original(top, given, ended, register.recovery_key)


@pytest.fixture
def forger(original: Original, tmp_path: Path) -> Iterator[Forger]:
    shutil.copytree(original.top, tmp_path / "copy")
    made = Forger(tmp_path / "copy", original)
    yield made
    made.connection.close()


Forgery = Callable[[Forger], None]
FORGERIES: dict[str, tuple[Forgery, str]] = {}


def forgery(place: str) -> Callable[[Forgery], Forgery]:
    """Register a forgery with where it has to be named: the start of one problem's place."""

    def keep(function: Forgery) -> Forgery:
        FORGERIES[function.__name__.removeprefix("forge_").replace("_", "-")] = (function, place)
        return function

    return keep


# What the audit says


def last_changes_of_name(forger: Forger) -> list[tuple[int, int, str]]:
    rows = forger.run("SELECT id, seq, row_id FROM audit_change WHERE table_name = 'child' ORDER BY seq, id")
    return [(row[0], row[1], row[2]) for row in rows]


@forgery("change:")
def forge_changes_renumbered(forger: Forger) -> None:
    """Two changes of one row change places, so that the replay ends with the older value; the row is set to it."""
    rows = forger.run(
        "SELECT row_id, min(id), max(id) FROM audit_change WHERE operation = 'update' "
        "AND after LIKE '%next_action%' OR table_name = 'case_counter' GROUP BY table_name, row_id HAVING count(*) > 1"
    )
    row_id, first, last = rows[0]
    for old, new in ((first, -1), (last, first), (-1, last)):
        forger.run("UPDATE audit_change SET id = ? WHERE id = ?", new, old)
    (table, after) = forger.run("SELECT table_name, after FROM audit_change WHERE id = ?", last)[0]
    for column, value in json.loads(after).items():
        key = [row[1] for row in forger.run(f"PRAGMA table_info({table})") if row[5]]
        place = json.loads(row_id) if row_id.startswith("[") else [int(row_id)]
        where = " AND ".join(f'"{name}" = ?' for name in key)
        forger.run(f'UPDATE "{table}" SET "{column}" = ? WHERE {where}', value, *place)


def erase_event(forger: Forger) -> int:
    return int(forger.one("SELECT seq FROM audit_event WHERE action = 'erase.note'"))


@forgery("child_name:1")
def forge_change_blanked_under_a_true_erasure(forger: Forger) -> None:
    """Blank what the audit says of a name, as if the erasure of a note had done it, and write another name."""
    forger.run(
        "UPDATE audit_change SET before = NULL, after = NULL, salt = NULL, erased_by = ? "
        "WHERE table_name = 'child_name' AND row_id = '1'",
        erase_event(forger),
    )
    forger.run("UPDATE child_name SET surname = 'Forged' WHERE id = 1")


@forgery("event:")
def forge_words_blanked_under_a_true_erasure(forger: Forger) -> None:
    forger.run(
        "UPDATE audit_event SET reason = NULL, reason_salt = NULL, erased_by = ? WHERE action = 'child.name'",
        erase_event(forger),
    )


@forgery("audit_change:")
def forge_list_of_the_erased_emptied(forger: Forger) -> None:
    """Take a blanked change's number away from under the list that was signed."""
    number = forger.one("SELECT min(id) FROM audit_change WHERE erased_by = ? AND seq < ?", *[erase_event(forger)] * 2)
    forger.run("UPDATE audit_change SET salt = x'00', after = '{}', erased_by = NULL WHERE id = ?", number)


@forgery("child_name:1")
def forge_a_change_marked_as_erased(forger: Forger) -> None:
    forger.run(
        "UPDATE audit_change SET erased_by = ? WHERE table_name = 'child_name' AND row_id = '1'", erase_event(forger)
    )


@forgery("event:")
def forge_an_event_marked_as_erased(forger: Forger) -> None:
    forger.run("UPDATE audit_event SET erased_by = ? WHERE action = 'child.name'", erase_event(forger))


@forgery("event:")
def forge_the_list_of_what_is_erased(forger: Forger) -> None:
    forger.run(
        "UPDATE audit_change SET after = json_set(after, '$.seq', 1) WHERE operation = 'blank' AND seq = ?",
        erase_event(forger),
    )


@forgery("event:")
def forge_last_event_signed_again_with_an_own_key(forger: Forger) -> None:
    """The last event is the manager's: put another public key in the place of theirs and sign it anew."""
    (row,) = forger.events(int(forger.one("SELECT max(seq) FROM audit_event")))
    forger.run("UPDATE audit_event SET entity = 'episode:2' WHERE seq = ?", row["seq"])
    forger.sign_again(row["seq"], forger.ghost.sign)

    def other(key_file: KeyFile) -> KeyFile:
        person = key_file.person(row["user_id"])
        public = forger.ghost.public_key().public_bytes_raw()
        swapped = [replace(one, signing=public) if one.key_id == row["key_id"] else one for one in person.public_keys]
        return key_file.with_person(replace(person, public_keys=tuple(swapped)))

    forger.keys(other)


@forgery("keys.json:person:")
def forge_a_public_key_in_the_key_file(forger: Forger) -> None:
    """Swap the key of somebody who never signed anything since, so that later forgeries of theirs would hold."""
    entry = read_key_file(forger.folder).person_named("Cora Flint")
    public = forger.ghost.public_key().public_bytes_raw()
    first = replace(entry.public_keys[-1], exchange=public)
    never = PublicKeys(forger.ghost_id, public, public, first.since, first.since)
    forger.keys(lambda key_file: key_file.with_person(replace(entry, public_keys=(never, *entry.public_keys))))


@forgery("event:1")
def forge_the_whole_history_signed_again(forger: Forger) -> None:
    forger.run("UPDATE audit_event SET entity = 'person:9' WHERE seq = 1")
    forger.sign_again(1, forger.ghost.sign)


# Who may speak


@forgery("event:")
def forge_new_key_that_vouches_for_itself(forger: Forger) -> None:
    forger.introduce_ghost(1, None)


@forgery("event:")
def forge_new_key_of_another_certified_by_a_manager(forger: Forger) -> None:
    """The manager's own passphrase introduces a key for the officer: a person without that right."""
    forger.introduce_ghost(1, forger.unlocked(MANAGER))


@forgery("event:")
def forge_new_key_in_an_act_about_something_else(forger: Forger) -> None:
    forger.introduce_ghost(1, forger.unlocked(OFFICER), action="note.add")


@forgery("event:")
def forge_ghost_person(forger: Forger) -> None:
    """A person whom nobody added introduces themself, in rows, audit and key file."""
    row = {"id": 9, "name": "Nobody", "roles": '["administrator"]', "active": 1, "added_at": AT}
    forger.run("INSERT INTO person (id, name, roles, active, added_at) VALUES (9, 'Nobody', ?, 1, ?)", row["roles"], AT)
    public = forger.ghost.public_key().public_bytes_raw()
    forger.run("INSERT INTO signing_key VALUES (?, 9, ?, ?, NULL)", forger.ghost_id, public, AT)
    key = {"key_id": forger.ghost_id, "person_id": 9, "added_at": AT}
    key["public_key"] = {"sha256": hashlib.sha256(public).hexdigest()}
    forger.append(
        "people.key",
        9,
        forger.ghost_id,
        forger.ghost.sign,
        ("person", "9", "insert", None, row),
        ("signing_key", f'["{forger.ghost_id}"]', "insert", None, key),
    )
    forger.keys(lambda key_file: key_file.with_person(ghost_entry(key_file, forger)))


def ghost_entry(key_file: KeyFile, forger: Forger) -> PersonEntry:
    like = key_file.person_named(OFFICER)
    ghost = replace(like, person_id=9, name="Nobody", roles=frozenset({Role.ADMINISTRATOR}))
    return replace(ghost, added_at="2026-11-24T13:00:00Z", public_keys=(forger.ghost_keys(),))


@forgery("keys.json:person:9")
def forge_ghost_person_in_the_key_file(forger: Forger) -> None:
    forger.keys(lambda key_file: key_file.with_person(ghost_entry(key_file, forger)))


@forgery("person:9")
def forge_ghost_person_in_the_rows(forger: Forger) -> None:
    forger.run("INSERT INTO person (id, name, roles, active, added_at) VALUES (9, 'Nobody', '[]', 1, ?)", AT)


@forgery("keys.json:person:2")
def forge_raised_role_in_the_key_file(forger: Forger) -> None:
    roles = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
    forger.keys(lambda key_file: key_file.with_person(replace(key_file.person_named(MANAGER), roles=roles)))


@forgery("event:")
def forge_raised_role_by_their_own_hand(forger: Forger) -> None:
    """The manager's own passphrase makes them administrator, in rows, audit and key file."""
    manager = forger.unlocked(MANAGER)
    raised = '["administrator", "manager"]'
    forger.run("UPDATE person SET roles = ? WHERE id = ?", raised, manager.person_id)
    before, after = {"roles": '["manager"]'}, {"roles": raised}
    change = ("person", str(manager.person_id), "update", before, after)
    forger.append("people.roles", manager.person_id, manager.key_id, manager.sign, change)
    forge_raised_role_in_the_key_file(forger)


@forgery("person:2")
def forge_raised_role_in_the_rows(forger: Forger) -> None:
    forger.run("UPDATE person SET roles = '[\"administrator\"]' WHERE id = 2")


@forgery("event:")
def forge_an_event_of_a_person_who_left(forger: Forger) -> None:
    """Who left kept the old key, and the data key."""
    ended = forger.ended
    forger.append("case.open", ended.person_id, ended.key_id, ended.sign)


@forgery("event:")
def forge_an_event_with_a_retired_key(forger: Forger) -> None:
    """Who gave the first passphrase knows the key that it opened; the person has chosen an own one since."""
    retired = forger.retired
    forger.append("case.open", retired.person_id, retired.key_id, retired.sign)


@forgery("keys.json:person:")
def forge_a_person_who_left_let_in_again(forger: Forger) -> None:
    entry = read_key_file(forger.folder).person_named(ENDED)
    like = read_key_file(forger.folder).person_named(OFFICER)
    back = replace(entry, disabled_at=None, passphrase=like.passphrase, data_key=like.data_key)
    forger.keys(lambda key_file: key_file.with_person(back))


@forgery("keys.json:person:")
def forge_a_retired_key_in_use_again(forger: Forger) -> None:
    entry = read_key_file(forger.folder).person_named("Esme Rook")
    again = tuple(replace(one, until=None) for one in entry.public_keys)
    forger.keys(lambda key_file: key_file.with_person(replace(entry, public_keys=again)))


@forgery("keys.json")
def forge_a_key_file_without_its_proof(forger: Forger) -> None:
    write_key_file(forger.folder, replace(read_key_file(forger.folder), mac=bytes(32)))


# What guards the database


@forgery("trigger:audit_change_no_delete")
def forge_a_trigger_taken_out(forger: Forger) -> None:
    forger.run("DROP TRIGGER audit_change_no_delete")


@forgery("trigger:quiet")
def forge_a_trigger_put_in(forger: Forger) -> None:
    forger.run("CREATE TRIGGER quiet AFTER INSERT ON episode BEGIN DELETE FROM search_who WHERE kind = 'phone'; END")


@forgery("trigger:search_text_fts_more")
def forge_a_trigger_under_the_name_of_the_index(forger: Forger) -> None:
    forger.run("CREATE TRIGGER search_text_fts_more AFTER INSERT ON child BEGIN DELETE FROM search_who; END")


@forgery("view:children")
def forge_a_view_put_in(forger: Forger) -> None:
    forger.run("CREATE VIEW children AS SELECT * FROM child")


@forgery("table:hidden")
def forge_a_table_put_in(forger: Forger) -> None:
    forger.run("CREATE TABLE hidden (words TEXT)")


@forgery("index:uq_signing_key_current")
def forge_an_index_dropped(forger: Forger) -> None:
    forger.run("DROP INDEX uq_signing_key_current")


@forgery("table:")
def forge_a_check_dropped(forger: Forger) -> None:
    rewrite(forger, "%CHECK (%", "CHECK (", "CHECK (1 OR ")


@forgery("table:audit_change")
def forge_a_foreign_key_dropped(forger: Forger) -> None:
    rewrite(forger, "CREATE TABLE audit_change%", "DEFERRABLE INITIALLY DEFERRED", "")


def rewrite(forger: Forger, like: str, old: str, new: str) -> None:
    name = forger.one("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE ? ORDER BY name", like)
    forger.run("PRAGMA writable_schema = ON")
    forger.run("UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name = ?", old, new, name)
    forger.run("PRAGMA writable_schema = RESET")


@forgery("schema:version")
def forge_an_older_version_without_safeguards(forger: Forger) -> None:
    forger.run("DROP TRIGGER audit_change_no_delete")
    forger.run("PRAGMA user_version = 0")


@forgery("table:search_text_fts")
def forge_an_index_that_keeps_what_is_erased(forger: Forger) -> None:
    forger.run("INSERT INTO search_text_fts(search_text_fts, rank) VALUES ('secure-delete', 0)")


# What is found


@forgery("search_who:1")
def forge_a_child_that_no_search_finds(forger: Forger) -> None:
    forger.run("DELETE FROM search_who WHERE child_id = 1")


@forgery("search_who:2")
def forge_a_child_found_by_another_name(forger: Forger) -> None:
    forger.run("UPDATE search_who SET value = 'nobody' WHERE child_id = 2 AND kind = 'name'")


@forgery("search_who:99")
def forge_search_rows_of_no_child(forger: Forger) -> None:
    forger.run("INSERT INTO search_who (kind, value, child_id, rank) VALUES ('name', 'x', 99, 0)")


@forgery("search_text:event:")
def forge_a_note_that_no_search_finds(forger: Forger) -> None:
    forger.run("DELETE FROM search_text WHERE body LIKE '%rang%'")


@forgery("search_text:event:")
def forge_other_words_of_a_note(forger: Forger) -> None:
    forger.put_back()
    forger.run("UPDATE search_text SET body = 'nothing' WHERE body LIKE '%rang%'")


@forgery("search_text:")
def forge_words_taken_out_of_the_index(forger: Forger) -> None:
    number, body = forger.run("SELECT id, body FROM search_text WHERE body LIKE '%rang%'")[0]
    forger.run("INSERT INTO search_text_fts(search_text_fts, rowid, body) VALUES ('delete', ?, ?)", number, body)


# What lies outside


def cut(forger: Forger) -> None:
    """Take the newest event away, as if it had never been."""
    last = forger.one("SELECT max(seq) FROM audit_event")
    forger.run("DELETE FROM audit_change WHERE seq = ?", last)
    forger.run("DELETE FROM audit_event WHERE seq = ?", last)


@forgery("event:")
def forge_the_tail_cut_off_before_any_backup(forger: Forger) -> None:
    cut(forger)


@forgery("event:")
def forge_the_tail_cut_off_after_a_backup(forger: Forger) -> None:
    backed_up(forger)
    shutil.rmtree(forger.state)
    cut(forger)


@forgery("event:")
def forge_an_older_register_put_back(forger: Forger) -> None:
    """Put the whole folder back as it was an hour ago; the computer remembers more."""
    forger.put_back()
    shutil.copytree(forger.folder, forger.top / "older")
    with closing(forger.store()) as store:
        store.watch(forger.state)
        store.seen(store.person, "case.open", "episode:2")
    shutil.rmtree(forger.folder)
    shutil.move(forger.top / "older", forger.folder)
    forger.connection = forger.opened()


def witness(forger: Forger) -> Path:
    return witness_path(forger.state, read_key_file(forger.folder).store_id)


@forgery("witness-")
def forge_a_witness_that_tells_of_less(forger: Forger) -> None:
    said = json.loads(witness(forger).read_text())
    (row,) = forger.events(int(forger.one("SELECT max(seq) FROM audit_event")))
    witness(forger).write_text(json.dumps({**said, "seq": row["seq"] - 1, "hash": row["prev_hash"].hex()}))
    cut(forger)


@forgery("witness-")
def forge_a_damaged_witness(forger: Forger) -> None:
    witness(forger).write_text("{")
    cut(forger)


@forgery("witness-")
def forge_a_witness_signed_with_an_own_key(forger: Forger) -> None:
    said = json.loads(witness(forger).read_text())
    said.pop("signature")
    said["key_id"] = forger.ghost_id
    signature = forger.ghost.sign(canonical(said).encode()).hex()
    witness(forger).write_text(json.dumps({**said, "signature": signature}))
    cut(forger)


def backed_up(forger: Forger, *, ahead: timedelta = timedelta()) -> Path:
    """Make a backup as the program does, with the safeguards there."""
    forger.put_back()
    made = make_backup(forger.folder, forger.unlocked(), forger.folder / "backups", now=LATER + ahead)
    forger.take_out(forger.connection)
    return made.path


@forgery("backup-")
def forge_a_manifest_that_tells_of_less(forger: Forger) -> None:
    path = backed_up(forger) / "manifest.json"
    said = json.loads(path.read_text())
    path.write_text(json.dumps({**said, "audit_entries": 1, "audit_head": forger.events()[0]["hash"].hex()}))
    shutil.rmtree(forger.state)
    cut(forger)


@forgery("backup-")
def forge_a_manifest_that_cannot_be_read(forger: Forger) -> None:
    (backed_up(forger) / "manifest.json").write_text("{")


@forgery("backup-")
def forge_a_manifest_taken_away(forger: Forger) -> None:
    (backed_up(forger) / "manifest.json").unlink()


@forgery("backup-")
def forge_a_manifest_signed_with_an_own_key(forger: Forger) -> None:
    folder = backed_up(forger)
    entry = ghost_entry(read_key_file(folder), forger)
    write_key_file(folder, read_key_file(folder).with_person(entry).sealed_with(forger.data_key))
    said = json.loads((folder / "manifest.json").read_text())
    said |= {"key_id": forger.ghost_id, "audit_entries": 1, "audit_head": forger.events()[0]["hash"].hex()}
    said["keys_sha256"] = hashlib.sha256((folder / "keys.json").read_bytes()).hexdigest()
    said.pop("signature")
    signature = forger.ghost.sign(canonical(said).encode()).hex()
    (folder / "manifest.json").write_text(json.dumps({**said, "signature": signature}))


@forgery("backup-")
def forge_a_key_file_of_a_backup(forger: Forger) -> None:
    folder = backed_up(forger)
    write_key_file(folder, replace(read_key_file(folder), created_at="2020-01-01T00:00:00Z").sealed_with(bytes(32)))


@forgery("backup-")
def forge_a_backup_dated_ahead(forger: Forger) -> None:
    backed_up(forger, ahead=timedelta(days=30))


BREAKS_SAFEGUARDS = {
    "a-trigger-taken-out",
    "an-older-version-without-safeguards",
}


def test_the_untouched_register_is_in_order(forger: Forger) -> None:
    forger.put_back()
    verdict = checked(forger)
    assert verdict.problems == ()
    assert set(verdict.checks.values()) == {True}


@pytest.mark.parametrize("name", sorted(FORGERIES))
def test_forgeries(forger: Forger, name: str) -> None:
    forge, place = FORGERIES[name]
    if name in BREAKS_SAFEGUARDS:
        forger.put_back()
        forge(forger)
    else:
        forge(forger)
        forger.put_back()
    verdict = checked(forger)
    assert not verdict.ok
    assert any(problem.where.startswith(place) for problem in verdict.problems), verdict.problems
    assert all(problem.where and problem.message.endswith(".") for problem in verdict.problems)


def test_there_are_enough_forgeries() -> None:
    assert len(FORGERIES) >= 26
