"""A large move that outlasts its lease, or is made by somebody else meanwhile: done once, and told as done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from numbering.models import Holding
from orgs import jobs, tasks
from orgs.kinds import Kind
from orgs.models import AuditEvent, Job, Notice, Organization, settled
from orgs.services import organizations
from orgs.services.moves import start_move
from orgs.services.relocation import moving
from tests.orgs.trees import at_once, grow, in_background, plant, tree_is_sound

pytestmark = pytest.mark.django_db(transaction=True)


def started() -> tuple[Job, Organization, Organization]:
    """A move that waits for a worker, of what, and whereto."""
    province, admin = plant()
    committee, to = (grow(province, Kind.COMMITTEE, admin, name) for name in ("甲中学团委", "乙中学团委"))
    branch = grow(committee, Kind.BRANCH, admin)
    with transaction.atomic():
        holding = Holding(number="202311000001", holder="演示甲")
        holding.place(settled(branch.pk))
        holding.save()
    seen = moving(branch, to, admin).seen
    return start_move(branch, to=to, by=admin, seen=seen), branch, to


def is_done_once(job: Job, branch: Organization, to: Organization) -> bool:
    job.refresh_from_db()
    branch.refresh_from_db()
    assert (job.state, job.error, branch.parent_id) == (Job.State.DONE, "", to.pk)
    told = Notice.objects.filter(subject=f"job:{job.pk}").order_by("pk")
    assert [one.title for one in told] == [f"{job.title}已完成"]
    assert AuditEvent.objects.filter(verb="organization.move").count() == 1
    return tree_is_sound()


@pytest.mark.parametrize("attempts", [jobs.ATTEMPTS, 1])
def test_a_move_that_outlasts_its_lease_is_neither_begun_anew_nor_given_up(
    monkeypatch: pytest.MonkeyPatch, attempts: int
) -> None:
    job, branch, to = started()
    monkeypatch.setattr(jobs, "LEASE", timedelta(0))
    monkeypatch.setattr(jobs, "ATTEMPTS", attempts)
    with in_background(lambda: jobs.run(job.pk)) as start_and_block, transaction.atomic():
        Holding.objects.select_for_update().get()  # the move has put the branch there, and waits for this row
        start_and_block()
        at_once(lambda: jobs.run(job.pk), tasks.sweep_jobs)
        assert not Notice.objects.filter(subject=f"job:{job.pk}").exists()
    assert is_done_once(job, branch, to)
    assert job.attempts == 1


def test_a_move_made_by_somebody_else_while_the_job_waits_for_the_tree_ends_as_done() -> None:
    job, branch, to = started()
    with in_background(lambda: jobs.run(job.pk)) as start_and_block, transaction.atomic():
        organizations.move(branch, to=to, by=job.role)
        start_and_block()
    assert is_done_once(job, branch, to)


def test_a_run_that_lost_its_lease_leaves_no_word() -> None:
    job, _, _ = started()
    late = jobs._lease(job.pk)
    assert late is not None
    Job.objects.filter(pk=job.pk).update(attempts=2)  # another one has begun
    jobs.fail(late, jobs.TOO_LONG)
    assert Job.objects.get(pk=job.pk).state == Job.State.RUNNING
    assert not Notice.objects.filter(subject=f"job:{job.pk}").exists()
