"""电子数据库: the table, 录入明细, 本级新发展团员详情 and their Excel files (指引 3.8, 3.11)."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from archives import exports
from archives.models import Archive
from archives.services import entry as entries
from archives.standing import standing
from archives.templatetags.figures import cell_figures
from members.made_up import id_number
from numbering.domains import Domain
from numbering.progress import Figures
from numbering.services import segments
from orgs import jobs
from orgs.kinds import Kind
from orgs.models import AuditEvent, Duty, Job, Organization
from orgs.services import organizations
from tests.archives import cases
from tests.factories import EntryFactory, RoleFactory, new_key
from tests.numbering.cases import YEAR, chain, issued
from tests.numbering.filings import filed

pytestmark = pytest.mark.django_db
SENIOR = {"study_status": "senior", "education": "junior", "joined_on": date(YEAR, 5, 4)}


def student(**values: object) -> dict[str, object]:
    return {**SENIOR, "id_number": id_number(date(2010, 3, values.pop("day", 1))), **values}


@pytest.fixture
def made(world):
    return chain(world)


def get(client, name: str, **query: object):
    return client.get(reverse(name), query)


def page(client, name: str = "database", **query: object) -> str:
    answer = get(client, name, **query)
    assert answer.status_code == 200, query
    return answer.content.decode()


def lines(html: str) -> list[list[str]]:
    """The cells of every row of the table in words."""
    body = html[html.index("<tbody>") : html.index("</table>")]
    return [
        [
            re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell)).strip().replace(" （本级）", "（本级）")
            for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.S)
        ]
        for row in re.findall(r"<tr.*?</tr>", body, re.S)
    ]


def enter_issued(world, role, committee, **values: object) -> Archive:
    """Somebody from 待录入, entered with the issued number, in 待审核."""
    person = student(**values)
    name = person.pop("name", "演示高中生")
    one = issued(
        world.branch, committee, name=name, id_number=person["id_number"], joined_on=person["joined_on"]
    )
    return cases.waiting(role, name=name, number=one.number, **person)


# The table ------------------------------------------------------------------------------------------


def test_one_row_for_the_organisation_and_one_for_each_directly_below(
    client, log_in, world, made, branch_role, committee_role
):
    archive = enter_issued(world, branch_role, committee_role)
    enter_issued(world, branch_role, committee_role, day=2)
    cases.review.approve(archive, sha256=archive.upload.sha256, round=archive.round, by=committee_role)
    log_in(committee_role)
    rows = lines(page(client, year=YEAR))
    assert [row[0].split(" ")[0] for row in rows] == [
        "丙中学团委（本级）",
        "高一团总支",
        "教工团支部",
        "下级合计",
    ]
    own, general, teachers, _ = rows
    assert own[2] == "号段内已录入团员数 1 / 100 （1%） 100000–100099 审核中 1"
    assert own[1] == own[3] == own[4] == own[5] == "未分配号段"
    assert teachers[1:7] == ["未分配号段"] * 5 + ["—"]
    assert general[2].startswith("号段内已录入团员数 1 / 40 （2%）")
    assert [row[6] for row in rows] == ["1 / 100", "1 / 40", "—", "1 / 40 （2%）"]
    assert [row[7] for row in rows] == [
        "0 人",
        "0 人",
        "0 人",
        "0 人",
    ]  # the two are of a branch further down
    log_in(branch_role)
    (own,) = lines(page(client, year=YEAR))
    assert own[7] == "2 人"


def test_every_cell_with_a_segment_and_every_row_has_its_eye(client, log_in, world, made, committee_role):
    log_in(committee_role)
    html = page(client, year=YEAR)
    labels = re.findall(r'aria-label="(查看 [^"]+)"', html)
    assert labels == [
        "查看 丙中学团委 高中领域 录入明细",
        "查看 丙中学团委 本级新发展团员详情",
        "查看 高一团总支 高中领域 录入明细",
        "查看 高一团总支 本级新发展团员详情",
        "查看 教工团支部 本级新发展团员详情",
    ]
    for eye in re.findall(r'<a class="btn btn-icon" href="([^"]+)"', html):
        assert client.get(eye.replace("&amp;", "&")).status_code == 200
    assert html.count("<progress") == 2


def test_a_name_stands_in_a_cell_as_text():
    cell = {"figures": Figures(size=2, held=1, pieces=1), "url": "/?a=1&b=2", "domain": "高中", "numbers": ""}
    html = cell_figures(cell, '"><script>')
    assert 'aria-label="查看 &quot;&gt;&lt;script&gt; 高中领域 录入明细"' in html
    assert 'href="/?a=1&amp;b=2"' in html and "<script>" not in html


def test_the_way_down_goes_no_higher_than_my_own_organisation(client, log_in, world, made, committee_role):
    log_in(committee_role)
    html = page(client, org=world.branch.pk, year=YEAR)
    crumb = html[html.index('class="zt-crumb"') : html.index("</ol>")]
    assert re.findall(r">([^<>\s]+)<", crumb) == ["丙中学团委", "高一团总支", "高一1班团支部"]
    assert "乙县" not in crumb and "下级合计" not in html
    log_in(world.role(world.county))
    for name in ("丙中学团委", "丁街道团工委", "直属团支部"):
        assert name in page(client)


def test_years_since_2020_can_be_looked_at_and_no_other(client, log_in, world, branch_role, committee_role):
    cases.approved(branch_role, committee_role)  # joined in 2022
    log_in(branch_role)
    (own,) = lines(page(client, year=2022))
    assert own[7] == "1 人" and own[1:6] == ["未分配号段"] * 5
    assert lines(page(client, year=2023))[0][7] == "0 人"
    for year in ("1999", "9999", "202", "２０２６", "x", "2026\0", "9" * 40):
        assert get(client, "database", year=year).status_code in {400, 404}, year


def branches(world, count: int) -> None:
    by = world.role(world.county)
    start = Organization.objects.count()
    for number in range(start, start + count):
        organizations.create(
            parent=world.street, kind=Kind.BRANCH, name=f"丁街道新{number}团支部", short_name=f"新{number}支部",
            industry="", by=by,
        )  # fmt: skip


def give(world, made) -> None:
    """The street gets a segment, and each of its branches a piece."""
    county, by = made["county"], world.role(world.county)
    piece = segments.hand_down(
        county, to=world.street, first=county.first + 100, last=county.first + 199, by=by
    )
    street = world.role(world.street)
    for number, one in enumerate(Organization.objects.filter(parent=world.street)):
        first = piece.first + number
        segments.hand_down(piece, to=one, first=first, last=first, by=street)


def test_the_number_of_statements_does_not_grow_with_the_organisations(client, log_in, world, made):
    branches(world, 4)
    log_in(world.role(world.street))

    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            page(client, year=YEAR)
        return len(found)

    statements()
    few = statements()
    branches(world, 55)
    give(world, made)
    assert statements() == few <= 20


def test_the_total_is_of_all_pages_and_pages_lead_through_all(client, log_in, world, made):
    branches(world, 60)
    give(world, made)
    log_in(world.role(world.street))
    first = page(client, year=YEAR)
    following = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    second = client.get("/database/" + following).content.decode()
    assert 'rel="next"' not in second
    back = re.search(r'href="([^"]+)" rel="prev"', second)[1].replace("&amp;", "&")
    assert lines(client.get("/database/" + back).content.decode()) == lines(first)
    own, *shown, total = lines(first)
    own_again, *rest, total_again = lines(second)
    assert (own, total) == (own_again, total_again)
    assert [len(shown), len(rest)] == [50, 11]
    names = [row[0].split(" ")[0] for row in shown + rest]
    expected = Organization.objects.filter(parent=world.street).order_by("sort_key", "pk")
    assert names == list(expected.values_list("short_name", flat=True))
    assert total[6].startswith("0 / 61 ") and own[6] == "0 / 100"


@pytest.mark.parametrize("name", ["database", "database-numbers", "database-people"])
def test_an_organisation_out_of_scope_does_not_exist(client, log_in, world, made, committee_role, name):
    log_in(committee_role)
    domain = Domain.SENIOR.value
    for org in (world.county.pk, world.street.pk, world.other_branch.pk, 999_999_999):
        assert get(client, name, org=org, year=YEAR, domain=domain).status_code == 404
    for org in ("x", "-1", "1.5", "1e9", "٣", "9" * 400, "1\0", " ", "1 OR 1=1", "%00"):
        assert get(client, name, org=org, year=YEAR, domain=domain).status_code in {400, 404}, org
    for junk in ("x", "-1", "9" * 30):
        more = {"after": junk, "before": junk, "from": junk, "q": junk, "tab": junk}
        assert get(client, name, year=YEAR, domain=domain, **more).status_code == 200, junk


def test_a_cadre_in_person_has_no_database(client, log_in, world):
    log_in(RoleFactory(organization=world.branch, duty=Duty.CADRE))
    for name in ("database", "database-numbers", "database-people"):
        assert get(client, name, domain="senior").status_code == 403
    assert reverse("database") not in client.get(reverse("inbox")).content.decode()


# 录入明细 -------------------------------------------------------------------------------------------


def numbers(client, **query: object) -> str:
    return page(client, "database-numbers", **{"year": YEAR, "domain": "senior", **query})


def test_the_eye_shows_name_and_number_of_everybody_entered(
    client, log_in, world, made, branch_role, committee_role
):
    enter_issued(world, branch_role, committee_role, name="演示乙")
    done = enter_issued(world, branch_role, committee_role, name="演示甲", day=2)
    cases.review.approve(done, sha256=done.upload.sha256, round=done.round, by=committee_role)
    waiting = issued(world.branch, committee_role, name="演示待录入")
    log_in(committee_role)
    first = f"{made['branch'].first}"
    rows = lines(numbers(client, org=world.general.pk))
    assert [(row[0], row[1].replace(" ", ""), *row[2:]) for row in rows] == [
        ("演示乙", first, "高一1班团支部", "审核中"),
        ("演示甲", str(int(first) + 1), "高一1班团支部", "已录入"),
    ]
    unused = lines(numbers(client, org=world.general.pk, tab="unused"))
    assert [(row[0].replace(" ", ""), *row[1:]) for row in unused] == [
        (waiting.number, "1", "待录入：演示待录入"),
        (f"{int(first) + 3}–{made['general'].last}", "37", "未发放"),
    ]


def test_who_was_refused_stands_as_refused_and_the_tab_counts_as_many_as_the_line_above(
    client, log_in, world, made, branch_role, committee_role
):
    enter_issued(world, branch_role, committee_role, name="演示甲")
    lost = enter_issued(world, branch_role, committee_role, name="演示乙", day=2)
    cases.review.refuse(
        lost, sha256=lost.upload.sha256, round=lost.round, reason="页面不全", by=committee_role
    )
    log_in(committee_role)
    html = numbers(client)
    assert [(row[0], row[3]) for row in lines(html)] == [("演示甲", "审核中"), ("演示乙", "未通过")]
    assert "已录入 0（0%），审核中 2" in html
    tabs = client.get(reverse("database-numbers"), {"year": YEAR, "domain": "senior"}).context["tabs"]
    assert [(tab["label"], tab["count"]) for tab in tabs] == [("录入明细", 2), ("未使用编号", 98)]


def test_entered_ones_are_found_by_name_and_number(client, log_in, world, made, branch_role, committee_role):
    for day, name in enumerate(("欧阳演示", "欧演示", "演示欧"), 1):
        enter_issued(world, branch_role, committee_role, name=name, day=day)
    log_in(committee_role)
    last = f"{made['branch'].first + 2}"

    def found(q: str) -> list[str]:
        html = numbers(client, q=q)
        return [row[0] for row in lines(html)] if "<tbody>" in html else []

    assert found("欧") == ["欧阳演示", "欧演示"]
    assert (
        found("演示欧") == found(last) == found(last[6:]) == found(f" {last[:4]} {last[4:]} ") == ["演示欧"]
    )
    assert len(found(last[:8])) == 3
    assert found("无此人") == found("999999999999") == []


def test_entered_ones_come_fifty_a_page(client, log_in, world, made):
    from django.db import transaction

    from numbering.services import holdings
    from orgs.models import settled

    for number in range(made["school"].first, made["school"].first + 60):
        with transaction.atomic():
            holdings.take(str(number), holder="演示", id_blind=b"", organization=settled(world.branch.pk))
    log_in(world.role(world.school))
    first = numbers(client)
    following = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    second = client.get(following).content.decode()
    shown = [row[1].replace(" ", "") for row in lines(first) + lines(second)]
    assert shown == [str(n) for n in range(made["school"].first, made["school"].first + 60)]
    assert 'rel="next"' not in second and "第一页" in second


def test_in_a_sheet_the_same_comes_without_the_frame(client, log_in, world, made, committee_role):
    log_in(committee_role)
    asked = {"year": YEAR, "domain": "senior"}
    html = client.get(reverse("database-numbers"), asked, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in html and 'id="numbers-title"' in html and "未使用编号" in html
    assert 'aria-label="关闭"' in html
    assert get(client, "database-numbers", year=YEAR, domain="nonsense").status_code == 404
    assert get(client, "database-numbers", year=YEAR).status_code == 404


def test_whoever_stands_beyond_my_reach_has_a_number_and_no_name(
    client, log_in, world, made, committee_role, settings
):
    """As a moved organisation may leave it: the number in my segment, the person elsewhere."""
    settings.ISSUE_NEEDED = False
    role = world.role(world.other_branch)
    number = str(made["branch"].first)
    cases.waiting(role, **student(name="演示邻居", number=number))
    log_in(committee_role)
    html = numbers(client)
    assert "演示邻居" not in html and "庚中学" not in html and "其他组织的团员" in html


def test_a_number_promised_to_somebody_beyond_my_reach_stands_without_the_name(
    client, log_in, world, made, committee_role
):
    """A branch that was moved away keeps its people's numbers in the segment they were issued from, and filed with."""
    moved = issued(world.sibling, committee_role, name="演示迁出")
    stays = issued(world.branch, committee_role, name="演示留下")
    number = str(made["school"].last)
    filed(world.sibling, world.role(world.sibling), number=number, name="演示备案")
    organizations.move(world.sibling, to=world.street, by=world.role(world.county))

    def waiting(role) -> dict[str, str]:
        log_in(role)
        rows = lines(numbers(client, org=world.school.pk, tab="unused"))
        rows += lines(numbers(client, org=world.branch.pk, tab="unused"))
        return {row[0].replace(" ", ""): row[2] for row in rows if row[2] != "未发放"}

    assert waiting(committee_role) == {
        moved.number: "待录入：其他组织的人员",
        number: "登记备案：其他组织的人员",
        stays.number: "待录入：演示留下",
    }
    assert waiting(world.role(world.county)) == {
        moved.number: "待录入：演示迁出",
        number: "登记备案：演示备案",
        stays.number: "待录入：演示留下",
    }


