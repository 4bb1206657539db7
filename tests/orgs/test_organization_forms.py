"""Forms of 组织管理: what is made, what is refused in words without losing what was typed, and who may."""

from __future__ import annotations

import html
import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from orgs.kinds import Kind
from orgs.models import Job, Organization, Role
from orgs.services import organizations
from tests.factories import World

FORMS = ("add", "paste", "rename", "kind", "move", "deactivate", "reactivate")


@pytest.fixture
def school(log_in: object, world: World) -> Role:
    role = world.role(world.school)
    log_in(role)
    return role


@pytest.fixture
def county(log_in: object, world: World) -> Role:
    role = world.role(world.county)
    log_in(role)
    return role


def at(form: str, organization: Organization) -> str:
    return reverse(f"organization-{form}", args=[organization.pk])


def text(answer: HttpResponse) -> str:
    return html.unescape(answer.content.decode())


def seen(client: Client, url: str) -> str:
    return re.search(r'name="seen" value="([^"]+)"', client.get(url).content.decode())[1]


def refused(answer: HttpResponse) -> str:
    """The page of a refusal: 422, a summary that takes the focus, and the words in it."""
    assert answer.status_code == 422
    page = text(answer)
    assert 'id="errors" role="alert" tabindex="-1"' in page and "data-focus" in page
    return page


NEW = {
    "name": "丙中学高二年级团总支",
    "short_name": "高二团总支",
    "kind": "general_branch",
    "industry": "senior_school",
}


def test_a_new_organisation_stands_below_and_its_page_says_so(
    client: Client, school: Role, world: World
) -> None:
    answer = client.post(at("add", world.school), NEW, follow=True)
    made = Organization.objects.get(name=NEW["name"])
    assert (made.parent, made.kind, made.short_name, made.industry) == (
        world.school, Kind.GENERAL_BRANCH, "高二团总支", "senior_school",
    )  # fmt: skip
    assert f"已新增团总支“{made.name}”" in text(answer)
    assert answer.redirect_chain == [(f"{reverse('organizations')}?org={made.pk}", 302)]


def test_a_short_name_left_out_is_the_full_one(client: Client, school: Role, world: World) -> None:
    client.post(at("add", world.school), NEW | {"short_name": " "})
    assert Organization.objects.get(name=NEW["name"]).short_name == NEW["name"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": " "}, "请填写全称"),
        ({"name": "长" * 121, "short_name": "短"}, "全称最多 120 个字，现有 121 个"),
        ({"name": "丙中学教工团支部"}, "下已有同名组织“丙中学教工团支部”"),
        ({"name": "丙中学\u2028团支部"}, "换行或看不见的字符"),
        ({"kind": ""}, "请选择类型"),
        ({"kind": "county"}, "所选的类型不能使用"),
        ({"industry": "nonsense"}, "所选的单位行业不能使用"),
    ],
)
def test_what_cannot_be_made_is_refused_at_its_field_and_nothing_typed_is_lost(
    client: Client, school: Role, world: World, typed: dict[str, str], words: str
) -> None:
    before = Organization.objects.count()
    page = refused(client.post(at("add", world.school), NEW | typed))
    assert words in page
    assert f'<a href="#id_{next(iter(typed))}">' in page
    assert (NEW | typed)["short_name"] in page
    assert Organization.objects.count() == before


@pytest.mark.parametrize("form", ["add", "paste"])
def test_below_a_branch_nothing_is_offered(client: Client, school: Role, world: World, form: str) -> None:
    answer = client.get(at(form, world.branch))
    assert answer.status_code == 403
    assert "是团支部，其下不能设立组织。" in text(answer)
    assert at(form, world.branch) not in text(client.get(f"{reverse('organizations')}?org={world.branch.pk}"))


LINES = "丙中学高二1班团支部\t高二1班\n丙中学高二年级团总支\t高二团总支\t团总支\n丙中学高三1班团支部"


