"""The loaded tree as lists, so that a million rows can be written without asking the database for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from archives.scale.shape import Shape
from orgs.kinds import COMMITTEES, MAX_LEVELS, Kind

At = tuple[int | None, ...]
AT = tuple(f"at_{depth}" for depth in range(MAX_LEVELS))


@dataclass(slots=True)
class Forest:
    """Every list by the place of the organisation in the plan; `above` is the parent's place, -1 for the province."""

    pks: list[int]
    kinds: list[Kind]
    names: list[str]
    above: list[int]
    people: list[str]
    closed: set[int]
    ats: list[At] = field(default_factory=list)
    """The ten ancestor columns."""
    committees: list[int] = field(default_factory=list)
    """The nearest 团委, 团工委 or 领导机关 above, not itself; -1 for the province."""

    @classmethod
    def of(cls, shape: Shape, ids: dict[str, int], closed: set[int]) -> Forest:
        rows = shape.rows
        forest = cls(
            pks=[ids[row.key] for row in rows],
            kinds=[row.kind for row in rows],
            names=[row.name for row in rows],
            above=shape.parents,
            people=shape.people,
            closed=closed,
        )
        forest._fill()
        return forest

    def __len__(self) -> int:
        return len(self.pks)

    def up(self, at: int) -> Sequence[int]:
        """The organisation and those above it, the nearest first."""
        found = [at]
        while (at := self.above[at]) >= 0:
            found.append(at)
        return found

    def _fill(self) -> None:
        for pk, above in zip(self.pks, self.above, strict=True):
            path = [one for one in self.ats[above] if one] if above >= 0 else []
            self.ats.append((*path, pk, *[None] * (MAX_LEVELS - len(path) - 1)))
            near = above
            if near >= 0 and self.kinds[near] not in COMMITTEES:
                near = self.committees[near]
            self.committees.append(near)
