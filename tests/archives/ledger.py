"""What must become of a handful of numbers, in plain Python: the model that the real services are held against."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from numbering.domains import Domain
from orgs.kinds import ALLOWED_BELOW, COMMITTEES, Kind
from tests.factories import PLAN

OPEN, PENDING, REFUSED, ACTIVE, WITHDRAWN = "open", "pending", "refused", "active", "withdrawn"


@dataclass(eq=False)
class Piece:
    first: int
    last: int
    domain: Domain
    owner: str
    parent: Piece | None
    pk: int = 0

    def __contains__(self, number: int) -> bool:
        return self.first <= number <= self.last

    @property
    def depth(self) -> int:
        return self.parent.depth + 1 if self.parent else 0


@dataclass(eq=False)
class Promise:
    """An issue that stands."""

    id_number: str
    place: str
    entered: bool = False


@dataclass(eq=False)
class Person:
    """A record, its number and the number it lost to somebody else."""

    pk: int
    name: str
    id_number: str
    place: str
    number: str | None
    state: str = PENDING
    due: bool = False
    lost: str = ""


@dataclass(eq=False)
class Case:
    """An 编号占用核实; `against` is the record that held the number when it was filed."""

    pk: int
    number: str
    id_number: str
    place: str
    against: Person
    state: str = OPEN
    answered: bool = False


@dataclass(eq=False)
class Filing:
    """An 编号登记备案."""

    pk: int
    veteran: bool
    number: str
    id_number: str
    place: str
    state: str = "rising"


@dataclass
class Ledger:
    """Everything that stands, by the places of the test world."""

    parents: dict[str, str] = field(default_factory=lambda: {line[0]: line[1] for line in PLAN})
    pieces: list[Piece] = field(default_factory=list)
    promises: dict[str, Promise] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    filings: list[Filing] = field(default_factory=list)

    # The tree --------------------------------------------------------------------------------------

    def up(self, place: str) -> list[str]:
        """The place and everything above it, the lowest first."""
        return [place, *self.up(self.parents[place])] if place else []

    def committees(self, place: str) -> list[str]:
        return [one for one in self.up(place) if KINDS[one] in COMMITTEES]

    def may_move(self, place: str, to: str) -> bool:
        below = place in self.up(to)
        return not below and self.parents[place] != to and KINDS[place] in ALLOWED_BELOW[KINDS[to]]

    # Segments --------------------------------------------------------------------------------------

    def owner(self, number: str) -> Piece | None:
        """The deepest piece around it."""
        around = [one for one in self.pieces if int(number) in one]
        return max(around, key=lambda one: one.depth, default=None)

    def free(self, piece: Piece) -> list[int]:
        """Neither handed down nor issued nor held nor registered, in order."""
        cut = [one for one in self.pieces if one.parent is piece]
        used = {int(number) for number in (*self.promises, *self.held(), *self.kept())}
        return [
            number
            for number in range(piece.first, piece.last + 1)
            if number not in used and not any(number in one for one in cut)
        ]

    def are_free(self, piece: Piece, first: int, last: int) -> bool:
        return first <= last and set(range(first, last + 1)) <= set(self.free(piece))

    def next_for(self, place: str, issuer: str) -> str | None:
        """What is issued next: of the branch's own pieces, else of the committee's."""
        for owner in (place, issuer):
            own = [one for one in self.pieces if one.owner == owner and one.domain == Domain.SENIOR]
            if free := sorted(number for one in own for number in self.free(one)):
                return str(free[0])
        return None

    # Numbers and people ----------------------------------------------------------------------------

    def standing(self) -> list[Person]:
        return [one for one in self.people if one.state != WITHDRAWN]

    def held(self) -> dict[str, Person]:
        return {one.number: one for one in self.standing() if one.number}

    def knows(self, id_number: str) -> bool:
        return any(one.id_number == id_number for one in self.standing())

    def promised(self, id_number: str) -> str | None:
        return next((number for number, one in self.promises.items() if one.id_number == id_number), None)

    def is_open(self, number: str, place: str) -> bool:
        """Whether its segment is open to the place: on its line, or issued into it."""
        piece, promise = self.owner(number), self.promises.get(number)
        if piece is None:
            return False
        on_line = piece.owner in self.up(place) or place in self.up(piece.owner)
        return on_line or (promise is not None and promise.place == place)

    def fits(self, number: str, id_number: str, place: str) -> bool:
        """Segment and 领域, for a student of 普通高中; not asked where 退伍团员备案 was handled."""
        if self.is_registered(number, id_number, veteran=True):
            return True
        piece = self.owner(number)
        return piece is not None and piece.domain == Domain.SENIOR and self.is_open(number, place)

    def is_entitled(self, number: str, id_number: str, *, ticked: bool) -> bool:
        """Issued to this person, issued to nobody and registered for them, or somebody else's and confirmed."""
        promise = self.promises.get(number)
        if promise is None:
            return self.is_registered(number, id_number)
        if promise.id_number == id_number:
            return True
        adjudged = any(
            (one.number, one.id_number, one.state) == (number, promise.id_number, "upheld")
            for one in self.cases
        )
        return ticked and not adjudged

    def is_registered(self, number: str, id_number: str, *, veteran: bool = False) -> bool:
        return any(
            (one.number, one.id_number, one.state) == (number, id_number, "handled")
            and (one.veteran or not veteran)
            for one in self.filings
        )

    def kept(self, *, but: Filing | None = None) -> set[str]:
        """未使用登记 that stand, and 退伍团员备案 that are handled."""
        return {
            one.number
            for one in self.filings
            if one is not but
            and (one.state == "handled" or (not one.veteran and one.state in {"rising", "returned"}))
        }

    def may_enter(self, id_number: str, number: str, place: str, *, ticked: bool) -> bool:
        return (
            number not in self.held()
            and not self.knows(id_number)
            and self.fits(number, id_number, place)
            and self.is_entitled(number, id_number, ticked=ticked)
        )

    def may_correct(self, person: Person, number: str, id_number: str, *, ticked: bool) -> bool:
        """A new number, or a new ID number."""
        return (
            self.held().get(number, person) is person
            and (id_number == person.id_number or not self.knows(id_number))
            and self.fits(number, id_number, person.place)
            and self.is_entitled(number, id_number, ticked=ticked)
        )

    def may_dispute(self, id_number: str, number: str, place: str) -> bool:
        known = self.knows(id_number) or self.case_on(number) is not None
        return not known and self.fits(number, id_number, place)

    def may_release(self, person: Person) -> bool:
        return person.state == ACTIVE and person.number is not None and not self.case_on(person.number)

    def may_renumber(self, person: Person, number: str) -> bool:
        """Issued or registered for this very person, and of the domain of the number they lost."""
        old, new = self.owner(person.lost), self.owner(number)
        wanted = old.domain if old else Domain.SENIOR
        fits = new is not None and new.domain == wanted and self.is_open(number, person.place)
        return (
            (fits or self.is_registered(number, person.id_number, veteran=True))
            and number != person.lost
            and number not in self.held()
            and self.is_entitled(number, person.id_number, ticked=False)
        )

    def may_file(self, filing: Filing) -> bool:
        number, id_number = filing.number, filing.id_number
        again = (
            one is not filing
            and one.state != WITHDRAWN
            and (one.number, one.id_number) == (number, id_number)
            for one in self.filings
        )
        promise = self.promises.get(number)
        if any(again) or (promise and promise.id_number == id_number):
            return False
        unused = not promise and number not in self.held() and number not in self.kept(but=filing)
        return filing.veteran or (unused and self.is_open(number, filing.place))

    def may_handle(self, filing: Filing) -> bool:
        """Nobody else was issued it, or was registered; an 未使用 one nobody else holds."""
        promise, holder = self.promises.get(filing.number), self.held().get(filing.number)
        others = [one for one in self.filings if one.number == filing.number and one.state == "handled"]
        return (
            (promise is None or promise.id_number == filing.id_number)
            and (filing.veteran or holder is None or holder.id_number == filing.id_number)
            and all(one.id_number == filing.id_number for one in others)
        )

    def may_identify(self, person: Person, id_number: str) -> bool:
        return person.state == ACTIVE and id_number != person.id_number and not self.knows(id_number)

    def case_on(self, number: str) -> Case | None:
        return next((one for one in self.cases if one.number == number and one.state == OPEN), None)

    # What happens ----------------------------------------------------------------------------------

    def take(self, person: Person, number: str) -> None:
        """The number is the person's; an issue that was theirs is used."""
        person.number, person.due = number, False
        self._settle([number])

    def release(self, person: Person) -> None:
        """By the province: what was issued to, or registered for, this person of it goes as well."""
        self._lose(person)
        promise = self.promises.get(person.lost)
        if promise and promise.id_number == person.id_number:
            del self.promises[person.lost]

    def uphold(self, case: Case) -> None:
        case.state = "upheld"
        holder = self.held().get(case.number)
        if holder:
            self._lose(holder)
        if self.owner(case.number) is None:
            return
        self._void(lambda one: one.number == case.number and one.id_number != case.id_number)
        mine = self.promised(case.id_number)
        if mine and (mine, self.promises[mine].place) != (case.number, case.place):
            del self.promises[mine]
        promise = self.promises.get(case.number)
        if promise is None or promise.id_number != case.id_number:
            self.promises[case.number] = Promise(case.id_number, case.place)

    def identify(self, person: Person, id_number: str) -> None:
        """What was issued to, and registered for, the person under the old ID number is theirs under the new one: of two issues
        the one they hold the number of, else the old one's; who holds a number needs no other."""
        old, number = self.promised(person.id_number), person.number
        new = self.promised(id_number)
        kept = number if number and number in (old, new) else old or (None if number else new)
        for one in {old, new} - {kept, None}:
            del self.promises[str(one)]
        if kept:
            self.promises[kept].id_number = id_number
        handled = [one for one in self.filings if (one.id_number, one.state) == (person.id_number, "handled")]
        for one in self.filings:
            if one.id_number == id_number and one.number in {mine.number for mine in handled}:
                one.state = WITHDRAWN
        for one in handled:
            one.id_number = id_number
        person.id_number = id_number
        self.settle_all()

    def settle_all(self) -> None:
        """An ID number was put right: whose issues are used follows."""
        self._settle(self.promises)

    def _lose(self, person: Person) -> None:
        person.lost, person.number, person.due = str(person.number), None, True
        self._void(lambda one: (one.number, one.id_number) == (person.lost, person.id_number))
        self._settle([person.lost])

    def _void(self, which: Callable[[Filing], bool]) -> None:
        for one in self.filings:
            if one.state == "handled" and which(one):
                one.state = WITHDRAWN

    def _settle(self, numbers: Iterable[str]) -> None:
        held = self.held()
        for number in numbers:
            if promise := self.promises.get(number):
                holder = held.get(number)
                promise.entered = holder is not None and holder.id_number == promise.id_number


KINDS = {line[0]: Kind(line[2]) for line in PLAN}
