"""团干部本人: an account for a cadre, one a person, whichever roles it has besides."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from members.models import CadreAccount, Member, Post
from orgs import policy
from orgs.keepers import why_not_take_over
from orgs.models import Duty, Organization, Role, User, settled
from orgs.policy import Act
from orgs.services import audit, credentials
from orgs.services.accounts import set_one_time_password
from zhtj.lib.states import StaleState


@dataclass(frozen=True, slots=True)
class Opened:
    """What is shown once; without a password where the person goes on with one of their own."""

    username: str
    password: str


def why_not(member: Member, *, by: Role) -> str:
    """Why this role cannot open an account for this person, in words; empty when it can."""
    if member.state != Member.State.ACTIVE:
        return f"{member.name}当前为“{member.get_state_display()}”，在册后才能开通本人账号。"
    if place_of(member, by=by) is None:
        return f"{member.name}在您的组织及下级组织没有现任职务，由其任职组织或上级团组织的管理员开通。"
    return ""


def place_of(member: Member, *, by: Role) -> Organization | None:
    """Where the account acts: an organisation of the role's own reach in which the person has a current post, the nearest first."""
    held = Post.objects.visible_to(by).current().filter(member=member).select_related("organization")
    places = sorted((post.organization for post in held), key=lambda one: (one.depth, one.pk))
    return next((one for one in places if policy.may(by, Act.OPEN_ACCOUNT, one)), None)


def administrators_like(member: Member, organization: Organization) -> list[Role]:
    """Administrators of this name, of the organisation, the one above or one directly below, who are nobody's account yet: perhaps the same
    person, for instance a 团支部书记 who administers the 团总支."""
    below = Organization.objects.active().filter(parent=organization).values_list("pk", flat=True)
    roles = Role.objects.current().filter(
        organization__in=[organization.pk, organization.parent_id or organization.pk, *below],
        user__name=member.name, user__cadre_account=None, duty=Duty.ADMINISTRATOR,
    )  # fmt: skip
    found = roles.select_related("user", "organization").order_by("organization__depth", "user_id", "pk")
    return list({role.user_id: role for role in found}.values())


def is_open(member: Member, organization: Organization) -> bool:
    """Whether the person can act as 团干部本人 of this organisation."""
    acting = Role.objects.filter(duty=Duty.CADRE, organization=organization, ended_at=None)
    return acting.filter(user__cadre_account__member=member).exists()


def open_account(member: Member, *, by: Role, same: User | None = None) -> Opened:
    """开通本人账号: the role 团干部本人 for the person's account, which is made where there is none.

    `same` is the administrator this person is: one person keeps one account.

    Raises:
        PermissionDenied: the role may not, or the account's one-time password was never changed and is not this role's to reset.
        StaleState: open already, by a colleague at this moment perhaps.
    """
    try:
        with transaction.atomic():
            return _open(member, by, same)
    except IntegrityError:
        raise StaleState(f"{member.name}的本人账号已由他人开通，请刷新后查看。") from None


def _open(member: Member, by: Role, same: User | None) -> Opened:
    organization = place_of(member, by=by)
    if organization is None or (words := why_not(member, by=by)):
        raise PermissionDenied(why_not(member, by=by) if organization is None else words)
    place = settled(organization.pk)
    policy.require(by, Act.OPEN_ACCOUNT, place)
    person = Member.objects.select_for_update(no_key=True, of=("self",)).get(pk=member.pk)
    if is_open(person, place):
        raise StaleState(f"{person.name}的本人账号已经开通。")
    account = CadreAccount.objects.filter(member=person).select_related("user").first()
    password = ""
    if account is None:
        offered = {role.user for role in administrators_like(person, place)}
        user = same if same in offered else None
        if user is None:
            # A username that says nothing of the person.
            user, password = credentials.new_account(person.name, credentials.free_username("tgb", 8))
        account = CadreAccount.objects.create(user=user, member=person)
    password = password or credentials.before_a_role(account.user_id, by=by)
    Role.objects.create(user=account.user, organization=place, duty=Duty.CADRE)
    credentials.end_sessions([account.user_id], by=by)
    audit.record(role=by, verb="open_account", subject=f"member:{person.pk}", organization=place)
    return Opened(account.user.username, password)


def why_not_renew(member: Member, *, by: Role) -> str:
    """Why this role cannot set a new first password, in words; empty when it can."""
    account = CadreAccount.objects.select_related("user").filter(member=member).first()
    if words := why_not(member, by=by):
        return words
    if account is None:
        return f"{member.name}还没有开通本人账号。"
    return why_not_take_over(account.user, by=by)


@transaction.atomic
def renew_password(member: Member, *, by: Role) -> Opened:
    """重置密码: a new one-time password; what was open with the old one is closed.

    Raises:
        PermissionDenied: the role may not, or the account has roles that are not this one's to give; says whose.
    """
    # Held first: who gives the person another role waits, and so the answer stays true until the password stands.
    user = User.objects.select_for_update().filter(cadre_account__member=member).first()
    if (words := why_not_renew(member, by=by)) or user is None:
        raise PermissionDenied(words)
    set_one_time_password(user, password := credentials.one_time_password())
    audit.record(
        role=by, verb="renew_password", subject=f"member:{member.pk}",
        organization=place_of(member, by=by), fields=["password"],
    )  # fmt: skip
    return Opened(user.username, password)


def close(member: Member, organization: Organization, *, by: Role) -> None:
    """With the last post in an organisation the person acts there no more; the account stays for other organisations."""
    if Post.objects.current().of(organization).filter(member=member).exists():
        return
    roles = Role.objects.filter(duty=Duty.CADRE, organization=organization, ended_at=None)
    mine = roles.filter(user__cadre_account__member=member)
    credentials.end_sessions(list(mine.values_list("user", flat=True)), by=by)
    mine.update(ended_at=timezone.now())
