"""我的信息: what 团干部本人 sees: the own data, posts and 入团志愿书, and nothing of anybody else."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from archives.views import reveal as revealing
from archives.views.reveal import MASKED
from members import sheet
from members.models import Member
from members.services import titles
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.policy import Act
from zhtj.lib.text import say_size


@acting
@require_GET
def me(request: ActingRequest) -> HttpResponse:
    """The own record, personal data masked; the choice of the own title beside the posts."""
    member = _own(request)
    archives = list(member.archives.select_related("upload").order_by("pk"))
    context = {
        "member": member,
        "sections": sheet.sections(member, with_post=False),
        "posts": sheet.posts(member),
        "versions": [
            {
                "number": number,
                "archive": one,
                "size": say_size(one.upload.size),
                "pages": range(1, one.upload.pages + 1),
            }
            for number, one in enumerate(archives, 1)
        ][::-1],
        "left": titles.left(request.role),
        "revealable": tuple(MASKED),
        "reveal_url": reverse("me-reveal"),
    }
    return render(request, "archives/me.html", context)


@acting
@require_POST
def reveal(request: ActingRequest) -> HttpResponse:
    """One own value in full: on record like every look."""
    return revealing.show(request, _own(request), reveal_url=reverse("me-reveal"))


def _own(request: ActingRequest) -> Member:
    policy.require(request.role, Act.SEE_OWN, request.role.organization)
    member = Member.objects.own_of(request.role).select_related("organization", "holding").first()
    if member is None:
        raise PermissionDenied("您的账号没有关联团干部信息，请联系本组织管理员开通本人账号。")
    return member
