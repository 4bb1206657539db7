"""Background work of the numbering app; running any of it twice changes nothing."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from numbering import (
    proof,
    registrations_export,  # noqa: F401  the worker knows its job by this import
    rollup,
)
from orgs.models import Notice, Organization
from orgs.services import notices

SHOWN = 20


@shared_task
def fold_counts() -> None:
    rollup.fold()


@shared_task(soft_time_limit=540, time_limit=600)
def check_numbers() -> int:
    """The nightly proof; what is wrong goes to the province, once a day. How much it was."""
    found = list(proof.faults())
    subject = f"check_numbers:{timezone.localdate()}"
    with transaction.atomic():
        # The row of the province keeps a second run of the same night waiting.
        province = Organization.objects.select_for_update(no_key=True).filter(parent=None).first()
        if found and province and not Notice.objects.filter(subject=subject).exists():
            more = [f"…… 其余 {len(found) - SHOWN} 处从略"] if len(found) > SHOWN else []
            notices.tell(
                province,
                sort=Notice.Sort.NEWS,
                kind="号段",
                title=f"号段核对发现 {len(found)} 处有误，请联系系统维护人员",
                body="\n".join(found[:SHOWN] + more),
                subject=subject,
            )
    return len(found)
