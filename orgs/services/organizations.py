"""Creating, renaming, moving and deactivating organisations. Every write of the tree goes through here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from orgs import policy
from orgs.kinds import ALLOWED_BELOW, MAX_LEVELS, Kind
from orgs.models import Organization, Role, at_columns, located_models
from orgs.policy import Act
from orgs.services import audit
from orgs.services.placement import (
    check_depth,
    check_kind,
    check_move,
    check_nothing_open,
    check_place,
    in_words,
    refuse,
)
from orgs.sorting import sort_key
from orgs.tree_lock import with_room


def plant_root(
    *, name: str, short_name: str, province_code: str, industry: str = "government"
) -> Organization:
    """The province, once; nobody's permission can be asked before it stands."""
    root = Organization(
        kind=Kind.PROVINCE, name=name, short_name=short_name, industry=industry, province_code=province_code
    )
    with in_words(), transaction.atomic():
        root.save()
        _record(None, "organization.create", root, to_state="active")
    return root


def create(
    *, parent: Organization, kind: Kind, name: str, short_name: str, industry: str, by: Role
) -> Organization:
    """A new organisation under `parent`. Touches no other row."""

    def insert() -> Organization:
        opening = Organization.objects.open(parent.pk)
        above = opening.parent
        policy.require(by, Act.MANAGE_ORGANIZATIONS, above)
        check_place(above, kind)
        made = Organization(
            kind=kind, name=name, short_name=short_name, industry=industry, province_code=above.province_code
        )
        Organization.objects.place(made, opening)
        made.save()
        _record(
            by,
            "organization.create",
            made,
            to_state="active",
            fields=["parent", "kind", "name", "short_name", "industry"],
        )
        return made

    with in_words():
        return with_room(insert)


def rename(organization: Organization, *, name: str, short_name: str, by: Role) -> None:
    """New 全称 and 简称; siblings are ordered by the new name at once."""
    with in_words(), transaction.atomic():
        held = Organization.objects.hold(organization.pk)
        policy.require(by, Act.MANAGE_ORGANIZATIONS, held)
        _change(held, name=name, short_name=short_name, sort_key=sort_key(name))
        _record(by, "organization.rename", held, fields=["name", "short_name"])
    organization.refresh_from_db()


def move(organization: Organization, *, to: Organization, by: Role) -> None:
    """Put `organization`, with everything below it and every row of theirs, under `to`."""
    with in_words(), transaction.atomic():
        Organization.objects.lock()
        held, opening = Organization.objects.hold(organization.pk), Organization.objects.open(to.pk)
        _require_over(by, held)
        policy.require(by, Act.MANAGE_ORGANIZATIONS, opening.parent)
        check_move(held, opening.parent)
        Organization.objects.transplant(held, opening)
        moved = Organization.objects.get(pk=held.pk)
        _carry_along(held, moved)
        _record(by, "organization.move", moved, fields=["parent"])
    organization.refresh_from_db()


def change_kind(organization: Organization, *, kind: Kind, by: Role) -> None:
    """For instance a 团支部 that has grown becomes a 团总支; its interval is widened for the branches to come."""
    with in_words(), transaction.atomic():
        Organization.objects.lock()
        held = Organization.objects.hold(organization.pk)
        above = _require_over(by, held)
        before = held.kind
        check_place(above, kind)
        for child in held.children.active().values_list("kind", flat=True).distinct():
            if child not in ALLOWED_BELOW[kind]:
                refuse(
                    "kind",
                    f"“{held.name}”下有{Kind(child).label}，{kind.label}下不能设立{Kind(child).label}。",
                )
        check_nothing_open(held)
        _change(held, kind=kind)
        Organization.objects.widen(held)
        _tell_located(held)
        _record(by, "organization.change_kind", held, from_state=before, to_state=kind, fields=["kind"])
    organization.refresh_from_db()


