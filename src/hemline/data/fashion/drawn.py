"""The drawn garments as a data set; they are drawn once, and kept as decoded pictures are."""

from hashlib import sha256
from importlib.resources import files

import numpy as np
import PIL

from hemline.data.cache import load_pixels, store_pixels
from hemline.data.dataset import Dataset, Split
from hemline.data.fashion.official import ALIASES, INTAKE
from hemline.labels import CLASSES

COUNTS = {"train": 12_000, "test": 2_000}
_SEEDS = {"train": 1, "test": 2}


def open_sketches() -> Dataset:
    """The data set that `--data sketches` names."""
    return Dataset(
        name="sketches (drawn by code, not Fashion-MNIST)",
        source="drawn by code",
        classes=CLASSES,
        intake=INTAKE,
        drawn=True,
        keeps_class=True,
        aliases=ALIASES,
        load_train=lambda: _split("train"),
        load_test=lambda: _split("test"),
    )


def _split(part: str) -> Split:
    key = _key(part)
    kept = load_pixels(key)
    if kept is not None:
        return Split(kept[0], np.array(kept[1]["labels"], np.uint8))
    from hemline.data.fashion.sketches import draw_sketches

    pixels, labels = draw_sketches(COUNTS[part], seed=_SEEDS[part])
    store_pixels(key, pixels, {"labels": labels.tolist()})
    return Split(pixels, labels)


def _key(part: str) -> str:
    """Of what decides how the garments look: the code, and what it draws and scales with."""
    code = files("hemline.data.fashion").joinpath("sketches.py").read_bytes()
    versions = f"{np.__version__} {PIL.__version__} {COUNTS[part]} {_SEEDS[part]}"
    return f"sketches-{sha256(code + versions.encode()).hexdigest()[:32]}"
