"""The eye's first teacher: seven guesses at where the garment is.

    python benchmarks/eye_teacher.py PHOTO... --out TEACHER.npz

Two guesses compare every pixel with the colours of the border; four are GrabCut (Rother and
others, 2004, as OpenCV has it) begun from different places; one is what most of them agree on, cut
once more. None is right for all photographs, and together they take a third of a second of a core;
where most of them agree they are nearly always right, and that is what the eye begins with.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from hemline.photos import Mask, decode
from hemline.photos.eye import EDGE

_SEARCHED = 224  # longest edge at which is searched
_BORDER = 0.03  # of the longest edge: what is taken for background
_CLUSTERS = 4  # colours of a background: two tiles, a joint, a shadow
_RARE = 0.06  # a smaller share of the border may be a sleeve that reaches it
_NOISE = 9.0  # variance in Lab that even an evenly coloured ground has
_SHADOW = 0.35  # weight of lightness beside colour where shadows are to be seen past
_LEAST = 2.0  # standard deviations: nearer to the background is background
_ITERATIONS = 3  # of GrabCut: later ones move the outline by less than a pixel
_SURE = 2  # pixels at the border that are background for certain
_THIN = 0.012  # of the longest edge: hangers, tags and straps are thinner, sleeves are not
_SECOND = 0.25  # a part so much smaller than the largest is not the other shoe
_HOLE = 0.04  # of the garment: larger holes are real, as between a strap and a neck


def teach(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """What the eye sees of a photograph, uint8 `(128, 128, 3)`, and the guesses, each as large."""
    cv2.setNumThreads(1)
    colours = decode(path).colours
    height, width = colours.shape[:2]
    scale = _SEARCHED / max(height, width)
    size = max(8, round(width * scale)), max(8, round(height * scale))
    small = cv2.resize(colours, size, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    guesses = _guesses(small, cv2.GaussianBlur(lab, (0, 0), 1.2))
    return _square(small), np.stack([_square(255 * guess.astype(np.uint8)) for guess in guesses])


def _square(image: np.ndarray) -> np.ndarray:
    return cv2.resize(image, (EDGE, EDGE), interpolation=cv2.INTER_AREA)


def _guesses(colours: np.ndarray, lab: np.ndarray) -> list[Mask]:
    even = cv2.bilateralFilter(colours, 7, 40, 5)  # weave and noise mislead
    shape = even.shape[:2]
    found = [_tidy(_unlike_border(lab, lightness)) for lightness in (1.0, _SHADOW)]
    frame = ~_ring(shape, max(1, round(0.04 * max(shape))))
    starts = [found[0], frame, _oval(shape, 1.0, 0.9), _oval(shape, 0.6, 0.5)]
    found += [_tidy(_grab_cut(even, start)) for start in starts]
    agreed = _tidy(np.mean(found, axis=0) >= 0.5)
    return [*found, _tidy(_grab_cut(even, agreed))]


def _unlike_border(lab: np.ndarray, lightness: float) -> Mask:
    """Pixels further from the border's colours than Otsu's threshold on that distance."""
    distance = _distance(lab * np.array([lightness, 1, 1], np.float32))
    steps = np.clip(distance * 16, 0, 255).astype(np.uint8)
    threshold, _ = cv2.threshold(steps, 0, 255, cv2.THRESH_OTSU)
    return distance > max(threshold / 16, _LEAST)


def _distance(lab: np.ndarray) -> np.ndarray:
    """Mahalanobis distance of each pixel to the nearest cluster of border colours."""
    border = lab[_ring(lab.shape[:2], max(3, round(_BORDER * max(lab.shape))))]
    cv2.setRNGSeed(0)
    ends = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, 10, 1.0)
    clusters = np.zeros((len(border), 1), np.int32)
    cv2.kmeans(border, _CLUSTERS, clusters, ends, 2, cv2.KMEANS_PP_CENTERS)
    distances = [
        _mahalanobis(lab, border[clusters[:, 0] == cluster])
        for cluster in range(_CLUSTERS)
        if (clusters == cluster).sum() >= max(2, _RARE * len(border))
    ]
    return np.min(distances, axis=0)


def _mahalanobis(lab: np.ndarray, ground: np.ndarray) -> np.ndarray:
    away = lab - ground.mean(axis=0)
    precision = np.linalg.inv(np.cov(ground.T) + _NOISE * np.eye(3)).astype(np.float32)
    return np.sqrt(((away @ precision) * away).sum(axis=2))


def _grab_cut(colours: np.ndarray, start: Mask) -> Mask:
    """GrabCut from `start`: probably garment there, probably background elsewhere."""
    guess = np.where(start, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    guess[_ring(start.shape, _SURE)] = cv2.GC_BGD
    if not (guess == cv2.GC_PR_FGD).any():
        return np.zeros_like(start)
    cv2.setRNGSeed(0)  # GrabCut begins with k-means
    models, whole = (np.zeros((1, 65)), np.zeros((1, 65))), (0, 0, 0, 0)
    cv2.grabCut(colours, guess, whole, *models, _ITERATIONS, cv2.GC_INIT_WITH_MASK)
    return guess == cv2.GC_PR_FGD


def _oval(shape: tuple[int, ...], tall: float, wide: float) -> Mask:
    """An ellipse in the middle, `tall` and `wide` as shares of the picture."""
    y, x = (np.linspace(-1, 1, edge) for edge in shape[:2])
    return (y[:, None] / tall) ** 2 + (x / wide) ** 2 <= 1


def _ring(shape: tuple[int, ...], width: int) -> Mask:
    border = np.ones(shape, bool)
    border[width:-width, width:-width] = False
    return border


def _tidy(mask: Mask) -> Mask:
    """Without thin and small parts and small holes."""
    radius = max(1, round(_THIN * max(mask.shape)))
    pad, disc = 2 * radius, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2)
    wide = np.pad(mask.astype(np.uint8), pad, mode="edge")  # what is cut off is not rounded
    for step in (cv2.MORPH_CLOSE, cv2.MORPH_OPEN):
        wide = cv2.morphologyEx(wide, step, disc)
    return _without_holes(_main_parts(wide[pad:-pad, pad:-pad] > 0))


def _main_parts(mask: Mask) -> Mask:
    """The largest part, those nearer the middle counting for more, and its equals: two shoes."""
    count, labels, stats, centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 3:
        return mask
    height, width = mask.shape
    away = np.hypot(centres[1:, 0] / width - 0.5, centres[1:, 1] / height - 0.5)
    weight = stats[1:, cv2.CC_STAT_AREA] * np.exp(-2 * away)
    return np.isin(labels, 1 + np.flatnonzero(weight >= _SECOND * weight.max()))


def _without_holes(mask: Mask) -> Mask:
    flat = mask.astype(np.uint8)
    outlines, _ = cv2.findContours(flat, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    whole = cv2.drawContours(np.zeros_like(flat), outlines, -1, 1, cv2.FILLED)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(((whole > 0) & ~mask).astype(np.uint8))
    small = 1 + np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] < _HOLE * flat.sum())
    return mask | np.isin(labels, small)


def main() -> None:
    """Write what the eye is to see, and all guesses, to a file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    with ProcessPoolExecutor() as pool:
        taught = list(pool.map(teach, arguments.photos, chunksize=16))
    colours, guesses = (np.stack(each) for each in zip(*taught, strict=True))
    np.savez_compressed(arguments.out, colours=colours, guesses=guesses)


if __name__ == "__main__":
    main()
