"""编号发放 and 待录入 on the page: nothing typed is lost, no ID number in an address, each row of a list with its own word."""

from __future__ import annotations

import html
import io
import re
from datetime import date, timedelta
from urllib.parse import urlencode

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from members.made_up import id_number
from numbering.domains import Domain
from numbering.models import Issue
from numbering.services import holdings, issues
from tests.numbering.cases import chain, issued
from zhtj.lib.logs import ID_NUMBER

LIST, NEW, MANY, PENDING = (
    reverse(name) for name in ("issues", "issue-new", "issue-list", "numbers-pending")
)


def somebody(at=0):
    return id_number(date(2009, 3, 1) + timedelta(days=at))


def typed(**values):
    return {
        "name": "演示团员",
        "id_number": somebody(),
        "joined_on": "2026-05-04",
        "domain": "senior",
    } | values


def words(answer):
    return html.unescape(answer.content.decode())


def rows(answer):
    """The cells of the table, row by row, without tags."""
    body = re.search(r"<tbody>(.*?)</tbody>", words(answer), re.DOTALL)
    found = re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL) if body else []
    return [
        [
            re.sub(r"<[^>]+>", "", cell).strip()
            for cell in re.findall(r"<t[dh][ >].*?</t[dh]>", row, re.DOTALL)
        ]
        for row in found
    ]


def box(answer):
    return html.unescape(
        re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", answer.content.decode(), re.DOTALL)[1]
    )


def seen(answer):
    return re.search(r'name="seen" value="([^"]+)"', words(answer))[1]


@pytest.fixture
def school(world, client):
    chain(world)
    role = world.role(world.school)
    client.force_login(role.user)
    return role


@pytest.fixture
def new_url(world):
    return f"{NEW}?org={world.branch.pk}"


# One by one ---------------------------------------------------------------------------------------


def test_without_a_branch_there_is_a_tree_and_no_form(client, school, world):
    page = words(client.get(NEW))
    assert (
        "请在左侧组织树中选择团员所在支部" in page and "zt-treebox" in page and 'name="id_number"' not in page
    )
    above = words(client.get(f"{NEW}?org={world.general.pk}"))
    assert "是团总支，编号发放到团支部" in above and 'name="id_number"' not in above
    assert client.post(f"{NEW}?org={world.general.pk}", typed()).status_code == 422
    assert not Issue.objects.exists()


def test_the_number_stands_in_groups_above_the_next_form(client, school, new_url, world):
    answer = client.post(new_url, typed())
    made = Issue.objects.get()
    assert answer.url == f"{new_url}&made={made.uuid}"
    page = words(client.get(answer.url))
    assert f"<i>2026</i><i>11</i><i>{made.number[6:]}</i>" in page and "演示团员" in page
    assert somebody() not in page and 'value="2026-05-04"' in page
    assert '<option value="senior" selected>' in page


def test_the_one_domain_with_segments_of_this_year_is_chosen_beforehand(
    client, school, new_url, world, monkeypatch
):
    def offered():
        return re.findall(r'<option value="(\w*)" selected', words(client.get(new_url)))

    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2026, 11, 1))
    assert offered() == ["senior"]
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2027, 11, 1))
    assert offered() in ([], [""])
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2026, 11, 1))
    chain(world, Domain.SOCIETY)
    assert offered() in ([], [""])


def test_a_refused_form_keeps_what_was_typed_and_says_what_is_wrong_at_each_field(client, school, new_url):
    answer = client.post(new_url, typed(name="张3", id_number="123", joined_on="2022-05-04", domain=""))
    page = words(answer)
    assert answer.status_code == 422
    assert 'value="张3"' in page and 'value="123"' in page and 'value="2022-05-04"' in page
    for said in (
        "第 2 个字符“3”",
        "应为 18 位，现为 3 位",
        "2023 年以前入团的",
        "请选择领域",
        "有 4 处需要修改",
    ):
        assert said in page
    assert not Issue.objects.exists()


