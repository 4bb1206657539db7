"""The life of a number in a browser: handed down, issued, entered, reviewed; wrong, taken and released; 未使用 and 退伍 (指引 3.3, 3.6–3.9)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from members.models import Member
from members.rules import Entry
from orgs.models import Role
from tests.archives.claiming import NUMBER, enter_as, promised, school_segment, wanting
from tests.e2e.conftest import sign_in
from tests.e2e.forms import choose_file, fill, submit
from tests.e2e.test_registrations import fill as fill_filing
from tests.numbering import filings
from tests.pdfs import plain_pdf

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),  # several people sign in, one after the other
]
NEW = "/numbers/issues/new/"
WRONG = "该发展团员编号属于高中领域，与拟录入团员所属领域不符，请重新核实"
REASON = "发放登记表上是申请人，占用方填错了编号"
_days = count(1)


@pytest.fixture
def scan(tmp_path):
    path = tmp_path / "入团志愿书.pdf"
    path.write_bytes(plain_pdf())
    return path


def grown(number: str = NUMBER, **values: object) -> Entry:
    """A student of 普通高中 who is 18, so that every field of the form is asked."""
    born = date(2008, 1, 1) + timedelta(days=next(_days))
    return wanting(number, born=born, applied=False, **values)


def in_force(entry: Entry, role: Role, judge: Role) -> Member:
    """Entered and approved, as the database has it."""
    from archives.services import review
    from tests.archives.cases import found_good

    promised(entry, role, judge)
    member = enter_as(entry, role)
    archive = member.archives.get()
    found_good(archive.upload)
    archive.refresh_from_db()
    review.approve(archive, sha256=archive.upload.sha256, round=archive.round, by=judge)
    return member


def fill_rest(page: Page, entry: Entry) -> None:
    """What a form opened with an issued number leaves to fill in."""
    page.get_by_label("民族").select_option(label="汉族")
    page.locator("#id_education").select_option(label="初中")
    page.get_by_label("政治面貌").select_option(label="共青团员")
    page.get_by_label("是否团干部").select_option(label="否")
    page.get_by_label("户籍地址").fill(entry.address)
    page.get_by_label("手机号码").first.fill(entry.phone)
    page.get_by_label("是否递交入党申请书").select_option(label="否")
    page.get_by_label("是否成为注册志愿者").select_option(label="否")


def approve(page: Page, name: str) -> None:
    page.goto("/reviews/")
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("button", name="通过", exact=True).click()
    expect(page.get_by_role("heading", name="全部审核完毕")).to_be_visible()


def hand_down(page: Page, to: str, quantity: int) -> None:
    page.goto("/numbers/")
    page.get_by_role("link", name="分配给一个下级").click()
    page.get_by_label("下级组织").select_option(label=to)
    page.get_by_label("数量").fill(str(quantity))
    page.get_by_role("button", name="查看分配方案").click()
    page.get_by_role("button", name="确认分配").click()
    expect(page.get_by_text(f"共 {quantity} 个编号分配给“丙中学{to}”")).to_be_visible()


def issue(page: Page, branch: str, entry: Entry) -> None:
    page.goto(NEW)
    opener = page.get_by_role("button", name="选择支部")
    if opener.is_visible():  # on a phone the tree is a sheet
        opener.click()
    page.get_by_role("treeitem", name=branch).click()
    page.get_by_label("姓名").fill(entry.name)
    page.get_by_label("身份证号码").fill(entry.id_number)
    page.get_by_label("入团时间").fill(entry.joined_on.isoformat())
    page.get_by_label("领域").select_option(label="高中")
    page.get_by_role("button", name="发放", exact=True).click()
    expect(page.get_by_role("heading", name="已发放")).to_be_visible()


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_handed_down_issued_entered_from_待录入_reviewed_and_counted(site, open_page, scan, width):
    school_segment(site)
    entry = grown(name="演示新团员")
    branch, committee = site.role(site.sibling), site.role(site.school)
    page = sign_in(open_page(), committee)
    hand_down(page, "教工团支部", 10)
    issue(page, "教工团支部", entry)

    mine = sign_in(open_page(width), branch)
    mine.goto("/numbers/pending/")
    mine.get_by_role("link", name=re.compile(r"^录入\s*演示新团员$")).click()
    expect(mine.get_by_label("发展团员编号")).to_have_value(NUMBER)
    expect(mine.get_by_label("发展团员编号")).to_have_attribute("readonly", "")
    expect(mine.get_by_label("身份证号码")).to_have_count(1)
    assert entry.id_number not in mine.content()
    fill_rest(mine, entry)
    choose_file(mine, scan)
    submit(mine)
    mine.goto("/numbers/pending/")
    expect(mine.get_by_text("没有待录入的人员")).to_be_visible()

    approve(page, "演示新团员")
    page.goto("/database/?year=2026")
    page.get_by_role("link", name="查看 教工团支部 高中领域 录入明细").click()
    expect(page.get_by_role("dialog").locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("dialog")).to_contain_text("演示新团员")
    member = Member.objects.get()
    assert (member.state, member.holding.number, member.holding.state) == ("active", NUMBER, "held")


def test_a_number_of_another_领域_is_said_at_once_and_at_submit_and_put_right(site, open_page, scan):
    school_segment(site)
    branch, committee = site.role(site.sibling), site.role(site.school)
    entry = grown()
    promised(entry, branch, committee)
    page = sign_in(open_page(), branch)
    page.goto("/members/enter/")
    fill(page, entry)
    expect(page.get_by_text(WRONG)).to_have_count(0)
    page.get_by_label("在读状况").select_option(label="初中在读")
    expect(page.locator("#div_id_number")).to_contain_text(WRONG)
    expect(page.locator("#div_id_number")).to_contain_text("在读状况须为“普通高中在读”")
    page.locator("#id_education").select_option(label="小学")
    choose_file(page, scan)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(WRONG)
    page.get_by_label("在读状况").select_option(label="普通高中在读")
    page.locator("#id_education").select_option(label="初中")
    expect(page.locator("#div_id_number")).not_to_contain_text(WRONG)
    submit(page)
    assert Member.objects.get().number == NUMBER


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_taken_brought_forward_released_entered_and_the_other_gets_a_new_number(site, open_page, scan, width):
    school_segment(site)
    branch, holder, judge = (site.role(place) for place in (site.branch, site.sibling, site.school))
    occupant, entry = grown(name="演示占用人"), grown(name="演示申请人")
    member = in_force(occupant, holder, judge)

    mine = sign_in(open_page(width), branch)
    mine.goto("/members/enter/")
    fill(mine, entry)
    choose_file(mine, scan)
    mine.get_by_role("button", name="提交", exact=True).click()
    dialog = mine.get_by_role("dialog", name="发展团员编号已被占用")
    expect(dialog).to_contain_text("丙中学教工团支部")
    expect(dialog).to_contain_text("演示占用人")
    dialog.get_by_label("说明").fill("发放单可查")
    dialog.get_by_role("button", name="提交核实").click()
    expect(mine.get_by_role("heading", name="编号占用核实")).to_be_visible()

    theirs = sign_in(open_page(width), holder)
    theirs.goto("/numbers/disputes/?tab=ours")
    theirs.get_by_role("link", name=NUMBER).first.click()
    theirs.get_by_label("答复").fill("编号登记时抄错了")
    theirs.get_by_role("button", name="提交答复").click()
    expect(theirs.get_by_text("编号登记时抄错了")).to_be_visible()

    desk = sign_in(open_page(width), judge)
    desk.goto("/numbers/disputes/")
    desk.get_by_role("link", name=NUMBER).first.click()
    expect(desk.get_by_role("region", name="核对")).to_contain_text("编号登记时抄错了")
    expect(desk.get_by_role("img").first).to_be_visible(timeout=30_000)
    desk.get_by_role("button", name="确认释放").first.click()
    release = desk.get_by_role("dialog", name="确认释放")
    release.get_by_role("button", name="确认释放").click()
    expect(release.get_by_role("textbox").first).to_have_attribute("aria-invalid", "true")
    release.get_by_role("textbox").nth(0).fill(REASON)
    release.get_by_role("textbox").nth(1).fill(NUMBER[-4:])
    release.get_by_role("button", name="确认释放").click()
    expect(desk.get_by_text("已释放").first).to_be_visible()
    issue(desk, "教工团支部", occupant)

    mine.goto("/inbox/?tab=result")
    mine.get_by_role("button", name=re.compile("^继续录入")).click()
    expect(mine.get_by_label("姓名")).to_have_value("演示申请人")
    expect(mine.get_by_text("入团志愿书.pdf").first).to_be_visible()
    submit(mine)
    approve(desk, "演示申请人")

    theirs.goto("/inbox/")
    theirs.get_by_role("button", name=re.compile("^去登记")).click()
    theirs.get_by_role("button", name="登记", exact=True).click()
    expect(theirs.get_by_role("heading", level=1)).to_contain_text("演示占用人")
    member.refresh_from_db()
    assert (member.number, member.number_due) == (str(int(NUMBER) + 1), False)
    assert Member.objects.get(name="演示申请人").number == NUMBER


def file_unused(page: Page, entry: Entry) -> None:
    """On the form of 未使用登记."""
    expect(page.get_by_role("heading", level=1)).to_have_text("未使用登记")
    page.get_by_label("姓名").fill(entry.name)
    page.get_by_label("身份证号码").fill(entry.id_number)
    page.get_by_label("发展团员编号").fill(entry.number)
    page.get_by_label("发展组织全称").fill(filings.DEVELOPED_BY)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("现由“丙中学团委”办理").first).to_be_visible()


def enter_registered(page: Page, entry: Entry, scan: Path) -> None:
    """去录入, once the province has registered."""
    page.goto("/numbers/registrations/")
    page.get_by_role("link", name=entry.name).click()
    page.get_by_role("link", name="去录入").click()
    expect(page.get_by_label("发展团员编号")).to_have_value(entry.number)
    expect(page.get_by_label("发展团员编号")).to_have_attribute("readonly", "")
    page.get_by_role("radio", name="青年学生").check()
    page.get_by_label("在读状况").select_option(label="普通高中在读")
    page.get_by_label("入团时间").fill(entry.joined_on.isoformat())
    fill_rest(page, entry)
    choose_file(page, scan)
    submit(page)
    assert Member.objects.get().number == entry.number


def rises_to_the_province(open_page, roles: dict[str, Role], name: str) -> None:
    """Confirmed by every level, and registered."""
    for place in ("school", "county", "city"):
        level = sign_in(open_page(), roles[place])
        level.goto("/numbers/registrations/")
        level.get_by_role("link", name=name).click()
        level.get_by_role("button", name="确认上报").click()
        expect(level.get_by_text("已确认上报")).to_be_visible()
    top = sign_in(open_page(), roles["province"])
    top.goto("/numbers/registrations/")
    top.get_by_role("link", name=name).click()
    top.get_by_role("button", name="登记", exact=True).click()
    expect(top.get_by_text("已登记").first).to_be_visible()


def test_未使用_goes_up_through_each_level_and_is_entered(site, open_page, scan):
    school_segment(site)
    branch = site.role(site.sibling)
    roles = filings.staffed(site)
    entry = grown(name="演示未使用")
    page = sign_in(open_page("phone"), branch)
    page.goto("/members/enter/")
    fill(page, entry)
    choose_file(page, scan)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("发展团员编号未使用")
    page.get_by_text("办理未使用登记", exact=True).click()
    file_unused(page, entry)
    rises_to_the_province(open_page, roles, "演示未使用")
    enter_registered(page, entry, scan)


def test_a_veteran_is_filed_goes_up_through_each_level_and_is_entered_free_of_segment_and_领域(
    site, open_page, scan
):
    branch, roles = site.role(site.branch), filings.staffed(site)
    made = filings.veteran(number="202666000001", discharged_on=date(2026, 6, 1))
    entry = grown(made["number"], name=made["name"])
    page = sign_in(open_page(), branch)
    page.goto("/members/enter/")
    fill(page, entry)
    expect(page.locator("#div_id_number")).to_contain_text("不在本组织及上级组织的号段内")
    page.goto("/numbers/registrations/")
    page.get_by_role("link", name="退伍团员备案").click()
    fill_filing(page, made | {"id_number": entry.id_number})
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("现由“丙中学团委”办理").first).to_be_visible()
    rises_to_the_province(open_page, roles, made["name"])
    enter_registered(page, entry, scan)