def test_what_is_searched_for_is_posted_and_an_id_number_stands_in_no_address(
    client, log_in, world, made, branch_role, committee_role
):
    enter_issued(world, branch_role, committee_role, name="演示甲")
    log_in(committee_role)
    url = reverse("database-numbers")
    asked = {"org": world.school.pk, "year": YEAR, "domain": "senior"}
    html = numbers(client)
    assert 'method="post"' in html[html.index('aria-label="在录入明细中查询"') - 200 :]
    found = client.post(url, {**asked, "q": "演示"}, follow=True).content.decode()
    assert [row[0] for row in lines(found)] == ["演示甲"]
    number = id_number(date(2010, 3, 1))
    for typed in (number, f" {number[:6]} {number[6:]}", number[:17]):
        for answer in (client.post(url, {**asked, "q": typed}), client.get(url, {**asked, "q": typed})):
            html = answer.content.decode()
            assert answer.status_code == 200 and "录入明细不按身份证号码查询" in html
            assert typed.strip() not in html and number[6:14] not in html and "演示甲" not in html


# 本级新发展团员详情 -----------------------------------------------------------------------------------

C, W, A, R, P, X = (
    Archive.State(state) for state in ("checking", "waiting", "approved", "refused", "replaced", "withdrawn")
)


@pytest.mark.parametrize(
    ("states", "uploaded", "note", "review", "to_replace"),
    [
        ([], "未上传", "", "无需审核", False),
        ([C], "已上传", "", "审核中", False),
        ([W], "已上传", "", "审核中", False),
        ([A], "已上传", "", "通过", False),
        ([R], "替换档案", "", "未通过", True),
        ([R, R], "替换档案", "", "未通过", True),
        ([R, C], "已上传", "", "审核中", False),
        ([R, A], "已上传", "", "通过", False),
        ([A, C], "已上传", "替换审核中", "通过", False),
        ([A, W], "已上传", "替换审核中", "通过", False),
        ([A, R], "已上传", "上次替换未通过", "通过", False),
        ([A, R, W], "已上传", "替换审核中", "通过", False),
        ([P, A], "已上传", "", "通过", False),
        ([P, R, A], "已上传", "", "通过", False),
        ([P, A, R], "已上传", "上次替换未通过", "通过", False),
        ([A, X], "已上传", "", "通过", False),
        ([X], "未上传", "", "无需审核", False),
        ([X, W], "已上传", "", "审核中", False),
    ],
)
def test_what_the_column_says(states, uploaded, note, review, to_replace):
    found = standing(states)
    assert (found.uploaded, found.note, found.review, found.to_replace) == (
        uploaded,
        note,
        review,
        to_replace,
    )


