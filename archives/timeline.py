"""办理经过: a person's audit events in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archives.models import Archive
from members.layout import LABELS
from members.models import Member
from orgs.models import AuditEvent

MOST = 200


@dataclass(frozen=True, slots=True)
class Event:
    """For components/timeline.html."""

    icon: str
    tone: str
    title: str
    at: datetime
    who: str
    note: str


# (kind of subject, verb, state reached) → icon, tone, words. What is not here (looks, downloads) is for auditors.
WORDS: dict[tuple[str, str, str], tuple[str, str, str]] = {
    ("member", "enter", Member.State.ACTIVE): ("edit", "", "录入，无需审核"),
    ("member", "enter", Member.State.PENDING): ("edit", "", "录入"),
    ("member", "enter", Member.State.REFUSED): ("edit", "", "录入"),
    ("member", "correct", Member.State.PENDING): ("edit", "", "修改录入信息"),
    ("member", "correct", Member.State.REFUSED): ("edit", "", "修改录入信息"),
    ("member", "identity.correct", Member.State.ACTIVE): ("edit", "", "省级更正姓名或身份证号码"),
    ("member", "study", Member.State.ACTIVE): ("edit", "", "更新在读状况"),
    ("member", "withdraw", Member.State.WITHDRAWN): ("undo", "", "撤回录入"),
    **{
        ("member", verb, state): words
        for state in Member.State.values
        for verb, words in {
            "number.lose": ("swap", "warning", "编号经核实释放给他人，待更正"),
            "number.release": ("swap", "warning", "编号由省级释放，待更正"),
            "number.register": ("hash", "", "登记新的编号"),
        }.items()
    },
    ("member", "appoint", ""): ("user-add", "", "添加任职"),
    ("member", "leave", ""): ("out", "", "登记离任"),
    ("member", "change_post", ""): ("edit", "", "变更任职"),
    ("member", "load_title", ""): ("user-add", "", "导入原职务"),
    ("member", "choose_title", ""): ("edit", "", "重新选择现任职务"),
    ("member", "open_account", ""): ("key", "", "开通本人账号"),
    ("archive", "submit", Archive.State.CHECKING): ("file", "", "首次提交"),
    ("archive", "inspect", Archive.State.WAITING): ("clock", "", "文件检查完毕，等待审核"),
    ("archive", "inspect", Archive.State.REFUSED): ("no", "danger", "文件未通过检查"),
    ("archive", "inspect", Archive.State.APPROVED): ("ok", "success", "文件检查完毕，无需审核"),
    ("archive", "approve", Archive.State.APPROVED): ("ok", "success", "审核通过"),
    ("archive", "refuse", Archive.State.REFUSED): ("no", "danger", "审核未通过"),
    ("archive", "retire", Archive.State.REPLACED): ("swap", "", "由新档案替换，保留备查"),
}
AGAIN = ("undo", "", "重新提交")
REPLACEMENT: dict[tuple[str, str], tuple[str, str, str]] = {
    ("submit", Archive.State.CHECKING): ("swap", "", "提交档案替换"),
    ("inspect", Archive.State.WAITING): ("clock", "", "新档案检查完毕，等待审核"),
    ("inspect", Archive.State.REFUSED): ("no", "danger", "新档案未通过检查，原档案继续有效"),
    ("approve", Archive.State.APPROVED): ("ok", "success", "档案替换审核通过，新档案生效"),
    ("refuse", Archive.State.REFUSED): ("no", "danger", "档案替换审核未通过，原档案继续有效"),
}
"""Of an archive that was handed in for one in force."""


def timeline(member: Member, archives: Sequence[Archive]) -> list[Event]:
    """Newest first; `archives` are the member's, oldest first."""
    versions = {f"archive:{one.pk}": (number, one) for number, one in enumerate(archives, 1)}
    events = AuditEvent.objects.filter(subject__in=[f"member:{member.pk}", *versions])
    rows = events.select_related("user", "role__organization").order_by("-pk")[:MOST]
    # One transaction enters and submits, and its last word is that it entered: told as the beginning it is.
    ordered = sorted(rows, key=lambda event: event.verb == "enter")
    return [told for row in ordered if (told := _tell(row, versions))]


def _tell(event: AuditEvent, versions: dict[str, tuple[int, Archive]]) -> Event | None:
    kind = event.subject.partition(":")[0]
    words = WORDS.get((kind, event.verb, event.to_state))
    if words is None:
        return None
    number, archive = versions.get(event.subject, (0, None))
    if archive and archive.is_replacement:
        words = REPLACEMENT.get((event.verb, event.to_state), words)
    elif event.verb == "submit" and number > 1:
        words = AGAIN
    icon, tone, title = words
    return Event(icon, tone, title, event.at, _who(event), _note(event, number, archive))


def _who(event: AuditEvent) -> str:
    if event.user is None:
        return "系统"
    return f"{event.user.name}，{event.role.organization.short_name}" if event.role else event.user.name


def _note(event: AuditEvent, number: int, archive: Archive | None) -> str:
    if archive is None:
        return "、".join(LABELS.get(name, name) for name in event.fields)
    if event.verb == "retire":
        return f"第 {number} 版入团志愿书"
    if event.verb == "submit":
        pages = f"，{archive.upload.pages} 页" if archive.upload.pages else ""
        why = f"，替换原因：{archive.replace_reason}" if archive.is_replacement else ""
        return f"第 {number} 版入团志愿书{pages}{why}"
    return archive.reason if event.to_state == Archive.State.REFUSED else ""
