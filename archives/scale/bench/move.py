"""Moving some five hundred organisations, there and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from archives.scale.bench import ground, rivals
from archives.scale.bench.report import Line, at_most, exactly
from archives.scale.bench.rounds import insist, p50, take_turns
from members.models import Member
from orgs.kinds import Kind
from orgs.models import Organization, Role
from orgs.services import organizations

WANTED = 500
_SIZES = """
SELECT o.id, s.size FROM orgs_organization o JOIN (
    SELECT above::bigint AS id, count(*) AS size
    FROM orgs_organization, unnest(string_to_array(trim(BOTH '/' FROM path), '/')) AS above GROUP BY 1
) s USING (id)
WHERE o.kind = %s AND o.deactivated_at IS NULL ORDER BY abs(s.size - %s), o.id LIMIT 1"""
_PATH_UPDATE = """
UPDATE bench.plain SET path = %s || substr(path, %s), depth = depth + %s, parent_id = CASE id WHEN %s THEN %s ELSE parent_id END
WHERE path LIKE %s"""
_DIFFERENT = "SELECT count(*) FROM orgs_organization o JOIN bench.plain p USING (id) WHERE (o.path, o.depth) <> (p.path, p.depth)"


@dataclass
class Move:
    """A committee with all below it, and the two places it is moved between."""

    pk: int
    size: int
    places: list[int]

    def ours(self) -> None:
        """As `orgs.services.organizations.move` moves the tree itself."""
        with transaction.atomic():
            Organization.objects.lock()
            held = Organization.objects.hold(self.pk)
            opening = Organization.objects.open(self._other(held.parent_id))
            Organization.objects.transplant(held, opening)

    def rival(self) -> None:
        """One UPDATE of a text path."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT path, depth, parent_id FROM bench.plain WHERE id = %s FOR UPDATE", [self.pk]
            )
            path, depth, parent = cursor.fetchone()
            to = self._other(parent)
            cursor.execute("SELECT path, depth FROM bench.plain WHERE id = %s FOR UPDATE", [to])
            above, above_depth = cursor.fetchone()
            kept = path.index(f"/{self.pk}/") + 2
            cursor.execute(_PATH_UPDATE, [above, kept, above_depth + 1 - depth, self.pk, to, f"{path}%"])

    def _other(self, parent: int | None) -> int:
        return self.places[0] if parent == self.places[1] else self.places[1]


def measure(rounds: int) -> Iterator[Line]:
    move = chosen()
    rounds += 1 - rounds % 2  # with the one that warms up an even number: it ends where it began
    with rivals.twins("plain"):
        ours, rival = take_turns([move.ours, move.rival], rounds)
        rows = (
            [ground.updating(move.ours) for _ in "tb"],
            [ground.updating(move.rival, "bench.plain") for _ in "tb"],
        )
        with connection.cursor() as cursor:
            cursor.execute(_DIFFERENT)
            (different,) = cursor.fetchone()
        insist(different == 0, f"移动之后，两侧有 {different} 个组织的路径不同")
        insist(set(rows[1]) == {move.size}, f"对照应改写 {move.size} 行，实际 {set(rows[1])}")
    ratio = p50(ours) / p50(rival)
    same = "移动之后，两侧全部组织的路径和层级相同"
    yield Line(
        f"移动 {move.size} 个组织：本系统 / 一条改文本路径的 UPDATE",
        p50(ours),
        p50(rival),
        ratio,
        at_most(3),
        same=same,
    )
    yield Line(
        "移动改写的行数 / 子树的组织数",
        max(rows[0]),
        max(rows[1]),
        max(rows[0]) / move.size,
        exactly(1),
        unit="行",
    )
    yield _service(move, min(rounds, 5))


def chosen() -> Move:
    """The committee whose subtree is nearest to five hundred, and another organisation that may have it."""
    with connection.cursor() as cursor:
        cursor.execute(_SIZES, [Kind.COMMITTEE, WANTED])
        if not (found := cursor.fetchone()):
            raise ground.NothingThere("没有团委可以移动。")
    held = Organization.objects.get(pk=found[0])
    above: Organization = Organization.objects.get(pk=held.parent_id)
    beside = Organization.objects.active().filter(kind=above.kind, depth=above.depth).exclude(pk=above.pk)
    to = beside.order_by("-pk").first()
    if to is None:
        raise ground.NothingThere(f"“{held.name}”没有别处可以移动。")
    return Move(held.pk, found[1], [above.pk, to.pk])


def _service(move: Move, rounds: int) -> Line:
    """With everything that moves along and the audit. Rolled back: the audit stays for good."""
    by, to = ground.administrator(ground.province()), Organization.objects.get(pk=move.places[1])
    held = Organization.objects.get(pk=move.pk)
    people = Member.objects.under(held).count()
    (ours,) = take_turns([lambda: _moved(move.pk, to, by)], rounds)
    what = (
        f"移动 {move.size} 个组织，整个服务（连同 {people:,} 名团员及其编号、档案的范围列，留痕；未计提交）"
    )
    return Line(what, p50(ours), None, None)


def _moved(pk: int, to: Organization, by: Role) -> None:
    with transaction.atomic():
        organizations.move(Organization.objects.get(pk=pk), to=to, by=by)
        transaction.set_rollback(True)
