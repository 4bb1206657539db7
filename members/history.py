"""变更记录: a person's changes in words, newest first, personal data masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from members import choices
from members.layout import LABELS
from members.models import Change, Member
from members.rules.entry import ANSWERS, DATES, MONTHS
from members.services.changes import as_text
from members.sheet import labels, post_title
from orgs.dictionaries import Group
from zhtj.lib.dates import say_date, say_month
from zhtj.lib.sealing import mask_address, mask_id, mask_phone

MOST = 200
MASKS: dict[str, Callable[[str], str]] = {
    "id_number": mask_id,
    "phone": mask_phone,
    "address": mask_address,
}
FIXED: dict[str, dict[str, str]] = {
    "ethnicity": dict(choices.Ethnicity.choices),
    "occupation": dict(choices.Occupation.choices),
    "study_status": dict(choices.StudyStatus.choices),
    "political_status": dict(choices.PoliticalStatus.choices),
    "cadre_nature": dict(choices.CadreNature.choices),
    "phone_owner": dict(choices.PhoneOwner.choices),
    **{name: dict(choices.YES_NO) for name in ANSWERS},
}
LISTS = {
    "occupation_detail": Group.OCCUPATION,
    "education": Group.EDUCATION,
    "appointed_by": Group.APPOINTMENT,
    "on_duty": Group.DUTY,
}
BESIDE = {
    "withdrawal": "撤回原因",
    "released_number": "发展团员编号（已释放）",
    "release_reason": "释放编号的原因",
    "identity_reason": "更正姓名、身份证号码的原因",
}
"""What is kept that is no field of the form."""


@dataclass(frozen=True, slots=True)
class Line:
    """One field changed once; an empty value is an empty text."""

    at: datetime
    who: str
    label: str
    old: str
    new: str


def history(member: Member) -> list[Line]:
    """The latest changes; ID number, phone and address masked as everywhere."""
    rows = list(
        Change.objects.filter(member=member)
        .select_related("user", "role__organization")
        .order_by("-pk")[:MOST]
    )
    words = labels() if rows else {}
    return [_line(row, member, words) for row in rows]


def preview(member: Member, changed: Mapping[str, tuple[Any, Any]]) -> list[tuple[str, str, str]]:
    """(label, old, new) of what is about to change, in words, for whoever typed it: in full."""
    words = labels() if changed else {}

    def say(field: str, value: Any) -> str:
        return _say(field, as_text(value), member, words, masked=False)

    return [(LABELS[field], say(field, old), say(field, new)) for field, (old, new) in changed.items()]


def _line(row: Change, member: Member, words: dict[tuple[str, str], str]) -> Line:
    old, new = (_say(row.field, text, member, words) for text in row.opened())
    who = f"{row.user.name}，{row.role.organization.short_name}"
    return Line(row.at, who, LABELS.get(row.field) or BESIDE.get(row.field, row.field), old, new)


def _say(
    field: str, text: str, member: Member, words: dict[tuple[str, str], str], *, masked: bool = True
) -> str:
    if not text:
        return ""
    if field in MASKS:
        return MASKS[field](text) if masked else text
    if field in DATES:
        return say_date(date.fromisoformat(text))
    if field in MONTHS:
        return say_month(date.fromisoformat(text))
    if field in FIXED:
        return FIXED[field].get(text, text)
    if field == "title":
        return post_title(text, member.organization.kind, words)
    group = LISTS.get(field)
    return words.get((group, text), text) if group else text
