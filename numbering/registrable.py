"""Whether a number can be registered (指引 3.6): what it reads as now, where it stands, to whom it was given and who holds it."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from numbering.facts import facts_of, segmented
from numbering.filing import Filing
from numbering.models import Holding, Issue, Registration
from numbering.rules import segment_problem
from orgs.models import Organization
from zhtj.lib.problems import Problem
from zhtj.lib.sealing import blind


def problems(
    filing: Filing, organization: Organization, *, but: Registration | None = None
) -> Iterator[Problem]:
    """What it reads as for the person filed: only one that nobody was given, nobody holds and nobody else was filed with is
    registered as 未使用. `but` is the registration that is filed again."""
    issue = Issue.objects.standing().filter(number=filing.number).first()
    if issue and bytes(issue.id_blind) == blind("person.id", filing.id_number):
        yield Problem("number", "enter_now", "该编号已发放给本人，可以直接录入，无需登记")
    elif not filing.is_veteran:
        yield from _unused(filing, issue, organization, but)


def why_not_handled(one: Registration) -> str:
    """Who has the number instead by now, in words; empty while the province can register it for this person.

    A number of the army that somebody holds here is no obstacle: whose it is, is found by 编号占用核实 (指引 3.7).
    """
    person = bytes(one.id_blind)
    held = Holding.objects.exclude(state=Holding.State.RELEASED).filter(number=one.number)
    others = Registration.objects.handled().filter(number=one.number).exclude(id_blind=person)
    if Issue.objects.standing().filter(number=one.number).exclude(id_blind=person).exists():
        return "已发放给其他人"
    if one.kind == Registration.Kind.UNUSED and held.exclude(member__id_blind=person).exists():
        return "已由其他人占用"
    return "已为另一人登记" if others.exists() else ""


def _unused(
    filing: Filing, issue: Issue | None, organization: Organization, but: Registration | None
) -> Iterator[Problem]:
    facts = facts_of(filing.number, id_number=filing.id_number, organization=organization)
    filed = Registration.objects.keeping(filing.number)
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
    elif (filed.exclude(pk=but.pk) if but else filed).exists():
        yield Problem(
            "number", "registered", f"编号 {filing.number} 已为另一人提交登记，不属于“未使用”",
            "请先核对编号；确认无误的，请联系上级团委核实应由谁使用",
        )  # fmt: skip
