"""Replacements at the same moment, on real connections: always one file in force, and never two that wait."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from archives.models import Archive
from archives.services import replacement, review
from orgs.models import Organization, Role
from orgs.services import organizations
from tests.archives.cases import REASON, approved, found_good, replacing, uploaded
from tests.factories import plant_world
from tests.races import at_once, only
from zhtj.lib.states import StaleState

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4
WHY = "原来上传的是另一名同学的志愿书"


def asking(old, role):
    upload = uploaded(role)
    return lambda: replacement.replace(old.member, upload, instead_of=old, reason=WHY, by=role)


def deciding(act, archive, role, **more):
    return lambda: act(archive, sha256=archive.upload.sha256, round=archive.round, by=role, **more)


def states(old) -> list[str]:
    return list(Archive.objects.filter(member=old.member_id).order_by("pk").values_list("state", flat=True))


def test_of_two_replacements_exactly_one_waits_and_the_other_is_told():
    world = plant_world()
    branch, school, county = (world.role(one) for one in (world.branch, world.school, world.county))
    for _ in range(ROUNDS):
        old = approved(branch, school)
        results = at_once(asking(old, school), asking(old, county))
        told = only(StaleState, results)
        assert [len(told), len(only(Archive, results))] == [1, 1], results
        assert "正在审核" in str(told[0])
        assert states(old) == ["approved", "checking"]


def test_one_file_sent_in_for_two_members_belongs_to_one():
    world = plant_world()
    branch, school = world.role(world.branch), world.role(world.school)
    for _ in range(ROUNDS):
        olds, upload = [approved(branch, school), approved(branch, school)], uploaded(school)
        results = at_once(
            *(
                lambda old=old, upload=upload: replacement.replace(
                    old.member, upload, instead_of=old, reason=WHY, by=school
                )
                for old in olds
            )
        )
        assert [len(only(StaleState, results)), len(only(Archive, results))] == [1, 1], results
        assert sorted(len(states(old)) for old in olds) == [1, 2]


@pytest.mark.parametrize("decision", ["approve", "refuse"])
def test_a_replacement_while_another_is_decided_never_leaves_two_nor_none(decision):
    world = plant_world()
    branch, school, county = (world.role(one) for one in (world.branch, world.school, world.county))
    more = {"reason": REASON} if decision == "refuse" else {}
    for _ in range(ROUNDS):
        old = approved(branch, school)
        new = replacing(old, school)
        results = at_once(deciding(getattr(review, decision), new, county, **more), asking(old, school))
        assert results[0] is None, results
        assert isinstance(results[1], StaleState | Archive), results
        found = states(old)
        assert found.count("approved") == 1 and len(set(found) & {"checking", "waiting"}) <= 1
        if decision == "approve":  # the file the page showed is not in force any more, or one was open still
            assert (
                isinstance(results[1], StaleState) and str(results[1]) and found == ["replaced", "approved"]
            )


def test_of_two_decisions_on_a_replacement_one_counts_and_one_file_is_in_force():
    world = plant_world()
    branch, school = world.role(world.branch), world.role(world.school)
    one, two = world.role(world.county), world.role(world.county)
    for _ in range(ROUNDS):
        old = approved(branch, school)
        new = replacing(old, school)
        results = at_once(
            deciding(review.approve, new, one), deciding(review.refuse, new, two, reason=REASON)
        )
        assert [results.count(None), len(only(StaleState, results))] == [1, 1], results
        assert states(old) in (["replaced", "approved"], ["approved", "refused"])


def test_a_verdict_at_the_moment_of_the_replacement_ends_in_the_queue():
    world = plant_world()
    branch, school = world.role(world.branch), world.role(world.school)
    for _ in range(ROUNDS):
        old, upload = approved(branch, school), uploaded(school)
        results = at_once(
            lambda old=old, upload=upload: replacement.replace(
                old.member, upload, instead_of=old, reason=WHY, by=school
            ),
            lambda upload=upload: found_good(upload),
        )
        assert not only(Exception, results), results
        assert states(old) == ["approved", "waiting"]


def test_a_move_at_the_moment_of_the_replacement_leaves_it_with_someone_above_the_member():
    world = plant_world()
    branch, school, top = world.role(world.branch), world.role(world.school), world.role(world.province)
    homes = [world.other_school, world.general] * 2
    for home in homes:
        asker = school if home == world.other_school else world.role(world.other_school)
        old = approved(Role.objects.get(pk=branch.pk), asker)
        results = at_once(
            asking(old, asker),
            lambda home=home: organizations.move(
                Organization.objects.get(pk=world.branch.pk), to=home, by=top
            ),
        )
        assert results[1] is None, results
        archive = Archive.objects.filter(member=old.member_id).open().select_related("organization").first()
        if archive is None:  # the move came first: the asker stands over nobody there any more
            assert isinstance(results[0], PermissionDenied), results
            assert states(old) == ["approved"]
        else:
            assert archive.organization.is_at_or_below(archive.reviewer)
