"""Who decides on a number that is taken (spec/domain 3): the table."""

from __future__ import annotations

import pytest
from django.utils import timezone

from numbering.domains import Domain
from numbering.judging import judge_of
from numbering.services import segments
from orgs.models import Role
from tests.factories import World
from tests.numbering.cases import FIRST

NUMBER = str(FIRST)
OLD = "202211000001"
WAY = ("province", "city", "county", "school", "general", "branch")


def handed_down(world: World, *, to: str) -> None:
    """The number's segment is owned by `to`, as deep as that."""
    above = segments.register(
        domain=Domain.SENIOR, year=2026, first=FIRST, last=FIRST + 9, province=world.province, by=world.role(world.province)
    )  # fmt: skip
    for place in WAY[1 : WAY.index(to) + 1]:
        organization = getattr(world, place)
        above = segments.hand_down(
            above, to=organization, first=FIRST, last=FIRST + 9, by=world.role(organization.parent)
        )
    Role.objects.update(ended_at=timezone.now())


def judge(world: World, number: str, *, own: tuple[str, ...], holder: str, filer: Role) -> str:
    found = judge_of(
        number,
        getattr(world, holder),
        own={getattr(world, place).pk for place in own},
        filer=filer.user,
    )
    return next(name for name in vars(world) if getattr(world, name) == found)


@pytest.mark.parametrize(
    ("owner", "own", "staffed", "expected"),
    [
        # the owner decides, whatever its kind as long as it may
        ("school", ("branch",), ("school", "county"), "school"),
        ("general", ("branch",), ("general", "school"), "general"),
        ("city", ("branch",), ("school", "county", "city"), "city"),
        ("province", ("branch",), ("province",), "province"),
        # a 团支部 owns it and may not judge: the nearest committee, past the 团总支
        ("branch", ("sibling",), ("general", "school"), "school"),
        # the owner is the applicant's own
        ("branch", ("branch",), ("school", "county"), "school"),
        ("general", ("general",), ("general", "school"), "school"),
        ("school", ("branch", "school"), ("school", "county"), "county"),
        # nobody there: the next committee with an administrator
        ("school", ("branch",), ("county",), "county"),
        ("general", ("branch",), ("county",), "county"),
        ("school", ("branch",), ("city",), "city"),
        # nobody anywhere: waits at the nearest one that is not the applicant's
        ("school", ("branch",), (), "school"),
        ("school", ("branch", "school"), (), "county"),
        # the province filed it itself and nobody is above
        ("province", ("province",), ("province",), "province"),
    ],
)
def test_the_owner_of_the_segment_decides_or_the_nearest_committee_above(
    world, owner, own, staffed, expected
):
    handed_down(world, to=owner)
    filer = world.role(world.branch)
    for place in staffed:
        world.role(getattr(world, place))
    assert judge(world, NUMBER, own=own, holder="sibling", filer=filer) == expected


@pytest.mark.parametrize(
    ("holder", "own", "staffed", "expected"),
    [
        ("sibling", ("branch",), ("school", "county"), "school"),
        ("street_branch", ("branch",), ("street", "county"), "street"),
        ("branch", ("sibling",), ("general", "school"), "school"),
        ("sibling", ("branch", "school"), ("school", "county"), "county"),
        ("school", ("branch",), ("school", "county"), "county"),
        ("province", ("branch",), ("province",), "province"),
        ("sibling", ("branch",), (), "school"),
    ],
)
def test_a_number_of_no_segment_goes_to_who_reviews_the_holder(world, holder, own, staffed, expected):
    Role.objects.update(ended_at=timezone.now())
    filer = world.role(world.branch)
    for place in staffed:
        world.role(getattr(world, place))
    assert judge(world, OLD, own=own, holder=holder, filer=filer) == expected


def test_an_organisation_whose_only_administrator_filed_it_is_passed_over(world):
    handed_down(world, to="school")
    filer, _ = world.role(world.school), world.role(world.county)
    assert judge(world, NUMBER, own=("branch",), holder="sibling", filer=filer) == "county"
    world.role(world.school)
    assert judge(world, NUMBER, own=("branch",), holder="sibling", filer=filer) == "school"


def test_an_administrator_whose_duty_ended_is_none(world):
    handed_down(world, to="school")
    filer, gone, _ = world.role(world.branch), world.role(world.school), world.role(world.county)
    Role.objects.filter(pk=gone.pk).update(ended_at=timezone.now())
    assert judge(world, NUMBER, own=("branch",), holder="sibling", filer=filer) == "county"
