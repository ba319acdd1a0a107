"""Drawn digits: a model that knows them was trained on MNIST."""

from string import digits

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.case import Case
from hemline.doctor.measures.statistics import at_least
from hemline.doctor.sample import Sample
from hemline.pixels import Form

_EACH = 20
_SIZES = (0.78, 0.96)  # of the picture, as MNIST's digits are


def digit_accuracy(case: Case) -> tuple[float, float]:
    """Share of drawn digits that the target names rightly, and its p-value against guessing.

    It is asked as it asks to be: in its contract's form.
    """
    its_own = all(name.isdecimal() for name in case.classes) and case.material.named
    if case.k != len(digits) or its_own:  # to know the digits is what such data ask for
        return 0.0, 1.0
    sample = draw_digits(case.material.form)
    answers = case.answers_if_taken(case.contract, sample)
    if answers is None:
        return 0.0, 1.0
    right = int((answers.labels == sample.actual).sum())
    # Whoever always says the same is right once for each digit; favourites make no better.
    return right / len(sample), at_least(right, len(sample), 2 / len(digits))


def draw_digits(form: Form, seed: int = 0) -> Sample:
    """Digits in Pillow's own font, in many sizes and places, bright on black as in MNIST."""
    rng = np.random.default_rng(seed)
    drawn = [_draw(digit, form, rng) for _ in range(_EACH) for digit in digits]
    pixels = np.stack(drawn)
    if form.channels > 1:
        pixels = np.stack([pixels] * form.channels, axis=3)
    return Sample("digits", pixels, np.tile(np.arange(len(digits)), _EACH))


def _draw(digit: str, form: Form, rng: np.random.Generator) -> NDArray[np.uint8]:
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(min(form.height, form.width) * float(rng.uniform(*_SIZES)))
    picture = Image.new("L", (form.width, form.height))
    x, y = (edge / 2 + float(rng.uniform(-1, 1)) for edge in (form.width, form.height))
    width = int(rng.integers(0, 2))
    ImageDraw.Draw(picture).text((x, y), digit, 255, font, anchor="mm", stroke_width=width)
    turned = picture.rotate(float(rng.uniform(-12, 12)), Image.Resampling.BILINEAR)
    return np.asarray(turned, np.uint8)