def previewed(client: Client, url: str, lines: str) -> tuple[str, str]:
    """The page of the preview, and its token."""
    answer = client.post(url, {"text": lines, "step": "preview"})
    assert answer.status_code == 200
    page = text(answer)
    return page, re.search(r'name="seen" value="([^"]+)"', page)[1]


def test_a_pasted_list_is_shown_line_by_line_and_then_made(
    client: Client, school: Role, world: World
) -> None:
    url, before = at("paste", world.school), Organization.objects.count()
    page, token = previewed(client, url, LINES)
    assert "新增 3 个组织" in page and LINES in page
    assert Organization.objects.count() == before
    answer = client.post(url, {"text": LINES, "step": "confirm", "seen": token}, follow=True)
    assert "已在“丙中学团委”下新增 3 个组织" in text(answer)
    made = Organization.objects.filter(parent=world.school).order_by("-pk")[:3]
    assert [(one.short_name, one.kind) for one in made] == [
        ("丙中学高三1班团支部", Kind.BRANCH), ("高二团总支", Kind.GENERAL_BRANCH), ("高二1班", Kind.BRANCH),
    ]  # fmt: skip


def test_every_line_says_what_is_wrong_with_it_and_the_list_stays(
    client: Client, school: Role, world: World
) -> None:
    lines = f"{LINES}\n丙中学教工团支部\n丙中学初中部\t初中部\t市级领导机关"
    page, token = previewed(client, at("paste", world.school), lines)
    assert "5 行中有 2 行有问题" in page and "确认新增" not in page and lines in page
    assert "“丙中学团委”下已有“丙中学教工团支部”" in page
    assert "团委下不能设立市级领导机关" in page
    answer = client.post(at("paste", world.school), {"text": lines, "step": "confirm", "seen": token})
    assert "2 行不能建立" in refused(answer) and lines in text(answer)
    assert not Organization.objects.filter(parent=world.school, name__contains="高二").exists()


def test_a_list_changed_since_its_preview_is_previewed_again(
    client: Client, school: Role, world: World
) -> None:
    url = at("paste", world.school)
    _, token = previewed(client, url, LINES)
    answer = client.post(url, {"text": LINES + "\n丙中学高三2班团支部", "step": "confirm", "seen": token})
    assert "新增 4 个组织" in text(answer)
    assert not Organization.objects.filter(name__contains="高三").exists()


def test_a_name_taken_since_the_preview_comes_back_with_the_list(
    client: Client, school: Role, world: World
) -> None:
    url = at("paste", world.school)
    _, token = previewed(client, url, LINES)
    client.post(at("add", world.school), NEW)
    page = refused(client.post(url, {"text": LINES, "step": "confirm", "seen": token}))
    assert LINES in page and f"下已有“{NEW['name']}”" in page
    assert not Organization.objects.filter(name="丙中学高三1班团支部").exists()


@pytest.mark.parametrize(
    ("lines", "words"), [(" \n ", "请粘贴组织名单"), ("支部\n" * 501, "一次最多 500 行")]
)
def test_a_list_that_cannot_be_read_is_refused_in_words(
    client: Client, school: Role, world: World, lines: str, words: str
) -> None:
    page = refused(client.post(at("paste", world.school), {"text": lines, "step": "preview"}))
    assert words in page and lines.strip() in page


def test_an_organisation_is_renamed(client: Client, school: Role, world: World) -> None:
    url = at("rename", world.general)
    sent = {"name": "丙中学高一团总支", "short_name": "高一", "seen": seen(client, url)}
    answer = client.post(url, sent, follow=True)
    assert "已将“丙中学高一年级团总支”改名为“丙中学高一团总支”" in text(answer)


def test_a_rename_on_an_old_page_is_refused_and_shows_the_name_of_now(
    client: Client, school: Role, world: World
) -> None:
    url = at("rename", world.general)
    old = seen(client, url)
    organizations.rename(world.general, name="丙中学一年级", short_name="一年级", by=world.role(world.county))
    page = refused(client.post(url, {"name": "丙中学新名", "short_name": "新名", "seen": old}))
    assert "已由他人修改，没有办理" in page
    assert "现为“丙中学一年级”" in page and 'value="丙中学新名"' in page
    again = client.post(url, {"name": "丙中学新名", "short_name": "新名", "seen": seen(client, url)})
    assert again.status_code == 302


