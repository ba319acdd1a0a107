"""Calibration: probabilities that mean what they say."""

import math
from typing import NamedTuple

from torch import Tensor
from torch.nn import functional

_STEPS = 25  # halvings: the interval is then smaller than float32 can tell
_COLDEST, _HOTTEST = 0.05, 20.0
_EXPONENTS = [step / 20 for step in range(-20, 21)]  # below -1 the order of the classes changes


class Calibration(NamedTuple):
    """A change of logits that keeps their order, and so every prediction.

    One number, the temperature (Guo et al., 2017), cannot mend a network that was trained with
    label smoothing: its logits stop growing, so doubtful answers look too much like sure ones. A
    second number bends the scale (after Rahimi et al., 2020, Intra Order-preserving Functions).

    Attributes:
        temperature: what logits are divided by in the end.
        exponent: what their size, and one, is raised to before; 0 bends nothing.
    """

    temperature: float = 1.0
    exponent: float = 0.0

    def of(self, logits: Tensor) -> Tensor:
        """Calibrated logits `(n, k)`; their mean is 0."""
        centred = logits - logits.mean(1, keepdim=True)
        return centred * (1 + centred.abs()) ** self.exponent / self.temperature


def fit_calibration(logits: Tensor, labels: Tensor) -> Calibration:
    """The calibration with the smallest loss.

    Args:
        logits: float `(n, k)`, of pictures that were not trained on.
        labels: int64 `(n,)`.
    """
    fits = [_fit_bent(logits.double(), labels, exponent) for exponent in _EXPONENTS]
    return min(fits)[1]


def _fit_bent(logits: Tensor, labels: Tensor, exponent: float) -> tuple[float, Calibration]:
    """The smallest loss with one exponent, and how."""
    bent = Calibration(1.0, exponent).of(logits)
    temperature = fit_temperature(bent, labels)
    loss = functional.cross_entropy(bent / temperature, labels)
    return float(loss), Calibration(temperature, exponent)


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """The temperature that makes these logits fit their labels best (Guo et al., 2017).

    Dividing logits by it changes no prediction. The loss is convex in the inverse temperature, so
    the sign of its slope leads to the one minimum.

    Args:
        logits: float `(n, k)`, of pictures that were not trained on.
        labels: int64 `(n,)`.
    """
    scores = logits.double()
    right = scores.gather(1, labels[:, None])[:, 0]
    low, high = 1 / _HOTTEST, 1 / _COLDEST
    for _ in range(_STEPS):
        inverse = math.sqrt(low * high)
        expected = ((scores * inverse).softmax(1) * scores).sum(1)
        too_cold = float((expected - right).mean()) > 0
        low, high = (low, inverse) if too_cold else (inverse, high)
    return 1 / math.sqrt(low * high)
