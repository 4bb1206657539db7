"""What lies beside the page images on the reviewer's desk: the data to compare, and what the system has checked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.conf import settings

from archives.models import Archive, Upload
from members import sheet
from members.sheet import Row
from zhtj.lib.text import say_size

REPAIRED = "repaired"


@dataclass(frozen=True, slots=True)
class Fact:
    """One finding; a warning is for the reviewer to look at and stops nothing."""

    text: str
    detail: str = ""
    warning: bool = False


def case(archive: Archive, *, in_full: bool) -> list[Row]:
    """What was entered, in the guide's order; with the full ID number (and what it tells) only for who decides."""
    rows = [row for section in sheet.sections(archive.member) for row in section.rows if row.value]
    if in_full:
        number = archive.member.opened("id_number")
        at = [row.name for row in rows].index("id_number")
        rows[at : at + 1] = [replace(rows[at], value=number), *sheet.read_from_id(number)]
    return rows


def file_facts(archive: Archive) -> list[Fact]:
    """What the checks at entry and the inspection found."""
    upload, member = archive.upload, archive.member
    facts = [_readable(upload)]
    if upload.pages and upload.pages < settings.UPLOAD_USUAL_PAGES:
        facts.append(
            Fact(
                f"只有 {upload.pages} 页",
                f"入团志愿书一般为 {settings.UPLOAD_USUAL_PAGES} 页，请确认是否缺页",
                warning=True,
            )
        )
    if REPAIRED in upload.warnings:
        facts.append(Fact("文件结构有缺损，已按可读部分打开", "请确认页面完整", warning=True))
    if member.id_county_unverified:
        facts.append(Fact("身份证号码前六位不在已知地区代码中", "录入人已确认，请与志愿书核对", warning=True))
    facts.append(Fact("身份证号码校验位正确，系统内没有重复"))
    if member.number:
        facts.append(Fact("发展团员编号格式、年份正确，没有被他人占用"))
    return sorted(facts, key=lambda fact: not fact.warning)


def _readable(upload: Upload) -> Fact:
    if upload.state == Upload.State.BY_HAND:
        return Fact("系统未能自动检查该文件", "请打开原件查看。打开前请确认来源可靠", warning=True)
    return Fact(f"PDF {upload.pages} 页，{say_size(upload.size)}，未加密，无脚本")
