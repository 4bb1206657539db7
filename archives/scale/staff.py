"""Administrators of the made-up province: every committee and 团总支 has one, of the 团支部 every third."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password

from archives.scale.copying import Table, reserve
from archives.scale.forest import Forest
from orgs.kinds import Kind
from orgs.models import Role, User
from orgs.services.credentials import one_time_password

SHARE = 3
"""Of so many 团支部 one has an administrator of its own; for the others whoever stands above enters."""
LEVELS = (
    ("省级", Kind.PROVINCE),
    ("市级", Kind.CITY),
    ("县级", Kind.COUNTY),
    ("团委", Kind.COMMITTEE),
    ("团工委", Kind.WORKING_COMMITTEE),
    ("团总支", Kind.GENERAL_BRANCH),
    ("团支部", Kind.BRANCH),
)
"""What they are called in the list, and of which kind of organisation."""


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the list of those who can log in."""

    role: str
    username: str
    password: str
    organisation: str
    organisation_pk: int


@dataclass(slots=True)
class Staff:
    """By the place of the organisation; who enters for one that has nobody is `enters`."""

    users: dict[int, int]
    roles: dict[int, int]
    enters: list[int]
    password: str
    hashed: str

    def accounts(self, forest: Forest, busy: list[int]) -> list[Account]:
        """One for each level, where most is to be seen: the `busy` ones stand first."""
        found = []
        for words, kind in LEVELS:
            of_kind = [at for at in busy if forest.kinds[at] == kind and at in self.users]
            if of_kind:
                at = of_kind[0]
                found.append(Account(words, username(at), self.password, forest.names[at], forest.pks[at]))
        return found


def username(at: int) -> str:
    return f"scale-{at}"


def appoint(forest: Forest, *, at: datetime) -> Staff:
    """Users and roles, all with the same new password: hashing takes longer than everything else."""
    password = one_time_password()
    places = [place for place in range(len(forest)) if _has_one(forest, place)]
    users = dict(zip(places, reserve(User, len(places)), strict=True))
    roles = dict(zip(places, reserve(Role, len(places)), strict=True))
    hashed = make_password(password)
    Table(User, "id", "username", "name", "password", "created_at").write(
        (users[place], username(place), f"管理员{place}", hashed, at) for place in places
    )
    Table(Role, "id", "user_id", "organization_id", "created_at").write(
        (roles[place], users[place], forest.pks[place], at) for place in places
    )
    enters = [
        next((above for above in forest.up(place) if above in users), 0) for place in range(len(forest))
    ]
    return Staff(users, roles, enters, password, hashed)


def _has_one(forest: Forest, at: int) -> bool:
    if at in forest.closed:
        return False
    return forest.kinds[at] != Kind.BRANCH or at % SHARE == 0
