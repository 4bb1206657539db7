"""号段管理 on the screen: what each kind of organisation sees and does, previews that are kept, refusals with figures."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from numbering import proof, vacant
from numbering.domains import Domain
from numbering.models import Segment
from numbering.services import segments
from orgs.kinds import Kind
from orgs.models import Notice
from orgs.services import organizations
from tests.numbering.cases import chain, issued
from tests.numbering.filings import filed
from tests.orgs.trees import grow

BAD_COUNTS = ["", "0", "-1", "1.5", "一", "9" * 12, "1000001", "1\0"]
HUGE = "9" * 5000
"""More figures than Python makes a number of."""


def words(answer) -> str:
    """The text of the page without tags and blanks."""
    return re.sub(r"\s|<[^>]+>", "", answer.content.decode())


def hidden(answer) -> dict[str, str]:
    """The hidden fields of the page: what a confirmation sends back."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.content.decode())
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


@pytest.fixture
def made(world):
    return chain(world)


# Reading -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["province", "city", "county", "school", "general", "branch"])
def test_each_level_reads_its_own_segments_with_their_figures(world, made, log_in, place):
    for _ in range(3):
        issued(world.branch, world.role(world.school))
    client = log_in(world.role(getattr(world, place)))
    said = words(client.get(reverse("segments")))
    own = made[place]
    left = {"province": 600, "city": 200, "county": 100, "school": 60, "general": 20, "branch": 17}[place]
    assert f"共{own.size}，已下发{sum(one.size for one in own.pieces.all())}，剩余{left}" in said
    assert f"号段总数{own.size}" in said and "待录入3" in said and "高中领域" in said
    assert ("省级登记" in said) is (place == "province")
    hands_down = place not in {"branch"}
    assert ("号段分配" in said) is hands_down
    assert ("收回" in said) is hands_down


def test_of_each_piece_it_is_said_what_is_registered_and_so_not_left(world, made, log_in):
    issued(world.branch, world.role(world.school))
    number = str(made["branch"].last)
    filed(world.branch, world.role(world.branch), number=number)
    for address in (reverse("segments"), reverse("segment", args=[made["general"].pk])):
        page = log_in(world.role(world.general)).get(address).content.decode()
        table = page[page.index("下级组织") :]
        cells = re.findall(r'<td class="is-num" data-l="(\w+)">(.*?)</td>', table)
        said = {name: re.sub("<[^>]+>", "", cell) for name, cell in cells}
        assert said == {
            "总数": "20", "已下发": "0", "已录入": "0", "审核中": "0", "待录入": "1，登记 1", "剩余": "18",
        }  # fmt: skip


def test_the_menu_leads_there(world, log_in):
    for place in (world.branch, world.general, world.school, world.province):
        page = log_in(world.role(place)).get(reverse("segments")).content.decode()
        assert f'href="{reverse("segments")}" aria-current="page"' in page


def test_an_organisation_without_segments_is_told_whom_to_ask(world, made, log_in):
    said = words(log_in(world.role(world.street_branch)).get(reverse("segments")))
    assert "年没有号段" in said and "号段由“丁街道团工委”分配，请与其管理员联系。" in said


def test_the_year_is_switched_and_nonsense_is_no_year(world, made, log_in):
    segments.register(
        domain=Domain.SOCIETY, year=2025, first=202511000001, last=202511000050,
        province=world.province, by=world.role(world.province),
    )  # fmt: skip
    client = log_in(world.role(world.province))
    assert "社会领域" in words(client.get(reverse("segments"), {"year": "2025"}))
    assert "社会领域" not in words(client.get(reverse("segments"), {"year": "2026"}))
    assert "2031年没有号段" in words(client.get(reverse("segments"), {"year": "2031"}))
    for year in ("²²²²", "20260", "x", "-202"):
        assert client.get(reverse("segments"), {"year": year}).status_code == 200


def test_what_lies_below_is_read_from_above_without_any_button(world, made, log_in):
    client = log_in(world.role(world.county))
    said = words(client.get(reverse("segments"), {"org": world.school.pk, "year": 2026}))
    assert "只能查看" in said and "共100，已下发40，剩余60" in said
    assert "号段分配" not in said and "收回" not in said
    page = client.get(reverse("segment", args=[made["school"].pk]))
    assert "共100" in words(page) and "号段分配" not in words(page) and "收回" not in words(page)


