"""What a person typed into the list's one search box."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict

from members.models import Member
from members.models.member import MemberQuerySet
from members.rules import Entry
from numbering.rules import normalise_number

TABS = (Member.State.ACTIVE, Member.State.PENDING, Member.State.REFUSED)
LONGEST = 60
_ID = re.compile(r"\d{17}[\dX]", re.ASCII)
_NUMBER = re.compile(r"\d{4}[\dA-Z]{1,12}", re.ASCII)
_ORG = re.compile(r"\d{1,18}", re.ASCII)


@dataclass
class Search:
    """A state (the tab), a name's beginning or a number or an ID number, and an organisation."""

    q: str = ""
    org: str = ""
    state: Member.State = Member.State.ACTIVE

    @classmethod
    def read(cls, asked: QueryDict) -> Self:
        org, state = asked.get("org", ""), asked.get("state", "")
        return cls(
            q=_typed(asked.get("q", "")[:LONGEST]),
            org=org if _ORG.fullmatch(org) else "",
            state=Member.State(state) if state in TABS else Member.State.ACTIVE,
        )

    @property
    def is_id(self) -> bool:
        return bool(_ID.fullmatch(self.q))

    @property
    def is_narrow(self) -> bool:
        return bool(self.q)

    def narrow(self, rows: MemberQuerySet) -> MemberQuerySet:
        if self.is_id:
            return rows.with_id(self.q)
        if _NUMBER.fullmatch(self.q):
            return rows.numbered(self.q)
        return rows.named(self.q) if self.q else rows

    def query(self, *, state: Member.State | None = None) -> str:
        """The address of this search in `state`; an ID number stands in no address."""
        asked = {"state": (state or self.state).value, "q": "" if self.is_id else self.q, "org": self.org}
        return urlencode({name: value for name, value in asked.items() if value})


def _typed(text: str) -> str:
    """As it would be stored: numbers without blanks, names with the one kind of middle dot."""
    number = normalise_number(text)
    if _ID.fullmatch(number) or _NUMBER.fullmatch(number):
        return number
    return Entry.read({"name": text.replace("\0", "")}).name