def deactivate(organization: Organization, *, by: Role) -> None:
    """Close `organization`; it stays where it is, for what it has done."""
    with in_words(), transaction.atomic():
        held = Organization.objects.hold(organization.pk)
        _require_over(by, held)
        if not held.is_active:
            refuse("inactive", f"“{held.name}”已停用。")
        children = held.children.active().order_by("sort_key", "id")
        if names := [f"“{child.short_name}”" for child in children[:4]]:
            more = "等" if len(names) == 4 else ""
            refuse(
                "children", f"“{held.name}”下还有启用的组织：{'、'.join(names[:3])}{more}。请先移走或停用。"
            )
        check_nothing_open(held)
        _change(held, deactivated_at=timezone.now())
        _tell_located(held)
        _record(by, "organization.deactivate", held, from_state="active", to_state="inactive")
    organization.refresh_from_db()


@dataclass(frozen=True, slots=True)
class Planned:
    """One organisation of a bulk load; `key` and `parent` are the caller's own names for them."""

    key: str
    parent: str
    kind: Kind
    name: str
    short_name: str
    industry: str = ""


def bulk_load(rows: Iterable[Planned], *, province_code: str) -> dict[str, int]:
    """A whole tree into an empty database, parents before children, the province first; returns the ids by key."""
    plan = list(rows)
    with in_words(), transaction.atomic():
        Organization.objects.lock()
        if Organization.objects.exists():
            refuse("not_empty", "已有组织，不能再整批建立组织树。")
        _check_plan(plan)
        moment = timezone.now()
        columns = ["name", "short_name", "industry", "province_code", "sort_key", "created_at"]
        values = (
            (row.name, row.short_name, row.industry, province_code, sort_key(row.name), moment)
            for row in plan
        )
        ids = Organization.objects.load([(row.key, row.parent, row.kind) for row in plan], columns, values)
        _record(None, "organization.bulk_load", Organization.objects.get(parent=None), to_state="active")
    return ids


def _check_plan(plan: list[Planned]) -> None:
    if not plan:
        refuse("root", "没有可以建立的组织。")
    seen: dict[str, tuple[Kind, int]] = {}
    for row in plan:
        if row.key in seen:
            refuse("key", f"“{row.name}”的代号重复。")
        if not seen:
            if row.kind != Kind.PROVINCE or row.parent:
                refuse("root", "第一个组织须为省级领导机关。")
            seen[row.key] = (row.kind, 0)
            continue
        if row.parent not in seen:
            refuse("parent", f"“{row.name}”的上级组织须列在它之前。")
        kind, depth = seen[row.parent]
        check_kind(kind, row.kind)
        check_depth(depth + 1)
        seen[row.key] = (row.kind, depth + 1)


def _require_over(by: Role, held: Organization) -> Organization:
    """Insist that the role manages what stands above: nobody moves or closes their own organisation. Returns the parent."""
    if held.parent_id is None:
        refuse("root", f"“{held.name}”是根组织，不能移动、停用或变更类型。")
    above: Organization = Organization.objects.get(pk=held.parent_id)
    policy.require(by, Act.MANAGE_ORGANIZATIONS, above)
    return above


def _change(held: Organization, **values: object) -> None:
    Organization.objects.filter(pk=held.pk).update(**values)
    for name, value in values.items():
        setattr(held, name, value)


def _carry_along(before: Organization, moved: Organization) -> None:
    """Rewrite the ancestor columns of every row that stands in or below the moved organisation, then tell their models."""
    columns: dict[str, object] = dict(at_columns(moved.path_ids))
    for depth in range(moved.depth + 1, MAX_LEVELS):
        old = depth - moved.depth + before.depth
        columns[f"at_{depth}"] = F(f"at_{old}") if old < MAX_LEVELS else None
    for model in located_models():
        model._base_manager.filter(**{f"at_{before.depth}": before.pk}).update(**columns)
    _tell_located(moved)


def _tell_located(organization: Organization) -> None:
    for model in located_models():
        model.after_move(organization)


def _record(
    by: Role | None,
    verb: str,
    organization: Organization,
    *,
    from_state: str = "",
    to_state: str = "",
    fields: Iterable[str] = (),
) -> None:
    audit.record(
        role=by, verb=verb, subject=f"organization:{organization.pk}", organization=organization,
        from_state=from_state, to_state=to_state, fields=fields,
    )  # fmt: skip
