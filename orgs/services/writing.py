"""What every write of the tree does: ask who may, change the row, tell the models, leave the event."""

from __future__ import annotations

from collections.abc import Iterable

from orgs import policy
from orgs.models import Organization, Role, located_models
from orgs.policy import Act
from orgs.services import audit
from orgs.services.placement import refuse

CREATED = ("parent", "kind", "name", "short_name", "industry")
"""What a new organisation is given."""


def require_over(by: Role, held: Organization) -> Organization:
    """Insist that the role manages what stands above: nobody moves or closes their own organisation. Returns the parent.

    Raises:
        PermissionDenied: the role may not.
        Refused: it is the root.
    """
    if held.parent_id is None:
        refuse("root", f"“{held.name}”是根组织，不能移动、停用或变更类型。")
    above: Organization = Organization.objects.get(pk=held.parent_id)
    policy.require(by, Act.MANAGE_ORGANIZATIONS, above)
    return above


def change(held: Organization, **values: object) -> None:
    """Write these columns of an organisation that the caller holds."""
    Organization.objects.filter(pk=held.pk).update(**values)
    for name, value in values.items():
        setattr(held, name, value)


def tell_located(organization: Organization) -> None:
    """The tree changed at `organization`: every model sees to what waits below it."""
    for model in located_models():
        model.after_move(organization)


def record(
    by: Role | None,
    verb: str,
    organization: Organization,
    *,
    from_state: str = "",
    to_state: str = "",
    fields: Iterable[str] = (),
    note: str = "",
) -> None:
    """The one event of a write of the tree."""
    audit.record(
        role=by, verb=verb, subject=_subject(organization), organization=organization,
        from_state=from_state, to_state=to_state, fields=fields, note=note,
    )  # fmt: skip


def record_created(by: Role | None, made: Iterable[Organization]) -> None:
    """Of each new organisation, who made it."""
    audit.record_each(
        [(_subject(one), one) for one in made],
        role=by, verb="organization.create", to_state="active", fields=CREATED,
    )  # fmt: skip


def _subject(organization: Organization) -> str:
    return f"organization:{organization.pk}"
