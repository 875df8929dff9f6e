"""The inbox: files at the left, one pupil beside a child of the register at the right, and an answer for each."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from cme_desktop.access import may
from cme_desktop.casework.intake.accept import Accepted
from cme_desktop.casework.intake.meaning import LATER, MATCH, NEW, NOT_CME
from cme_desktop.domain.errors import NotAllowed, UserError
from cme_desktop.register.inbox import FileReport, InboxItem, InboxPage, PupilRow, held_files
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.inbox import lines
from cme_desktop.ui.inbox.compare import Review, other_words, pupil_name, review_of
from cme_desktop.ui.inbox.dialogs import CountedDialog, ReportDialog
from cme_desktop.ui.inbox.files import InboxFiles, System
from cme_desktop.ui.inbox.folder_card import FolderCard
from cme_desktop.ui.inbox.importer import Importer, ImportProgress, ImportSummary
from cme_desktop.ui.inbox.lines import ProblemLine
from cme_desktop.ui.inbox.presenter import InboxPresenter
from cme_desktop.ui.inbox.review import NOT_SAME, UNTIL, ProblemPage, ReviewCard, side_by_side
from cme_desktop.ui.page import KeyLine, Page
from cme_desktop.ui.printing import SystemDesk
from cme_desktop.ui.qt import shortcut
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button, ButtonLook, Kind
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.states import Empty, Interruption, NotAllowedPage
from cme_desktop.ui.words import count, when

NOBODY = "Nobody in the register fits this pupil"
_KEYS = (("S", MATCH), ("N", NEW), ("X", NOT_SAME), ("C", NOT_CME), ("L", LATER))


class InboxScreen(Page):
    """The inbox's page. ``show_what`` opens it at ``pupil:NUMBER``, ``file:NUMBER`` or ``problems``."""

    def __init__(
        self, desk: Desk, importer: Importer, system: System | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__("Inbox", parent=parent)
        self._desk, self._importer = desk, importer
        self._review: Review | None = None
        self._same: tuple[int, ...] = ()
        self._only_import = False
        self._problems_wanted = False
        self._seen = False
        self.presenter = InboxPresenter(desk, self)
        may_change = may(desk.person, "folder.change")
        self.folder = FolderCard(desk.look_wanted.emit, may_change=may_change)
        self.review = ReviewCard()
        self.undo = Button("Undo last import", Kind.PLAIN, icon="undo", on_click=self._undo_wanted)
        self.accept_all = Button("Accept same children", on_click=self._accept_all)
        self.take = Button("Take in files", icon="file", on_click=self._take_wanted)
        self.stack = QStackedWidget()
        self.files = InboxFiles(self, desk, self.presenter, importer, system or SystemDesk(self, desk.runner))
        self._main = QWidget()
        self._main.setLayout(side_by_side(self.folder, self.review))
        self.stack.addWidget(self._main)
        self._instead: QWidget | None = None
        self._lay_out()
        self._connect()
        for key, kind in _KEYS:
            shortcut(self, key, partial(self._on_key, kind))
        shortcut(self, "Shift+S", self._accept_all)
        shortcut(self, "Ctrl+O", self._take_wanted)
        shortcut(self, "Ctrl+PgDown", partial(self.review.pupils.step, 1))
        shortcut(self, "Ctrl+PgUp", partial(self.review.pupils.step, -1))

    def _lay_out(self) -> None:
        self.body.addWidget(self.stack, 1)
        self.undo.hide()
        self.accept_all.hide()
        if self.head is not None and self.presenter.may_decide:
            self.head.add_action(self.undo, self.accept_all, self.take)
            self.head.action_row.insertSpacing(1, 4)
        if not self.presenter.may_decide:
            self.review.answers.show_only_words("An officer answers. You can read what waits.")
            self.folder.list.delegate.may_save = False
            self.folder.look.hide()

    def _connect(self) -> None:
        desk, ask, card, importer = self._desk, self.presenter, self.review, self._importer
        ask.page_known.connect(self._on_page)
        ask.pupils_known.connect(self._on_pupils)
        ask.item_known.connect(self._on_item)
        ask.answered.connect(self._on_answered)
        ask.failed.connect(self._on_failed)
        card.answered.connect(self._on_key)
        card.pupil_picked.connect(ask.show_pupil)
        card.compare_wanted.connect(ask.compare_next)
        card.counted_wanted.connect(self._show_counted)
        card.report_wanted.connect(self._show_report)
        self.folder.list.moved.connect(self._show_file)
        self.folder.list.opened.connect(self._on_opened)
        self.folder.list.copy_wanted.connect(self._on_copy_wanted)
        self.folder.change_wanted.connect(self.files.change_folder)
        self.folder.strip.cancelled.connect(importer.cancel)
        importer.progressed.connect(self._on_progress)
        importer.stopped.connect(self.folder.strip.hide)
        importer.stopped.connect(self._show_truth)
        importer.finished.connect(self._on_imported)
        importer.troubled.connect(self._show_truth)
        self.files.interruption_wanted.connect(self._show_instead)
        self.files.interruption_over.connect(self._show_main)
        self.files.undone.connect(self._on_import_undone)
        desk.inbox_changed.connect(self.refresh)
        desk.reference_changed.connect(self.refresh)
        desk.saved.connect(self._on_saved)

    # What the frame asks of a page

    def on_shown(self) -> None:
        """Fetch the inbox anew."""
        self.presenter.bring_back()
        self.refresh()

    def keys(self) -> tuple[KeyLine, ...]:
        """Return the keys of the inbox."""
        return (
            ("S", "Same child"),
            ("N", "New child"),
            ("X", "Not the same: the next possible child comes"),
            ("C", "Not CME: not missing education"),
            ("L", "Later: comes back in 7 days"),
            ("Shift+S", "Accept all same children"),
            ("J K, Enter", "Move over the files, go to the pupils"),
            ("Ctrl+PgUp, Ctrl+PgDown", "Pupil before, next pupil"),
            ("Space", "Change what is kept in the line"),
            ("Ctrl+O", "Take in files that lie elsewhere"),
            ("F5", "Look in the folder now"),
        )

    def first_focus(self) -> QWidget | None:
        """Return the list of files, or the first button of an empty inbox."""
        return self.folder.list if self.folder.list.isVisibleTo(self) else None

    def go_back(self) -> bool:
        """Leave the page before an undo."""
        if isinstance(self._instead, Interruption):
            self._show_main()
            return True
        return False

    def show_what(self, what: str) -> None:
        """Open the inbox at one thing; what is not known shows it as it was."""
        key, _, value = what.partition(":")
        if key == "pupil" and value.isdecimal():
            self.presenter.show_item(int(value))
        elif key == "file" and value.isdecimal():
            self.presenter.file_id = int(value)
            self.refresh()
        elif key == "problems":
            self._problems_wanted = True
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Ask the register; what is shown stays until the answer is there."""
        if self.presenter.page is None:
            self.folder.place.show_loading()
            self.review.show_loading()
            self.review.pupils.hide()
        self.presenter.refresh()
        self._show_truth()

    # Showing

    @Slot(object, object)
    def _on_page(self, page: InboxPage, same: tuple[int, ...]) -> None:
        self._same = same
        if self.head is not None:
            self.head.set_subtitle(lines.head_words(page))
        self.accept_all.setText(f"Accept {count(len(same), 'same child', 'same children')}")
        self.accept_all.setVisible(bool(same))
        self._look_at_last_import()
        if isinstance(self._instead, Interruption):
            return
        wanted = self.presenter.file_id
        if self._problems_wanted and page.problems:
            wanted = page.problems[0].id
        self._problems_wanted = False
        self.folder.list.blockSignals(True)
        self.folder.show_page(page)
        place = self.folder.model.place_of(wanted) if wanted is not None else -1
        if place < 0:
            place = self.folder.list.currentIndex().row()
        if place < 0 and self.folder.model.lines:
            place = 0 if page.files else 1
        if place >= 0:
            self.folder.list.show_current(place)
        self.folder.list.blockSignals(False)
        self._show_truth()
        here = self.folder.list.current_file()
        if here is None:
            self._show_empty(page)
            return
        self._show_main()
        self._show_file(here)
        focus = self.window().focusWidget()
        if (
            not self._seen
            and self.isVisible()
            and (focus is None or self.head is None or self.head.isAncestorOf(focus))
        ):
            self.folder.focus_list()
        self._seen = True

    def _show_main(self) -> None:
        before, self._instead = self._instead, None
        had = before is not None and before.isAncestorOf(self.window().focusWidget() or self)
        self.stack.setCurrentWidget(self._main)
        if before is not None:
            self.stack.removeWidget(before)
            before.deleteLater()
            if had:
                self.folder.focus_list()

    def _show_instead(self, content: QWidget) -> None:
        if self._instead is not None:
            self.stack.removeWidget(self._instead)
            self._instead.deleteLater()
        self._instead = content
        self.stack.addWidget(content)
        self.stack.setCurrentWidget(content)

    def _show_empty(self, page: InboxPage) -> None:
        place = self._importer.folder
        buttons = []
        if may(self._desk.person, "folder.change"):
            words = "Change folder" if place else "Choose folder"
            buttons.append(Button(words, icon="folder", on_click=self.files.change_folder))
        if self.presenter.may_decide and place:
            look = self._desk.look_wanted.emit
            buttons.append(Button("Look in folder now", Kind.PLAIN, key="F5", on_click=look))
        where = lines.long_folder(place)
        comes = f"New S2S files appear here when saved in {where}." if place else "Choose the folder where they arrive."
        truth, _ = lines.folder_words(place, page, self._importer.trouble, len(self._importer.left))
        facts = [("lock", truth)] if place else []
        if page.put_off:
            facts.append(("clock", f"{page.put_off:,} put off until later"))
        card = Card(padding=0)
        card.body.addWidget(Empty("No files waiting.", comes, icon="inbox", buttons=buttons, facts=facts))
        had = self.isAncestorOf(self.window().focusWidget() or self.window())
        self._show_instead(card)
        if had and buttons:
            buttons[-1].setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _show_truth(self) -> None:
        importer = self._importer
        self.folder.show_truth(importer.folder, self.presenter.page, importer.trouble, len(importer.left))

    @Slot(int)
    def _show_file(self, file_id: int) -> None:
        line = self.folder.model.line_at(self.folder.model.place_of(file_id))
        if isinstance(line, ProblemLine):
            self.presenter.file_id = file_id
            sentences = (line.words,)
            page = ProblemPage(
                line.name,
                when(line.row.received_at, self._desk.today),
                sentences,
                may_act=self.presenter.may_decide,
            )
            page.copy_wanted.connect(partial(self.files.ask_copy, file_id, line.name))
            page.settle_wanted.connect(partial(self.files.ask_settle, file_id, line.name))
            self.review.show_instead(page)
        else:
            self.presenter.show_file(file_id)

    @Slot(object, object)
    def _on_pupils(self, pupils: tuple[PupilRow, ...], _report: FileReport) -> None:
        here = pupils[self.presenter.place].id if self.presenter.place < len(pupils) else 0
        self.review.show_pupils(pupils, here)

    @Slot(object)
    def _on_item(self, item: InboxItem) -> None:
        ask = self.presenter
        before = self._review
        self._review = review_of(item, ask.known, self._desk.today)
        again = before is not None and before.lines == self._review.lines
        second = self.review.model.second if again else self._closes(item)
        self.review.show_review(
            self._review, others=other_words(ask.others), report=self._report_words(item), second=second
        )
        answers = self.review.answers
        proposed = MATCH if ask.known is not None and item.proposed in (MATCH, LATER) else item.proposed
        answers.propose(proposed)
        lacking = "" if ask.known is not None else NOBODY
        if ask.may_decide:
            answers.allow({MATCH: lacking, NOT_SAME: lacking}, lacking or UNTIL)
        self.announce(f"{pupil_name(item)}. {self._review.title} {self._review.why}")

    def _closes(self, item: InboxItem) -> frozenset[str]:
        """Propose that a joiner's open case is closed, once the day on which the child starts has come (F6)."""
        known = self.presenter.known
        started = item.event_date is not None and item.event_date <= self._desk.today
        certain = known is not None and known.match_class == "certain"
        proposed = self._review is not None and any(one.key == "close" for one in self._review.choices)
        return frozenset({"close"}) if started and certain and proposed else frozenset()

    def _report_words(self, item: InboxItem) -> str:
        report = self.presenter.report
        if report is None or not report.lines:
            return ""
        own = [line.message for line in report.lines if line.pupil == item.number]
        if own:
            return " ".join(own[:2])
        many = len(report.lines)
        return f"{count(many, 'note')} on how this file was read: what was put right, set aside or is to be looked at."

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, NotAllowed) and self.presenter.page is None:
            self._show_instead(NotAllowedPage(error.message))
        elif isinstance(error, UserError):
            self.show_banner(Banner(error.message, Tone.AMBER))
        else:
            raise error

    # Answers

    @Slot(str)
    def _on_key(self, kind: str) -> None:
        button = self.review.answers.buttons[kind]
        if self.stack.currentWidget() is not self._main or not button.isVisibleTo(self) or not button.isEnabled():
            return
        self.presenter.answer(kind, self.review.model.second)

    @Slot(object, object)
    def _on_answered(self, done: Accepted, item: InboxItem) -> None:
        self.show_banner(None)
        if done.siblings and done.case is not None:
            names = " and ".join(one.name for one in done.siblings[:3])
            words = f"{pupil_name(item)} may be a brother or sister of {names}."
            link = partial(self._link, done)
            reason = f"Why: {done.siblings[0].why}."
            self.show_banner(
                Banner(
                    words, Tone.BLUE, second=reason, button="Link as brothers and sisters", on_click=link, icon="people"
                )
            )

    def _link(self, done: Accepted) -> None:
        self.presenter.link(done)
        self.show_banner(None)

    @Slot()
    def _accept_all(self) -> None:
        if self._same and self.presenter.may_decide:
            self.presenter.accept_same(self._same)

    @Slot(int)
    def _on_opened(self, _file_id: int) -> None:
        page = self.review.place.findChild(ProblemPage)
        if page is not None and page.isVisibleTo(self):
            page.copy.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.review.table.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _show_counted(self) -> None:
        item = self.presenter.item
        if self._review is not None and item is not None:
            CountedDialog(pupil_name(item), self._review, self).open()

    @Slot()
    def _show_report(self) -> None:
        report = self.presenter.report
        if report is not None:
            ReportDialog(report, when(report.received_at, self._desk.today), self).open()

    # Files

    @Slot(int)
    def _on_copy_wanted(self, file_id: int) -> None:
        line = self.folder.model.line_at(self.folder.model.place_of(file_id))
        if isinstance(line, ProblemLine):
            self.files.ask_copy(file_id, line.name)

    @Slot()
    def _take_wanted(self) -> None:
        if self.presenter.may_decide:
            self.files.take()

    def _look_at_last_import(self) -> None:
        """Offer no longer to undo an import that was undone by Ctrl+Z meanwhile."""
        last = self._importer.last
        if last is not None:
            ids = last.file_ids
            self._desk.ask(lambda store, viewer: held_files(store, viewer, ids), self._on_held)

    def _on_held(self, held: frozenset[int]) -> None:
        last = self._importer.last
        if last is not None and not held & set(last.file_ids):
            self._importer.forget_last()
            self.show_banner(None)
        self._show_undo()

    @Slot()
    def _undo_wanted(self) -> None:
        self.files.ask_undo()

    @Slot()
    def _on_import_undone(self) -> None:
        self.show_banner(None)
        self._show_undo()

    @Slot(object)
    def _on_progress(self, now: ImportProgress) -> None:
        self.folder.strip.show_progress(now)

    @Slot(object)
    def _on_imported(self, summary: ImportSummary) -> None:
        self._only_import = summary.by_hand and bool(summary.acts)
        self._show_undo()
        undo = bool(summary.acts) and self.presenter.may_decide
        self.show_banner(
            Banner(
                summary.words,
                Tone.BLUE,
                button="Undo this import" if undo else "",
                on_click=self._undo_wanted,
                icon="inbox",
            )
        )

    @Slot(object)
    def _on_saved(self, _at: object) -> None:
        self._only_import = False
        self._show_undo()

    def _show_undo(self) -> None:
        """Offer to undo the last import; Ctrl+Z does it while that is also the last thing that was done."""
        key = "Ctrl+Z" if self._only_import else ""
        self.undo.show_look(ButtonLook("Undo last import", Kind.PLAIN, icon="undo", key=key))
        self.undo.setVisible(self._importer.last is not None and self.presenter.may_decide)
