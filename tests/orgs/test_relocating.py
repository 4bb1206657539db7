"""Moving an organisation: the preview says what will change, an old preview moves nothing, a large move is a job."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client
from django.urls import reverse

from numbering.models import Holding
from orgs import jobs, relocating
from orgs.kinds import Kind
from orgs.models import AuditEvent, Job, Notice, Organization, Role, settled
from orgs.services import organizations, relocation
from orgs.services.moves import start_move
from orgs.services.placement import Refused
from orgs.services.relocation import moving
from tests.factories import World
from tests.orgs.trees import grow, tree_is_sound


def hold(organization: Organization, number: str) -> None:
    with transaction.atomic():
        holding = Holding(number=number, holder="演示甲")
        holding.place(settled(organization.pk))
        holding.save()


def test_a_preview_counts_what_will_change_and_writes_nothing(world: World, settings: object) -> None:
    by = world.role(world.province)
    organizations.deactivate(world.sibling, by=by)
    hold(world.branch, "202311000001")
    before = AuditEvent.objects.count()
    preview = moving(world.school, world.other_county, by)
    assert preview.kinds == [("团委", 1), ("团总支", 1), ("团支部", 1)]
    assert (preview.closed, preview.organizations, preview.size) == (1, 4, 5)
    assert (preview.rows, preview.records) == ([("编号占用", 1)], "1 条")
    assert AuditEvent.objects.count() == before
    settings.MOVE_IN_REQUEST = 5
    assert not preview.is_large
    settings.MOVE_IN_REQUEST = 4
    assert preview.is_large


def test_a_preview_refuses_what_the_move_refuses(world: World) -> None:
    by = world.role(world.province)
    grow(world.other_county, Kind.COMMITTEE, by, world.school.name)
    refused = {
        "name": (world.school, world.other_county),
        "kind": (world.county, world.other_school),
        "below_itself": (world.school, world.general),
        "same_parent": (world.school, world.county),
        "root": (world.province, world.city),
    }
    for code, (organization, to) in refused.items():
        for act in (
            lambda one, there: moving(one, there, by),
            lambda one, there: organizations.move(one, to=there, by=by),
        ):
            with pytest.raises(Refused) as caught:
                act(organization, to)
            assert caught.value.code == code
    with pytest.raises(PermissionDenied):
        moving(world.school, world.other_county, world.role(world.county))


def test_an_old_preview_moves_nothing(world: World) -> None:
    by = world.role(world.province)
    spare = grow(world.school, Kind.BRANCH, by)

    def one_in_one_out() -> None:
        grow(world.general, Kind.BRANCH, by)
        organizations.move(spare, to=world.county, by=by)

    changes = [
        lambda: organizations.rename(world.other_county, name="共青团新县委员会", short_name="新县", by=by),
        lambda: grow(world.general, Kind.BRANCH, by),
        lambda: organizations.rename(world.branch, name="高一甲班团支部", short_name="甲班", by=by),
        lambda: organizations.rename(world.branch, name="高一甲班团支部", short_name="高一甲班", by=by),
        lambda: organizations.change_kind(world.general, kind=Kind.COMMITTEE, by=by),
        one_in_one_out,
        lambda: organizations.move(world.branch, to=world.school, by=by),
        lambda: organizations.deactivate(world.sibling, by=by),
        lambda: organizations.move(world.other_county, to=world.city, by=by),
    ]
    for change in changes:
        seen = moving(world.school, world.other_county, by).seen
        change()
        with pytest.raises(Refused, match="预览之后") as caught:
            organizations.move(world.school, to=world.other_county, by=by, seen=seen)
        assert caught.value.code == "stale"
    seen = moving(world.school, world.other_county, by).seen
    hold(world.branch, "202311000001")  # people and numbers come and go, and move along
    organizations.move(world.school, to=world.other_county, by=by, seen=seen)
    assert Holding.objects.under(world.other_county).count() == 1
    assert tree_is_sound()


def started(world: World) -> Job:
    by = world.role(world.province)
    seen = moving(world.school, world.other_county, by).seen
    return start_move(world.school, to=world.other_county, by=by, seen=seen)


def told(job: Job) -> list[tuple[str, str, str, str]]:
    rows = Notice.objects.filter(subject=f"job:{job.pk}")
    return [(one.kind, one.title, one.link, one.verb) for one in rows]


def test_a_large_move_is_a_job_without_a_file(world: World) -> None:
    job = started(world)
    assert start_move(world.school, to=world.other_county, by=job.role, seen=job.params["seen"]) == job
    jobs.run(job.pk)
    job.refresh_from_db()
    world.branch.refresh_from_db()
    assert (job.state, job.error, job.file_name, job.has_file) == (Job.State.DONE, "", "", False)
    assert world.branch.is_at_or_below(world.other_county)
    assert told(job) == [("组织管理", "移动“丙中学团委”到“己县团县委”已完成", "job", "查看")]
    verbs = ["move_organization.start", "organization.move", "job"]
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))[-3:] == verbs
    assert tree_is_sound()


def test_the_page_of_a_finished_move_offers_no_file(world: World, log_in: Callable[[Role], Client]) -> None:
    job = started(world)
    jobs.run(job.pk)
    page = log_in(job.role).get(reverse("job", args=[job.uuid])).content.decode()
    assert "已经生效，没有结果文件。" in page
    assert "文件已过期" not in page and reverse("job-file", args=[job.uuid]) not in page


def test_a_worker_killed_after_the_move_leaves_a_job_that_ends_as_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = started(world)

    def killed(*args: object, **options: object) -> None:
        raise RuntimeError("killed between the move and its report")

    with monkeypatch.context() as patched:
        patched.setattr(jobs, "_finish", killed)
        jobs.run(job.pk)
    assert Job.objects.get(pk=job.pk).state == Job.State.RUNNING
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.DONE, 2)
    assert AuditEvent.objects.filter(verb="organization.move").count() == 1


def test_a_job_whose_preview_no_longer_holds_ends_with_words(world: World) -> None:
    job = started(world)
    grow(world.general, Kind.BRANCH, job.role)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (
        Job.State.FAILED, relocation.CHANGED.format(name=world.school.name),
    )  # fmt: skip
    assert Organization.objects.get(pk=world.school.pk).parent_id == world.county.pk
    with pytest.raises(Refused, match="预览之后"):
        start_move(world.school, to=world.other_county, by=job.role, seen=job.params["seen"])


def test_a_job_of_someone_whose_reach_has_shrunk_moves_nothing(world: World) -> None:
    by = world.role(world.city)
    seen = moving(world.branch, world.street, by).seen
    job = start_move(world.branch, to=world.street, by=by, seen=seen)
    organizations.move(world.school, to=world.other_county, by=world.role(world.province))
    jobs.run(job.pk)
    assert Job.objects.get(pk=job.pk).error == relocating.GONE


def test_only_who_manages_organisations_has_them_moved(world: World) -> None:
    with pytest.raises(PermissionDenied):
        start_move(world.branch, to=world.street, by=world.role(world.branch), seen="")
    assert not Job.objects.exists()
