"""Kinds of organisation and which may stand under which (spec: allowed below)."""

from django.db import models


class Kind(models.TextChoices):
    PROVINCE = "province", "省级领导机关"
    CITY = "city", "市级领导机关"
    COUNTY = "county", "县级领导机关"
    COMMITTEE = "committee", "团委"
    WORKING_COMMITTEE = "working_committee", "团工委"
    GENERAL_BRANCH = "general_branch", "团总支"
    BRANCH = "branch", "团支部"


LEADING = frozenset({Kind.PROVINCE, Kind.CITY, Kind.COUNTY})
COMMITTEES = LEADING | {Kind.COMMITTEE, Kind.WORKING_COMMITTEE}
"""Kinds that review: 团委, 团工委 and 团的领导机关."""

_BASIC = frozenset({Kind.COMMITTEE, Kind.WORKING_COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH})
ALLOWED_BELOW: dict[str, frozenset[Kind]] = {
    Kind.PROVINCE: _BASIC | {Kind.CITY},
    Kind.CITY: _BASIC | {Kind.COUNTY},
    Kind.COUNTY: _BASIC,
    Kind.COMMITTEE: frozenset({Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH}),
    Kind.WORKING_COMMITTEE: frozenset({Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH}),
    Kind.GENERAL_BRANCH: frozenset({Kind.BRANCH}),
    Kind.BRANCH: frozenset(),
}
MAX_LEVELS = 10
