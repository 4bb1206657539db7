"""What may stand where in the tree, and why not, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Max

from orgs import naming
from orgs.kinds import ALLOWED_BELOW, MAX_LEVELS, Kind
from orgs.models import Organization, located_models
from orgs.tree_lock import TreeBusy
from zhtj.lib.constraints import broken_by

NAMED = 3
"""Children that a refusal names."""


class Refused(ValidationError):
    """Why the tree stays as it is: words for the person, a code for the caller."""


def refuse(code: str, message: str) -> NoReturn:
    raise Refused(message, code=code)


@contextmanager
def in_words(**said: str) -> Iterator[None]:
    """Say what the database refused, by code in `said` or in general. Outside the transaction, which it has ended."""
    try:
        yield
    except IntegrityError as error:
        broken = broken_by(error)
        for constraint in Organization._meta.constraints:
            if constraint.name == broken:
                code = constraint.name.removeprefix("organization_")
                words = said.get(code) or str(constraint.violation_error_message)
                raise Refused(words, code=code) from error
        raise
    except TreeBusy:
        refuse("busy", "组织树正在调整，请稍后再试。")


def check_place(above: Organization, kind: str, *, height: int = 0) -> None:
    """Whether something of this kind, with `height` levels below it, may stand under `above`."""
    if not above.is_active:
        refuse("inactive", f"“{above.name}”已停用，不能在其下设立组织。")
    check_kind(above.kind, kind)
    check_depth(above.depth + 1 + height)


def check_kind(above: str, kind: str) -> None:
    if kind not in ALLOWED_BELOW[Kind(above)]:
        refuse("kind", f"{Kind(above).label}下不能设立{Kind(kind).label}。")


def check_depth(depth: int) -> None:
    if depth >= MAX_LEVELS:
        refuse("ten_levels", f"组织树最多{MAX_LEVELS}级，此处已超出。")


def check_move(held: Organization, above: Organization) -> None:
    if above.is_at_or_below(held):
        refuse("below_itself", f"不能把“{held.name}”移到它自己或其下级组织之下。")
    if above.pk == held.parent_id:
        refuse("same_parent", f"“{held.name}”已在“{above.name}”之下。")
    if not held.is_active:
        refuse("inactive", f"“{held.name}”已停用，不能移动。")
    deepest = Organization.objects.under(held).aggregate(deepest=Max("depth"))["deepest"]
    check_place(above, held.kind, height=deepest - held.depth)


def check_name(name: str, short_name: str) -> None:
    if wrong := naming.problems(name, short_name):
        refuse("name", "；".join(wrong) + "。")


def check_name_free(above: Organization, name: str, *, but: Organization | None = None) -> None:
    """Whether no other active organisation under `above` has this name; for certain the constraint says so."""
    same = Organization.objects.active().filter(parent=above, name=name)
    if (same.exclude(pk=but.pk) if but else same).exists():
        refuse("name", taken(above, name))


def taken(above: Organization, name: str) -> str:
    return f"“{above.name}”下已有同名组织“{name}”。"


def open_matters(held: Organization) -> list[str]:
    """What is not settled in `held`, model by model, in words."""
    return [words for model in located_models() if (words := model.blocks_deactivation(held))]


def children_below(held: Organization) -> str:
    """The active organisations directly below, in words; empty where there are none."""
    children = held.children.active()
    names = [
        f"“{name}”"
        for name in children.order_by("sort_key", "id").values_list("short_name", flat=True)[: NAMED + 1]
    ]
    if not names:
        return ""
    more = f"等 {children.count()} 个" if len(names) > NAMED else ""
    return f"下面还有启用的组织：{'、'.join(names[:NAMED])}{more}，请先移走或停用"
