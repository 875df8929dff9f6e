"""What the preview does: takes over what is filled in, keeps it, and makes, issues, withdraws and decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from cme_desktop.casework.documents.drafting import Wanted
from cme_desktop.ui.letters.preview import jobs, wishes
from cme_desktop.ui.letters.preview.jobs import Made
from cme_desktop.ui.letters.preview.showing import LetterShowing
from cme_desktop.ui.letters.preview.subject import LetterCase, Stage, noun, together
from cme_desktop.ui.words import count, day_date

_FOR_ALL = frozenset({"sent", "signatory", "school", "alternatives", "received"})
"""What is the same for every notice that is made together."""


class LetterPresenter(LetterShowing):
    """Hold one preview and act on it."""

    # Filling in

    def tick(self, parent_id: int, on: bool) -> None:
        """Make, print or issue the document of an addressee with the others, or not."""
        self._entries = tuple(replace(one, ticked=on) if one.parent_id == parent_id else one for one in self._entries)
        self.changed.emit()

    def change(self, key: str, values: Mapping[str, str]) -> None:
        """Take over what was filled in for a row, and make the page anew."""
        if key == "alternatives":
            names = zip(values["alternatives"].splitlines(), values.get("names", "").splitlines(), strict=False)
            self._schools |= dict(names)
        touched = [
            one.parent_id
            for one in self._entries
            if one.stage is Stage.MAKING and (one.parent_id == self._shown or key in _FOR_ALL)
        ]
        self._entries = tuple(
            replace(one, wanted=wishes.with_values(one.wanted, key, values)) if one.parent_id in touched else one
            for one in self._entries
        )
        self._unkept |= set(touched)
        self._keep_timer.start()
        for parent_id in touched:
            self._foresee(parent_id)

    def save_address(self, values: Mapping[str, str]) -> None:
        """Enter the address of the parent shown on the case, and make the page anew."""
        entry, case = self.entry, self._case
        if entry is None or case is None:
            return
        number, address, postcode = entry.parent_id, values["address"], values["postcode"]
        lines = tuple(line.strip() for line in address.splitlines() if line.strip())
        adults = tuple(
            replace(one, address=lines, postcode=postcode) if one.id == number else one for one in case.adults
        )
        turn = self._turn

        def done(_answer: object) -> None:
            if turn == self._turn:
                self._case = replace(case, adults=adults)
            self._desk.cases_changed.emit((case.ref,))

        said = f"Address of {entry.name} saved on the case"
        self._desk.do(
            jobs.save_address(case.ref, number, address, postcode), done, self._on_error, said=said, undo=True
        )

    # Acts

    def make(self) -> None:
        """Draft what is ticked and issue it, or have it wait for a second person."""
        if self._case is not None and not self._busy:
            group = together(self._entries, self._shown)
            self._do(jobs.make(self._case, group), partial(self._on_made, self._case, self._turn, len(group)))

    def issue(self, on_issued: Callable[[], object] | None = None) -> None:
        """Issue the drafts that stand together, or have them wait."""
        case, ids = self._case, self.ids()
        if case is not None and ids and not self._busy:
            self._do(jobs.issue(ids), partial(self._on_issued, case, self._turn, len(ids), on_issued))

    def withdraw(self) -> None:
        """Withdraw the drafts that stand together; what was written stays for the next."""
        case, ids, turn = self._case, self.ids(), self._turn
        if case is None or not ids or self._busy:
            return

        def done(kept: dict[int, Wanted]) -> None:
            self._desk.toasts.say(f"{count(len(ids), noun(case.code), noun(case.code, 2))} withdrawn")
            if turn == self._turn:
                self._make_again(kept)
            self._tell(case.ref)

        self._do(jobs.withdraw(ids), done)

    def again(self) -> None:
        """Begin anew what a second person refused, or what its facts have left behind; the words are taken over."""
        self._desk.ask(jobs.written(self.ids()), self._while_here(self._make_again), self._on_error)

    def _make_again(self, kept: Mapping[int, Wanted]) -> None:
        case = self._case
        if case is None:
            return
        if not case.adults:
            self.open_to_make(case.ref, case.code, self._shown, anew=kept)
            return
        self._entries = tuple(
            replace(one, row=None, page=None, preview=None, wanted=kept[one.parent_id])
            if one.parent_id in kept
            else one
            for one in self._entries
        )
        self.changed.emit()
        for number in kept:
            self._foresee(number)

    def decide(self, reason: str = "") -> None:
        """Approve what stands together, or refuse it with a reason."""
        case, ids = self._case, self.ids()
        if case is None or not ids or self._busy:
            return
        done = "Refused" if reason else "Approved"
        said = f"{done}: {count(len(ids), noun(case.code), noun(case.code, 2))} about {case.child}"
        self._do(jobs.decide(case.ref, ids, reason), lambda _answer: self._after(case.ref, said))

    def ids(self) -> tuple[int, ...]:
        """Return the filed documents that the buttons act on."""
        return tuple(one.row.document_id for one in together(self._entries, self._shown) if one.row is not None)

    def _do(self, job: jobs.Job, on_done: Callable[..., object]) -> None:
        self._busy = True

        def done(answer: object) -> None:
            self._busy = False
            on_done(answer)

        def failed(error: Exception) -> None:
            self._busy = False
            self._on_error(error)
            self.refresh()

        self._desk.do(job, done, failed)

    def _on_made(self, case: LetterCase, turn: int, number: int, made: Made) -> None:
        many = count(number, noun(case.code), noun(case.code, 2))
        self._desk.toasts.say(f"Asked for approval of {many}" if made.waits else f"{many} issued and filed")
        self._tell(case.ref)
        if turn != self._turn:
            return
        self._warn(made)
        wanted = {row.parent_id or 0: row.id for row in made.rows}
        shown = wanted.get(self._shown, made.ids[-1] if made.ids else 0)
        if shown:
            self.open_document(shown)

    def _warn(self, made: Made) -> None:
        """Say what no font draws, and by when a notice has to go out."""
        glyphs = list(dict.fromkeys(sign for row in made.rows for sign in row.missing_glyphs))
        if glyphs:
            signs = " ".join(glyphs)
            self.warned.emit(
                f"These signs cannot be printed and would be empty boxes: {signs}. Withdraw the draft, give the Latin "
                "spelling, and make it again."
            )
            return
        days = [row.send_by for row in made.rows if row.send_by is not None]
        if days:
            last = day_date(min(days), year=True)
            self.warned.emit(f"Send it by {last}. Later, the printed last day would give fewer days than the law.")

    def _on_issued(
        self, case: LetterCase, turn: int, number: int, on_issued: Callable[[], object] | None, made: Made
    ) -> None:
        many = count(number, noun(case.code), noun(case.code, 2))
        self._desk.toasts.say(f"Asked for approval of {many}" if made.waits else f"{many} issued")
        self._after(case.ref, "")
        if on_issued is not None and not made.waits and turn == self._turn:
            on_issued()

    def _after(self, ref: str, said: str) -> None:
        if said:
            self._desk.toasts.say(said)
        self._tell(ref)
        self.refresh()

    def _tell(self, ref: str) -> None:
        self._desk.cases_changed.emit((ref,))
        self._desk.letters_changed.emit()
