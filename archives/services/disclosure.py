"""Telling who has what: the one place where a name from outside the reader's sight is shown, counted and on record."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from members.models import Member
from numbering.models import Holding
from orgs.models import AuditEvent, Organization, Role, User
from orgs.services import audit
from zhtj.lib.problems import Problem

NUMBER_SHOWN = "show_number_holder"
PERSON_SHOWN = "show_known_person"
LOCK = 7_203_810
"""First key of the advisory lock of one organisation's questions."""


def holder_is_told(holding: Holding, *, by: Role) -> bool:
    """Whether organisation and name of who holds a number are told this once (指引 3.7)."""
    return _is_told(NUMBER_SHOWN, f"holding:{holding.pk}", holding.organization, by=by)


def number_taken(holding: Holding, *, told: bool, way: str = "请联系上级团委核实") -> Problem:
    """发展团员编号已被占用, with organisation and name where these are told; `way` is what to do when the number is right."""
    detail = f"查看占用信息已达上限，编号无误的，{way}。"
    if told:
        detail = f"占用该编号的组织名称：{holding.organization.name}；团员姓名：{holding.holder}。请核对编号；确认编号无误的，{way}。"
    return Problem("number", "number_taken", "发展团员编号已被占用", detail)


def person_known(member: Member, *, by: Role) -> Problem:
    """The ID number is in the system: where (full name of the organisation), and that the way is a transfer."""
    detail = "本小时内查询已达上限，请联系上级团委核实。"
    if _is_told(PERSON_SHOWN, f"member:{member.pk}", member.organization, by=by):
        detail = f"所在组织：{member.organization.name}。请办理团组织关系转接，不要重复录入。"
    return Problem("id_number", "id_known", "该身份证号码已在系统中", detail)


@transaction.atomic
def _is_told(verb: str, subject: str, organization: Organization, *, by: Role) -> bool:
    """Whether it is told this once; on record either way, so that who goes on asking is noticed."""
    # Questions at one moment count one by one: those of a person, then those of an organisation.
    User.objects.select_for_update(no_key=True).get(pk=by.user_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, by.organization_id])
    told = AuditEvent.objects.filter(verb=verb)
    mine = told.filter(user=by.user, at__gt=timezone.now() - timedelta(hours=1))
    ours = told.filter(role__organization=by.organization, at__gt=timezone.now() - timedelta(days=1))
    is_told = (
        mine.values("subject").distinct().count() < settings.DISCLOSURES_AN_HOUR
        and ours.values("subject").distinct().count() < settings.DISCLOSURES_A_DAY
    )
    audit.record(
        role=by, verb=verb if is_told else f"{verb}_withheld", subject=subject, organization=organization
    )
    return is_told
