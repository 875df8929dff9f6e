"""Every role against every public function of casework and register: exactly the table, and unknown is refused."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from itertools import chain, combinations
from types import ModuleType
from typing import Any

import pytest

import cme_desktop.casework
import cme_desktop.register
from cme_desktop.access import TABLE, act_of, may
from cme_desktop.domain.errors import NotAllowed, UserError
from cme_desktop.domain.roles import Person, Role

Function = Callable[..., Any]


class Reached(Exception):
    """Say that a call came past the guard, to the register itself."""


class Probe:
    """Stands where the register would: to touch anything of it but the refusal book means that the guard let pass."""

    def __init__(self) -> None:
        self.refused_codes: list[str] = []

    def refused(self, actor: Person, code: str, reason: str) -> None:
        """Keep the refusal."""
        self.refused_codes.append(code)

    def __getattr__(self, name: str) -> object:
        raise Reached(name)


def modules() -> Iterator[ModuleType]:
    """Give every module of casework and register."""
    for package in (cme_desktop.casework, cme_desktop.register):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def public_functions() -> list[Function]:
    """Return every public function that takes the register first, as its own module defines it.

    One that also takes a session is a part of an act: only a guarded function can have opened it.
    """
    found: dict[str, Function] = {}
    for module in modules():
        for name, value in vars(module).items():
            if name.startswith("_") or not inspect.isfunction(value) or value.__module__ != module.__name__:
                continue
            parameters = list(inspect.signature(value).parameters)
            if parameters and parameters[0] == "store" and "session" not in parameters:
                found[f"{module.__name__}.{name}"] = value
    return [found[name] for name in sorted(found)]


FUNCTIONS = public_functions()
UNGUARDED = {"cme_desktop.casework.next_steps.attach", "cme_desktop.casework.documents.drafting.make"}
"""Wiring, and a part of drafting that has no case of its own: nobody acts in them."""

DISPATCHERS = {"cme_desktop.casework.orders.by_name.take_by_name"}
"""Functions that choose an act by its name: each act behind them has its own guard, so they may refuse more."""

GUARDED = [one for one in FUNCTIONS if f"{one.__module__}.{one.__name__}" not in UNGUARDED]


def name_of(function: Function) -> str:
    """Return where a function lives."""
    return f"{function.__module__}.{function.__name__}"


def test_there_is_something_to_prove() -> None:
    assert len(GUARDED) > 60


@pytest.mark.feature("F72")
@pytest.mark.parametrize("function", GUARDED, ids=name_of)
def test_every_public_function_goes_through_the_table(function: Function) -> None:
    code = act_of(function)
    assert code is not None, f"{name_of(function)} takes the register and nothing guards it"
    assert code in TABLE, f"{name_of(function)} is guarded by {code}, which the table does not know"
    in_register = function.__module__.startswith("cme_desktop.register")
    assert not in_register or TABLE[code].asks, f"{name_of(function)} only asks, so its act only asks"


ASKED_BY_NAME = {"backup.restore", "rescue.export"}
"""Acts that are asked for by their name, with ``may``, because the register is closed meanwhile."""


def test_no_row_of_the_table_is_idle() -> None:
    assert set(TABLE) - {act_of(function) for function in GUARDED} == ASKED_BY_NAME


def lets_pass(function: Function, person: Person) -> bool:
    """Call a function as a person and say whether the guard let the call pass."""
    probe = Probe()
    given: dict[str, object] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "store":
            given[name] = probe
        elif name in ("actor", "viewer"):
            given[name] = person
        elif parameter.default is inspect.Parameter.empty:
            given[name] = object()
    try:
        function(**given)
    except NotAllowed:
        act = TABLE.get(act_of(function) or "")
        assert probe.refused_codes or (act is not None and act.asks), "a refused act is kept in the audit"
        return False
    except (Reached, UserError, AttributeError, TypeError, ValueError, LookupError, AssertionError):
        return True
    return True


EVERYBODY = [
    Person(number, "Somebody", frozenset(roles))
    for number, roles in enumerate(chain.from_iterable(combinations(Role, size) for size in range(4)), start=1)
]


@pytest.mark.feature("F72")
@pytest.mark.parametrize("function", GUARDED, ids=name_of)
def test_each_role_may_do_exactly_what_the_table_says(function: Function) -> None:
    code = act_of(function)
    assert code is not None
    for person in EVERYBODY:
        passed, allowed = lets_pass(function, person), may(person, code)
        assert passed == allowed or (allowed and name_of(function) in DISPATCHERS), (function, sorted(person.roles))


@pytest.mark.feature("F72")
def test_a_manager_changes_nothing_of_a_case_by_any_route() -> None:
    manager = Person(1, "Manager", frozenset({Role.MANAGER}))
    allowed = {act_of(function) for function in GUARDED if lets_pass(function, manager)}
    writes = {code for code in allowed if code is not None and not TABLE[code].asks}
    assert writes <= {
        "approval.approve",
        "approval.refuse",
        "order.decide-not-to-serve",
        "risk.lower",
        "form.agree",
        "note.comment",
        "access.open-case",
        "access.reveal",
        "access.print",
        "access.export",
        "access.search",
        "access.list",
        "start.check",
        "tasks.recompute",
        "draft.keep",
        "undo.last",
        "user.passphrase",
    }
