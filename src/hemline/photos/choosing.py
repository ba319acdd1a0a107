"""Which of several guesses is the garment: evidence for each, weighed."""

import cv2
import numpy as np
from numpy.typing import NDArray

from hemline.photos.candidates import Lab
from hemline.photos.decoding import Mask
from hemline.photos.masks import ring

_TYPICAL = 0.3  # share of the picture that a garment covers in most photographs
_PARTS = 4  # more parts than that tell nothing more
_BINS = 16  # of each Lab channel in the histograms
_SCALE = np.array([2.55, 1, 1], np.float32)  # Lab to 0..255
_SHIFT = np.array([0, 128, 128], np.float32)
_FEW = 20  # pixels: fewer are no garment

# A logistic regression on 700 photographs, none of them of the validation part: how likely a model
# of Fashion-MNIST is to be right about the garment that a guess cuts out. All in natural units.
WEIGHTS = {
    "small": 0.65,
    "large": 0.94,
    "border": 0.86,
    "edge": 0.44,
    "contrast": 1.38,
    "symmetry": -0.14,
    "agreement": 0.76,
    "parts": 0.08,
}


def rank(guesses: dict[str, Mask], lab: Lab) -> list[Mask]:
    """The guesses, that for which most speaks first; empty ones are left out."""
    found = {name: mask for name, mask in guesses.items() if mask.sum() >= _FEW}
    edges = edge_strength(lab)
    scores = {name: score(evidence(mask, found, lab, edges)) for name, mask in found.items()}
    return [found[name] for name in sorted(scores, key=lambda name: -scores[name])]


def score(features: dict[str, float]) -> float:
    """The weighted sum of what speaks for a guess."""
    return sum(WEIGHTS[name] * value for name, value in features.items())


def evidence(
    mask: Mask, guesses: dict[str, Mask], lab: Lab, edges: NDArray[np.float32]
) -> dict[str, float]:
    """What speaks for `mask` and against it, by name."""
    size = np.log(max(mask.mean(), 0.01) / _TYPICAL)
    parts = cv2.connectedComponents(mask.astype(np.uint8))[0] - 1
    return {
        "small": min(size, 0.0),
        "large": max(size, 0.0),
        "border": float(mask[ring(mask.shape, 1)].mean()),
        "edge": float(np.log(_on_outline(mask, edges) + 0.1)),
        "contrast": _contrast(mask, lab),
        "symmetry": _symmetry(mask),
        "agreement": float(np.mean([_overlap(mask, other) for other in guesses.values()])),
        "parts": float(min(parts, _PARTS)),
    }


def edge_strength(lab: Lab) -> NDArray[np.float32]:
    """Length of the gradient in Lab, over its mean in the picture; float32 `(h, w)`."""
    across, down = cv2.Sobel(lab, cv2.CV_32F, 1, 0), cv2.Sobel(lab, cv2.CV_32F, 0, 1)
    length = np.sqrt((across**2 + down**2).sum(axis=2))
    return np.asarray(length / max(float(length.mean()), 1e-6), np.float32)


def _on_outline(mask: Mask, edges: NDArray[np.float32]) -> float:
    """Mean edge along the outline: a garment ends where the picture changes."""
    flat, square = mask.astype(np.uint8), np.ones((3, 3), np.uint8)
    outline = (cv2.dilate(flat, square) > 0) & ~(cv2.erode(flat, square) > 0)
    outline &= ~ring(mask.shape, 2)
    return float(edges[outline].mean()) if outline.any() else 0.0


def _contrast(mask: Mask, lab: Lab) -> float:
    """One minus the overlap (Bhattacharyya) of the colours inside and outside."""
    steps = (lab * _SCALE + _SHIFT).clip(0, 255)
    places = steps.astype(np.int64) // (256 // _BINS) @ np.array([_BINS**2, _BINS, 1])
    inside, outside = (
        np.bincount(places[part], minlength=_BINS**3) / max(1, part.sum()) for part in (mask, ~mask)
    )
    return float(1 - np.sqrt(inside * outside).sum())


def _symmetry(mask: Mask) -> float:
    """Overlap of the mask with its mirror image about its own middle."""
    rows, columns = np.nonzero(mask)
    mirrored = np.rint(2 * columns.mean() - columns).astype(int)
    fits = (mirrored >= 0) & (mirrored < mask.shape[1])
    other = np.zeros_like(mask)
    other[rows[fits], mirrored[fits]] = True
    return _overlap(mask, other)


def _overlap(one: Mask, other: Mask) -> float:
    """Intersection over union."""
    return float((one & other).sum() / max(1, (one | other).sum()))
