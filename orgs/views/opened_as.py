"""The role in which a form was opened: in another tab the same person may have switched to another since.

The page sends it back as `page_role`. Nobody may land in the wrong organisation because its administrator switched meanwhile.
"""

from __future__ import annotations

from orgs.access import ActingRequest
from orgs.models import Role

FIELD = "page_role"


def is_switched(request: ActingRequest) -> bool:
    return request.POST.get(FIELD, str(request.role.pk)) != str(request.role.pk)


def page_role(request: ActingRequest) -> Role:
    """That role, as long as it is the person's own; else the acting one."""
    asked = request.POST.get(FIELD, "")
    if not is_switched(request) or not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return request.role
    own = Role.objects.current().filter(user=request.user, pk=int(asked))
    return own.select_related("organization").first() or request.role


def refusal(request: ActingRequest) -> str:
    """What is said instead of doing it."""
    return f"您已在其他页面切换到“{request.role}”，此表单是为另一组织打开的，没有提交。请先点击“切换组织”切换回来，再提交本页。"