@pytest.mark.parametrize("place", ["street", "other_school", "general", "branch", "other_city"])
def test_segments_beside_or_above_are_not_found(world, made, log_in, place):
    client = log_in(world.role(getattr(world, place)))
    for url in (
        reverse("segment", args=[made["school"].pk]),
        reverse("segments") + f"?org={world.school.pk}",
        reverse("segment-batch", args=[made["school"].pk]),
        reverse("segment-take-back", args=[made["general"].pk]),
    ):
        for answer in (client.get(url), client.post(url)):
            assert answer.status_code in {403, 404, 405}, (place, url)


@pytest.mark.parametrize("name", ["segment-batch", "segment-take-back"])
def test_who_only_stands_above_the_owner_reads_but_does_not_act(world, made, log_in, name):
    client = log_in(world.role(world.county))
    for answer in (
        client.get(reverse(name, args=[made["general"].pk])),
        client.post(reverse(name, args=[made["general"].pk])),
    ):
        assert answer.status_code == 404


def test_a_branch_reads_and_does_nothing_else(world, made, log_in):
    client = log_in(world.role(world.branch))
    assert client.get(reverse("segments")).status_code == 200
    for url in (
        reverse("segment-hand-down"),
        reverse("segment-batch", args=[made["branch"].pk]),
        reverse("segment-take-back", args=[made["branch"].pk]),
    ):
        assert [client.get(url).status_code, client.post(url).status_code] == [403, 403]


def test_pages_ask_as_much_for_many_pieces_as_for_one(world, made, log_in, django_assert_max_num_queries):
    client = log_in(world.role(world.county))
    by = world.role(world.county)
    urls = [reverse("segments"), reverse("segment", args=[made["county"].pk]), reverse("segment-hand-down")]

    def queries(url):
        with django_assert_max_num_queries(60) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    client.get(urls[0])  # once in a session is kept whether titles are to be chosen
    before = [queries(url) for url in urls]
    for n in range(30):
        free = vacant.free_runs(made["county"])[0][0]
        segments.hand_down(
            made["county"], to=(world.street, world.county_branch)[n % 2], first=free, last=free + 1, by=by
        )
    assert [queries(url) for url in urls] == before


def test_a_long_list_of_pieces_is_paged_and_filtered(world, made, log_in, monkeypatch):
    from numbering.views import segments as views

    monkeypatch.setattr(views, "PAGE", 3)
    by = world.role(world.county)
    for _ in range(5):
        free = vacant.free_runs(made["county"])[0][0]
        segments.hand_down(made["county"], to=world.street, first=free, last=free, by=by)
    client = log_in(by)
    url = reverse("segment", args=[made["county"].pk])
    shown, page = [], client.get(url)
    while True:
        shown += re.findall(r'<th scope="row" title="([^"]+)"', page.content.decode())
        following = re.search(r'href="(\?[^"]+)" rel="next"', page.content.decode())
        if not following:
            break
        page = client.get(url + following[1].replace("&amp;", "&"))
    assert shown == ["丙中学团委"] + ["丁街道团工委"] * 5
    assert (
        "丁街道"
        not in re.findall(r"<tbody>.*</tbody>", client.get(url, {"q": "丙中学"}).content.decode(), re.S)[0]
    )
    assert "没有找到" in words(client.get(url, {"q": "没有的"}))
    for strange in ({"q": "x" * 500}, {"after": "x"}, {"after": "9" * 30}, {"after": "²"}):
        assert client.get(url, strange).status_code == 200


# Handing down --------------------------------------------------------------------------------------


def asking(world, made, **changes):
    return {"to": world.sibling.pk, "segment": made["school"].pk, "count": "12", "step": "propose"} | changes


def test_a_piece_is_proposed_confirmed_and_told(world, made, log_in):
    client = log_in(world.role(world.school))
    url = reverse("segment-hand-down")
    proposal = client.post(url, asking(world, made))
    first = made["school"].first + 40
    assert f"将向“丙中学教工团支部”分配{first}–{first + 11}，共12个，分配后本级剩余48" in words(proposal)
    assert not Segment.objects.filter(organization=world.sibling).exists()
    done = client.post(url, hidden(proposal) | {"step": "confirm"}, follow=True)
    assert f"已将{first}–{first + 11}共12个编号分配给“丙中学教工团支部”" in words(done)
    piece = Segment.objects.get(organization=world.sibling)
    assert (piece.first, piece.last, piece.domain) == (first, first + 11, Domain.SENIOR)
    assert Notice.objects.filter(organization=world.sibling, kind="号段").exists()


