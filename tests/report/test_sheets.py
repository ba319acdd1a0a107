"""Sheets: every picture is there, and right is told from wrong."""

import io

import numpy as np
from PIL import Image

from hemline.report import Tile, draw_sheet
from hemline.report.fonts import font_for

PICTURE = np.arange(784, dtype=np.uint8).reshape(28, 28)


def decoded(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)))


def has(sheet: np.ndarray, picture: np.ndarray) -> bool:
    """Whether the enlarged picture stands somewhere on the sheet, pixel for pixel."""
    large = picture.repeat(4, axis=0).repeat(4, axis=1)
    height, width = large.shape
    windows = np.lib.stride_tricks.sliding_window_view(sheet[:, :, 0], (height, width))
    starts = np.argwhere(
        (windows[:, :, 0, 0] == large[0, 0]) & (windows[:, :, 9, 9] == large[9, 9])
    )
    return any((windows[y, x] == large).all() for y, x in starts)


def test_every_picture_stands_on_the_sheet():
    pictures = [PICTURE, PICTURE.T.copy(), 255 - PICTURE]
    sheet = decoded(draw_sheet("Title", "subtitle", [Tile(p, ["Coat"]) for p in pictures], 2))
    assert all(has(sheet, picture) for picture in pictures)
    assert not has(sheet, PICTURE // 2)


def test_colour_and_other_sizes_stand_on_the_sheet_as_they_are():
    picture = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)
    sheet = decoded(draw_sheet("", "", [Tile(picture, ["Coat"]), Tile(picture, ["Bag"])], 2))
    large = picture.repeat(3, axis=0).repeat(3, axis=1)
    corners = np.argwhere((sheet == large[0, 0]).all(axis=2))
    assert sum((sheet[y : y + 120, x : x + 90] == large).all() for y, x in corners[:200]) == 2


def test_large_pictures_are_drawn_smaller():
    picture = np.zeros((224, 100, 3), np.uint8)
    sheet = decoded(draw_sheet("", "", [Tile(picture, ["Coat"])], 1))
    rows = (sheet == 0).all(axis=2).any(axis=1)
    assert 120 <= rows.sum() <= 128


def ink(sheet: np.ndarray) -> np.ndarray:
    """The columns in which something is drawn below the picture."""
    return np.flatnonzero((sheet[170:, :] < 128).any(axis=(0, 2)))


def test_names_that_are_too_long_stay_under_their_picture():
    tile = Tile(np.full((28, 28), 255, np.uint8), ["longsleeve " * 20])
    assert ink(decoded(draw_sheet("", "", [tile], 1))).max() < 24 + 112 + 14


def test_letters_that_the_usual_font_lacks_are_taken_from_another():
    font = font_for("кроссовки", 12)
    glyphs = {bytes(font.getmask(letter)) for letter in "кроссовки"}
    assert len(glyphs) == 6
    assert bytes(font.getmask("\uffff")) not in glyphs


def test_right_and_wrong_differ_by_more_than_colour():
    right, wrong = (
        decoded(draw_sheet("", "", [Tile(PICTURE, ["Coat"], right=answer)], 1))
        for answer in (True, np.False_)
    )
    assert ((right < 128).any(axis=2) != (wrong < 128).any(axis=2)).any()
    assert has(right, PICTURE)
