"""Jobs through a real worker, and through two at once."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from orgs import jobs, tasks
from orgs.models import AuditEvent, Job, Notice, Role
from orgs.services import jobs as service
from tests.factories import World, plant_world
from tests.orgs import handlers
from tests.races import at_once
from tests.workers import kill, listen_at, wait_until, worker

pytestmark = pytest.mark.django_db(transaction=True)
HANDLERS = handlers.__name__


@pytest.fixture(autouse=True)
def quiet_bell(tmp_path: Path) -> None:
    listen_at(tmp_path / "broker")


@pytest.fixture
def role() -> Role:
    world: World = plant_world()
    return world.role(world.school)


def start(role: Role, kind: str) -> Job:
    return service.start(kind, title="组织表导出", params={}, by=role)


def state_of(job: Job) -> str:
    return Job.objects.values_list("state", flat=True).get(pk=job.pk)


def ends(job: Job) -> int:
    return AuditEvent.objects.filter(subject=f"job:{job.pk}", verb="job").count()


def test_asked_for_on_a_page_done_by_a_worker_fetched_from_the_inbox(
    tmp_path: Path, role: Role, client: Client
) -> None:
    client.force_login(role.user)
    with worker(tmp_path / "broker", include=HANDLERS):
        job = start(role, "test_table")
        wait_until(lambda: state_of(job) == "done", "the job is done")
    notice = Notice.objects.get(kind="导出")
    page = client.get(reverse("inbox"), {"tab": "result"}).content.decode()
    assert "组织表导出已完成" in page and ">下载<" in page
    answer = client.post(reverse("notice", args=[notice.pk]), follow=True)
    body = b"".join(answer.streaming_content)
    assert load_workbook(BytesIO(body)).active["A2"].value == role.organization.name
    assert ends(job) == 1


def test_a_killed_worker_leaves_a_job_that_the_next_one_does_and_it_is_told_once(
    tmp_path: Path, role: Role, settings: object
) -> None:
    with worker(tmp_path / "broker", include=HANDLERS) as first:
        job = start(role, "test_held")
        wait_until(lambda: Job.objects.filter(pk=job.pk, done=1).exists(), "a worker is at it")
        kill(first)
    assert (state_of(job), ends(job)) == ("running", 0)
    Job.objects.filter(pk=job.pk).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )  # the lease runs out
    Path(settings.JOB_DIR).mkdir(exist_ok=True)
    (Path(settings.JOB_DIR) / "go").touch()
    with worker(tmp_path / "broker", include=HANDLERS):
        tasks.sweep_jobs()
        wait_until(lambda: state_of(job) == "done", "the next worker did it", seconds=60)
    job.refresh_from_db()
    assert (job.attempts, ends(job), Notice.objects.filter(kind="导出").count()) == (2, 1, 1)
    assert job.path.read_bytes() == b"held"


def test_two_workers_at_once_do_it_once(role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[int] = []

    def counted(job: Job, progress: jobs.Progress) -> tuple[str, bytes]:
        runs.append(job.attempts)
        progress(1, 1)
        return "结果.xlsx", b"once"

    monkeypatch.setitem(jobs._handlers, "test_counted", counted)
    job = start(role, "test_counted")
    assert at_once(*[lambda: jobs.run(job.pk)] * 4) == [None] * 4
    assert runs == [1]
    assert (state_of(job), ends(job), Notice.objects.filter(kind="导出").count()) == ("done", 1, 1)


def test_finishing_and_giving_up_at_once_end_it_once(role: Role) -> None:
    job = start(role, "test_table")
    taken = jobs._lease(job.pk)
    assert taken is not None
    Job.objects.filter(pk=job.pk).update(attempts=3, lease_until=timezone.now() - timedelta(seconds=1))
    taken.attempts = 3

    def finish() -> None:
        with jobs._on_disk(b"result") as file:
            jobs._finish(taken, "结果.xlsx", file)

    at_once(finish, tasks.sweep_jobs)
    job.refresh_from_db()
    assert job.state in {"done", "failed"}
    assert job.has_file == (job.state == "done")
    assert (ends(job), Notice.objects.filter(kind="导出").count()) == (1, 1)
