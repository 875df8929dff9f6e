"""The order process tab: the steps at the left; each parent’s own line and what can be done at the right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from cme_desktop.casework import approvals
from cme_desktop.casework.orders.page import OrderPage, order_page
from cme_desktop.casework.orders.process import StepTaken
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.order_process import State
from cme_desktop.domain.roles import Role
from cme_desktop.ui.case.acts import ENQUIRIES, CaseActs
from cme_desktop.ui.case.forms.panel import CaseForm
from cme_desktop.ui.case.opened import EDGE, CaseTab, OpenedCase
from cme_desktop.ui.case.order import future_law
from cme_desktop.ui.case.order.cards import StepCard, WaitingCard
from cme_desktop.ui.case.order.explain import Books, explain_last_day, explain_school_time
from cme_desktop.ui.case.order.forms.deciding import (
    AssessForm,
    ExpedientForm,
    NotServeForm,
    ReturnedForm,
    SetAsideForm,
)
from cme_desktop.ui.case.order.forms.schools import (
    AgreeForm,
    AnswerForm,
    ConsultForm,
    InformForm,
    SettleForm,
    TellForm,
)
from cme_desktop.ui.case.order.forms.serving import CorrectForm, ServeForm
from cme_desktop.ui.case.order.lines import lines_of, people_words, stages_of
from cme_desktop.ui.case.order.offers import CardLook, Do, Offer, card_of
from cme_desktop.ui.case.order.parents import TABLE, ParentsCard
from cme_desktop.ui.case.order.path import Key, PathStep, beside, current_of, newest, steps_of
from cme_desktop.ui.case.order.picture import StepList
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Link
from cme_desktop.ui.widgets.cards import Card, CardColumn, Scroll
from cme_desktop.ui.widgets.cover import Cover
from cme_desktop.ui.widgets.states import Interruption
from cme_desktop.ui.widgets.tags import Tag, TagLook
from cme_desktop.ui.widgets.text import Glyph, Label

LEFT: Final = 430
GAP: Final = 16
_LEAST: Final = 250
"""Px at 100 % that the steps keep where there is little room."""
_FORMS: Final[Mapping[Do, Callable[[Desk, QWidget, OpenedCase, OrderPage], CaseForm]]] = {
    Do.EXPEDIENT: ExpedientForm,
    Do.CONSULT: ConsultForm,
    Do.TELL: TellForm,
    Do.AGREE: AgreeForm,
    Do.ANSWER: AnswerForm,
    Do.SETTLE: SettleForm,
    Do.INFORM: InformForm,
}
_ENDED: Final = {
    State.SATISFIED.value: "Ended: the council was satisfied",
    State.COMPLIED.value: "The school has admitted the child",
    State.ENDED.value: "Ended",
}


class OrderTab(CaseTab):
    """The order process of the case that is open."""

    def __init__(self, desk: Desk, acts: CaseActs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._acts = desk, acts
        self._case: OpenedCase | None = None
        self._page: OrderPage | None = None
        self._asked = 0
        self._future = False
        self._wanted = ""
        self._to_current = True
        self.law = Tag("Current law", Tone.GREY)
        self.steps = StepList()
        self.foot_words = Label(future_law.NOT_IN_FORCE, "hint", "muted", wrap=True)
        self.turn = Link("Look at its steps", step="hint", on_click=self.turn_law)
        self.waiting = WaitingCard()
        self.parents = ParentsCard()
        self.now, self.later = StepCard(), StepCard()
        self._lay_out()
        self._connect()
        for card in (self.waiting, self.parents, self.now, self.later):
            card.hide()

    def _lay_out(self) -> None:
        self._left = Card("Order process", padding=0)
        self._left.head().addWidget(self.law)
        self._left.body.addWidget(self.steps)
        foot: QFrame = self._left.foot(Glyph("lock", "muted", 14), self.foot_words, self.turn)
        layout = foot.layout()
        if isinstance(layout, QHBoxLayout):
            layout.setContentsMargins(18, 8, 16, 8)
            layout.setStretchFactor(self.foot_words, 1)
        self._cards = CardColumn(self.waiting, self.parents, self.now, self.later)
        self._right = Scroll(self._cards)
        self.setContentsMargins(0, 0, 0, 0)
        whole = row(self._left, self._right, gap=GAP)
        whole.setStretchFactor(self._right, 1)
        self.setLayout(whole)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._fit()

    def _connect(self) -> None:
        self.steps.moved.connect(self._on_moved)
        self.steps.opened.connect(self._on_opened)
        self.parents.date_wanted.connect(self._on_date_wanted)
        self.parents.paper_wanted.connect(self._acts.open_document)
        self.parents.stage_wanted.connect(self._on_stage_wanted)
        self.parents.asked_wanted.connect(self._on_asked_wanted)
        self.now.wanted.connect(self._on_wanted)
        self.later.wanted.connect(self._on_wanted)
        self.waiting.read_wanted.connect(self._acts.open_document)
        self.waiting.approve_wanted.connect(self._on_approve)
        self.waiting.refuse_wanted.connect(self._on_refuse)
        Theme.of().changed.connect(self._fit)

    # What the page asks of a tab

    def show_case(self, case: OpenedCase) -> None:
        """Show a case, or the same case with what has changed."""
        if self._case is None or self._case.ref != case.ref:
            self._page, self._future, self._to_current = None, False, True
            self.steps.show_steps(())  # nothing of the case before is to be seen, or acted on
            for card in (self.waiting, self.parents, self.now, self.later):
                card.hide()
        self._case = case
        self._desk.runner.cancel(self._asked)
        ref, receipt = case.ref, case.receipt
        self._asked = self._desk.ask(lambda store, viewer: order_page(store, viewer, ref, receipt), self._on_page)

    def first_focus(self) -> QWidget | None:
        """Return the steps."""
        return self.steps

    def show_item(self, what: str) -> None:
        """Show one step by its key, such as ``notice-437``."""
        self._wanted = what
        if self._page is not None:
            self._show_wanted()

    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return the keys of the tab."""
        return (
            ("J K, Enter", "Move in the steps, go to the step’s card"),
            ("Enter, Space", "In a parent’s line: why the last day is that day"),
        )

    @property
    def page(self) -> OrderPage | None:
        """Return what is shown, None before the first answer."""
        return self._page

    # Showing

    def _on_page(self, page: OrderPage) -> None:
        self._page = page
        self._show_law()
        self.now.show()
        self.waiting.show_rows(tuple(one for one in page.waiting if one.mine))
        self._show_right()
        stages = stages_of(page)
        if self.parents.stage.key() not in stages or self._stage_is_new(stages):
            self.parents.stage.blockSignals(True)
            self.parents.stage.choose(stages[-1])
            self.parents.stage.blockSignals(False)
        self._seen_stages = stages
        self._show_lines()
        self._show_steps()
        self._show_wanted()

    def _stage_is_new(self, stages: tuple[str, ...]) -> bool:
        return stages != getattr(self, "_seen_stages", ())

    def _show_lines(self) -> None:
        if self._page is not None:
            lines = lines_of(self._page, self.parents.stage.key(), self._desk.today)
            self.parents.show_lines(lines, people_words(self._page), stages_of(self._page))

    def _show_right(self) -> None:
        """Leave out what belongs to the case while the steps of the 2026 Act are looked at."""
        mine = self._page is not None and any(one.mine for one in self._page.waiting)
        self.parents.setVisible(not self._future and self._page is not None)
        self.waiting.setVisible(not self._future and mine)

    def _show_law(self) -> None:
        state = self._page.lawful.state if self._page is not None else ""
        words = _ENDED.get(state, "Current law")
        tone = Tone.GREEN if state in _ENDED else Tone.GREY
        look = TagLook("Not in force", Tone.GREY, "lock") if self._future else TagLook(words, tone)
        self.law.show_look(look)
        self.foot_words.setText(
            "The current law is what this case goes by" if self._future else future_law.NOT_IN_FORCE
        )
        self.turn.set_words("Back to the current law" if self._future else "Look at its steps")
        title = "2026 Act, not in force" if self._future else "Order process"
        self._left.set_title(title)

    def _show_steps(self) -> None:
        if self._future:
            self.steps.show_steps(future_law.future_steps())
            return
        if self._page is None:
            return
        steps = steps_of(self._page, self._desk.today)
        self.steps.show_steps(steps)
        if self._to_current or self.steps.chosen() is None:
            self.steps.choose(current_of(steps) or (steps[-1] if steps else None))
        self._to_current = False
        self._show_cards()

    def _show_cards(self) -> None:
        if self._future:
            self._show_future()
            return
        page, steps = self._page, self.steps.steps.steps
        chosen = self.steps.chosen()
        if page is None or chosen is None:
            return
        person, today = self._desk.person, self._desk.today
        self.now.show_look(card_of(page, chosen, person, today))
        other = beside(steps, chosen)
        self.later.setVisible(other is not None)
        if other is not None:
            self.later.show_look(card_of(page, other, person, today))

    def _show_future(self) -> None:
        chosen = self.steps.chosen()
        title = f"{chosen.title}, {chosen.section}" if chosen is not None else "2026 Act"
        said = (f"{chosen.words}.",) if chosen is not None else ()
        look = CardLook(title, TagLook("Not in force", Tone.GREY, "lock"), (*said, *future_law.future_words()))
        self.now.show_look(look)
        self.later.hide()

    def _show_wanted(self) -> None:
        wanted, self._wanted = self._wanted, ""
        step = next((one for one in self.steps.steps.steps if one.key == wanted), None)
        if step is not None and not self._future:
            self.steps.choose(step)
            self._show_cards()

    @Slot()
    def turn_law(self) -> None:
        """Look at the steps of the 2026 Act, or back at those of the current law."""
        self._future = not self._future
        self.steps.choose(None)
        self._show_law()
        self._show_right()
        self._show_steps()
        if self._future:
            self.steps.choose(self.steps.steps.steps[0] if self.steps.steps.steps else None)
        self._show_cards()

    # What the person does

    @Slot(object)
    def _on_moved(self, _step: PathStep) -> None:
        self._show_cards()

    @Slot(object)
    def _on_opened(self, _step: PathStep) -> None:
        button = self.now.first_button()
        if button is not None:
            button.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def _on_stage_wanted(self, _code: str) -> None:
        self._show_lines()

    @Slot(int)
    def _on_asked_wanted(self, _parent_id: int) -> None:
        if not self.waiting.isHidden():
            self.waiting.focus_first()
            return
        step = next((one for one in self.steps.steps.steps if one.key is Key.NOTICE_437), None)
        self.steps.choose(step)
        self._show_cards()

    @Slot(int)
    def _on_date_wanted(self, parent_id: int) -> None:
        page, case = self._page, self._case
        paper = newest(page, self.parents.stage.key(), parent_id) if page is not None else None
        if page is None or case is None or paper is None:
            return
        explained = explain_last_day(page, paper, Books.of(case.policy, case.calendar))
        if explained is None:
            return
        self._acts.explain(explained, self.parents.anchor_at(parent_id))
        popover = self._acts.popover
        if popover is not None:
            number = paper.id
            popover.source_wanted.connect(lambda: self._acts.open_document(number))

    def _explain_school(self, link: QWidget) -> None:
        if self._page is None or self._case is None:
            return
        explained = explain_school_time(self._page, Books.of(self._case.policy, self._case.calendar))
        if explained is not None:
            self._acts.explain(explained, link)

    @Slot(object)
    def _on_wanted(self, offer: Offer) -> None:
        page, case = self._page, self._case
        if page is None or case is None:
            return
        if offer.do is Do.LETTER:
            what = f"{offer.code}:{offer.parent_id}" if offer.parent_id is not None else offer.code
            self._acts.make_letter(what)
        elif offer.do is Do.DOCUMENT and offer.document_id is not None:
            self._acts.open_document(offer.document_id)
        elif offer.do is Do.ENQUIRY:
            self._acts.log_enquiry()
        elif offer.do is Do.CLOSE:
            self._acts.close_case()
        elif offer.do is Do.REPLIES:
            self._acts.tab_wanted.emit(ENQUIRIES, "")
        elif offer.do is Do.WHY:
            self._explain_school(self._pressed())
        else:
            form = self._form(offer, page, case)
            if form is not None:
                form.saved.connect(self._on_saved)
                self._acts.show_form(form)

    def _pressed(self) -> QWidget:
        sender = self.window().focusWidget()
        found = [one for card in (self.now, self.later) for one in card.buttons if one.property("code") == "school"]
        return sender if sender in found and sender is not None else (found[0] if found else self)

    def _form(self, offer: Offer, page: OrderPage, case: OpenedCase) -> CaseForm | None:
        host = self._host()
        parent = page.parent(offer.parent_id)
        if offer.do in (Do.ASSESS, Do.NO_REPLY):
            return AssessForm(self._desk, host, case, page, parent, no_reply=offer.do is Do.NO_REPLY)
        if offer.do in _FORMS:
            return _FORMS[offer.do](self._desk, host, case, page)
        if parent is None:
            return None
        if offer.do is Do.NOT_SERVE:
            return NotServeForm(self._desk, host, case, page, parent)
        paper = next((one for one in page.papers if one.id == offer.document_id), None)
        if offer.do is Do.SERVE and paper is not None:
            return ServeForm(self._desk, host, case, page, parent, paper)
        if offer.do is Do.CORRECT and paper is not None:
            return CorrectForm(self._desk, host, case, page, parent, paper)
        if offer.do is Do.SET_ASIDE and paper is not None:
            return SetAsideForm(self._desk, host, case, page, parent, paper)
        if offer.do is Do.RETURNED and paper is not None:
            return ReturnedForm(self._desk, host, case, page, parent, paper.id)
        return None

    def _host(self) -> QWidget:
        host = self._acts.parent()
        return host if isinstance(host, QWidget) else self

    @Slot(object)
    def _on_saved(self, answer: object) -> None:
        if isinstance(answer, StepTaken) and answer.defective:
            self._desk.toasts.say(answer.defective, urgent=True)
        self._to_current = True
        self._desk.letters_changed.emit()

    # What a second person decides

    @Slot(int)
    def _on_approve(self, approval_id: int) -> None:
        if self._case is None:
            return
        ref = self._case.ref
        self._desk.do(
            lambda store, person: approvals.approve(store, person, ref, approval_id=approval_id),
            lambda _answer: self._decided(ref),
            self._on_refused,
            said="Approved",
        )

    @Slot(int)
    def _on_refuse(self, approval_id: int) -> None:
        waiting = next((one for one in self._page.waiting if one.id == approval_id), None) if self._page else None
        if waiting is None or self._case is None:
            return
        asks = Interruption(
            f"Refuse: {waiting.what}?",
            (f"{waiting.asked_by} reads your reason and can ask again.",),
            "Refuse",
            reason="Why it is refused",
            shortest=3,
        )
        Cover(self._host(), asks, lambda reason: self._refuse(approval_id, reason))

    def _refuse(self, approval_id: int, reason: str) -> None:
        if self._case is None:
            return
        ref = self._case.ref
        self._desk.do(
            lambda store, person: approvals.refuse(store, person, ref, reason=reason, approval_id=approval_id),
            lambda _answer: self._decided(ref),
            self._on_refused,
            said="Refused, with your reason",
        )

    def _decided(self, ref: str) -> None:
        self._desk.cases_changed.emit((ref,))
        self._desk.letters_changed.emit()

    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self._desk.toasts.say(error.message, urgent=True)

    @property
    def reads_only(self) -> bool:
        """Say whether this person reads the case without acting on it."""
        return not self._desk.person.holds(Role.OFFICER)

    # Size

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the steps their width, less where the parents' table needs the room."""
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        room, theme = self.width() - GAP - EDGE, Theme.of()
        width = min(theme.px(LEFT), max(theme.px(_LEAST), 320, room - theme.px(TABLE)))
        self._left.setFixedWidth(width)
        self._cards.setFixedWidth(max(room - width, 320))
