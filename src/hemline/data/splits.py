"""The validation part: cut from the training part, so that the test part never chooses."""

import numpy as np
from numpy.typing import NDArray

from hemline.data.dataset import Labels

Places = NDArray[np.int64]


def stratified_split(labels: Labels, share: float, seed: int) -> tuple[Places, Places]:
    """Cut `share` of the pictures of every class off for validation.

    Args:
        labels: uint8 `(n,)`.
        share: 0 to below 1, rounded to whole pictures in every class.
        seed: decides which pictures.

    Returns:
        Places to train on and places to validate on, int64, each in ascending order.
    """
    generator = np.random.default_rng(seed)
    mixed = generator.permutation(len(labels))
    kept = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        of_class = mixed[labels[mixed] == label]
        kept[of_class[: round(share * len(of_class))]] = True
    return np.flatnonzero(~kept), np.flatnonzero(kept)
