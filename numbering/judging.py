"""Who decides an 编号占用核实 (指引 3.7)."""

from __future__ import annotations

from collections.abc import Collection

from numbering import spans
from numbering.models import Dispute
from numbering.rules import number_value
from orgs.kinds import COMMITTEES
from orgs.models import Duty, Notice, Organization, Role, User
from orgs.policy import GRANTS, Act


def judge_of(number: str, holder: Organization, *, own: Collection[int], filer: User) -> Organization:
    """Who decides: 号段归属的组织, else the nearest committee above it; for a number in no segment, who reviews the holder's organisation.

    Passed over are the applicant's own organisations (`own`, ids), those that may not judge, and those without an administrator
    other than the filer. With nobody left it is the nearest one all the same, and waits there for an administrator.
    """
    value = number_value(number)
    segment = spans.owner_segment(value) if value else None
    start = segment.organization if segment else holder
    above = list(Organization.objects.ancestors_of(start).active())[::-1]
    able = [
        one
        for one in above
        if one.kind in (GRANTS[Act.JUDGE] if segment and one.pk == start.pk else COMMITTEES)
        and (segment or one.pk != start.pk or one.parent_id is None)
    ]
    others = [one for one in able if one.pk not in own] or able
    administrators = Role.objects.current().filter(duty=Duty.ADMINISTRATOR, organization__in=others)
    staffed = set(administrators.exclude(user=filer).values_list("organization_id", flat=True))
    return next((one for one in others if one.pk in staffed), others[0])


def settle(organization: Organization) -> None:
    """An administrator of `organization` came or went: what it decided may be somebody else's, what went past it its own again."""
    waiting = Dispute.objects.open().filter(judge__in=organization.path_ids).order_by("pk")
    for dispute in waiting.select_related("occupant_organization", "filed_by"):
        own = {dispute.organization_id, dispute.filed_for_id}
        judge = judge_of(dispute.number, dispute.occupant_organization, own=own, filer=dispute.filed_by)
        if judge.pk != dispute.judge_id and organization.pk in {judge.pk, dispute.judge_id}:
            Dispute.objects.open().filter(pk=dispute.pk).update(judge=judge)
            todos = Notice.objects.open_todos().filter(subject=f"dispute:{dispute.pk}")
            todos.update(organization=judge)
