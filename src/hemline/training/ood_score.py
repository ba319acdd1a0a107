"""The out-of-distribution score: how unlike a picture is to what a network was trained on."""

from typing import NamedTuple

import torch
from torch import Tensor

KEPT = 0.95  # share of ordinary pictures that stay below the threshold
_RIDGE = 1e-3  # of the mean variance: units that never vary tell nothing
_FLOOR = 1e-4  # of that of all classes together: a class of one picture has none of its own


class MahalanobisScore(NamedTuple):
    """The relative Mahalanobis distance of features (Ren et al., 2021): larger is stranger.

    The distance to the nearest class less that to all classes together. With `c` for the features
    less their mean, it is the smallest over the classes of `c quadratic c + weight c + bias`.

    Attributes:
        mean: float32 `(k,)`.
        quadratic: float32 `(k, k)`.
        weight: float32 `(classes, k)`.
        bias: float32 `(classes,)`.
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
    """The log-odds of one more logit than there are classes, trained on outliers.

    Attributes:
        weight: float32 `(classes + 1, k)`, of the last layer.
        bias: float32 `(classes + 1,)`.
    """

    weight: Tensor
    bias: Tensor

    def of(self, features: Tensor) -> Tensor:
        """Scores `(n,)` of features `(n, k)`."""
        logits = features.float() @ self.weight.T + self.bias
        return logits[:, -1] - logits[:, :-1].logsumexp(1)


def fit_mahalanobis_score(features: Tensor, labels: Tensor) -> MahalanobisScore:
    """Fit one Gaussian a class, all of one shape, and one for all classes together.

    Args:
        features: float `(n, k)`, of pictures that were trained on.
        labels: int64 `(n,)`; classes of which there is none take no part.
    """
    mean = features.double().mean(0)
    centred = features.double() - mean
    present, places = torch.unique(labels, return_inverse=True)
    means = torch.stack([centred[labels == label].mean(0) for label in present])
    least = _FLOOR * float(centred.var(0).mean())
    within, whole = (_precision(each, least) for each in (centred - means[places], centred))
    leaning = means @ within
    score = mean, within - whole, -2 * leaning, (leaning * means).sum(1)
    return MahalanobisScore(*(tensor.float() for tensor in score))


def _precision(centred: Tensor, least: float) -> Tensor:
    """The inverse of the covariance of vectors whose mean is zero."""
    covariance = centred.T @ centred / len(centred)
    ridge = (_RIDGE * covariance.diagonal().mean()).clamp(min=least)
    ones = torch.ones_like(covariance[0])
    floor = torch.finfo(torch.float32).tiny
    precision: Tensor = torch.linalg.inv(covariance + (ridge + floor) * ones.diag())
    return precision
