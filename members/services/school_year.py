"""A whole branch at the turn of the school year: which students stand on a page, and what is proposed for each (指引 3.5)."""

from __future__ import annotations

from members.choices import Occupation
from members.models import Member
from members.models.member import MemberQuerySet
from members.rules.study import NEXT, education_after
from members.services.study import Study
from orgs.models import Organization

PAGE = 200


def students(branch: Organization) -> MemberQuerySet:
    """在册 students of a branch, as they were entered."""
    in_force = Member.objects.of(branch).listed().filter(state=Member.State.ACTIVE)
    return in_force.filter(occupation=Occupation.STUDENT).order_by("pk")


def moved_on(seen: Study) -> Study:
    """升学: the usual next 在读状况 with its 学历; who is at the end stays."""
    following = NEXT.get(seen.study_status)
    if following is None:
        return seen
    education = education_after(seen.study_status, following)
    return Study(seen.occupation, following, seen.occupation_detail, education)
