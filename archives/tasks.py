"""Background work: ids in, nothing out. The row is the truth, so that a lost or repeated message changes nothing."""

import time
from datetime import date, datetime, timedelta

from celery import shared_task
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from archives import exports, housekeeping, inspection, verification  # noqa: F401 - exports registers its jobs
from archives.models import Upload
from orgs.models import AuditEvent, Notice, Organization
from orgs.services import audit, notices
from zhtj.lib.dates import say_date

SLICE = 15
"""Seconds of one message: other work of the same worker waits no longer than that."""
LONGEST = timedelta(hours=23)
SHOWN = 20


@shared_task
def inspect_upload(upload_id: int) -> None:
    inspection.inspect(upload_id)


@shared_task
def sweep() -> None:
    """Ring again for files nobody is inspecting: the broker was down, a worker died, or the machinery failed."""
    idle = Upload.objects.filter(
        Q(lease_until=None) | Q(lease_until__lt=timezone.now()), state=Upload.State.CHECKING
    )
    for upload in idle.order_by("pk")[:500]:
        if upload.attempts >= inspection.ATTEMPTS:
            inspection.give_up(upload)
        else:
            inspect_upload.delay(upload.pk)


@shared_task
def purge() -> None:
    housekeeping.purge()


@shared_task
def verify_archives(
    after: str = "", files: int = 0, wrong: int = 0, shown: list[str] | None = None, began: str = ""
) -> None:
    """The nightly verification, a slice at a time: each message does a little and sends the next one with what was found so far.

    A message that is repeated looks at the same files again; one that is lost ends the night's round, and its event is missing: the
    next night's round says so first.
    """
    if not began:
        _miss(timezone.localdate() - timedelta(days=1))
    began, lines = began or timezone.localtime().isoformat(), list(shown or [])
    end = time.monotonic() + SLICE
    for step in verification.steps(after):
        after, files, wrong = step.cursor, files + step.files, wrong + len(step.faults)
        lines = [*lines, *step.faults][:SHOWN]
        if after != verification.PAST and time.monotonic() > end:
            if timezone.now() - datetime.fromisoformat(began) < LONGEST:
                verify_archives.delay(after, files, wrong, lines, began)
                return
            # The next night's round has begun or is about to: two at a time would only be slower.
            wrong, lines = wrong + 1, [*lines[: SHOWN - 1], "未能在一天内核验完全部文件，请检查存储的速度"]
            break
    _report(began[:10], files, wrong, lines)


def _miss(night: date) -> None:
    """Tell the province, once, when a night's round broke off or never began. Before there were files there was nothing to verify."""
    subject = f"verify_archives:{night}"
    oldest = Upload.objects.order_by("pk").values_list("created_at", flat=True).first()
    if oldest is None or timezone.localdate(oldest) >= night:
        return
    with transaction.atomic():
        province = _province()
        told = Notice.objects.open().filter(subject=subject)
        if province is None or AuditEvent.objects.filter(subject=subject).exists() or told.exists():
            return
        notices.tell(
            province, sort=Notice.Sort.NEWS, kind="档案核验", subject=subject, title="昨夜的档案核验没有完成",
            body=f"{say_date(night)}的核验没有结果：中途停止，或者没有开始。今天的核验已经开始，结果有误的另行通知。"
            "请系统维护人员检查后台任务和定时任务是否一直在运行、档案存储是否正常；也可以在服务器上运行 verify_archives 立即核验。",
        )  # fmt: skip


def _province() -> Organization | None:
    """Its row keeps a second report of the same night waiting."""
    return Organization.objects.select_for_update(no_key=True).filter(parent=None).first()


def _report(night: str, files: int, wrong: int, lines: list[str]) -> None:
    """On record every night, once; to the province only what is wrong."""
    subject = f"verify_archives:{night}"
    with transaction.atomic():
        province = _province()
        if province is None or AuditEvent.objects.filter(subject=subject).exists():
            return
        note = f"files={files} wrong={wrong}"
        audit.record(role=None, verb="verify", subject=subject, organization=province, note=note)
        if wrong:
            more = [f"…… 其余 {wrong - len(lines)} 处从略"] if wrong > len(lines) else []
            notices.tell(
                province, sort=Notice.Sort.NEWS, kind="档案核验", subject=subject,
                title=f"档案核验发现 {wrong} 处有误，请联系系统维护人员", body="\n".join(lines + more),
            )  # fmt: skip
