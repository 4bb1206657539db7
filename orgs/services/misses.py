"""Accounts that an administrator named and that did not match or were somebody's: on record, and counted, so that nobody tries them out."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from orgs.models import AuditEvent, Organization, Role, User
from orgs.services import audit

VERB = "administrator.unmatched"


def why_not_answer(by: Role) -> str:
    """Why nothing is answered for now, in words; empty when something is. Inside a transaction: tries at one moment count one by one."""
    User.objects.select_for_update(no_key=True).get(pk=by.user_id)
    hour = AuditEvent.objects.filter(user=by.user, verb=VERB, at__gt=timezone.now() - timedelta(hours=1))
    if hour.count() < settings.DISCLOSURES_AN_HOUR:
        return ""
    return "本小时内所填账号不相符或已存在的次数已达上限，请稍后再试；开通新账号的可以不填账号。"


def note(organization: Organization, *, by: Role) -> None:
    audit.record(role=by, verb=VERB, subject=f"organization:{organization.pk}", organization=organization)
