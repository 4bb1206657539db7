"""An administrator for every organisation of the made-up province; a few of them can log in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from archives.demo.tree import PROVINCE
from orgs.models import Duty, Organization, Role, User
from orgs.services import audit, credentials, province

LISTED = {
    PROVINCE: ("省级", "demo-province", "演示省级管理员"),
    "共青团演示甲市委员会": ("市级", "demo-city", "演示市级管理员"),
    "共青团演示城东区委员会": ("县级", "demo-county", "演示县级管理员"),
    "演示第一中学团委": ("团委（学校）", "demo-school", "演示学校团委管理员"),
    "演示幸福街道团工委": ("团工委（街道）", "demo-street", "演示街道团工委管理员"),
    "演示第一中学高一年级团总支": ("团总支", "demo-general", "演示团总支管理员"),
    "演示第一中学高一1班团支部": ("团支部（学校）", "demo-class", "演示班级管理员"),
    "演示幸福街道幸福社区团支部": ("团支部（街道）", "demo-community", "演示社区管理员"),
}
"""Who can log in, by organisation: what they are called in the list, 账号, 姓名."""
SCHOOL_BRANCH, STREET_BRANCH = "演示第一中学高一1班团支部", "演示幸福街道幸福社区团支部"
TWO_ROLES = ("两个身份", "demo-two", "演示兼职管理员")
TWO_ORGANIZATIONS = ("演示第一中学高一2班团支部", "演示幸福街道和平社区团支部")

IN_PERSON = ("团干部本人", "demo-cadre", "演示第一中学高一年级团总支")
"""What it is called in the list, 账号, organisation; whose it is: `archives.demo.cadres`."""

OF_THE_PROVINCE = (
    ("系统管理员", "demo-system", "演示系统管理员", Duty.SYSTEM),
    ("审计员", "demo-audit", "演示审计员", Duty.AUDITOR),
)
"""What they are called in the list, 账号, 姓名, what they do at the province's desk."""


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the list of those who can log in."""

    role: str
    username: str
    password: str
    organisation: str


def stand() -> bool:
    """Whether the province in the database is the made-up one: its administrator is ours."""
    _, username, _ = LISTED[PROVINCE]
    return Role.objects.filter(organization__parent=None, user__username=username).exists()


def appoint(organization: Organization) -> Role:
    """A new administrator, as yet without a password: most are only there to enter and to review."""
    _, username, name = LISTED.get(
        organization.name,
        ("", f"demo-{organization.pk}", f"{organization.short_name}管理员"),
    )
    return _role(User.objects.create_user(username, None, name=name), organization)


def appoint_two_roles(organizations: Iterable[Organization]) -> None:
    """One person for several organisations, to show 切换组织."""
    _, username, name = TWO_ROLES
    user = User.objects.create_user(username, None, name=name)
    for organization in organizations:
        _role(user, organization)


def appoint_for_the_province() -> None:
    """Whoever looks after the system, and whoever reads its audit."""
    for _, username, name, duty in OF_THE_PROVINCE:
        role, _ = province.appoint(username=username, name=name, duty=duty)
        User.objects.filter(pk=role.user_id).update(must_change_password=False)


@transaction.atomic
def renew() -> list[Account]:
    """New random passwords for everyone who can log in, and the list of them."""
    lines = [(role, username, where) for where, (role, username, _) in LISTED.items()]
    lines += [(*TWO_ROLES[:2], TWO_ORGANIZATIONS[0]), IN_PERSON]
    lines += [(words, username, PROVINCE) for words, username, _, _ in OF_THE_PROVINCE]
    return [Account(role, username, _new_password(username), where) for role, username, where in lines]


def _new_password(username: str) -> str:
    user = User.objects.get(username=username)
    user.set_password(password := credentials.one_time_password())
    user.save(update_fields=["password"])
    audit.record(role=None, verb="set_password", subject=f"user:{user.pk}", organization=None)
    return password


def _role(user: User, organization: Organization) -> Role:
    role = Role.objects.create(user=user, organization=organization)
    audit.record(role=None, verb="appoint", subject=f"role:{role.pk}", organization=organization)
    return role
