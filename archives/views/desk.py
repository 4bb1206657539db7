"""What lies beside the page images on the reviewer's desk: the data to compare, and what the system has checked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.conf import settings

from archives.models import Archive, Upload
from members import sheet
from members.models import Member
from members.sheet import Row
from numbering.models import Issue
from orgs.models import Role
from zhtj.lib.text import say_size

REPAIRED = "repaired"
PAPER = ("name", "id_number", "sex", "ethnicity", "born", "joined_on", "number", "organization")
"""What the paper form says first, in its order."""
FEW = 3


@dataclass(frozen=True, slots=True)
class Fact:
    """One finding; a warning is for the reviewer to look at and stops nothing."""

    text: str
    detail: str = ""
    warning: bool = False
    page: int = 0


def case(archive: Archive, *, in_full: bool) -> tuple[list[Row], list[Row]]:
    """What was entered: what the paper form says first, in its order, and the rest; with the full ID number (and what it tells) only for who decides."""
    rows = [row for section in sheet.sections(archive.member) for row in section.rows if row.value]
    if in_full:
        number = archive.member.opened("id_number")
        at = [row.name for row in rows].index("id_number")
        rows[at : at + 1] = [replace(rows[at], value=number), *sheet.read_from_id(number)]
    rows.append(Row("organization", "发展组织", archive.organization.name))
    paper = sorted((row for row in rows if row.name in PAPER), key=lambda row: PAPER.index(row.name))
    return paper, [row for row in rows if row.name not in PAPER]


def file_facts(archive: Archive, *, by: Role) -> list[Fact]:
    """What the checks at entry and the inspection found. They inform; nothing is decided by them."""
    upload, member = archive.upload, archive.member
    facts = [
        _readable(upload),
        *_page_count(upload),
        *_looks(upload),
        *_other_numbers(archive),
        *_used_elsewhere(archive, by),
    ]
    if REPAIRED in upload.warnings:
        facts.append(Fact("文件结构有缺损，已按可读部分打开", "请确认页面完整", warning=True))
    if member.id_county_unverified:
        facts.append(Fact("身份证号码前六位不在已知地区代码中", "录入人已确认，请与志愿书核对", warning=True))
    facts.append(Fact("身份证号码校验位正确，系统内没有重复"))
    if member.number:
        facts.append(_number(member))
    return sorted(facts, key=lambda fact: not fact.warning)


def _number(member: Member) -> Fact:
    issued = Issue.objects.standing().filter(number=member.number)
    if issued.exclude(id_blind=member.id_blind).exists():
        return Fact("发展团员编号发放给了另一人", "录入人已确认，请与志愿书上的编号核对", warning=True)
    return Fact("发展团员编号格式、年份正确，没有被他人占用")


def _page_count(upload: Upload) -> list[Fact]:
    usual = settings.UPLOAD_USUAL_PAGES
    if 0 < upload.pages < usual:
        return [Fact(f"只有 {upload.pages} 页", f"入团志愿书一般为 {usual} 页，请确认是否缺页", warning=True)]
    if upload.pages > 2 * usual:
        detail = f"入团志愿书一般为 {usual} 页，请确认是否混入其他材料"
        return [Fact(f"多达 {upload.pages} 页", detail, warning=True)]
    return []


def _looks(upload: Upload) -> list[Fact]:
    """Blank, sideways and coarse pages; nothing where nothing was looked for."""
    found = upload.findings
    if not found:
        return []
    seen = (
        ("blank", "接近空白", "请确认是否缺页"),
        ("sideways", "是横向的", "可旋转后查看"),
        ("coarse", f"清晰度低（约 {found['dpi']} dpi）", "请放大后确认字迹能否辨认"),
    )
    facts = [
        Fact(
            f"第 {_pages(found[name])} 页{words}",
            f"{detail}。只提醒，不影响审核",
            warning=True,
            page=found[name][0],
        )
        for name, words, detail in seen
        if found[name]
    ]
    return facts or [Fact("没有空白页和横向页，清晰度正常")]


def _pages(numbers: list[int]) -> str:
    rest = f" 等 {len(numbers)}" if len(numbers) > FEW else ""
    return "、".join(map(str, numbers[:FEW])) + rest


def _other_numbers(archive: Archive) -> list[Fact]:
    """A text layer that names somebody else's 发展团员编号."""
    found = archive.upload.findings.get("numbers", [])
    others = [one for one in found if one != archive.member.number]
    if others:
        words = "、".join(others[:FEW])
        return [Fact(f"文件文字中有其他编号 {words}", "与录入的发展团员编号不同，请核对", warning=True)]
    return [Fact("文件文字中的编号与录入的一致")] if found else []


def _used_elsewhere(archive: Archive, by: Role) -> list[Fact]:
    """The same bytes handed in for somebody else: who, as far as this role sees them."""
    others = Archive.objects.filter(upload__sha256=archive.upload.sha256).exclude(member=archive.member_id)
    seen = others.visible_to(by).select_related("member", "organization").order_by("-pk")[:FEW]
    names = "、".join(f"{one.member.name}（{one.organization.short_name}）" for one in seen)
    if not names and not others.exists():
        return []
    who = names or "另一名团员（不在您的管理范围内）"
    return [Fact("同一文件已用于他人", f"{who}的入团志愿书是同一个文件，请核对是否传错", warning=True)]


def _readable(upload: Upload) -> Fact:
    if upload.state == Upload.State.BY_HAND:
        return Fact("系统未能自动检查该文件", "请打开原件查看。打开前请确认来源可靠", warning=True)
    return Fact(f"PDF {upload.pages} 页，{say_size(upload.size)}，未加密，无脚本")
