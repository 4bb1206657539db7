"""号段: registered by the province, handed down piece by piece, unused tails taken back."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import NumericRange  # type: ignore[import-untyped]

from numbering import rollup, runs
from numbering.domains import Domain
from numbering.models import Segment
from numbering.models.segments import YEAR_STEP
from numbering.rules import XINJIANG
from numbering.runs import Run
from numbering.vacant import free_runs, unused_tail
from orgs import policy
from orgs.models import Notice, Organization, Role, settled
from orgs.policy import Act
from orgs.services import audit, notices

KIND = "号段"
LAST_YEAR = 2099
SERIALS = 1_000_000


class SegmentRefused(Exception):
    """Why a piece cannot be handed down, registered or taken back, with the figures that would fit: words for the person, and the field they are about ("" for the whole)."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


# Registering ---------------------------------------------------------------------------------------


@transaction.atomic
def register(
    *, domain: Domain, year: int, first: int, last: int, province: Organization, by: Role
) -> Segment:
    """A segment of the province itself.

    Raises:
        PermissionDenied: the role may not.
        SegmentRefused: not of this year or province, upside down, or overlapping another one.
    """
    place = settled(province.pk)
    policy.require(by, Act.ADMINISTER, place)
    require_registrable(year=year, first=first, last=last, province=place)
    # First the lock that planting takes at its end: a table registered at this moment has it, and may wait for our row.
    rollup.fold()
    segment = Segment(year=year, domain=domain, span=NumericRange(first, last + 1), depth=0)
    return _plant([(segment, place)], verb="segment.register", by=by)[0]


def require_registrable(*, year: int, first: int, last: int, province: Organization) -> None:
    """Insist that the province may register these numbers; what a preview asks before anything is written.

    Raises:
        SegmentRefused: not of this year or province, upside down, or overlapping another one.
    """
    if province.parent_id is not None:
        raise SegmentRefused(f"号段由省级组织登记，“{province.name}”不是省级组织")
    if not settings.SEGMENTS_FROM <= year <= LAST_YEAR:
        raise SegmentRefused(f"年度应在 {settings.SEGMENTS_FROM} 至 {LAST_YEAR} 之间，现为 {year}")
    codes = sorted(XINJIANG) if province.province_code in XINJIANG else [province.province_code]
    for words, value in (("起始编号", first), ("终止编号", last)):
        if not 10**11 <= value < 10**12:
            raise SegmentRefused(f"{words}应为 12 位数字，现为 {value}")
        if value // YEAR_STEP != year:
            raise SegmentRefused(f"{words} {value} 的前四位应为年度 {year}，现为 {value // YEAR_STEP}")
        if f"{value // SERIALS % 100:02d}" not in codes:
            raise SegmentRefused(
                f"{words} {value} 的第 5、6 位应为省级代码 {' 或 '.join(codes)}，现为 {value // SERIALS % 100:02d}"
            )
    if first // SERIALS != last // SERIALS:
        raise SegmentRefused(f"起始编号 {first} 和终止编号 {last} 的前 6 位应当相同")
    if first > last:
        raise SegmentRefused(f"起始编号 {first} 大于终止编号 {last}")
    if other := _at_depth(0, first, last):
        raise SegmentRefused(
            f"{first}–{last} 与已登记的{other.year} 年{other.get_domain_display()}领域号段 {other} 重叠"
        )


# Handing down --------------------------------------------------------------------------------------


@transaction.atomic
def hand_down(parent: Segment, *, to: Organization, first: int, last: int, by: Role) -> Segment:
    """Cut first…last out of `parent` for a child of its owner.

    Raises:
        PermissionDenied: the role may not hand down what this organisation owns.
        SegmentRefused: not a child, not free; with the figures that would fit.
    """
    Organization.objects.lock(shared=True)
    place = settled(to.pk)
    held = hold(parent)
    policy.require(by, Act.HAND_DOWN, held.organization)
    _require_child(place, held)
    require_free(held, first, last)
    return _plant([(_piece(held, (first, last)), place)], verb="segment.hand_down", by=by)[0]


