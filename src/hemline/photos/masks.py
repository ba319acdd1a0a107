"""Masks: what is kept of a guess at where the garment is."""

import cv2
import numpy as np

from hemline.photos.decoding import Mask

_THIN = 0.012  # of the longest edge: hangers, tags and straps are thinner, sleeves are not
_SECOND = 0.25  # a part so much smaller than the largest is not the other shoe
_HOLE = 0.04  # of the garment: larger holes are real, as between a strap and a neck


def tidy(mask: Mask) -> Mask:
    """Without thin and small parts and small holes; bool `(h, w)` in and out."""
    return _filled(_main_parts(_smooth(mask)))


def ring(shape: tuple[int, int], width: int) -> Mask:
    """The border of a picture, `width` pixels wide."""
    border = np.ones(shape, bool)
    border[width:-width, width:-width] = False
    return border


def disc(radius: int) -> cv2.typing.MatLike:
    """A round structuring element."""
    side = 2 * radius + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))


def _smooth(mask: Mask) -> Mask:
    radius = max(1, round(_THIN * max(mask.shape)))
    pad = 2 * radius  # so that a garment cut off by the border is not rounded there
    wide = np.pad(mask.astype(np.uint8), pad, mode="edge")
    wide = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, disc(radius)).astype(np.uint8)
    wide = cv2.morphologyEx(wide, cv2.MORPH_OPEN, disc(radius)).astype(np.uint8)
    return np.asarray(wide[pad:-pad, pad:-pad] > 0)


def _main_parts(mask: Mask) -> Mask:
    """The largest part, those nearer the middle counting for more, and its equals: two shoes."""
    count, labels, stats, centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 3:
        return mask
    height, width = mask.shape
    away = np.hypot(centres[1:, 0] / width - 0.5, centres[1:, 1] / height - 0.5)
    weight = stats[1:, cv2.CC_STAT_AREA] * np.exp(-2 * away)
    kept = 1 + np.flatnonzero(weight >= _SECOND * weight.max())
    return np.isin(labels, kept)


def _filled(mask: Mask) -> Mask:
    flat = mask.astype(np.uint8)
    outlines, _ = cv2.findContours(flat, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    whole = cv2.drawContours(np.zeros_like(flat), outlines, -1, 1, cv2.FILLED)
    holes = ((whole > 0) & ~mask).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(holes)
    small = 1 + np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] < _HOLE * flat.sum())
    return mask | np.isin(labels, small)
