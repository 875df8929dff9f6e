"""Case registers as a whole: ``init`` and ``demo`` make one, ``user add`` adds a person."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cme_desktop.cli.opening import PROGRAM, opened_with_keys
from cme_desktop.cli.options import add_json, add_passphrase, add_store, clock_of, credentials, read_passphrase
from cme_desktop.cli.parser import count, near_day, path_of, seed
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Role

if TYPE_CHECKING:
    from cme_desktop.cli.output import Output
    from cme_desktop.cli.parser import Parser
    from cme_desktop.storage.store import Store


def add_parsers(subparsers: argparse._SubParsersAction[Parser]) -> None:
    """Add ``init``, ``demo`` and ``user``."""
    init = subparsers.add_parser("init", description="Make a new case register; its first person runs it.")
    init.add_argument("store", metavar="STORE", type=path_of, help="an empty folder, or one that is not there yet")
    init.add_argument("--officer", metavar="NAME", required=True, help="the first person: Officer and Administrator")
    add_passphrase(init, required=True)
    init.add_argument("--demonstration", action="store_true", help="make an empty training register")
    _add_kdf(init)
    add_json(init)
    init.set_defaults(handle=_init)

    demo = subparsers.add_parser("demo", description="Make a training register of invented people.")
    demo.add_argument("store", metavar="STORE", type=path_of, help="an empty folder, or one that is not there yet")
    demo.add_argument("--children", metavar="N", type=count, required=True, help="how many invented children")
    demo.add_argument("--seed", metavar="S", type=seed, required=True, help="the same number gives the same people")
    demo.add_argument("--officer", metavar="NAME", default="demo-officer", help="the first person")
    demo.add_argument("--today", metavar="DATE", type=near_day, help="the day it is made for (default: today)")
    add_passphrase(demo, required=True)
    _add_kdf(demo)
    add_json(demo)
    demo.set_defaults(handle=_demo)

    user = subparsers.add_parser(
        "user", description="People of a case register.", epilog="Each act has its own --help and takes --json."
    )
    acts = user.add_subparsers(dest="act", metavar="ACT", required=True)
    add = acts.add_parser("add", description="Give a further person a log-in.")
    add.add_argument("store", metavar="STORE", type=path_of, help="the folder of the case register")
    add.add_argument("name", metavar="NAME", help="the new person")
    add.add_argument(
        "--role", action="append", required=True, choices=[role.value for role in Role], help="once or more"
    )
    add_passphrase(add, "--new-passphrase-file", required=True)
    _add_opening(add)
    add.set_defaults(handle=_add_user)
    roles = acts.add_parser("role", description="Give a person other roles, from their next unlock.")
    roles.add_argument("store", metavar="STORE", type=path_of, help="the folder of the case register")
    roles.add_argument("name", metavar="NAME", help="the person")
    roles.add_argument(
        "--role", action="append", required=True, choices=[role.value for role in Role], help="once or more"
    )
    roles.add_argument("--reason", metavar="WORDS", default="", help="why, for the audit")
    _add_opening(roles)
    roles.set_defaults(handle=_set_roles)
    end = acts.add_parser(
        "disable", description="End a person's log-in: what they kept opens nothing of the register any more."
    )
    end.add_argument("store", metavar="STORE", type=path_of, help="the folder of the case register")
    end.add_argument("name", metavar="NAME", help="the person")
    end.add_argument("--reason", metavar="WORDS", required=True, help="why, for the audit")
    _add_opening(end)
    end.set_defaults(handle=_end_user)
    own = acts.add_parser("passphrase", description="Give yourself another passphrase.")
    own.add_argument("store", metavar="STORE", type=path_of, help="the folder of the case register")
    add_passphrase(own, "--new-passphrase-file", required=True)
    _add_opening(own)
    own.set_defaults(handle=_own_passphrase)


def _add_opening(parser: argparse.ArgumentParser) -> None:
    """Add what opening a register needs, for a command whose STORE was added before."""
    shared = argparse.ArgumentParser(add_help=False)
    add_store(shared)
    for action in shared._actions:
        if action.dest != "store":
            parser._add_action(action)


def _add_kdf(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kdf", choices=["light"], help="stretch passphrases less, to save time (training registers only)"
    )


def _init(args: argparse.Namespace, out: Output) -> int:
    """Make a register and show its recovery key, which is shown only now; after an interrupted set-up, make it anew."""
    from cme_desktop.casework.founding import end_set_up, found_register
    from cme_desktop.storage.keys.marks import interrupted

    if args.kdf == "light" and not args.demonstration:
        raise UserError(
            "--kdf light is for training registers only. Add --demonstration, or leave --kdf out. Nothing was made.",
            code="usage",
        )
    if interrupted(args.store):
        out.message("The set-up of a register there had been interrupted. Nothing was in it; it is made anew.")
    founded = found_register(
        args.store,
        args.officer,
        read_passphrase(args.passphrase_file),
        clock_of(args),
        demonstration=args.demonstration,
        light=args.kdf == "light",
        program=PROGRAM,
    )
    founded.store.close()
    founded.unlocked.forget()
    out.answer(
        {"store": str(args.store), "user": args.officer, "recovery_key": founded.recovery_key},
        [
            f"The case register was made in {args.store}.",
            f"Recovery key, shown only now: {founded.recovery_key}",
            "Print it or write it down, and keep it apart from the computer.",
        ],
    )
    end_set_up(args.store)  # last: until the key was shown the register can be made anew
    return 0


def _demo(args: argparse.Namespace, out: Output) -> int:
    """Make a training register; one whose making was interrupted is made anew."""
    from cme_desktop.casework.founding import being_made
    from cme_desktop.synth.demo import make_demo

    if args.children < 1:
        raise UserError("There must be at least one child. Give --children a number from 1.", code="usage")
    passphrase = read_passphrase(args.passphrase_file)
    with being_made(args.store) as again:
        if again:
            out.message("The making of the training register there had been interrupted. It is made anew.")
        made = make_demo(
            args.store,
            args.children,
            args.seed,
            clock_of(args).today(),
            passphrase,
            officer=args.officer,
            light=args.kdf == "light",
            program=PROGRAM,
        )
        made.close()
    out.answer(
        {
            "store": str(args.store),
            "user": args.officer,
            "recovery_key": made.founded.recovery_key,
            "children": made.children,
            "cases": made.cases,
        },
        [
            f"A training register of {made.children:,} invented children and {made.cases:,} cases is in {args.store}.",
            f"Work in it as {args.officer}, or as {made.manager.name} with the same passphrase.",
        ],
    )
    return 0


def _own_passphrase(args: argparse.Namespace, out: Output) -> int:
    """Change the acting person's passphrase; one that an administrator gave is good for nothing else."""
    from cme_desktop.casework import users

    new = read_passphrase(args.new_passphrase_file)
    with opened_with_keys(args, out, one_use=True) as (store, unlocked):
        person = store.person
        if unlocked.given is not None:
            users.choose_passphrase(store, person, unlocked, new)
        else:
            users.change_passphrase(store, person, unlocked, credentials(args)[1], new)
    out.answer({"store": str(args.store), "user": person.name}, [f"{person.name} has the new passphrase."])
    return 0


