"""Rows that belong to an organisation, and who can see them.

Each such row carries the ids of its organisation's ancestors by depth, so that "everything below me" is one indexed equality
at every level, however large the province. They are kept right by whoever creates the row (`place`) and by moving an organisation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar

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

    class Meta:
        abstract = True

    @classmethod
    def blocks_deactivation(cls, organization: Organization) -> str:
        """What of this model keeps `organization` from being deactivated, in words; empty when nothing does."""
        return ""

    @classmethod
    def after_move(cls, organization: Organization) -> None:
        """Called when `organization` was moved, deactivated or changed its kind, in that transaction; its rows have moved along."""

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


def located_models() -> list[type[Located]]:
    """Every concrete model whose rows move along with an organisation, found through the app registry."""
    found: list[Any] = [model for model in apps.get_models() if issubclass(model, Located)]
    return found