def test_what_the_service_refuses_stands_at_its_field(client, school, new_url):
    assert "没有 2026 年社会领域的可用编号" in words(client.post(new_url, typed(domain="society")))
    client.post(new_url, typed())
    again = client.post(new_url, typed())
    assert again.status_code == 422 and "演示团员已发放过发展团员编号" in words(again)


@pytest.mark.parametrize("sign", ["\0", "\ud800", "x" * 5000, "<script>", "\u202e"])
@pytest.mark.parametrize("field", ["name", "id_number", "joined_on", "domain"])
def test_no_typing_is_a_500(client, school, new_url, field, sign):
    sent = urlencode(
        {name: value.encode("utf-8", "surrogatepass") for name, value in typed(**{field: sign}).items()}
    )
    answer = client.post(new_url, sent, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422 and not Issue.objects.exists()


def test_who_is_no_committee_has_no_page(client, world):
    for place in ("branch", "general"):
        client.force_login(world.role(getattr(world, place)).user)
        for url in (LIST, NEW, MANY, reverse("issue-template")):
            assert client.get(url).status_code == 403
            assert client.post(url, typed()).status_code in {403, 405}


# A list -------------------------------------------------------------------------------------------


def a_list(world):
    return [
        [world.branch.name, "演示甲乙", somebody(1), "2026-05-04", "高中"],
        [world.sibling.name, "演示丙丁", somebody(2), "2026年5月4日", "高中"],
        ["没有的团支部", "演示戊己", somebody(3), "2026-05-04", "高中"],
        [world.other_branch.name, "演示庚辛", somebody(4), "2026-05-04", "高中"],
        [world.branch.name, "演示壬癸", "1101", "昨天", "大学"],
    ]


def as_text(table):
    return "\n".join("\t".join(row) for row in table)


def workbook(table):
    book = openpyxl.Workbook()
    for row in table:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("名单.xlsx", out.getvalue())


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("by_file", [True, False])
def test_a_list_is_previewed_and_then_issued_as_it_was_shown(client, school, world, header, by_file):
    table = [["支部全称", "姓名", "身份证号码", "入团时间", "领域"]] * header + a_list(world)
    sent = {"file": workbook(table)} if by_file else {"text": as_text(table)}
    preview = client.post(MANY, sent | {"step": "preview"})
    assert preview.status_code == 200 and not Issue.objects.exists()
    assert "可以发放 2 人，3 行有问题" in words(preview)
    shown = rows(preview)
    assert [row[1] for row in shown] == ["演示甲乙", "演示丙丁", "演示戊己", "演示庚辛", "演示壬癸"]
    assert "没有全称为“没有的团支部”的团支部" in shown[2][6]
    # A neighbour's branch is as unknown as one that does not exist.
    assert f"没有全称为“{world.other_branch.name}”的团支部" in shown[3][6]
    for said in ("应为 18 位，现为 4 位", "日期无法识别", "现为“大学”"):
        assert said in shown[4][6]
    done = client.post(MANY, {"text": box(preview), "step": "confirm", "seen": seen(preview)})
    assert "已发放 2 人。还有 3 行没有发放" in words(done)
    assert rows(done) == shown
    assert [row[6] for row in shown[:2]] == [one.number for one in Issue.objects.order_by("pk")]
    # What was not issued stays to be put right.
    assert box(done) == as_text(a_list(world)[2:]) + "\n"


def test_a_list_that_was_changed_after_the_preview_is_shown_again_first(client, school, world):
    preview = client.post(MANY, {"text": as_text(a_list(world)[:1])})
    answer = client.post(MANY, {"text": as_text(a_list(world)[:2]), "step": "confirm", "seen": seen(preview)})
    assert "可以发放 2 人" in words(answer) and not Issue.objects.exists()
    for forged in ({}, {"seen": ""}, {"seen": "é"}):
        client.post(MANY, {"text": as_text(a_list(world)[:1]), "step": "confirm", **forged})
    assert not Issue.objects.exists()


def test_a_list_confirmed_twice_issues_once(client, school, world):
    preview = client.post(MANY, {"text": as_text(a_list(world)[:2])})
    sent = {"text": box(preview), "step": "confirm", "seen": seen(preview)}
    assert "已发放 2 人。" in words(client.post(MANY, sent))
    again = words(client.post(MANY, sent))
    assert "没有发放编号，2 行都有问题" in again and "已发放过发展团员编号" in again
    assert Issue.objects.count() == 2


@pytest.mark.parametrize("columns", [4, 5])
@pytest.mark.parametrize("header", [True, False])
def test_with_a_branch_chosen_its_name_may_be_left_out(client, school, world, columns, header):
    row = ["", "演示甲乙", somebody(1), "2026-05-04", "高中"][5 - columns :]
    titles = ["支部全称", "姓名", "身份证号码", "入团时间", "领域"][5 - columns :]
    table = [titles] * header + [row]
    preview = client.post(f"{MANY}?org={world.branch.pk}", {"text": as_text(table)})
    assert "可以发放 1 人" in words(preview)
    sent = {"text": box(preview), "step": "confirm", "seen": seen(preview)}
    assert "已发放 1 人。" in words(client.post(f"{MANY}?org={world.branch.pk}", sent))
    assert Issue.objects.get().organization == world.branch


def test_without_a_branch_a_row_must_name_one(client, school):
    row = ["", "演示甲乙", somebody(1), "2026-05-04", "高中"]
    assert "请填写支部全称，或先选择支部" in rows(client.post(MANY, {"text": as_text([row])}))[0][6]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "没有内容，请粘贴名单或选择表格文件"),
        ("支部全称\t姓名\t身份证号码\t入团时间\t领域", "只有表头，没有人员"),
        ("支部全称\t姓名\t身份证号码\t领域\na", "表头缺少“入团时间”"),
        ("a\tb\tc\td\te\tf", "第 1 行有 6 列，应为 5 列"),
        ("a\tb\t1.10101E+17", "末几位数字已经丢失"),
        ("a\tb\x1b", "看不见的字符"),
        ("a\n" * 502, "一次最多"),
        ("a" * 200_001, "内容过多"),
    ],
)
def test_what_is_no_list_is_said_at_the_box_and_stays_in_it(client, school, text, said):
    answer = client.post(MANY, {"text": text})
    assert answer.status_code == 422 and said in words(answer)
    assert box(answer).strip() == text.strip()


