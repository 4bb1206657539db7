"""Who may do what, and which committee reviews."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from orgs import policy
from orgs.kinds import Kind
from orgs.models import Duty, Organization, Role
from orgs.policy import Act
from tests.factories import RoleFactory, World

PLACE = {
    Kind.PROVINCE: "province",
    Kind.CITY: "city",
    Kind.COUNTY: "county",
    Kind.COMMITTEE: "school",
    Kind.WORKING_COMMITTEE: "street",
    Kind.GENERAL_BRANCH: "general",
    Kind.BRANCH: "branch",
}
COMMITTEES = {Kind.PROVINCE, Kind.CITY, Kind.COUNTY, Kind.COMMITTEE, Kind.WORKING_COMMITTEE}
TABLE = {
    Act.ENTER: {Kind.BRANCH},
    Act.ENTER_BELOW: COMMITTEES | {Kind.GENERAL_BRANCH},
    Act.ENTER_CADRE: COMMITTEES | {Kind.GENERAL_BRANCH},
    Act.APPOINT: set(Kind),
    Act.CHOOSE_TITLE: set(Kind),
    Act.SEE_OWN: set(Kind),
    Act.OPEN_ACCOUNT: set(Kind),
    Act.CORRECT: set(Kind),
    Act.UPDATE_STUDY: set(Kind),
    Act.REVEAL: set(Kind),
    Act.SEE_MEMBERS: set(Kind),
    Act.RESUBMIT: set(Kind),
    Act.REVIEW: COMMITTEES,
    Act.REPLACE: COMMITTEES,
    Act.SEE_NUMBERS: set(Kind),
    Act.HAND_DOWN: COMMITTEES | {Kind.GENERAL_BRANCH},
    Act.ISSUE: COMMITTEES,
    Act.DISPUTE: set(Kind),
    Act.JUDGE: COMMITTEES | {Kind.GENERAL_BRANCH},
    Act.REGISTER: set(Kind),
    Act.PASS_UP: COMMITTEES,
    Act.HANDLE_REGISTRATION: {Kind.PROVINCE},
    Act.SEE_DATABASE: set(Kind),
    Act.EXPORT: set(Kind),
    Act.ADMINISTER: {Kind.PROVINCE},
    Act.OPERATE: {Kind.PROVINCE},
    Act.AUDIT: {Kind.PROVINCE},
    Act.DESK: {Kind.PROVINCE},
    Act.SEE_ORGANIZATIONS: set(Kind),
    Act.MANAGE_ORGANIZATIONS: COMMITTEES,
    Act.MANAGE_ADMINISTRATORS: COMMITTEES | {Kind.GENERAL_BRANCH},
}


DUTIES = {
    Act.CHOOSE_TITLE: {Duty.ADMINISTRATOR, Duty.CADRE},
    Act.SEE_OWN: {Duty.CADRE},
    Act.OPERATE: {Duty.SYSTEM},
    Act.AUDIT: {Duty.AUDITOR},
    Act.MANAGE_ADMINISTRATORS: {Duty.ADMINISTRATOR, Duty.SYSTEM},
    Act.DESK: {Duty.ADMINISTRATOR, Duty.SYSTEM, Duty.AUDITOR},
}
"""Every other act is an administrator's."""


def test_the_table_names_every_act() -> None:
    assert set(TABLE) == set(Act) == set(policy.GRANTS)


def test_each_kind_may_do_exactly_what_the_table_says(world: World) -> None:
    for kind, place in PLACE.items():
        organization = getattr(world, place)
        for duty in Duty:
            role = RoleFactory(organization=organization, duty=duty)
            for act, kinds in TABLE.items():
                right = kind in kinds and duty in DUTIES.get(act, {Duty.ADMINISTRATOR})
                right = right and (act not in policy.BELOW_ONLY or duty == Duty.SYSTEM)
                assert policy.may(role, act, organization) is right, (kind, duty, act)


def test_nobody_operates_the_system_and_reads_its_audit(world: World) -> None:
    auditor = RoleFactory(organization=world.province, duty=Duty.AUDITOR)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleFactory(user=auditor.user, organization=world.province, duty=Duty.SYSTEM)
    end_role(auditor)
    RoleFactory(user=auditor.user, organization=world.province, duty=Duty.SYSTEM)


def test_an_act_reaches_down_but_never_up_or_aside(world: World) -> None:
    school = world.role(world.school)
    for inside in (world.school, world.general, world.branch, world.sibling):
        assert policy.may(school, Act.REVIEW, inside)
    for outside in (
        world.county,
        world.street,
        world.street_branch,
        world.county_branch,
        world.other_branch,
        world.province,
    ):
        assert not policy.may(school, Act.REVIEW, outside)


