"""Drawn digits: a model that knows them was trained on MNIST."""

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.answers import UnreadableError
from hemline.doctor.case import Case, Sample
from hemline.doctor.statistics import at_least
from hemline.doctor.targets import RefusedError
from hemline.pixels import SIDE

_EACH = 20


def digit_accuracy(case: Case) -> tuple[float, float]:
    """Share of drawn digits that the target names rightly, and its p-value against guessing.

    It is asked as it asks to be: in its contract's form.
    """
    sample = draw_digits()
    try:
        labels = case.answers(case.contract, sample).labels
    except (RefusedError, UnreadableError):
        return 0.0, 1.0
    right = int((labels == sample.actual).sum())
    # Whoever always says the same is right in a tenth; favourites make no better.
    return right / len(sample), at_least(right, len(sample), 0.2)


def draw_digits(seed: int = 0) -> Sample:
    """Digits in Pillow's own font, in many sizes and places, bright on black as in MNIST."""
    rng = np.random.default_rng(seed)
    pixels = np.stack([_draw(digit, rng) for _ in range(_EACH) for digit in range(10)])
    return Sample("digits", pixels, np.tile(np.arange(10), _EACH))


def _draw(digit: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(int(rng.integers(22, 27)))
    picture = Image.new("L", (SIDE, SIDE))
    place = (SIDE / 2 + float(rng.uniform(-1, 1)), SIDE / 2 + float(rng.uniform(-1, 1)))
    width = int(rng.integers(0, 2))
    ImageDraw.Draw(picture).text(place, str(digit), 255, font, anchor="mm", stroke_width=width)
    turned = picture.rotate(float(rng.uniform(-12, 12)), Image.Resampling.BILINEAR)
    return np.asarray(turned, np.uint8)
