"""Old titles by load: a current post with the old title for each row, whose new one is then chosen (指引 1.3（4）)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from members.choices import CadreNature
from members.models import Member, Post
from numbering.id_number import IdNumberError, normalise, parse
from orgs.dictionaries import Group
from orgs.kinds import Kind
from orgs.models import Option, Organization, settled
from orgs.services import audit
from zhtj.lib.dates import DateUnreadable, parse_month, say_month
from zhtj.lib.sealing import mask_id

REQUIRED = ("身份证号码", "组织全称", "原职务", "任现职年月")
OPTIONAL = ("任现职方式", "团干部性质", "是否同级党（工）委（党支部）委员", "在岗状态")
LONGEST = 60


class RowRefused(Exception):
    """Why a row was not taken, in words."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row; the ID number masked."""

    line: int
    who: str
    words: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row, read; codes where there are codes."""

    member: Member
    organization: Organization
    old_title: str
    since: date
    appointed_by: str
    nature: str
    on_party_committee: bool
    on_duty: str


def load(rows: Sequence[dict[str, str]], *, write: bool) -> list[Outcome]:
    """One outcome a row, in their order; each good row is written by itself, and only with `write`."""
    return [_one(line, cells, write) for line, cells in enumerate(rows, 2)]


def _one(line: int, cells: dict[str, str], write: bool) -> Outcome:
    number = normalise(cells.get(REQUIRED[0], ""))
    who = mask_id(number)
    try:
        row = _read(cells, number)
        if write:
            _write(row)
        else:
            _require_free(row)
    except RowRefused as refused:
        return Outcome(line, who, str(refused), ok=False)
    done = "已导入" if write else "可以导入"
    return Outcome(
        line, f"{row.member.name} {who}", f"{done}：{row.organization.name} {row.old_title}", ok=True
    )


def _read(cells: dict[str, str], number: str) -> Row:
    today = timezone.localdate()
    member, organization = _member(number, today), _organization(cells[REQUIRED[1]])
    return Row(
        member=member,
        organization=organization,
        old_title=_old_title(cells[REQUIRED[2]]),
        since=_since(cells[REQUIRED[3]], member, today),
        appointed_by=_code(Group.APPOINTMENT, cells, OPTIONAL[0], usual="other"),
        nature=_nature(cells.get(OPTIONAL[1], "")),
        on_party_committee=_yes(cells.get(OPTIONAL[2], "")),
        # Forms A and B do not ask it (spec: only C).
        on_duty=""
        if organization.kind == Kind.BRANCH
        else _code(Group.DUTY, cells, OPTIONAL[3], usual="on_duty"),
    )


def _member(number: str, today: date) -> Member:
    try:
        parse(number, today=today)
    except IdNumberError as wrong:
        raise RowRefused(f"身份证号码有误：{wrong.message}") from None
    found = Member.objects.with_id(number).exclude(state=Member.State.WITHDRAWN).first()
    if found is None:
        raise RowRefused("系统中没有此人，请先录入")
    if found.state != Member.State.ACTIVE:
        raise RowRefused(f"{found.name}当前为“{found.get_state_display()}”，在册后才能导入")
    return found


def _organization(name: str) -> Organization:
    found = list(Organization.objects.active().filter(name=name)[:2])
    if not found:
        raise RowRefused(f"没有全称为“{name}”的组织，或该组织已停用")
    if len(found) > 1:
        raise RowRefused(f"有几个全称为“{name}”的组织，无法确定是哪一个，请在系统中登记任职")
    return found[0]


def _old_title(text: str) -> str:
    if not text:
        raise RowRefused("没有填写原职务")
    if len(text) > LONGEST:
        raise RowRefused(f"原职务有 {len(text)} 个字，最多 {LONGEST} 个字")
    return text


def _since(text: str, member: Member, today: date) -> date:
    try:
        since = parse_month(text)
    except DateUnreadable as broken:
        raise RowRefused(f"任现职年月：{broken}") from None
    if since > today:
        raise RowRefused(f"任现职年月 {say_month(since)} 晚于本月")
    if since < member.joined_on.replace(day=1):
        raise RowRefused(f"任现职年月 {say_month(since)} 早于入团时间 {say_month(member.joined_on)}")
    return since


def _code(group: Group, cells: dict[str, str], column: str, *, usual: str) -> str:
    if not (text := cells.get(column, "")):
        return usual
    code = Option.objects.in_group(group).filter(label=text).values_list("code", flat=True).first()
    if code is None:
        raise RowRefused(f"{column}“{text}”不在选项中")
    return str(code)


def _nature(text: str) -> str:
    if not text:
        return CadreNature.PART_TIME
    for nature in CadreNature:
        if nature.label == text:
            return nature
    raise RowRefused(f"团干部性质“{text}”不在选项中")


def _yes(text: str) -> bool:
    if text not in {"", "是", "否"}:
        raise RowRefused(f"{OPTIONAL[2]}应填“是”或“否”，现为“{text}”")
    return text == "是"


def _require_free(row: Row) -> None:
    held = Post.objects.current().of(row.organization).filter(member=row.member).first()
    if held is None:
        return
    if held.old_title == row.old_title:
        raise RowRefused("已导入过，略过")
    raise RowRefused(f"{row.member.name}在该组织已有现任职务，略过")


def _write(row: Row) -> None:
    try:
        with transaction.atomic():
            place = settled(row.organization.pk)
            person = Member.objects.select_for_update(no_key=True, of=("self",)).get(pk=row.member.pk)
            _require_free(row)
            post = Post(
                member=person, title="", old_title=row.old_title, since=row.since,
                appointed_by=row.appointed_by, nature=row.nature,
                on_party_committee=row.on_party_committee, on_duty=row.on_duty,
            )  # fmt: skip
            post.place(place)
            post.save(force_insert=True)
            audit.record(role=None, verb="load_title", subject=f"member:{person.pk}", organization=place)
    except IntegrityError:
        raise RowRefused(f"{row.member.name}在该组织已有现任职务，略过") from None
