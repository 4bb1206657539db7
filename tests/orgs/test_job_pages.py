"""A job's page and its file: what they say, to whom, and that each download is on record."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orgs import jobs
from orgs.models import AuditEvent, Duty, Heartbeat, Job, Notice, Role
from orgs.services import jobs as service
from tests.factories import RoleFactory, World
from tests.orgs import handlers  # noqa: F401 registers the kinds of jobs used here

MISSING = "后台任务未运行，请联系管理员"


@pytest.fixture
def role(log_in: object, committee_role: Role) -> Role:
    log_in(committee_role)
    return committee_role


def start(role: Role, kind: str = "test_table") -> Job:
    return service.start(kind, title="组织表导出", params={}, by=role)


def done(role: Role) -> Job:
    job = start(role)
    jobs.run(job.pk)
    return Job.objects.get(pk=job.pk)


def beat(seconds_ago: int) -> None:
    at = timezone.now() - timedelta(seconds=seconds_ago)
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": at})


def page(client: Client, job: Job, **headers: str) -> str:
    return client.get(reverse("job", args=[job.uuid]), headers=headers).content.decode()


def fetch(client: Client, job: Job) -> object:
    return client.get(reverse("job-file", args=[job.uuid]))


def downloads(job: Job) -> list[Role]:
    fetched = AuditEvent.objects.filter(subject=f"job:{job.pk}", verb="download")
    return [one.role for one in fetched.order_by("pk")]


def test_a_waiting_job_says_so_and_asks_for_itself_each_second(client: Client, role: Role) -> None:
    beat(5)
    shown = page(client, start(role))
    assert "排队中" in shown and MISSING not in shown
    assert 'data-hx-trigger="every 1s"' in shown
    assert ">刷新</a></noscript>" in shown
    assert ">下载</a>" not in shown


def test_progress_is_a_bar_with_figures_and_the_panel_alone_is_asked_for(client: Client, role: Role) -> None:
    job = start(role)
    jobs._lease(job.pk)
    Job.objects.filter(pk=job.pk).update(done=30, total=120)
    panel = page(client, job, **{"HX-Request": "true"})
    assert "<html" not in panel
    assert "30 / 120" in panel and "25%" in panel and "进行中" in panel
    assert '<progress class="zt-bar" max="120" value="30"' in panel


def test_when_it_is_over_the_page_loads_anew_and_asks_no_more(client: Client, role: Role) -> None:
    job = done(role)
    answer = client.get(reverse("job", args=[job.uuid]), headers={"HX-Request": "true"})
    assert answer.headers["HX-Refresh"] == "true"
    shown = page(client, job)
    assert "已完成" in shown and "组织表.xlsx" in shown
    assert "every 1s" not in shown
    assert f'href="{reverse("job-file", args=[job.uuid])}"' in shown


@pytest.mark.parametrize(("seconds", "said"), [(None, True), (61, True), (50, False)])
def test_a_missing_worker_is_said_in_words(
    client: Client, role: Role, seconds: int | None, said: bool
) -> None:
    if seconds is not None:
        beat(seconds)
    assert (MISSING in page(client, start(role))) is said


def test_a_worker_that_is_busy_with_a_long_job_is_not_missing(
    client: Client, role: Role, world: World
) -> None:
    beat(300)
    elsewhere = start(world.role(world.county))
    waiting = start(role)
    assert MISSING in page(client, waiting)
    jobs._lease(elsewhere.pk)
    assert MISSING not in page(client, waiting)
    assert MISSING not in page(client, done(world.role(world.school)))


def test_failure_is_told_in_words(client: Client, role: Role) -> None:
    job = start(role, "test_refused")
    jobs.run(job.pk)
    shown = page(client, job)
    assert "未完成" in shown and "2030 年没有号段，请改选年份后重新导出。" in shown
    assert "every 1s" not in shown
    assert fetch(client, job).url == reverse("job", args=[job.uuid])
    assert downloads(job) == []


def test_the_file_is_a_private_attachment_and_every_download_is_on_record(
    client: Client, role: Role, world: World, log_in: object
) -> None:
    job = done(role)
    answer = fetch(client, job)
    assert b"".join(answer.streaming_content) == job.path.read_bytes()
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%E7%BB%84")
    assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    colleague = world.role(world.school)
    log_in(colleague)
    b"".join(fetch(client, job).streaming_content)
    assert downloads(job) == [role, colleague]


def test_nginx_sends_it_where_there_is_one(client: Client, role: Role, settings: object) -> None:
    settings.FILES_BY_NGINX = True
    job = done(role)
    answer = fetch(client, job)
    assert answer.headers["X-Accel-Redirect"] == f"/protected-jobs/{job.uuid.hex}.bin"
    assert answer.content == b""
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert downloads(job) == [role]


def test_only_administrators_of_the_organisation_that_asked_see_it(
    client: Client, role: Role, world: World
) -> None:
    job = done(role)
    others = [world.role(one) for one in (world.province, world.county, world.general, world.other_school)]
    for other in [*others, RoleFactory(organization=world.school, duty=Duty.CADRE)]:
        client.force_login(other.user)
        for name in ("job", "job-file"):
            answer = client.get(reverse(name, args=[job.uuid]))
            assert answer.status_code == 404
            assert job.title not in answer.content.decode()
    assert downloads(job) == []


def test_an_expired_file_is_said_to_be_expired_wherever_one_asks(
    client: Client, role: Role, settings: object
) -> None:
    job = done(role)
    past = time.time() - settings.JOB_FILE_DAYS * 86400 - 60
    os.utime(job.path, (past, past))
    from orgs import tasks

    tasks.purge()
    notice = Notice.objects.get(kind="导出")
    for url, method in (
        (reverse("job-file", args=[job.uuid]), "get"),
        (reverse("notice", args=[notice.pk]), "post"),
    ):
        shown = getattr(client, method)(url, follow=True).content.decode()
        assert "文件已过期，请重新导出。" in shown
        assert ">下载</a>" not in shown
    assert downloads(job) == []


def test_a_page_that_asks_by_itself_does_not_keep_the_login_alive(client: Client, role: Role) -> None:
    job = start(role)
    session = client.session
    session["seen"] = long_ago = time.time() - 600
    session.save()
    page(client, job, **{"HX-Request": "true", "X-Poll": "1"})
    assert client.session["seen"] == long_ago
    assert "X-Poll" in page(client, job)
    assert client.session["seen"] > long_ago


def test_asking_costs_a_handful_of_statements(client: Client, role: Role) -> None:
    beat(1)
    job = start(role)
    page(client, job, **{"HX-Request": "true"})
    with CaptureQueriesContext(connection) as asked:
        page(client, job, **{"HX-Request": "true"})
    assert len(asked) <= 6, [one["sql"] for one in asked.captured_queries]
