"""Pages, in process through the whole middleware: the tree's children, 电子数据库 of the province, 团员列表."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from archives import database
from archives.scale.bench import ground, pages
from archives.scale.bench.browser import Browser, signed_in
from archives.scale.bench.report import Line, at_least, at_most
from archives.scale.bench.rounds import insist, p50, take_turns
from members.models import Member
from orgs.kinds import Kind
from orgs.models import Organization
from orgs.views.tree import PAGE

EMPTY = "/bench/empty/"
WITH_SESSION = "空的 Django 页面（含会话和身份）"
WITHOUT = "空的 Django 页面（没有会话和中间件）"


def tree(rounds: int) -> Iterator[Line]:
    """Opening a node of 组织管理's tree at every level that has children; all levels in the same rounds."""
    with signed_in(ground.administrator(ground.province())) as browser:
        parents = [_parent(kind) for kind in ground.LEVELS[:-1]]
        shown = [_listed(browser, one) for one in parents]
        acts = [partial(browser.get, _opening(one), fragment=True) for one in parents]
        empties = [partial(browser.get, EMPTY), partial(browser.bare, EMPTY)]
        *took, empty, bare = [p50(times) for times in take_turns([*acts, *empties], rounds)]
    for parent, count, ours in zip(parents, shown, took, strict=True):
        what = (
            f"展开组织树，{parent.get_kind_display()}（{count} 个下级），每秒请求数：本系统 / {WITH_SESSION}"
        )
        yield Line(what, ours, empty, empty / ours, at_least(0.4), same="下级的名单与组织表相同")
    yield Line(f"展开组织树，最慢的一级，每秒请求数：本系统 / {WITHOUT}", max(took), bare, bare / max(took))
    yield Line("展开组织树：最慢的一级 / 最快的一级", max(took), min(took), max(took) / min(took), at_most(2))


def _parent(kind: Kind) -> Organization:
    """One in the middle of those that have children."""
    found = Organization.objects.active().filter(
        kind=kind, children__deactivated_at=None, children__isnull=False
    )
    return ground.spread(found.distinct(), 1)[0]


def _opening(parent: Organization) -> str:
    return reverse("organization-children", args=[parent.pk])


def _listed(browser: Browser, parent: Organization) -> int:
    """How many children the fragment shows: all there are, as far as one page goes."""
    page = browser.get(_opening(parent), fragment=True).decode()
    below = Organization.objects.active().filter(parent=parent).order_by("sort_key", "pk")
    names = list(below.values_list("name", flat=True)[:PAGE])
    insist(
        bool(names) and all(f'title="{name}"' in page for name in names), f"“{parent.name}”的下级没有全部列出"
    )
    return len(names)


def dashboard(rounds: int) -> Iterator[Line]:
    """电子数据库 of the province, this year."""
    root, year = ground.province(), timezone.localdate().year
    _insist_on_counts(root, year)
    with signed_in(ground.administrator(root)) as browser:
        address = reverse("database")
        acts = [partial(browser.get, address), partial(browser.get, EMPTY), partial(browser.bare, EMPTY)]
        ours, empty, bare = take_turns(acts, rounds)
        mine, live = take_turns(
            [lambda: browser.get(address), lambda: browser.get("/bench/live/")], min(rounds, 5)
        )
    same = "各组织、各领域的已录入数，汇总与实时计数相同"
    what = "电子数据库（全省）：实时计数（按编号区间） / 本系统"
    yield Line(what, p50(mine), p50(live), p50(live) / p50(mine), at_least(500), same=same)
    what = f"电子数据库（全省），每秒请求数：本系统 / {WITH_SESSION}"
    yield Line(what, p50(ours), p50(empty), p50(empty) / p50(ours), at_least(0.2))
    what = f"电子数据库（全省），每秒请求数：本系统 / {WITHOUT}"
    yield Line(what, p50(ours), p50(bare), p50(bare) / p50(ours))


def _insist_on_counts(root: Organization, year: int) -> None:
    organizations = [root, *database.below(root)]
    rows = {row.organization.pk: row for row in database.rows(organizations, year)}
    for pk, counted in pages.counted(root, year).items():
        shown = {domain: rows[pk].of(domain).held for domain in counted}
        insist(shown == counted, f"“{rows[pk].organization.name}”汇总为 {shown}，实时计数为 {counted}")


def listing(rounds: int) -> Iterator[Line]:
    """团员列表 of a county against the same fifty rows as pages are usually written."""
    county = ground.with_members(Kind.COUNTY, 3)[0]
    with signed_in(ground.administrator(county)) as browser:
        address = f"{reverse('members')}?{urlencode({'state': Member.State.ACTIVE.value})}"
        mine, plain = browser.get(address).decode(), browser.get("/bench/plain/").decode()
        uuids = [reverse("member", args=[one.uuid]) for one in pages.newest(county)]
        insist(bool(uuids) and all(one in mine and one in plain for one in uuids), "两个列表的团员不同")
        ours, rival = take_turns([lambda: browser.get(address), lambda: browser.get("/bench/plain/")], rounds)
    what = (
        f"团员列表，一个县（{len(uuids)} 行）：ORM 对象、逐行 include 的列表 / 本系统（另有页签计数和筛选）"
    )
    yield Line(what, p50(ours), p50(rival), p50(rival) / p50(ours), same=f"两侧同样 {len(uuids)} 名团员")
