"""Creating, renaming, closing and opening organisations one by one. Lists: `organizations_many`; moving: `relocation`, `moves`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from orgs import naming, policy
from orgs.kinds import ALLOWED_BELOW, Kind
from orgs.models import Organization, Role, located_models
from orgs.policy import Act
from orgs.services.placement import (
    check_depth,
    check_kind,
    check_name,
    check_name_free,
    check_place,
    children_below,
    in_words,
    open_matters,
    refuse,
    taken,
)
from orgs.services.relocation import move
from orgs.services.writing import change, record, record_created, require_over, tell_located
from orgs.sorting import sort_key
from orgs.tree_lock import with_room
from zhtj.lib import seen as states

__all__ = [
    "Planned", "blockers", "bulk_load", "change_kind", "create", "deactivate", "deactivation_effects", "kind_blockers", "move",
    "plant_root", "reactivate", "rename", "seen",
]  # fmt: skip


def plant_root(
    *, name: str, short_name: str, province_code: str, industry: str = "government"
) -> Organization:
    """The province, once; nobody's permission can be asked before it stands."""
    root = Organization(
        kind=Kind.PROVINCE, name=name, short_name=short_name, industry=industry, province_code=province_code
    )
    with in_words(), transaction.atomic():
        root.save()
        record_created(None, [root])
    return root


def create(
    *, parent: Organization, kind: Kind, name: str, short_name: str, industry: str, by: Role
) -> Organization:
    """A new organisation under `parent`. Touches no other row.

    Raises:
        PermissionDenied: the role may not.
        Refused: it may not stand there, or the name is taken, empty or too long; in words.
    """
    name, short_name = naming.tidy(name), naming.tidy(short_name)
    check_name(name, short_name)

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
        record_created(by, [made])
        return made

    with in_words(name=taken(parent, name)):
        return with_room(insert)


def seen(organization: Organization) -> str:
    """The state of an organisation that a page was made from, for `rename`, `change_kind`, `deactivate` and `reactivate`."""
    return states.token(*_state(organization))


def rename(
    organization: Organization, *, name: str, short_name: str, by: Role, seen: str | None = None
) -> None:
    """New 全称 and 简称; siblings are ordered by the new name at once. `seen` is None where nothing was shown.

    Raises:
        PermissionDenied: the role may not.
        Refused: the name is taken, empty or too long, or somebody changed the organisation since `seen`; in words.
    """
    name, short_name = naming.tidy(name), naming.tidy(short_name)
    with in_words(), transaction.atomic():
        held = Organization.objects.hold(organization.pk)
        policy.require(by, Act.MANAGE_ORGANIZATIONS, held)
        _insist_on(held, seen)
        check_name(name, short_name)
        if held.parent and held.is_active:
            check_name_free(held.parent, name, but=held)
        change(held, name=name, short_name=short_name, sort_key=sort_key(name))
        record(by, "organization.rename", held, fields=["name", "short_name"])
    organization.refresh_from_db()


def kind_blockers(organization: Organization, kind: str) -> list[str]:
    """Everything that keeps `organization` from becoming one of this kind, in words."""
    below = organization.children.active().values_list("kind", flat=True).distinct().order_by("kind")
    wrong = [Kind(child).label for child in below if child not in ALLOWED_BELOW[kind]]
    found = [f"{Kind(kind).label}下不能设立{'、'.join(wrong)}，请先移走或停用"] if wrong else []
    settled = [words for model in located_models() if (words := model.blocks_kind(organization, kind))]
    return found + settled + open_matters(organization)


