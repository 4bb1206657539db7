"""更正姓名或身份证号码 of a member in force: the province alone does it, with a reason (指引 3.7 明确身份)."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from django.db.models import F

from archives.models import Archive
from members.models import Member
from members.services import changes
from members.services import entry as people
from orgs import policy
from orgs.models import Role, User, settled
from orgs.policy import Act
from orgs.services import audit
from zhtj.lib.seen import STALE, same, token
from zhtj.lib.states import StaleState

REASON = "identity_reason"
"""What the history calls the reason: kept sealed, since people write names into reasons."""


def why_not(member: Member) -> str:
    """Why this person's name and ID number are not put right here, in words; empty when they can be."""
    if member.state != Member.State.ACTIVE:
        return "只更正在册团员；审核中、未通过的由所在组织修改。"
    return ""


def seen(member: Member) -> str:
    return token(member.pk, member.state, changes.version(member), member.name, bytes(member.id_blind).hex())


def correct(member: Member, *, name: str, id_number: str, reason: str, seen: str, by: Role) -> None:
    """Both as they are to be, checked by the rules; without `id_number` it stays. The number and the person's own account follow, and
    a replacement in review starts anew.

    Raises:
        PermissionDenied: the role may not.
        StaleState: the record changed since the preview, or nothing is different.
        PersonKnown: someone with this ID number is in the system.
    """
    policy.require(by, Act.ADMINISTER, by.organization)
    with transaction.atomic():
        settled(member.organization_id)
        archive = Archive.objects.select_for_update().open().filter(member=member).first()
        Member.objects.select_for_update().get(pk=member.pk)
        current = Member.objects.select_related("organization", "holding").get(pk=member.pk)
        if not same(
            seen,
            current.pk,
            current.state,
            changes.version(current),
            current.name,
            bytes(current.id_blind).hex(),
        ):
            raise StaleState(STALE)
        if words := why_not(current):
            raise StaleState(words)
        old = current.opened("id_number")
        id_number = id_number or old
        if id_number != old:
            people.require_unknown(id_number)
        entry = replace(changes.entry_of(current), name=name, id_number=id_number, id_number_again=id_number)
        changed = changes.correct(current, entry, by=by)
        if not changed:
            raise StaleState("姓名和身份证号码都没有改动。")
        changes.record(current, {REASON: ("", reason)}, by=by)
        User.objects.filter(cadre_account__member=current).update(name=name)
        if archive:
            Archive.objects.filter(pk=archive.pk).update(round=F("round") + 1)
        audit.record(
            role=by, verb="identity.correct", subject=f"member:{current.pk}", organization=current.organization,
            from_state=current.state, to_state=current.state, fields=changed,
        )  # fmt: skip
