"""One person's record and posts."""

from members.models.member import Member
from members.models.post import Post

__all__ = ["Member", "Post"]