def test_a_file_that_is_no_workbook_is_said_at_the_file_and_the_text_stays(client, school):
    answer = client.post(
        MANY, {"text": "演示", "file": SimpleUploadedFile("名单.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")}
    )
    assert (
        answer.status_code == 422 and "“名单.xls”是旧版 Excel 表格" in words(answer) and box(answer) == "演示"
    )


def test_the_template_has_the_header_and_is_read_back(client, school):
    answer = client.get(reverse("issue-template"))
    content = b"".join(answer) if answer.streaming else answer.content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert [cell.value for cell in sheet[1]] == ["支部全称", "姓名", "身份证号码", "入团时间", "领域"]
    assert "attachment" in answer["Content-Disposition"]
    back = client.post(MANY, {"file": SimpleUploadedFile("模板.xlsx", content)})
    assert "只有表头，没有人员" in words(back)


# The list of what was issued --------------------------------------------------------------------------


def test_the_list_narrows_by_state_name_number_and_branch(client, school, world):
    one = issued(world.branch, school, name="演示甲乙")
    two = issued(world.sibling, school, name="演示丙丁")
    issues.withdraw(two, by=school)

    def names(query=""):
        return [row[0] for row in rows(client.get(f"{LIST}{query}"))]

    assert (
        names() == ["演示甲乙"]
        and names("?state=withdrawn") == ["演示丙丁"]
        and names("?state=entered") == []
    )
    assert names("?q=演示甲") == names(f"?q={one.number}") == ["演示甲乙"] and names("?q=甲乙") == []
    assert names(f"?org={world.branch.pk}") == ["演示甲乙"] and names(f"?org={world.sibling.pk}") == []
    client.force_login(world.role(world.street).user)
    assert names() == []


