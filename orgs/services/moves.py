"""Asking for a large move: it is done in the background."""

from __future__ import annotations

from orgs.models import Job, Organization, Role
from orgs.relocating import KIND
from orgs.services import jobs
from orgs.services.placement import refuse
from orgs.services.relocation import CHANGED, moving


def start_move(organization: Organization, *, to: Organization, by: Role, seen: str) -> Job:
    """Have `organization` put under `to` by a worker, if the tree is then still what the preview with the token `seen` showed.

    Raises:
        PermissionDenied: the role may not, here or there.
        Refused: it cannot be moved there, or the preview no longer holds; in words.
    """
    preview = moving(organization, to, by)
    if preview.seen != seen:
        refuse("stale", CHANGED.format(name=organization.name))
    params = {"organization": organization.pk, "to": to.pk, "seen": seen, "size": preview.size}
    title = f"移动“{organization.short_name}”到“{to.short_name}”"
    return jobs.start(KIND, title=title, params=params, by=by)
