"""A linear classifier by least squares, for features as for outputs."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating]
_LEAST = 1e-6  # beside what is constant, too


def fit_linear(
    values: Values, labels: NDArray[np.integer], classes: int, ridge: float
) -> Callable[[Values], NDArray[Any]]:
    """Ridge regression on one-hot labels (Hoerl and Kennard, 1970): from values to scores.

    Args:
        values: `(n, values)`.
        labels: of them, `(n,)`.
        classes: how many there are; what comes back gives `(m, classes)` for `(m, values)`.
        ridge: as a share of the mean variance of a value.
    """
    middle = values.mean(axis=0)
    centred = values - middle
    products = (centred.T @ centred).astype(np.float64)
    products[np.diag_indices_from(products)] += ridge * np.trace(products) / len(products) + _LEAST
    wanted = np.eye(classes)[labels]
    bias = wanted.mean(axis=0)
    weights = np.linalg.solve(products, centred.T @ (wanted - bias)).astype(values.dtype)
    return lambda others: (others - middle) @ weights + bias
