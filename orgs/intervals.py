"""How the numbers of the tree are handed out. Pure arithmetic; `orgs.tree` keeps them in the database."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from orgs.kinds import Kind

LAST = 2_000_000_000
WIDTH: dict[str, int] = {
    Kind.PROVINCE: LAST,
    Kind.CITY: 2**25,
    Kind.COUNTY: 2**20,
    Kind.COMMITTEE: 2**12,
    Kind.WORKING_COMMITTEE: 2**12,
    Kind.GENERAL_BRANCH: 2**7,
    Kind.BRANCH: 2,
}
"""How many numbers a new organisation takes where there is room. A province of 390,000 needs a hundredth of `LAST`."""
LEAST = 18
"""The narrowest interval of one that may have children."""
PLENTY = 4
"""Room to renumber in: so many times what is needed, else the next renumbering would come at once."""


class NoSlice(Exception):
    """The interval is full."""


class Node(NamedTuple):
    """What `spread` needs to know of an organisation."""

    pk: int
    parent: int  # 0 for the root
    kind: str


def least(kind: str) -> int:
    """What an organisation needs for itself."""
    return 2 if kind == Kind.BRANCH else LEAST


def slice_width(kind: str, free: int) -> int:
    """How wide a new organisation becomes where `free` numbers are left; 0 if it does not fit."""
    wide = 2 if kind == Kind.BRANCH else min(WIDTH[kind], max(free // 4, LEAST)) // 2 * 2
    return wide if wide <= free else 0


def spread(
    nodes: Sequence[Node], left: int, right: int, *, grow: Mapping[int, int]
) -> Iterator[tuple[int, int, int]]:
    """Numbers (pk, left, right) for a subtree from its top, which gets exactly `left`…`right`; parents stand before children.

    Everyone gets what they need, and what `grow` says for them on top. Of the room left over, half goes to the children that
    may have children, in proportion to their needs, and half stays free behind the last child.
    """
    need = {node.pk: least(node.kind) + grow.get(node.pk, 0) for node in nodes}
    growing: dict[int, int] = defaultdict(int)  # needs of those children that may have children
    for node in reversed(nodes[1:]):
        need[node.parent] += need[node.pk]
        if node.kind != Kind.BRANCH:
            growing[node.parent] += need[node.pk]
    top = nodes[0].pk
    width = {top: right - left + 1}
    if width[top] < need[top]:
        raise NoSlice
    start, following, spare = {top: left}, {top: left + 1}, {top: (width[top] - need[top]) // 2}
    yield top, left, right
    for pk, parent, kind in nodes[1:]:
        share = 0 if kind == Kind.BRANCH else spare[parent] * need[pk] // growing[parent] // 2 * 2
        width[pk] = need[pk] + share
        start[pk], following[pk], spare[pk] = following[parent], following[parent] + 1, share // 2
        following[parent] += width[pk]
        yield pk, start[pk], following[parent] - 1
