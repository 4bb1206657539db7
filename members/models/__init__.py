"""One person's record and posts."""

from members.models.account import CadreAccount
from members.models.change import Change
from members.models.member import Member
from members.models.post import Post

__all__ = ["CadreAccount", "Change", "Member", "Post"]
