"""Kinds of jobs for tests: what a handler may do, and what may befall it. Also imported by the test's worker."""

from __future__ import annotations

import threading
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied

from orgs import jobs
from orgs.models import Job
from zhtj.lib import sheets

Result = tuple[str, bytes]


@jobs.handler("test_table")
def table(job: Job, progress: jobs.Progress) -> Result:
    """Organisations of the asking role, one row each."""
    rows = [[job.organization.name, "=1+1"]]
    progress(0, len(rows))
    content = sheets.workbook("组织", ["名称", "备注"], rows)
    progress(len(rows), len(rows))
    return "组织表.xlsx", content


@jobs.handler("test_held")
def held(job: Job, progress: jobs.Progress) -> Result:
    """Goes on when the test says so."""
    progress(1, 2)
    pause = threading.Event()
    while not (Path(settings.JOB_DIR) / "go").exists():
        pause.wait(0.05)
    progress(2, 2)
    return "结果.xlsx", b"held"


@jobs.handler("test_broken")
def broken(job: Job, progress: jobs.Progress) -> Result:
    raise ValueError("110101200801011234 lies in the words of an error")


@jobs.handler("test_refused")
def refused(job: Job, progress: jobs.Progress) -> Result:
    raise jobs.JobRefused("2030 年没有号段，请改选年份后重新导出。")


@jobs.handler("test_forbidden")
def forbidden(job: Job, progress: jobs.Progress) -> Result:
    raise PermissionDenied
