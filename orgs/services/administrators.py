"""Administrators of organisations: appointed, replaced, ended and helped with their passwords by those above."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from orgs import policy
from orgs.keepers import why_not_take_over
from orgs.models import Duty, Notice, Organization, ProvinceSettings, Role, User, located_models
from orgs.policy import Act
from orgs.services import accounts, audit, credentials, elsewhere, misses, notices
from orgs.services import second_factor as factors
from zhtj.lib.constraints import broken_by
from zhtj.lib.seen import same, token
from zhtj.lib.states import StaleState
from zhtj.lib.text import normalise_name

KIND = "管理员"
CHANGED = "管理员在此期间有变化，没有办理。请核对现在的管理员，重新办理。"
USERNAME_ONCE = "orgs_user_username_key"
"""The name PostgreSQL gives to the `unique` of an account."""
TAKEN = "该账号已存在，请换一个。"
NO_MATCH = "账号和姓名不相符，或该账号不能使用。请与本人核对账号和姓名。"


class AdministratorRefused(Exception):
    """Why it is not done: words for the person, and the field of the form they are about."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True)
class Whom:
    """Whoever is to be administrator: somebody new, whose account is made, or the person with this account."""

    name: str
    username: str = ""
    existing: bool = False


@dataclass(frozen=True, slots=True)
class Appointed:
    """The new role, and the password to be shown once; none where the person goes on with a password of their own."""

    role: Role
    password: str


def staff(organization: Organization) -> list[Role]:
    """Its administrators of today, the longest serving first; of a closed organisation those who will be again once it is opened."""
    standing = Role.objects.filter(
        organization=organization, duty=Duty.ADMINISTRATOR, ended_at=None, user__is_active=True
    )
    return list(standing.select_related("user", "organization").order_by("created_at", "pk"))


def staff_seen(organization: Organization) -> str:
    """Who they are, for a hidden field: what was decided about others is not carried out."""
    return token(organization.pk, *(role.pk for role in staff(organization)))


def alike(organization: Organization, name: str) -> list[Role]:
    """Roles of people of this name in the organisation and directly below it, who perhaps are the same person and keep their account."""
    near = Organization.objects.active().filter(parent=organization).values_list("pk", flat=True)
    roles = Role.objects.current().filter(
        organization__in=[organization.pk, *near], user__name=normalise_name(name),
        duty__in=[Duty.ADMINISTRATOR, Duty.CADRE],
    )  # fmt: skip
    found = roles.select_related("user", "organization").order_by("organization__depth", "user_id", "pk")
    return list({role.user_id: role for role in reversed(found)}.values())[::-1]


def why_not_appoint(organization: Organization, by: Role) -> str:
    """Why no further administrator can be appointed, in words; empty when one can."""
    if words := _why_nobody(organization) or _why_not_manage(organization, by):
        return words
    most, now = ProvinceSettings.now().administrators_each, staff(organization)
    if len(now) < most:
        return ""
    names = "、".join(f"{role.user.name}（{role.user.username}）" for role in now)
    return f"“{organization.name}”已有 {len(now)} 名管理员：{names}，每个组织至多 {most} 名。请先停用一名，或更换其中一名。"


def why_not_end(role: Role, by: Role) -> str:
    """Why this administrator cannot be ended by this role, in words; empty when they can: also while the organisation is closed, or whoever was
    dismissed meanwhile would be back when it is opened."""
    if words := _why_not_manage(role.organization, by):
        return words
    if role.duty != Duty.ADMINISTRATOR:
        return f"{role.get_duty_display()}的身份不在这里停用。"
    if role.ended_at is not None:
        return f"{role.user.name}已不是“{role.organization.name}”的管理员。"
    if role.user_id == by.user_id:
        return "不能停用或更换自己，请由同一组织的另一名管理员或再上级组织的管理员办理。"
    return ""


def why_not_replace(role: Role, by: Role) -> str:
    """Why nobody can take this administrator's place by this role, in words; empty when somebody can."""
    return _why_nobody(role.organization) or why_not_end(role, by)


