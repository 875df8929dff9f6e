"""Zip files: what is taken, what is passed over, and each reason to refuse one whole (safety.md 5)."""

from __future__ import annotations

import io
import zipfile

import pytest

from cme_desktop.importers.limits import ZipLimits
from cme_desktop.importers.s2s.archive import open_zip
from cme_desktop.importers.s2s.reader import inspect_bytes
from tests.importers.files import NAME, TODAY, ctf, pupil, read

CML = "3102999_CML_310LLLL_001.xml"


def packed(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of these members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return target.getvalue()


def locked(data: bytes) -> bytes:
    """Return the zip with its first member marked as encrypted, in both places that say so."""
    central = data.index(b"PK\x01\x02")
    changed = bytearray(data)
    changed[6] |= 1
    changed[central + 8] |= 1
    return bytes(changed)


def test_transfer_files_are_taken_and_the_rest_is_passed_over() -> None:
    data = packed(
        ("in/", b""),
        (f"in/{NAME}", ctf()),
        ("../../etc/3102999_CTF_3044001_002.XML", ctf(pupil(Surname="Example"))),
        ("CTF_Error_List.txt", b"No errors."),
        ("3102999_CTF_3044001_003.ctf", ctf()),
        (f"__MACOSX/._{NAME}", b"\x00\x05\x16\x07"),
        ("._hidden.xml", b"\x00"),
    )
    reading = read(data, "/in/batch.zip")
    assert (reading.status, reading.kind, reading.kind_from, reading.pupils) == ("read", "zip", "content", ())
    assert [member.name for member in reading.members] == [
        NAME,
        "3102999_CTF_3044001_002.XML",
        "3102999_CTF_3044001_003.ctf",
    ]
    assert reading.members[0].path == f"/in/batch.zip/in/{NAME}"
    assert [member.pupils[0].values["Surname"] for member in reading.members] == ["Testpupil", "Example", "Testpupil"]
    assert [member.repair_codes for member in reading.members] == [set(), {"name-damaged"}, {"name-damaged"}]


def test_one_bad_member_does_not_spoil_the_others() -> None:
    reading = read(packed((NAME, ctf()), (CML, b"<CTfile>")), "batch.zip")
    assert reading.status == "partial"
    assert [member.status for member in reading.members] == ["read", "refused"]
    assert read(packed((CML, b"<CTfile>")), "batch.zip").status == "refused"
    assert read(packed((CML, b"<ATfile/>")), "batch.zip").status == "read"


@pytest.mark.parametrize(
    ("codes", "data"),
    [
        ({"zip-encrypted"}, locked(packed((NAME, ctf())))),
        ({"zip-nested"}, packed((NAME, ctf()), ("more.ZIP", packed((NAME, ctf()))))),
        ({"zip-nested"}, packed((NAME, packed((NAME, ctf()))))),
        ({"zip-nested"}, packed((NAME, ctf()), ("more.7z", b"7z"))),
        ({"too-many-members"}, packed(*((f"{number}.xml", ctf()) for number in range(21)))),
        ({"zip-no-xml"}, packed(("letter.pdf", b"%PDF"))),
        ({"zip-no-xml"}, packed()),
        ({"ratio"}, packed((NAME, b" " * 1_000_000))),
        ({"not-xml"}, packed(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>"))),
        ({"truncated"}, packed((NAME, ctf()))[:-30]),
        ({"truncated"}, b"PK\x03\x04 and then nothing"),
        ({"truncated"}, b"PK\x05\x06" + b"\xff" * 18),
    ],
)
def test_each_reason_to_refuse_a_zip(codes: set[str], data: bytes) -> None:
    reading = read(data, "batch.zip")
    assert reading.problem_codes == codes
    assert (reading.status, reading.members, reading.pupils) == ("refused", (), ())


def test_a_zip_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    data = packed(*((f"{number}.xml", bytes(range(256)) * 20) for number in range(3)), method=zipfile.ZIP_STORED)
    reading = inspect_bytes(data, "batch.zip", TODAY, zip_limits=ZipLimits(bytes=10_000))
    assert reading.problem_codes == {"zip-too-large"}
    both = inspect_bytes(packed((NAME, b" " * 20_000)), "batch.zip", TODAY, zip_limits=ZipLimits(bytes=10_000))
    assert both.problem_codes == {"zip-too-large", "ratio"}


def test_a_member_that_is_not_what_the_directory_says_is_refused_alone() -> None:
    good = packed((NAME, ctf()), (CML, ctf()), method=zipfile.ZIP_STORED)
    place = good.index(b"Testpupil")
    reading = read(good[:place] + b"X" + good[place + 1 :], "batch.zip")
    assert [member.status for member in reading.members] == ["refused", "read"]
    assert reading.members[0].problem_codes == {"truncated"}
    assert reading.status == "partial"


def test_a_method_that_is_not_known_does_not_raise() -> None:
    data = bytearray(packed((NAME, ctf())))
    central = bytes(data).index(b"PK\x01\x02")
    data[8], data[central + 10] = 99, 99
    assert [member.data for member in open_zip(bytes(data)).members] == [None]


def test_exactly_twenty_members_are_read() -> None:
    reading = read(packed(*((f"{number}.xml", ctf()) for number in range(20))), "batch.zip")
    assert (reading.status, len(reading.members)) == ("read", 20)


def test_a_zip_under_the_name_of_a_transfer_file_is_a_zip() -> None:
    assert read(packed((NAME, ctf())), NAME).kind == "zip"


def test_a_member_without_a_name_does_not_raise() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        info = zipfile.ZipInfo("a")
        info.filename = ""
        archive.writestr(info, b"")
        archive.writestr(NAME, ctf())
    assert [member.name for member in read(target.getvalue(), "batch.zip").members] == [NAME]
