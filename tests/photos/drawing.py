"""Drawn photographs: garments of any colour on grounds of any texture, as a phone might see them.

    python -m tests.photos.drawing PHOTO

draws the photograph whose steps `docs/photos.md` shows.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

# Left halves of outlines in a square from -1 to 1, from top to bottom; the right half mirrors it.
_OUTLINES = {
    "t-shirt": "0,-.74 -.2,-.86 -.45,-.8 -.95,-.35 -.7,-.12 -.48,-.32 -.48,.85 0,.88",
    "trousers": "0,-.95 -.36,-.95 -.45,.95 -.14,.95 0,-.4",
    "dress": "0,-.75 -.14,-.9 -.24,-.88 -.3,-.5 -.2,-.1 -.5,.88 0,.92",
}
GARMENTS = tuple(_OUTLINES)
COLOURS = {
    "white": (236, 236, 232),
    "black": (28, 28, 32),
    "grey": (128, 128, 130),
    "red": (190, 40, 48),
    "blue": (40, 70, 150),
    "green": (70, 130, 70),
}
GROUNDS = ("plain", "wood", "carpet", "tiles")


def draw_photo(
    garment="t-shirt",
    colour=(40, 70, 150),
    ground="wood",
    tint=(196, 160, 120),
    size=(480, 640),
    scale=0.72,
    shift=(0.0, 0.0),
    seed=0,
):
    """A photograph as a Pillow image; `scale` is of the garment, in halves of the shorter edge."""
    generator = np.random.default_rng(seed)
    width, height = size
    mask = shape(garment, size, scale, shift)
    page = _ground(ground, tint, size, generator)
    page *= 1 - 0.25 * _blurred(mask, 0.02, offset=0.012)[..., None]  # its shadow
    folds = 1 + 0.16 * _clouds(size, 14, generator) + 0.03 * generator.normal(size=(height, width))
    cloth = np.array(colour, float) * folds[..., None] + 6 * _clouds(size, 40, generator)[..., None]
    soft = _blurred(mask, 0.002)[..., None]
    light = 1 + 0.12 * np.linspace(-1, 1, width)[None, :, None]
    photo = (page * (1 - soft) + cloth * soft) * light
    return Image.fromarray(np.clip(photo, 0, 255).astype(np.uint8))


def draw_two(size=(640, 400)):
    """A photograph of blue trousers beside a red dress."""
    width, height = size
    both = Image.new("RGB", size)
    for place, (garment, colour) in enumerate((("trousers", "blue"), ("dress", "red"))):
        one = draw_photo(garment, COLOURS[colour], size=(width // 2, height))
        both.paste(one, (place * width // 2, 0))
    return both


def shape(garment, size, scale=0.72, shift=(0.0, 0.0)):
    """Where the garment is drawn: bool `(height, width)`."""
    width, height = size
    reach = scale * min(size) / 2
    middle = width / 2 + shift[0] * min(size), height / 2 + shift[1] * min(size)
    left = [tuple(map(float, point.split(","))) for point in _OUTLINES[garment].split()]
    outline = [*left, *((-x, y) for x, y in reversed(left))]
    points = [(middle[0] + reach * x, middle[1] + reach * y) for x, y in outline]
    image = Image.new("L", size)
    ImageDraw.Draw(image).polygon(points, fill=255)
    return np.asarray(image) > 0


def _ground(kind, tint, size, generator):
    width, height = size
    page = np.ones((height, width))
    if kind == "wood":
        planks = np.arange(width) // max(1, width // 6)
        page *= generator.uniform(0.9, 1.08, 8)[planks][None]
        page += 0.05 * _clouds(size, 60, generator) + 0.03 * generator.normal(size=width)[None]
    if kind == "carpet":
        page += 0.1 * generator.normal(size=page.shape) + 0.05 * _clouds(size, 30, generator)
    if kind == "tiles":
        edge = max(8, width // 3)
        joints = (np.arange(width) % edge < 3)[None] | (np.arange(height) % edge < 3)[:, None]
        page[joints] = 0.75
    page += 0.01 * generator.normal(size=page.shape)
    return page[..., None] * np.array(tint, float)


def _clouds(size, cells, generator):
    """Smooth noise, about -1 to 1: `(height, width)`."""
    coarse = Image.fromarray(generator.normal(size=(cells, cells)).astype(np.float32))
    return np.asarray(coarse.resize(size, Image.Resampling.BICUBIC)) / 2


def _blurred(mask, radius, offset=0.0):
    pixels = radius * max(mask.shape)
    moved = np.roll(mask, round(offset * max(mask.shape)), axis=(0, 1))
    image = Image.fromarray(moved.astype(np.uint8) * 255)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(pixels)), float) / 255


if __name__ == "__main__":
    draw_photo("t-shirt", COLOURS["white"], "wood", size=(900, 1200), seed=4).save(
        Path(sys.argv[1]), quality=90
    )