@transaction.atomic
def hand_down_many(
    parent: Segment, shares: Sequence[tuple[Organization, int]], *, seen: str, by: Role
) -> list[Segment]:
    """Hand down to several children at once: what `propose` showed, or nothing. `seen` is the fingerprint of the preview.

    Raises:
        PermissionDenied: the role may not hand down what this organisation owns.
        SegmentRefused: not a child, no room, or the free numbers are no longer those of the preview.
    """
    Organization.objects.lock(shared=True)
    places = {pk: settled(pk) for pk in sorted({child.pk for child, _ in shares})}
    held = hold(parent)
    policy.require(by, Act.HAND_DOWN, held.organization)
    for place in places.values():
        _require_child(place, held)
    free = free_runs(held)
    pieces = propose(free, shares)
    if runs.fingerprint(free) != seen:
        raise SegmentRefused(
            f"预览之后，本级的可用编号有了变化，分配没有进行。{runs.figures(free)}，请核对新的预览"
        )
    cut = [(_piece(held, run), places[child.pk]) for (child, _), run in zip(shares, pieces, strict=True)]
    return _plant(cut, verb="segment.hand_down", by=by)


def require_free(segment: Segment, first: int, last: int) -> None:
    """Insist that first…last can be cut out of the segment; for certain only where the caller holds it.

    Raises:
        SegmentRefused: not free, with the figures that would fit.
    """
    free = free_runs(segment)
    if not any(low <= first <= last <= high for low, high in free):
        begins = any(low <= first <= high for low, high in free)
        raise SegmentRefused(_why_not_free(segment, first, last, free), "count" if begins else "first")


def propose(free: Sequence[Run], shares: Sequence[tuple[Organization, int]]) -> list[Run]:
    """The piece of each child, in this order.

    Raises:
        SegmentRefused: no room, with the figures that would fit.
    """
    try:
        return runs.plan(free, [count for _, count in shares])
    except runs.NoRoom as full:
        child, count = shares[full.place]
        if count < 1:
            raise SegmentRefused(f"分配给“{child.name}”的数量应为大于 0 的整数，现为 {count}") from full
        asked = sum(count for _, count in shares)
        before = f"（共要分配 {asked} 个，此前已安排 {full.place} 个组织）" if full.place else ""
        raise SegmentRefused(
            f"不够分配给“{child.name}”{count} 个连续编号{before}。{runs.figures(full.left)}", "count"
        ) from full


# Taking back ---------------------------------------------------------------------------------------


@transaction.atomic
def take_back(piece: Segment, *, first: int, last: int, by: Role) -> int:
    """Take first…last, the unused tail of a piece or a part of it, back into the segment it was cut from; how many remain.

    Released holdings and withdrawn issues do not count as use. A piece of which nothing remains is gone.

    Raises:
        PermissionDenied: the role may not hand down what the piece was cut from.
        SegmentRefused: not the tail, or not unused; with the figures that would fit.
    """
    Organization.objects.lock(shared=True)
    place = settled(piece.organization_id)
    held = hold(piece)
    above = held.parent
    if above is None:
        raise SegmentRefused(f"{held} 由省级登记，没有上级号段，不能收回")
    policy.require(by, Act.HAND_DOWN, above.organization)
    tail = unused_tail(held, free_runs(held))
    if last != held.last or first > last or tail is None or first < tail[0]:
        raise SegmentRefused(_why_not_tail(held, tail, first, last))
    rollup.fold()  # while the tail still belongs to it: a use and its end must not be folded on two sides of this
    if first == held.first:
        held.delete()
    else:
        Segment.objects.filter(pk=held.pk).update(span=NumericRange(held.first, first))
    remain = first - held.first
    audit.record(role=by, verb="segment.take_back", subject=f"segment:{piece.pk}", organization=place)
    left = f"保留 {held.first}–{first - 1} 共 {remain} 个" if remain else "该号段已全部收回"
    _tell(
        place,
        f"{held.year} 年{held.get_domain_display()}领域号段被收回 {last - first + 1} 个",
        f"“{above.organization.name}”收回了未使用的 {first}–{last}，{left}。",
        piece.pk,
    )
    return remain


