"""Who stands above and has somebody to act: one rule, asked for one organisation or for everything that waits below a committee."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from orgs.kinds import COMMITTEES, LEADING
from orgs.models import Duty, Organization, Role

Path = Sequence[int]
"""Ids from the root down to and including an organisation; it may be a place where the organisation does not stand yet."""


def ids_of(path: str) -> list[int]:
    """The ids of a stored path."""
    return [int(part) for part in path.split("/") if part]


class Superiors:
    """The active committees on some paths and who administers them now: two queries, however many paths there are."""

    def __init__(self, paths: Iterable[Path]) -> None:
        ids = {pk for path in paths for pk in path}
        active = Organization.objects.active().filter(pk__in=ids, kind__in=COMMITTEES)
        self._committees: dict[int, Organization] = active.in_bulk()
        self._staff: dict[int, set[int]] = defaultdict(set)
        roles = Role.objects.current().filter(
            duty=Duty.ADMINISTRATOR, organization__in=list(self._committees)
        )
        for organization, user in roles.values_list("organization_id", "user_id"):
            self._staff[organization].add(user)

    def reviewer(self, path: Path, *, author: int) -> Organization | None:
        """`orgs.policy.reviewer_of`."""
        return self._among(self._above(path), author)

    def replacement_reviewer(self, path: Path, *, author: int) -> Organization | None:
        """`orgs.policy.replacement_reviewer_of`."""
        leading = [one for one in self._on(path) if one.kind in LEADING]
        return self._among([one for one in leading if one.pk != path[-1]] or leading, author)

    def superior(self, path: Path) -> Organization | None:
        """`orgs.policy.superior_of`."""
        above = self._above(path)
        return self._nearest(above) or next(iter(above), None)

    def _on(self, path: Path) -> list[Organization]:
        """The highest first."""
        return [self._committees[pk] for pk in path if pk in self._committees]

    def _above(self, path: Path) -> list[Organization]:
        return self._on(path[:-1])

    def _among(self, above: list[Organization], author: int) -> Organization | None:
        return self._nearest(above, but=author) or next(iter(above[-1:]), None)

    def _nearest(self, above: list[Organization], *, but: int | None = None) -> Organization | None:
        return next((one for one in reversed(above) if self._staff.get(one.pk, set()) - {but}), None)
