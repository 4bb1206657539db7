"""Cadres whose title is to be chosen again, made by the load that makes real ones."""

from __future__ import annotations

from archives.services import entry as entries
from members.models import Member, Post
from members.services import accounts
from members.services.titles_load import load
from orgs.models import Organization, Role, User
from tests.factories import PASSWORD, EntryFactory, new_key


def entered(role: Role, **values: object) -> Member:
    return entries.enter(
        EntryFactory(**values), organization=role.organization, upload=None, key=new_key(), by=role
    )


def line(member: Member, organization: Organization, title: str, **cells: str) -> dict[str, str]:
    return {
        "身份证号码": member.opened("id_number"),
        "组织全称": organization.name,
        "原职务": title,
        "任现职年月": "2021-09",
        **cells,
    }


def old_post(role: Role, title: str, **values: object) -> Post:
    """Somebody new in the role's branch, with this old title there."""
    member = entered(role, **values)
    [outcome] = load([line(member, role.organization, title)], write=True)
    assert outcome.ok, outcome
    return Post.objects.select_related("member", "organization").get(member=member)


def in_person(post: Post, by: Role) -> Role:
    """The cadre's own account, past its first password."""
    accounts.open_account(post.member, by=by)
    user = User.objects.get(cadre_account__member=post.member)
    user.set_password(PASSWORD)
    user.must_change_password = False
    user.save()
    return Role.objects.select_related("user", "organization").get(user=user)
