"""Writing one person's record from a checked entry."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from members.models import Member
from members.models.member import SEALED
from members.rules import Entry
from members.services import posts
from numbering.id_number import parse
from numbering.services import holdings
from orgs.kinds import Kind
from orgs.models import Organization, Role

PLAIN = (
    *(
        "name",
        "ethnicity",
        "occupation",
        "study_status",
        "occupation_detail",
        "education",
        "political_status",
    ),
    *("joined_on", "joined_party_on", "phone_owner", "email", "qq", "wechat", "weibo"),
    *("applied", "applied_on", "volunteer", "volunteer_since"),
)


class PersonKnown(Exception):
    """The ID number is in the system already; `member` says where. The way is a transfer, not a second entry."""

    def __init__(self, member: Member) -> None:
        super().__init__("身份证号码已在系统中")
        self.member = member


def require_unknown(number: str) -> None:
    """Insist that nobody with this ID number is in the system.

    Raises:
        PersonKnown: somebody is.
    """
    known = (
        Member.objects.select_related("organization")
        .with_id(number)
        .exclude(state=Member.State.WITHDRAWN)
        .first()
    )
    if known:
        raise PersonKnown(known)


def enter(entry: Entry, *, organization: Organization, key: UUID, by: Role) -> Member:
    """Insert the person, their number and their post, in 审核中. `entry` has been checked and cleared by the rules.

    The caller holds `organization` (`settled`) and has asked the policy. `key` belongs to one rendered form: unique.

    Raises:
        NumberTaken: someone holds the number.
        PersonKnown: someone with this ID number is in the system.
        PostTaken: the organisation has its 书记.
        IntegrityError: this very form was submitted already.
    """
    member = Member(
        entry_key=key,
        entered_by=by.user,
        state=Member.State.PENDING,
        is_branch_member=organization.kind == Kind.BRANCH,
        **{name: getattr(entry, name) for name in PLAIN},
    )
    member.place(organization)
    member.seal_fields(**{name: getattr(entry, name) for name in SEALED})
    member.id_county_unverified = not parse(entry.id_number, today=timezone.localdate()).county_known
    if entry.number:
        member.holding = holdings.take(
            entry.number, holder=entry.name, id_blind=bytes(member.id_blind), organization=organization,
            by=by.user,
        )  # fmt: skip
    try:
        with transaction.atomic():
            member.save(force_insert=True)
    except IntegrityError:
        require_unknown(entry.id_number)
        raise
    if entry.is_cadre:
        posts.appoint(member, entry, organization)
    return member
