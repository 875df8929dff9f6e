"""The sentence for each repair and problem code of command-line.md 3: what happened, what it means, what to do."""

from __future__ import annotations

from cme_desktop.importers.result import Problem, Repair, Severity

REPAIRS = {
    "bom-removed": "The file began with a mark that only programs need. It was left out.",
    "leading-space-removed": "There were blanks before the first line. They were left out.",
    "declaration-repeated": "The first line of the file stood there more than once. It was read once.",
    "encoding-windows-1252": "The letters were saved in the Windows way, although the file does not say so. "
    "Check names with accents or apostrophes.",
    "encoding-utf-8": "The letters were saved as UTF-8, although the file says otherwise. Check names with accents.",
    "encoding-utf-16": "The letters were saved two bytes each (UTF-16). They were read as such.",
    "ampersand-escaped": "A sign & was not written in the way that these files need. It was read as text.",
    "control-characters-removed": "Characters that cannot be seen were left out.",
    "root-name": "The file calls itself by an unusual name. It was read as a transfer file.",
    "element-name": "Some fields have other names than the standard ones. They were read as the standard ones.",
    "pupil-place": "The pupils did not stand where they should. They were read from where they stood.",
    "version-form": "The version was not written in full. It was read as the full version number.",
    "name-damaged": "The file name was changed by copying or downloading. It was read as the name it had before.",
    "padding-trimmed": "Blanks before or after some values were left out.",
}

_WARNINGS = {
    "upn-missing": "This pupil has no UPN in the file. Match by name and date of birth, and ask the school for it.",
    "upn-check-letter": "The first letter of the UPN does not fit its numbers, so it may hold a typing mistake. "
    "Compare name and date of birth, and ask the school.",
    "upn-format": "The UPN does not have the form of a UPN: a letter and 12 numbers, or a letter, 11 numbers and a "
    "letter. Ask the school for the right one.",
    "upn-temporary": "The UPN is a temporary one, so it does not tell this pupil from others by itself. "
    "Compare name and date of birth.",
    "upn-shared": "Another pupil in this file has the same UPN. Compare their names and dates of birth, and ask the "
    "school which one is right.",
    "uln-invalid": "The learner number (ULN) does not fit its check digit. It was kept as written.",
    "surname-missing": "This pupil has no surname in the file. Check whether the pupil uses one name only.",
    "forename-missing": "This pupil has no forename in the file. Check whether the pupil uses one name only.",
    "age-unlikely": "By the date of birth this pupil is under 2 or over 19. Check the date with the school.",
    "name-header-disagree": "The file name and the file itself name different schools or kinds. The schools are taken "
    "from the file, the kind from its name. Check with the sender.",
    "lost-several-pupils": "A file for a pupil whose school is not known should hold one pupil only. "
    "All were read: look at each.",
    "kind-unsure": "It is not certain what this file is: joiners, leavers or something else. "
    "Confirm it before you decide.",
    "version-missing": "The file does not say which version of the format it has. It was read all the same.",
    "version-unknown": "The version of the format is not one from 12 to 26. Check that every field was read.",
    "history-missing": "The sending school is not in this pupil's school history, so dates and ground of leaving are "
    "not known. Ask the school.",
    "ground-unknown": "The ground for taking the pupil off roll could not be told from the words in the file. "
    "Read them, and ask the school.",
    "leaving-reason-unknown": "The leaving reason is not one of the usual codes. It was kept as written.",
    "not-a-move": "This file is not about a pupil joining or leaving a school. Use it only to check who a pupil is.",
    "several-same-school": "One school stands more than once in this pupil's school history. "
    "Check which stay is the present one.",
}

_ERRORS = {
    "name-missing": "This pupil has neither surname nor forename in the file. Ask the school who it is.",
    "dob-missing": "This pupil has no date of birth in the file. Ask the school for it.",
    "dob-invalid": "The date of birth is not a real date written as year-month-day. Ask the school for it.",
    "dob-future": "The date of birth lies in the future. Ask the school for the right one.",
}

