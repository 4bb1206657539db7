"""What the columns 档案是否上传 and 审核状态 of 本级新发展团员详情 say (spec/domain 4; 指引 3.11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archives.models import Archive

State = Archive.State
OPEN = frozenset({State.CHECKING, State.WAITING})


@dataclass(frozen=True, slots=True)
class Standing:
    """`uploaded` and `review` are the words of the two columns; `to_replace` says that the first file was refused: 替换档案.

    `note` stands beside 已上传. `in_force`: one file has been approved; `replaceable`: and no other waits to take its place.
    """

    uploaded: str
    review: str
    to_replace: bool = False
    note: str = ""
    in_force: bool = False
    replaceable: bool = False


def standing(states: Sequence[str]) -> Standing:
    """Of one person's files, the states from the first to the latest.

    替换档案 stands there after a refused first upload only: a file in force stays in force while a replacement is under review and
    after it was refused.
    """
    counted = [state for state in states if state != State.WITHDRAWN]
    if not counted:
        return Standing("未上传", "无需审核")
    latest = counted[-1]
    if State.APPROVED in counted:
        return Standing("已上传", "通过", note=_since(latest), in_force=True, replaceable=latest not in OPEN)
    if latest in OPEN:
        return Standing("已上传", "审核中")
    return Standing("替换档案", "未通过", to_replace=True)


def _since(latest: str) -> str:
    """What became of the replacement that was submitted last, while another file is in force."""
    if latest in OPEN:
        return "替换审核中"
    return "上次替换未通过" if latest == State.REFUSED else ""
