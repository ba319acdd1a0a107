"""Calibration: probabilities that mean what they say."""

import torch
from torch import Tensor

_STEPS = 60  # halvings: the interval is then smaller than float32 can tell
_COLDEST, _HOTTEST = 0.05, 20.0


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """The temperature that makes these logits fit their labels best (Guo et al., 2017).

    Dividing logits by it changes no prediction. The loss is convex in the inverse temperature, so
    the sign of its slope leads to the one minimum.

    Args:
        logits: float `(n, 10)`, of pictures that were not trained on.
        labels: int64 `(n,)`.
    """
    scores = logits.double()
    right = scores.gather(1, labels[:, None])[:, 0]
    low, high = 1 / _HOTTEST, 1 / _COLDEST
    for _ in range(_STEPS):
        inverse = (low + high) / 2
        expected = ((scores * inverse).softmax(1) * scores).sum(1)
        too_cold = float((expected - right).mean()) > 0
        low, high = (low, inverse) if too_cold else (inverse, high)
    return 2 / (low + high)


def predicted(network: torch.nn.Module, pixels: Tensor, chunk: int = 1000) -> Tensor:
    """Logits float32 `(n, 10)` of pixels uint8 `(n, 28, 28)`, as after training."""
    network.eval()
    with torch.no_grad():
        return torch.cat([network(part).float() for part in torch.split(pixels, chunk)])
