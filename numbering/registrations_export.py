"""待省级登记 as a workbook for whoever registers numbers behind the system (指引 3.6): the one place where the ID numbers leave in full."""

from __future__ import annotations

from numbering.models import Registration
from orgs import jobs, policy
from orgs.jobs import Progress
from orgs.models import Job
from orgs.policy import Act
from zhtj.lib import sheets
from zhtj.lib.dates import say_date

KIND = "registrations_export"
TITLE = "编号登记备案待登记名单"
HEADER = (
    "序号", "事项", "姓名", "身份证号码", "发展团员编号", "发展组织全称", "服役部队", "退伍时间", "录入组织", "结果",
)  # fmt: skip
"""The last column is for the answer: the same file, filled in, is what the province reads back."""
STRIDE = 200


@jobs.handler(KIND)
def export(job: Job, progress: Progress) -> tuple[str, bytes]:
    """Everything that waits at the province, oldest first."""
    policy.require(job.role, Act.HANDLE_REGISTRATION, job.organization)
    found = Registration.objects.visible_to(job.role).waiting_at(job.organization)
    waiting = list(found.select_related("organization"))
    rows = []
    for place, one in enumerate(waiting, 1):
        rows.append(_row(place, one))
        if place % STRIDE == 0:
            progress(place, len(waiting))
    return f"{TITLE}.xlsx", sheets.workbook(TITLE, HEADER, rows)


def _row(place: int, one: Registration) -> tuple[str, ...]:
    left = say_date(one.discharged_on) if one.discharged_on else ""
    kind = one.get_kind_display()
    return (
        str(place), kind, one.name, one.opened_id(), one.number, one.developed_by, one.unit, left, one.organization.name, "",
    )  # fmt: skip
