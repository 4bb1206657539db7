"""干部列表: everybody with a current post in my organisation or below."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from members import layout, sheet
from members.choices import CadreNature
from members.models import Post
from members.models.post import PostQuerySet
from members.views import people
from members.views.people import PeopleList, person_in_words
from members.views.search import TO_CHOOSE, Search
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.dictionaries import Group
from orgs.models import Option
from orgs.policy import Act, grants

COLUMNS = ("organization__kind", "title", "old_title", "nature", "on_duty", "since", "in_sight")


@sensitive_post_parameters("q")
@acting
@require_http_methods(["GET", "HEAD", "POST"])
def cadres(request: ActingRequest) -> HttpResponse:
    """One row a current post: of form C all, of A and B those with 是."""
    policy.require(request.role, Act.SEE_MEMBERS, request.role.organization)
    mine = request.role.organization
    asked = Search.read(request.POST if request.method == "POST" else request.GET)
    # The person may belong to an organisation that was moved out of sight since: then there is no page of theirs to open.
    in_sight = Q(**{f"member__at_{mine.depth}": mine.pk})
    return people.answer(
        request,
        CADRES,
        _narrowed(Post.objects.visible_to(request.role).current(), asked.post).annotate(in_sight=in_sight),
        may_enter=grants(request.role, Act.ENTER_CADRE),
        labels=layout.LABELS,
        posts=[*Option.objects.in_group(Group.DUTY).values_list("code", "label"), (TO_CHOOSE, "待重新选择")],
    )


def _narrowed(posts: PostQuerySet, asked: str) -> PostQuerySet:
    """By 在岗状态, or those whose title is to be chosen again."""
    if asked == TO_CHOOSE:
        return posts.to_choose()
    return posts.filter(on_duty=asked) if asked else posts


def _in_words(rows: list[Any]) -> list[dict[str, Any]]:
    words = sheet.labels() if rows else {}
    return [
        person_in_words(row, "member__")
        | {
            "title": sheet.post_title(row.title, row.organization__kind, words) or row.old_title,
            "to_choose": not row.title,
            "nature": CadreNature(row.nature).label,
            "on_duty": words.get((Group.DUTY, row.on_duty), row.on_duty),
            "since": row.since,
            "in_sight": row.in_sight,
        }
        for row in rows
    ]


CADRES = PeopleList("cadres", "干部列表", "members/cadres.html", "团干部", COLUMNS, _in_words)
