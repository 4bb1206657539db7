"""Excel files of 电子数据库, made by the worker; the same figures as the screens', from the same functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archives import database
from archives.database import Person, Row
from numbering.domains import Domain
from orgs import jobs, policy
from orgs.jobs import JobRefused, Progress
from orgs.models import Job, Organization
from orgs.policy import Act
from zhtj.lib import sheets

TABLE = "database_table"
PEOPLE = "database_people"
WAITING = "审核中（含未通过而尚未撤回的）"
STEP = 200
"""Organisations, or people, read at a time."""
PEOPLE_HEADER = ("姓名", "发展团员编号", "入团时间", "档案是否上传", "审核状态", "所在组织")


def table_header() -> list[str]:
    per_domain = [
        f"{domain.label}领域{words}"
        for domain in Domain
        for words in ("号段总数", "号段内已录入团员数", WAITING)
    ]
    return [
        "组织",
        "组织全称",
        "类型",
        *per_domain,
        "号段总数合计",
        "号段内已录入团员数合计",
        f"{WAITING}合计",
        "本级新发展团员",
    ]


@jobs.handler(TABLE)
def table(job: Job, progress: Progress) -> tuple[str, bytes]:
    """The organisation itself, every one directly below, and their total, as the page shows them."""
    organization, year = _asked(job)
    title = f"{organization.short_name}{year}年电子数据库"
    lines = _lines(organization, year, progress)
    return f"{title}.xlsx", sheets.workbook(title, table_header(), lines)


@jobs.handler(PEOPLE)
def people(job: Job, progress: Progress) -> tuple[str, bytes]:
    """本级新发展团员详情: no ID number, as on the page."""
    organization, year = _asked(job)
    title = f"{organization.short_name}{year}年新发展团员"
    seen = database.people(job.role, organization, year).order_by("-pk")
    total = seen.count()

    def lines() -> Iterator[list[str]]:
        done = 0
        while found := list(seen[done : done + STEP]):
            for one in database.persons(found):
                yield person_line(one)
            done += len(found)
            progress(done, max(total, done))

    return f"{title}.xlsx", sheets.workbook(title, PEOPLE_HEADER, lines())


def person_line(one: Person) -> list[str]:
    member, words = one.member, one.standing
    uploaded = f"{words.uploaded} · {words.note}" if words.note else words.uploaded
    day = member.joined_on.isoformat()
    return [member.name, member.number, day, uploaded, words.review, member.organization.name]


def _lines(organization: Organization, year: int, progress: Progress) -> Iterator[list[str]]:
    children = list(database.below(organization).order_by("sort_key", "pk"))
    own = database.rows([organization], year)
    yield _line(own[0], f"{organization.short_name}（本级）")
    for start in range(0, len(children), STEP):
        for row in database.rows(children[start : start + STEP], year):
            yield _line(row)
        progress(min(start + STEP, len(children)), len(children))
    if children:
        yield _line(database.total_below(organization, year), "下级合计", "", "")


def _line(row: Row, *named: str) -> list[str]:
    one = row.organization
    names = [*named, *[one.short_name, one.name, one.get_kind_display()][len(named) :]]
    cells: list[Any] = []
    for figures in (*(row.of(domain) for domain in Domain), row.total):
        cells += [figures.size, figures.held, figures.reserved]
    return [*names, *map(str, cells), str(row.people)]


def _asked(job: Job) -> tuple[Organization, int]:
    """The organisation, as far as the role still sees it.

    Raises:
        JobRefused: it lies no longer in the role's scope.
    """
    found = Organization.objects.visible_to(job.role).filter(pk=job.params["organization"]).first()
    if found is None:
        raise JobRefused("所选组织已不在您的组织范围内。")
    policy.require(job.role, Act.EXPORT, found)
    return found, job.params["year"]
