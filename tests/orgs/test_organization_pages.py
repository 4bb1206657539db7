"""组织管理: the tree picker with and without scripts, its search, one organisation's facts, and nothing beyond one's scope."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgs.kinds import Kind
from orgs.models import AuditEvent, Organization, Role
from orgs.services import organizations
from orgs.views import tree
from tests.factories import World


@pytest.fixture
def county(log_in: object, world: World) -> Role:
    role = world.role(world.county)
    log_in(role)
    return role


def page(client: Client, **query: object) -> str:
    response = client.get(reverse("organizations"), query)
    assert response.status_code == 200
    return response.content.decode()


def nodes(html: str) -> list[tuple[int, str]]:
    """Level and name of each shown node, in the order of the page; hidden groups have none."""
    found = re.findall(r'<a class="zt-node" role="treeitem".*?aria-level="(\d+)".*?<b>(.*?)</b>', html)
    return [(int(level), name) for level, name in found]


def children(client: Client, pk: int, **query: object) -> str:
    response = client.get(reverse("organization-children", args=[pk]), query)
    assert response.status_code == 200
    return response.content.decode()


def grow(world: World, parent: Organization, count: int) -> list[Organization]:
    by = world.role(world.province)
    return [
        organizations.create(
            parent=parent,
            kind=Kind.BRANCH,
            name=f"{number}班团支部",
            short_name=f"{number}班",
            industry="",
            by=by,
        )
        for number in range(1, count + 1)
    ]


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "PAGE", 3)


def test_the_tree_begins_at_ones_own_organisation_with_its_children(client: Client, county: Role) -> None:
    assert nodes(page(client)) == [
        (1, "乙县团县委"),
        (2, "丙中学团委"),
        (2, "丁街道团工委"),
        (2, "直属团支部"),
    ]


def test_a_plain_link_opens_the_tree_down_to_the_chosen_one(
    client: Client, county: Role, world: World
) -> None:
    html = page(client, org=world.general.pk)
    assert nodes(html) == [
        (1, "乙县团县委"),
        (2, "丙中学团委"),
        (3, "高一团总支"),
        (4, "高一1班团支部"),
        (3, "教工团支部"),
        (2, "丁街道团工委"),
        (2, "直属团支部"),
    ]
    current = re.findall(r'<a class="zt-node"[^>]*aria-current="page"[^>]*>.*?<b>(.*?)</b>', html)
    assert current == ["高一团总支"]
    assert "<h1>高一团总支</h1>" in html


def test_nodes_tell_whether_there_is_something_below_and_where_it_comes_from(
    client: Client, county: Role, world: World
) -> None:
    html = page(client)
    school, branch = (
        re.search(rf'<a class="zt-node"[^>]*title="{name}"[^>]*>', html)[0]
        for name in ("丙中学团委", "乙县直属团支部")
    )
    assert 'aria-expanded="false"' in school
    assert "aria-expanded" not in branch
    assert f'data-hx-get="{reverse("organization-children", args=[world.school.pk])}"' in html


def test_opening_a_node_answers_its_children_as_a_fragment(
    client: Client, county: Role, world: World
) -> None:
    html = children(client, world.school.pk)
    assert nodes(html) == [(3, "高一团总支"), (3, "教工团支部")]
    assert "<html" not in html


def test_children_come_a_page_at_a_time_in_the_order_people_expect(
    client: Client, county: Role, world: World, small_pages: None
) -> None:
    grow(world, world.street, 10)
    html, names = children(client, world.street.pk), []
    while True:
        names += [name for _, name in nodes(html)]
        more = re.search(r'data-hx-get="([^"]+after=[^"]+)"', html)
        if not more:
            break
        html = client.get(more[1]).content.decode()
    assert names == [*(f"{number}班" for number in range(1, 11)), "丁街道一支部"]


def test_without_scripts_more_children_come_by_a_plain_link(
    client: Client, county: Role, world: World, small_pages: None
) -> None:
    grow(world, world.street, 4)
    html = page(client, org=world.street.pk)
    assert (3, "4班") not in nodes(html)
    more = re.search(r'zt-node is-more" role="treeitem" href="([^"]+)"', html)[1].replace("&amp;", "&")
    assert (3, "4班") in nodes(client.get(more).content.decode())


def test_the_way_to_an_organisation_behind_the_first_page_is_shown(
    client: Client, county: Role, world: World, small_pages: None
) -> None:
    last = grow(world, world.street, 8)[-1]
    html = page(client, org=last.pk)
    assert (3, "8班") in nodes(html)
    assert "<h1>8班</h1>" in html


def test_deactivated_organisations_are_not_in_the_tree_but_their_page_says_so(
    client: Client, county: Role, world: World
) -> None:
    organizations.deactivate(world.sibling, by=county)
    assert "教工团支部" not in children(client, world.school.pk)
    html = page(client, org=world.sibling.pk)
    assert "已停用" in html
    assert (3, "教工团支部") not in nodes(html)


@pytest.mark.parametrize("query", ["高一", "一1班", "bzxgy", "BZXGY", "gy1b"])
def test_search_finds_by_a_part_of_the_name_or_by_initials(client: Client, county: Role, query: str) -> None:
    html = client.get(reverse("organization-search"), {"q": query}).content.decode()
    assert "高一1班团支部" in html
    assert "<html" not in html


def test_a_result_shows_its_path_and_opens_the_tree_there(client: Client, county: Role, world: World) -> None:
    html = client.get(reverse("organization-search"), {"q": "高一1班"}).content.decode()
    assert "乙县团县委 / 丙中学团委 / 高一团总支" in html
    assert "团省委" not in html
    link = re.search(r'href="([^"]+)"', html)[1]
    assert (4, "高一1班团支部") in nodes(client.get(link).content.decode())


def test_search_works_without_scripts_too(client: Client, county: Role) -> None:
    assert "找到 1 个组织" in page(client, q="教工")
    assert "没有找到“无此组织”" in page(client, q="无此组织")


def test_an_empty_search_brings_the_tree_back(client: Client, county: Role) -> None:
    assert (2, "丙中学团委") in nodes(client.get(reverse("organization-search"), {"q": " "}).content.decode())


def test_what_is_typed_is_shown_as_text(client: Client, county: Role) -> None:
    assert "<svg onload" not in page(client, q='"><svg onload=alert(1)>')
    assert "没有找到" in page(client, q="%_\\(")


def test_the_facts_of_an_organisation(client: Client, county: Role, world: World) -> None:
    admin = world.role(world.school)
    Organization.objects.filter(pk=world.school.pk).update(industry="senior_school")
    html = page(client, org=world.school.pk)
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", html))
    assert facts["全称"] == "丙中学团委"
    assert facts["类型"] == "团委"
    assert facts["单位行业"] == "普通高中"
    assert facts["上级组织"] == "共青团乙县委员会"
    assert f'<p class="pt-2">{admin.user.name}</p>' in html
    assert f'href="{reverse("administrators", args=[world.school.pk])}"' in html
    assert "未设置" in page(client, org=world.street.pk)


def rows(html: str) -> list[tuple[str, str]]:
    """Short name and administrators of each line of 下级组织."""
    found = re.findall(r'<th scope="row"><a [^>]*>(.*?)</a></th>.*?data-l="管理员">(.*?)</td>', html)
    return [(name, re.sub("<[^>]+>", "", cell).strip()) for name, cell in found]


def test_what_stands_below_says_how_many_administrators_it_has_and_where_its_members_are(
    client: Client, county: Role, world: World
) -> None:
    for _ in range(2):
        world.role(world.sibling)
    html = page(client, org=world.school.pk)
    assert rows(html) == [("高一团总支", "未设置"), ("教工团支部", "2 名")]
    assert f'href="{reverse("members")}?org={world.sibling.pk}"' in html


def test_many_below_come_a_page_at_a_time(
    client: Client, county: Role, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orgs.views.organizations.BELOW", 4)
    grow(world, world.street, 9)
    html, names = page(client, org=world.street.pk), []
    while True:
        names += [name for name, _ in rows(html)]
        more = re.search(r'href="([^"]+)" rel="next"', html)
        if not more:
            break
        html = client.get(reverse("organizations") + more[1].replace("&amp;", "&")).content.decode()
    assert names == [*(f"{number}班" for number in range(1, 10)), "丁街道一支部"]


def test_what_was_done_to_it_is_told_to_those_who_manage_it(
    client: Client, county: Role, world: World, log_in: object
) -> None:
    organizations.rename(world.general, name="丙中学一年级团总支", short_name="一年级", by=county)
    organizations.change_kind(world.general, kind=Kind.COMMITTEE, by=county)
    html = page(client, org=world.general.pk)
    told = re.findall(r"<b>(.*?)</b><span class=\"zt-hint d-block\">(.*?)</span>", html)
    assert [title for title, _ in told] == ["变更类型：团总支改为团委", "修改名称"]
    assert all(f"{county.user.name}（乙县团县委 · 管理员）" in who for _, who in told)
    log_in(world.role(world.branch))
    assert "变更记录" not in page(client)


def test_the_record_of_a_move_says_from_where_to_where(client: Client, county: Role, world: World) -> None:
    organizations.move(world.sibling, to=world.street, by=county)
    html = page(client, org=world.sibling.pk)
    assert "<b>移动</b>" in html and "由“丙中学团委”移到“丁街道团工委”" in html
    assert len(f"由“{'名' * 60}”移到“{'名' * 60}”") <= AuditEvent._meta.get_field("note").max_length


@pytest.mark.parametrize("place", ["city", "province", "other_school", "other_branch"])
def test_what_lies_beyond_ones_scope_does_not_exist(
    client: Client, county: Role, world: World, place: str
) -> None:
    foreign = getattr(world, place)
    for address in (f"/orgs/?org={foreign.pk}", f"/orgs/tree/{foreign.pk}/"):
        response = client.get(address)
        assert response.status_code == 404, address
        assert foreign.name not in response.content.decode()


@pytest.mark.parametrize("asked", ["0", "-1", "x", "1 OR 1=1", "9" * 30, "1e3"])
def test_nonsense_as_an_organisation_is_not_found(client: Client, county: Role, asked: str) -> None:
    assert client.get(reverse("organizations"), {"org": asked}).status_code == 404


def test_a_page_cannot_continue_behind_another_parents_child(
    client: Client, county: Role, world: World
) -> None:
    address = reverse("organization-children", args=[world.school.pk])
    for after in (world.other_branch.pk, world.street_branch.pk, "x"):
        assert client.get(address, {"after": after}).status_code == 404


def test_search_stays_in_scope(client: Client, county: Role) -> None:
    html = client.get(reverse("organization-search"), {"q": "团"}).content.decode()
    for foreign in ("庚中学", "己县", "戊城", "甲城"):
        assert foreign not in html


@pytest.mark.parametrize("place", ["branch", "general", "school"])
def test_every_administrator_sees_the_own_subtree(
    client: Client, log_in: object, world: World, place: str
) -> None:
    organization = getattr(world, place)
    log_in(world.role(organization))
    assert f"<h1>{organization.short_name}</h1>" in page(client)
    assert client.get(reverse("organization-children", args=[organization.pk])).status_code == 200


@pytest.mark.parametrize("name", ["organizations", "organization-search"])
def test_the_pages_need_a_signed_in_person(client: Client, db: None, name: str) -> None:
    assert client.get(reverse(name)).url.startswith(reverse("login"))


def test_the_number_of_statements_is_the_same_for_one_child_and_for_many(
    client: Client, county: Role, world: World
) -> None:
    address = reverse("organization-children", args=[world.street.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    grow(world, world.street, 20)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)


def test_an_error_page_stands_in_the_same_look_and_says_what_to_do(client: Client, county: Role) -> None:
    for address, status in (("/orgs/?org=0", 404), ("/no/such/page/", 404), (reverse("enter"), 403)):
        response = client.get(address)
        html = response.content.decode()
        assert response.status_code == status
        assert '<html lang="zh-CN"' in html
        assert "智慧团建" in html
        assert "返回工作台" in html
        assert f"错误代码 {status}" in html
        assert 'aria-label="主菜单"' in html and reverse("reviews") in html  # one can go on from here


def test_an_error_page_without_a_role_has_no_menu(client: Client, db: None) -> None:
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert 'aria-label="主菜单"' not in response.content.decode()
