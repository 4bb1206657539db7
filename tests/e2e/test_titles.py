"""重新选择现任职务 in a browser: by the administrator, by the cadre in person, at both widths, and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from members.models import Post
from members.services import accounts, titles
from orgs.models import User
from tests.e2e.conftest import sign_in
from tests.e2e.test_accessibility import check
from tests.factories import PASSWORD
from tests.members.old_titles import in_person, old_post

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEADING = "重新选择现任职务"


@pytest.fixture
def branch(site):
    """An administrator whose organisation has three cadres with old titles."""
    role = site.role(site.branch)
    for name, title in (("演示书记", "书记"), ("演示组织", "组织委员"), ("演示学习", "学习委员")):
        old_post(role, title, name=name)
    return role


def arrive(page, role):
    """Through the login page; the choice comes before the page that was asked for."""
    page.goto("/login/?next=/members/")
    page.get_by_label("账号").fill(role.user.username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", name=HEADING, level=1)).to_be_visible()
    return page


def save(page, name):
    page.get_by_role("row", name=name).get_by_role("button", name="保存").click()


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_the_administrator_takes_the_suggestions_and_chooses_the_rest_by_hand(branch, open_page, width):
    page = arrive(open_page(width), branch)
    check(page, "titles")
    expect(page.get_by_text("已选择 0 / 3")).to_be_visible()
    page.get_by_role("button", name="全部采用建议").click()
    expect(page.get_by_text("已按建议保存 2 名团干部的现任职务")).to_be_visible()
    expect(page.get_by_text("已选择 2 / 3")).to_be_visible()
    save(page, "演示学习")
    expect(page.get_by_text("请选择新的现任职务")).to_be_visible()
    choice = page.get_by_label("演示学习的新职务", exact=True)
    expect(choice).to_be_focused()
    check(page, "titles with an error")
    choice.select_option("书记")
    save(page, "演示学习")
    expect(page.get_by_text("现任书记：演示书记")).to_be_visible()
    choice = page.get_by_label("演示学习的新职务", exact=True)
    choice.select_option("副书记")
    choice.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已选择 3 / 3")).to_be_visible()
    expect(page.get_by_role("link", name="已全部完成，继续")).to_be_focused()
    check(page, "titles done")
    page.get_by_role("link", name="已全部完成，继续").click()
    page.wait_for_url("**/members/")
    assert not Post.objects.to_choose().exists()
    expect(page.get_by_role("link", name=HEADING)).to_have_count(0)


def test_put_off_once_the_menu_keeps_it_and_a_colleague_may_be_first(branch, open_page):
    page = arrive(open_page("desk"), branch)
    page.get_by_role("button", name="稍后处理").click()
    page.wait_for_url("**/members/")
    page.get_by_role("link", name=HEADING).click()
    expect(page.get_by_role("button", name="稍后处理")).to_have_count(0)
    post = Post.objects.get(old_title="组织委员")
    titles.choose(post, "committee_member", by=branch)
    page.get_by_label("演示组织的新职务", exact=True).select_option("副书记")
    save(page, "演示组织")
    expect(page.get_by_text(f"已由{branch.user.name}选择为“委员”")).to_be_visible()
    assert Post.objects.get(pk=post.pk).title == "committee_member"


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_a_cadre_in_person_chooses_the_own_title_and_sees_the_own_page(branch, open_page, width):
    role = in_person(Post.objects.get(old_title="组织委员"), branch)
    page = open_page(width)
    page.goto("/login/")
    page.get_by_label("账号").fill(role.user.username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", name=HEADING, level=1)).to_be_visible()
    check(page, "own title")
    expect(page.get_by_text("演示书记")).to_have_count(0)
    save(page, "演示组织")
    page.get_by_role("link", name="已全部完成，继续").click()
    expect(page.get_by_role("heading", name="演示组织")).to_be_visible()
    check(page, "own page")
    page.get_by_role("button", name="显示手机号码").click()
    expect(page.get_by_text("已记录，30 秒后隐藏")).to_be_visible()
    assert Post.objects.get(old_title="组织委员").title == "committee_member"


def test_an_account_is_opened_and_its_first_password_comes_before_the_choice(branch, open_page):
    post = Post.objects.get(old_title="组织委员")
    page = arrive(open_page("phone"), branch)
    page.get_by_role("button", name="稍后处理").click()
    page.goto(f"/members/{post.member.uuid}/")
    page.get_by_role("link", name="本人账号").click()
    check(page, "account")
    page.get_by_role("button", name="开通本人账号").click()
    expect(page.get_by_text("密码只显示这一次")).to_be_visible()
    check(page, "account opened")
    user = User.objects.get(cadre_account__member=post.member)
    opened = accounts.renew_password(post.member, by=branch)
    other = open_page("phone")
    other.goto("/login/")
    other.get_by_label("账号").fill(user.username)
    other.get_by_label("密码", exact=True).fill(opened.password)
    other.get_by_role("button", name="登录", exact=True).click()
    other.wait_for_url("**/password/**")


def test_without_scripts_each_row_is_saved_all_the_same(branch, open_page):
    page = arrive(open_page(java_script_enabled=False), branch)
    save(page, "演示学习")
    expect(page.get_by_text("请选择新的现任职务").first).to_be_visible()
    page.get_by_label("演示学习的新职务", exact=True).select_option("副书记")
    save(page, "演示学习")
    expect(page.get_by_text("已保存演示学习的现任职务")).to_be_visible()
    page.get_by_role("button", name="全部采用建议").click()
    page.get_by_role("link", name="已全部完成，继续").click()
    page.wait_for_url("**/members/")


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_a_post_is_changed(site, open_page, width):
    role = site.role(site.branch)
    post = old_post(role, "组织委员", name="演示变更")
    titles.choose(post, "committee_member", by=role)
    page = sign_in(open_page(width), role)
    page.goto(f"/members/{post.member.uuid}/")
    page.get_by_role("link", name="变更任职").click()
    check(page, "change of a post")
    page.get_by_label("团内现任职务").select_option("副书记")
    page.get_by_label("任现职年月").fill("2026-01")
    page.get_by_role("button", name="确认变更").click()
    expect(page.get_by_text("已变更演示变更的任职")).to_be_visible()
    assert list(Post.objects.order_by("pk").values_list("title", "old_title")) == [
        ("committee_member", "组织委员"), ("deputy_secretary", ""),
    ]  # fmt: skip