def test_a_first_number_may_be_asked_for(world, made, log_in):
    client = log_in(world.role(world.school))
    first = made["school"].first + 70
    proposal = client.post(reverse("segment-hand-down"), asking(world, made, first=f" {first}"))
    client.post(reverse("segment-hand-down"), hidden(proposal) | {"step": "confirm"})
    assert Segment.objects.get(organization=world.sibling).first == first


@pytest.mark.parametrize("count", BAD_COUNTS)
def test_a_count_that_is_none_is_refused_and_nothing_typed_is_lost(world, made, log_in, count):
    client = log_in(world.role(world.school))
    answer = client.post(reverse("segment-hand-down"), asking(world, made, count=count, first="2026"))
    assert answer.status_code == 422
    assert "起始编号应为12位数字，现为“2026”" in words(answer)
    assert f'<option value="{world.sibling.pk}" selected>' in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"count": "61"}, "不够分配给“丙中学教工团支部”61个连续编号。本级剩余60个，最长的连续空号60个"),
        (
            {"first": "202611100010"},
            "与已分配给“丙中学高一年级团总支”的号段202611100000–202611100039重叠。本级剩余60个",
        ),
        ({"first": "202611100095"}, "超出“丙中学团委”的号段202611100000–202611100099。本级剩余60个"),
        ({"to": ""}, "请选择下级组织"),
        ({"segment": "x"}, "所选的号段不是本级的号段，请重新选择"),
        ({"to": "1x"}, "所选的组织不是本级的直接下级，请重新选择"),
    ],
)
@pytest.mark.parametrize("step", ["propose", "confirm"])
def test_what_cannot_be_handed_down_is_refused_with_the_figures(world, made, log_in, changes, expected, step):
    client = log_in(world.role(world.school))
    answer = client.post(reverse("segment-hand-down"), asking(world, made, step=step, **changes))
    assert answer.status_code == 422 and expected in words(answer)
    assert not Segment.objects.filter(organization=world.sibling).exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"count": "61"}, "count"),
        ({"count": "31", "first": "202611100070"}, "count"),
        ({"first": "202611100010"}, "first"),
        ({"first": "202611100100"}, "first"),
    ],
)
def test_the_field_that_does_not_fit_is_marked_and_the_summary_leads_to_it(
    world, made, log_in, changes, field
):
    answer = log_in(world.role(world.school)).post(
        reverse("segment-hand-down"), asking(world, made, **changes)
    )
    page = answer.content.decode()
    assert [line["field_id"] for line in answer.context["summary"]] == [f"id_{field}"]
    assert f'href="#id_{field}"' in page
    marked = re.findall(r"<(?:input|select)[^>]*aria-invalid=\"true\"[^>]*>", page)
    assert len(marked) == 1 and f'name="{field}"' in marked[0]


@pytest.mark.parametrize("stranger", ["branch", "other_branch", "county", "school", "street"])
def test_only_children_and_own_segments_can_be_chosen(world, made, log_in, stranger):
    client = log_in(world.role(world.school))
    answer = client.post(
        reverse("segment-hand-down"), asking(world, made, to=getattr(world, stranger).pk, step="confirm")
    )
    assert answer.status_code == 422 and "不是本级的直接下级" in words(answer)
    answer = client.post(
        reverse("segment-hand-down"), asking(world, made, segment=made["county"].pk, step="confirm")
    )
    assert answer.status_code == 422 and "所选的号段不是本级的号段" in words(answer)


def test_back_from_the_proposal_everything_typed_stands(world, made, log_in):
    client = log_in(world.role(world.school))
    proposal = client.post(reverse("segment-hand-down"), asking(world, made))
    again = client.post(reverse("segment-hand-down"), hidden(proposal) | {"step": "edit"})
    assert again.status_code == 200 and 'value="12"' in again.content.decode()


# Several at once -----------------------------------------------------------------------------------