def test_the_people_are_those_of_exactly_that_organisation_and_year(
    client, log_in, world, branch_role, committee_role
):
    cases.approved(branch_role, committee_role, name="演示甲")
    cases.refused(branch_role, committee_role, name="演示乙")
    cases.waiting(branch_role, name="演示丙")
    entries.enter(
        EntryFactory(name="演示往年"), organization=world.branch, upload=None, key=new_key(), by=branch_role
    )
    log_in(branch_role)
    html = page(client, "database-people", year=2022)
    assert [row[0] for row in lines(html)] == ["演示丙", "演示乙", "演示甲"]
    assert [row[3:5] for row in lines(html)] == [
        ["已上传", "审核中"],
        [f"替换档案 ：演示乙 原因：{cases.REASON}", "未通过"],
        ["已上传", "通过"],
    ]
    assert "共 3 人" in html
    log_in(committee_role)
    above = page(client, "database-people", org=world.branch.pk, year=2022)
    assert [row[0] for row in lines(above)] == ["演示丙", "演示乙", "演示甲"]
    assert (
        "resubmit" not in above
        and reverse("resubmit", args=[Archive.objects.first().member.uuid]) not in above
    )
    assert "没有新发展团员" in page(client, "database-people", year=2022)


def test_a_withdrawn_entry_is_none(client, log_in, world, branch_role, committee_role):
    from archives.services import withdrawal

    archive = cases.waiting(branch_role, name="演示撤回")
    withdrawal.withdraw(archive.member, reason="重复录入", by=branch_role)
    log_in(branch_role)
    assert "演示撤回" not in page(client, "database-people", year=2022)
    assert lines(page(client, year=2022))[0][7] == "0 人"


