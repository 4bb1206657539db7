"""A 团总支 whose cadres came in with titles of before 2023, one of whom can log in as 团干部本人."""

from __future__ import annotations

from collections.abc import Mapping

from archives.demo import accounts
from members.models import Member
from members.services import accounts as own_accounts
from members.services.titles_load import load
from orgs.models import Organization, Role, User

PLACE = "演示第一中学高一年级团总支"
OLD_TITLES = ("组织委员", "宣传委员", "学习委员")
"""Two with a suggestion, one that is chosen by hand."""


def plant(roles: Mapping[int, Role]) -> None:
    """Members in force of its branches are its cadres; the first one's account gets a name that the list can say."""
    place = Organization.objects.get(name=PLACE)
    below = Member.objects.under(place).listed().filter(state=Member.State.ACTIVE).order_by("joined_on", "pk")
    people = list(below[: len(OLD_TITLES)])
    rows = [_row(member, place, title) for member, title in zip(people, OLD_TITLES, strict=False)]
    if refused := [one.words for one in load(rows, write=True) if not one.ok]:
        raise ValueError("; ".join(refused))
    own_accounts.open_account(people[0], by=roles[place.pk])
    _, username, _ = accounts.IN_PERSON
    user = User.objects.get(cadre_account__member=people[0])
    user.username, user.must_change_password = username, False
    user.set_unusable_password()
    user.save()


def _row(member: Member, place: Organization, title: str) -> dict[str, str]:
    month = max(member.joined_on.strftime("%Y-%m"), "2022-09")
    return {
        "身份证号码": member.opened("id_number"),
        "组织全称": place.name,
        "原职务": title,
        "任现职年月": month,
    }
