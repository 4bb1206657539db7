"""A member's state, moved on behalf of the review; the number follows in the same transaction."""

from __future__ import annotations

from members.flow import MEMBER
from members.models import Member
from members.services import posts
from numbering.models import Holding
from numbering.services import holdings
from zhtj.lib.states import move


def confirm(member: Member) -> None:
    """审核中 → 在册, and its number 预占 → 已占用: together, so that no approved member's number reads 未使用 (指引 3.6).

    Raises:
        StaleState: someone else moved the member first.
    """
    move(member, Member.State.ACTIVE, table=MEMBER)
    if member.holding_id:
        holdings.confirm(Holding.objects.get(pk=member.holding_id))


def refuse(member: Member) -> None:
    """审核中 → 未通过; number and ID stay taken until the entry is withdrawn."""
    move(member, Member.State.REFUSED, table=MEMBER)


def resume(member: Member) -> None:
    """未通过 → 审核中: the file or the data was put right."""
    move(member, Member.State.PENDING, table=MEMBER)


def withdraw(member: Member) -> None:
    """审核中 or 未通过 → 已撤回: number, ID number and posts are free again, in the same transaction.

    Raises:
        StaleState: someone else moved the member first.
    """
    move(member, Member.State.WITHDRAWN, table=MEMBER)
    if member.holding_id:
        holdings.release(Holding.objects.get(pk=member.holding_id))
    posts.end_all(member)
