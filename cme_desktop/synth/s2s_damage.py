"""Files that are damaged, misnamed, packed, or no transfer files at all (s2s-files.md 3, 4 and 12)."""

from __future__ import annotations

import codecs
import io
import zipfile
from collections import Counter

from cme_desktop.synth.names import Family
from cme_desktop.synth.s2s_drafts import Draft, Written, refused, write
from cme_desktop.synth.s2s_kinds import Kind
from cme_desktop.synth.s2s_kit import Kit
from cme_desktop.synth.s2s_places import COUNCIL, OURS
from cme_desktop.synth.s2s_pupils import Pupil
from cme_desktop.synth.s2s_styles import ARBOR, GIAP, MTC, SIMS, Style, results_tree

_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
_IDENTITY = ("UPN", "Surname", "Forename", "DOB", "Sex")
_ZIP_TIME = (2025, 9, 1, 12, 0, 0)


def _only_identity(pupil: Pupil) -> None:
    """Take away all but what tells who a pupil is."""
    pupil.form = {name: pupil.form[name] for name in _IDENTITY}


def _disagree(kit: Kit) -> list[Draft]:
    draft = kit.ctf("name-header-disagree")
    draft.name_destination = "3122999" if draft.destination["LEA"] != "312" else "3042999"
    draft.problems.add("name-header-disagree")
    return [draft]


def _bom(kit: Kit) -> list[Draft]:
    draft = kit.ctf("bom", style=ARBOR)
    draft.damage = lambda text: codecs.BOM_UTF8 + text.encode()
    draft.repairs = {"bom-removed"}
    return [draft]


def _windows_1252(kit: Kit) -> list[Draft]:
    draft = kit.ctf("windows-1252", style=SIMS, family=Family("en_GB", "O’Brien"))
    form = draft.pupils[0].form
    form["Forename"] = form["PreferredForename"] = "Chloé"
    draft.damage = lambda text: text.encode("cp1252")
    draft.repairs = {"encoding-windows-1252"}
    return [draft]


def _utf_16(kit: Kit) -> list[Draft]:
    draft = kit.cml("utf-16")
    draft.damage = lambda text: text.replace("utf-8", "utf-16", 1).encode("utf-16")
    draft.repairs = {"encoding-utf-16"}
    return [draft]


def _declaration_repeated(kit: Kit) -> list[Draft]:
    draft = kit.ctf("declaration-repeated", style=ARBOR)
    draft.damage = lambda text: f"{_DECLARATION}\n{text}".encode()
    draft.repairs = {"declaration-repeated"}
    return [draft]


def _leading_space(kit: Kit) -> list[Draft]:
    draft = kit.cmj("leading-space")
    draft.damage = lambda text: f"\r\n  {text}".encode()
    draft.repairs = {"leading-space-removed"}
    return [draft]


def _ampersand(kit: Kit) -> list[Draft]:
    draft = kit.cml("bare-ampersand")
    draft.source["SchoolName"] = "Example Infant & Nursery School"
    draft.damage = lambda text: text.replace("&amp;", "&").encode()
    draft.repairs = {"ampersand-escaped"}
    return [draft]


def _control_character(kit: Kit) -> list[Draft]:
    draft = kit.cml("control-character")
    surname = str(draft.pupils[0].form["Surname"])
    draft.damage = lambda text: text.replace(
        f"<Surname>{surname}", f"<Surname>{surname[:1]}\x07{surname[1:]}", 1
    ).encode()
    draft.repairs = {"control-characters-removed"}
    return [draft]


def _root_and_place(kit: Kit) -> list[Draft]:
    draft = kit.ctf("other-root-and-pupils", style=ARBOR)
    draft.root, draft.pupil_data = "CTF", "Pupils"
    draft.repairs = {"root-name", "pupil-place"}
    return [draft]


def _copied_name(kit: Kit) -> list[Draft]:
    draft = kit.ctf("copied-name")
    draft.rename = lambda name: name.replace(".xml", " (1).xml")
    draft.repairs = {"name-damaged"}
    return [draft]


def _unsure(kit: Kit) -> list[Draft]:
    draft = kit.cml("kind-by-content")
    draft.rename = lambda _: "leavers this week.xml"
    draft.kind_from = "content"
    draft.problems.add("kind-unsure")
    return [draft]


def _kind_by_header(kit: Kit) -> list[Draft]:
    draft = kit.cmj("kind-by-header")
    draft.rename = lambda _: "download.xml"
    draft.descriptor, draft.kind_from = "Children Missing Education: joiners", "header"
    return [draft]


def _phonics(kit: Kit) -> list[Draft]:
    return [_results(kit, "results-pho", "PHO", dict(COUNCIL), ARBOR, "phonics")]


def _key_stage_2(kit: Kit) -> list[Draft]:
    draft = _results(kit, "results-ks2", "KS2", {}, MTC, "Multiplication Tables Check")
    draft.destination = {"LEA": draft.source["LEA"], "Estab": draft.source["Estab"]}
    form = draft.pupils[0].form
    for name in ("Surname", "Forename"):
        form[name] = str(form[name]).upper()
    return [draft]


