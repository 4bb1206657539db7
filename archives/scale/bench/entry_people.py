"""People with an issued number who can be entered right away; they and all that was written of them are gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice, product
from typing import Self

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from archives.models import Archive
from archives.scale.bench import ground
from members.made_up import id_number
from members.models import Member
from numbering.admission import Admission
from numbering.domains import Domain
from numbering.models import Issue
from numbering.services import issues
from numbering.services.issues import Line
from orgs.models import Notice, Role
from zhtj.lib.sealing import blind

AGE = 16
COUNTIES = ("110101", "110102", "110105", "110106", "110107", "110108", "110109", "110111")
AT_ONCE = 200
GONE = (
    ("archives_archive", "member_id = ANY(%(members)s)"),
    ("archives_upload", "id = ANY(%(uploads)s)"),
    ("numbering_issue", "id = ANY(%(issues)s)"),
    ("members_member", "id = ANY(%(members)s)"),
    ("numbering_holding", "id = ANY(%(holdings)s)"),
    ("numbering_delta", "value = ANY(%(values)s)"),
    ("orgs_notice", "id > %(notice)s AND organization_id = %(branch)s"),
)


class Newcomers:
    """So many people to whom the province issues numbers of its own, for one 团支部."""

    def __init__(self, by: Role, count: int) -> None:
        self._branch = by.organization
        self._count = count
        self._issues: list[Issue] = []

    def __enter__(self) -> Self:
        self._notice = Notice.objects.aggregate(last=Max("pk"))["last"] or 0
        self._person = Member.objects.aggregate(last=Max("pk"))["last"] or 0
        province = ground.administrator(ground.province())
        joined = timezone.localdate().replace(month=1, day=1)
        people = islice(_strangers(joined), self._count)
        while lines := [self._line(one, joined) for one in islice(people, AT_ONCE)]:
            for outcome in issues.issue_many(lines, by=province):
                if outcome.issue is None:
                    raise ground.NothingThere("；".join(one.message for one in outcome.problems))
                self._issues.append(outcome.issue)
        self._left = iter(self._issues)
        return self

    def __exit__(self, *error: object) -> None:
        members = self._members()
        found = {
            "members": [pk for pk, _ in members],
            "holdings": [holding for _, holding in members],
            "uploads": list(Archive.objects.filter(member__in=[pk for pk, _ in members]).values_list("upload_id", flat=True)),
            "issues": [one.pk for one in self._issues],
            "values": [one.value for one in self._issues],
            "notice": self._notice,
            "branch": self._branch.pk,
        }  # fmt: skip
        with connection.cursor() as cursor:
            for table, which in GONE:
                cursor.execute(f"DELETE FROM {table} WHERE {which}", found)  # noqa: S608 - constants

    def next(self) -> Issue:
        return next(self._left)

    def written(self) -> dict[str, int]:
        """How many each side has entered: the rival's have an ID number of nobody."""
        ours = Member.objects.filter(id_blind__in=[one.id_blind for one in self._issues]).count()
        return {"ours": ours, "rival": len(self._members()) - ours}

    def _members(self) -> list[tuple[int, int | None]]:
        values = [one.value for one in self._issues]
        made = Member.objects.filter(pk__gt=self._person, holding__value__in=values)
        return list(made.values_list("pk", "holding_id"))

    def _line(self, number: str, joined: date) -> Line:
        return Line(
            self._branch,
            Admission(name=ground.CALLED, id_number=number, joined_on=joined, domain=Domain.SENIOR),
        )


def _strangers(joined: date) -> Iterator[str]:
    """ID numbers of 16-year-olds that nobody in the province has."""
    first = joined.replace(year=joined.year - AGE) - timedelta(days=300)
    days = (first + timedelta(days=day) for day in range(300))
    each = (id_number(day, county=county) for day, county in product(days, COUNTIES))
    while some := list(islice(each, AT_ONCE)):
        blinds = {blind("person.id", one): one for one in some}
        for model in (Member, Issue):
            for known in model._base_manager.filter(id_blind__in=list(blinds)).values_list(
                "id_blind", flat=True
            ):
                blinds.pop(bytes(known), None)
        yield from blinds.values()
