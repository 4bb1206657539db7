"""At which level what rises to the province waits, and for whom it was filed: one rule, for all below an organisation at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Replace

from orgs.models import Notice, Organization, path_after_move, queue_lines
from orgs.superiors import Superiors, ids_of

if TYPE_CHECKING:
    from numbering.models.registrations import RegistrationQuerySet

TO_CONFIRM, TO_REGISTER = "待确认上报", "待省级登记"
"""What a to-do says: at the levels on the way, and at the province."""


class Risen(NamedTuple):
    """What its level depends on, in paths: who will enter the person, who filed it, where it waits (None: returned), who filed or
    confirmed it last."""

    pk: int
    stands: str
    filer: str
    level: str | None
    handled_by: str

    @property
    def filer_now(self) -> str:
        """One in whose sight the person is: else the organisation that will enter them."""
        return self.filer if self.stands.startswith(self.filer) else self.stands

    @property
    def stays(self) -> bool:
        """Whether its level stands above whoever filed it; what the province files waits at the province."""
        level, filer = self.level or "", self.filer_now
        return filer.startswith(level) and (filer != level or len(ids_of(level)) == 1)


Rule = Callable[[Sequence[Risen]], list[Organization | None]]


def after_move(risen: Sequence[Risen]) -> list[Organization | None]:
    """It stays at a committee above the filer; else it goes to the next above them."""
    committees = Organization.objects.in_bulk({_last(one.level) for one in risen if one.level})
    fresh = _next_above([one.filer_now for one in risen])
    return [
        committees[_last(one.level)]
        if one.level and one.stays and committees[_last(one.level)].is_committee
        else above
        for one, above in zip(risen, fresh, strict=True)
    ]


def after_staffing(risen: Sequence[Risen]) -> list[Organization | None]:
    """It waits above whoever filed or confirmed it last, as long as they stand above its filer."""
    return _next_above(
        [one.handled_by if one.filer.startswith(one.handled_by) else one.filer for one in risen]
    )


def settle(registrations: RegistrationQuerySet, rule: Rule) -> None:
    """Each where it belongs, its to-do with it: a few statements for each filer and level who get some."""
    risen = _read(registrations)
    filers: dict[int, list[int]] = {}
    levels: dict[Organization, list[int]] = {}
    for one, level in zip(risen, rule(risen), strict=True):
        if one.filer_now != one.filer:
            filers.setdefault(_last(one.filer_now), []).append(one.pk)
        if level and one.level and level.pk != _last(one.level):
            levels.setdefault(level, []).append(one.pk)
    rows = registrations.model.objects
    for filer, ids in filers.items():
        rows.filter(pk__in=ids).update(filed_for=filer)
        returned = rows.filter(pk__in=ids, waits_at=None).values_list("pk", flat=True)
        _todos(returned).update(organization=filer)
    for level, ids in levels.items():
        rows.filter(pk__in=ids, waits_at__isnull=False).update(waits_at=level)
        _take_todos(level, ids)


def preview(registrations: RegistrationQuerySet, moved: Organization, to: Organization) -> list[str]:
    """What rises from below, and whose turn it would be once `moved` stood under `to`."""
    risen = [one for one in _read(registrations) if one.level]
    before = Organization.objects.in_bulk({_last(one.level) for one in risen})
    there = [Risen(one.pk, *(path and path_after_move(path, moved, to) for path in one[1:])) for one in risen]  # type: ignore[arg-type]
    return queue_lines(
        ("编号登记备案", before[_last(one.level)], level)
        for one, level in zip(risen, after_move(there), strict=True)
    )


def _read(registrations: RegistrationQuerySet) -> list[Risen]:
    open_ones = registrations.filter(state__in=["rising", "returned"]).with_handler().order_by("pk")
    paths = ("organization__path", "filed_for__path", "waits_at__path", "handler")
    return [
        Risen(pk, stands, filer, level, handler or filer)
        for pk, stands, filer, level, handler in open_ones.values_list("pk", *paths)
    ]


def _next_above(starts: Sequence[str]) -> list[Organization | None]:
    """The nearest committee above each that has an administrator; above the province the province itself."""
    superiors = Superiors(ids_of(start) for start in set(starts))
    root = Organization.objects.filter(parent=None).first()
    answers = {start: superiors.superior(ids_of(start)) or root for start in set(starts)}
    return [answers[start] for start in starts]


def _last(path: str | None) -> int:
    return ids_of(path or "")[-1]


def _take_todos(level: Organization, ids: list[int]) -> None:
    said, says = (TO_CONFIRM, TO_REGISTER) if level.parent_id is None else (TO_REGISTER, TO_CONFIRM)
    _todos(ids).update(organization=level, title=Replace(F("title"), Value(said), Value(says)))


def _todos(ids: Iterable[int]) -> QuerySet[Notice]:
    return Notice.objects.open_todos().filter(subject__in=[f"registration:{pk}" for pk in ids])