def _results(kit: Kit, case: str, code: str, destination: dict[str, str], style: Style, what: str) -> Draft:
    made = kit.made_in(kit.version)
    pupils = kit.pupils(1, made, age=6 if code == "PHO" else 9)
    _only_identity(pupils[0])
    draft = kit.draft(case, code, pupils, OURS[0], destination, made=made, version=kit.version, style=style)
    draft.extras = [results_tree("KS1" if code == "PHO" else "KS2")]
    draft.qualifier, draft.descriptor, draft.kind = "partial", f"Partial CTF containing {what} data", "results"
    draft.problems.add("not-a-move")
    return draft


def _giap(kit: Kit) -> list[Draft]:
    """The download of Get Information About Pupils: sender unknown, no details, a bare name."""
    draft = kit.ctf("giap-download", version=25, style=GIAP)
    draft.source, draft.destination = {"LEA": "XXX", "Estab": "XXXX"}, {"LEA": "XXX", "Estab": "XXXX"}
    _only_identity(draft.pupils[0])
    draft.pupils[0].problems.append("history-missing")
    draft.extras = []
    draft.rename = lambda _: "CTF.xml"
    draft.repairs = {"name-damaged"}
    return [draft]


DAMAGE_KINDS = (
    Kind("name-header-disagree", 1, _disagree),
    Kind("bom", 1, _bom),
    Kind("windows-1252", 1, _windows_1252),
    Kind("declaration-repeated", 1, _declaration_repeated),
    Kind("copied-name", 1, _copied_name),
    Kind("results-pho", 1, _phonics),
    Kind("results-ks2", 1, _key_stage_2),
)
FURTHER_DAMAGE_KINDS = (
    Kind("utf-16", 1, _utf_16),
    Kind("bare-ampersand", 1, _ampersand),
    Kind("giap-download", 1, _giap),
    Kind("kind-by-content", 1, _unsure),
    Kind("kind-by-header", 1, _kind_by_header),
    Kind("other-root-and-pupils", 1, _root_and_place),
    Kind("control-character", 1, _control_character),
    Kind("leading-space", 1, _leading_space),
)


def zip_with_report(kit: Kit, numbers: Counter[str]) -> Written:
    """Return a zip of a leaver file and a lost CTF, with the report that one exporter packs beside them."""
    inside = tuple(
        write(draft, numbers, kit.book) for draft in (kit.cml("zip-with-report"), kit.lost("zip-with-report"))
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [(each.name, each.data) for each in inside] + [("CTF_Error_List.txt", b"No errors.\r\n")]:
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), data, compress_type=zipfile.ZIP_DEFLATED)
    expect: dict[str, object] = {
        "status": "read",
        "kind": "zip",
        "kind_from": "content",
        "lost": False,
        "repairs": [],
        "problems": [],
        "pupils": [],
    }
    return Written("S2S files.zip", packed.getvalue(), "zip-with-report", expect, 2, inside)


def without_pupils(kit: Kit, numbers: Counter[str]) -> list[Written]:
    """Return the files that hold no pupil whom a reader may take: refused ones, and one for admissions."""
    whole = kit.ctf("cut-off")
    cut = whole.data()
    return [
        refused(whole.name(numbers), cut[: len(cut) * 3 // 5], "cut-off", "truncated"),
        refused(kit_name(kit, numbers), b"", "empty", "empty"),
        refused(kit_name(kit, numbers), _WEB_PAGE, "html-page", "html"),
        refused(kit_name(kit, numbers), _DOCTYPE, "doctype", "doctype"),
        _admissions(kit),
    ]


def kit_name(kit: Kit, numbers: Counter[str]) -> str:
    """Return the next free name for a CTF, without a pupil."""
    return kit.lost("name").name(numbers)


def _admissions(kit: Kit) -> Written:
    made = kit.made_in(kit.version)
    data = (
        f"{_DECLARATION}\n<ATfile><ATheader><DocumentName>Admissions Data Transfer File</DocumentName>"
        f"<DateTime>{made.isoformat()}T09:00:00</DateTime></ATheader><ATpupilData></ATpupilData></ATfile>\n"
    ).encode()
    expect: dict[str, object] = {
        "status": "ignored",
        "kind": "ATF",
        "kind_from": "name",
        "lost": False,
        "repairs": [],
        "problems": ["not-a-move"],
        "pupils": [],
    }
    return Written("310LLLL_ATF_3102999_001.xml", data, "admissions-file", expect, 0)


_WEB_PAGE = (
    b"<!DOCTYPE html>\r\n<html lang='en'><head><title>Sign in</title></head>\r\n"
    b"<body><form action='/login'><input name='user'><br></form></body></html>\r\n"
)
_DOCTYPE = (
    b'<?xml version="1.0"?>\n<!DOCTYPE CTfile [<!ENTITY name SYSTEM "file:///c:/example.txt">]>\n'
    b"<CTfile><Header/><CTFpupilData><Pupil><Surname>&name;</Surname></Pupil></CTFpupilData></CTfile>\n"
)
