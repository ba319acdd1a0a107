"""Several guesses at where the garment is, each from other evidence.

Two compare every pixel with the colours of the border; four are GrabCut (Rother and others, 2004,
as OpenCV has it) begun from different places; one is what most of them agree on, cut once more.
None is right for all photographs: `hemline.photos.choosing` picks one for each.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from hemline.photos.decoding import Colours, Mask
from hemline.photos.masks import ring, tidy

Lab = NDArray[np.float32]

_BORDER = 0.03  # of the longest edge: what is taken for background
_CLUSTERS = 4  # colours of a background: two tiles, a joint, a shadow
_RARE = 0.06  # a smaller share of the border may be a sleeve that reaches it
_NOISE = 9.0  # variance in Lab that even an evenly coloured ground has
_SHADOW = 0.35  # weight of lightness beside colour where shadows are to be seen past
_LEAST = 2.0  # standard deviations: nearer to the background is background
_ITERATIONS = 3  # of GrabCut: later ones move the outline by less than a pixel
_SURE = 2  # pixels at the border that are background for certain


def candidates(colours: Colours, lab: Lab) -> dict[str, Mask]:
    """Guesses by name.

    Args:
        colours: red, green, blue, uint8 `(h, w, 3)`.
        lab: the same picture in Lab, slightly blurred, float32 `(h, w, 3)`.

    Returns:
        Tidied masks, bool `(h, w)`; some may be empty.
    """
    even = cv2.bilateralFilter(colours, 7, 40, 5).astype(np.uint8)  # weave and noise mislead
    shape = even.shape[:2]
    found = {"colour": tidy(_unlike_border(lab)), "hue": tidy(_unlike_border(lab, _SHADOW))}
    starts = {
        "colour, cut": found["colour"],
        "frame": ~ring(shape, max(1, round(0.04 * max(shape)))),
        "oval": _oval(shape, 1.0, 0.9),
        "middle": _oval(shape, 0.6, 0.5),
    }
    found |= {name: tidy(_grab_cut(even, start)) for name, start in starts.items()}
    agreed = tidy(np.mean(list(found.values()), axis=0) >= 0.5)
    return {**found, "agreed": tidy(_grab_cut(even, agreed))}


def _unlike_border(lab: Lab, lightness: float = 1.0) -> Mask:
    """Pixels further from the border's colours than Otsu's threshold on that distance."""
    distance = _distance(lab * np.array([lightness, 1, 1], np.float32))
    steps = np.clip(distance * 16, 0, 255).astype(np.uint8)
    threshold, _ = cv2.threshold(steps, 0, 255, cv2.THRESH_OTSU)
    return np.asarray(distance > max(threshold / 16, _LEAST))


def _distance(lab: Lab) -> NDArray[np.float32]:
    """Mahalanobis distance of each pixel to the nearest cluster of border colours."""
    border = lab[ring(lab.shape[:2], max(3, round(_BORDER * max(lab.shape))))]
    cv2.setRNGSeed(0)
    ends = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, 10, 1.0)
    clusters = np.zeros((len(border), 1), np.int32)
    cv2.kmeans(border, _CLUSTERS, clusters, ends, 2, cv2.KMEANS_PP_CENTERS)
    distances = [
        _mahalanobis(lab, border[clusters[:, 0] == cluster])
        for cluster in range(_CLUSTERS)
        if (clusters == cluster).sum() >= max(2, _RARE * len(border))
    ]
    return np.asarray(np.min(distances, axis=0), np.float32)


def _mahalanobis(lab: Lab, ground: Lab) -> Lab:
    away = lab - ground.mean(axis=0)
    precision = np.linalg.inv(np.cov(ground.T) + _NOISE * np.eye(3)).astype(np.float32)
    return np.asarray(np.sqrt(((away @ precision) * away).sum(axis=2)))


def _grab_cut(colours: Colours, start: Mask) -> Mask:
    """GrabCut from `start`: probably garment there, probably background elsewhere."""
    guess = np.where(start, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    guess[ring(start.shape, _SURE)] = cv2.GC_BGD
    if not (guess == cv2.GC_PR_FGD).any():
        return np.zeros_like(start)
    cv2.setRNGSeed(0)  # GrabCut begins with k-means
    models = np.zeros((1, 65)), np.zeros((1, 65))
    whole = (0, 0, 0, 0)  # unused where a mask is given
    cv2.grabCut(colours, guess, whole, *models, _ITERATIONS, cv2.GC_INIT_WITH_MASK)
    return np.asarray(guess == cv2.GC_PR_FGD)


def _oval(shape: tuple[int, ...], tall: float, wide: float) -> Mask:
    """An ellipse in the middle, `tall` and `wide` as shares of the picture."""
    y, x = (np.linspace(-1, 1, edge) for edge in shape[:2])
    return np.asarray((y[:, None] / tall) ** 2 + (x / wide) ** 2 <= 1)
