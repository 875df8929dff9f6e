"""Whoever edits the file with other tools is named, with the event; a cut tail shows against a manifest."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from cme_desktop.storage import engine
from cme_desktop.storage.audit_format import canonical_event
from cme_desktop.storage.backup import make_backup
from cme_desktop.storage.checks.findings import Findings, Head
from cme_desktop.storage.ddl import triggers
from cme_desktop.storage.keys import StoreMissing, read_key_file
from cme_desktop.storage.verify import BACKUPS, Verdict, VerifyCancelled, look, verify
from tests.storage.registers import NOW, fill, log_in, new_register

Connection = dbapi2.Connection


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original") / "register"
    store = new_register(folder)
    fill(store, 8)
    store.close()
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(original, tmp_path / "register")
    return tmp_path / "register"


def opened(folder: Path) -> Connection:
    """Open the database as somebody with the data key and another tool would: safeguards taken out first."""
    connection = engine.connect(folder / read_key_file(folder).database, log_in(folder).data_key, foreign_keys=False)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE name LIKE 'audit%only'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE name LIKE 'audit%delete'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    return connection


def tampered(folder: Path, what: Callable[[Connection], None]) -> Verdict:
    """Edit a register and put the safeguards back, so that only the edit itself can be found."""
    connection = opened(folder)
    with closing(connection):
        what(connection)
        for name, statement in triggers().items():
            if name.startswith("audit"):
                connection.execute(statement)
    return verify(folder, log_in(folder))


def one(connection: Connection, sql: str, *values: object) -> tuple[object, ...]:
    row = connection.execute(sql, values).fetchone()
    assert row is not None
    return tuple(row)


EVENT_COLUMNS = (
    "at",
    "user_id",
    "action",
    "reason",
    "reason_digest",
    "entity",
    "episode_id",
    "batch",
    "clock_doubtful",
    "changes",
    "changes_digest",
    "prev_hash",
    "hash",
    "signature",
)
CHANGE_COLUMNS = ("table_name", "row_id", "operation", "before", "after", "salt", "digest")


def other(column: str, value: object) -> object:
    """Return a value that the column takes and that is another one."""
    if value is None and column in ("episode_id", "reason_digest"):
        return 7 if column == "episode_id" else b"7"
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(value, int):
        return value + 1
    return f"{value or ''}x"


def random_edit(connection: Connection, rng: random.Random) -> tuple[str, set[int]]:
    """Make one random edit of the audit or of a row; return what was done and the events that may be named."""
    events = [row[0] for row in connection.execute("SELECT seq FROM audit_event ORDER BY seq").fetchall()]
    changes = connection.execute("SELECT id, seq FROM audit_change ORDER BY id").fetchall()
    kind = rng.choice(("event", "change", "event-gone", "change-gone", "swap", "row", "row-gone", "row-new", "both"))
    if kind == "event":
        seq, column = rng.choice(events), rng.choice(EVENT_COLUMNS)
        (value,) = one(connection, f"SELECT {column} FROM audit_event WHERE seq = ?", seq)
        connection.execute(f"UPDATE audit_event SET {column} = ? WHERE seq = ?", (other(column, value), seq))
        return f"{kind} {column}", {seq}
    if kind == "change":
        (change, seq), column = rng.choice(changes), rng.choice(CHANGE_COLUMNS)
        (value,) = one(connection, f"SELECT {column} FROM audit_change WHERE id = ?", change)
        connection.execute(f"UPDATE audit_change SET {column} = ? WHERE id = ?", (other(column, value), change))
        return f"{kind} {column}", {seq}
    if kind == "event-gone":
        seq = rng.choice(events[:-1])
        connection.execute("DELETE FROM audit_change WHERE seq = ?", (seq,))
        connection.execute("DELETE FROM audit_event WHERE seq = ?", (seq,))
        return kind, {seq}
    if kind == "change-gone":
        change, seq = rng.choice(changes)
        connection.execute("DELETE FROM audit_change WHERE id = ?", (change,))
        return kind, {seq}
    if kind == "swap":
        first, second = sorted(rng.sample(events, 2))
        for seq, to in ((first, -1), (second, first), (-1, second)):
            connection.execute("UPDATE audit_event SET seq = ? WHERE seq = ?", (to, seq))
        return kind, {first}
    names = connection.execute("SELECT id FROM child_name ORDER BY id").fetchall()
    row = rng.choice(names)[0]
    (seq,) = one(
        connection,
        "SELECT max(seq) FROM audit_change WHERE table_name = 'child_name' AND row_id = ?",
        str(row),
    )
    assert isinstance(seq, int)
    if kind == "row":
        connection.execute("UPDATE child_name SET surname = surname || 'x' WHERE id = ?", (row,))
    elif kind == "row-gone":
        connection.execute("DELETE FROM child_name WHERE id = ?", (row,))
    elif kind == "row-new":
        connection.execute(
            "INSERT INTO child_name SELECT max(id) + 1, 1, kind, 'x', 'y', '', '', '', source, valid_from, valid_to, "
            "recorded_at, superseded_at FROM child_name"
        )
        return kind, set()
    else:  # the row and what the audit says of it
        connection.execute("UPDATE child_name SET surname = 'x' WHERE id = ?", (row,))
        connection.execute(
            "UPDATE audit_change SET after = json_set(after, '$.surname', 'x') "
            "WHERE table_name = 'child_name' AND row_id = ?",
            (str(row),),
        )
    return kind, {seq}


def audit_tamper(original: Path, tmp_path: Path, rounds: int, seed: int) -> None:
    rng = random.Random(seed)
    kinds = set()
    for number in range(rounds):
        folder = tmp_path / f"copy-{number}"
        shutil.copytree(original, folder)
        done: list[tuple[str, set[int]]] = []
        verdict = tampered(folder, lambda connection, done=done: done.append(random_edit(connection, rng)))  # type: ignore[misc]
        (kind, seqs), reported = done[0], {problem.seq for problem in verdict.problems}
        assert not verdict.ok, kind
        assert False in (verdict.checks["audit"], verdict.checks["rows"]), kind
        if seqs:
            first = min(problem.seq for problem in verdict.problems if problem.seq is not None)
            assert seqs & reported, f"{kind}: {seqs} not among {reported}"
            assert first == min(seqs), f"{kind}: the first is {first}"
        else:
            assert [problem.where for problem in verdict.problems] == ["child_name:9"]
        kinds.add(kind.split()[0])
        shutil.rmtree(folder)
    assert len(kinds) == 9, kinds


def test_audit_tamper(original: Path, tmp_path: Path) -> None:
    assert verify(original, log_in(original)).ok
    audit_tamper(original, tmp_path, 50, seed=20260903)


@pytest.mark.slow
def test_audit_tamper_more(original: Path, tmp_path: Path) -> None:
    audit_tamper(original, tmp_path, 200, seed=7)


def test_a_cut_tail_shows_against_the_manifest(folder: Path) -> None:
    unlocked = log_in(folder)
    backup = make_backup(folder, unlocked, folder / BACKUPS, now=NOW)
    last = backup.manifest["audit_entries"]

    def cut(connection: Connection) -> None:
        connection.execute("DELETE FROM event WHERE id = 8")
        connection.execute("DELETE FROM episode WHERE id = 8")
        connection.execute("DELETE FROM child_name WHERE id = 8")
        connection.execute("DELETE FROM child WHERE id = 8")
        connection.execute("DELETE FROM audit_change WHERE seq = ?", (last,))
        connection.execute("DELETE FROM audit_event WHERE seq = ?", (last,))

    verdict = tampered(folder, cut)
    assert [(p.check, p.seq) for p in verdict.problems] == [("audit", last)]
    assert "cut off" in verdict.problems[0].message
    shutil.rmtree(folder / BACKUPS)
    assert verify(folder, unlocked).ok, "without an outside copy a clean cut cannot be seen"


def test_a_chain_that_was_made_anew_shows(folder: Path) -> None:
    """Even one who re-hashes everything has no person's key to sign it with."""

    def forge(connection: Connection) -> None:
        connection.execute("UPDATE audit_event SET entity = 'forged' WHERE seq = 3")
        cursor = connection.execute("SELECT * FROM audit_event ORDER BY seq")
        names = [column[0] for column in cursor.description or ()]
        prev = bytes(32)
        for values in cursor.fetchall():
            row = dict(zip(names, values, strict=True))
            made = hashlib.sha256(prev + canonical_event(row)).digest()
            connection.execute("UPDATE audit_event SET prev_hash = ?, hash = ? WHERE seq = ?", (prev, made, row["seq"]))
            prev = made

    verdict = tampered(folder, forge)
    assert [problem.seq for problem in verdict.problems][:2] == [3, 4]
    assert "signature" in verdict.problems[0].message


