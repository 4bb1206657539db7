"""Background work of the organisation app; running any of it twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from orgs import (
    audit_chain,
    housekeeping,
    jobs,
    relocating,  # noqa: F401  the worker knows its job by this import
    tree_check,
    unattended,
)
from orgs.models import Heartbeat, Job


@shared_task
def beat() -> None:
    """A sign of life of worker and beat together: /readyz looks at its age."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})


@shared_task
def seal_audit() -> None:
    audit_chain.seal()


@shared_task(soft_time_limit=jobs.MINUTES * 60, time_limit=jobs.MINUTES * 60 + 30)
def run_job(job_id: int) -> None:
    jobs.run(job_id)


@shared_task
def sweep_jobs() -> None:
    """Ring again for jobs nobody is doing: the broker was down, a worker died, or a run failed."""
    for job in Job.objects.idle(timezone.now()).order_by("pk")[:500]:
        if job.attempts >= jobs.ATTEMPTS:
            jobs.give_up(job)
        else:
            run_job.delay(job.pk)


@shared_task
def purge() -> None:
    housekeeping.purge()


@shared_task(soft_time_limit=3500, time_limit=3600)
def check_tree() -> int:
    """The nightly proof: an hour is many times what a province of 390,000 organisations and some ten million rows needs."""
    return tree_check.report()


@shared_task(soft_time_limit=240, time_limit=270)
def settle_unattended() -> None:
    unattended.settle()
