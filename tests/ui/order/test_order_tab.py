"""The order process at work: what is lawful, what is not and from when; each act by keyboard alone."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import QSize
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from cme_desktop.casework.orders.not_serving import decide_not_to_serve
from cme_desktop.casework.orders.steps import take_step
from cme_desktop.casework.parents import ParentChanges, change_parent
from cme_desktop.models.child import Child
from cme_desktop.models.order import Service
from cme_desktop.ui.case.order import future_law
from cme_desktop.ui.case.order.forms.serving import ServeForm
from cme_desktop.ui.case.order.path import Key, Mark, assessments_of
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.cover import Cover
from tests.casework.look import rows
from tests.factories import Register, child_facts, make_case
from tests.ui import walk
from tests.ui.case.stage import Stage, focus, press, write
from tests.ui.order.conftest import MakeStage
from tests.ui.order.looking import page_of, tab_of, to_card, words
from tests.ui.order.scene import PROOF, go_to, issue, parent_ids

# What is shown


def test_the_steps_are_those_of_the_picture(stage: Stage) -> None:
    steps = tab_of(stage).steps.steps.steps
    assert [(step.title, step.section) for step in steps] == [
        ("Informal enquiry", "s436A"),
        ("Notice to the parents", "s437(1)"),
        ("Assess what the parents replied", "s437(3)(a)"),
        ("Decide if school is expedient", "s437(3)(b)"),
        ("Consult a school", "s439(5)"),
        ("Decision notice to the school", "s439(6)"),
        ("Notice of intention to the parents", "s438(2)"),
        ("Settle which school the order names", "s438(3)–(6)"),
        ("School attendance order", "s437(3)"),
        ("Tell the school, check it admits", "s437(5)"),
    ]
    assert [step.mark for step in steps] == [Mark.DONE] * 2 + [Mark.NOW] + [Mark.LATER] * 7
    assert steps[1].words == "Served on 2 of 3 parents"
    assert steps[2].words == "Allowed now. Last reply period ended Mon 23 Nov"
    assert (steps[3].words, steps[3].urgent) == ("Not yet: 1 parent has neither service nor a decision", True)
    assert steps[4].words == "Same day as step 4 at the earliest"
    assert steps[6].words == "Possible from Wed 9 Dec. Council practice, s439(7)"
    assert steps[9].words == "Same day as the order"


def test_another_case_begins_at_its_own_step_and_shows_nothing_of_the_one_before(
    set_stage: MakeStage, register: Register
) -> None:
    other = make_case(register, child=child_facts("Kamara", "Amara"))
    stage = set_stage(held=True)
    while stage.runner.release():
        walk.settle()
    tab = tab_of(stage)
    tab.steps.setFocus()
    stage.screen.open_case(other.ref, "order")
    while tab.steps.steps.rowCount():
        assert stage.runner.release(), "the steps of the other case are still there"
    assert not tab.parents.isVisible()
    assert not tab.now.isVisible()
    tab.steps.setFocus()
    while stage.runner.release():
        walk.settle()
    chosen = tab.steps.chosen()
    assert chosen is not None
    assert (chosen.key, chosen.mark) == (Key.ENQUIRY, Mark.NOW)
    assert "Hodan" not in words(tab)
    stage.screen.open_case(stage.ref, "order")
    while stage.runner.release():
        tab.steps.clearFocus()
        tab.steps.setFocus()
    chosen = tab.steps.chosen()
    assert chosen is not None
    assert chosen.key is Key.ASSESS


def test_after_a_step_the_next_one_is_chosen_wherever_the_focus_went(set_stage: MakeStage, register: Register) -> None:
    stage = set_stage(held=True)
    while stage.runner.release():
        walk.settle()
    tab = tab_of(stage)
    taken = take_step(register.store, register.officer, stage.ref, "assess-response", {"result": "none"})
    tab._on_saved(taken)
    tab.steps.clearFocus()
    tab.steps.setFocus()
    while stage.runner.release():
        walk.settle()
    chosen = tab.steps.chosen()
    assert chosen is not None
    assert (chosen.key, chosen.mark) == (Key.EXPEDIENT, Mark.NOW)


def test_the_days_of_the_table_are_whole_at_every_text_size(stage: Stage) -> None:
    table = tab_of(stage).parents.table
    for percent, width in ((100, 1158), (150, 1558), (200, 2080)):
        Theme.of().set_text_percent(percent)
        stage.window.resize(width, 900)
        walk.settle()
        columns = sum(table.columnWidth(place) for place in range(5))
        assert columns <= table.viewport().width(), percent
    Theme.of().set_text_percent(100)


def test_what_changes_while_the_2026_act_is_looked_at_does_not_bring_the_parents_back(stage: Stage) -> None:
    tab = tab_of(stage)
    tab.turn_law()
    stage.screen.refresh()
    assert not tab.parents.isVisible()
    tab.turn_law()
    assert tab.parents.isVisible()


def test_each_parent_has_an_own_line(stage: Stage) -> None:
    model = tab_of(stage).parents.model
    shown = [[model.index(line, column).data() for column in range(5)] for line in range(3)]
    assert shown == [
        ["Hodan Warsame", "Served Fri 6 Nov", "Fri 20 Nov", "", "Not yet"],
        ["Cabdi Warsame", "Served Mon 9 Nov", "Mon 23 Nov", "", "Not yet"],
        ["Faduma Ali", "Not served", "No decision yet", "", "None"],
    ]
    tags = [tab_of(stage).parents.line(number) for number in parent_ids(stage.register)]
    assert [line.reply.says() for line in tags if line is not None] == ["Replied 19 Nov", "No reply", "Waiting"]
    assert "3 people with parental responsibility or care" in words(tab_of(stage).parents)


def test_the_refused_step_says_why_with_its_section_and_who_was_asked(stage: Stage) -> None:
    later = tab_of(stage).later
    said = words(later)
    assert "1 parent has neither service of the section 437(1) notice nor a decision not to serve." in said
    assert "s437(3) and s576; council rule until Legal confirms" in said
    assert "Possible on the day that is approved, asked Fri 20 Nov." in said
    assert [button.text() for button in later.buttons] == ["Serve Faduma Ali"]
    assert later.tag.text() == "Not yet"


def test_a_step_that_is_done_tells_how_each_parent_was_served(stage: Stage) -> None:
    to_card(stage, Key.NOTICE_437)
    said = words(tab_of(stage).now)
    served = "Hodan Warsame: posted first class on 4 Nov 2026, counts as served on Fri 6 Nov. Last day Fri 20 Nov."
    assert f"{served} Proof: {PROOF}." in said
    assert "Faduma Ali: not served." in said
    assert focus().accessibleName() == "Open the notice to Hodan Warsame"
    press("Enter")
    assert stage.pages[0][0] == "letters"
    assert stage.pages[0][1].startswith("document:")


@pytest.mark.feature("F48")
def test_the_last_day_explains_itself_by_keyboard(stage: Stage) -> None:
    table = tab_of(stage).parents.table
    table.setFocus()
    press("Enter")
    popover = stage.screen.acts.popover
    assert popover is not None
    said = popover.accessibleName()
    assert "Why Fri 20 Nov 2026" in said
    assert "Served: Fri 6 Nov: posted Wed 4 Nov, first class, 2nd working day" in said
    assert "Count: 15 days beginning with that day (11 of them school days)" in said
    assert "Ends: end of Fri 20 Nov" in said
    assert "The next step waits for the latest last day, Mon 23 Nov." in said
    assert "Rule: Education Act 1996 s437(2), rule set SAO-A, version 1" in said
    assert popover.what_if is not None
    popover.what_if.set_day(date(2026, 11, 9))
    assert popover.answer.text() == "Mon 23 Nov"
    press("Esc")
    assert stage.screen.acts.popover is None or not stage.screen.acts.popover.isVisible()
    assert focus() is table


def test_the_2026_act_is_looked_at_and_offers_nothing(stage: Stage) -> None:
    tab = tab_of(stage)
    assert tab.foot_words.text() == "2026 Act, not in force: cannot be used"
    tab.turn.setFocus()
    press("Enter")
    steps = tab.steps.steps.steps
    assert len(steps) == len(future_law.future_set().rules)
    assert [step.allowed for step in steps] == [False] * len(steps)
    assert not tab.now.buttons
    assert "No commencement regulations were found" in words(tab.now)
    press("Enter")
    assert tab.steps.steps.steps[0].title == "Informal enquiry"
    assert tab.parents.isVisible()


def test_without_a_date_of_birth_the_first_step_says_so(stage: Stage, register: Register) -> None:
    with register.store.action(register.officer, "test.no-dob", hooks=False) as session:
        session.scalars(select(Child)).one().dob = None
    stage.screen.refresh()
    to_card(stage, Key.NOTICE_437)
    assert "date of birth is not known" in words(tab_of(stage).now)


# What the officer does


@pytest.mark.feature("F82")
def test_the_reply_is_assessed_by_keyboard_alone(stage: Stage, register: Register) -> None:
    to_card(stage, Key.ASSESS)
    assert focus().accessibleName() == "Assess mother’s reply"
    press("Enter")
    assert "Replied on Thu 19 Nov: " in words(stage.panel)
    press("Down", "Down", "Tab")
    write("Two days a week are not full time.")
    press("Ctrl+S")
    assert stage.said == ["Reply assessed"]
    assert stage.desk.toasts.news[0].undo is None, "a step is only corrected"
    page = page_of(register, stage.ref)
    assert not page.assessed, "the father's want of a reply is still to be recorded"
    step = page.last("assess-response")
    assert step is not None
    mother, father = parent_ids(register)[:2]
    assert (step.data["result"], step.parent_id, step.by) == ("not-satisfied", mother, register.officer.name)
    chosen = tab_of(stage).steps.chosen()
    assert chosen is not None
    assert chosen.words.startswith("1 of 2 parents assessed")
    to_card(stage, Key.ASSESS)
    assert focus().accessibleName() == "Record no reply from father"
    press("Enter", "Ctrl+S")
    page = page_of(register, stage.ref)
    assert page.assessed
    assert [(one.parent_id, one.data["result"]) for one in assessments_of(page)] == [
        (mother, "not-satisfied"),
        (father, "none"),
    ]
    current = tab_of(stage).steps.chosen()
    assert current is not None
    assert current.key is Key.EXPEDIENT


def test_nothing_is_saved_while_something_is_missing(stage: Stage, register: Register) -> None:
    to_card(stage, Key.ASSESS)
    press("Enter", "Ctrl+S")
    assert stage.panel.form.fields["result"].error == "Choose whether the council is satisfied"
    assert not page_of(register, stage.ref).assessed


def test_no_reply_waits_for_the_last_day_of_each(set_stage: MakeStage, register: Register) -> None:
    go_to(register, date(2026, 11, 21))
    stage = set_stage()
    to_card(stage, Key.ASSESS)
    buttons = [button.text() for button in tab_of(stage).now.buttons]
    assert buttons[:2] == ["Assess mother’s reply", "Assess father’s reply"], "the father's time still runs"
    assert "Last reply period ends Mon 23 Nov" in steps_words(stage)
    go_to(register, date(2026, 11, 24))
    stage.screen.refresh()
    to_card(stage, Key.ASSESS)
    buttons = [button.text() for button in tab_of(stage).now.buttons]
    assert buttons[:2] == ["Assess mother’s reply", "Record no reply from father"]


def steps_words(stage: Stage) -> str:
    """Return the words of all steps."""
    return " ".join(step.words for step in tab_of(stage).steps.steps.steps)


def test_serving_is_confirmed_on_a_page_that_says_what_follows(set_stage: MakeStage, register: Register) -> None:
    grandmother = parent_ids(register)[2]
    stage = set_stage()
    change_parent(
        register.store,
        register.officer,
        stage.ref,
        grandmother,
        ParentChanges(address=("5 Pattern Lane", "Harrow"), postcode="HA1 9ZZ"),
    )
    paper = issue(register, stage.ref, "L04", grandmother, "hand")
    before = len(rows(register, Service))
    stage.screen.refresh()
    to_card(stage, Key.NOTICE_437)
    names = [button.text() for button in tab_of(stage).now.buttons]
    assert "Record how Faduma Ali was served" in names
    tab_of(stage).now.buttons[names.index("Record how Faduma Ali was served")].setFocus()
    press("Enter")
    form = stage.panel
    assert isinstance(form, ServeForm)
    assert form.counts.text() == "Counts as served on Tue 24 Nov 2026. Last day Tue 8 Dec 2026."
    form.proof.setFocus()
    write("Handed over, seen by A. Example")
    press("Ctrl+S")
    cover = form.cover
    assert isinstance(cover, Cover)
    assert len(rows(register, Service)) == before, "nothing is recorded before the page is answered"
    said = words(cover.asks)
    assert "The section 437(1) notice about Ayaan Warsame" in said
    assert "It counts as served on Tue 24 Nov 2026. The last day is Tue 8 Dec 2026" in said
    assert "Service cannot be undone, only corrected." in said
    assert focus() is cover.asks.go_back, "nothing happens by accident"
    press("Esc")
    assert focus() is form.proof
    press("Ctrl+S")
    press("Tab")
    assert focus() is form.cover.asks.go_on  # type: ignore[union-attr]
    press("Enter")
    served = rows(register, Service)[-1]
    assert (served.document_id, served.method, served.proof) == (paper, "hand", "Handed over, seen by A. Example")
    assert stage.said[-1] == "Service on Faduma Ali recorded"


def test_a_notice_served_too_late_is_said_not_to_hold_before_it_is_recorded(
    set_stage: MakeStage, register: Register
) -> None:
    mother = parent_ids(register)[0]
    go_to(register, date(2026, 11, 25))
    ref = make_case(register).ref
    number = parent_ids(register)[-1]
    assert number != mother
    issue(register, ref, "L04", number, "hand")
    go_to(register, date(2026, 11, 27))
    stage = set_stage(ref=ref)
    to_card(stage, Key.NOTICE_437)
    press("Enter")
    form = stage.panel
    assert isinstance(form, ServeForm)
    form.day.set_day(date(2026, 11, 27))
    assert "gives 13 days from Fri 27 Nov. The law asks for 15, so it will not hold." in form.counts.text()
    press("Ctrl+S")
    assert form.cover is not None
    assert form.cover.asks.go_on.text() == "Record it all the same"
    press("Tab", "Enter")
    assert stage.said[-1].startswith("Defective: serve again")
    step = tab_of(stage).steps.chosen()
    assert step is not None
    assert (step.key, step.words) == (Key.NOTICE_437, "Does not hold: serve again")


@pytest.mark.feature("F57")
def test_a_whole_process_is_worked_on_the_page(set_stage: MakeStage, register: Register) -> None:
    """From the assessment to the school that is told of the order, each step from its own card."""
    stage = set_stage()
    decide_not_to_serve(register.store, register.manager, stage.ref, parent_ids(register)[2], "No address")
    stage.screen.refresh()
    tab = tab_of(stage)

    def begin(key: Key) -> None:
        current = tab.steps.chosen()
        assert current is not None
        assert current.key is key
        tab.steps.setFocus()
        press("Enter", "Enter")

    def put(**values: str) -> None:
        for name, value in values.items():
            editor = stage.panel.editors()[name]
            if hasattr(editor, "pick"):
                editor.pick(value)
            elif hasattr(editor, "show_school"):
                editor.show_school(value, value)
            else:
                editor.setText(value)  # type: ignore[attr-defined]
        press("Ctrl+S")

    begin(Key.ASSESS)
    put(result="not-satisfied", reasons="Two days a week are not full time.")
    begin(Key.ASSESS)
    put(result="none")
    begin(Key.EXPEDIENT)
    put(expedient="yes", reasons="No full-time education is in sight.")
    begin(Key.CONSULT)
    put(school="999003", over_number="no")
    begin(Key.TELL)
    put()
    step = tab.steps.chosen()
    assert step is not None
    assert (step.key, step.words) == (Key.NOTICE_438, "Not yet: possible from Wed 9 Dec. Council practice, s439(7)")
    assert [button.text() for button in tab.now.buttons] == ["Why this date", "Record the school’s answer"]
    tab.now.buttons[0].setFocus()
    press("Enter")
    assert stage.screen.acts.popover is not None
    assert "Why Tue 8 Dec 2026" in stage.screen.acts.popover.accessibleName()
    press("Esc")
    tab.now.buttons[1].setFocus()
    press("Enter")
    put(answer="The governing body agrees to admit.")
    assert page_of(register, stage.ref).last("record-school-answer") is not None
    for number in parent_ids(register)[:2]:
        issue(register, stage.ref, "L07", number, "hand")
    stage.screen.refresh()
    assert [button.text() for button in tab.now.buttons][:2] == [
        "Record how Hodan Warsame was served",
        "Record how Cabdi Warsame was served",
    ]
    for _ in range(2):
        begin(Key.NOTICE_438)
        press("Ctrl+S", "Tab", "Enter")
    go_to(register, date(2026, 12, 9))
    stage.screen.refresh()
    begin(Key.SETTLE)
    put(basis="specified")
    for number in parent_ids(register)[:2]:
        issue(register, stage.ref, "L08", number, "hand")
    stage.screen.refresh()
    for _ in range(2):
        begin(Key.ORDER)
        press("Ctrl+S", "Tab", "Enter")
    begin(Key.INFORM)
    put()
    assert page_of(register, stage.ref).last("inform-school") is not None
    assert [step.mark for step in tab.steps.steps.steps] == [Mark.DONE] * 10
    assert tab.steps.steps.steps[8].words == "SAO-2026-0001, SAO-2026-0002 served Wed 9 Dec"
    assert [line.order.text for line in tab.parents._lines.values()] == ["Served", "Served", "None"]
    assert "Close case" in [button.text() for button in tab.now.buttons]


def test_a_letter_is_asked_for_with_its_parent(stage: Stage, register: Register) -> None:
    tab_of(stage).later.buttons[0].setFocus()
    press("Enter")
    assert stage.letters == [(stage.ref, f"L04:{parent_ids(register)[2]}")]


# The widget tree


def test_the_tab_passes_the_widget_tree_test(qtbot: QtBot, stage: Stage) -> None:
    walk.check(qtbot, stage.screen)


def test_the_managers_tab_passes_the_widget_tree_test(qtbot: QtBot, set_stage: MakeStage) -> None:
    walk.check(qtbot, set_stage("manager").screen, sizes=((100, QSize(1366, 768)),))


def test_the_lists_are_sound_models(qtmodeltester: ModelTester, stage: Stage) -> None:
    qtmodeltester.check(tab_of(stage).steps.steps)  # type: ignore[no-untyped-call]  # pytest-qt has no types here
    qtmodeltester.check(tab_of(stage).parents.model)  # type: ignore[no-untyped-call]  # as above