def test_a_kind_is_changed_or_refused_in_words(client: Client, school: Role, world: World) -> None:
    url = at("kind", world.general)
    assert "请选择新的类型" in refused(client.post(url, {"seen": seen(client, url)}))
    page = refused(client.post(url, {"kind": "branch", "seen": seen(client, url)}))
    assert "团支部下不能设立团支部，请先移走或停用" in page
    answer = client.post(url, {"kind": "committee", "seen": seen(client, url)}, follow=True)
    assert "的类型变更为团委" in text(answer)
    assert "变更类型：团总支改为团委" in text(answer)


def test_under_a_general_branch_nothing_else_than_a_branch_is_offered(
    client: Client, school: Role, world: World
) -> None:
    page = text(client.get(at("kind", world.branch)))
    assert "不能改为其他类型" in page and "<select" not in page


def test_a_move_is_previewed_then_done(client: Client, county: Role, world: World) -> None:
    url = f"{at('move', world.general)}?org={world.street.pk}"
    page = text(client.get(url))
    for words in ("丙中学团委", "丁街道团工委", "团总支", "团支部", "1 个", "移动后的变化"):
        assert words in page
    answer = client.post(url, {"seen": seen(client, url)}, follow=True)
    assert "已将“丙中学高一年级团总支”移动到“丁街道团工委”之下" in text(answer)
    world.branch.refresh_from_db()
    assert world.branch.is_at_or_below(world.street)


def test_a_move_on_an_old_preview_is_refused_and_previewed_again(
    client: Client, county: Role, world: World
) -> None:
    url = f"{at('move', world.general)}?org={world.street.pk}"
    old = seen(client, url)
    organizations.create(
        parent=world.general, kind=Kind.BRANCH, name="丙中学高一2班团支部", short_name="高一2班", industry="", by=county
    )  # fmt: skip
    page = refused(client.post(url, {"seen": old}))
    assert "请重新预览" in page and "<dd>2 个</dd>" in page
    assert Organization.objects.get(pk=world.general.pk).parent == world.school


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("school", "已在“丙中学团委”之下"),
        ("branch", "到它自己或其下级组织之下"),
        ("street_branch", "团支部下不能设立团总支"),
    ],
)
def test_where_it_cannot_stand_is_said_at_once(
    client: Client, county: Role, world: World, to: str, words: str
) -> None:
    url = f"{at('move', world.general)}?org={getattr(world, to).pk}"
    answer = client.get(url)
    assert answer.status_code == 200 and words in text(answer) and "确认移动" not in text(answer)
    assert words in refused(client.post(url))
    assert "请先在组织树中选择" in refused(client.post(at("move", world.general)))


def test_a_large_move_leads_to_its_job(client: Client, county: Role, world: World, settings: object) -> None:
    settings.MOVE_IN_REQUEST = 0
    url = f"{at('move', world.general)}?org={world.street.pk}"
    assert "在后台移动" in text(client.get(url))
    answer = client.post(url, {"seen": seen(client, url)})
    assert answer.url == reverse("job", args=[Job.objects.get().uuid])


def test_the_trees_links_stay_on_the_page_of_the_move(client: Client, county: Role, world: World) -> None:
    for address in (
        at("move", world.general),
        reverse("organization-move-children", args=[world.county.pk]),
        f"{reverse('organization-move-search')}?q=街道",
    ):
        links = re.findall(r'class="zt-node[^"]*"[^>]*? href="([^"]*)"', text(client.get(address)))
        assert f"?org={world.street.pk}" in links, address
        assert all(link.startswith("?org=") for link in links if link != "#"), address