def test_administrators_are_managed_strictly_below_and_by_the_system_administrator_everywhere(
    world: World,
) -> None:
    act = Act.MANAGE_ADMINISTRATORS
    school, system = world.role(world.school), RoleFactory(organization=world.province, duty=Duty.SYSTEM)
    assert all(policy.may(school, act, one) for one in (world.general, world.branch, world.sibling))
    assert not any(policy.may(school, act, one) for one in (world.school, world.county, world.street_branch))
    assert all(policy.may(system, act, one) for one in (world.province, world.school, world.other_branch))
    with pytest.raises(PermissionDenied, match="本组织不能自行设置管理员，由上级组织的管理员"):
        policy.require(school, act, world.school)


def test_a_branch_enters_only_its_own_people(world: World) -> None:
    role = world.role(world.branch)
    assert policy.may(role, Act.ENTER, world.branch)
    assert not policy.may(role, Act.ENTER, world.sibling)


def test_the_refusal_says_what_is_missing_and_who_has_it(world: World) -> None:
    with pytest.raises(PermissionDenied) as caught:
        policy.require(world.role(world.branch), Act.REVIEW, world.branch)
    words = str(caught.value)
    assert "高一1班团支部 · 管理员" in words
    assert "审核入团志愿书" in words
    assert "团委、团工委管理员" in words
    assert "切换组织" in words


@pytest.fixture
def staffed(world: World) -> dict[str, Role]:
    """Every committee above the branch has one administrator."""
    return {place: world.role(getattr(world, place)) for place in ("province", "city", "county", "school")}


def reviewer(organization: Organization, author: Role) -> Organization | None:
    return policy.reviewer_of(organization, author=author.user)


def test_the_nearest_committee_reviews_and_a_general_branch_is_skipped(
    world: World, staffed: dict[str, Role], branch_role: Role
) -> None:
    assert reviewer(world.branch, branch_role) == world.school
    assert reviewer(world.general, branch_role) == world.school
    assert reviewer(world.sibling, branch_role) == world.school


def test_a_branch_straight_under_a_county_is_reviewed_there(
    world: World, staffed: dict[str, Role], branch_role: Role
) -> None:
    assert reviewer(world.county_branch, branch_role) == world.county


def test_what_a_committee_submits_goes_to_the_one_above(world: World, staffed: dict[str, Role]) -> None:
    assert reviewer(world.school, staffed["school"]) == world.county


def end_role(role: Role) -> None:
    Role.objects.filter(pk=role.pk).update(ended_at=timezone.now())


def stop_person(role: Role) -> None:
    role.user.is_active = False
    role.user.save()


def make_cadre(role: Role) -> None:
    Role.objects.filter(pk=role.pk).update(duty=Duty.CADRE)


@pytest.mark.parametrize("stop", [end_role, stop_person, make_cadre])
def test_a_committee_without_an_active_administrator_is_passed_over(
    world: World, staffed: dict[str, Role], branch_role: Role, stop: object
) -> None:
    stop(staffed["school"])
    assert reviewer(world.branch, branch_role) == world.county


def test_a_committee_whose_only_administrator_is_the_author_is_passed_over(
    world: World, staffed: dict[str, Role]
) -> None:
    author = RoleFactory(user=staffed["school"].user, organization=world.branch)
    assert reviewer(world.branch, author) == world.county
    world.role(world.school)
    assert reviewer(world.branch, author) == world.school


def test_with_nobody_left_the_nearest_one_keeps_it(world: World, branch_role: Role) -> None:
    Role.objects.filter(organization__in=[world.province, world.city, world.county, world.school]).update(
        ended_at=timezone.now()
    )
    assert reviewer(world.branch, branch_role) == world.school


def test_above_the_province_there_is_nobody(world: World, staffed: dict[str, Role]) -> None:
    assert reviewer(world.province, staffed["province"]) is None


def test_what_goes_up_passes_over_a_committee_without_an_active_administrator(
    world: World, staffed: dict[str, Role]
) -> None:
    assert policy.superior_of(world.branch) == world.school
    end_role(staffed["school"])
    assert policy.superior_of(world.branch) == world.county
    assert policy.superior_of(world.county) == world.city


def test_with_nobody_left_it_goes_up_to_the_province(world: World) -> None:
    Role.objects.update(ended_at=timezone.now())
    assert policy.superior_of(world.branch) == world.province
    assert policy.superior_of(world.province) is None
