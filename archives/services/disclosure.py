"""Telling who has what: the one place where a name from outside the reader's sight is shown, counted and on record."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from members.models import Member
from numbering.models import Holding
from orgs.models import AuditEvent, Role
from orgs.services import audit
from zhtj.lib.problems import Problem

NUMBER_SHOWN = "show_number_holder"
PERSON_SHOWN = "show_known_person"


def number_taken(holding: Holding, *, by: Role) -> Problem:
    """发展团员编号已被占用, with organisation and name (指引 3.7); a person who asks too often gets no more names."""
    detail = "本小时内查看占用信息已达上限，请联系上级团委核实。"
    if _may_be_told(NUMBER_SHOWN, by):
        detail = f"占用该编号的组织名称：{holding.organization.name}；团员姓名：{holding.holder}。请核对编号；确认编号无误的，请联系上级团委核实。"
        audit.record(
            role=by, verb=NUMBER_SHOWN, subject=f"holding:{holding.pk}", organization=holding.organization
        )
    return Problem("number", "number_taken", "发展团员编号已被占用", detail)


def person_known(member: Member, *, by: Role) -> Problem:
    """The ID number is in the system: where (full name of the organisation), and that the way is a transfer."""
    detail = "本小时内查询已达上限，请联系上级团委核实。"
    if _may_be_told(PERSON_SHOWN, by):
        detail = f"所在组织：{member.organization.name}。请办理团组织关系转接，不要重复录入。"
        audit.record(
            role=by, verb=PERSON_SHOWN, subject=f"member:{member.pk}", organization=member.organization
        )
    return Problem("id_number", "id_known", "该身份证号码已在系统中", detail)


def _may_be_told(verb: str, by: Role) -> bool:
    hour = timezone.now() - timedelta(hours=1)
    told = AuditEvent.objects.filter(user=by.user, verb=verb, at__gt=hour).values("subject").distinct()
    return told.count() < settings.DISCLOSURES_AN_HOUR
