"""Moving an organisation with everything below it: what it will change, and the move itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Aggregate, BigIntegerField, Count, F, Func, TextField, Value

from orgs import policy
from orgs.kinds import MAX_LEVELS, Kind
from orgs.models import Organization, Role, at_columns, located_models
from orgs.policy import Act
from orgs.services.placement import check_move, check_name_free, in_words, refuse
from orgs.services.writing import record, require_over, tell_located
from zhtj.lib import seen as states

MOST = 20_000
"""Rows of one model that a preview counts."""
_EACH = Func(
    Value("\x1f"), "path", "kind", "deactivated_at", "name", "short_name", function="concat_ws", output_field=TextField()
)  # fmt: skip
_HASHED = Func(_EACH, Value(0), function="hashtextextended", output_field=BigIntegerField())
_DIGEST = Aggregate(_HASHED, function="bit_xor", output_field=BigIntegerField())
"""Of any number of organisations, in any order (30,000: 11 ms): another one, however one of them was changed, or one went and another came."""
CHANGED = "预览之后，“{name}”或其下级、目标组织有了变化，没有移动。请重新预览，核对后再确认。"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a move would change. `kinds` counts the active organisations by what they are, the moved one included; `closed` those
    deactivated; `rows` what stands in them by the name of its model, of each no more than MOST; `lines` what becomes of it, in words."""

    organization: Organization
    to: Organization
    kinds: list[tuple[str, int]]
    closed: int
    rows: list[tuple[str, int]]
    lines: list[str]
    seen: str

    @property
    def organizations(self) -> int:
        return self.closed + sum(count for _, count in self.kinds)

    @property
    def size(self) -> int:
        """Rows that are rewritten."""
        return self.organizations + sum(count for _, count in self.rows)

    @property
    def records(self) -> str:
        """How many rows of theirs move along, in words."""
        more = "以上" if any(count == MOST for _, count in self.rows) else ""
        return f"{self.size - self.organizations} 条{more}" if self.rows else ""

    @property
    def is_large(self) -> bool:
        """Whether it goes as a job (`moves.start_move`)."""
        return self.size > settings.MOVE_IN_REQUEST


def moving(organization: Organization, to: Organization, by: Role) -> Preview:
    """What putting `organization` under `to` would change; nothing is written.

    Raises:
        PermissionDenied: the role may not, here or there.
        Refused: it cannot be moved there, in words.
    """
    _insist(organization, to, by)
    counted = Organization.objects.under(organization).order_by().values_list("kind")
    active = dict(counted.filter(deactivated_at=None).annotate(Count("pk")))
    column = {f"at_{organization.depth}": organization.pk}
    rows = [
        (str(model._meta.verbose_name), model._base_manager.filter(**column).order_by()[:MOST].count())
        for model in located_models()
    ]
    return Preview(
        organization=organization,
        to=to,
        kinds=[(kind.label, active[kind]) for kind in Kind if kind in active],
        closed=Organization.objects.under(organization).exclude(deactivated_at=None).count(),
        rows=[(name, count) for name, count in rows if count],
        lines=[line for model in located_models() for line in model.moves_along(organization, to)],
        seen=_token(organization, to),
    )


def move(organization: Organization, *, to: Organization, by: Role, seen: str | None = None) -> None:
    """Put `organization`, with everything below it and every row of theirs, under `to`, in one transaction.

    `seen` is the token of the preview; None where there was none.

    Raises:
        PermissionDenied: the role may not, here or there.
        Refused: it cannot be moved there, or the preview no longer holds; in words.
    """
    with in_words(), transaction.atomic():
        Organization.objects.lock()
        held, opening = Organization.objects.hold(organization.pk), Organization.objects.open(to.pk)
        above = _insist(held, opening.parent, by)
        if seen is not None and not states.same(seen, *_state(held, opening.parent)):
            refuse("stale", CHANGED.format(name=held.name))
        Organization.objects.transplant(held, opening)
        moved = Organization.objects.get(pk=held.pk)
        _carry_along(held, moved)
        way = f"由“{above.short_name}”移到“{opening.parent.short_name}”"
        record(by, "organization.move", moved, fields=["parent"], note=way)
    organization.refresh_from_db()


def _insist(organization: Organization, to: Organization, by: Role) -> Organization:
    """Returns where it stands now."""
    above = require_over(by, organization)
    policy.require(by, Act.MANAGE_ORGANIZATIONS, to)
    check_move(organization, to)
    check_name_free(to, organization.name)
    return above


def _token(organization: Organization, to: Organization) -> str:
    return states.token(*_state(organization, to))


def _state(organization: Organization, to: Organization) -> list[object]:
    """What a preview rests on: both ends and every organisation below. People and files come and go all day, and move along anyhow."""
    below = Organization.objects.under(organization).order_by()
    ends = [value for one in (organization, to) for value in (one.pk, one.path, one.name, one.kind)]
    return [*ends, below.aggregate(digest=_DIGEST)["digest"]]


def _carry_along(before: Organization, moved: Organization) -> None:
    """Rewrite the ancestor columns of every row that stands in or below the moved organisation, then tell their models."""
    columns: dict[str, object] = dict(at_columns(moved.path_ids))
    for depth in range(moved.depth + 1, MAX_LEVELS):
        old = depth - moved.depth + before.depth
        columns[f"at_{depth}"] = F(f"at_{old}") if old < MAX_LEVELS else None
    for model in located_models():
        model._base_manager.filter(**{f"at_{before.depth}": before.pk}).update(**columns)
    tell_located(moved)
