"""The work on cases from the command line: the register, one case, one step of it, one document of it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cme_desktop.cli.options import add_store
from cme_desktop.cli.parser import count, near_day, path_of
from cme_desktop.domain.errors import Refusal, StepRefused, UserError

if TYPE_CHECKING:
    from cme_desktop.casework.documents.filed import DocumentRow
    from cme_desktop.casework.orders.process import StepTaken
    from cme_desktop.cli.output import Output
    from cme_desktop.cli.parser import Parser
    from cme_desktop.storage.store import Store

EVERYTHING = 1_000_000
USUAL_SERVICE = "hand"
"""How a notice or an order made from the command line is planned to be served, unless --method says otherwise."""


def add_parsers(subparsers: argparse._SubParsersAction[Parser]) -> None:
    """Add ``cases``, ``case``, ``act`` and ``letter``."""
    cases = subparsers.add_parser("cases", description="List the cases of the register, now or as at a day.")
    add_store(cases)
    cases.add_argument("--as-at", metavar="DATE", type=near_day, help="as things stood at the end of this day")
    cases.add_argument(
        "--known-at", metavar="DATE", type=near_day, help="with what the register said at the end of this day"
    )
    cases.set_defaults(handle=_cases)

    case = subparsers.add_parser("case", description="Show one case: who, what happened, what is lawful now.")
    add_store(case)
    case.add_argument("ref", metavar="REF", help="the reference of the case, such as CME-2026-00042")
    case.add_argument("--reason", default="", help="why a restricted record is opened")
    case.set_defaults(handle=_case)

    act = subparsers.add_parser("act", description="Take one step of a case, or list what is lawful now.")
    add_store(act)
    act.add_argument("--case", metavar="REF", dest="ref", required=True, help="the reference of the case")
    act.add_argument("--action", metavar="NAME", help="the step; without it, all steps are listed")
    act.add_argument("--on", metavar="DATE", type=near_day, help="the day on which it happened (default: today)")
    _add_set(act, "a particular of the step, such as method=hand")
    act.set_defaults(handle=_act)

    letter = subparsers.add_parser("letter", description="Draft, issue and file one document of a case.")
    add_store(letter)
    letter.add_argument("--case", metavar="REF", dest="ref", required=True, help="the reference of the case")
    letter.add_argument("--document", metavar="CODE", required=True, help="which document, such as L04")
    letter.add_argument("--out", metavar="FILE", type=path_of, required=True, help="where to write the PDF")
    letter.add_argument("--parent", metavar="ID", type=count, help="for which parent or carer of the case")
    letter.add_argument("--school", metavar="URN", help="about which school")
    letter.add_argument("--alternative", metavar="URN", action="append", default=[], help="a school that L07 offers")
    letter.add_argument("--method", metavar="NAME", help="how it is to be sent; the printed days come from it")
    letter.add_argument(
        "--send-on", metavar="DATE", type=near_day, help="the day on which it is to be sent (default: today)"
    )
    _add_set(letter, "the officer's own words for a field, such as fact_1=...")
    letter.set_defaults(handle=_letter)


def _add_set(parser: argparse.ArgumentParser, words: str) -> None:
    parser.add_argument("--set", metavar="KEY=VALUE", dest="given", action="append", default=[], help=words)


def _given(entries: Sequence[str]) -> dict[str, str]:
    """Return the particulars given with --set; raise UserError (``usage``) for one without a key, or given twice."""
    found: dict[str, str] = {}
    for entry in entries:
        key, equals, value = entry.partition("=")
        if not equals or not key or key in found:
            raise UserError(f"Write --set KEY=VALUE, each key once. This was: --set {entry}", code="usage")
        found[key] = value
    return found


def _cases(args: argparse.Namespace, out: Output) -> int:
    """List the cases as at a day, each with the documents that can be made for it now."""
    from cme_desktop.casework import access_log
    from cme_desktop.casework.orders.lawful import possible_codes
    from cme_desktop.cli.case_form import case_line, case_row
    from cme_desktop.cli.opening import opened
    from cme_desktop.register.cases import cases_at

    with opened(args, out) as store:
        today = store.clock.today()
        as_at = args.as_at or today
        found = cases_at(store, store.person, as_at, args.known_at)
        filters = f"as at {as_at}" + (f", known at {args.known_at}" if args.known_at else "")
        access_log.opened_list(store, store.person, "cases", filters=filters, rows=len(found))
        now = as_at >= today and args.known_at is None
        possible = possible_codes(store, store.person) if now else {}
    out.answer(
        {
            "as_at": as_at,
            "total": len(found),
            "cases": [case_row(case, possible.get(case.ref, ())) for case in found],
        },
        [*(case_line(case) for case in found), f"{len(found)} cases as at {as_at}."],
    )
    return 0


def _case(args: argparse.Namespace, out: Output) -> int:
    """Show one case; the look is recorded before anything is shown."""
    from cme_desktop.casework import access_log
    from cme_desktop.casework.orders.lawful import what_is_lawful
    from cme_desktop.cli import case_form
    from cme_desktop.cli.opening import opened
    from cme_desktop.register import case_page, case_record, cases, risk

    ref = args.ref.strip().upper()
    with opened(args, out) as store:
        person, today = store.person, store.clock.today()
        receipt = access_log.open_case_page(store, person, ref, reason=args.reason)
        row = cases.cases_at(store, person, today, refs=[ref])
        page = case_page.case_page(store, person, ref, receipt, events=EVERYTHING)
        lawful = what_is_lawful(store, person, ref)
        answer = {
            **(case_form.case_row(row[0], lawful.documents.codes) if row else {"ref": ref}),
            **case_form.head_form(page.head),
            **case_form.record_form(case_record.case_record(store, person, ref, receipt)),
            "addresses": case_form.addresses_form(case_page.addresses(store, person, ref, receipt)),
            "parents": case_form.adults_form(page.adults),
            "events": case_form.events_form(page.events),
            "enquiries": case_form.enquiries_form(case_page.enquiries(store, person, ref, receipt)),
            "risk_assessments": case_form.risk_form(risk.risk_page(store, person, ref, receipt).versions),
            **case_form.lawful_form(lawful),
        }
    lines = [case_form.case_line(row[0])] if row else [ref]
    lines += [f"  {event.happened_on} {event.title}" for event in reversed(page.events)]
    lines += [f"  {case_form.act_line(act)}" for act in lawful.acts]
    out.answer(answer, lines)
    return 0


def _act(args: argparse.Namespace, out: Output) -> int:
    """Take one step, or list what is lawful now."""
    from cme_desktop.casework.orders.lawful import what_is_lawful
    from cme_desktop.cli.case_form import act_line, lawful_form
    from cme_desktop.cli.opening import opened

    given, ref = _given(args.given), args.ref.strip().upper()
    with opened(args, out) as store:
        if args.action is None:
            if given or args.on:
                raise UserError("Name the step with --action. Nothing was done.", code="usage")
            lawful = what_is_lawful(store, store.person, ref)
            answer = {"case": lawful.ref, "on": lawful.on, "state": lawful.state, "next_date": lawful.next_date}
            out.answer({**answer, **lawful_form(lawful)}, [act_line(act) for act in lawful.acts])
            return 0
        taken = _take(store, ref, args, given)
    if taken.defective:
        out.message(taken.defective)
    out.answer(
        {
            "case": taken.ref,
            "action": taken.action,
            "on": taken.on,
            "state": taken.state,
            "next_date": taken.next_date,
            "next_action": taken.next_action,
            "documents": list(taken.documents),
            "served_on": taken.served_on,
            "last_day": taken.last_day,
            "defective": bool(taken.defective),
            "derivation": list(taken.derivation),
        },
        [f"{taken.ref}: {taken.action} recorded on {taken.on}. Now: {taken.state}.", *taken.derivation],
    )
    return 0


def _take(store: Store, ref: str, args: argparse.Namespace, given: dict[str, str]) -> StepTaken:
    """Take one step by the function that it belongs to."""
    from cme_desktop.casework.orders.by_name import take_by_name

    return take_by_name(store, store.person, ref, args.action, given, on=args.on)


def _letter(args: argparse.Namespace, out: Output) -> int:
    """Write out one document of a case, made and issued if need be; an existing file is never written over."""
    from cme_desktop.casework import access_log
    from cme_desktop.casework.documents.drafting import Wanted
    from cme_desktop.casework.orders.obtaining import obtain_document
    from cme_desktop.cli.opening import opened
    from cme_desktop.register.letters import document_bytes
    from cme_desktop.system import DiskFull, atomic_write

    path: Path = args.out
    code, ref = args.document.strip().upper(), args.ref.strip().upper()
    _check_free(path)
    usual = USUAL_SERVICE if code in ("L04", "L07", "L08") else None
    with opened(args, out) as store:
        wanted = Wanted(
            args.parent, args.school, args.method, args.send_on, _given(args.given), tuple(args.alternative)
        )
        try:
            document = obtain_document(store, store.person, ref, code, wanted, usual_method=usual)
        except StepRefused as refused:
            raise _letter_refused(refused.refusal, school_named=args.school is not None or code != "L05") from None
        try:
            receipt = access_log.export_document(
                store, store.person, document.id, reason="written out by the letter command"
            )
            data = document_bytes(store, store.person, document.id, receipt)
            _check_free(path)
            atomic_write(path, data, other_name=False)
        except (DiskFull, OSError) as error:
            raise _not_written(document, path, error) from None
    if document.send_by is not None:
        out.message(f"To give the days it prints, send it by {document.send_by}.")
    for glyph in document.missing_glyphs:
        out.message(f"No font of the program draws {glyph!r}: give the Latin spelling before this is sent.")
    ruleset, _, version = document.ruleset.partition(" version ")
    out.answer(
        {
            "path": str(path),
            "sha256": document.sha256,
            "document": document.code,
            "document_id": document.id,
            "case": document.ref,
            "parent": document.parent_id,
            "school": document.school_urn,
            "pages": document.pages,
            "template_version": document.template_version,
            "ruleset": ruleset,
            "ruleset_version": int(version) if version.isdigit() else None,
        },
        [f"{document.name} of {document.ref}, {document.pages} pages, is in {path}."],
    )
    return 0


def _not_written(document: DocumentRow, path: Path, error: BaseException) -> UserError:
    """Return the refusal of a document that is filed and could not be written out."""
    from cme_desktop.system import DiskFull, is_full

    full = isinstance(error, DiskFull) or is_full(error)
    why = "the disk is full. Free some space" if full else "that place cannot be written to. Choose another"
    return UserError(
        f"{document.code} of {document.ref} is issued and filed in the register, but could not be written to {path}: "
        f"{why}, then give the same command again: it writes out the copy that is filed.",
        code="disk-full" if full else "file-unwritable",
    )


def _letter_refused(refusal: Refusal, *, school_named: bool) -> StepRefused:
    """Return a refusal under one of the two codes that ``letter`` has: not lawful now, or something is missing."""
    if refusal.code == "particulars-missing" or (refusal.code == "school-unknown" and not school_named):
        return StepRefused(replace(refusal, code="particulars-missing"))
    return StepRefused(replace(refusal, code="not-lawful"))


def _check_free(path: Path) -> None:
    """Refuse to write over a file, or into a folder that is not there."""
    if path.exists() or path.is_symlink():
        raise UserError(
            f"{path} is there already, and nothing is written over it. Choose another name.", code="file-exists"
        )
    if not path.parent.is_dir():
        raise UserError(
            f"There is no folder {path.parent}. Nothing was made. Make it, or choose another.", code="path-missing"
        )
