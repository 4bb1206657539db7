"""A large move, in the background. It stays one transaction, and the end of its job with it: a worker that is killed has moved everything or nothing."""

from __future__ import annotations

from orgs import jobs
from orgs.models import Job, Organization
from orgs.policy import Act
from orgs.services import relocation
from orgs.services.placement import Refused

KIND = "move_organization"
GONE = "组织不存在或已不在管理范围内，没有移动。"


@jobs.handler(KIND, act=Act.MANAGE_ORGANIZATIONS, about="组织管理", in_one=True)
def move(job: Job, progress: jobs.Progress) -> None:
    """Done where the organisation stands there already: somebody else put it there while this waited for the tree.

    Raises:
        JobRefused: it cannot be moved there, or the preview no longer holds.
    """
    Organization.objects.lock()
    ids = [job.params["organization"], job.params["to"]]
    found = Organization.objects.visible_to(job.role).in_bulk(ids)
    if len(found) < len(ids):
        raise jobs.JobRefused(GONE)
    organization, to = (found[pk] for pk in ids)
    if organization.parent_id != to.pk:
        try:
            relocation.move(organization, to=to, by=job.role, seen=job.params["seen"])
        except Refused as refused:
            raise jobs.JobRefused(refused.messages[0]) from refused
    progress(job.params["size"], job.params["size"])
