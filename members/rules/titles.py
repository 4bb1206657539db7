"""重新选择现任职务: what the system suggests for an old title (指引 3.10), and how many a committee usually has."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from orgs.kinds import Kind

SUGGESTED: Final[dict[str, str]] = {
    "书记": "secretary",
    "副书记": "deputy_secretary",
    "组织委员": "committee_member",
    "宣传委员": "committee_member",
    "文体委员": "committee_member",
    "生产委员": "committee_member",
    "权益委员": "committee_member",
    "志愿委员": "committee_member",
}
"""Old title → code of 团内现任职务; any other title is chosen by hand."""

USUAL_SIZE: Final[dict[str, tuple[str, int, int]]] = {
    Kind.BRANCH: ("团支部委员会", 3, 5),
    Kind.GENERAL_BRANCH: ("团总支委员会", 5, 7),
    Kind.COMMITTEE: ("团委", 5, 9),
    Kind.WORKING_COMMITTEE: ("团工委", 5, 9),
}
"""Our best reading; a hint beside the form of a post, never a wall. 领导机关 have no usual size."""


def suggestion(old_title: str, offered: Collection[str]) -> str:
    """The code suggested for an old title among those the organisation chooses from; empty where none is."""
    code = SUGGESTED.get(old_title.strip(), "")
    return code if code in offered else ""


def size_hint(kind: str, count: int) -> str:
    """How many cadres an organisation has now, beside how many are usual; empty where nothing is usual."""
    if kind not in USUAL_SIZE:
        return ""
    words, least, most = USUAL_SIZE[Kind(kind)]
    return f"现任团干部 {count} 名，{words}一般 {least} 至 {most} 名。"
