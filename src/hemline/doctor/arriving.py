"""What arrives at the network of a picture, where a fault can be shown."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.case import Case
from hemline.doctor.checks import Finding
from hemline.doctor.checks.glue import cut_of, margins_of, square_of, transparent_part
from hemline.doctor.inputs.forms import InputForm, exchange, turn
from hemline.doctor.inputs.resizing import edges_of
from hemline.doctor.inputs.scrambles import SCRAMBLES

Picture = NDArray[np.uint8]


class Arrival(NamedTuple):
    """How to show a fault.

    Attributes:
        of: from a picture, uint8 `(h, w)` or `(h, w, 3)`, to what the network sees of it.
        every: whether that is so of every picture; else of files of some kind only, whose answers
            are not those to the pictures as they are.
    """

    of: Callable[[Picture], Picture]
    every: bool = True


def arrival_of(case: Case, findings: Sequence[Finding]) -> Arrival | None:
    """What arrives under the first finding; None where that is the picture itself, or not known."""
    if not findings:
        return None
    first = findings[0]
    files: dict[str, Callable[[Picture], Picture]] = {
        "exif-orientation": np.rot90,
        "transparency": lambda picture: _uncovered(picture, case),
        "aspect-ratio": lambda picture: _squared(picture, first.figures["how"]),
        "cropping": lambda picture: _squared(picture, first.figures["how"]),
    }
    if first.check in files and case.best == case.contract:
        return Arrival(files[first.check], every=False)
    if case.best.layout != case.contract.layout and not case.best.layout.is_plain:
        edges = edges_of(case.best.layout.shape)
        torn = first.check == "scrambled-pictures"
        return Arrival(lambda picture: (np.resize if torn else _middle)(picture, edges))
    picture = case.confirm.pixels[:1]
    if case.best == case.contract or (undone(picture, case.contract, case.best) == picture).all():
        return None
    return Arrival(lambda picture: undone(picture[None], case.contract, case.best)[0])


def _middle(picture: Picture, edges: Sequence[int]) -> Picture:
    """What is left of a picture whose pipeline would leave all of one of such edges."""
    high, wide = ((edge - own) // 2 for edge, own in zip(edges, picture.shape[:2], strict=True))
    return picture[high : len(picture) - high, wide : picture.shape[1] - wide]


def _squared(picture: Picture, how: str) -> Picture:
    return square_of(cut_of(picture, margins_of(picture[None])[0]), picture, how)


def _uncovered(picture: Picture, case: Case) -> Picture:
    """A picture with the other colour where it is transparent."""
    clear = transparent_part(picture[None])[0]
    other = 255 if case.material.form.background == "dark" else 0
    return np.where(clear if picture.ndim == 2 else clear[..., None], np.uint8(other), picture)


def undone(pixels: NDArray[np.uint8], contract: InputForm, best: InputForm) -> NDArray[np.uint8]:
    """The picture as it looks to a network that `best` puts right, of the same shape."""
    back = {1: 3, 3: 1}.get(best.symmetry, best.symmetry)
    swapped = {"planes": "interleaved", "interleaved": "planes"}.get(best.channels, best.channels)
    kept = best.channels == contract.channels or best.channels in SCRAMBLES
    seen = exchange(pixels, "rgb" if kept else swapped)
    seen = turn(seen, back)
    if best.inverted != contract.inverted:
        seen = 255 - seen
    ratio = best.scaling.factor / (contract.scaling.factor or 1)
    if best.scaling == contract.scaling or not best.scaling.is_linear:
        return np.ascontiguousarray(seen)
    # Numbers too large saturate what is white; numbers too small leave all black.
    shift = (contract.scaling.offset - best.scaling.offset) / best.scaling.factor
    shown = seen / max(ratio, 1e-12) + shift * (contract.scaling.factor == 1)
    return np.ascontiguousarray(shown.clip(0, 255).astype(np.uint8))
