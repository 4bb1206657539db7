"""One organisation into the whole tree: at its left end, in the middle and at its right end."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count

from django.db import transaction

from archives.scale.bench import ground, rivals
from archives.scale.bench.report import Line, at_least, at_most, exactly
from archives.scale.bench.rivals import Dense, Plain
from archives.scale.bench.rounds import Act, insist, p50, take_turns
from orgs.kinds import Kind
from orgs.models import Organization, Role
from orgs.services import organizations
from orgs.sorting import sort_key
from orgs.tree_lock import with_room

SERIAL = count(1)
DEAR = 2
"""Rounds against the default django-mptt."""


def measure(rounds: int) -> Iterator[Line]:
    with rivals.twins("plain", "dense"), ground.organizations_gone_after() as made:
        parents = ends()
        for place, parent in parents.items():
            yield _against_plain(place, parent, rounds, made)
        yield from _against_mptt(parents["左端"], min(rounds, DEAR), made)
        yield _service(parents["左端"], rounds)


def ends() -> dict[str, int]:
    """Where a 团支部 is put in: below the first, the middle and the last that may have one, in the order of django-mptt's numbers."""
    places = Organization.objects.active().filter(kind__in=[Kind.GENERAL_BRANCH, Kind.COMMITTEE])
    ids = list(
        places.order_by("lft").values_list("pk", flat=True)
    )  # the rival's order: which end is dear depends on it
    if not ids:
        raise ground.NothingThere("没有可以设立团支部的组织。")
    return {"左端": ids[0], "中间": ids[len(ids) // 2], "右端": ids[-1]}


def words() -> dict[str, str]:
    """The same payload on either side; no two names are the same."""
    name = f"{ground.CALLED}第{next(SERIAL)}团支部"
    return {
        "kind": Kind.BRANCH,
        "name": name,
        "short_name": name,
        "industry": "school",
        "province_code": "11",
    }


def into_ours(parent: int) -> int:
    """As `orgs.services.organizations.create` does it, but for permission and audit."""

    def insert() -> int:
        opening = Organization.objects.open(parent)
        made = Organization(**words())
        Organization.objects.place(made, opening)
        made.save()
        return int(made.pk)

    return with_room(insert)


def into_plain(parent: int) -> None:
    with transaction.atomic():
        above = Plain.objects.get(pk=parent)
        typed = words()
        Plain(
            parent=above, depth=above.depth + 1, path=above.path, sort_key=sort_key(typed["name"]), **typed
        ).save()


def into_mptt(parent: int) -> None:
    with transaction.atomic():
        above = Dense.objects.get(pk=parent)
        typed = words()
        Dense(parent=above, path=above.path, sort_key=sort_key(typed["name"]), **typed).save()


def _against_plain(place: str, parent: int, rounds: int, made: list[int]) -> Line:
    before = len(made), rivals.count("bench.plain")
    ours, rival = take_turns([lambda: made.append(into_ours(parent)), lambda: into_plain(parent)], rounds)
    added = len(made) - before[0], rivals.count("bench.plain") - before[1]
    insist(added == (rounds + 1, rounds + 1), f"两侧各新建 {rounds + 1} 个，实际 {added}")
    return Line(
        f"新建一个组织，{place}：本系统 / 只记上级的 ORM save()",
        p50(ours), p50(rival), p50(ours) / p50(rival), at_most(1.8), same=f"两侧各新建 {added[0]} 个",
    )  # fmt: skip


def _against_mptt(parent: int, rounds: int, made: list[int]) -> Iterator[Line]:
    """The rival rewrites the whole table each time, for seconds or minutes: no round to warm up, and the table is vacuumed between."""
    updated: list[int] = []

    def rival() -> None:
        updated.append(ground.updating(lambda: into_mptt(parent), "bench.dense"))

    before = len(made), rivals.count("bench.dense")
    vacuum = partial(rivals.run, "VACUUM bench.dense")
    ours, dear = take_turns(
        [lambda: made.append(into_ours(parent)), rival], rounds, between=vacuum, warm=False
    )
    added = len(made) - before[0], rivals.count("bench.dense") - before[1]
    insist(added == (rounds, rounds), f"两侧各新建 {rounds} 个，实际 {added}")
    what = "新建一个组织，左端：默认 django-mptt / 本系统"
    ratio = p50(dear) / p50(ours)
    yield Line(what, p50(ours), p50(dear), ratio, at_least(1000), same=f"两侧各新建 {rounds} 个")
    rows = ground.updating(lambda: made.append(into_ours(parent)))
    what = "新建一个组织改写的其他行：本系统（对照为默认 django-mptt）"
    yield Line(what, rows, max(updated), rows, exactly(0), unit="行")


def _service(parent: int, rounds: int) -> Line:
    """With permission, rules and audit. Rolled back, since an audit event, once committed, holds its organisation for good; so is the
    rival, or only one side would wait for the disk."""
    above, by = Organization.objects.get(pk=parent), ground.administrator(ground.province())
    created, plain = partial(_created, above, by), partial(into_plain, parent)
    ours, rival = take_turns([partial(_undone, created), partial(_undone, plain)], rounds)
    return Line(
        "新建一个组织，整个服务（权限、规则、留痕） / 只记上级的 ORM save()，两侧都回滚、不提交",
        p50(ours),
        p50(rival),
        p50(ours) / p50(rival),
    )


def _created(above: Organization, by: Role) -> None:
    typed = words()
    organizations.create(
        parent=above, kind=Kind.BRANCH, name=typed["name"], short_name=typed["name"], industry="school", by=by
    )  # fmt: skip


def _undone(act: Act) -> None:
    with transaction.atomic():
        act()
        transaction.set_rollback(True)
