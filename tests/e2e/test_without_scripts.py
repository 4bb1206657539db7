"""The main job with JavaScript switched off: plain forms and plain links do all of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from archives.models import Archive
from members.choices import StudyStatus, Variant
from members.layout import sections
from members.models import Post
from orgs.dictionaries import DICTIONARIES, Group
from tests.e2e.conftest import sign_in
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
