"""The fields that every letter may use, with what the officer reads when one is not filled."""

from __future__ import annotations

COMMON_FIELDS: dict[str, str] = {
    "admissions_link": "School Admissions: web page (Admin, contacts)",
    "admissions_phone": "School Admissions: phone (Admin, contacts)",
    "advice_line": "Independent advice: name and phone (Admin, contacts)",
    "case_ref": "Case reference",
    "child_address": "Child’s address",
    "child_age": "Child’s age",
    "child_dob": "Child’s date of birth",
    "child_first": "Child’s first name",
    "child_name": "Child’s full name",
    "child_upn": "Child’s UPN",
    "council": "Name of the council (Admin, council)",
    "council_address": "Address of the council (Admin, council)",
    "council_email": "E-mail of the council’s team (Admin, council)",
    "council_phone": "Phone of the council’s team (Admin, council)",
    "head_name": "Name of the head teacher",
    "language_names": "Names of languages for the language line (Admin, letters)",
    "mash_phone": "MASH: phone in office hours (Admin, contacts)",
    "officer_name": "Name of the officer to ask for",
    "parent_address": "Parent’s address",
    "parent_name": "Parent’s full name",
    "parent_salutation": "How the letter greets the parent",
    "phone_hours": "Hours of the council’s phone (Admin, council)",
    "privacy_link": "Privacy notice: web page (Admin, council)",
    "school_address": "Address of the school",
    "school_name": "Name of the school",
    "school_phone": "Phone of the school",
    "school_salutation": "How the letter greets the school",
    "school_urn": "URN of the school",
    "sen_phone": "Special educational needs: phone (Admin, contacts)",
    "signatory_authority": "Authority of the person who signs (Admin, signatories)",
    "signatory_name": "Name of the person who signs (Admin, signatories)",
    "signatory_post": "Post of the person who signs (Admin, signatories)",
    "year_group": "Child’s year group",
}

# What is read back as it was typed: names of people, where people live, references. All else is running text.
NAMES = (
    "child_first",
    "child_name",
    "chooser_name",
    "head_name",
    "officer_name",
    "parent_name",
    "parent_salutation",
    "referrer_salutation",
    "sibling_first",
    "signatory_name",
)
AS_TYPED = frozenset({*NAMES, "case_ref", "child_address", "council_email", "order_no", "parent_address", "their_ref"})

# What stands around every letter: heading, window, reference block, footer.
FURNITURE_FIELDS: dict[str, str] = {
    "team": "Name of the team in the heading (Admin, council)",
    "heading_lines": "Address and phone in the heading (Admin, council)",
    "letter_date": "Date of the document",
    "address_lines": "Name and address for the envelope window",
    "rule_set": "Rule set",
}

# Fields that the furniture takes from the facts, whatever the words of the letter use: on every document, and
# on those with an envelope window.
FURNITURE_USES = ("council", "case_ref", "council_phone")
WINDOW_USES = ("officer_name", "council_email")
