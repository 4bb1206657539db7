"""One person's data as pages show it: the guide's labels and order, personal data masked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F
from django.utils import timezone

from members import layout
from members.choices import CadreNature, Variant
from members.layout import Widget
from members.models import Member, Post
from numbering.id_number import parse
from orgs.dictionaries import Group, titles_for
from orgs.models import Option

KINDS = {Widget.DATE: "date", Widget.MONTH: "month"}
ENDED_ON = "离任年月"
LABELS = {**layout.LABELS, "ended_on": ENDED_ON, "old_title": "原职务"}
NEVER = frozenset({"id_number_again", "file"})
ALWAYS = frozenset({"number", "is_cadre", "email", "qq", "wechat", "weibo"})
"""Shown with a dash when empty; any other empty field did not apply to this person."""


@dataclass(frozen=True, slots=True)
class Row:
    """One label and value, for components/dl.html."""

    name: str
    label: str
    value: Any
    kind: str = ""
    wide: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    legend: str
    rows: list[Row]


def sections(member: Member, *, with_post: bool = True) -> list[Section]:
    """Everything about one person that applies, masked; with the post they hold in their own organisation, or without."""
    values = _values(member, with_post)
    found = []
    for section in layout.sections(Variant.A if member.is_branch_member else Variant.C):
        rows = [
            Row(spec.name, spec.label, values[spec.name], KINDS.get(spec.widget, _kind(spec.name)))
            for spec in section.fields
            if spec.name not in NEVER and (values[spec.name] or spec.name in ALWAYS)
        ]
        if len(rows) % 2:  # the last line of two columns has no half empty
            rows[-1] = replace(rows[-1], wide=True)
        if rows:
            found.append(Section(section.legend, rows))
    return found


@dataclass(frozen=True, slots=True)
class PostSheet:
    """One post, current or ended, in words."""

    post: Post
    title: str
    rows: list[Row]

    @property
    def current(self) -> bool:
        return self.post.ended_on is None

    @property
    def to_choose(self) -> bool:
        return self.current and not self.post.title


def posts(member: Member) -> list[PostSheet]:
    """All posts of one person: current ones first, then history, each newest first."""
    words = labels()
    rows = member.posts.select_related("organization").order_by(F("ended_on").desc(nulls_first=True), "-pk")
    return [_post_sheet(post, words) for post in rows]


def of_post(post: Post) -> PostSheet:
    """One post in words."""
    return _post_sheet(post, labels())


def _post_sheet(post: Post, words: dict[tuple[str, str], str]) -> PostSheet:
    old = post.old_title if post.title else ""
    values = {"old_title": old} | _post_values(post, words) | {"ended_on": post.ended_on}
    found = [
        Row(name, LABELS[name], value, "month" if name in {"post_since", "ended_on"} else "")
        for name, value in values.items()
        if name != "title" and value
    ]
    if len(found) % 2:
        found[-1] = replace(found[-1], wide=True)
    return PostSheet(post, values["title"], found)


def read_from_id(number: str) -> list[Row]:
    """性别 and 出生年月 as the ID number says them: only beside the full number, since with a masked one they complete it."""
    read = parse(number, today=timezone.localdate())
    return [Row("sex", "性别", read.sex), Row("born", "出生年月", read.born_on, "month")]


def labels() -> dict[tuple[str, str], str]:
    """(dictionary, code) → words, for every entry that records may name, in one read."""
    return {
        (group, code): label for group, code, label in Option.objects.values_list("group", "code", "label")
    }


def _kind(name: str) -> str:
    return {"id_number": "id", "number": "number"}.get(name, "")


def _values(member: Member, with_post: bool) -> dict[str, Any]:
    words = labels()
    plain = {
        "name": member.name,
        "id_number": member.masked_id,
        "ethnicity": member.get_ethnicity_display(),
        "occupation": member.get_occupation_display(),
        "study_status": member.get_study_status_display(),
        "occupation_detail": words.get(
            (Group.OCCUPATION, member.occupation_detail), member.occupation_detail
        ),
        "education": words.get((Group.EDUCATION, member.education), member.education),
        "political_status": member.get_political_status_display(),
        "joined_on": member.joined_on,
        "number": member.number,
        "joined_party_on": member.joined_party_on,
        "phone": member.masked_phone,
        "phone_owner": member.get_phone_owner_display(),
        "address": member.masked_address,
        "applied": _yes_no(member.applied),
        "applied_on": member.applied_on,
        "volunteer": _yes_no(member.volunteer),
        "volunteer_since": member.volunteer_since,
        **{name: getattr(member, name) for name in ("email", "qq", "wechat", "weibo")},
    }
    held = list(member.posts.current().select_related("organization"))
    post = next((one for one in held if with_post and one.organization_id == member.organization_id), None)
    return {**plain, "is_cadre": _yes_no(bool(held)), **_post_values(post, words)}


def _post_values(post: Post | None, words: dict[tuple[str, str], str]) -> dict[str, Any]:
    if post is None:
        return dict.fromkeys(layout.POST_FIELDS, "")
    return {
        "title": post_title(post.title, post.organization.kind, words) or post.old_title,
        "post_since": post.since,
        "appointed_by": words.get((Group.APPOINTMENT, post.appointed_by), post.appointed_by),
        "cadre_nature": CadreNature(post.nature).label,
        "on_party_committee": _yes_no(post.on_party_committee),
        "on_duty": words.get((Group.DUTY, post.on_duty), post.on_duty),
    }


def post_title(code: str, kind: str, words: dict[tuple[str, str], str]) -> str:
    """团内现任职务 in words; the list of another kind helps out where the organisation's kind has changed since."""
    own = titles_for(kind)
    other = Group.TITLE_BASIC if own == Group.TITLE_LEADING else Group.TITLE_LEADING
    return words.get((own, code)) or words.get((other, code), code)


def _yes_no(value: bool | None) -> str:
    return "" if value is None else "是" if value else "否"