# Reading -------------------------------------------------------------------------------------------


def hold(segment: Segment) -> Segment:
    """The segment locked FOR UPDATE: nobody uses a number directly in it, or cuts from it, until the transaction ends.

    Raises:
        SegmentRefused: it was taken back in the meantime.
    """
    list(Segment.objects.select_for_update().filter(pk=segment.pk))
    found = (
        Segment.objects.select_related("organization", "parent__organization").filter(pk=segment.pk).first()
    )
    if found is None:
        raise SegmentRefused(f"号段 {segment} 已被收回，请刷新页面")
    return found


# Inside --------------------------------------------------------------------------------------------


def _piece(parent: Segment, run: Run) -> Segment:
    span = NumericRange(run[0], run[1] + 1)
    return Segment(parent=parent, year=parent.year, domain=parent.domain, span=span, depth=parent.depth + 1)


def _require_child(place: Organization, held: Segment) -> None:
    owner = held.organization
    if place.parent_id != owner.pk:
        raise SegmentRefused(f"只能把号段分配给直接下级，“{place.name}”不是“{owner.name}”的直接下级")
    if not place.is_active:
        raise SegmentRefused(f"“{place.name}”已停用，不能分配号段")


def _plant(pieces: list[tuple[Segment, Organization]], *, verb: str, by: Role) -> list[Segment]:
    """Write the segments with their counts; the constraint has the last word on overlaps."""
    for segment, place in pieces:
        segment.place(place)
    made = [segment for segment, _ in pieces]
    try:
        with transaction.atomic():
            Segment.objects.bulk_create(made)
    except IntegrityError as error:
        # Two registrations at the same moment: each looked before the other wrote.
        spans = "、".join(map(str, made))
        raise SegmentRefused(f"{spans} 与刚刚写入的号段重叠，请刷新页面后重试") from error
    rollup.fold(opening=made)
    for segment, place in pieces:
        audit.record(role=by, verb=verb, subject=f"segment:{segment.pk}", organization=place)
        if segment.parent:
            _tell(
                place,
                f"收到 {segment.year} 年{Domain(segment.domain).label}领域号段 {segment.size} 个",
                f"“{segment.parent.organization.name}”分配了 {segment.first}–{segment.last}。",
                segment.pk,
            )
    return made


def _tell(place: Organization, title: str, body: str, pk: int) -> None:
    notices.tell(
        place, sort=Notice.Sort.NEWS, kind=KIND, title=title, body=body, subject=f"segment:{pk}", link="segments"
    )  # fmt: skip


def _at_depth(depth: int, first: int, last: int) -> Segment | None:
    rows = Segment.objects.filter(depth=depth, span__overlap=NumericRange(first, last + 1))
    return rows.select_related("organization").order_by("span").first()


def _why_not_free(held: Segment, first: int, last: int, free: Sequence[Run]) -> str:
    """What stands in the way of first…last, and what would fit."""
    fits = runs.figures(free)
    if first > last:
        return f"起始编号 {first} 大于终止编号 {last}。{fits}"
    if first < held.first or last > held.last:
        return f"{first}–{last} 超出“{held.organization.name}”的号段 {held}。{fits}"
    if other := _at_depth(held.depth + 1, first, last):
        return f"{first}–{last} 与已分配给“{other.organization.name}”的号段 {other} 重叠。{fits}"
    return f"{first}–{last} 中有已发放、已登记或已录入的编号。{fits}"


def _why_not_tail(held: Segment, tail: Run | None, first: int, last: int) -> str:
    """Only the unused end can be taken back: which one that is."""
    if tail is None:
        return f"号段 {held} 没有未使用的尾段：最后的编号 {held.last} 已下发、发放、登记或录入，不能收回"
    return (
        f"只能收回未使用的尾段：号段 {held} 可以收回的是 {tail[0]}–{tail[1]}（{runs.length(tail)} 个），"
        f"不是 {first}–{last}"
    )
