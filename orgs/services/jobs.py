"""Asking for long work."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from orgs import jobs, tasks
from orgs.models import Job, Role
from orgs.policy import Act, require
from orgs.services import audit


def start(kind: str, *, title: str, params: dict[str, Any], by: Role) -> Job:
    """Queue a job for the role's organisation; what it asks for twice, while the first still runs, is done once.

    `params` are ids, years and the like, never personal data: they are stored as they are.

    Raises:
        PermissionDenied: the role may not have this kind of job done.
    """
    act = jobs.act_of(kind)
    require(by, act, by.organization)
    with transaction.atomic():
        open_states = [Job.State.QUEUED, Job.State.RUNNING]
        same = Job.objects.filter(role=by, kind=kind, params=params, state__in=open_states).first()
        if same:
            return same
        job = Job.objects.create(
            kind=kind, title=title[:120], organization=by.organization, role=by, params=params
        )
        audit.record(
            role=by, verb="export" if act == Act.EXPORT else f"{kind}.start", subject=f"job:{job.pk}", organization=by.organization,
            to_state=job.state, note=kind,
        )  # fmt: skip
        transaction.on_commit(lambda: ring(job.pk), robust=True)
    return job


def ring(job_id: int) -> None:
    """Tell the workers. A lost bell costs nothing: the sweep rings again."""
    tasks.run_job.delay(job_id)