def test_an_id_number_is_searched_for_without_standing_in_an_address(client, school, world):
    one = issued(world.branch, school)
    answer = client.post(LIST, {"q": one.opened_id()})
    assert answer.status_code == 200 and [row[0] for row in rows(answer)] == [one.name]
    assert one.opened_id() not in words(answer)
    by_name = client.post(LIST, {"q": "演示", "state": "open"})
    assert by_name.status_code == 302 and by_name.url == f"{LIST}?state=open&q=%E6%BC%94%E7%A4%BA"
    assert one.opened_id() not in words(client.get(f"{LIST}?q={one.opened_id()}"))


def test_lists_mask_every_id_number(client, school, world):
    one = issued(world.branch, school)
    for url in (LIST, PENDING, reverse("issue-withdraw", args=[one.uuid])):
        page = words(client.get(url))
        assert one.name in page and one.opened_id() not in page


def test_taking_back_asks_first_and_says_what_came_of_it(client, school, world):
    one = issued(world.branch, school)
    url = reverse("issue-withdraw", args=[one.uuid])
    assert "收回不能恢复" in words(client.get(url)) and Issue.objects.get().state == "open"
    assert "已收回演示待录入的编号" in words(client.post(url, follow=True))
    assert Issue.objects.get().state == "withdrawn"
    for method in (client.get, client.post):
        assert method(url).url == LIST  # too late, and said so
    assert Issue.objects.get().state == "withdrawn"


def test_no_log_line_holds_a_person(client, school, world, caplog, new_url):
    client.post(new_url, typed())
    client.post(new_url, typed(name="张3"))
    client.post(MANY, {"text": as_text(a_list(world))})
    assert not ID_NUMBER.search(caplog.text) and "演示" not in caplog.text


# 待录入 -------------------------------------------------------------------------------------------


def test_each_sees_who_waits_and_the_way_to_the_right_form(client, school, world):
    one = issued(world.branch, school, name="演示甲乙")
    two = issued(world.sibling, school, name="演示丙丁")

    def ways(place):
        client.force_login(world.role(getattr(world, place)).user)
        page = words(client.get(PENDING))
        return re.findall(r'href="(/members/enter[^"]*\?[^"]*issue[^"]*)"', page)

    below = {
        issue: f"/members/enter-below/?org={issue.organization_id}&issue={issue.uuid}" for issue in (one, two)
    }
    assert ways("branch") == [f"/members/enter/?issue={one.uuid}"]
    assert ways("sibling") == [f"/members/enter/?issue={two.uuid}"]
    assert ways("general") == [below[one]]
    assert ways("school") == ways("county") == [below[two], below[one]]
    assert ways("street") == ways("other_school") == []
    client.force_login(world.role(world.school).user)
    assert [row[0] for row in rows(client.get(f"{PENDING}?org={world.branch.pk}"))] == ["演示甲乙"]
    for way in (below[one], below[two]):
        assert client.get(way).status_code == 200


def test_who_was_entered_or_taken_back_waits_no_longer(client, school, world):
    one, two = issued(world.branch, school), issued(world.branch, school)
    holdings.take(one.number, holder=one.name, id_blind=bytes(one.id_blind), organization=world.branch)
    issues.withdraw(two, by=school)
    assert "没有待录入的人员" in words(client.get(PENDING))


def test_a_long_list_has_pages(client, school, world):
    people = [
        as_text([[world.branch.name, "演示团员", somebody(at), "2026-05-04", "高中"]]) for at in range(60)
    ]
    preview = client.post(MANY, {"text": "\n".join(people)})
    client.post(MANY, {"text": box(preview), "step": "confirm", "seen": seen(preview)})
    for url in (PENDING, LIST):
        first = client.get(url)
        following = re.search(r'href="(\?[^"]+)" rel="next"', words(first))[1]
        assert len(rows(first)) == 50 and len(rows(client.get(url + following))) == 10