def _add_user(args: argparse.Namespace, out: Output) -> int:
    """Give a further person a log-in."""
    from cme_desktop.casework import users

    passphrase = read_passphrase(args.new_passphrase_file)
    with opened_with_keys(args, out) as (store, unlocked):
        roles = [Role(role) for role in args.role]
        added = users.add_person(store, store.person, unlocked, args.name, roles, passphrase)
    words = ", ".join(role.value.capitalize() for role in Role if role in added.roles)
    once = "" if store.demonstration else " The passphrase is for one use: they choose their own at the first unlock."
    out.answer(
        {"store": str(args.store), "user": added.name, "roles": sorted(role.value for role in added.roles)},
        [f"{added.name} can now unlock the register as {words}.{once}"],
    )
    return 0


def _set_roles(args: argparse.Namespace, out: Output) -> int:
    """Give a person other roles."""
    from cme_desktop.casework import users

    with opened_with_keys(args, out) as (store, unlocked):
        person_id = _person(store, args.name)
        roles = [Role(role) for role in args.role]
        changed = users.set_roles(store, store.person, unlocked, person_id, roles, reason=args.reason)
    words = ", ".join(role.value.capitalize() for role in Role if role in changed.roles)
    out.answer(
        {"store": str(args.store), "user": changed.name, "roles": sorted(role.value for role in changed.roles)},
        [f"{changed.name} is {words} from the next unlock."],
    )
    return 0


def _end_user(args: argparse.Namespace, out: Output) -> int:
    """End a person's log-in, for good: the register is encrypted anew for everybody else."""
    from cme_desktop.casework import users

    with opened_with_keys(args, out) as (store, unlocked):
        ended = users.disable_person(store, store.person, unlocked, _person(store, args.name), reason=args.reason)
    out.answer(
        {"store": str(args.store), "user": ended.name, "active": ended.active},
        [
            f"The log-in of {ended.name} has ended. The register was encrypted anew, so nothing they kept opens it.",
            "Backups of before still open as they did then: keep them apart.",
        ],
    )
    return 0


def _person(store: Store, name: str) -> int:
    from cme_desktop.storage.keys import UnknownUser, read_key_file

    try:
        return read_key_file(store.folder).person_named(name).person_id
    except UnknownUser as error:
        raise UserError(f"{error.message} Nothing was changed.", code="person-unknown") from None
