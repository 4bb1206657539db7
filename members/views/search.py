"""What a person typed into the list's one search box."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from django.http import QueryDict

from members.models import Member
from members.models.member import PeopleQuerySet
from members.rules import Entry
from numbering.id_number import holds_id
from numbering.rules import LONGEST as LONGEST_NUMBER
from numbering.rules import normalise_number

TABS = (Member.State.ACTIVE, Member.State.PENDING, Member.State.REFUSED)
LONGEST = 60
TO_CHOOSE = "to_choose"
_NUMBER = re.compile(rf"\d{{4}}.{{1,{LONGEST_NUMBER - 4}}}", re.ASCII)
_POST = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_ORG = re.compile(r"\d{1,18}", re.ASCII)


@dataclass
class Search:
    """A state (the tab), a name's beginning or a number or an ID number, and an organisation."""

    q: str = ""
    org: str = ""
    state: Member.State = Member.State.ACTIVE
    post: str = ""
    """干部列表 only: a code of 在岗状态, or TO_CHOOSE."""

    @classmethod
    def read(cls, asked: QueryDict) -> Self:
        org, state = asked.get("org", ""), asked.get("state", "")
        return cls(
            q=_typed(asked.get("q", "")[:LONGEST]),
            org=org if _ORG.fullmatch(org) else "",
            state=Member.State(state) if state in TABS else Member.State.ACTIVE,
            post=asked.get("post", "") if _POST.fullmatch(asked.get("post", "")) else "",
        )

    @property
    def is_id(self) -> bool:
        """Whether an ID number stands in it, right or mistyped."""
        return holds_id(self.q)

    @property
    def is_narrow(self) -> bool:
        return bool(self.q or self.post)

    def narrow(self, rows: PeopleQuerySet[Any]) -> PeopleQuerySet[Any]:
        if self.is_id:
            return rows.with_id(self.q)
        if _NUMBER.fullmatch(self.q):
            return rows.numbered(self.q)
        return rows.named(self.q) if self.q else rows

    def query(self, *, state: Member.State | None = None) -> str:
        """The address of this search in `state`; an ID number stands in no address."""
        asked = {
            "state": (state or self.state).value,
            "q": "" if self.is_id else self.q,
            "org": self.org,
            "post": self.post,
        }
        return urlencode({name: value for name, value in asked.items() if value})


def _typed(text: str) -> str:
    """As it would be stored: numbers without blanks, names with the one kind of middle dot."""
    number = normalise_number(text)
    if holds_id(number) or _NUMBER.fullmatch(number):
        return number
    return Entry.read({"name": text.replace("\0", "")}).name
