"""Invented cases that stand ready for each document: worked through casework's own acts, day by day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from sqlalchemy import select

from cme_desktop.casework import approvals, children
from cme_desktop.casework.cases import CloseCase, OpenCase, ReferralFacts, open_case
from cme_desktop.casework.documents.drafting import draft_document
from cme_desktop.casework.documents.issuing import ApprovalNeeded, issue_document
from cme_desktop.casework.enquiries import EnquiryEntry, record_enquiry
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.orders.steps import take_step
from cme_desktop.casework.risk import AnswerEntry, answer_question, put_rating
from cme_desktop.casework.rows.child_rows import AddressFacts, ChildFacts, NameFacts, RegistrationFacts
from cme_desktop.casework.rows.parent_rows import ParentFacts, Phone
from cme_desktop.domain.identifiers import check_letter
from cme_desktop.domain.risk import Rating
from cme_desktop.domain.roles import Person
from cme_desktop.models.episode import Episode, Parent
from cme_desktop.storage.store import Store
from cme_desktop.synth.work_done import Rated, write_ratings

Agenda = list[tuple[date, Callable[[], None]]]
PRIMARY, ACADEMY, HIGH = "999001", "999002", "999003"
TWO_WEEKS = 14


@dataclass(frozen=True)
class Adult:
    """A parent of an invented case."""

    title: str
    forename: str
    surname: str
    mother: bool = True
    elsewhere: bool = False


@dataclass
class Ready:
    """An invented child and how far the case is worked; ``ref`` is known once the case is open."""

    forename: str
    surname: str
    born_years: int
    far: str
    adults: tuple[Adult, ...]
    school: str = HIGH
    sex: str = "F"
    other_script: tuple[str, str] | None = None
    has_plan: bool = False
    house: int = 1
    ref: str = ""
    child_id: int = 0
    episode_id: int = 0
    parent_ids: list[int] = field(default_factory=list)


STAGES = ("L01", "L04", "L05", "L06", "L07", "L08", "L09", "done")


def _people() -> list[Ready]:
    def mother(forename: str, surname: str) -> tuple[Adult, ...]:
        return (Adult("Ms", forename, surname),)

    return [
        Ready("Zofia", "Wiśniewska", 9, "L01", mother("Agnieszka", "Wiśniewska"), PRIMARY, house=2),
        Ready(
            "Mara",
            "Ștefan",
            9,
            "L04",
            (
                Adult("Ms", "Ioana", "Ștefan"),
                Adult("Mr", "Łukasz", "Ștefan", mother=False, elsewhere=True),
            ),
            PRIMARY,
            house=14,
        ),
        Ready("Diya", "Patel", 12, "L05", mother("Hetal", "Patel"), other_script=("દિયા", "પટેલ"), house=21),
        Ready("Tomasz", "Żukowski", 13, "L06", mother("Ewa", "Żukowska"), sex="M", house=27),
        Ready("Ayaan", "Warsame", 12, "L07", mother("Hodan", "Warsame"), house=3),
        Ready("Amara", "Kamara", 14, "L08", mother("Fatmata", "Kamara"), house=12),
        Ready("Liban", "Farah", 13, "L09", mother("Ifrah", "Farah"), sex="M", house=33),
        Ready("Ruxandra", "Munteanu", 12, "L07", mother("Dana", "Munteanu"), ACADEMY, house=41),
        Ready("Omid", "Rahimi", 13, "L09", mother("Zohra", "Rahimi"), ACADEMY, sex="M", house=45),
        Ready("Niamh", "O’Sullivan", 13, "L08", mother("Siobhán", "O’Sullivan"), has_plan=True, house=52),
        Ready("Krisha", "Shah", 8, "L01", mother("Mira", "Shah"), PRIMARY, house=60),
        Ready("Krina", "Shah", 8, "L01", mother("Mira", "Shah"), PRIMARY, house=60),
        Ready("Mihai", "Popescu", 14, "L24", mother("Elena", "Popescu"), sex="M", house=66),
        Ready("કૃષ્ણા", "પટેલ", 9, "L01", mother("હેતલ", "પટેલ"), PRIMARY, house=71),
    ]


def number_ready() -> int:
    """Return how many children have a case that stands ready."""
    return len(_people())


def ready_cases(store: Store, officer: Person, manager: Person, *, seed: int, today: date) -> Agenda:
    """Return what is to be done on which day so that each document has a case ready for it today.

    The people are the same for every seed: a trainer can write them into an exercise.
    """
    play = _Play(store, officer, manager, today)
    return [entry for number, ready in enumerate(_people()) for entry in play.agenda(ready, number)]


class _Play:
    """What the officer and the manager do on these cases, each on its day."""

    def __init__(self, store: Store, officer: Person, manager: Person, today: date) -> None:
        self._store, self._officer, self._manager, self._today = store, officer, manager, today
        self._at: dict[int, Ready] = {}

    def agenda(self, ready: Ready, number: int) -> Agenda:
        """Return the acts on one case; the last lies some days before today."""
        stage = ready.far
        lengths = {"L01": 3, "L04": 20, "L05": 40, "L06": 42, "L07": 62, "L08": 80, "L09": 84, "L24": 45}
        start = self._today - timedelta(days=lengths[stage])

        def on(days: int, act: Callable[[Ready], None]) -> tuple[date, Callable[[], None]]:
            return start + timedelta(days=days), partial(act, ready)

        acts = [on(0, partial(self._open, number))]
        if stage == "L01":
            return acts
        acts += [on(2, self._enquire), on(max(3, lengths[stage] - 9), self._rate)]
        if stage == "L24":
            return [*acts, on(40, self._close)]
        if stage == "L06":
            acts.append((self._today, partial(self._ask_housing, ready)))
        if ready.forename == "Amara":
            acts.append((self._today, partial(self._worry, ready)))
        if stage == "L04":
            return acts
        acts += [on(20, self._notice), on(35, self._assess), on(35, self._expedient)]
        if ready.has_plan:
            return [*acts, on(36, self._determine_plan)] if stage == "L08" else acts
        after = STAGES[STAGES.index("L06") :]
        if stage in after:
            acts.append(on(36, self._consult))
        if stage in after[1:]:
            acts.append(on(37, self._agree if ready.school == ACADEMY else self._notify))
        if stage in after[2:]:
            acts += [on(57, self._intend), on(74, self._determine)]
        if stage in after[3:]:
            acts.append(on(75, self._order))
        return acts

    # The acts

    def _open(self, number: int, ready: Ready) -> None:
        today = self._store.clock.today()
        year = today.year if today.month >= 9 else today.year - 1
        born = date(year - ready.born_years - 1, 9, 1) + timedelta(days=40 + 17 * ready.house % 300)
        body = f"310{2900 + number:04d}{(born.year + 5) % 100:02d}{100 + number:03d}"
        home = (f"{ready.house} Sample Road", "Harrow")
        names = [NameFacts(ready.surname, ready.forename)]
        if ready.other_script:
            names.append(NameFacts(ready.other_script[1], ready.other_script[0], kind="other-script"))
        left = "Specimen Primary School" if ready.school == PRIMARY else "Specimen High School"
        child = ChildFacts(
            names=tuple(names),
            dob=born,
            sex=ready.sex,
            upns=(f"{check_letter(body)}{body}",),
            address=AddressFacts(home, "HA1 9ZZ", "United Kingdom"),
            registrations=(
                RegistrationFacts(
                    left,
                    la="310",
                    entry_date=date(year - 1, 9, 3),
                    leaving_date=today - timedelta(days=4),
                    ground="2024:9(1)(i)",
                    ground_text="9(1)(i)",
                ),
            ),
            has_ehcp=ready.has_plan,
            sen_provision="E" if ready.has_plan else "",
        )
        row = open_case(
            self._store,
            self._officer,
            OpenCase(
                child,
                ReferralFacts(
                    today,
                    "school",
                    referrer_name="Mrs Jane Example",
                    referrer_contact=f"{left}, 8 Specimen Lane, Harrow, ZZ1 2ZZ",
                    their_reference=f"SHS/26/{number + 11}",
                ),
                status="known-not-in-education",
                missing_since=today - timedelta(days=4),
                reason="removed-no-destination",
                parents=tuple(self._adult(adult, home) for adult in ready.adults),
            ),
        )
        ready.ref, ready.child_id, ready.episode_id = row.ref, row.child_id, row.episode_id
        with self._store.read() as session:
            ready.parent_ids = list(
                session.scalars(select(Parent.id).where(Parent.episode_id == row.episode_id).order_by(Parent.id))
            )
        if ready.has_plan:
            children.change_details(
                self._store,
                self._officer,
                ready.ref,
                children.DetailChanges(ehcp_school_urn=ready.school),
                reason="The plan of last spring names the school",
            )
        twin = self._at.get(ready.house)
        if twin is not None:
            children.link_siblings(
                self._store, self._officer, ready.ref, twin.child_id, source="same birthday and address"
            )
        self._at[ready.house] = ready

    @staticmethod
    def _adult(adult: Adult, home: tuple[str, ...]) -> ParentFacts:
        return ParentFacts(
            forename=adult.forename,
            surname=adult.surname,
            title=adult.title,
            relationship="mother" if adult.mother else "father",
            relationship_code="PAM" if adult.mother else "PAF",
            parental_responsibility=True,
            has_care=not adult.elsewhere,
            address=("7 Pattern Lane", "Pinner") if adult.elsewhere else home,
            postcode="HA5 9ZZ" if adult.elsewhere else "HA1 9ZZ",
            phones=(Phone("07700 900142", "M"),),
        )

    def _enquire(self, ready: Ready) -> None:
        today = self._store.clock.today()
        for side, code, asked, contact, method, outcome in (
            ("school", "RE01", "Specimen High School, attendance", "020 7946 0170", "phone", "no-answer"),
            ("council", "RE06", "School Admissions", "020 7946 0462", "system-check", "nothing"),
            ("council", "RE04", _written_to(ready.adults[0]), "07700 900142", "visit", "nobody-in"),
        ):
            record_enquiry(
                self._store,
                self._officer,
                ready.ref,
                EnquiryEntry(side, asked, contact, method, today, outcome, code, answered_on=today),
            )

    def _rate(self, ready: Ready) -> None:
        """Answer the 22 questions, all at once: as an evening's work with the referral beside it."""
        today = self._store.clock.today()
        rating = "medium" if ready.house % 2 else "standard"
        with self._store.action(self._officer, "training.risk", entity=f"case:{ready.ref}") as session:
            write_ratings(session, [Rated(ready.episode_id, rating, today, "Specimen High School")], self._officer)
            put_rating(
                session, session.get_one(Episode, ready.episode_id), Rating(rating), why="all 22 questions answered",
                on=today, now=self._store.clock.now(),
            )  # fmt: skip

    def _worry(self, ready: Ready) -> None:
        """Leave one answer of today that asks for a call at once."""
        answer_question(
            self._store,
            self._officer,
            ready.ref,
            AnswerEntry(3, "yes", "A plan since September, category neglect, says the social worker.", "R. Mensah"),
        )

    def _ask_housing(self, ready: Ready) -> None:
        today = self._store.clock.today()
        entry = EnquiryEntry(
            "council", "Housing, tenancy team", "020 7946 0480", "email", today, "waiting", "RE08", "housing",
            chase_on=today + timedelta(days=3),
        )  # fmt: skip
        record_enquiry(self._store, self._officer, ready.ref, entry)

    def _close(self, ready: Ready) -> None:
        close_case(
            self._store,
            self._officer,
            ready.ref,
            CloseCase(
                "school-place",
                "Example High School confirmed by S2S that the child is on its register",
                school_urn=ready.school,
                started_on=self._store.clock.today(),
            ),
        )

    def _issue(self, ready: Ready, code: str, parent: int) -> None:
        drafted = draft_document(self._store, self._officer, ready.ref, code, parent, planned_method="hand")
        try:
            issue_document(self._store, self._officer, drafted.id)
        except ApprovalNeeded:
            approvals.approve(self._store, self._manager, ready.ref, document_id=drafted.id)
            issue_document(self._store, self._officer, drafted.id)

    def _step(self, ready: Ready, action: str, **particulars: str) -> None:
        take_step(self._store, self._officer, ready.ref, action, particulars)

    def _notice(self, ready: Ready) -> None:
        for parent in ready.parent_ids:
            self._issue(ready, "L04", parent)
            self._step(
                ready,
                "serve-437",
                parent=str(parent),
                method="hand",
                proof="Handed over at the door, seen by A. Example",
            )

    def _assess(self, ready: Ready) -> None:
        self._step(ready, "assess-response", result="none")

    def _expedient(self, ready: Ready) -> None:
        self._step(
            ready,
            "decide-expedient",
            expedient="yes",
            reasons="No education was shown and the family has not asked for help with teaching at home.",
        )

    def _consult(self, ready: Ready) -> None:
        self._step(ready, "consult-school", urn=ready.school)

    def _agree(self, ready: Ready) -> None:
        self._step(ready, "agree-academy", urn=ready.school, agreed_by="Mr Daniel Sample, principal, for the trust")

    def _notify(self, ready: Ready) -> None:
        self._step(ready, "notify-school-439", urn=ready.school, received=self._store.clock.today().isoformat())

    def _intend(self, ready: Ready) -> None:
        for parent in ready.parent_ids:
            self._issue(ready, "L07", parent)
            self._step(ready, "serve-438", parent=str(parent), method="hand", urn=ready.school)

    def _determine(self, ready: Ready) -> None:
        self._step(ready, "determine-school", urn=ready.school, basis="specified")

    def _determine_plan(self, ready: Ready) -> None:
        self._step(ready, "determine-school", urn=ready.school, basis="plan")

    def _order(self, ready: Ready) -> None:
        for parent in ready.parent_ids:
            self._issue(ready, "L08", parent)
            self._step(ready, "serve-order", parent=str(parent), method="hand")


def _written_to(adult: Adult) -> str:
    return f"{adult.title} {adult.forename} {adult.surname}"
