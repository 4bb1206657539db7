"""Background jobs: done once, begun again when a worker dies, never without an end, told in words."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from openpyxl import load_workbook

from orgs import housekeeping, jobs, tasks
from orgs.models import AuditEvent, Duty, Job, Notice, NoticeRead, Role
from orgs.services import jobs as service
from orgs.services import notices
from tests.factories import RoleFactory, World
from tests.orgs import handlers  # noqa: F401 registers the kinds of jobs used here

State = Job.State


def start(by: Role, kind: str = "test_table", **params: object) -> Job:
    return service.start(kind, title="组织表导出", params=params, by=by)


def told(by: Role) -> list[tuple[str, str, str]]:
    rows = Notice.objects.visible_to(by).filter(kind="导出", sort="result")
    return [(one.title, one.body, one.verb) for one in rows]


def audited(job: Job) -> list[tuple[str, str]]:
    return list(
        AuditEvent.objects.filter(subject=f"job:{job.pk}").order_by("pk").values_list("verb", "to_state")
    )


def lapse(job: Job) -> None:
    """The lease runs out."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_job_becomes_a_file_for_us_alone_a_notice_and_two_entries_in_the_audit(
    committee_role: Role,
) -> None:
    job = start(committee_role)
    assert (job.state, job.organization) == (State.QUEUED, committee_role.organization)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.attempts, job.lease_until) == (State.DONE, 1, 1, 1, None)
    assert job.path.stat().st_mode & 0o777 == 0o600
    assert job.path.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in job.path.parent.iterdir()] == [job.path.name]
    assert load_workbook(BytesIO(job.path.read_bytes())).active["B2"].value == "=1+1"
    assert told(committee_role) == [("组织表导出已完成", "文件保留 7 天。", "下载")]
    assert audited(job) == [("export", "queued"), ("job", "done")]


def test_only_administrators_start_jobs(world: World) -> None:
    cadre = RoleFactory(organization=world.school, duty=Duty.CADRE)
    with pytest.raises(PermissionDenied):
        start(cadre)
    assert not Job.objects.exists()


def test_asked_for_twice_it_is_done_once_until_it_is_over(committee_role: Role, world: World) -> None:
    first = start(committee_role, year=2026)
    assert start(committee_role, year=2026) == first
    assert start(committee_role, year=2025) != first
    assert start(world.role(world.school), year=2026) != first  # a colleague sees what the colleague may
    jobs.run(first.pk)
    assert start(committee_role, year=2026) != first
    assert audited(first) == [("export", "queued"), ("job", "done")]


def test_a_dead_broker_costs_nothing_and_the_sweep_rings_again(
    committee_role: Role, django_capture_on_commit_callbacks: object, tmp_path: Path
) -> None:
    from zhtj.celery import app

    good = app.conf.broker_url, app.conf.broker_transport_options
    app.conf.broker_url, app.conf.broker_transport_options = (
        "redis://127.0.0.1:1/0",
        {"socket_connect_timeout": 0.2},
    )
    app._pool = app.amqp._producer_pool = None
    began = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        job = start(committee_role)
    assert time.monotonic() - began < 5
    assert Job.objects.get(pk=job.pk).state == State.QUEUED
    app.conf.broker_url, app.conf.broker_transport_options = good
    app._pool = app.amqp._producer_pool = None
    tasks.sweep_jobs()
    rung = [path.read_text() for path in (tmp_path / "broker").iterdir() if path.suffix == ".msg"]
    assert len(rung) == 1
    assert "orgs.tasks.run_job" in rung[0]


def test_a_job_of_a_transaction_that_fails_never_was(committee_role: Role) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        start(committee_role)
        raise RuntimeError
    assert not Job.objects.exists()


def test_a_live_lease_keeps_others_away_and_a_lapsed_one_lets_them_begin_again(committee_role: Role) -> None:
    job = start(committee_role)
    taken = jobs._lease(job.pk)
    assert taken is not None and taken.state == State.RUNNING
    jobs.run(job.pk)
    assert Job.objects.get(pk=job.pk).state == State.RUNNING
    lapse(job)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.DONE, 2)
    jobs.run(job.pk)  # a late bell
    assert (len(told(committee_role)), audited(job)) == (1, [("export", "queued"), ("job", "done")])


@pytest.mark.parametrize("stops_at", ["progress", "end"])
def test_a_run_that_lost_its_lease_leaves_the_result_of_the_next_one_alone(
    committee_role: Role, monkeypatch: pytest.MonkeyPatch, stops_at: str
) -> None:
    runs = []

    def slow(job: Job, progress: jobs.Progress) -> tuple[str, bytes]:
        runs.append(job.attempts)
        if job.attempts == 1:
            lapse(job)
            jobs.run(job.pk)
            if stops_at == "progress":
                progress(1, 1)
                raise AssertionError("went on without a lease")
        return "结果.xlsx", b"run %d" % job.attempts

    monkeypatch.setitem(jobs._handlers, "test_slow", slow)
    job = start(committee_role, "test_slow")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert runs == [1, 2]
    assert (job.state, job.path.read_bytes()) == (State.DONE, b"run 2")
    assert len(list(job.path.parent.iterdir())) == len(told(committee_role)) == 1


