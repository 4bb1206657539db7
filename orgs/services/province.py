"""What the province does for its system: appoint, run a job again, and its settings: until when titles may wait, how many administrators an
organisation may have, whose duty needs a second factor."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone

from orgs import policy
from orgs.flow import JOB
from orgs.models import Duty, Job, Organization, ProvinceSettings, Role, User
from orgs.policy import Act
from orgs.services import accounts, audit, credentials, second_factor
from orgs.services.jobs import ring
from zhtj.lib.constraints import broken_by
from zhtj.lib.seen import STALE, same, token
from zhtj.lib.states import StaleState, move

BOTH = "同一人不能同时是系统管理员和审计员，请先用 appoint_duty --end 结束原来的身份，或由另一人担任。"
NOBODY = "{} 不是在任的系统管理员或审计员。"
APPOINTED = (Duty.SYSTEM, Duty.AUDITOR)


class ProvinceRefused(Exception):
    """Why it is not done: words for the person."""


def appoint(*, username: str, name: str, duty: Duty) -> tuple[Role, str]:
    """系统管理员 or 审计员 of the province, from the server itself: nobody who is signed in gives these. The first password of a new account.

    Raises:
        ProvinceRefused: there is no province yet, or the person has the duty, or the other one.
    """
    province = Organization.objects.filter(parent=None).first()
    if province is None:
        raise ProvinceRefused("还没有省级组织，请先运行 start_province。")
    if Role.objects.filter(user__username=username, duty=duty, ended_at=None).exists():
        raise ProvinceRefused(f"{username} 已是{duty.label}。")
    try:
        with transaction.atomic():
            user, password = _account(username, name)
            role = Role.objects.create(user=user, organization=province, duty=duty)
            credentials.end_sessions([user.pk], by=None)
            audit.record(
                role=None, verb="appoint_duty", subject=f"role:{role.pk}", organization=province, note=duty
            )
    except IntegrityError as error:
        if broken_by(error) != "role_system_or_audit":
            raise
        raise ProvinceRefused(BOTH) from None
    return role, password


def job_seen(job: Job) -> str:
    return token(job.pk, job.state, job.finished_at)


@transaction.atomic
def rerun(job: Job, *, seen: str, by: Role) -> None:
    """A failed job is queued again, for whoever asked for it, with all its attempts.

    Raises:
        PermissionDenied: the role may not.
        StaleState: it is not failed any more, or failed again since the preview.
    """
    policy.require(by, Act.OPERATE, by.organization)
    held = Job.objects.select_for_update().get(pk=job.pk)
    if not same(seen, held.pk, held.state, held.finished_at):
        raise StaleState(STALE)
    move(
        held, Job.State.QUEUED, table=JOB, attempts=0, done=0, total=0, error="", finished_at=None, lease_until=None
    )  # fmt: skip
    audit.record(
        role=by, verb="job.rerun", subject=f"job:{held.pk}", organization=held.organization,
        from_state=Job.State.FAILED, to_state=held.state, note=held.kind,
    )  # fmt: skip
    transaction.on_commit(lambda: ring(held.pk), robust=True)


def settings_seen(found: ProvinceSettings) -> str:
    return token(found.titles_due_on, found.administrators_each, *sorted(found.second_factor))


def set_titles_due(day: date | None, *, seen: str, by: Role) -> None:
    """Until when 重新选择现任职务 may be put off (指引 1.3（4）); None: without end.

    Raises:
        PermissionDenied: the role may not.
        StaleState: somebody else changed a setting since the preview.
    """
    _set("titles_due_on", day, seen, by)


def set_administrators_each(count: int, *, seen: str, by: Role) -> None:
    """How many administrators an organisation may have; where there are more, they stay, and none is added. Raises as `set_titles_due`."""
    _set("administrators_each", count, seen, by)


def set_second_factor(duties: Iterable[Duty], *, seen: str, by: Role) -> None:
    """The duties that need a second factor, from the next request of each person on. Raises as `set_titles_due`."""
    _set("second_factor", [duty.value for duty in Duty if duty in set(duties)], seen, by)


@transaction.atomic
def _set(name: str, value: Any, seen: str, by: Role) -> None:
    policy.require(by, Act.OPERATE, by.organization)
    ProvinceSettings.objects.bulk_create([ProvinceSettings()], ignore_conflicts=True)
    held = ProvinceSettings.objects.select_for_update().get()
    if not same(seen, held.titles_due_on, held.administrators_each, *sorted(held.second_factor)):
        raise StaleState(STALE)
    setattr(held, name, value)
    held.save(update_fields=[name])
    audit.record(
        role=by, verb="settings.change", subject="province_settings:1", organization=by.organization, fields=[name]
    )  # fmt: skip


def more_than(count: int) -> int:
    """How many organisations have more administrators than this."""
    current = Role.objects.current().filter(duty=Duty.ADMINISTRATOR)
    return current.values("organization").annotate(many=Count("pk")).filter(many__gt=count).count()


def reset_appointed(username: str) -> str:
    """A new password of a 系统管理员 or 审计员, from the server itself; the second factor goes too, and every session ends.

    Raises:
        ProvinceRefused: nobody of these has this account.
    """
    with transaction.atomic():
        role = Role.objects.filter(user__username=username, duty__in=APPOINTED, ended_at=None).first()
        if role is None:
            raise ProvinceRefused(NOBODY.format(username))
        held = User.objects.select_for_update().get(pk=role.user_id)
        accounts.set_one_time_password(held, password := credentials.one_time_password())
        fields = ["password", "second_factor"] if second_factor.clear(held) else ["password"]
        audit.record(
            role=None, verb="reset_password", subject=f"user:{held.pk}", organization=role.organization, fields=fields
        )  # fmt: skip
    return password


@transaction.atomic
def end_appointed(username: str) -> Role:
    """A 系统管理员 or 审计员 is so no more, from the server itself; the account and other roles stay, every session ends.

    Raises:
        ProvinceRefused: nobody of these has this account, or there would be no 系统管理员 left.
    """
    # All of them are held: of two who end the last two at once, one waits and then finds the last.
    standing = Role.objects.select_for_update(of=("self",)).filter(duty__in=APPOINTED, ended_at=None)
    roles = list(standing.select_related("user", "organization").order_by("pk"))
    role = next((one for one in roles if one.user.username == username), None)
    if role is None:
        raise ProvinceRefused(NOBODY.format(username))
    if role.duty == Duty.SYSTEM and not any(
        one.duty == Duty.SYSTEM and one.user.is_active for one in roles if one != role
    ):
        raise ProvinceRefused(f"{username} 是唯一的系统管理员，请先任命另一人，再结束其身份。")
    Role.objects.filter(pk=role.pk).update(ended_at=timezone.now())
    credentials.end_sessions([role.user_id], by=None)
    audit.record(
        role=None, verb="end_duty", subject=f"role:{role.pk}", organization=role.organization, note=role.duty
    )
    return role


def _account(username: str, name: str) -> tuple[User, str]:
    known = User.objects.filter(username=username).first()
    if known is None:
        return credentials.new_account(name, username)
    return known, credentials.before_a_role(known.pk, by=None)
