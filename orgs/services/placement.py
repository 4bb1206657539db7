"""What may stand where in the tree, and why not, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Max

from orgs.kinds import ALLOWED_BELOW, MAX_LEVELS, Kind
from orgs.models import Organization, located_models
from orgs.tree_lock import TreeBusy


class Refused(ValidationError):
    """Why the tree stays as it is: words for the person, a code for the caller."""


def refuse(code: str, message: str) -> NoReturn:
    raise Refused(message, code=code)


@contextmanager
def in_words() -> Iterator[None]:
    """Say what the database refused. Outside the transaction, which it has ended."""
    try:
        yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        for constraint in Organization._meta.constraints:
            if constraint.name == getattr(diagnosis, "constraint_name", ""):
                code = constraint.name.removeprefix("organization_")
                raise Refused(str(constraint.violation_error_message), code=code) from error
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


def check_nothing_open(held: Organization) -> None:
    if open_rows := [words for model in located_models() if (words := model.blocks_deactivation(held))]:
        refuse("open", f"“{held.name}”还有未办结的事项：{'；'.join(open_rows)}。")
