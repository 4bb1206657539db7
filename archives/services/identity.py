"""更正姓名或身份证号码 of a member in force: the province alone does it, with a reason (指引 3.7 明确身份)."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from django.db.models import F

from archives.models import Archive
from members.models import Member
from members.services import changes, in_person
from members.services import entry as people
from numbering.services import identities
from numbering.services.identities import Fate
from orgs import policy
from orgs.models import Notice, Organization, Role, User, settled
from orgs.policy import Act
from orgs.services import audit, notices
from zhtj.lib.seen import STALE, same, token
from zhtj.lib.states import StaleState

KIND = "信息更正"
REASON = "identity_reason"
"""What the history calls the reason: kept sealed, since people write names into reasons."""


def why_not(member: Member) -> str:
    """Why this person's name and ID number are not put right here, in words; empty when they can be."""
    if member.state != Member.State.ACTIVE:
        return "只更正在册团员；审核中、未通过的由所在组织修改。"
    return ""


def seen(member: Member) -> str:
    return token(*_state(member))


def fate(member: Member, id_number: str) -> Fate:
    """What becomes of the numbers issued under the old and the new ID number (empty: it stays)."""
    old = member.opened("id_number")
    return identities.fate(member.number, old=old, new=id_number or old)


def correct(member: Member, *, name: str, id_number: str, reason: str, seen: str, by: Role) -> None:
    """Both as they are to be, checked by the rules; without `id_number` it stays. The number with what was issued and registered, and
    the person's own account, follow; a replacement in review starts anew; the person's organisation is told.

    Raises:
        PermissionDenied: the role may not.
        StaleState: the record changed since the preview, or nothing is different.
        PersonKnown: someone with this ID number is in the system.
    """
    policy.require(by, Act.ADMINISTER, by.organization)
    with transaction.atomic():
        # Another number may have been issued to them in another branch.
        Organization.objects.lock(shared=True)
        settled(member.organization_id)
        archive = Archive.objects.select_for_update().open().filter(member=member).first()
        Member.objects.select_for_update().get(pk=member.pk)
        current = Member.objects.select_related("organization", "holding").get(pk=member.pk)
        if not same(seen, *_state(current)):
            raise StaleState(STALE)
        if words := why_not(current):
            raise StaleState(words)
        old = current.opened("id_number")
        id_number = id_number or old
        if id_number != old:
            people.require_unknown(id_number)
        entry = replace(changes.entry_of(current), name=name, id_number=id_number, id_number_again=id_number)
        identities.follow(current.number, old=old, new=id_number, name=name, by=by)
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
        notices.tell(
            current.organization, sort=Notice.Sort.NEWS, kind=KIND, subject=f"member:{current.pk}",
            title=f"{name}的姓名或身份证号码已由省级更正", body="请核对该团员的信息；与本人不符的，请向省级团委反映。",
            link="member", link_args=[str(current.uuid)],
        )  # fmt: skip
        in_person.tell(
            current, current.organization, kind=KIND, title="您的姓名或身份证号码已由省级更正", by=by
        )


def _state(member: Member) -> list[object]:
    """What a preview rests on."""
    return [member.pk, member.state, changes.version(member), member.name, bytes(member.id_blind).hex()]
