"""团员列表: the people of my organisation and below, by state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from members import layout
from members.choices import Occupation, StudyStatus
from members.models import Member
from members.views import people
from members.views.people import PeopleList, person_in_words
from members.views.search import Search
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.dictionaries import Group
from orgs.kinds import Kind
from orgs.models import Option, Organization
from orgs.policy import Act, grants

COLUMNS = ("occupation", "study_status", "occupation_detail", "joined_on", "holding__number", "number_due")


@sensitive_post_parameters("q")
@acting
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: ActingRequest) -> HttpResponse:
    """Everybody entered into a branch, cadre or not."""
    policy.require(request.role, Act.SEE_MEMBERS, request.role.organization)
    return people.answer(
        request,
        MEMBERS,
        Member.objects.visible_to(request.role).listed(),
        may_enter=grants(request.role, Act.ENTER),
        number_label=layout.LABELS["number"],
        study_url=_study_url(request),
    )


def _study_url(request: ActingRequest) -> str:
    """更新在读状况 of the branch the list is about, when it is one."""
    asked, mine = Search.read(request.GET).org, request.role.organization
    shown = Organization.objects.visible_to(request.role).filter(pk=asked).first() if asked else mine
    if shown is None or shown.kind != Kind.BRANCH or not policy.may(request.role, Act.UPDATE_STUDY, shown):
        return ""
    return f"{reverse('study')}?{urlencode({'org': shown.pk})}"


@dataclass
class _Words:
    """Codes of the list's columns in words; the dictionary is read once a page, and only when a row needs it."""

    _occupations: dict[str, str] | None = None

    def rows(self, rows: list[Any]) -> list[dict[str, Any]]:
        return [self._row(row) for row in rows]

    def _row(self, row: Any) -> dict[str, Any]:
        return person_in_words(row) | {
            "occupation": self._occupation(row),
            "joined_on": row.joined_on,
            "number": row.holding__number,
            "number_due": row.number_due,
        }

    def _occupation(self, row: Any) -> str:
        if row.occupation == Occupation.STUDENT:
            return str(StudyStatus(row.study_status).label)
        if self._occupations is None:
            self._occupations = dict(Option.objects.in_group(Group.OCCUPATION).values_list("code", "label"))
        code: str = row.occupation_detail
        return self._occupations.get(code, code)


def _in_words(rows: list[Any]) -> list[dict[str, Any]]:
    return _Words().rows(rows)


MEMBERS = PeopleList("members", "团员列表", "members/list.html", "团员", COLUMNS, _in_words)
