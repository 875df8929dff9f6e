"""The preview as it is seen: the real pages at the left; what to fill in, approval and addressees at the right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from cme_desktop.casework.documents.issuing import FactsMoved
from cme_desktop.casework.documents.shipped_letters import template
from cme_desktop.casework.reference.policy import Policy, read_settings
from cme_desktop.domain.errors import StepRefused, UserError
from cme_desktop.register.letters import LetterRow
from cme_desktop.ui.case.forms.panel import FormPanel
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.letters.handing import Handing, System
from cme_desktop.ui.letters.preview.approval import ApprovalCard
from cme_desktop.ui.letters.preview.editors import RowEditor, editor_for
from cme_desktop.ui.letters.preview.fields import FillRow
from cme_desktop.ui.letters.preview.fill_list import FillList
from cme_desktop.ui.letters.preview.notices import NoticesCard
from cme_desktop.ui.letters.preview.presenter import LetterPresenter
from cme_desktop.ui.letters.preview.spots import frames
from cme_desktop.ui.letters.preview.subject import ButtonFace, Entry, Stage, law_of, noun
from cme_desktop.ui.letters.sending import CameBackForm, PostedForm, SaveForm
from cme_desktop.ui.page import KeyLine, Page
from cme_desktop.ui.qt import alive, clear, follow_layout, shortcut
from cme_desktop.ui.theme import hold_width
from cme_desktop.ui.tokens import PAGE_PADDING, Tone
from cme_desktop.ui.widgets.buttons import Button, Kind, Link
from cme_desktop.ui.widgets.cards import Card, CardColumn, Corners, Scroll
from cme_desktop.ui.widgets.cover import Cover
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.pdf_view import PdfView, Spot
from cme_desktop.ui.widgets.states import Interruption
from cme_desktop.ui.widgets.text import Label

SIDE: Final = 344
EDGE: Final = 14
_ICONS: Final = {"print": "print", "issue-print": "print", "approve": "check", "go": "check", "issue": "check"}
_STEPS: Final = {"L04": "notice-437", "L07": "notice-438", "L08": "order"}


class PreviewFace(Page):
    """One letter with its pages. ``back_wanted`` goes back to the list it came from."""

    back_wanted = Signal()

    def __init__(self, desk: Desk, system: System, parent: QWidget | None = None) -> None:
        super().__init__("Letter", parent=parent)
        self._desk = desk
        self._system = system
        self.presenter = LetterPresenter(desk, self)
        self.handing = Handing(desk, system, self._on_trouble, self)
        self.beside = Label("", "hint", "muted")
        self.all_letters = Link("All letters", step="hint", on_click=self.back_wanted.emit)
        self.buttons: dict[str, Button] = {}
        self._buttons_row = QHBoxLayout()
        self._buttons_row.setSpacing(8)
        self.view = PdfView(desk.runner)
        self.fill = FillList(self._make_editor)
        self.approval = ApprovalCard()
        self.notices = NoticesCard()
        self.menu = QMenu(self)
        self.menu.setAccessibleName("More that can be done")
        self.menu.addAction("File the signed scan").triggered.connect(self._on_scan)
        self.menu.addAction("Record that it came back").triggered.connect(self._on_returned)
        self._policy: Policy | None = None
        self._form: QWidget | None = None
        self._faces_shown: tuple[tuple[str, bool], ...] = ()
        self._fresh = False
        self._lay_out()
        self._connect()
        shortcut(self, "Ctrl+P", self._on_print_key)

    def _lay_out(self) -> None:
        head, outer = self.head, self.layout()
        if head is not None:
            head.action_row.addWidget(self.beside)
            head.action_row.addSpacing(2)
            head.action_row.addLayout(self._buttons_row)
            inner = head.layout()
            if isinstance(inner, QHBoxLayout):
                inner.insertWidget(inner.indexOf(head.subtitle) + 1, self.all_letters)
                inner.setContentsMargins(0, 0, EDGE, 0)
        if outer is not None:
            outer.setContentsMargins(PAGE_PADDING, 0, PAGE_PADDING - EDGE, 16)
        pages = Card(padding=0)
        pages.setAccessibleName("Pages")
        pages.body.addWidget(self.view)
        Corners(pages)
        cards = CardColumn(self.fill, self.approval, self.notices)
        hold_width(cards, SIDE)
        self.side = Scroll(cards)
        hold_width(self.side, SIDE + EDGE)
        whole = QHBoxLayout()
        whole.setSpacing(16)
        whole.addWidget(pages, 1)
        whole.addWidget(self.side)
        self.body.addLayout(whole, 1)

    def _connect(self) -> None:
        shown = self.presenter
        shown.changed.connect(self._on_changed)
        shown.pages.connect(self._on_pages)
        shown.trouble.connect(self._on_trouble)
        shown.warned.connect(self._on_warned)
        shown.reason_wanted.connect(self._on_reason_wanted)
        shown.left.connect(self.back_wanted)
        self.view.failed.connect(self._on_page_failed)
        self.fill.chosen.connect(self._on_chosen)
        self.fill.changed.connect(shown.change)
        self.fill.saved.connect(self._on_saved)
        self.fill.goes.connect(self._on_goes)
        self.notices.ticked.connect(shown.tick)
        self.notices.shown.connect(self._on_shown_wanted)
        self._desk.reference_changed.connect(self._on_reference_changed)

    def show_banner(self, banner: Banner | None) -> None:
        """Show one banner, as wide as the head."""
        super().show_banner(banner)
        self._banner_place.setContentsMargins(0, 0, EDGE, 12 if banner is not None else 0)

    # Opening

    def open_to_make(self, ref: str, code: str, parent_id: int = 0) -> None:
        """Begin a letter of a case."""
        self._begin()
        self.presenter.open_to_make(ref, code, parent_id)

    def open_document(self, document_id: int) -> None:
        """Show a filed document."""
        self._begin()
        self.presenter.open_document(document_id)

    def _begin(self) -> None:
        self.show_banner(None)
        self.fill.choose("")
        self.view.forget()
        self.view.paper.verticalScrollBar().setValue(0)
        self._fresh = True
        self._desk.ask(read_settings, self._on_settings)

    def _on_settings(self, policy: Policy) -> None:
        self._policy = policy

    def close(self) -> bool:
        """Keep what was typed and drop the pages."""
        self.presenter.close()
        self.view.forget()
        return True

    def on_shown(self) -> None:
        """Fetch anew how the filed documents stand."""
        self.presenter.refresh()

    def first_focus(self) -> QWidget | None:
        """Return what an interruption asks, the first row that is missing, or the page."""
        cover = Cover.over(self)
        missing = next((row.key for row in self.fill.rows() if row.missing), "")
        return cover.asks.first if cover is not None else self.fill.line(missing) or self.view.paper

    def keys(self) -> tuple[KeyLine, ...]:
        """Return the keys of the preview."""
        return (
            ("Ctrl+P", "Print"),
            ("Page Up, Page Down", "Turn the page"),
            ("Enter on a row", "Fill it in, and see it on the page"),
            ("Alt+Left", "Back to the list of letters"),
        )

    # Showing

    @Slot()
    def _on_changed(self) -> None:
        case, entry = self.presenter.case, self.presenter.entry
        if case is None or entry is None:
            return
        if self.head is not None:
            self.head.title.setText(case.title)
            version = entry.page.template_version.split()[0] if entry.page is not None else template(case.code).version
            self.head.set_subtitle(f"{case.child}, {case.code} version {version}")
        self.setAccessibleName(f"{case.title}, {case.child}")
        self.fill.show_rows(self.presenter.rows(), making=self.presenter.making)
        progress = self.presenter.progress()
        if progress is not None:
            self.approval.show_progress(progress)
        self.notices.show_lines(self.presenter.lines(), noun(case.code))
        self._go_to_first(entry)
        self._show_buttons()
        self._show_refusal()
        self._show_spots()
        follow_layout(self)

    def _go_to_first(self, entry: Entry) -> None:
        """Put the focus at what is missing once that is known, unless it was moved in the meantime."""
        if self._fresh and (entry.row is not None or entry.preview is not None):
            self._fresh = False
            if self.view.paper.hasFocus():
                self.focus_content()

    def _show_buttons(self) -> None:
        heading = self.presenter.heading()
        self.beside.setText(heading.beside)
        faces = tuple((one.key, one.primary) for one in heading.buttons)
        if self._faces_shown != faces:
            self._faces_shown = faces
            focus = self.window().focusWidget()
            had = any(one is focus for one in self.buttons.values())
            clear(self._buttons_row)
            self.buttons = {one.key: self._button(one) for one in heading.buttons}
            if had and self.buttons:
                next(reversed(self.buttons.values())).setFocus(Qt.FocusReason.OtherFocusReason)
        for one in heading.buttons:
            button = self.buttons[one.key]
            button.setText(one.words)
            button.set_reason(one.reason)

    def _button(self, face: ButtonFace) -> Button:
        kind = Kind.PRIMARY if face.primary else Kind.OUTLINED
        made = Button(face.words, kind, icon=_ICONS.get(face.key, ""), on_click=self._acts(face.key))
        if face.key == "more":
            made.set_menu(self.menu)
        self._buttons_row.addWidget(made)
        return made

    def _show_refusal(self) -> None:
        """Say in the banner why the document cannot be made, with its section and from when."""
        entry = self.presenter.entry
        preview = entry.preview if entry is not None and entry.row is None else None
        refused = preview.why_not if preview is not None else None
        key = "refused"
        if refused is None or refused.code == "school-unknown":
            over = {key} if entry is not None and entry.trouble else {key, "trouble"}
            if self.banner is not None and self.banner.property("key") in over:
                self.show_banner(None)
            return
        second = law_of(refused, self._desk.today)
        if self.banner is not None and self.banner.property("said") == refused.message + second:
            return
        banner = Banner(refused.message, Tone.AMBER, second=second, icon="lock")
        banner.setProperty("key", key)
        banner.setProperty("said", refused.message + second)
        self.show_banner(banner)

    # Spots

    def _show_spots(self) -> None:
        rows = [row for row in self.presenter.rows() if row.missing or row.key == self.fill.key]
        self.view.show_spots(tuple(spot for row in rows for spot in self._spots_of(row)))
        self.view.paper.chosen = self._chosen_spot()

    def _spots_of(self, row: FillRow) -> tuple[Spot, ...]:
        """Return where a row stands: everywhere for what is missing, the first place for what is filled in."""
        entry = self.presenter.entry
        preview = entry.preview if entry is not None and entry.row is None else None
        if preview is None or "@" in row.key:
            return ()
        found = [place for place in preview.places if place.field in row.fields]
        spots = frames(found)
        return spots if row.missing else spots[:1]

    def _chosen_spot(self) -> Spot | None:
        row = next((one for one in self.presenter.rows() if one.key == self.fill.key), None)
        spots = self._spots_of(row) if row is not None else ()
        return spots[0] if spots else None

    @Slot(object)
    def _on_pages(self, content: bytes) -> None:
        self.view.show_pdf(content, page=self.view.page if self.view.pages else 0)

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        follow_layout(self)
        name, _, parent = key.partition("@")
        if parent:
            self.presenter.show(int(parent))
            self.fill.choose(name, focus=True)
            return
        self._show_spots()
        spot = self._chosen_spot()
        if spot is not None:
            self.view.bring(spot)

    def _make_editor(self, row: FillRow) -> RowEditor | None:
        return editor_for(self._desk, row, self.presenter.given())

    @Slot(str, object)
    def _on_saved(self, key: str, values: Mapping[str, str]) -> None:
        if key == "address":
            self.presenter.save_address(values)

    @Slot(str)
    def _on_goes(self, key: str) -> None:
        row = next((one for one in self.presenter.rows() if one.key == key), None)
        if row is None:
            return
        page, what = row.goes_to
        if page.startswith("case:"):
            self._desk.case_wanted.emit(page.partition(":")[2], what)
        elif page:
            self._desk.page_wanted.emit(page, what)

    @Slot(int)
    def _on_shown_wanted(self, parent_id: int) -> None:
        self.fill.choose("")
        self.presenter.show(parent_id)

    @Slot()
    def _on_reference_changed(self) -> None:
        if self.isVisible() and self.presenter.making and self.presenter.entry is not None:
            self.presenter.show(self.presenter.entry.parent_id)

    # Buttons

    def _acts(self, key: str) -> Callable[[], object]:
        shown = self.presenter
        return {
            "go": shown.make,
            "issue": shown.issue,
            "issue-print": self._issue_and_print,
            "print": self._print,
            "save": self._save,
            "withdraw": shown.withdraw,
            "again": shown.again,
            "approve": shown.decide,
            "refuse": self._refuse,
            "serve": self._serve,
            "posted": self._posted,
            "more": self._nothing,
        }[key]

    def _issue_and_print(self) -> None:
        self.presenter.issue(self._print)

    def _print(self) -> None:
        self.handing.print_documents(self.presenter.ids(), self._after_handing)

    def _after_handing(self) -> None:
        self._desk.letters_changed.emit()
        self.presenter.refresh()

    @Slot()
    def _on_print_key(self) -> None:
        for key in ("print", "issue-print"):
            button = self.buttons.get(key)
            if button is not None and button.isEnabled():
                button.click()
                return
        words = self.beside.text() or "Nothing can be printed yet"
        self._desk.toasts.say(words, note=True)

    def _rows(self) -> tuple[LetterRow, ...]:
        ids = self.presenter.ids()
        return tuple(one.row for one in self.presenter.entries if one.row is not None and one.row.document_id in ids)

    def _save(self) -> None:
        entry = self.presenter.entry
        if entry is None or entry.row is None or self._policy is None:
            return
        methods = self._policy.lines("sharing.methods")
        self._open_form(SaveForm(self._desk, self, entry.row, methods, self._system.ask_file))

    def _posted(self) -> None:
        self._open_form(PostedForm(self._desk, self, self._rows()))

    @Slot()
    def _on_scan(self) -> None:
        entry = self.presenter.entry
        if entry is not None and entry.row is not None:
            self.handing.file_scan(entry.row.document_id, self._after_handing)

    @Slot()
    def _on_returned(self) -> None:
        entry = self.presenter.entry
        if entry is not None and entry.row is not None:
            self._open_form(CameBackForm(self._desk, self, entry.row))

    def _nothing(self) -> None:
        """Leave it to the menu."""

    def _open_form(self, form: FormPanel) -> None:
        if self._form is not None and alive(self._form) and self._form.isVisible():
            return
        self._form = form
        form.saved.connect(self._on_form_saved)
        form.open()

    @Slot(object)
    def _on_form_saved(self, _answer: object) -> None:
        case = self.presenter.case
        if case is not None:
            self._desk.cases_changed.emit((case.ref,))
        self._after_handing()

    def _serve(self) -> None:
        case = self.presenter.case
        if case is not None:
            step = _STEPS.get(case.code, "")
            self._desk.case_wanted.emit(case.ref, f"order:{step}" if step else "order")

    def _refuse(self) -> None:
        case = self.presenter.case
        if case is None:
            return
        names = ", ".join(one.addressee for one in self._rows())
        asks = Interruption(
            f"Refuse: {case.title} to {names}?",
            ("Your reason is shown to the officer, who corrects it and makes it again.",),
            "Refuse",
            reason="Why it is refused",
            shortest=3,
        )
        Cover(self, asks, self.presenter.decide)

    # Trouble

    @Slot(object)
    def _on_trouble(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        if self.presenter.case is None:
            self._desk.toasts.say(error.message, urgent=True)
            self.back_wanted.emit()
            return
        second = error.refusal.section if isinstance(error, StepRefused) else ""
        again = isinstance(error, FactsMoved)
        banner = Banner(
            error.message,
            Tone.AMBER,
            second=second,
            button="Make it again" if again else "",
            on_click=self.presenter.again if again else None,
        )
        entry = self.presenter.entry
        banner.setProperty("key", "trouble" if entry is not None and entry.trouble else "")
        self.show_banner(banner)

    @Slot(str)
    def _on_warned(self, words: str) -> None:
        self.show_banner(Banner(words, Tone.AMBER))

    @Slot(str)
    def _on_page_failed(self, words: str) -> None:
        self.show_banner(Banner(words, Tone.RED))

    @Slot(str)
    def _on_reason_wanted(self, words: str) -> None:
        asks = Interruption("Open restricted case", [words], "Open restricted case", reason="Why", shortest=10)
        cover = Cover(self, asks, self.presenter.retry)
        asks.went_back.connect(self.back_wanted)
        cover.setAccessibleName("Open restricted case")

    @property
    def stage(self) -> Stage | None:
        """Return how far the document that is shown has come."""
        entry = self.presenter.entry
        return entry.stage if entry is not None else None
