"""Sheets: every picture is there, and right is told from wrong."""

import io

import numpy as np
from PIL import Image

from hemline.report import Tile, draw_sheet

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


def test_right_and_wrong_differ_by_more_than_colour():
    right, wrong = (
        decoded(draw_sheet("", "", [Tile(PICTURE, ["Coat"], right=answer)], 1))
        for answer in (True, np.False_)
    )
    assert ((right < 128).any(axis=2) != (wrong < 128).any(axis=2)).any()
    assert has(right, PICTURE)
