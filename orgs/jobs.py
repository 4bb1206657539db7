"""Long work: who does which kind, and one run of it under a lease.

A handler makes the content of a file, or does something and makes none:

    @jobs.handler("members_export")
    def export(job: Job, progress: Progress) -> tuple[str, bytes]: ...

    @jobs.handler("move_organization", act=Act.MANAGE_ORGANIZATIONS, about="组织管理", in_one=True)
    def move(job: Job, progress: Progress) -> None: ...

`act` is what the role must be allowed when it is asked for and again when it is done; `about` is the matter in 操作中心. It lies in the app that has the data, is imported by that app's tasks.py, starts its reads from `visible_to(job.role)`, and calls
`progress(done, total)` outside any transaction, at least once a minute; or it is `in_one` transaction with the end of its job, and needs no
lease while that lasts. It may run again from the beginning.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from orgs.flow import JOB
from orgs.models import Job, Notice, Role
from orgs.policy import Act, require
from orgs.services import audit, notices
from zhtj.lib.states import StaleState, move

log = logging.getLogger(__name__)
Progress = Callable[[int, int], None]
R = TypeVar("R", bound=tuple[str, bytes] | None)
Handler = Callable[[Job, Progress], tuple[str, bytes] | None]

LEASE = timedelta(seconds=120)
ATTEMPTS = 3
MINUTES = 15
"""What one run may take; a handler that needs longer is told so."""
WRITE_SECONDS = 0.5
"""Between two progress reports that are written."""

BROKEN = f"系统出错，已自动尝试 {ATTEMPTS} 次仍未完成。请稍后重新提交，仍不成功请联系管理员。"
TOO_LONG = f"{MINUTES} 分钟内未能完成。请缩小范围（如选择下级组织或单个年份）后重新提交。"
NOT_ALLOWED = "提交时所用的身份已经停用或没有此项权限。请以现在的身份重新提交，或联系上级团组织管理员。"

_handlers: dict[str, Handler] = {}
_acts: dict[str, Act] = {}
_abouts: dict[str, str] = {}
_in_one: set[str] = set()


class JobRefused(Exception):
    """Raised by a handler: it cannot be done, and trying again does not help. The message is for people."""


class _LeaseLost(Exception):
    """This run took too long and another one has begun."""


def handler(
    kind: str, *, act: Act = Act.EXPORT, about: str = "导出", in_one: bool = False
) -> Callable[[Callable[[Job, Progress], R]], Callable[[Job, Progress], R]]:
    """Register who does this kind of job."""

    def register(found: Callable[[Job, Progress], R]) -> Callable[[Job, Progress], R]:
        _handlers[kind], _acts[kind], _abouts[kind] = found, act, about
        if in_one:
            _in_one.add(kind)
        return found

    return register


def act_of(kind: str) -> Act:
    """What a role must be allowed to have this kind of job done."""
    return _acts.get(kind, Act.EXPORT)


def run(job_id: int) -> None:
    """Do a job once; safe to call again, and harmless where another worker is at it."""
    job = _lease(job_id)
    if job is None:
        return
    try:
        _insist_on_role(job)
        with _held(job) if job.kind in _in_one else nullcontext():
            made = _handlers[job.kind](job, _progress_of(job))
            if made is None:
                _finish(job)
            else:
                with _on_disk(made[1]) as file:
                    _finish(job, made[0], file)
    except JobRefused as refused:
        fail(job, str(refused))
    except PermissionDenied:
        fail(job, NOT_ALLOWED)
    except SoftTimeLimitExceeded:
        fail(job, TOO_LONG)
    except _LeaseLost:
        log.warning("job %s is done by someone else", job.pk)
    except Exception:
        log.exception("job %s failed, attempt %s", job.pk, job.attempts)
        _let_go(job)


def fail(job: Job, words: str) -> None:
    """The end without a result; the organisation reads why. Nothing where another run is at it, or has ended it."""
    try:
        with _held(job):
            before = job.state
            move(
                job, Job.State.FAILED, table=JOB, error=words[:200], finished_at=timezone.now(), lease_until=None
            )  # fmt: skip
            _record(job, before)
            notices.tell(
                job.organization, sort=Notice.Sort.RESULT, kind=_about(job), subject=f"job:{job.pk}",
                title=f"{job.title}未完成", body=job.error, link="job", link_args=[str(job.uuid)],
            )  # fmt: skip
    except (StaleState, _LeaseLost):
        log.info("job %s is in other hands", job.pk)


def give_up(job: Job) -> None:
    """After three attempts nobody tries any more."""
    fail(job, BROKEN)


def _lease(job_id: int) -> Job | None:
    """Claim one run: of several workers one gets the row, and nobody one that a run still holds (`_held`). Counted before trying."""
    now = timezone.now()
    with transaction.atomic():
        free = Job.objects.idle(now).filter(pk=job_id, attempts__lt=ATTEMPTS)
        if free.select_for_update(skip_locked=True).first() is None:
            return None
        free.update(attempts=F("attempts") + 1, lease_until=now + LEASE)
        job = Job.objects.select_related("organization", "role__organization", "role__user").get(pk=job_id)
        if job.state == Job.State.QUEUED:
            move(job, Job.State.RUNNING, table=JOB)
    return job


@contextmanager
def _held(job: Job) -> Iterator[None]:
    """A transaction that holds the job's row, as this run or the sweep knows it. However long it lasts, nobody begins the job anew or gives it
    up; it ends with the worker that is killed. Taken before the tree and everything else: whoever has those asks for no job's row.

    Raises:
        _LeaseLost: another one is at it, or has ended it.
    """
    with transaction.atomic():
        mine = Job.objects.filter(pk=job.pk, state=job.state, attempts=job.attempts)
        if mine.select_for_update(skip_locked=True).first() is None:
            raise _LeaseLost
        yield


def _insist_on_role(job: Job) -> None:
    """Between asking and doing, the role may have been taken away."""
    if not Role.objects.current().filter(pk=job.role_id).exists():
        raise PermissionDenied
    require(job.role, act_of(job.kind), job.organization)


def _progress_of(job: Job) -> Progress:
    """Writes how far it is and renews the lease; a run that lost it stops here."""
    written = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal written
        now = time.monotonic()
        if done < total and now - written < WRITE_SECONDS:
            return
        written = now
        mine = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
        if not mine.update(done=done, total=total, lease_until=timezone.now() + LEASE):
            raise _LeaseLost

    return progress


def _finish(job: Job, name: str = "", file: Path | None = None) -> None:
    """The file takes its place in the transaction that says so: whoever reads 已完成 finds it."""
    with _held(job):
        before = job.state
        move(
            job, Job.State.DONE, table=JOB, file_name=name[:120], finished_at=timezone.now(), lease_until=None
        )  # fmt: skip
        _record(job, before)
        _tell_done(job, file is not None)
        if file:
            file.replace(job.path)


def _tell_done(job: Job, has_file: bool) -> None:
    fetched: dict[str, Any] = {
        "body": f"文件保留 {settings.JOB_FILE_DAYS} 天。", "link": "job-file", "action": "下载",
    } if has_file else {"link": "job"}  # fmt: skip
    notices.tell(
        job.organization, sort=Notice.Sort.RESULT, kind=_about(job), subject=f"job:{job.pk}",
        title=f"{job.title}已完成", link_args=[str(job.uuid)], **fetched,
    )  # fmt: skip


def _about(job: Job) -> str:
    return _abouts.get(job.kind, "导出")


@contextmanager
def _on_disk(content: bytes) -> Iterator[Path]:
    """A file beside its final place, readable by us alone, and really on the disk before anybody is told. Not moved: gone."""
    folder = Path(settings.JOB_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as file:  # mode 0600
        temporary = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)


def _let_go(job: Job) -> None:
    """The sweep rings again within a minute, or gives up."""
    mine = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
    mine.update(lease_until=timezone.now())


def _record(job: Job, before: str) -> None:
    audit.record(
        role=None, verb="job", subject=f"job:{job.pk}", organization=job.organization,
        from_state=before, to_state=job.state, note=job.kind,
    )  # fmt: skip