def change_kind(organization: Organization, *, kind: Kind, by: Role, seen: str | None = None) -> None:
    """For instance a 团总支 that has grown becomes a 团委; its interval is widened for the branches to come.

    Raises:
        PermissionDenied: the role may not.
        Refused: it may not stand there as that, `kind_blockers`, or changed since `seen`; in words.
    """
    with in_words(), transaction.atomic():
        Organization.objects.lock()
        held = Organization.objects.hold(organization.pk)
        above = require_over(by, held)
        _insist_on(held, seen)
        if held.kind == kind:
            refuse("kind", f"“{held.name}”已是{held.get_kind_display()}。")
        check_place(above, kind)
        before = held.kind
        if words := kind_blockers(held, kind):
            code = "open" if words == open_matters(held) else "kind"
            refuse(code, f"“{held.name}”还不能改为{Kind(kind).label}：{'；'.join(words)}。")
        change(held, kind=kind)
        Organization.objects.widen(held)
        tell_located(held)
        record(by, "organization.change_kind", held, from_state=before, to_state=kind, fields=["kind"])
    organization.refresh_from_db()


def blockers(organization: Organization) -> list[str]:
    """Everything that keeps `organization` from being deactivated, in words."""
    children = children_below(organization)
    return [*([children] if children else []), *open_matters(organization)]


def deactivation_effects(organization: Organization) -> list[str]:
    """What deactivating it will bring, in words."""
    roles = Role.objects.current().filter(organization=organization).order_by("pk").select_related("user")
    names = "、".join(f"{role.user.name}（{role.get_duty_display()}）" for role in roles)
    lines = ["不能再录入、办理，也不能在其下设立组织；已有的记录保留，上级仍可查看"]
    if names:
        lines.append(f"在任的 {len(roles)} 个身份随之停用，不能再以此身份操作：{names}")
    return lines


def deactivate(organization: Organization, *, by: Role, seen: str | None = None) -> None:
    """Close `organization`; it stays where it is, for what it has done. The roles in it rest until it is opened again.

    Raises:
        PermissionDenied: the role may not.
        Refused: `blockers`, or changed since `seen`; in words.
    """
    with in_words(), transaction.atomic():
        held = Organization.objects.hold(organization.pk)
        require_over(by, held)
        _insist_on(held, seen)
        if not held.is_active:
            refuse("inactive", f"“{held.name}”已停用。")
        if words := blockers(held):
            code = "children" if children_below(held) else "open"
            refuse(code, f"“{held.name}”还不能停用：{'；'.join(words)}。")
        change(held, deactivated_at=timezone.now())
        tell_located(held)
        record(by, "organization.deactivate", held, from_state="active", to_state="inactive")
    organization.refresh_from_db()


def reactivate(organization: Organization, *, by: Role, seen: str | None = None) -> None:
    """Open `organization` again, where it stands; roles that were not ended act again.

    Raises:
        PermissionDenied: the role may not.
        Refused: the one above is closed or may no longer have it below, the name is taken meanwhile, or changed since `seen`.
    """
    with in_words(), transaction.atomic():
        held = Organization.objects.hold(organization.pk)
        above = Organization.objects.open(
            require_over(by, held).pk
        ).parent  # kept from being closed meanwhile
        _insist_on(held, seen)
        if held.is_active:
            refuse("active", f"“{held.name}”没有停用。")
        if not above.is_active:
            refuse("inactive", f"上级组织“{above.name}”已停用，请先启用上级组织。")
        check_place(above, held.kind)
        check_name_free(above, held.name)
        change(held, deactivated_at=None)
        tell_located(held)
        record(by, "organization.reactivate", held, from_state="inactive", to_state="active")
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
        record(None, "organization.bulk_load", Organization.objects.get(parent=None), to_state="active")
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


def _state(organization: Organization) -> list[object]:
    return [
        organization.pk,
        organization.parent_id,
        organization.name,
        organization.short_name,
        organization.kind,
        organization.deactivated_at,
    ]


def _insist_on(held: Organization, seen: str | None) -> None:
    """Two people at once: the later one is shown what the earlier one made of it."""
    if seen is not None and not states.same(seen, *_state(held)):
        refuse("stale", f"“{held.name}”已由他人修改，没有办理。请核对现在的内容，重新提交。")
