"""Where a tree leads to: the addresses of its page and of the fragments behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from orgs.access import ActingRequest
from orgs.kinds import Kind
from orgs.models import Organization
from orgs.models.organizations import OrganizationQuerySet
from zhtj.lib.addresses import address, address_of


@dataclass(frozen=True, slots=True)
class Picker:
    """URL names of a page with the tree, of its children fragment (takes a pk) and its search fragment.

    Without `page` the links stay on the page the tree stands on. `kinds` is what can be chosen: search finds no other, and with scripts
    the others only open and close. `inactive` shows deactivated organisations too; a page that `offers_inactive` asks for it.
    """

    page: str
    children: str
    search: str
    kinds: frozenset[Kind] = frozenset(Kind)
    offers_inactive: bool = False
    inactive: bool = False

    def asked(self, request: ActingRequest) -> Picker:
        return replace(self, inactive=self.offers_inactive and request.GET.get("inactive") == "1")

    def address(self, pk: int, **more: object) -> str:
        return f"{self.page_address}?{urlencode({'org': pk, **more, **self._kept})}"

    @property
    def page_address(self) -> str:
        return address(self.page) if self.page else ""

    def fragment(self, name: str, pk: int | None = None, **query: object) -> str:
        asked = urlencode({**query, **self._kept})
        where = address(name) if pk is None else address_of(name, pk)
        return f"{where}?{asked}" if asked else where

    @property
    def _kept(self) -> dict[str, str]:
        return {"inactive": "1"} if self.inactive else {}

    def rows(self) -> OrganizationQuerySet:
        every = Organization.objects.all()
        return every if self.inactive else every.active()