def test_the_people_cost_the_same_statements_however_many(client, log_in, branch_role, committee_role):
    log_in(branch_role)

    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            page(client, "database-people", year=2022)
        return len(found)

    cases.refused(branch_role, committee_role)
    statements()
    few = statements()
    for _ in range(4):
        cases.refused(branch_role, committee_role)
    assert statements() == few <= 20


# 导出 -----------------------------------------------------------------------------------------------


def exported(client, **sent: object) -> list[list[str]]:
    answer = client.post(reverse("database-export"), sent)
    job = Job.objects.latest("pk")
    assert answer.status_code == 302 and answer.url == reverse("job", args=[job.uuid])
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.error
    sheet = load_workbook(BytesIO(job.path.read_bytes())).active
    assert all(cell.data_type == "s" for row in sheet.iter_rows() for cell in row if cell.value)
    return [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]


def test_the_file_says_what_the_page_says(client, log_in, world, made, branch_role, committee_role):
    archive = enter_issued(world, branch_role, committee_role)
    enter_issued(world, branch_role, committee_role, day=2)
    cases.review.approve(archive, sha256=archive.upload.sha256, round=archive.round, by=committee_role)
    branches(world, 55)
    give(world, made)
    county = world.role(world.county)
    log_in(county)
    header, *rows = exported(client, what="table", org=world.county.pk, year=YEAR)
    shown = lines(page(client, year=YEAR))
    assert [row[0] for row in rows] == [row[0].split(" ")[0] for row in shown]
    at = header.index("高中领域号段总数")
    assert header[at + 2] == "高中领域审核中（含未通过而尚未撤回的）"
    for row, on_page in zip(rows, shown, strict=True):
        size, held, reserved = row[at : at + 3]
        said = on_page[2].removeprefix("号段内已录入团员数 ")
        assert said.startswith(f"{held} / {size} ") if size != "0" else said == "未分配号段"
        assert (f"审核中 {reserved}" in said) == (reserved != "0")
        assert f"{row[-1]} 人" == on_page[7]
    assert AuditEvent.objects.filter(verb="export", role=county).count() == 1
    log_in(world.role(world.street))
    assert len(exported(client, what="table", year=YEAR)) == 1 + 1 + 56 + 1