def consequences(role: Role) -> list[str]:
    """What ending it brings about, line by line."""
    place, person = role.organization, role.user
    lines = [f"{person.name}（{person.username}）不再是“{place.name}”的管理员，已登录的页面全部退出"]
    others = Role.objects.current().filter(user=person).exclude(pk=role.pk).select_related("organization")
    kept = "、".join(f"“{one.organization.name}”{one.get_duty_display()}" for one in others.order_by("pk"))
    lines.append(f"保留其他身份：{kept}" if kept else "没有其他身份，账号保留，但不能再办理业务")
    if len(staff(place)) > 1 or role.ended_at is not None or not place.is_active:
        return lines
    above = policy.superior_of(place)
    lines.append(f"“{place.name}”将没有管理员")
    if place.is_committee and above and above.pk != place.pk:
        lines.append(f"待“{place.name}”审核和办理的事项转由“{above.name}”办理")
    return lines


def appoint(organization: Organization, whom: Whom, *, seen: str, by: Role) -> Appointed:
    """A further administrator.

    Raises:
        PermissionDenied: the role may not.
        AdministratorRefused: there are as many as may be, or this person cannot be one; in words.
        StaleState: the administrators have changed since the page was made.
    """
    user = _known(organization, whom, seen, by)
    with _in_words(), transaction.atomic():
        held = _hold(organization, seen)
        if words := why_not_appoint(held, by):
            raise AdministratorRefused(words)
        made = _give(held, whom, user, by)
        told = f"{made.role.user.name} 已设为本组织管理员"
        _finish(made.role, held, told, verb="administrator.appoint", by=by, password=made.password)
    return made


def replace(role: Role, whom: Whom, *, seen: str, by: Role) -> Appointed:
    """One goes and the other comes, at once, also where there are as many as may be. Raises as `appoint`."""
    user = _known(role.organization, whom, seen, by)
    note = f"role:{role.pk}"
    with _in_words(), transaction.atomic():
        held = _hold(role.organization, seen)
        if words := _why_nobody(held):
            raise AdministratorRefused(words)
        _take(role, held, by)
        made = _give(held, whom, user, by)
        if made.role.user_id == role.user_id:
            raise AdministratorRefused(f"{role.user.name}现在就是该组织的管理员，没有更换。", "username")
        told = f"管理员由 {role.user.name} 更换为 {made.role.user.name}"
        _finish(made.role, held, told, verb="administrator.replace", by=by, note=note, password=made.password)
    return made


def end(role: Role, *, seen: str, by: Role) -> None:
    """停用: acts there no more; the account stays. Raises as `appoint`."""
    with transaction.atomic():
        held = _hold(role.organization, seen)
        _take(role, held, by)
        _finish(role, held, f"{role.user.name} 不再是本组织管理员", verb="administrator.end", by=by)


def password_seen(user: User) -> str:
    return token(user.pk, user.password)


@transaction.atomic
def reset_password(user: User, *, seen: str, by: Role, second_factor: bool = False) -> str:
    """A new password, returned once and to be changed at the first login; every session of this person ends with the old one.
    With `second_factor` the phone and its recovery codes are forgotten too, for somebody who has lost it.

    Raises:
        PermissionDenied: not this role's to reset; in words that say whose.
        StaleState: the password was changed since the page was made.
    """
    # Held first: who gives the person another role waits, and so the answer stays true until the password stands.
    held = User.objects.select_for_update().get(pk=user.pk)
    if words := why_not_take_over(held, by=by):
        raise PermissionDenied(words)
    if not same(seen, held.pk, held.password):
        raise StaleState("该账号的密码在此期间已经变更，没有再次重置。")
    accounts.set_one_time_password(held, password := credentials.one_time_password())
    fields = ["password", "second_factor"] if second_factor and factors.clear(held) else ["password"]
    audit.record(
        role=by, verb="reset_password", subject=f"user:{held.pk}", organization=by.organization, fields=fields
    )
    return password


def _why_nobody(organization: Organization) -> str:
    if organization.is_active:
        return ""
    return f"“{organization.name}”已停用，不能设置管理员；重新启用时原来的管理员恢复，不再担任的请先停用。"


def _why_not_manage(organization: Organization, by: Role) -> str:
    try:
        policy.require(by, Act.MANAGE_ADMINISTRATORS, organization)
    except PermissionDenied as refused:
        return str(refused)
    return ""