@pytest.fixture
def children(world, made):
    return [grow(world.school, Kind.BRANCH, world.role(world.province)) for _ in range(3)]


def counts(children, *typed):
    return {f"count_{one.pk}": text for one, text in zip(children, typed, strict=True)}


def test_a_batch_is_filled_previewed_and_done_as_previewed(world, made, log_in, children):
    client = log_in(world.role(world.school))
    url = reverse("segment-batch", args=[made["school"].pk])
    filled = client.post(url, {"step": "fill"})
    assert filled.content.decode().count('value="12"') == 5  # 60 over general, sibling and the three
    assert client.post(url, {"step": "fill", "each": "7"}).content.decode().count('value="7"') == 6
    preview = client.post(url, counts(children, "3", "", "20") | {"step": "preview"})
    assert "向2个组织分配23个编号，分配后本级剩余37" in words(preview)
    assert not Segment.objects.filter(organization__in=children).exists()
    done = client.post(url, hidden(preview) | {"step": "confirm"}, follow=True)
    assert "已向2个组织分配23个编号" in words(done)
    low = made["school"].first + 40
    found = Segment.objects.filter(organization__in=children).order_by("span")
    assert [(one.organization, one.first, one.last) for one in found] == [
        (children[0], low, low + 2), (children[2], low + 3, low + 22),
    ]  # fmt: skip
    assert list(proof.faults()) == []


def test_a_batch_is_refused_when_the_free_numbers_changed_and_shows_the_form_again(
    world, made, log_in, children
):
    client = log_in(world.role(world.school))
    url = reverse("segment-batch", args=[made["school"].pk])
    preview = client.post(url, counts(children, "3", "4", "5") | {"step": "preview"})
    issued(world.sibling, world.role(world.school))
    answer = client.post(url, hidden(preview) | {"step": "confirm"})
    assert answer.status_code == 422 and "预览之后，本级的可用编号有了变化" in words(answer)
    assert f'name="count_{children[1].pk}" value="4"' in answer.content.decode()
    assert not Segment.objects.filter(organization__in=children).exists()


@pytest.mark.parametrize("step", ["preview", "confirm"])
def test_a_batch_says_at_each_row_what_is_wrong(world, made, log_in, children, step):
    client = log_in(world.role(world.school))
    url = reverse("segment-batch", args=[made["school"].pk])
    for bad in BAD_COUNTS[1:]:
        answer = client.post(url, counts(children, "3", bad, "5") | {"step": step, "seen": "x"})
        assert answer.status_code == 422 and "数量应为1至1000000的整数，现为“" in words(answer), bad
    answer = client.post(url, counts(children, "30", "31", "") | {"step": step, "seen": "x"})
    assert f"不够分配给“{children[1].name}”31个连续编号（共要分配61个，此前已安排1个组织）" in words(answer)
    assert "请至少为一个下级组织填写数量" in words(client.post(url, {"step": step}))
    assert "每个组织的数量应为" in words(client.post(url, {"step": "fill", "each": "x"}))
    assert not Segment.objects.filter(organization__in=children).exists()


@pytest.mark.parametrize("step", ["fill", "preview"])
def test_a_count_of_thousands_of_figures_is_refused_in_a_batch_too(world, made, log_in, step):
    url = reverse("segment-batch", args=[made["school"].pk])
    sent = {"step": step, "each": HUGE, f"count_{world.general.pk}": HUGE}
    answer = log_in(world.role(world.school)).post(url, sent)
    assert answer.status_code == 422
    assert "数量应为1至1000000的整数，现为“99999999999999999999”" in words(answer)


def test_a_batch_is_about_the_children_it_shows(world, made, log_in, children, monkeypatch):
    from numbering.views import allotment

    monkeypatch.setattr(allotment, "PAGE", 2)
    client = log_in(world.role(world.school))
    url = reverse("segment-batch", args=[made["school"].pk])
    seen, page = [], client.get(url)
    while True:
        seen += re.findall(r'name="count_(\d+)"', page.content.decode())
        following = re.search(r'<a href="(\?[^"]+)">下一页', page.content.decode())
        if not following:
            break
        page = client.get(url + following[1].replace("&amp;", "&"))
    assert sorted(map(int, seen)) == sorted(one.pk for one in (world.general, world.sibling, *children))
    only = client.get(url, {"q": "教工"}).content.decode()
    assert re.findall(r'name="count_(\d+)"', only) == [str(world.sibling.pk)]
    # A count for a child that is not shown is not read.
    client.post(f"{url}?q=教工", counts(children, "1", "1", "1") | {"step": "preview"})
    for strange in ({"after": "x"}, {"after": "²"}, {"q": "x" * 500}):
        assert client.get(url, strange).status_code == 200
    assert client.get(url, {"after": world.branch.pk}).status_code == 404


