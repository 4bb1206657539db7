"""Rows that belong to an organisation, and who can see them.

Each such row carries the ids of its organisation's ancestors by depth, so that "everything below me" is one indexed equality
at every level, however large the province. They are kept right by whoever creates the row (`place`) and by moving an organisation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.apps import apps
from django.db import models
from django.db.models import F, Q

from orgs.kinds import MAX_LEVELS
from orgs.models.organizations import Organization

if TYPE_CHECKING:
    from orgs.models.people import Role

M = TypeVar("M", bound=models.Model, covariant=True)


class LocatedQuerySet(models.QuerySet[M]):
    def visible_to(self, role: Role) -> Self:
        """Rows of the role's organisation and of everything below it."""
        return self.under(role.organization)

    def under(self, organization: Organization) -> Self:
        """Rows of this organisation and of everything below it."""
        return self.filter(**{f"at_{organization.depth}": organization.pk})

    def of(self, organization: Organization) -> Self:
        """Rows of exactly this organisation."""
        return self.filter(organization=organization)


def scope_indexes(prefix: str) -> list[models.Index]:
    """Newest-first of a subtree at every depth; for the root the primary key serves."""
    return [
        models.Index(
            F(f"at_{d}"), F("id").desc(), name=f"{prefix}_at_{d}", condition=Q(**{f"at_{d}__isnull": False})
        )
        for d in range(1, MAX_LEVELS)
    ]


class Located(models.Model):
    """A row of one organisation. `at_d` is the id of the ancestor or itself at tree depth d (root 0), NULL below."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="组织")
    at_0 = models.BigIntegerField(editable=False, null=True)
    at_1 = models.BigIntegerField(editable=False, null=True)
    at_2 = models.BigIntegerField(editable=False, null=True)
    at_3 = models.BigIntegerField(editable=False, null=True)
    at_4 = models.BigIntegerField(editable=False, null=True)
    at_5 = models.BigIntegerField(editable=False, null=True)
    at_6 = models.BigIntegerField(editable=False, null=True)
    at_7 = models.BigIntegerField(editable=False, null=True)
    at_8 = models.BigIntegerField(editable=False, null=True)
    at_9 = models.BigIntegerField(editable=False, null=True)

    settled_on: ClassVar[tuple[str, str]] = ("", "")
    """URL name and title of the page on which what `blocks_deactivation` is settled."""

    class Meta:
        abstract = True

    @classmethod
    def blocks_deactivation(cls, organization: Organization) -> str:
        """What of this model keeps `organization` from being deactivated, in words; empty when nothing does."""
        return ""

    @classmethod
    def blocks_kind(cls, organization: Organization, kind: str) -> str:
        """What of this model, settled as it is, keeps `organization` from becoming one of this kind, in words; empty when nothing does."""
        return ""

    @classmethod
    def after_move(cls, organization: Organization) -> None:
        """Called when `organization` was moved, deactivated or changed its kind, in that transaction; its rows have moved along."""

    @classmethod
    def moves_along(cls, organization: Organization, to: Organization) -> list[str]:
        """What of this model changes when `organization` is put under `to`, line by line, for the preview."""
        return []

    @classmethod
    def after_staffing(cls, organization: Organization) -> None:
        """Called when an administrator of `organization` came or went, in that transaction: what waits may wait elsewhere now."""

    def place(self, organization: Organization) -> None:
        """Stand under `organization`, which the caller holds `FOR SHARE` (`settled`) until the row is written."""
        self.organization = organization
        for name, value in at_columns(organization.path_ids).items():
            setattr(self, name, value)


def at_columns(path_ids: list[int]) -> dict[str, int | None]:
    """The ten columns for a row whose organisation has this path."""
    return {f"at_{d}": path_ids[d] if d < len(path_ids) else None for d in range(MAX_LEVELS)}


def settled(organization_id: int) -> Organization:
    """The organisation as it stands, kept from moving until the transaction ends.

    The first lock of its transaction, before any row of a member or a number. Several organisations: only after
    `Organization.objects.lock(shared=True)`.
    """
    # FOR SHARE is not in Django's API; a moved organisation waits for rows being placed under it, and they for it.
    rows = Organization.objects.raw(
        "SELECT * FROM orgs_organization WHERE id = %s FOR SHARE", [organization_id]
    )
    return rows[0]


def path_after_move(path: str, moved: Organization, to: Organization) -> str:
    """What a path will be once `moved` stands under `to`."""
    if not path.startswith(moved.path):
        return path
    return to.path + path[path.index(f"/{moved.pk}/") + 1 :]


def queue_lines(
    waiting: Iterable[tuple[str, Organization | None, Organization | None]],
) -> list[str]:
    """For the preview of a move: of each matter that waits, what it is, whose queue it is in and whose it will be; counted, in words."""
    counted = Counter(waiting)
    order = sorted(counted, key=lambda one: (one[0], *(side.path if side else "" for side in one[1:])))
    lines = []
    for what in sorted({one[0] for one in counted}):
        goes = [one for one in order if one[0] == what and one[2] and one[1] != one[2]]
        lines += [_goes(counted[one], *one) for one in goes]
        stays = [one for one in order if one[0] == what and one not in goes]
        if stays:
            lines.append(_stays(what, sum(counted[one] for one in stays), [one[1] for one in stays]))
    return lines


def _goes(count: int, what: str, old: Organization | None, new: Organization | None) -> str:
    start = f"由“{old.name}”转到" if old else "转到"
    return f"{what} {count} 件：{start}“{new.name if new else ''}”"


def _stays(what: str, count: int, at: list[Organization | None]) -> str:
    """Of a county there are many queues that stay: named is the only one."""
    names = [one.name for one in at if one]
    whose = f"“{names[0]}”" if len(names) == 1 else f"原来的 {len(names)} 个组织"
    return f"{what} {count} 件：仍由{whose}办理" if names else f"{what} {count} 件：没有变化"


def located_models() -> list[type[Located]]:
    """Every concrete model whose rows move along with an organisation, found through the app registry."""
    found: list[Any] = [model for model in apps.get_models() if issubclass(model, Located)]
    return found
