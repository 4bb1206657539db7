"""Drafts: what somebody typed into a form and has not submitted, kept sealed on the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from archives.models import Draft, Upload
from archives.policy import require_entering
from members.choices import Variant
from members.models import Member
from members.rules import ENTRY_FIELDS
from orgs.kinds import Kind
from orgs.models import Organization, Role, settled

MOST = 50
"""Drafts of one person in one organisation: 工作台 shows them all."""
LONGEST = 500
"""Characters kept of one field: more than any rule accepts."""
KEPT = (*ENTRY_FIELDS, "issue", "registration")
"""What is typed, and the issued or registered number the form was opened with."""
COMMON = (
    *("ethnicity", "occupation", "study_status", "occupation_detail", "education"),
    *("political_status", "joined_on"),
)
"""What the people of one class have in common, and 继续录入 takes along."""


class DraftRefused(Exception):
    """The draft was not kept; the text says why and what to do."""


@transaction.atomic
def save(
    typed: Mapping[str, Any],
    *,
    key: UUID,
    organization: Organization,
    upload: Upload | None,
    by: Role,
) -> Draft:
    """Keep what the form `key` holds now, in place of what was kept of it before.

    Raises:
        PermissionDenied: the role may not enter people there.
        DraftRefused: the form was submitted already, or there are too many drafts.
    """
    place = settled(organization.pk)
    require_entering(place, by=by)
    _hold(key)
    if Member.objects.filter(entry_key=key).exists():
        raise DraftRefused("此表单已提交。录入下一人请重新打开录入页面")
    mine = Draft.objects.of_person(by)
    draft = mine.filter(key=key).first()
    if draft is None:
        if mine.count() >= MOST:
            raise DraftRefused(f"草稿未保存：已有 {MOST} 份草稿，请先在工作台提交或删除")
        if Draft.objects.filter(key=key).exists():
            raise DraftRefused("此表单是以另一身份打开的，草稿未保存。请重新打开录入页面")
        draft = Draft(key=key, user=by.user, kept_by=by.organization)
    draft.variant, draft.upload = variant_for(place, by=by), upload
    draft.keep(texts(typed))
    draft.place(place)
    draft.save()
    return draft


def texts(typed: Mapping[str, Any]) -> dict[str, str]:
    """What is kept of a form, of a draft as of a claim."""
    return {name: text[:LONGEST] for name in KEPT if (text := str(typed.get(name, "")))}


def become_entry(key: UUID, *, by: Role) -> None:
    """The form is being submitted: its draft goes in the same transaction, and a save that is under way finds it submitted.

    Called before any row is locked that a save may need, the organisation's excepted.
    """
    _hold(key)
    Draft.objects.filter(key=key, user=by.user).delete()


def variant_for(organization: Organization, *, by: Role) -> Variant:
    """By which form this role enters people there (see `require_entering`)."""
    if organization.kind != Kind.BRANCH:
        return Variant.C
    return Variant.A if organization.pk == by.organization_id else Variant.B


def common_fields(member: Member) -> dict[str, str]:
    """What 继续录入 fills in for the next person, as a form holds it: nothing that tells who somebody is."""
    return {name: str(value) for name in COMMON if (value := getattr(member, name))}


def _hold(key: UUID) -> None:
    # Two saves of one form, or a save and its submission: one after the other. There may be no row yet to lock.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(key)])
