"""What networks without any training reach: a pipeline that has learned must do better."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.measures.baseline import features_of
from hemline.doctor.measures.readout import readout
from hemline.doctor.measures.statistics import assigned_accuracy, odds_times
from hemline.pixels import Pixels

_NETWORKS, _WIDTH = 40, 64
_OF_WHICH_READ = 4
_ORDERS = 12  # in which the outputs of each are named
# Times the odds of what untrained networks reach under the best names for their outputs: a little
# below it for one that is right by its own names, as of those hardly any comes near; above it where
# only a renaming helps; and clearly above it where that is so in the form that suits best.
_NAMED, _RENAMED, _FLATTERED, _READ = 0.86, 1.15, 1.73, 1.5
_CERTAIN = 0.95  # of the answers right: no accident, however much an untrained network may know


class Reach(NamedTuple):
    """The best accuracy of untrained networks.

    Attributes:
        named: with outputs in an order drawn by lot.
        renamed: in the order that suits each best.
        read: with a linear readout of the outputs, fitted to other pictures.
    """

    named: float
    renamed: float
    read: float

    @property
    def line_named(self) -> float:
        """Above it, whoever is right by its own names knows something."""
        return min(_CERTAIN, max(self.named, odds_times(self.renamed, _NAMED)))

    def line_renamed(self, *, flattered: bool) -> float:
        """Above it, whoever is right under the best names knows something.

        Args:
            flattered: the form of the input is the best of many, too.
        """
        return min(_CERTAIN, odds_times(self.renamed, _FLATTERED if flattered else _RENAMED))

    @property
    def line_read(self) -> float:
        """Above it, the outputs hold something that was learned, whatever they name."""
        return min(_CERTAIN, odds_times(self.read, _READ))


def untrained_reach(pixels: Pixels, actual: NDArray[np.integer], classes: int) -> Reach:
    """What random perceptrons of one hidden layer reach on these very pictures.

    They already tell the classes apart a little, by how much ink there is and where.
    """
    values = features_of(pixels)
    return _reach(values.tobytes(), values.shape, actual.astype(np.int64).tobytes(), classes)


@lru_cache(maxsize=16)
def _reach(values: bytes, shape: tuple[int, int], actual: bytes, classes: int) -> Reach:
    inputs = np.frombuffer(values, np.float32).reshape(shape)
    labels, rng = np.frombuffer(actual, np.int64), np.random.default_rng(0)
    lots = np.random.default_rng(1)
    named = renamed = read = 0.0
    for turn in range(_NETWORKS):
        first = rng.standard_normal((shape[1], _WIDTH), np.float32) * (2 / shape[1]) ** 0.5
        hidden = np.maximum(inputs @ first, 0)
        scores = hidden @ rng.standard_normal((_WIDTH, classes), np.float32)
        given = scores.argmax(axis=1)
        renamed = max(renamed, assigned_accuracy(given, labels, classes))
        if turn % _OF_WHICH_READ == 0:  # they differ by a few points only
            read = max(read, float(readout(scores, labels, classes).mean()))
        for _ in range(_ORDERS):
            named = max(named, float((lots.permutation(classes)[given] == labels).mean()))
    return Reach(named, renamed, read)
