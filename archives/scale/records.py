"""One made-up record: everything the form would have asked of this person. Pure but for the sealing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from random import Random
from typing import Any
from uuid import UUID

from archives.demo import lives
from archives.demo.people import ETHNICITIES, SHARES
from archives.scale import names
from archives.scale.fates import IN_FORCE, REFUSED, Fate
from archives.scale.forest import AT, Forest
from archives.scale.people import Birthdays, Life
from members.choices import Occupation, PoliticalStatus, StudyStatus
from members.models import Member
from members.rules import Entry
from members.rules.marks import ADULT, USUAL_EDUCATION
from zhtj.lib.dates import age_on
from zhtj.lib.sealing import blind, seal

STUDIES = frozenset(StudyStatus.values)
RUNNING = tuple(accumulate(SHARES))
COLUMNS = (
    "id", "uuid", "entry_key", "organization_id", *AT, "state", "name", "id_number", "id_blind", "ethnicity",
    "occupation", "study_status", "occupation_detail", "education", "political_status", "joined_on",
    "joined_party_on", "holding_id", "phone", "phone_owner", "address", "applied", "applied_on",
    "volunteer", "volunteer_since", "entered_by_id", "entered_at",
)  # fmt: skip


@dataclass(slots=True)
class Person:
    """Somebody with a name, an ID number, a 发展团员编号 (or none) and the ids of their rows."""

    life: Life
    fate: Fate
    name: str
    id_number: str
    id_blind: bytes
    number: str
    uuid: UUID
    pk: int = 0
    holding: int | None = None

    @property
    def state(self) -> str:
        if self.fate == Fate.WITHDRAWN:
            return Member.State.WITHDRAWN.value
        if self.fate in REFUSED:
            return Member.State.REFUSED.value
        return Member.State.ACTIVE.value if self.fate in IN_FORCE else Member.State.PENDING.value


class Names:
    """Names and ID numbers, the same ones for the same dice."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._birthdays = Birthdays()

    def person(self, life: Life, fate: Fate, number: str) -> Person:
        one = self._birthdays.next(life.born)
        return Person(life, fate, names.person(self._dice), one, blind("person.id", one), number, self.uuid())

    def uuid(self) -> UUID:
        return UUID(int=self._dice.getrandbits(128), version=4)


def row(
    person: Person, forest: Forest, *, user: int, key: UUID, dice: Random, today: date
) -> tuple[Any, ...]:
    """The values of `COLUMNS`."""
    life, uuid = person.life, person.uuid
    kind = forest.people[life.at]
    student = kind in STUDIES
    volunteer = dice.random() < 0.5
    status, party_since = _party(life, dice, today)
    applied, applied_on = _application(life, status, party_since, dice, today)
    return (
        person.pk, uuid, key, forest.pks[life.at], *forest.ats[life.at], person.state,
        person.name, seal(uuid, "members.Member.id_number", person.id_number), person.id_blind,
        dice.choices(ETHNICITIES, cum_weights=RUNNING)[0],
        Occupation.STUDENT.value if student else Occupation.WORKER.value,
        kind if student else "", "" if student else kind,
        USUAL_EDUCATION[kind][0] if student else lives.education(life.born, dice, today),
        status, life.joined, party_since, person.holding,
        seal(uuid, "members.Member.phone", f"1380000{int(dice.random() * 10_000):04d}"),
        ("self", "parent", "")[int(dice.random() * 3)] if student else "",
        seal(uuid, "members.Member.address", f"演示省演示市演示路{int(dice.random() * 300) + 1}号"),
        applied, applied_on, volunteer, lives.between(life.joined, today, dice) if volunteer else None,
        user, life.entered,
    )  # fmt: skip


def _party(life: Life, dice: Random, today: date) -> tuple[str, date | None]:
    if (today - life.born).days < 365 * 20 or dice.random() > 0.3:
        return PoliticalStatus.LEAGUE.value, None
    values = lives.party(life.born, life.joined, dice, today)
    return str(values.get("political_status", PoliticalStatus.LEAGUE)), values.get("joined_party_on")


def _application(
    life: Life, status: str, party_since: date | None, dice: Random, today: date
) -> tuple[bool | None, date | None]:
    entry = Entry(joined_on=life.joined, political_status=status, joined_party_on=party_since)
    values = lives.application(life.born, entry, dice, today)
    return values.get("applied"), values.get("applied_on")


def form(person: Person, forest: Forest, *, number: str) -> Entry:
    """The form of somebody who is not entered yet, with this number in it."""
    kind = forest.people[person.life.at]
    student = kind in STUDIES
    grown_up = age_on(person.life.born, person.life.entered.date()) >= ADULT
    return Entry(
        name=person.name, id_number=person.id_number, id_number_again=person.id_number, ethnicity=ETHNICITIES[0],
        occupation=Occupation.STUDENT if student else Occupation.WORKER, study_status=kind if student else "",
        occupation_detail="" if student else kind,
        education=USUAL_EDUCATION[kind][0] if student else "bachelor",
        political_status=PoliticalStatus.LEAGUE, joined_on=person.life.joined, number=number, is_cadre=False,
        phone="13800001111", address="演示省演示市演示路1号", applied=False if grown_up else None, volunteer=False,
    )  # fmt: skip
