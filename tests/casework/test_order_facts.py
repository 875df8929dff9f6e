"""The facts of an order process, read from its rows as the domain decides from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from cme_desktop.casework.facts import order_facts, records_of
from cme_desktop.casework.reference.policy import change_settings, policy_of
from cme_desktop.domain.order_process import Action, Basis, OrderFacts, Paper, Result, SchoolKind
from cme_desktop.models.document import ContentFile, Document
from cme_desktop.models.episode import Episode, Parent
from cme_desktop.models.order import Approval, OrderProcess, OrderStep, Service
from cme_desktop.models.reference import ConfirmedForm, TemplateVersion
from tests.casework.look import rows
from tests.factories import ACADEMY, PRIMARY, SECONDARY, TODAY, Register, child_facts, make_case

AT = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)


def facts(register: Register, *also: str) -> OrderFacts | None:
    """Return the order facts of the only case."""
    with register.store.read() as session:
        [records] = records_of(session, list(session.scalars(select(Episode))))
        return order_facts(session, records, policy_of(session), training=True, also=also)


def add_paper(register: Register, code: str, **more: object) -> None:
    """Enter a document of the only case as it would be filed."""
    with register.store.action(register.officer, "document.draft", hooks=False) as session:
        content = ContentFile(
            stored_name=f"{code}{more}"[:32],
            file_key=b"k",
            sha256="0",
            size=1,
            media_type="application/pdf",
            sealed_at=AT,
        )
        session.add(content)
        session.flush()
        [version] = session.scalars(select(TemplateVersion).where(TemplateVersion.document_code == code))
        values = {
            "episode_id": session.scalars(select(Episode.id)).one(),
            "code": code,
            "addressee": "Ms Kamara",
            "template_version_id": version.id,
            "ruleset": "SAO-A version 1",
            "facts_sha256": "0",
            "facts": {},
            "content_id": content.id,
            "sha256": "0",
            "pages": 1,
            "dated": TODAY,
            "drafted_at": AT,
            "drafted_by": register.officer.id,
            **more,
        }
        session.add(Document(**values))


def add_rows(register: Register, *new: object) -> None:
    """Enter rows as one act."""
    with register.store.action(register.officer, "order.act", hooks=False) as session:
        session.add_all(new)


def test_without_a_date_of_birth_there_is_nothing_to_decide(register: Register) -> None:
    make_case(register, child=child_facts(dob=None))
    assert facts(register) is None


def test_a_case_without_an_order_process_still_has_child_parents_and_settings(register: Register) -> None:
    make_case(register)
    change_settings(register.store, register.administrator, {"order.extra-days": 4, "order.wait-for-school": False})
    found = facts(register, ACADEMY, "000000")
    assert found is not None
    assert (found.dob, found.in_area, found.on_roll, found.closed, found.training) == (
        date(2012, 3, 2),
        True,
        False,
        False,
        True,
    )
    assert (found.settings.extra_days, found.settings.wait_for_school) == (4, False)
    [academy] = found.schools
    assert (academy.urn, academy.kind, academy.council_admits) == (ACADEMY, SchoolKind.ACADEMY, False)


def test_steps_papers_services_and_approvals_are_read(register: Register) -> None:
    case = make_case(register)
    [parent] = rows(register, Parent)
    add_paper(register, "L04", parent_id=parent.id, issued_at=AT, printed_last_day=date(2026, 12, 15))
    add_paper(register, "L07", parent_id=parent.id, facts={"alternatives": [PRIMARY]})
    add_paper(register, "L08", parent_id=parent.id, state="withdrawn")
    first, second, _ = rows(register, Document)
    add_rows(
        register,
        Service(
            document_id=first.id, parent_id=parent.id, method="hand", sent_on=TODAY, deemed_on=TODAY, last_day=None,
            user_id=register.officer.id, recorded_at=AT,
        ),
        Approval(
            episode_id=case.episode_id, kind="issue", document_id=second.id, asked_by=register.officer.id, asked_at=AT
        ),
        OrderProcess(
            episode_id=case.episode_id, regime="SAO-A", ruleset="SAO-A version 1", state="x", started_on=TODAY,
            school_urn=PRIMARY,
        ),
    )  # fmt: skip
    [process] = rows(register, OrderProcess)
    common = {"process_id": process.id, "user_id": register.officer.id, "recorded_at": AT, "on_day": TODAY}
    add_rows(
        register,
        OrderStep(action="assess-response", data={"result": "none"}, **common),
        OrderStep(action="decide-expedient", data={"expedient": True, "reasons": "x"}, **common),
        OrderStep(
            action="consult-school", school_urn=PRIMARY, data={"over_number": False, "only_reasonable_school": True},
            **common,
        ),
        OrderStep(action="notify-school-439", school_urn=PRIMARY, data={"received": "2026-12-16"}, **common),
        OrderStep(action="determine-school", school_urn=PRIMARY, data={"basis": "specified"}, **common),
        OrderStep(action="serve-438", parent_id=parent.id, data={}, withdrawn_at=AT, **common),
    )  # fmt: skip
    found = facts(register)
    assert found is not None
    assert [step.action for step in found.steps] == [
        Action.ASSESS_RESPONSE,
        Action.DECIDE_EXPEDIENT,
        Action.CONSULT_SCHOOL,
        Action.NOTIFY_SCHOOL_439,
        Action.DETERMINE_SCHOOL,
    ]
    assert (found.steps[0].result, found.steps[1].expedient, found.steps[3].received, found.steps[4].basis) == (
        Result.NO_REPLY,
        True,
        date(2026, 12, 16),
        Basis.SPECIFIED,
    )
    notice, intention = found.documents
    assert (notice.code, notice.parent, notice.issued_on, notice.served_on, notice.printed_last_day) == (
        Paper.NOTICE_437,
        parent.id,
        date(2026, 12, 1),
        TODAY,
        date(2026, 12, 15),
    )
    assert (intention.waits_for_approval, intention.alternatives, intention.issued_on) == (True, (PRIMARY,), None)
    [school] = found.schools
    assert (school.kind, school.council_admits, school.over_number, school.only_reasonable_school) == (
        SchoolKind.MAINTAINED,
        True,
        False,
        True,
    )


@pytest.mark.parametrize(("defective", "returned"), [(True, None), (False, TODAY)])
def test_a_service_that_does_not_hold_is_told(register: Register, defective: bool, returned: date | None) -> None:
    make_case(register)
    [parent] = rows(register, Parent)
    add_paper(register, "L04", parent_id=parent.id, issued_at=AT)
    [paper] = rows(register, Document)
    add_rows(
        register,
        Service(
            document_id=paper.id, parent_id=parent.id, method="first-class", sent_on=TODAY, deemed_on=TODAY,
            defective=defective, returned_on=returned, user_id=register.officer.id, recorded_at=AT,
        ),
    )  # fmt: skip
    found = facts(register)
    assert found is not None
    assert (found.documents[0].defective, found.documents[0].returned) == (defective, returned is not None)


def test_a_plan_a_confirmed_form_and_a_permanent_exclusion_are_told(register: Register) -> None:
    excluded = child_facts()
    stay = excluded.registrations[0]
    make_case(register, child=replace(excluded, registrations=(replace(stay, ground="2024:9(1)(o)"),)))
    found = facts(register, SECONDARY)
    assert found is not None
    assert found.schools[0].permanently_excluded
    assert not found.form_confirmed
    [version] = [row.version for row in rows(register, TemplateVersion) if row.document_code == "L08"]
    add_rows(
        register,
        ConfirmedForm(
            document_code="L08", template_version=version, confirmed_by="R. Trial", post="Solicitor", confirmed_on=TODAY
        ),
    )
    confirmed = facts(register)
    assert confirmed is not None
    assert confirmed.form_confirmed
