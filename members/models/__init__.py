"""One person's record and posts."""

from members.models.change import Change
from members.models.member import Member
from members.models.post import Post

__all__ = ["Change", "Member", "Post"]