REFUSALS = {
    "doctype": "This file has a DOCTYPE, which S2S files never have, so it was not opened. "
    "Ask the sender for a new one.",
    "empty": "This file is empty. Ask the sender to send it again.",
    "truncated": "This file was cut off before its end, so nothing was taken from it. Ask the sender to send it again.",
    "not-xml": "This file is no transfer file, or it is damaged inside, so nothing was taken from it. "
    "Look what it is, and ask the sender for a new one.",
    "html": "This is a web page saved under another name, often a log-in page. Log in to S2S and download it again.",
    "too-large": "This file is larger than the program reads (50 MB, or more memory than it allows). "
    "Ask the sender to split it.",
    "too-deep": "This file is nested far deeper than an S2S file, so it was not read. Ask the sender for a new one.",
    "too-many-elements": "This file holds far more than an S2S file should, so it was not read. "
    "Ask the sender to split it.",
    "too-many-attributes": "This file has elements of a kind that S2S files never have, so it was not read. "
    "Ask the sender for a new one.",
    "value-too-long": "A value in this file is far longer than any in an S2S file, so it was not read. "
    "Ask the sender for a new one.",
    "zip-too-large": "Unpacked, this zip file is larger than the program reads (50 MB). Ask the sender to split it.",
    "zip-nested": "This zip file holds another zip file. Unpack it yourself, and give the files in it to the program.",
    "zip-encrypted": "This zip file is locked with a password. Unpack it yourself, and give the files in it to the "
    "program.",
    "zip-no-xml": "This zip file holds no transfer file. Look what is in it, and ask the sender for the right one.",
    "too-many-members": "This zip file holds more than 20 files. Unpack it yourself, and give the program a few at a "
    "time.",
    "ratio": "This zip file unpacks to more than 100 times its size, as harmful ones do, so it was not opened. "
    "Ask the sender.",
    "root-unknown": "This file is XML, but not a transfer file. Look what it is, and ask the sender for the right one.",
    "time-limit": "Reading this file took longer than the program allows, so it was stopped. Ask the sender for a new "
    "one.",
}

_SPECIAL = {
    "damaged-zip": ("truncated", "This zip file is damaged or was cut off. Ask the sender to send it again."),
    "office": (
        "not-xml",
        "This is a spreadsheet or a document, not a transfer file. Open it in its own program.",
    ),
    "memory": ("too-large", "Reading this file needs more memory than the program allows. Ask the sender to split it."),
    "admissions": (
        "not-a-move",
        "This is an admissions file (ATF) from a council to a school. It is not for this register and was left alone.",
    ),
    "same-school": (
        "not-a-move",
        "Sender and receiver are the same school: this file moves data between two of its systems. "
        "Use it only to check who a pupil is.",
    ),
}


def repair(code: str) -> Repair:
    """Return the repair with its sentence."""
    return Repair(code, REPAIRS[code])


def problem(code: str, pupil: int | None = None, path: str | None = None, value: str | None = None) -> Problem:
    """Return a problem with its severity and sentence; ``name-missing`` is ``surname-missing`` as an error."""
    if code == "name-missing":
        return Problem("surname-missing", Severity.ERROR, _ERRORS[code], pupil, path, value)
    if code in _ERRORS:
        return Problem(code, Severity.ERROR, _ERRORS[code], pupil, path, value)
    return Problem(code, Severity.WARNING, _WARNINGS[code], pupil, path, value)


def special(case: str) -> Problem:
    """Return the problem of a case that has its own sentence under a shared code."""
    code, message = _SPECIAL[case]
    return Problem(code, Severity.ERROR if code in REFUSALS else Severity.WARNING, message)


def refusal(code: str) -> Problem:
    """Return the problem that says why nothing was taken from the file."""
    return Problem(code, Severity.ERROR, REFUSALS[code])