def test_progress_renews_the_lease(committee_role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def long(job: Job, progress: jobs.Progress) -> tuple[str, bytes]:
        lapse(job)
        progress(3, 7)
        current = Job.objects.get(pk=job.pk)
        seen.append((current.done, current.total, Job.objects.idle(timezone.now()).exists()))
        return "结果.xlsx", b""

    monkeypatch.setitem(jobs._handlers, "test_long", long)
    jobs.run(start(committee_role, "test_long").pk)
    assert seen == [(3, 7, False)]


def test_after_three_failures_it_ends_with_words_and_a_notice_and_no_trace_of_the_error(
    committee_role: Role,
) -> None:
    job = start(committee_role, "test_broken")
    for attempt in (1, 2, 3):
        jobs.run(job.pk)
        job.refresh_from_db()
        assert (job.state, job.attempts) == (State.RUNNING, attempt)
        assert Job.objects.idle(timezone.now()).get() == job  # rung again by the next sweep
    jobs.run(job.pk)
    assert Job.objects.get(pk=job.pk).attempts == 3
    tasks.sweep_jobs()
    job.refresh_from_db()
    assert (job.state, job.error) == (State.FAILED, jobs.BROKEN)
    assert "Error" not in job.error and "110101" not in job.error
    assert told(committee_role) == [("组织表导出未完成", jobs.BROKEN, "查看")]
    assert audited(job) == [("export", "queued"), ("job", "failed")]
    tasks.sweep_jobs()
    assert len(told(committee_role)) == 1


def test_a_worker_that_dies_three_times_is_not_tried_a_fourth(committee_role: Role) -> None:
    job = start(committee_role)
    for _ in range(3):
        assert jobs._lease(job.pk) is not None
        lapse(job)
    assert jobs._lease(job.pk) is None
    tasks.sweep_jobs()
    job.refresh_from_db()
    assert (job.state, job.error) == (State.FAILED, jobs.BROKEN)


@pytest.mark.parametrize(
    ("kind", "words"),
    [("test_refused", "2030 年没有号段，请改选年份后重新导出。"), ("test_forbidden", jobs.NOT_ALLOWED)],
)
def test_what_cannot_be_done_is_not_tried_again(committee_role: Role, kind: str, words: str) -> None:
    job = start(committee_role, kind)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error, job.attempts) == (State.FAILED, words, 1)
    assert told(committee_role) == [("组织表导出未完成", words, "查看")]


def test_what_takes_too_long_is_told_so(committee_role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(job: Job, progress: jobs.Progress) -> tuple[str, bytes]:
        raise SoftTimeLimitExceeded

    monkeypatch.setitem(jobs._handlers, "test_endless", endless)
    job = start(committee_role, "test_endless")
    jobs.run(job.pk)
    assert Job.objects.get(pk=job.pk).error == jobs.TOO_LONG
    assert tasks.run_job.soft_time_limit == 15 * 60 < tasks.run_job.time_limit


def test_a_role_taken_away_meanwhile_gets_nothing(committee_role: Role) -> None:
    job = start(committee_role)
    Role.objects.filter(pk=committee_role.pk).update(ended_at=timezone.now())
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (State.FAILED, jobs.NOT_ALLOWED)
    assert not job.path.exists()


def test_a_full_disk_leaves_no_half_file_and_is_tried_again(
    committee_role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start(committee_role)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.has_file) == (State.RUNNING, False)
    assert list(job.path.parent.iterdir()) == []
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.has_file) == (State.DONE, True)


def test_results_go_after_their_days_and_the_row_stays(committee_role: Role, settings: object) -> None:
    old, new = start(committee_role, n=1), start(committee_role, n=2)
    for job in (old, new):
        jobs.run(job.pk)
        job.refresh_from_db()
    past = time.time() - (settings.JOB_FILE_DAYS * 86400 + 60)
    os.utime(old.path, (past, past))
    tasks.purge()
    assert (old.has_file, new.has_file) == (False, True)
    assert Job.objects.count() == 2


def test_purging_before_there_was_any_job_is_no_error(db: None) -> None:
    tasks.purge()


def test_results_and_done_to_dos_stay_a_year_and_what_waits_stays(world: World) -> None:
    def tell(subject: str, sort: str, days: int) -> Notice:
        notices.tell(world.school, sort=sort, kind="待审核", title=subject, subject=subject)
        notice = Notice.objects.latest("pk")
        Notice.objects.filter(pk=notice.pk).update(created_at=timezone.now() - timedelta(days=days))
        return notice

    Sort = Notice.Sort
    year = housekeeping.NOTICE_DAYS
    gone = tell("gone", Sort.RESULT, year + 1)
    NoticeRead.objects.create(notice=gone, user=world.role(world.school).user)
    tell("fresh", Sort.NEWS, year - 1)
    tell("waiting", Sort.TODO, year + 1)
    tell("done lately", Sort.TODO, year + 1)
    notices.finish("done lately", by=None)
    tell("done long ago", Sort.TODO, year + 9)
    notices.finish("done long ago", by=None)
    Notice.objects.filter(subject="done long ago").update(done_at=timezone.now() - timedelta(days=year + 1))
    tasks.purge()
    assert set(Notice.objects.values_list("subject", flat=True)) == {"fresh", "waiting", "done lately"}
