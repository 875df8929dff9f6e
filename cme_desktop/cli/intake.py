"""What comes in: ``import`` stages files, ``inbox`` shows what waits, ``accept`` decides."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from cme_desktop.cli.opening import opened
from cme_desktop.cli.options import add_store
from cme_desktop.cli.output import printable
from cme_desktop.cli.parser import count, path_of

if TYPE_CHECKING:
    from cme_desktop.casework.intake.files import FileOutcome
    from cme_desktop.cli.output import Output
    from cme_desktop.cli.parser import Parser
    from cme_desktop.register.inbox import InboxItem

_WORDS = {
    "staged": "taken in",
    "partial": "taken in in part",
    "duplicate": "came in before, nothing changed",
    "refused": "not read, held under Problem files",
    "ignored": "understood, not for this program",
}


def add_parsers(subparsers: argparse._SubParsersAction[Parser]) -> None:
    """Add ``import``, ``inbox`` and ``accept``."""
    take = subparsers.add_parser("import", description="Take S2S files in; every file is left as it is.")
    add_store(take)
    take.add_argument("paths", metavar="PATH", nargs="+", type=path_of, help="a file, or a folder of files")
    take.add_argument("--json-lines", action="store_true", help="one JSON object a file, as soon as it is saved")
    take.set_defaults(handle=_import)

    inbox = subparsers.add_parser("inbox", description="Show what waits for a decision, with its matches.")
    add_store(inbox)
    inbox.set_defaults(handle=_inbox)

    accept = subparsers.add_parser("accept", description="Decide about one item of the inbox.")
    add_store(accept)
    accept.add_argument("item", metavar="ITEM", type=count, help="the id that inbox shows")
    accept.add_argument(
        "--as", dest="decision", metavar="DECISION", required=True, help="match:REF, new, not-cme or later"
    )
    accept.set_defaults(handle=_accept)


def _import(args: argparse.Namespace, out: Output) -> int:
    """Take the files in; exit 1 if any was refused or taken only in part."""
    from cme_desktop.casework.intake.files import NOT_TRIED, import_paths
    from cme_desktop.importers.worker import Worker

    with opened(args, out) as store, Worker() as reader:
        outcomes = import_paths(
            store,
            store.person,
            args.paths,
            reader=reader,
            on_file=lambda outcome: _tell(args, out, outcome),
            list_failed=True,
        )
    untried = [one for one in outcomes if one.error == NOT_TRIED]
    outcomes = [one for one in outcomes if one.error != NOT_TRIED]
    staged = sum(outcome.staged for outcome in outcomes)
    duplicates = sum(outcome.status == "duplicate" for outcome in outcomes)
    if not args.json_lines:
        answer = {"files": [_file(one) for one in outcomes], "staged": staged, "duplicates": duplicates}
        out.answer({**answer, "not_tried": [one.path for one in untried]})
    if untried:
        out.message(f"Files not tried after the disk had failed: {len(untried)}. Mend that, then import them again.")
    return 1 if any(outcome.status in {"refused", "partial"} for outcome in outcomes) else 0


def _tell(args: argparse.Namespace, out: Output, outcome: FileOutcome) -> None:
    if args.json_lines:
        out.line(_file(outcome))
    else:
        words = _WORDS[outcome.status] if not outcome.error else "not taken in"
        out.say(f"{printable(outcome.name)}: {words}, {outcome.staged} to decide")
        for sentence in outcome.sentences:
            out.say(f"  {sentence}")


def _file(outcome: FileOutcome) -> dict[str, object]:
    return {
        "path": outcome.path,
        "name": outcome.name,
        "sha256": outcome.sha256,
        "status": outcome.status,
        "kind": outcome.kind,
        "staged": outcome.staged,
        "refused": outcome.refused,
        "repairs": list(outcome.repairs),
        "problems": list(outcome.problems),
        "duplicate_of": outcome.duplicate_of,
        **({"error": {"code": outcome.error, "message": " ".join(outcome.sentences)}} if outcome.error else {}),
    }


def _inbox(args: argparse.Namespace, out: Output) -> int:
    """Show every staged pupil that nobody has decided yet."""
    from cme_desktop.casework import access_log
    from cme_desktop.register.inbox import waiting_items

    with opened(args, out) as store:
        items = waiting_items(store, store.person)
        access_log.opened_list(store, store.person, "inbox", filters="", rows=len(items))
    out.answer(
        {"total": len(items), "items": [_item(item) for item in items]},
        [
            f"{item.id}: {printable(item.file_name)}, pupil {item.number}: {item.meaning} ({item.proposed})"
            for item in items
        ],
    )
    return 0


def _item(item: InboxItem) -> dict[str, Any]:
    own = {"name": item.file_name, "sha256": item.file_sha256, "kind": item.file_kind}
    zipped = item.came_in
    return {
        "id": item.id,
        "file": own if zipped is None else {"name": zipped.name, "sha256": zipped.sha256, "kind": zipped.kind},
        **({} if zipped is None else {"member": own}),
        "pupil": item.record,
        "meaning": item.meaning,
        "proposed": item.proposed,
        "matches": [
            {
                "child": match.child_id,
                "case": match.ref,
                "score": match.score,
                "class": match.match_class,
                "reasons": list(match.reasons),
            }
            for match in item.candidates
        ],
    }


def _accept(args: argparse.Namespace, out: Output) -> int:
    """Carry out a decision about one item."""
    from cme_desktop.casework.intake.accept import Decision, accept

    decision = Decision.parse(args.decision)
    with opened(args, out) as store:
        done = accept(store, store.person, args.item, decision)
    out.answer(
        {"item": done.item, "decision": done.decision, "case": done.case},
        [f"Item {done.item}: {done.decision}" + (f", case {done.case}" if done.case else "")],
    )
    return 0
