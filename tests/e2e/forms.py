"""Filling forms A, B and C by their labels, as a person would."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from members.choices import CadreNature, Ethnicity, PoliticalStatus, StudyStatus
from members.rules import Entry
from orgs.dictionaries import DICTIONARIES, Group

YES = {True: "是", False: "否"}


def fill(page: Page, entry: Entry, *, form_c: bool = False) -> None:
    """Every field of the entry; the fields that appear on the way are waited for."""
    page.get_by_label("姓名").fill(entry.name)
    page.get_by_label("身份证号码").nth(0).fill(entry.id_number)
    page.get_by_label("身份证号码").nth(1).fill(entry.id_number_again)
    page.get_by_label("民族").select_option(label=Ethnicity(entry.ethnicity).label)
    page.get_by_role("radio", name="青年学生").check()
    expect(page.get_by_label("在读状况")).to_be_visible()
    page.get_by_label("在读状况").select_option(label=StudyStatus(entry.study_status).label)
    page.get_by_label("学历").select_option(label=dict(DICTIONARIES[Group.EDUCATION])[entry.education])
    page.get_by_label("政治面貌").select_option(label=PoliticalStatus(entry.political_status).label)
    page.get_by_label("入团时间").fill(entry.joined_on.isoformat())
    page.get_by_label("发展团员编号").fill(entry.number)
    if form_c:
        fill_post(page, entry)
    else:
        page.get_by_label("是否团干部").select_option(label=YES[entry.is_cadre])
        page.get_by_label("户籍地址").fill(entry.address)
    page.get_by_label("手机号码", exact=False).first.fill(entry.phone)
    expect(page.get_by_label("是否递交入党申请书")).to_be_visible()
    page.get_by_label("是否递交入党申请书").select_option(label=YES[entry.applied])
    page.get_by_label("是否成为注册志愿者").select_option(label=YES[entry.volunteer])


def fill_post(page: Page, entry: Entry) -> None:
    """团干部信息 of form C, in a committee."""
    page.get_by_label("团内现任职务").select_option(label=dict(DICTIONARIES[Group.TITLE_BASIC])[entry.title])
    page.get_by_label("任现职年月").fill(f"{entry.post_since:%Y-%m}")
    page.get_by_label("任现职方式").select_option(
        label=dict(DICTIONARIES[Group.APPOINTMENT])[entry.appointed_by]
    )
    page.get_by_label("团干部性质").select_option(label=CadreNature(entry.cadre_nature).label)
    page.get_by_label("是否同级党（工）委（党支部）委员").select_option(label=YES[entry.on_party_committee])
    page.get_by_label("在岗状态").select_option(label=dict(DICTIONARIES[Group.DUTY])[entry.on_duty])


def choose_file(page: Page, path: Path) -> None:
    """Pick the 入团志愿书 and wait until the real worker has found it usable."""
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_text("可用", exact=True)).to_be_visible(timeout=30_000)


def submit(page: Page) -> None:
    """提交, then 确认提交 on the check page."""
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("heading", name="确认信息")).to_be_visible()
    page.get_by_role("button", name="确认提交").click()
    expect(page.get_by_role("heading", name="录入成功")).to_be_visible()
