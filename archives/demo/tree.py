"""Planting the tree of `outline.txt`: 省 → 市 → 县 → schools and streets → 团总支 → 团支部."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from orgs.kinds import Kind
from orgs.models import Organization, Role
from orgs.services import organizations

PROVINCE = "共青团演示省委员会"
INDENT = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One organisation of the outline; `people` are the 在读状况 or 具体职业 of those entered there."""

    depth: int
    kind: Kind
    name: str
    short_name: str
    industry: str
    people: tuple[str, ...]


def plant_root() -> Organization:
    return organizations.plant_root(
        name=PROVINCE,
        short_name="演示团省委",
        province_code=settings.PROVINCE_CODE,
        industry="government",
    )


def plant_below(root: Organization, *, by: Role) -> list[Organization]:
    """Make everything under the province, one organisation after the other."""
    planted = []
    above = [root]
    for line in outline():
        del above[line.depth + 1 :]
        made = organizations.create(
            parent=above[-1],
            kind=line.kind,
            name=line.name,
            short_name=line.short_name,
            industry=line.industry,
            by=by,
        )
        above.append(made)
        planted.append(made)
    return planted


@cache
def kinds() -> Mapping[str, tuple[str, ...]]:
    """For each 团支部, by full name, whom its people are."""
    return {line.name: line.people for line in outline() if line.people}


def outline() -> Iterator[Line]:
    """The lines of `outline.txt`, each after the one it stands below."""
    for text in Path(__file__).with_name("outline.txt").read_text("utf-8").splitlines():
        if text and not text.startswith("#"):
            depth = (len(text) - len(text.lstrip())) // INDENT
            kind, name, short_name, industry, *people = text.split()
            yield Line(depth, Kind(kind), name, short_name, industry, tuple(people))
