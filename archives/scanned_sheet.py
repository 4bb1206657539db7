"""One sheet of paper: print on it, write on it by hand, stamp it, then lay it on a scanner. All measures in millimetres."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont

ASSETS = Path(__file__).with_name("assets")
WIDE, HIGH = 210.0, 297.0
DOT = 4.0
"""Pixels a millimetre: about 100 dpi."""
PIXELS = (round(WIDE * DOT), round(HIGH * DOT))
PRINT, PEN = "specimen-print.ttf", "specimen-pen.ttf"
BLACK, INK = 45, 70
TINT = ((8, 255), (8, 252), (14, 242))
"""Red, green and blue of black and of white on warm paper."""
RED = (214, 40, 44)
STEP = 11.0
Point = tuple[float, float]
Row = tuple[float, Sequence[tuple[float, str]]]


@dataclass(frozen=True, slots=True)
class Scan:
    """A JPEG; one without colours is to be shown in those of TINT."""

    jpeg: bytes
    coloured: bool


@cache
def _font(name: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(ASSETS / name, size * DOT, layout_engine=ImageFont.Layout.BASIC)


@cache
def _paper(salt: int) -> Image.Image:
    """Empty paper as a scanner sees it: grain, a shadow along one edge, and a few specks."""
    dice = random.Random(salt)  # noqa: S311 - dirt
    small = (PIXELS[0] // 24, PIXELS[1] // 24)
    grain = Image.frombytes("L", small, dice.randbytes(small[0] * small[1])).point(
        lambda value: 249 + value // 42
    )
    paper = grain.resize(PIXELS, Image.Resampling.BICUBIC)
    edge = Image.linear_gradient("L").rotate(90).point(lambda value: min(255, 205 + value * 4))
    shadow = (
        edge.resize(PIXELS) if salt % 2 else edge.resize(PIXELS).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    )
    paper = ImageChops.multiply(paper, shadow)
    pen = ImageDraw.Draw(paper)
    for _ in range(30):
        x, y = dice.uniform(0, PIXELS[0]), dice.uniform(0, PIXELS[1])
        pen.ellipse((x, y, x + dice.uniform(0.5, 2), y + dice.uniform(0.5, 2)), fill=dice.randint(120, 200))
    return paper


@cache
def _seal() -> Image.Image:
    """A round mark reading 演示, as strong as it is dark, worn as stamps are."""
    side, dice = round(38 * DOT), random.Random(7)  # noqa: S311 - wear
    mark = Image.new("L", (side, side))
    pen = ImageDraw.Draw(mark)
    pen.ellipse((3, 3, side - 4, side - 4), outline=230, width=5)
    pen.text((side / 2, side * 0.42), "演示", 230, _font(PRINT, 10), anchor="mm")
    pen.text((side / 2, side * 0.7), "样本无效", 230, _font(PRINT, 4.6), anchor="mm")
    wear = Image.frombytes("L", (side // 4, side // 4), dice.randbytes((side // 4) ** 2)).resize((side, side))
    worn = ImageChops.multiply(mark, wear.point(lambda value: min(255, 120 + value)))
    return worn.rotate(-9, Image.Resampling.BILINEAR)


class Sheet:
    """Drawn upright and clean; `scan` makes a picture of it. Signs the fonts do not have become small boxes."""

    def __init__(self, page: int = 0, *, salt: int = 0) -> None:
        self._image = Image.new("L", PIXELS, 255)
        self._draw = ImageDraw.Draw(self._image)
        self._salt = salt + page
        self._hand = random.Random(self._salt)  # noqa: S311 - an unsteady hand
        self.printed(
            (WIDE / 2, 283), f"演示样本　内容均为虚构{f'　· {page} ·' if page else ''}", 3.2, middle=True
        )

    def printed(
        self, at: Point, text: str, size: float, *, middle: bool = False, spread: float = 0, width: float = 0
    ) -> float:
        """Type; returns how far down it came."""
        font = _font(PRINT, size)
        lines = _broken(text, size, width) if width else [text]
        for place, line in enumerate(lines):
            length = font.getlength(line) + spread * DOT * (len(line) - 1)
            x, y = at[0] * DOT - (length / 2 if middle else 0), (at[1] + place * size * 1.7) * DOT
            for sign in line:
                self._draw.text((x, y), sign, BLACK, font)
                x += font.getlength(sign) + spread * DOT
        return at[1] + len(lines) * size * 1.7

    def written(self, at: Point, text: str, size: float, *, width: float = 0) -> None:
        """Handwriting; smaller when it would not fit in `width`."""
        if width:
            size = min(size, max(2.6, width / max(1.0, sum(map(_em, text)))))
        font, x = _font(PEN, round(size, 1)), at[0] * DOT
        for sign in text:
            self._draw.text((x, at[1] * DOT + self._hand.uniform(-1.2, 1.2)), sign, INK, font)
            x += font.getlength(sign) + self._hand.uniform(-0.4, 0.8)

    def ruled(self, at: Point, text: Sequence[str], *, lines: int, width: float) -> None:
        """Lines to write on, and what is written on them; what does not fit is left out."""
        written = [line for paragraph in text for line in _broken(paragraph, 5.6, width)]
        for place in range(lines):
            down = at[1] + place * STEP
            self.line((at[0], down + 9), (at[0] + width, down + 9), 150)
            if place < len(written):
                self.written((at[0] + 1, down + 1.6), written[place], 5.4)

    def table(self, at: Point, rows: Sequence[Row], *, labels: int = 2) -> None:
        """Cells; `labels` 2: every other one is printed, 1: all are, 0: none is."""
        y = at[1]
        for height, cells in rows:
            x = at[0]
            for place, (width, text) in enumerate(cells):
                self.box((x, y), (width, height))
                if labels and place % labels == 0:
                    self.printed((x + width / 2, y + height / 2 - 3.2), text, 4.4, middle=True)
                else:
                    self.written((x + 3, y + height / 2 - 3.4), text, 5, width=width - 5)
                x += width
            y += height

    def photo(self, at: Point, size: Point) -> None:
        """Where the photograph is: nobody's head and shoulders."""
        self.box(at, size)
        picture = Image.new("L", (round((size[0] - 10) * DOT), round((size[1] - 8) * DOT)), 190)
        (wide, high), pen = picture.size, ImageDraw.Draw(picture)
        pen.ellipse((wide * 0.3, high * 0.15, wide * 0.7, high * 0.54), fill=120)
        pen.ellipse((wide * 0.08, high * 0.6, wide * 0.92, high * 1.4), fill=100)
        self._image.paste(picture, (round((at[0] + 5) * DOT), round((at[1] + 4) * DOT)))

    def scribble(self, at: Point) -> None:
        """A signature nobody can read."""
        x, y = at
        points = []
        for _ in range(14):
            x += self._hand.uniform(0.6, 3)
            points.append((x * DOT, (y + self._hand.uniform(-1, 6)) * DOT))
        self._draw.line(points, fill=INK, width=2, joint="curve")

    def box(self, at: Point, size: Point) -> None:
        self._draw.rectangle(_pixels(*at, at[0] + size[0], at[1] + size[1]), outline=BLACK, width=2)

    def line(self, start: Point, end: Point, shade: int = BLACK) -> None:
        self._draw.line(_pixels(*start, *end), fill=shade, width=1)

    def scan(self, skew: float, *, seal: Point | None = None) -> Scan:
        """A little crooked, on paper that is not quite white; in colour only where there is something red."""
        ink = self._image.rotate(skew, Image.Resampling.BILINEAR, fillcolor=255)
        grey = ImageChops.multiply(ink, _paper(self._salt % 4))
        if not seal:
            return Scan(_jpeg(grey, 24), coloured=False)
        colours = (
            grey.point([dark + round(shade * (light - dark) / 255) for shade in range(256)])
            for dark, light in TINT
        )
        picture, mark = Image.merge("RGB", tuple(colours)), _seal()
        corner = (round(seal[0] * DOT) - mark.width // 2, round(seal[1] * DOT) - mark.height // 2)
        under = picture.crop((*corner, corner[0] + mark.width, corner[1] + mark.height))
        picture.paste(ImageChops.multiply(under, Image.new("RGB", mark.size, RED)), corner, mark)
        return Scan(_jpeg(picture, 32), coloured=True)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def _pixels(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    return left * DOT, top * DOT, right * DOT, bottom * DOT


def _em(sign: str) -> float:
    """Width of a sign, in sizes."""
    return 0.58 if sign < "\u2000" else 1.0


def _broken(text: str, size: float, width: float) -> list[str]:
    """Into lines of at most `width`; no line begins with a closing mark."""
    lines, line, used = [], "", 0.0
    for sign in text:
        if used + _em(sign) * size > width and sign not in "，。、；：！？”）":
            lines.append(line)
            line, used = "", 0.0
        line, used = line + sign, used + _em(sign) * size
    return [*lines, line]
