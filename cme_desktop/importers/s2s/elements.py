"""The element names of the S2S formats, and how a name in a file becomes one of them (s2s-files.md 4 to 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

HEADER = ("DocumentName", "CTFversion", "DateTime", "DocumentQualifier", "DataDescriptor", "SupplierID")
SCHOOL_NUMBER = ("LEA", "Estab", "URN", "SchoolName", "AcademicYear")
PUPIL = (
    "UPN",
    "UniqueLearnerNumber",
    "UCI",
    "Surname",
    "Forename",
    "DOB",
    "Sex",
    "FormerUPN",
    "PreferredSurname",
    "PreferredForename",
    "FormerSurname",
    "FormerForename",
    "MiddleNames",
    "NCyearActual",
    "Ethnicity",
    "EthnicitySource",
    "ServiceChild",
    "MedicalFlag",
    "EnrolStatus",
    "Email",
)
LEAVING = ("EntryDate", "LeavingDate", "LeavingReason", "RemovalGrounds")
ADDRESS = (
    "SAON",
    "PAON",
    "Street",
    "Locality",
    "Town",
    "AdministrativeArea",
    "PostTown",
    "UniquePropertyReferenceNumber",
    "AddressLine1",
    "AddressLine2",
    "AddressLine3",
    "AddressLine4",
    "AddressLine5",
    "County",
    "PostCode",
    "ZIP",
    "Country",
    "Easting",
    "Northing",
    "AddressAsPupil",
)
PHONE = ("TelephoneType", "PhoneNo")
CONTACT = (
    "Order",
    "Title",
    "Surname",
    "Forename",
    "MiddleNames",
    "Sex",
    "Relationship",
    "Responsibility",
    "Email",
    "CourtOrder",
)
SCHOOL = ("LEA", "Estab", "URN", "SchoolName", *LEAVING, "LastSchool")
LANGUAGE = ("LanguageType", "Language")
SEN = ("StartDate", "SENprovision", "EndDate")
SEN_NEED = ("NeedStartDate", "SENtypeRank", "SENtype")
CARE = ("InCare", "CareAuthority")

BLOCKS = (
    "BasicDetails",
    "Languages",
    "Disabilities",
    "LookedAfter",
    "SENhistory",
    "SENneeds",
    "Address",
    "BS7666Address",
    "AddressLines",
    "Phones",
    "Phone",
    "Contacts",
    "Contact",
    "SchoolHistory",
    "School",
)
# Background, supplier data and what the program does not use: never searched for a pupil's own values.
PASSED_OVER = frozenset({"attendance", "stageassessments", "suppinfo", "fsmhistory", "nawdetails"})
# An unknown block about another person, another time or another school must not lend its values to the pupil.
OTHERS = (
    "parent",
    "carer",
    "guardian",
    "contact",
    "sibling",
    "emergency",
    "doctor",
    "future",
    "next",
    "new",
    "expected",
    "previous",
    "former",
    "last",
    "dest",
    "source",
    "header",
    "school",
    "pupil",
)

_ALIASES = {
    "gender": "Sex",
    "uln": "UniqueLearnerNumber",
    "legalsurname": "Surname",
    "legalforename": "Forename",
    "relationshipcode": "Relationship",
    "removalground": "RemovalGrounds",
    "groundforremoval": "RemovalGrounds",
    "groundsforremoval": "RemovalGrounds",
}


def name_table(names: Iterable[str]) -> Mapping[str, str]:
    """Return the standard name for each spelling, in lower case, that means one of these names."""
    wanted = tuple(names)
    table = {name.lower(): name for name in wanted}
    table |= {alias: name for alias, name in _ALIASES.items() if name in wanted}
    return table


def is_variant(written: str, standard: str, *, foreign: bool) -> bool:
    """Return whether a name in a file is another way to write the standard one (repair ``element-name``)."""
    return foreign or written != standard


def about_another(name: str) -> bool:
    """Return whether an unknown block seems to be about another person, time or school."""
    lower = name.lower()
    return lower in PASSED_OVER or any(word in lower for word in OTHERS)