# Taking back ---------------------------------------------------------------------------------------


def test_a_tail_is_previewed_taken_back_and_told(world, made, log_in):
    client = log_in(world.role(world.school))
    piece = made["general"]
    url = reverse("segment-take-back", args=[piece.pk])
    assert f"未使用的尾段为{piece.first + 20}–{piece.last}，共20个" in words(client.get(url))
    preview = client.post(url, {"count": "5", "step": "preview"})
    assert f"收回{piece.last - 4}–{piece.last}，共5个；保留{piece.first}–{piece.last - 5}，共35个。" in words(
        preview
    )
    done = client.post(url, hidden(preview) | {"step": "confirm"}, follow=True)
    assert f"收回{piece.last - 4}–{piece.last}共5个编号，保留35个" in words(done)
    piece.refresh_from_db()
    assert piece.size == 35
    again = client.post(url, hidden(preview) | {"step": "confirm"})
    assert again.status_code == 422 and "只能收回未使用的尾段" in words(again)


@pytest.mark.parametrize("count", [*BAD_COUNTS, "21"])
def test_a_count_beyond_the_tail_or_none_at_all_is_refused(world, made, log_in, count):
    client = log_in(world.role(world.school))
    url = reverse("segment-take-back", args=[made["general"].pk])
    for step in ("preview", "confirm"):
        answer = client.post(url, {"count": count, "step": step, "last": str(made["general"].last)})
        assert answer.status_code == 422
        assert count != "21" or "未使用的尾段有20个编号，不能收回21个" in words(answer)


@pytest.mark.parametrize("last", ["", "x", "0", "²" * 12, "9" * 12, "9" * 40])
def test_a_confirmation_without_the_number_it_was_shown_changes_nothing(world, made, log_in, last):
    client = log_in(world.role(world.school))
    url = reverse("segment-take-back", args=[made["general"].pk])
    assert client.post(url, {"count": "5", "step": "confirm", "last": last}).status_code == 422
    assert Segment.objects.get(pk=made["general"].pk).size == 40


def test_a_piece_is_taken_back_although_its_organisation_moved_away(world, made, log_in):
    organizations.move(world.general, to=world.county, by=world.role(world.province))
    client = log_in(world.role(world.school))
    url = reverse("segment-take-back", args=[made["general"].pk])
    preview = client.post(url, {"count": "20", "step": "preview"})
    assert client.post(url, hidden(preview) | {"step": "confirm"}).status_code == 302
    assert Segment.objects.get(pk=made["general"].pk).size == 20


def test_every_link_of_a_piece_leads_somewhere_also_when_its_organisation_moved_away(world, made, log_in):
    organizations.move(world.general, to=world.county, by=world.role(world.province))
    piece = [made["general"].pk]
    for place, has_page in (("school", False), ("county", True)):
        client = log_in(world.role(getattr(world, place)))
        for url in (
            reverse("segments") + f"?org={world.school.pk}&year=2026",
            reverse("segment", args=[made["school"].pk]),
        ):
            page = client.get(url).content.decode()
            assert "高一团总支" in page
            assert (f'"{reverse("segment", args=piece)}"' in page) is has_page
            assert (reverse("segment-take-back", args=piece) in page) is not has_page
            for link in re.findall(r'<td class="is-acts.*?</td>', page, re.S):
                for address in re.findall(r'href="([^"]+)"', link):
                    assert client.get(address).status_code == 200, address


def test_a_piece_without_an_unused_tail_says_so(world, made, log_in):
    segments.hand_down(
        made["general"], to=world.branch, first=made["general"].last, last=made["general"].last,
        by=world.role(world.general),
    )  # fmt: skip
    answer = log_in(world.role(world.school)).get(reverse("segment-take-back", args=[made["general"].pk]))
    assert "没有未使用的尾段" in words(answer)
