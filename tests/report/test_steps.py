"""The drawing of steps: every step is there, and the 28x28 pixel for pixel."""

import io

import numpy as np
from PIL import Image

from hemline.photos import see
from hemline.report import draw_steps
from tests.photos.drawing import draw_photo

GARMENT = np.zeros((28, 28), np.uint8)
GARMENT[4:24, 8:20] = np.arange(12, dtype=np.uint8) * 20


def seen(image):
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return see(buffer.getvalue(), "folder/shirt.png")


def drawn(*pictures):
    return np.asarray(Image.open(io.BytesIO(draw_steps([(one, "Coat, 90 %") for one in pictures]))))


def holds(sheet, pixels):
    """Whether the 28x28, ten times enlarged, stands on the sheet."""
    large = pixels.repeat(10, axis=0).repeat(10, axis=1)
    height, width = large.shape
    for y in range(sheet.shape[0] - height + 1):
        row = sheet[y + 145, :, 0]
        windows = np.lib.stride_tricks.sliding_window_view(row, width)
        for x in np.flatnonzero((windows == large[145]).all(axis=1)):
            if (sheet[y : y + height, x : x + width, 0] == large).all():
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
