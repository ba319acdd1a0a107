"""The drawing of steps: every step is there, and what the model saw pixel for pixel."""

import io

import numpy as np
import pytest
from PIL import Image

from hemline.photos import Intake, see
from hemline.pixels import Form
from hemline.report import draw_steps
from tests.photos.drawing import draw_photo

INTAKE = Intake(Form(28, 28, 1, "dark"), find="garment")
GARMENT = np.zeros((28, 28), np.uint8)
GARMENT[4:24, 8:20] = np.arange(12, dtype=np.uint8) * 20


def seen(image, intake=INTAKE):
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return see(buffer.getvalue(), intake, "folder/shirt.png")


def drawn(*pictures):
    return np.asarray(Image.open(io.BytesIO(draw_steps([(one, "Coat, 90 %") for one in pictures]))))


def holds(sheet, pixels):
    """Whether the pixels, in squares as large as fit, stand on the sheet."""
    scale = 280 // max(pixels.shape[:2])
    large = pixels.repeat(scale, axis=0).repeat(scale, axis=1)
    large = large if large.ndim == 3 else np.repeat(large[..., None], 3, axis=2)
    height, width, _ = large.shape
    middle = height // 2
    for y in range(sheet.shape[0] - height + 1):
        windows = np.lib.stride_tricks.sliding_window_view(sheet[y + middle, :, 0], width)
        for x in np.flatnonzero((windows == large[middle, :, 0]).all(axis=1)):
            if (sheet[y : y + height, x : x + width] == large).all():
                return True
    return False


def outline(sheet):
    """Pixels that are magenta."""
    red, green, blue = np.moveaxis(sheet.astype(int), 2, 0)
    return ((red > 200) & (green < 110) & (blue > 140)).sum()


def test_a_photograph_is_drawn_in_four_steps():
    picture = seen(draw_photo())
    sheet = drawn(picture)
    assert holds(sheet, picture.pixels)
    assert outline(sheet) > 200
    assert sheet.shape[1] > 4 * 280


def test_what_passed_through_is_drawn_as_it_is():
    sheet = drawn(seen(Image.fromarray(GARMENT)))
    assert holds(sheet, GARMENT)
    assert outline(sheet) == 0


def test_every_picture_has_its_row():
    one, two = seen(draw_photo("dress")), seen(draw_photo("trousers"))
    sheet = drawn(one, two)
    assert holds(sheet, one.pixels)
    assert holds(sheet, two.pixels)


@pytest.mark.parametrize("form", [Form(32, 32, 3), Form(40, 64, 1), Form(224, 224, 3)], ids=str)
def test_of_a_whole_picture_the_file_and_what_was_seen_are_drawn(form):
    picture = seen(draw_photo(size=(300, 400)), Intake(form, fit="crop"))
    sheet = drawn(picture)
    assert holds(sheet, picture.pixels)
    assert sheet.shape[1] < 3 * 280  # two steps, not four
    assert outline(sheet) == 0


def test_a_colour_picture_of_the_size_is_drawn_once():
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (20, 35, 3), np.uint8))
    sheet = drawn(seen(picture, Intake(Form(20, 35, 3))))
    assert holds(sheet, np.asarray(picture))
    assert (sheet[:, 330:] == 255).all()