def test_nothing_is_deactivated_while_something_stands_in_the_way(
    client: Client, county: Role, world: World
) -> None:
    url = at("deactivate", world.school)
    page = text(client.get(url))
    assert "下面还有启用的组织：“高一团总支”、“教工团支部”" in page and "确认停用" not in page
    assert f'href="{reverse("organizations")}?org={world.school.pk}">下级组织</a>' in page
    assert "还不能停用" in refused(client.post(url, {"seen": organizations.seen(world.school)}))


def test_deactivated_and_opened_again(client: Client, county: Role, world: World) -> None:
    admin = world.role(world.sibling)
    url = at("deactivate", world.sibling)
    assert admin.user.name in text(client.get(url))
    answer = client.post(url, {"seen": seen(client, url)}, follow=True)
    assert "已停用“丙中学教工团支部”" in text(answer)
    url = at("reactivate", world.sibling)
    assert f'href="{url}"' in text(answer)
    answer = client.post(url, {"seen": seen(client, url)}, follow=True)
    assert "已重新启用“丙中学教工团支部”" in text(answer)
    assert Organization.objects.get(pk=world.sibling.pk).is_active


@pytest.mark.parametrize("form", ["deactivate", "reactivate"])
def test_what_is_done_already_is_not_offered(client: Client, county: Role, world: World, form: str) -> None:
    if form == "deactivate":
        organizations.deactivate(world.sibling, by=county)
    page = text(client.get(at(form, world.sibling)))
    assert ("该组织已停用" if form == "deactivate" else "该组织没有停用") in page
    assert 'name="seen"' not in page
    refused(client.post(at(form, world.sibling), {"seen": organizations.seen(world.sibling)}))


def test_deactivated_organisations_are_shown_and_found_on_request(
    client: Client, county: Role, world: World
) -> None:
    organizations.deactivate(world.sibling, by=county)
    here = {"org": world.school.pk}
    assert "教工团支部" not in text(client.get(reverse("organizations"), here))
    page = text(client.get(reverse("organizations"), here | {"inactive": "1"}))
    assert re.search(r"<b>教工团支部</b><small>已停用</small>", page)
    assert f"?org={world.sibling.pk}&inactive=1" in page
    assert "没有找到" in text(client.get(reverse("organization-search"), {"q": "教工"}))
    found = text(client.get(reverse("organization-search"), {"q": "教工", "inactive": "1"}))
    assert "教工团支部" in found and "已停用" in found


@pytest.mark.parametrize("place", ["branch", "general"])
def test_those_who_manage_nothing_see_and_are_told_so(
    client: Client, log_in: object, world: World, place: str
) -> None:
    own = getattr(world, place)
    log_in(world.role(own))
    page = text(client.get(reverse("organizations")))
    for form in FORMS:
        answer = client.get(at(form, world.branch))
        assert answer.status_code == 403 and "此项操作由" in text(answer), form
        assert at(form, own) not in page
    assert "变更记录" not in page


@pytest.mark.parametrize("form", ["kind", "move", "deactivate", "reactivate"])
def test_nobody_moves_or_closes_the_own_organisation(
    client: Client, school: Role, world: World, form: str
) -> None:
    answer = client.get(at(form, world.school))
    assert answer.status_code == 403
    assert "由上级组织的管理员办理" in text(answer)
    assert at(form, world.school) not in text(client.get(reverse("organizations")))


@pytest.mark.parametrize("form", ["kind", "move", "deactivate", "reactivate"])
def test_the_province_stays(client: Client, log_in: object, world: World, form: str) -> None:
    log_in(world.role(world.province))
    answer = client.get(at(form, world.province))
    assert answer.status_code == 403
    assert "是省级组织" in text(answer)


@pytest.mark.parametrize("form", FORMS)
def test_out_of_sight_there_is_nothing(client: Client, school: Role, world: World, form: str) -> None:
    for method in (client.get, client.post):
        assert method(at(form, world.street)).status_code == 404
    if form == "move":
        assert client.get(f"{at('move', world.general)}?org={world.street.pk}").status_code == 404
