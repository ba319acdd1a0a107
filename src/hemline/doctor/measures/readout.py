"""A linear readout of outputs: what they hold, whatever they name.

The outputs of a trained body tell the classes apart even where the last layer was made anew, a
class was never learned or statistics are off; those of a network without training hardly do
(linear probes; Alain and Bengio, 2017).
"""

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.measures.least_squares import fit_linear

_RIDGE = 1e-3  # of the mean variance of an output
_DEEPEST = 30.0  # nats below the mean: further down float32 has nothing left to say


def readout(
    scores: NDArray[np.floating], actual: NDArray[np.integer], classes: int
) -> NDArray[np.bool_]:
    """Which pictures a linear classifier of the outputs names rightly, bool `(n,)`.

    Args:
        scores: logits or logarithms of probabilities, `(n, outputs)`.
        actual: labels, `(n,)`.
        classes: how many there are.

    Each half is named by the classifier that least squares fits to the other.
    """
    values = np.maximum(scores - scores.mean(axis=1, keepdims=True), -_DEEPEST)
    half, right = np.arange(len(actual)) % 2 == 0, np.zeros(len(actual), bool)
    for part in (half, ~half):
        if part.any() and not part.all():
            named = _fitted(values[~part], actual[~part], classes, values[part])
            right[part] = named == actual[part]
    return right


def _fitted(
    known: NDArray[np.floating],
    labels: NDArray[np.integer],
    classes: int,
    asked: NDArray[np.floating],
) -> NDArray[np.int64]:
    middle, spread = known.mean(axis=0), known.std(axis=0) + 1e-9
    scores = fit_linear((known - middle) / spread, labels, classes, _RIDGE)
    named: NDArray[np.int64] = scores((asked - middle) / spread).argmax(axis=1)
    return named
