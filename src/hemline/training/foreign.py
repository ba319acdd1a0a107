"""How foreign a picture is to what a network was trained on."""

from typing import NamedTuple

import torch
from torch import Tensor

from hemline.labels import NONE

KEPT = 0.95  # share of ordinary pictures that stay below the threshold
_RIDGE = 1e-3  # of the mean variance: units that never vary tell nothing


class ForeignScore(NamedTuple):
    """The relative Mahalanobis distance of features (Ren et al., 2021): larger is stranger.

    The distance to the nearest class less that to all classes together. With `c` for the features
    less their mean, it is the smallest over the classes of `c quadratic c + weight c + bias`.

    Attributes:
        mean: float32 `(k,)`.
        quadratic: float32 `(k, k)`.
        weight: float32 `(10, k)`.
        bias: float32 `(10,)`.
    """

    mean: Tensor
    quadratic: Tensor
    weight: Tensor
    bias: Tensor

    def of(self, features: Tensor) -> Tensor:
        """Scores `(n,)` of features `(n, k)`."""
        centred = features.float() - self.mean
        classes = centred @ self.weight.T + self.bias
        return ((centred @ self.quadratic) * centred).sum(1) + classes.amin(1)


class LearnedScore(NamedTuple):
    """The log-odds of an eleventh logit that was trained on foreign pictures.

    Attributes:
        weight: float32 `(11, k)`, of the last layer.
        bias: float32 `(11,)`.
    """

    weight: Tensor
    bias: Tensor

    def of(self, features: Tensor) -> Tensor:
        """Scores `(n,)` of features `(n, k)`."""
        logits = features.float() @ self.weight.T + self.bias
        return logits[:, NONE] - logits[:, :NONE].logsumexp(1)


def fit_foreign_score(features: Tensor, labels: Tensor) -> ForeignScore:
    """Fit one Gaussian a class, all of one shape, and one for all classes together.

    Args:
        features: float `(n, k)`, of pictures that were trained on.
        labels: int64 `(n,)`; every class is there.
    """
    mean = features.double().mean(0)
    centred = features.double() - mean
    means = torch.stack([centred[labels == label].mean(0) for label in range(10)])
    within, whole = _precision(centred - means[labels]), _precision(centred)
    leaning = means @ within
    score = mean, within - whole, -2 * leaning, (leaning * means).sum(1)
    return ForeignScore(*(tensor.float() for tensor in score))


def _precision(centred: Tensor) -> Tensor:
    """The inverse of the covariance of vectors whose mean is zero."""
    covariance = centred.T @ centred / len(centred)
    ridge = _RIDGE * covariance.diagonal().mean() + torch.finfo(torch.float32).tiny
    ones = torch.ones_like(covariance[0])
    precision: Tensor = torch.linalg.inv(covariance + ridge * ones.diag())
    return precision
