"""Whether a number can be registered (指引 3.6): what it reads as now, where it stands and to whom it was given."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from numbering.facts import facts_of, segmented
from numbering.filing import Filing
from numbering.models import Holding, Issue
from numbering.rules import segment_problem
from orgs.models import Organization
from zhtj.lib.problems import Problem
from zhtj.lib.sealing import blind


def problems(filing: Filing, organization: Organization) -> Iterator[Problem]:
    """What it reads as for the person filed: only one that nobody was given and nobody holds is registered as 未使用."""
    issue = Issue.objects.standing().filter(number=filing.number).first()
    if issue and bytes(issue.id_blind) == blind("person.id", filing.id_number):
        yield Problem("number", "enter_now", "该编号已发放给本人，可以直接录入，无需登记")
    elif not filing.is_veteran:
        yield from _unused(filing, issue, organization)


def _unused(filing: Filing, issue: Issue | None, organization: Organization) -> Iterator[Problem]:
    facts = facts_of(filing.number, id_number=filing.id_number, organization=organization)
    if not settings.ISSUE_NEEDED or segmented(filing.number) is None:
        yield Problem(
            "number", "enter_now", f"编号 {filing.number} 不核对是否发放，可以直接录入，无需登记",
            f"{settings.SEGMENTS_FROM} 年及以后的编号才核对",
        )  # fmt: skip
    elif facts and (problem := segment_problem(facts)):
        yield problem
    elif Holding.objects.exclude(state=Holding.State.RELEASED).filter(number=filing.number).exists():
        yield Problem(
            "number", "taken", f"编号 {filing.number} 已被占用，不属于“未使用”",
            "请先核对编号；确认无误的，录入提交时按提示提交核实",
        )  # fmt: skip
    elif issue:
        yield Problem(
            "number", "issued", f"编号 {filing.number} 已发放给其他人，不属于“未使用”",
            "请与发放编号的上级团组织核对",
        )  # fmt: skip
