"""编号待更正: a number that was released for somebody else, and the new one in its place (指引 3.7)."""

from __future__ import annotations

from members.models import Member
from members.services import changes
from numbering.services import holdings
from orgs.models import Role
from zhtj.lib.states import StaleState

RELEASED = "released_number"
"""What the history calls a number lost to somebody else: whoever decided that has not worked on the record."""


def lose(member: Member, *, by: Role) -> None:
    """The record stays without its number, marked 编号待更正. The caller holds the member's row and releases the holding."""
    changes.record(member, {RELEASED: (member.number, "")}, by=by)
    member.holding, member.number_due = None, True
    member.save(update_fields=["holding", "number_due"], force_update=True)


def register(member: Member, number: str, *, by: Role) -> None:
    """The new number of a record marked 编号待更正; a member in force holds it at once. The caller holds organisation and member.

    Raises:
        NumberTaken: someone holds it.
        StaleState: the number was registered meanwhile, or the entry withdrawn.
    """
    if not member.number_due or member.state == Member.State.WITHDRAWN:
        raise StaleState(f"{member.name}的发展团员编号已由他人登记，请刷新后查看。")
    holding = holdings.take(
        number, holder=member.name, id_blind=bytes(member.id_blind), organization=member.organization,
        by=by.user,
    )  # fmt: skip
    changes.record(member, {changes.NUMBERED: ("", number)}, by=by)
    member.holding, member.number_due = holding, False
    member.save(update_fields=["holding", "number_due"], force_update=True)
    if member.state == Member.State.ACTIVE:
        holdings.confirm(holding)