def test_the_people_go_into_a_file_too(client, log_in, world, branch_role, committee_role):
    cases.refused(branch_role, committee_role, name="=演示甲")
    cases.approved(branch_role, committee_role, name="演示乙")
    log_in(branch_role)
    header, *rows = exported(client, what="people", org=world.branch.pk, year=2022)
    shown = lines(page(client, "database-people", year=2022))
    assert tuple(header) == exports.PEOPLE_HEADER
    assert [[row[0], row[1], row[4]] for row in rows] == [
        [row[0], row[1].replace(" ", ""), row[4]] for row in shown
    ]
    assert [row[3] for row in rows] == ["已上传", "替换档案"]


def test_nothing_out_of_scope_is_exported(client, log_in, world, made, committee_role):
    log_in(committee_role)
    for sent in (
        {"what": "table", "org": world.county.pk},
        {"what": "people", "org": world.other_branch.pk},
        {"what": "nonsense"},
        {},
        {"what": "table", "year": "x"},
    ):
        assert client.post(reverse("database-export"), sent).status_code == 404, sent
    assert not Job.objects.exists()
    client.post(reverse("database-export"), {"what": "table", "year": YEAR})
    job = Job.objects.get()
    Job.objects.update(params={"organization": world.county.pk, "year": YEAR})
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED and "组织范围" in job.error


# 工作台 ---------------------------------------------------------------------------------------------


def test_a_branch_reads_its_segment_and_who_is_missing(
    client, log_in, world, made, branch_role, committee_role
):
    enter_issued(world, branch_role, committee_role)
    log_in(branch_role)
    with_year = {"tab": "unused", "org": world.branch.pk, "year": YEAR}
    html = client.get(reverse("home")).content.decode()
    assert "本年号段" in html and "已录入 0 / 20，审核中 1" in html
    way = f"{reverse('database-numbers')}?{urlencode({'domain': 'senior'} | with_year)}"
    assert way.replace("&", "&amp;") in html and client.get(way).status_code == 200


def test_a_committee_reads_who_has_the_most_to_do(client, log_in, world, made, committee_role):
    log_in(committee_role)
    html = client.get(reverse("home")).content.decode()
    part = html[html.index("录入进度最低的下级组织") : html.index("组织信息</h2>")]
    assert "高一团总支" in part and "教工团支部" not in part and "0 / 40" in part
