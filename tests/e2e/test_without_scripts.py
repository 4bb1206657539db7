"""The main job with JavaScript switched off: plain forms and plain links do all of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from archives.models import Archive
from members.choices import StudyStatus, Variant
from members.layout import sections
from members.models import Post
from orgs.dictionaries import DICTIONARIES, Group
from tests.archives.claiming import NUMBER, school_segment
from tests.e2e.conftest import sign_in
from tests.e2e.test_numbers import file_unused, grown, hand_down, in_force, issue
from tests.factories import entry_with_file
from tests.pdfs import plain_pdf
from tests.workers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def plain_page(open_page):
    """`plain_page()`: a page of its own session, without JavaScript."""
    return lambda: open_page(java_script_enabled=False)


def fill_in(page, entry, scan):
    """The whole form stands there: what applies is filled in, the rest left empty."""
    page.get_by_label("姓名").fill(entry.name)
    page.get_by_label("身份证号码").nth(0).fill(entry.id_number)
    page.get_by_label("身份证号码").nth(1).fill(entry.id_number_again)
    page.get_by_label("民族").select_option(label="汉族")
    page.get_by_role("radio", name="青年学生").check()
    page.get_by_label("在读状况").select_option(label=StudyStatus(entry.study_status).label)
    page.get_by_label("学历").select_option(label=dict(DICTIONARIES[Group.EDUCATION])[entry.education])
    page.get_by_label("政治面貌").select_option(label="共青团员")
    page.get_by_label("入团时间").fill(entry.joined_on.isoformat())
    page.get_by_label("发展团员编号").fill(entry.number)
    page.get_by_label("手机号码").first.fill(entry.phone)
    page.get_by_label("是否递交入党申请书").select_option(label="否")
    page.get_by_label("是否成为注册志愿者").select_option(label="否")
    page.locator("input[type=file]").set_input_files(scan)


def send(page):
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("heading", name="确认信息")).to_be_visible()
    page.get_by_role("button", name="确认提交").click()
    expect(page.get_by_role("heading", name="录入成功")).to_be_visible()


def enter(page, entry, scan):
    page.goto("/members/enter/")
    fill_in(page, entry, scan)
    page.get_by_label("是否团干部").select_option(label="否")
    page.get_by_role("button", name="提交", exact=True).click()

    # The answer asks for what was left out, and has lost neither words nor file.
    summary = page.get_by_role("alert")
    expect(summary.get_by_role("link", name="户籍地址")).to_be_visible()
    expect(page.get_by_label("姓名")).to_have_value(entry.name)
    expect(page.get_by_text("志愿书.pdf")).to_be_visible()
    page.get_by_label("户籍地址").fill(entry.address)
    send(page)


@pytest.mark.parametrize("form", ["A", "C"])
def test_every_field_of_a_form_is_there_and_a_cadre_is_entered(site, plain_page, scan, form):
    place, address = {"A": (site.branch, "/members/enter/"), "C": (site.general, "/cadres/enter/")}[form]
    page = sign_in(plain_page(), site.role(place))
    page.goto(address)
    for spec in (spec for section in sections(Variant(form)) for spec in section.fields):
        expect(page.locator(f"#id_{spec.name}")).to_be_visible()
    entry = entry_with_file()
    fill_in(page, entry, scan)
    page.get_by_label("具体职业").select_option(label="农民")  # does not apply: the server forgets it
    if form == "A":
        page.get_by_label("户籍地址").fill(entry.address)
        page.get_by_label("是否团干部").select_option(label="是")
    page.get_by_label("团内现任职务").select_option(label="委员")
    page.get_by_label("任现职年月").fill("2024-09")
    page.get_by_label("任现职方式").select_option(label="选举")
    page.get_by_label("团干部性质").select_option(label="兼职")
    page.get_by_label("是否同级党（工）委（党支部）委员").select_option(label="否")
    if form == "C":
        page.get_by_label("在岗状态").select_option(label="在岗")
    send(page)
    post = Post.objects.select_related("member").get()
    assert (post.title, post.member.name, post.member.occupation_detail) == (
        "committee_member",
        entry.name,
        "",
    )
    assert post.organization == place


def queued() -> bool:
    """The real worker has inspected the file."""
    return Archive.objects.filter(state=Archive.State.WAITING).exists()


@pytest.fixture
def scan(tmp_path):
    path = tmp_path / "志愿书.pdf"
    path.write_bytes(plain_pdf())
    return path


def test_entered_refused_uploaded_again_approved_and_listed(site, plain_page, scan):
    branch, committee, entry = site.role(site.branch), site.role(site.school), entry_with_file()
    page = sign_in(plain_page(), branch)
    enter(page, entry, scan)
    wait_until(queued, "the file to be inspected")

    review = sign_in(plain_page(), committee)
    review.goto("/reviews/")
    review.get_by_role("link", name=entry.name, exact=True).click()
    review.get_by_role("textbox", name="原因").fill("第 3 页缺失，请补齐")
    review.get_by_role("button", name="不通过").click()
    expect(review.get_by_role("heading", name="全部审核完毕")).to_be_visible()

    page.goto("/members/?state=refused")
    page.get_by_role("link", name=entry.name, exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("第 3 页缺失，请补齐")
    page.get_by_role("link", name="替换档案").click()
    page.locator("input[type=file]").set_input_files(scan)
    page.get_by_role("button", name="重新提交").click()
    wait_until(queued, "the second file to be inspected")

    review.goto("/reviews/")
    review.get_by_role("link", name=entry.name, exact=True).click()
    review.get_by_role("button", name="通过", exact=True).click()
    expect(review.get_by_role("heading", name="全部审核完毕")).to_be_visible()

    page.goto("/members/")
    page.get_by_label("姓名、身份证号码或编号").fill(entry.id_number)
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name=entry.name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("在册")
    page.goto("/inbox/?tab=result")
    expect(page.get_by_role("main")).to_contain_text("审核通过")


def test_the_tree_is_plain_links_and_so_is_its_search(site, plain_page):
    page = sign_in(plain_page(), site.role(site.county))
    page.goto("/orgs/")
    page.get_by_role("treeitem", name="丙中学团委").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("丙中学团委")
    page.get_by_role("treeitem", name="高一团总支").click()
    expect(page.get_by_role("treeitem", name="高一1班团支部")).to_be_visible()
    page.get_by_label("搜索组织").fill("gy1b")
    page.get_by_label("搜索组织").press("Enter")
    page.get_by_role("link", name="高一1班团支部").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("高一1班团支部")


def test_menu_and_logging_out_need_no_script(site, plain_page):
    page = sign_in(plain_page(), site.role(site.school))
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="待审核").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("待审核")
    page.get_by_label("账号：").click()
    page.get_by_role("button", name="退出").click()
    expect(page).to_have_url("/login/")


@pytest.mark.timeout(300)  # several people sign in
def test_numbers_are_handed_down_and_issued(site, plain_page):
    school_segment(site)
    page = sign_in(plain_page(), site.role(site.school))
    hand_down(page, "教工团支部", 10)
    issue(page, "教工团支部", grown(name="演示新团员"))
    mine = sign_in(plain_page(), site.role(site.sibling))
    mine.goto("/numbers/pending/")
    mine.get_by_role("link", name="录入").last.click()
    expect(mine.get_by_label("发展团员编号")).to_have_value(NUMBER)
    expect(mine.get_by_label("姓名")).to_have_value("演示新团员")


@pytest.mark.timeout(300)
def test_a_number_taken_is_brought_forward_and_released(site, plain_page, scan):
    school_segment(site)
    branch, holder, judge = (site.role(place) for place in (site.branch, site.sibling, site.school))
    in_force(grown(name="演示占用人"), holder, judge)
    entry = grown(name="演示申请人")
    page = sign_in(plain_page(), branch)
    page.goto("/members/enter/")
    fill_in(page, entry, scan)
    page.get_by_label("是否团干部").select_option(label="否")
    page.get_by_label("户籍地址").fill(entry.address)
    page.get_by_role("button", name="提交", exact=True).click()
    dialog = page.get_by_role("dialog", name="发展团员编号已被占用")
    expect(dialog).to_contain_text("演示占用人")
    dialog.get_by_role("button", name="提交核实").click()
    expect(page.get_by_role("heading", name="编号占用核实")).to_be_visible()

    desk = sign_in(plain_page(), judge)
    desk.goto("/numbers/disputes/")
    desk.get_by_role("link", name=NUMBER).first.click()
    desk.get_by_role("button", name="确认释放").click()
    expect(desk.locator("#plain-release_tail_e")).to_be_visible()
    desk.get_by_role("textbox", name="理由").last.fill("发放登记表上是申请人")
    desk.get_by_role("textbox", name="编号后四位").fill(NUMBER[-4:])
    desk.get_by_role("button", name="确认释放").click()
    expect(desk.get_by_role("main")).to_contain_text("已释放")

    page.goto("/inbox/?tab=result")
    page.get_by_role("button", name="继续录入").click()
    expect(page.get_by_label("姓名")).to_have_value("演示申请人")
    send(page)


@pytest.mark.timeout(300)
def test_未使用_is_filed_sent_on_and_registered(site, plain_page):
    school_segment(site)
    levels = [site.role(place) for place in (site.school, site.county, site.city, site.province)]
    page = sign_in(plain_page(), site.role(site.sibling))
    page.goto("/numbers/registrations/unused/")
    file_unused(page, grown(name="演示未使用"))
    for role in levels:
        page = sign_in(plain_page(), role)
        page.goto("/numbers/registrations/")
        page.get_by_role("link", name="演示未使用").click()
        page.get_by_role("button", name=re.compile("^(确认上报|登记)$")).click()
        expect(page.get_by_text(re.compile("已确认上报|已登记")).first).to_be_visible()
