"""更新在读状况: what changes in a student's life after entry; number and domain are not asked again (指引 3.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import transaction

from members.choices import Occupation
from members.models import Member
from members.services import changes, in_person
from orgs import policy
from orgs.models import Organization, Role, settled
from orgs.policy import Act
from orgs.services import audit
from zhtj.lib.states import StaleState


@dataclass(frozen=True, slots=True)
class Study:
    """What a student does now; who has begun to work has a 具体职业 instead of a 在读状况."""

    occupation: str
    study_status: str
    occupation_detail: str
    education: str

    @classmethod
    def of(cls, member: Member) -> Study:
        return cls(member.occupation, member.study_status, member.occupation_detail, member.education)


def why_not(member: Member, *, by: Role) -> str:
    """Why this role cannot update this person's 在读状况, in words; empty when it can."""
    if member.state != Member.State.ACTIVE:
        return f"{member.name}当前为“{member.get_state_display()}”，在册后才能更新在读状况。"
    if member.occupation != Occupation.STUDENT:
        return f"{member.name}的职业为“{member.get_occupation_display()}”，没有在读状况。"
    if not policy.may(by, Act.UPDATE_STUDY, member.organization):
        return f"您以“{by}”的身份不能更新“{member.organization.name}”团员的在读状况。"
    return ""


def update(member: Member, to: Study, *, seen: Study, by: Role) -> bool:
    """Write what changed, with its history; False when nothing did.

    Raises:
        PermissionDenied: the role may not.
        StaleState: not a student in force (any more), or a colleague changed it since it was `seen`.
    """
    policy.require(by, Act.UPDATE_STUDY, member.organization)
    with transaction.atomic():
        settled(member.organization_id)
        return _update(member, to, seen=seen, by=by)


def update_all(
    rows: Sequence[tuple[Member, Study, Study]], *, organization: Organization, by: Role
) -> tuple[int, list[Member]]:
    """(person, new, seen) of one branch, all together: how many changed, and those a colleague had changed meanwhile.

    Raises:
        PermissionDenied: the role may not.
    """
    policy.require(by, Act.UPDATE_STUDY, organization)
    done, late = 0, []
    with transaction.atomic():
        settled(organization.pk)
        # In one order, so that two who save the same branch wait for each other instead of locking each other out.
        for member, to, seen in sorted(rows, key=lambda row: row[0].pk):
            try:
                done += _update(member, to, seen=seen, by=by)
            except StaleState:
                late.append(member)
    return done, late


def _update(member: Member, to: Study, *, seen: Study, by: Role) -> bool:
    current = Member.objects.select_for_update(of=("self",)).select_related("organization").get(pk=member.pk)
    if reason := why_not(current, by=by):
        raise StaleState(reason)
    if Study.of(current) != seen:
        raise StaleState(f"{current.name}的在读状况已由他人更新，请核对后再改。")
    old, new = asdict(seen), asdict(to)
    changed = {name: (old[name], new[name]) for name in old if old[name] != new[name]}
    if not changed:
        return False
    Member.objects.filter(pk=current.pk).update(**{name: values[1] for name, values in changed.items()})
    changes.record(current, changed, by=by)
    audit.record(
        role=by, verb="study", subject=f"member:{current.pk}", organization=current.organization,
        from_state=current.state, to_state=current.state, fields=changed,
    )  # fmt: skip
    title = f"您的在读状况已由{by.organization.short_name}更新"
    in_person.tell(current, current.organization, kind="信息更正", title=title, by=by)
    return True