@pytest.mark.parametrize(
    ("statement", "seq", "words"),
    [
        ("UPDATE audit_event SET key_id = 'unknown' WHERE seq = 4", 4, "no person of the register"),
        ("UPDATE audit_event SET user_id = 2 WHERE seq = 4", 4, "another person"),
        ("UPDATE audit_change SET seq = 99 WHERE id = (SELECT max(id) FROM audit_change)", 11, "not those"),
        ("UPDATE audit_change SET seq = 0 WHERE id = 1", 1, "not those"),
        (
            "UPDATE audit_change SET row_id = 'x' WHERE table_name = 'child' AND row_id = '1'",
            4,
            "not as it was recorded",
        ),
        ("UPDATE audit_change SET row_id = '[1,2]' WHERE table_name = 'child' AND row_id = '1'", 4, "not as it was"),
        ("UPDATE audit_event SET reason_salt = NULL WHERE seq = 5", 5, "not those that were signed"),
        ("UPDATE audit_event SET prev_hash = zeroblob(32) WHERE seq = 6", 6, "does not follow"),
        (
            "INSERT INTO child SELECT 99, 'u', dob, '', 'U', 0, '', '', '', 0, NULL, 0, created_at FROM child LIMIT 1",
            None,
            "",
        ),
    ],
)
def test_each_kind_of_edit_has_its_words(folder: Path, statement: str, seq: int | None, words: str) -> None:
    verdict = tampered(folder, lambda connection: connection.execute(statement) and None)
    assert not verdict.ok
    assert any(problem.seq == seq and words in problem.message for problem in verdict.problems), verdict.problems


