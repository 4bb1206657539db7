"""Two reviewers at the same moment, on two real connections: one decision, the other is told."""

from __future__ import annotations

import pytest

from archives.services import review
from archives.services.resubmission import resubmit
from members.models import Member
from orgs.models import AuditEvent, Notice
from tests.archives.cases import REASON, found_good, refused, uploaded, waiting
from tests.factories import plant_world
from tests.races import at_once, only
from zhtj.lib.states import StaleState

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


def approving(archive, role):
    return lambda: review.approve(archive, sha256=archive.upload.sha256, round=archive.round, by=role)


def refusing(archive, role):
    return lambda: review.refuse(
        archive, sha256=archive.upload.sha256, round=archive.round, reason=REASON, by=role
    )


def check_one_outcome(archive, results, winner_words):
    archive.refresh_from_db()
    told = only(StaleState, results)
    assert [results.count(None), len(told)] == [1, 1], results
    assert archive.state in winner_words
    assert f"已由 {archive.decided_by.name} 处理" in str(told[0])
    decisions = AuditEvent.objects.filter(subject=f"archive:{archive.pk}", verb__in=["approve", "refuse"])
    assert decisions.count() == 1
    assert Notice.objects.filter(subject=f"archive:{archive.pk}", kind="审核结果").count() == 1


def test_of_two_approvals_exactly_one_counts_and_the_other_is_told_by_whom():
    world = plant_world()
    branch, one, two = world.role(world.branch), world.role(world.school), world.role(world.school)
    for _ in range(ROUNDS):
        archive = waiting(branch)
        check_one_outcome(archive, at_once(approving(archive, one), approving(archive, two)), {"approved"})


def test_of_an_approval_and_a_refusal_exactly_one_counts_and_the_member_follows_it():
    world = plant_world()
    branch, one, two = world.role(world.branch), world.role(world.school), world.role(world.school)
    for _ in range(ROUNDS):
        archive = waiting(branch)
        results = at_once(approving(archive, one), refusing(archive, two))
        check_one_outcome(archive, results, {"approved", "refused"})
        member = Member.objects.get(pk=archive.member_id)
        expected = ("active", "held") if archive.state == "approved" else ("refused", "reserved")
        assert (member.state, member.holding.state) == expected


def test_of_two_new_files_for_a_refused_member_exactly_one_is_submitted():
    world = plant_world()
    branch, reviewer, colleague = world.role(world.branch), world.role(world.school), world.role(world.branch)
    for _ in range(ROUNDS):
        archive = refused(branch, reviewer)
        files = [uploaded(branch), uploaded(colleague)]
        results = at_once(
            lambda archive=archive, files=files: resubmit(archive.member, files[0], by=branch),
            lambda archive=archive, files=files: resubmit(archive.member, files[1], by=colleague),
        )
        assert len(only(StaleState, results)) == 1, results
        assert archive.member.archives.open().count() == 1


def test_a_new_file_and_its_verdict_at_the_same_moment_end_in_the_queue():
    world = plant_world()
    branch, reviewer = world.role(world.branch), world.role(world.school)
    for _ in range(ROUNDS):
        archive, upload = refused(branch, reviewer), uploaded(branch)
        results = at_once(
            lambda archive=archive, upload=upload: resubmit(archive.member, upload, by=branch),
            lambda upload=upload: found_good(upload),
        )
        assert not only(Exception, results), results
        assert archive.member.archives.order_by("-pk").first().state == "waiting"
