"""The dictionaries: their first values, and what the province changes in them."""

from __future__ import annotations

import re

from django.db import transaction

from orgs import policy
from orgs.dictionaries import DICTIONARIES, Group
from orgs.models import Option, Role
from orgs.policy import Act
from orgs.services import audit

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


class OptionRefused(Exception):
    """Why an entry cannot be as it is asked for: words for the person."""


def plant(**signal: object) -> None:
    """Add what is missing, after every migrate; what provincial staff renamed or switched off stays as they left it."""
    Option.objects.bulk_create(
        [
            Option(group=str(group), code=code, label=label, order=order)
            for group, options in DICTIONARIES.items()
            for order, (code, label) in enumerate(options, 1)
        ],
        ignore_conflicts=True,
    )


def code_problem(group: str, code: str) -> str:
    """What is wrong with the code of a new entry, in words; empty when nothing is."""
    if not _CODE.fullmatch(code):
        return f"代码应以小写字母开头，只含小写字母、数字和下划线，现为“{code[:40]}”"
    if taken := Option.objects.in_group(group).filter(code=code).first():
        return f"代码“{code}”已用于“{taken.label}”，请换一个"
    return ""


def problem(group: str, *, label: str, is_active: bool, pk: int | None = None) -> str:
    """What is wrong with an entry as it is to be, in words; empty when nothing is."""
    others = Option.objects.in_group(group).exclude(pk=pk or 0)
    if same := others.filter(label=label).first():
        off = "" if same.is_active else "，该项已停用，可以重新启用"
        return f"“{Group(group).label}”中已有“{label}”（代码 {same.code}）{off}"
    if not is_active and not others.filter(is_active=True).exists():
        return (
            f"“{label}”是“{Group(group).label}”中最后一个启用的选项，停用后将无法录入，请先启用或添加其他选项"
        )
    return ""


@transaction.atomic
def add(*, group: str, code: str, label: str, order: int, by: Role) -> Option:
    """A new entry of a dictionary.

    Raises:
        PermissionDenied: the role may not.
        OptionRefused: code or label is taken.
    """
    policy.require(by, Act.OPERATE, by.organization)
    _hold(group)
    if words := code_problem(group, code) or problem(group, label=label, is_active=True):
        raise OptionRefused(words)
    option = Option.objects.create(group=group, code=code, label=label, order=order)
    _record(option, "option.add", ["label", "order"], by)
    return option


@transaction.atomic
def change(pk: int, *, label: str, order: int, is_active: bool, by: Role) -> Option:
    """Rename, reorder, switch off or on; the code, which rows and rules refer to, stays.

    Raises:
        PermissionDenied: the role may not.
        OptionRefused: the label is taken, or nothing would be left to choose.
    """
    policy.require(by, Act.OPERATE, by.organization)
    _hold(Option.objects.values_list("group", flat=True).get(pk=pk))
    option = Option.objects.get(pk=pk)
    wanted = {"label": label, "order": order, "is_active": is_active}
    changed = [name for name, value in wanted.items() if getattr(option, name) != value]
    if not changed:
        return option
    if words := problem(option.group, label=label, is_active=is_active, pk=pk):
        raise OptionRefused(words)
    for name in changed:
        setattr(option, name, wanted[name])
    option.save(update_fields=changed)
    _record(option, "option.change", changed, by)
    return option


def _hold(group: str) -> None:
    """One change of a dictionary at a time: two people switching off the last two entries would leave none."""
    list(Option.objects.select_for_update().in_group(group).order_by("pk"))


def _record(option: Option, verb: str, fields: list[str], by: Role) -> None:
    audit.record(
        role=by, verb=verb, subject=f"option:{option.pk}", organization=by.organization, fields=fields
    )
