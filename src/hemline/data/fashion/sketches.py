"""Garments drawn by code, for machines that do not have the data set.

Shapes are written as fractions of the frame, x to the right and y down. Symmetric garments are
drawn as their right half, with x = 0 at the centre line, and unfolded; shoes are drawn whole.
A tone is relative to the cloth: 1 is the cloth itself, 0 is the background.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from PIL import Image, ImageDraw

Point = tuple[float, float]
Range = tuple[float, float]
T = TypeVar("T")

_CLASSES = 10
_SIDE = 28
_CANVAS = 4 * _SIDE


def draw_sketches(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw garments of the ten classes, balanced and shuffled.

    Returns the pixels, uint8 (count, 28, 28) with 0 = background and 255 = brightest garment,
    and the labels, uint8 (count,) in 0..9. The same count and seed give the same pictures.
    """
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % _CLASSES).astype(np.uint8)
    pixels = np.zeros((count, _SIDE, _SIDE), np.uint8)
    for picture, label in zip(pixels, labels.tolist(), strict=True):
        pen = _Pen(rng)
        _fit(_garment(pen, label), picture, stretch=pen.between(0.88, 1.14))
    return _drape(pixels, labels, rng), labels


class _Pen:
    """Draws on a canvas of its own, and makes the random choices for it."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.random = rng.random
        self.brightness = self.between(70, 245)
        self.canvas = Image.new("L", (_CANVAS, _CANVAS))
        self.draw = ImageDraw.Draw(self.canvas)

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.random()

    def chance(self, probability: float) -> bool:
        return self.random() < probability

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self.random() * len(options))]

    def wobble(self, points: Sequence[Point], by: float = 0.015) -> list[Point]:
        return [(x + self.between(-by, by), y + self.between(-by, by)) for x, y in points]

    def fill(self, points: Sequence[Point], tone: float = 1) -> None:
        self.draw.polygon(_scaled(points), fill=self._shade(tone))

    def line(self, points: Sequence[Point], tone: float, width: float = 0.02) -> None:
        self.draw.line(_scaled(points), fill=self._shade(tone), width=round(width * _CANVAS))

    def oval(self, x: float, y: float, rx: float, ry: float, tone: float) -> None:
        self.draw.ellipse(_scaled([(x - rx, y - ry), (x + rx, y + ry)]), fill=self._shade(tone))

    def _shade(self, tone: float) -> int:
        return min(255, int(self.brightness * tone))


def _scaled(points: Sequence[Point]) -> list[Point]:
    return [(x * _CANVAS, y * _CANVAS) for x, y in points]


class _Cut(NamedTuple):
    neck: float
    shoulder: float
    waist: float
    hem: float
    waistline: float
    length: float


# Four half widths, then two heights.
_CUTS: dict[str, tuple[Range, ...]] = {
    # name       neck          shoulder      waist         hem           waistline     length
    "tshirt": ((0.08, 0.14), (0.22, 0.30), (0.19, 0.28), (0.22, 0.31), (0.55, 0.70), (0.80, 0.96)),
    "pullover": ((0.08, 0.11), (0.23, 0.28), (0.20, 0.27), (0.21, 0.26), (0.6, 0.75), (0.8, 0.94)),
    "dress": ((0.06, 0.10), (0.12, 0.18), (0.09, 0.14), (0.13, 0.28), (0.38, 0.46), (0.90, 0.99)),
    "coat": ((0.08, 0.11), (0.22, 0.27), (0.19, 0.25), (0.20, 0.27), (0.50, 0.65), (0.86, 0.99)),
    "shirt": ((0.08, 0.10), (0.22, 0.28), (0.19, 0.26), (0.21, 0.27), (0.55, 0.70), (0.82, 0.96)),
}
_SLEEVES: dict[str, tuple[Range, ...]] = {
    # name     reach         drop          cuff across   cuff down
    "short": ((0.10, 0.20), (0.14, 0.30), (0.09, 0.13), (0.05, 0.10)),
    "long": ((0.13, 0.22), (0.66, 0.80), (0.08, 0.11), (0.00, 0.03)),
}


def _top(pen: _Pen, name: str, sleeve: str | None, slope: float = 0.07) -> _Cut:
    cut = _Cut(*(pen.between(*span) for span in _CUTS[name]))
    shoulder = (cut.shoulder if sleeve else cut.neck + 0.05, slope)
    armpit = ((cut.shoulder + cut.waist) / 2, 0.3)
    waist = (cut.waist, cut.waistline)
    if sleeve:
        _sleeve(pen, shoulder, armpit, sleeve)
    body = [(cut.neck, 0.01), shoulder, armpit, waist, (cut.hem, cut.length)]
    pen.fill([(0, 0.01), *body, (0, cut.length)])
    pen.line([shoulder, armpit, waist], 0.7)
    return cut


def _sleeve(pen: _Pen, shoulder: Point, armpit: Point, name: str) -> None:
    reach, drop, across, down = (pen.between(*span) for span in _SLEEVES[name])
    elbow = (shoulder[0] + 0.7 * reach, shoulder[1] + 0.5 * drop)
    cuff = (shoulder[0] + reach, shoulder[1] + drop)
    inner_cuff, inner_elbow = ((x - across, y + down) for x, y in (cuff, elbow))
    pen.fill([shoulder, elbow, cuff, inner_cuff, inner_elbow, armpit], pen.between(0.8, 1))
    pen.line([cuff, inner_cuff], pen.between(0.6, 1.2), 0.03)


def _neckline(pen: _Pen, neck: float, depth: float) -> None:
    band = pen.between(0.6, 1.3)
    if pen.chance(0.3):
        pen.fill([(0, 0), (neck, 0), (0, depth * 1.6)], 0)
        pen.line([(neck, 0), (0, depth * 1.6)], band, 0.025)
    else:
        pen.oval(0, 0.01, neck + 0.02, depth + 0.03, band)
        pen.oval(0, 0, neck, depth, pen.between(0, 0.3))


def _print(pen: _Pen) -> None:
    tone, size, y = pen.pick([0.3, 0.6, 1.6]), pen.between(0.06, 0.14), pen.between(0.34, 0.46)
    if pen.chance(0.5):  # a ring or a disc
        pen.oval(0, y, size, size, tone)
        pen.oval(0, y, size * 0.6, size * 0.6, pen.pick([1, tone]))
    else:  # lines of text
        for row in range(pen.pick([1, 2, 3])):
            pen.line([(0, y + row * 0.07), (size, y + row * 0.07)], tone, 0.035)


def _tshirt(pen: _Pen) -> None:
    cut = _top(pen, "tshirt", "short" if pen.chance(0.85) else None)
    _neckline(pen, cut.neck, pen.between(0.04, 0.1))
    if pen.chance(0.5):
        _print(pen)


def _pullover(pen: _Pen) -> None:
    turtleneck = pen.chance(0.2)
    cut = _top(pen, "pullover", "long", slope=0.12 if turtleneck else 0.07)
    rib = cut.length - pen.between(0.05, 0.09)
    pen.line([(0, rib), (cut.hem, rib)], pen.between(0.5, 0.9), 0.025)
    if turtleneck:
        pen.fill([(0, 0), (cut.neck, 0), (cut.neck * 1.1, 0.1), (0, 0.1)], pen.between(0.6, 0.85))
    else:
        _neckline(pen, cut.neck, pen.between(0.03, 0.06))
    if pen.chance(0.5):
        _print(pen)


def _dress(pen: _Pen) -> None:
    cut = _top(pen, "dress", pen.pick([None, None, "short", "long"]))
    _neckline(pen, cut.neck, pen.between(0.03, 0.1))
    pen.line([(0, cut.waistline), (cut.waist, cut.waistline)], pen.between(0.3, 1.4), 0.03)
    for share in (0.2, 0.6):  # pleats
        pleat = [(cut.waist * share, cut.waistline + 0.04), (cut.hem * share, cut.length)]
        pen.line(pleat, pen.between(0.6, 1.1))


def _shirt(pen: _Pen) -> None:
    cut = _top(pen, "shirt", "short" if pen.chance(0.3) else "long")
    rise = cut.length - pen.between(0.03, 0.1)  # of the hem, to the sides
    pen.fill([(cut.hem + 0.02, rise), (cut.hem + 0.02, 1), (cut.hem * 0.4, 1)], 0)
    _placket(pen, 0.12, cut.length)
    _collar(pen, cut.neck)
    if pen.chance(0.4):  # breast pockets
        pen.line([(0.07, 0.32), (0.16, 0.32), (0.16, 0.42), (0.07, 0.42)], 0.6)


def _placket(pen: _Pen, top: float, bottom: float) -> None:
    tone, size = pen.pick([0.35, 0.8, 1.5]), pen.between(0.012, 0.018)
    pen.line([(0, top), (0, bottom)], pen.between(0.55, 0.95), 0.03)
    for y in np.linspace(top + 0.06, bottom - 0.06, pen.pick([5, 6, 7])).tolist():
        pen.oval(0, y, size, size, tone)


def _collar(pen: _Pen, neck: float) -> None:
    wing = [(neck - 0.01, 0), (0.01, 0.1), (neck * 0.8, 0.19), (neck + 0.04, 0.04)]
    pen.fill([(0, 0), (neck, 0), (0, 0.12)], pen.between(0.1, 0.5))
    pen.fill(wing, pen.between(0.9, 1.4))
    pen.line(wing[1:], pen.between(0.3, 0.75), 0.025)


def _coat(pen: _Pen) -> None:
    style = pen.pick([_zip, _hood, _lapels, _lapels])
    cut = _top(pen, "coat", "long", slope=0.16 if style is _hood else 0.07)
    style(pen, cut)
    y = pen.between(0.58, 0.68)
    pen.line([(0.08, y), (0.15, y + pen.between(0, 0.06))], pen.between(0.3, 1), 0.03)
    if pen.chance(0.3):  # a belt
        pen.line([(0, 0.5), (cut.waist, 0.5)], pen.between(0.3, 0.6), 0.04)


def _zip(pen: _Pen, cut: _Cut) -> None:
    pen.fill([(0, 0), (cut.neck, 0), (cut.neck * 1.1, 0.1), (0, 0.1)], pen.between(0.6, 1.3))
    pen.line([(0, 0), (0, cut.length)], pen.between(0.1, 0.8), 0.05)
    pen.line([(0, 0), (0, cut.length)], pen.between(0.3, 1.7))


def _hood(pen: _Pen, cut: _Cut) -> None:
    _zip(pen, cut)
    pen.oval(0, 0.11, 0.16, 0.11, 0.6)
    pen.oval(0, 0.1, 0.145, 0.1, pen.between(0.9, 1.3))
    pen.oval(0, 0.1, 0.08, 0.075, 0.2)


def _lapels(pen: _Pen, cut: _Cut) -> None:
    depth, gap = pen.between(0.25, 0.5), pen.between(0, 0.05)
    opening = [(0, 0), (cut.neck, 0), (gap, depth), (gap, cut.length), (0, cut.length)]
    pen.fill(opening, pen.pick([0, 0.2, 0.5]))
    lapel = [(cut.neck, 0), (cut.neck + 0.07, depth * 0.5), (gap, depth)]
    pen.fill(lapel, 1.2)
    pen.line([*lapel[1:], (gap, cut.length)], 0.4)
    for y in (depth + 0.07, depth + 0.19):
        pen.oval(gap + 0.04, y, 0.02, 0.02, 0.2)


def _trouser(pen: _Pen) -> None:
    waist, hip, ankle = pen.between(0.12, 0.15), pen.between(0.16, 0.19), pen.between(0.06, 0.11)
    stance, crotch = pen.between(0.09, 0.15), pen.between(0.28, 0.38)
    outer = [(waist, 0), (hip, 0.18), (stance + ankle * 0.8, 0.6), (stance + ankle, 1)]
    inner = [(stance - ankle * 0.6, 1), (0.025, 0.6), (0, crotch)]
    pen.fill([(0, 0), *pen.wobble(outer, 0.008), *inner])
    pen.line([(0, 0.06), (waist, 0.06)], pen.between(0.5, 0.8))
    pen.line([(0, 0.06), (0, crotch)], pen.between(0.4, 0.7))
    pen.line([(waist * 0.5, 0.07), (hip * 0.95, 0.18)], pen.between(0.4, 0.9))
    pen.line([(hip / 2, 0.3), (stance, 0.98)], pen.between(0.7, 1.3))


_BAGS = (
    ((0.44, 0.40), (0.45, 0.48), (0.36, 0.84), (0.32, 0.87)),  # a tote
    ((0.36, 0.40), (0.42, 0.46), (0.45, 0.83), (0.42, 0.87)),  # a satchel
    ((0.16, 0.36), (0.32, 0.40), (0.41, 0.50), (0.44, 0.66), (0.42, 0.80), (0.36, 0.85)),  # a dome
    ((0.44, 0.38), (0.45, 0.42), (0.45, 0.72), (0.43, 0.76)),  # a clutch
)


def _bag(pen: _Pen) -> None:
    if pen.chance(0.7):  # a handle
        rx, ry, width = pen.between(0.14, 0.24), pen.between(0.15, 0.4), pen.between(0.03, 0.045)
        pen.oval(0, 0.43, rx, ry, pen.between(0.6, 1.2))
        pen.oval(0, 0.43, rx - width, ry - width, 0)
    side = pen.wobble(pen.pick(_BAGS), 0.02)
    pen.fill([(0, side[0][1]), *side, (0, side[-1][1])])
    low, edge = pen.between(0.52, 0.64), side[1][0] * 0.8
    if pen.chance(0.5):  # a flap with its clasp
        flap = [(0, side[0][1]), *side[:2], (edge, low), (0, low + 0.04)]
        pen.fill(flap, pen.between(0.7, 1.3))
        pen.line(flap[3:], 0.4)
        pen.oval(0, low + 0.02, 0.03, 0.03, 1.9)
    else:  # a zip and a pocket
        pen.line([(0, 0.46), (0.3, 0.46)], pen.pick([0.4, 1.6]))
        pen.line([(0, low), (0.22, low), (0.22, 0.8), (0, 0.8)], pen.between(0.5, 1), 0.025)


class _Shoe(NamedTuple):
    """Outlines, toe to the left. A sandal has no upper: its strokes are the straps."""

    upper: Sequence[Point]
    sole: Sequence[Point]
    strokes: Sequence[Sequence[Point]]


# fmt: off
_FLAT = ((0, 0.70), (0.5, 0.70), (1, 0.67), (1, 0.75), (0.5, 0.78), (0.03, 0.77))
_HEEL = ((0.02, 0.91), (0.3, 0.90), (0.52, 0.70), (0.9, 0.50), (0.96, 0.54), (0.94, 0.96),
         (0.87, 0.96), (0.86, 0.61), (0.58, 0.76), (0.34, 0.95), (0.03, 0.96))
_WEDGE = ((0.02, 0.78), (0.35, 0.76), (0.6, 0.68), (1, 0.56), (0.98, 0.88), (0.05, 0.88))
_SANDALS = (
    _Shoe((), _FLAT, [((0.2, 0.7), (0.3, 0.58), (0.42, 0.56), (0.6, 0.7))]),
    _Shoe((), _FLAT, [((0.12, 0.7), (0.26, 0.54), (0.5, 0.46), (0.66, 0.68)),
                      ((0.26, 0.54), (0.44, 0.7)), ((0.5, 0.46), (0.86, 0.38), (0.95, 0.68))]),
    _Shoe((), _HEEL, [((0.08, 0.92), (0.2, 0.76), (0.38, 0.88)),
                      ((0.92, 0.52), (0.88, 0.24), (0.6, 0.26), (0.74, 0.34), (0.88, 0.32))]),
    _Shoe((), _HEEL, [((0.08, 0.92), (0.22, 0.74), (0.38, 0.86)), ((0.22, 0.74), (0.6, 0.3)),
                      ((0.92, 0.52), (0.88, 0.26), (0.6, 0.3))]),
    _Shoe((), _WEDGE, [((0.08, 0.77), (0.16, 0.62), (0.3, 0.6), (0.42, 0.74)),
                       ((0.98, 0.56), (0.92, 0.36), (0.66, 0.42), (0.52, 0.68))]),
)
_TOE = ((0.02, 0.72), (0.05, 0.64), (0.16, 0.59), (0.30, 0.52), (0.46, 0.40))
_LOW = (*_TOE, (0.55, 0.36), (0.62, 0.42), (0.78, 0.44), (0.92, 0.36), (0.97, 0.4), (0.98, 0.72))
_HIGH = (*_TOE, (0.52, 0.28), (0.6, 0.26), (0.94, 0.24), (0.97, 0.4), (0.98, 0.72))
_RUBBER = ((0, 0.70), (0.3, 0.71), (0.6, 0.71), (1, 0.68), (0.99, 0.80), (0.05, 0.80))
_LACES = [((x, 0.78 - 0.75 * x), (x + 0.07, 0.83 - 0.75 * x)) for x in (0.32, 0.38, 0.44, 0.5)]
_STRIPES = [((x, 0.5), (x - 0.06, 0.69)) for x in (0.52, 0.6, 0.68)]
_CAPS = [((0.17, 0.6), (0.24, 0.7)), ((0.82, 0.45), (0.84, 0.7)), ((0.9, 0.42), (0.91, 0.7))]
_SWOOSH = [((0.41, 0.57), (0.44, 0.66), (0.52, 0.66), (0.86, 0.5))]
_SNEAKERS = (
    _Shoe(_LOW, _RUBBER, [*_LACES, *_STRIPES]),
    _Shoe(_LOW, _RUBBER, [*_LACES, *_CAPS]),
    _Shoe(_LOW, _RUBBER, [*_LACES, *_SWOOSH]),
    _Shoe(_HIGH, _RUBBER, [*_LACES, *_CAPS]),
)
_FOOT = ((0.02, 0.9), (0.03, 0.78), (0.14, 0.72), (0.36, 0.62))
_TREAD = ((0.01, 0.88), (0.98, 0.88), (0.98, 0.97), (0.66, 0.97), (0.63, 0.93), (0.02, 0.95))
_BLOCK = ((0.02, 0.89), (0.6, 0.88), (0.97, 0.83), (0.96, 0.97), (0.72, 0.97), (0.6, 0.93))
_HIGH_HEEL = ((0.72, 0.68), (0.98, 0.62), (0.96, 0.97), (0.82, 0.97))
_EYELETS = [((x, y), (x + 0.14, y + 0.05)) for x, y in ((0.5, 0.26), (0.49, 0.37), (0.45, 0.48))]
_ELASTIC = [((x, 0.26), (0.37 + x / 2, 0.56)) for x in (0.68, 0.75, 0.82)]
_BOOTS = (
    _Shoe((*_FOOT, (0.48, 0.42), (0.5, 0.18), (0.95, 0.16), (0.93, 0.62), (0.98, 0.9)),
          _TREAD, _EYELETS),
    _Shoe((*_FOOT, (0.54, 0.24), (0.96, 0.22), (0.93, 0.6), (0.97, 0.84), (0.6, 0.9)),
          _BLOCK, _ELASTIC),
    _Shoe((*_FOOT, (0.44, 0.4), (0.42, 0.02), (0.94, 0.02), (0.92, 0.6), (0.95, 0.9)),
          _TREAD, [((0.42, 0.1), (0.93, 0.1))]),
    _Shoe(((0.02, 0.93), (0.06, 0.85), (0.3, 0.66), (0.5, 0.4), (0.52, 0.1), (0.94, 0.08),
           (0.92, 0.4), (0.98, 0.64), (0.7, 0.7), (0.42, 0.94)),
          _HIGH_HEEL, [((0.48, 0.46), (0.72, 0.42), (0.95, 0.38))]),
)
# fmt: on


def _shoe(pen: _Pen, shoe: _Shoe) -> None:
    tone, width = pen.between(0.8, 1.2), pen.between(0.03, 0.08)
    if shoe.upper:
        pen.fill(pen.wobble(shoe.upper, 0.02))
        tone, width = pen.pick([0.3, 0.6, 1.6]), 0.03
    for stroke in shoe.strokes:
        pen.line(pen.wobble(stroke), tone, width)
    pen.fill(pen.wobble(shoe.sole, 0.012), pen.pick([0.5, 0.8, 1.4, 1.8]))


_SHOES = {5: _SANDALS, 7: _SNEAKERS, 9: _BOOTS}
_SYMMETRIC: dict[int, Callable[[_Pen], None]] = {
    0: _tshirt,
    1: _trouser,
    2: _pullover,
    3: _dress,
    4: _coat,
    6: _shirt,
    8: _bag,
}
# The share of each class that wears stripes, checks or speckles.
_PATTERNED = np.array([0.35, 0.05, 0.35, 0.35, 0.05, 0.0, 0.4, 0.0, 0.2, 0.0])


def _garment(pen: _Pen, label: int) -> Image.Image:
    if label in _SHOES:
        _shoe(pen, pen.pick(_SHOES[label]))
        return pen.canvas
    _SYMMETRIC[label](pen)
    half = pen.canvas.crop((0, 0, _CANVAS // 2, _CANVAS))
    pen.canvas.paste(half, (_CANVAS // 2, 0))
    pen.canvas.paste(half.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (0, 0))
    return pen.canvas


def _fit(canvas: Image.Image, picture: np.ndarray, stretch: float) -> None:
    """Trim the canvas, scale its longest edge to the frame and centre it in the picture."""
    left, top, right, bottom = canvas.getbbox() or (0, 0, _CANVAS, _CANVAS)
    width, height = (right - left) * stretch, bottom - top
    scale = _SIDE / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    x, y = (_SIDE - size[0]) // 2, (_SIDE - size[1]) // 2
    small = canvas.resize(size, Image.Resampling.BOX, (left, top, right, bottom))
    picture[y : y + size[1], x : x + size[0]] = np.asarray(small)


def _drape(pixels: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lay folds, grain and patterns over flat pictures; the background stays black."""
    light = _folds(len(pixels), rng)
    light += 0.05 * rng.standard_normal(pixels.shape, np.float32)
    patterned = rng.random(len(pixels)) < _PATTERNED[labels]
    light[patterned] *= _patterns(int(patterned.sum()), rng)
    draped: np.ndarray = np.clip(pixels * light, 0, 255).astype(np.uint8)
    return draped


def _folds(count: int, rng: np.random.Generator) -> np.ndarray:
    """Smooth light around 1: coarse random values, interpolated to the frame."""
    tent = np.maximum(0, 1 - abs(np.linspace(0, 4, _SIDE)[:, None] - np.arange(5)))
    coarse = rng.uniform(0.8, 1.2, (count, 5, 5))
    return (tent @ coarse @ tent.T).astype(np.float32)


def _patterns(count: int, rng: np.random.Generator) -> np.ndarray:
    """Stripes across, stripes down, checks or speckles, as factors between 0.3 and 1."""
    period = rng.uniform(2.5, 7, (count, 1))
    stripes = (np.arange(_SIDE) % period < period / 2).astype(np.float32)
    across = np.repeat(stripes[:, :, None], _SIDE, axis=2)
    down = across.transpose(0, 2, 1)
    speckles = rng.random(across.shape, np.float32)
    kinds = np.stack([across, down, (across + down) / 2, speckles])
    depth = rng.uniform(0.2, 0.7, (count, 1, 1)).astype(np.float32)
    factors: np.ndarray = 1 - depth * kinds[rng.integers(len(kinds), size=count), range(count)]
    return factors
