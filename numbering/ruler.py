"""The ruler of a segment: what is handed down, entered, issued and free, as blocks with widths in per cent. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from numbering.runs import Run, length, total

CELLS = 200
"""More runs than this cannot be told apart on a screen: they snap to so many cells and melt together."""
LABEL_FROM = 9.0
TICK_FROM = 8.0
NAMED = 12


@dataclass(frozen=True, slots=True)
class Given:
    """A piece handed down, and how much of it is used."""

    run: Run
    name: str
    entered: int = 0
    issued: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """`tone`: given, entered, issued, free or new. Figures as the SVG wants them."""

    tone: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure under the ruler, or a name above it."""

    x: str
    text: str
    slim: bool = False
    """Also on a narrow screen."""


@dataclass(slots=True)
class Ruler:
    blocks: list[Block] = field(default_factory=list)
    names: list[Mark] = field(default_factory=list)
    ticks: list[Mark] = field(default_factory=list)
    end: str = ""
    words: str = ""


def draw(
    span: Run,
    *,
    pieces: Sequence[Given],
    free: Sequence[Run],
    entered: Sequence[Run],
    new: Sequence[Run] = (),
) -> Ruler:
    """`entered` are the runs of numbers entered directly from this segment; what is in no list was issued from it or registered for somebody.

    Without `pieces` (there are too many to draw) the runs handed down are to be found among neither: pass them as unnamed pieces.
    """
    ruler = Ruler(end=serial(span[1]))
    scale = _Scale(span)
    issued = subtract(span, [*(one.run for one in pieces), *free, *entered])
    for tone, found in (("free", free), ("issued", issued), ("entered", entered)):
        ruler.blocks += [scale.block(tone, run) for run in thin(found, span)]
    for piece in pieces:
        ruler.blocks.append(scale.block("given", piece.run))
        first, used = piece.run[0], piece.entered + piece.issued
        if piece.issued:
            ruler.blocks.append(scale.block("issued", (first, first + used - 1)))
        if piece.entered:
            ruler.blocks.append(scale.block("entered", (first, first + piece.entered - 1)))
    ruler.blocks += [scale.block("new", run) for run in new]
    _mark(ruler, scale, pieces, free, new)
    ruler.words = _words(pieces, free, new)
    return ruler


def subtract(span: Run, taken: Iterable[Run]) -> list[Run]:
    """What of `span` is in none of the runs."""
    left: list[Run] = []
    at = span[0]
    for first, last in sorted(taken):
        if first > at:
            left.append((at, first - 1))
        at = max(at, last + 1)
    if at <= span[1]:
        left.append((at, span[1]))
    return left


def thin(found: Sequence[Run], span: Run) -> list[Run]:
    """The runs themselves, or where there are too many of them, the cells they touch."""
    if len(found) <= CELLS:
        return list(found)
    cell = max(1, length(span) // CELLS)
    coarse: list[Run] = []
    for first, last in sorted(found):
        low = span[0] + (first - span[0]) // cell * cell
        high = min(span[1], span[0] + (last - span[0]) // cell * cell + cell - 1)
        if coarse and low <= coarse[-1][1] + 1:
            coarse[-1] = (coarse[-1][0], max(high, coarse[-1][1]))
        else:
            coarse.append((low, high))
    return coarse


@dataclass(frozen=True, slots=True)
class _Scale:
    span: Run

    def at(self, value: int) -> float:
        return (value - self.span[0]) * 100 / length(self.span)

    def block(self, tone: str, run: Run) -> Block:
        return Block(
            tone, _percent(self.at(run[0])), _percent(max(self.at(run[1] + 1) - self.at(run[0]), 0.1))
        )


def _percent(value: float) -> str:
    return f"{value:.2f}%"


def serial(value: int) -> str:
    """The last six figures: what tells the numbers of one segment apart."""
    return f"{value % 1_000_000:06d}"


def _mark(
    ruler: Ruler, scale: _Scale, pieces: Sequence[Given], free: Sequence[Run], new: Sequence[Run]
) -> None:
    """Names where they fit, figures as far apart as they need to be."""
    named = [(piece.run, f"{piece.name} {length(piece.run)}" if piece.name else "") for piece in pieces]
    for run, text in [*named, *((run, f"本次 {length(run)}") for run in new)]:
        room = scale.at(run[1] + 1) - scale.at(run[0])
        if text and room >= LABEL_FROM and room >= len(text) * 1.6:
            ruler.names.append(Mark(_percent(scale.at(run[0])), text))
    shown = -TICK_FROM
    for value in sorted({scale.span[0], *(run[0] for run, _ in named), *(run[0] for run in [*free, *new])}):
        if scale.at(value) - shown >= TICK_FROM and scale.at(value) <= 100 - TICK_FROM:
            shown = scale.at(value)
            ruler.ticks.append(Mark(_percent(shown), serial(value), slim=value == scale.span[0]))


def _words(pieces: Sequence[Given], free: Sequence[Run], new: Sequence[Run]) -> str:
    parts = [f"{_reach(piece.run)} {piece.name}" for piece in pieces if piece.name]
    if len(parts) > NAMED or not parts:
        parts = [f"已下发 {total([piece.run for piece in pieces])} 个"]
    parts.append(f"剩余 {total(free)} 个")
    parts += [f"{_reach(run)} 为本次拟下发" for run in new[:NAMED]]
    return f"号段标尺：{'，'.join(parts)}"


def _reach(run: Run) -> str:
    return f"{serial(run[0])} 到 {serial(run[1])}"
