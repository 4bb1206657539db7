"""What comes after what in a member's record."""

from members.models import Member
from zhtj.lib.states import Arrows

MEMBER: Arrows = {
    Member.State.PENDING: frozenset({Member.State.ACTIVE, Member.State.REFUSED, Member.State.WITHDRAWN}),
    Member.State.REFUSED: frozenset({Member.State.PENDING, Member.State.WITHDRAWN}),
    Member.State.ACTIVE: frozenset(),
    Member.State.WITHDRAWN: frozenset(),
}