def test_another_chain_than_the_backups_shows(folder: Path) -> None:
    head = Head(5, "00" * 32, "2026-09-03T09:30:00.000000Z")
    verdict = verify(folder, log_in(folder), heads=[head])
    assert [(p.seq, "earlier backup" in p.message) for p in verdict.problems] == [(5, True)]


def test_a_thousand_problems_are_enough(folder: Path) -> None:
    findings = Findings()
    for number in range(3000):
        findings.add("rows", f"child:{number}", None, "x")
    assert (len(findings.problems), findings.failed) == (1000, {"rows"})


def test_no_register_no_look(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing):
        look(tmp_path)
    with pytest.raises(StoreMissing):
        verify(tmp_path, Anybody())


class Anybody:
    store_id, data_key = "s", bytes(32)


def test_missing_safeguards_show(folder: Path) -> None:
    opened(folder).close()
    verdict = verify(folder, log_in(folder))
    assert {problem.where for problem in verdict.problems} == {
        "trigger:audit_event_append_only",
        "trigger:audit_event_no_delete",
        "trigger:audit_change_append_only",
        "trigger:audit_change_no_delete",
    }


def test_blanking_without_an_erasure_shows(folder: Path) -> None:
    def blank(connection: Connection) -> None:
        connection.execute("UPDATE audit_change SET before = NULL, after = NULL, salt = NULL WHERE id = 9")
        connection.execute("UPDATE audit_event SET reason = NULL, reason_salt = NULL, erased_by = 1 WHERE seq = 5")

    verdict = tampered(folder, blank)
    assert {problem.seq for problem in verdict.problems} == {4, 5}


def test_content_files_are_checked(folder: Path) -> None:
    (path,) = (folder / "content").iterdir()
    raw = path.read_bytes()
    path.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    verdict = verify(folder, log_in(folder))
    assert verdict.checks == {"pages": True, "rows": True, "audit": True, "content": False}
    assert verdict.problems[0].where.startswith("content:")
    path.unlink()
    assert not verify(folder, log_in(folder)).checks["content"]


def test_a_good_register_and_what_it_holds(folder: Path) -> None:
    steps: list[tuple[str, float]] = []
    verdict = verify(folder, log_in(folder), progress=lambda check, part: steps.append((check, part)))
    assert verdict.ok
    assert verdict.checks == dict.fromkeys(("pages", "rows", "audit", "content"), True)
    assert verdict.counts == {"children": 8, "cases": 8, "events": 8, "files": 0, "inbox": 0, "documents": 0}
    assert verdict.head is not None
    assert (verdict.head.seq, len(verdict.head.hash)) == (11, 64)
    assert list(dict.fromkeys(check for check, _ in steps)) == ["pages", "audit", "rows", "content"]
    assert all(0 <= part <= 1 for _, part in steps)


def test_a_check_can_be_ended(folder: Path) -> None:
    with pytest.raises(VerifyCancelled):
        verify(folder, log_in(folder), cancelled=lambda: True)


def test_a_look_needs_no_key(folder: Path) -> None:
    verdict = look(folder)
    assert (verdict.ok, verdict.counts, verdict.head) == (True, None, None)
    assert set(verdict.checks.values()) == {None}
    database = folder / read_key_file(folder).database
    whole = database.read_bytes()
    database.write_bytes(whole[:-100])
    assert "part of it is lost" in look(folder).problems[0].message
    database.write_bytes(b"SQLite format 3\0" + whole[16:])
    assert "not encrypted" in look(folder).problems[0].message
    database.unlink()
    assert "not in the folder" in look(folder).problems[0].message
    (folder / "keys.json").write_text("{}")
    assert not look(folder).ok


def test_messages_hold_no_case_data(folder: Path) -> None:
    def edit(connection: Connection) -> None:
        connection.execute("UPDATE child_name SET surname = 'Qwyxplorvuk'")
        connection.execute("UPDATE audit_change SET after = 'Qwyxplorvuk' WHERE id = 12")

    verdict = tampered(folder, edit)
    assert len(verdict.problems) >= 8
    assert not any("Qwyx" in problem.message or "Testcase" in problem.message for problem in verdict.problems)
