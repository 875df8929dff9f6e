"""One file, or a few that belong together, for each kind that a reader must survive (s2s-files.md 12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from cme_desktop.synth.names import FEMALE, MALE, Family
from cme_desktop.synth.s2s_drafts import Draft
from cme_desktop.synth.s2s_kit import Kit
from cme_desktop.synth.s2s_places import COUNCIL, OURS, SCHOOLS, address_in_lines
from cme_desktop.synth.s2s_pupils import Form, Pupil, school_year, shift_days
from cme_desktop.synth.s2s_styles import ARBOR, BROMCOM, SCHOLARPACK, SIMS


@dataclass(frozen=True)
class Kind:
    """One kind of file: how many pupils it needs, and what makes it."""

    case: str
    pupils: int
    make: Callable[[Kit], list[Draft]]


def _only(draft: Draft) -> Pupil:
    return draft.pupils[0]


def _missing_upn(kit: Kit) -> list[Draft]:
    draft = kit.cml("missing-upn")
    del _only(draft).form["UPN"]
    _only(draft).problems.append("upn-missing")
    return [draft]


def _temporary_upn(kit: Kit) -> list[Draft]:
    draft = kit.cml("temporary-upn")
    _only(draft).form["UPN"] = kit.maker.upn(school_year(draft.made), temporary=True)
    _only(draft).problems.append("upn-temporary")
    return [draft]


def _former_upn(kit: Kit) -> list[Draft]:
    draft = kit.ctf("former-upn", style=SIMS)
    _only(draft).form["FormerUPN"] = [kit.maker.upn(school_year(draft.made) - 3)]
    return [draft]


def _wrong_check_letter(kit: Kit) -> list[Draft]:
    draft = kit.ctf("wrong-check-letter")
    upn = str(_only(draft).form["UPN"])
    _only(draft).form["UPN"] = ("B" if upn[0] != "B" else "C") + upn[1:]
    _only(draft).problems.append("upn-check-letter")
    return [draft]


def _gender_v19(kit: Kit) -> list[Draft]:
    return [kit.ctf("gender-v19", version=19, style=SIMS)]


def _sex_v25(kit: Kit) -> list[Draft]:
    return [kit.ctf("sex-v25", version=25, style=ARBOR)]


def _version_form(kit: Kit) -> list[Draft]:
    draft = kit.ctf("version-25", version=25, style=SCHOLARPACK)
    draft.version_text = "25"
    return [draft]


def _bs7666(kit: Kit) -> list[Draft]:
    draft = kit.ctf("bs7666-address", style=ARBOR)
    _only(draft).form["Address"] = {
        "SAON": "Flat 3",
        "PAON": "Specimen Court",
        "Street": "Pattern Lane",
        "Locality": "Wealdstone",
        "Town": "Harrow",
        "AdministrativeArea": "Harrow",
        "PostTown": "HARROW",
        "UniquePropertyReferenceNumber": "010070000001",
        "PostCode": "HA3 2ZZ",
        "Country": "United Kingdom",
        "Easting": "515000.0",
        "Northing": "189000.0",
    }
    return [draft]


def _lines(kit: Kit) -> list[Draft]:
    draft = kit.ctf("line-address", style=BROMCOM)
    _only(draft).form["Address"] = address_in_lines(kit.rng)
    return [draft]


def _zip_beside_postcode(kit: Kit) -> list[Draft]:
    draft = kit.ctf("zip-with-dummy-postcode", style=SIMS, reason="EM", letter="g")
    _only(draft).form["Address"] = {
        "PAON": "4",
        "Street": "Fiction Gardens",
        "Town": "St Helier",
        "PostCode": "ZZ99 9ZZ",
        "ZIP": "JE2 9ZZ",
        "Country": "Jersey",
    }
    return [draft]


def _overseas(kit: Kit) -> list[Draft]:
    draft = kit.cml("overseas-address")
    _only(draft).form["Address"] = {
        "AddressLine1": "Strada Exemplului 12",
        "AddressLine2": "Cluj-Napoca",
        "ZIP": "400000",
        "Country": "Romania",
    }
    return [draft]


def _padded(kit: Kit) -> list[Draft]:
    draft = kit.ctf("padded-paon", style=SIMS)
    _only(draft).form["Address"] = {"SAON": "Flat 2", "PAON": "12", "Street": "Sample Road", "PostCode": "HA1 9ZZ"}
    return [draft]


def _contacts_out_of_order(kit: Kit) -> list[Draft]:
    draft = kit.ctf("contacts-out-of-order", style=SIMS)
    family = _only(draft).family
    aunt = kit.maker.contact(family, 3, FEMALE) | {"Relationship": "REL", "Responsibility": "false", "Title": "Ms"}
    aunt["Address"] = address_in_lines(kit.rng)
    father = kit.maker.contact(family, 1, MALE) | {"CourtOrder": "Y"}
    _only(draft).set_block("Contacts", [aunt, father, kit.maker.contact(family, 2, FEMALE)])
    return [draft]


def _contact_without_phone(kit: Kit) -> list[Draft]:
    draft = kit.cml("contact-without-phone")
    for contact in _only(draft).block("Contacts"):
        contact.pop("Phones", None)
    return [draft]


def _phone_with_spaces(kit: Kit) -> list[Draft]:
    draft = kit.ctf("phone-with-spaces", style=SIMS)
    _only(draft).form["Phones"] = [{"TelephoneType": "H", "PhoneNo": "020 7946 0 12"}]
    _only(draft).block("Contacts")[0]["Phones"] = [{"TelephoneType": "M", "PhoneNo": "07700 900 123"}]
    return [draft]


def _capitals(kit: Kit) -> list[Draft]:
    draft = kit.ctf("capitals", style=SIMS)
    form = _only(draft).form
    for name in ("Surname", "Forename", "PreferredSurname", "PreferredForename"):
        form[name] = str(form[name]).upper()
    return [draft]


def _named(kit: Kit, case: str, forename: str | None, surname: str, problem: str | None = None) -> list[Draft]:
    """Return a CTF about a pupil of this name, whose parents have it too."""
    draft = kit.ctf(case, style=ARBOR, family=Family("en_GB", surname))
    pupil = _only(draft)
    for name in ("Forename", "PreferredForename"):
        if forename is None:
            del pupil.form[name]
        else:
            pupil.form[name] = forename
    pupil.form.pop("MiddleNames", None)
    if problem:
        pupil.problems.append(problem)
    return [draft]


def _hyphen(kit: Kit) -> list[Draft]:
    return _named(kit, "hyphen", "Anna-Maria", "Smith-Okafor")


def _apostrophe(kit: Kit) -> list[Draft]:
    return _named(kit, "apostrophe", "Niamh", "O’Brien")


def _accent(kit: Kit) -> list[Draft]:
    return _named(kit, "accent", "Łukasz", "Ștefănescu")


def _single_name(kit: Kit) -> list[Draft]:
    return _named(kit, "single-name", None, "Sivakumar", "forename-missing")


def _twins(kit: Kit) -> list[Draft]:
    draft = kit.ctf("twins", age=9)
    first = _only(draft)
    second = first.copy()
    second.form["UPN"] = kit.maker.upn(school_year(first.born) + 5)
    first.form["Forename"] = first.form["PreferredForename"] = "Adya"
    second.form["Forename"] = second.form["PreferredForename"] = "Arya"
    draft.pupils.append(second)
    return [draft]


def _several_lost(kit: Kit) -> list[Draft]:
    draft = kit.lost("several-in-lost-file", 2)
    draft.problems.add("lost-several-pupils")
    return [draft]


def _empty_leaving_date(kit: Kit) -> list[Draft]:
    draft = kit.ctf("empty-leaving-date", style=SIMS)
    stay = _only(draft).block("SchoolHistory")[0]
    for name in ("LeavingDate", "RemovalGrounds"):
        stay[name] = ""
    return [draft]


def _no_source_history(kit: Kit) -> list[Draft]:
    draft = kit.ctf("no-source-history")
    pupil = _only(draft)
    pupil.set_block("SchoolHistory", pupil.block("SchoolHistory")[1:])
    if not pupil.block("SchoolHistory"):
        del pupil.form["SchoolHistory"]
    pupil.problems.append("history-missing")
    return [draft]


def _two_rows(kit: Kit) -> list[Draft]:
    draft = kit.ctf("two-rows-one-school", style=SIMS)
    pupil = _only(draft)
    stay = pupil.block("SchoolHistory")[0]
    earlier: Form = {name: stay[name] for name in ("LEA", "Estab", "URN", "SchoolName") if name in stay}
    earlier |= {"EntryDate": shift_days(draft.made, -1400).isoformat()}
    earlier |= {"LeavingDate": shift_days(draft.made, -1100).isoformat(), "LeavingReason": "ST"}
    pupil.set_block("SchoolHistory", [stay, earlier])
    pupil.problems.append("several-same-school")
    return [draft]


def _same_file_twice(kit: Kit) -> list[Draft]:
    draft = kit.cml("same-file-twice")
    again = replace(draft, rename=lambda name: name.replace(".xml", " - Copy.xml"), repairs={"name-damaged"})
    return [draft, again]


def _joined_elsewhere(kit: Kit, case: str, leaving: Draft) -> list[Draft]:
    """Return a file about leaving and, later, the joiner file of the same pupil from another of our schools."""
    leaver = _only(leaving)
    left = next(s for s in SCHOOLS if s.number == leaving.source["LEA"] + leaving.source["Estab"])
    school = next(s for s in OURS if s != left and s.first_age == left.first_age)
    made = shift_days(kit.today, -2)
    joiner = leaver.copy()
    stay: Form = dict(school.as_header())
    stay["EntryDate"] = shift_days(made, -1).isoformat()
    joiner.set_block("SchoolHistory", [stay, dict(leaver.block("SchoolHistory")[0])])
    return [leaving, kit.draft(case, "CMJ", [joiner], school, dict(COUNCIL), made=made, version=kit.version)]


def _cml_then_cmj(kit: Kit) -> list[Draft]:
    return _joined_elsewhere(kit, "cml-then-cmj", kit.cml("cml-then-cmj"))


def _lost_then_cmj(kit: Kit) -> list[Draft]:
    return _joined_elsewhere(kit, "lost-then-cmj", kit.lost("lost-then-cmj"))


def _upn_shared(kit: Kit) -> list[Draft]:
    draft = kit.cml("upn-shared", 2)
    first, second = draft.pupils
    second.form["UPN"] = first.form["UPN"]
    for pupil in draft.pupils:
        pupil.problems.append("upn-shared")
    return [draft]


def _old_letter(kit: Kit) -> list[Draft]:
    """A letter alone, which before 19 August 2024 meant another ground than now."""
    draft = kit.ctf("ground-letter-2006", version=23, style=SIMS)
    stay = _only(draft).block("SchoolHistory")[0]
    kit.end_stay(stay, shift_days(draft.made, -3), 23, letter="h", reason="OT")
    stay["RemovalGrounds"] = "H"
    return [draft]


def _unread_ground(kit: Kit) -> list[Draft]:
    draft = kit.cml("ground-in-other-words")
    stay = _only(draft).block("SchoolHistory")[0]
    stay["RemovalGrounds"], stay["meant"] = "see letter on file", ""
    _only(draft).problems.append("ground-unknown")
    return [draft]


def _home_educated(kit: Kit) -> list[Draft]:
    draft = kit.lost("nowhere-home-education", letter="f", reason="EO")
    draft.lost = False
    return [draft]


def _abroad(kit: Kit) -> list[Draft]:
    draft = kit.lost("nowhere-abroad", letter="g", reason="EM")
    draft.lost = False
    return [draft]


def _no_birth_date(kit: Kit) -> list[Draft]:
    draft = kit.cml("dob-missing")
    del _only(draft).form["DOB"]
    _only(draft).problems.append("dob-missing")
    draft.status = "partial"
    return [draft]


def _no_such_birth_date(kit: Kit) -> list[Draft]:
    draft = kit.cml("dob-invalid")
    _only(draft).form["DOB"] = f"{_only(draft).born.year}-02-30"
    _only(draft).problems.append("dob-invalid")
    draft.status = "partial"
    return [draft]


PUPIL_KINDS = (
    Kind("missing-upn", 1, _missing_upn),
    Kind("temporary-upn", 1, _temporary_upn),
    Kind("former-upn", 1, _former_upn),
    Kind("wrong-check-letter", 1, _wrong_check_letter),
    Kind("gender-v19", 1, _gender_v19),
    Kind("sex-v25", 1, _sex_v25),
    Kind("version-25", 1, _version_form),
    Kind("bs7666-address", 1, _bs7666),
    Kind("line-address", 1, _lines),
    Kind("zip-with-dummy-postcode", 1, _zip_beside_postcode),
    Kind("overseas-address", 1, _overseas),
    Kind("padded-paon", 1, _padded),
    Kind("contacts-out-of-order", 1, _contacts_out_of_order),
    Kind("contact-without-phone", 1, _contact_without_phone),
    Kind("phone-with-spaces", 1, _phone_with_spaces),
    Kind("capitals", 1, _capitals),
    Kind("hyphen", 1, _hyphen),
    Kind("apostrophe", 1, _apostrophe),
    Kind("accent", 1, _accent),
    Kind("single-name", 1, _single_name),
    Kind("twins", 2, _twins),
    Kind("several-in-lost-file", 2, _several_lost),
    Kind("empty-leaving-date", 1, _empty_leaving_date),
    Kind("no-source-history", 1, _no_source_history),
    Kind("two-rows-one-school", 1, _two_rows),
    Kind("same-file-twice", 2, _same_file_twice),
    Kind("cml-then-cmj", 2, _cml_then_cmj),
    Kind("lost-then-cmj", 2, _lost_then_cmj),
)
FURTHER_KINDS = (
    Kind("nowhere-home-education", 1, _home_educated),
    Kind("nowhere-abroad", 1, _abroad),
    Kind("ground-letter-2006", 1, _old_letter),
    Kind("ground-in-other-words", 1, _unread_ground),
    Kind("upn-shared", 2, _upn_shared),
    Kind("dob-missing", 1, _no_birth_date),
    Kind("dob-invalid", 1, _no_such_birth_date),
)
