"""The command line names the files that are bad, and puts them back when told to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Ran
from tests.importers.files import NAME, ctf

WHO = ("--user", "Asha Officer")


def rotted(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))


def test_bad_files_are_named_and_put_back(
    admin: Callable[..., Ran], register: Path, passphrase: Path, tmp_path: Path
) -> None:
    key = (*WHO, "--passphrase-file", passphrase, "--json")
    file = tmp_path / NAME
    file.write_bytes(ctf())
    admin("import", register, file, *key)
    place = tmp_path / "backups"
    first = admin("backup", register, place, *key)
    assert first.code == 0
    assert first.json["files"] == {"healed": [], "register_damaged": [], "put_back": 0, "lost": []}
    (held,) = (place / "content").iterdir()

    rotted(held)
    healed = admin("backup", register, place, *key)
    assert (healed.code, healed.json["files"]["healed"]) == (0, [held.name])
    assert str(held) in healed.err
    assert admin("verify", first.json["path"], *key).json["ok"] is True

    own = register / "content" / held.name
    rotted(own)
    named = admin("backup", register, place, *key)
    assert (named.code, named.json["files"]["register_damaged"]) == (1, [held.name])
    assert str(own) in named.err
    assert admin("verify", register, *key).json["ok"] is False
    back = admin("backup", register, place, *key, "--put-files-back")
    assert (back.code, back.json["files"]["put_back"]) == (0, 1)
    assert admin("verify", register, *key).json["ok"] is True

    rotted(held)
    rotted(own)
    lost = admin("backup", register, place, *key)
    assert (lost.code, lost.json["files"]["lost"]) == (1, [held.name])
    restored = admin("restore", first.json["path"], tmp_path / "new", *key)
    assert (restored.code, restored.json["damaged_files"]) == (1, [held.name])
    assert "1 held file is damaged in the backup" in restored.err