def _known(organization: Organization, whom: Whom, seen: str, by: Role) -> User | None:
    """The account of somebody who has one. Both 账号 and 姓名 have to be known; the answer is the same whatever is wrong. Each miss, and each
    account to be made that is somebody's already, is on record, and after a number of them nothing is answered."""
    policy.require(by, Act.MANAGE_ADMINISTRATORS, organization)
    _insist_on(seen, organization)
    if not whom.existing and not whom.username:
        return None
    with transaction.atomic():
        if words := misses.why_not_answer(by):
            raise AdministratorRefused(words, "username")
        user = _match(whom) if whom.existing else None
        refusal = _why_no_match(whom, user)
        if refusal:
            misses.note(organization, by=by)
    if refusal:
        raise AdministratorRefused(refusal, "username")
    if user and user.pk == by.user_id:
        raise AdministratorRefused("不能把自己设为管理员，请由他人办理。", "username")
    return user


def _match(whom: Whom) -> User | None:
    """Not those of the system and of the audit."""
    apart = Role.objects.filter(duty__in=[Duty.SYSTEM, Duty.AUDITOR], ended_at=None).values("user")
    people = User.objects.filter(is_active=True).exclude(pk__in=apart)
    return people.filter(username=whom.username.strip(), name=normalise_name(whom.name)).first()


def _why_no_match(whom: Whom, user: User | None) -> str:
    if whom.existing:
        return "" if user else NO_MATCH
    wanted = credentials.normalise_username(whom.username)
    return TAKEN if User.objects.filter(username=wanted).exists() else ""


def _hold(organization: Organization, seen: str) -> Organization:
    """The organisation's row until the end: of two who change its administrators at once, one waits and then finds them changed."""
    held: Organization = Organization.objects.hold(organization.pk)
    _insist_on(seen, held)
    return held


def _insist_on(seen: str, organization: Organization) -> None:
    if not same(seen, organization.pk, *(role.pk for role in staff(organization))):
        raise StaleState(CHANGED)


def _give(held: Organization, whom: Whom, user: User | None, by: Role) -> Appointed:
    password = ""
    if user is None:
        name = normalise_name(whom.name)
        username = credentials.normalise_username(whom.username) or credentials.propose_username(name)
        user, password = credentials.new_account(name, username)
    elif Role.objects.filter(user=user, organization=held, duty=Duty.ADMINISTRATOR, ended_at=None).exists():
        raise AdministratorRefused(f"{user.name}（{user.username}）已是“{held.name}”的管理员。", "username")
    else:
        password = credentials.before_a_role(user.pk, by=by)
        credentials.end_sessions([user.pk], by=by)
    role = Role.objects.create(user=user, organization=held, duty=Duty.ADMINISTRATOR)
    elsewhere.tell(role, by)
    return Appointed(role, password)


def _take(role: Role, held: Organization, by: Role) -> None:
    """End the role, once."""
    role.organization = held
    if words := why_not_end(role, by):
        raise AdministratorRefused(words)
    ended = Role.objects.filter(pk=role.pk, ended_at=None).update(ended_at=timezone.now())
    if not ended:
        raise StaleState(CHANGED)
    credentials.end_sessions([role.user_id], by=by)


def _finish(
    role: Role, held: Organization, told: str, *, verb: str, by: Role, note: str = "", password: str = ""
) -> None:
    for model in located_models():
        model.after_staffing(held)
    notices.tell(
        held, sort=Notice.Sort.NEWS, kind=KIND, title=told[:200], subject=f"role:{role.pk}",
        body=f"由“{by.organization.name}”办理。如有疑问请与其联系。",
    )  # fmt: skip
    fields = ["password"] if password else []
    audit.record(role=by, verb=verb, subject=f"role:{role.pk}", organization=held, fields=fields, note=note)


@contextmanager
def _in_words() -> Iterator[None]:
    """Say what the rules of an account, or the database, refused."""
    try:
        yield
    except ValidationError as refused:
        field, words = next(iter(refused.message_dict.items()))
        raise AdministratorRefused("；".join(words), field) from None
    except credentials.StillOneTime as refused:
        raise AdministratorRefused(str(refused), "username") from None
    except IntegrityError as error:
        if broken_by(error) != USERNAME_ONCE:
            raise
        raise AdministratorRefused(TAKEN, "username") from None
