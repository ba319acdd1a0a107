"""What a trained network still lacks before it is a model file: all that is fitted to it."""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from hemline.networks import Network
from hemline.training.calibration import Calibration, fit_calibration
from hemline.training.material import Material
from hemline.training.ood_score import KEPT, LearnedScore, MahalanobisScore, fit_mahalanobis_score

_FITTED, _OF_EACH = 6000, 50  # training pictures that the score is fitted to; more change nothing
_FRESH = 3000  # others for its threshold, where no pictures were kept back and there are as many
_FOLDS = 5  # where there are not


Score = MahalanobisScore | LearnedScore


class Finish(NamedTuple):
    """What is fitted to a network when its training is over.

    Attributes:
        calibration: of its logits; None to leave them as they are.
        score: how unlike the training pictures a picture is.
        threshold: of that score; 95 % of pictures like those of the training are below.
        fresh: how many pictures the threshold was taken from.
    """

    calibration: Calibration | None
    score: Score
    threshold: float
    fresh: int

    def of_model(self) -> dict[str, Any]:
        """What the model file says of it."""
        ood = {"threshold": self.threshold, "kept": KEPT, "pictures": self.fresh}
        calibration = self.calibration._asdict() if self.calibration else None
        return {"calibration": calibration, "out_of_distribution": ood}


@torch.no_grad()
def finish(
    network: Network, material: Material, *, classes: int, calibrate: bool, bfloat16: bool
) -> Finish:
    """Fit calibration, out-of-distribution score and threshold.

    Args:
        network: trained.
        material: what it was trained on, and the pictures that were kept back; if there are none,
            others stand in for them that the score is not fitted to, of few each in its turn.
        classes: of the data set; there may be one logit more.
        calibrate: whether to fit the probabilities, where pictures were kept back.
        bfloat16: look at the pictures with 8 bits of mantissa, as the training did.
    """

    def look(places: Tensor) -> Tensor:
        return network.features_at_rest(material.pixels[places], bfloat16=bfloat16)

    known, fresh = _known_and_fresh(material, max(_FITTED, _OF_EACH * classes))
    others, calibration = look(fresh) if len(fresh) else None, None
    if calibrate and others is not None:
        logits = network.head(others)[:, :classes]
        calibration = fit_calibration(logits, material.labels[fresh].long())
    head = [parameter.detach() for parameter in network.layers[-1].parameters()]
    if len(head[1]) > classes:
        score: Score = LearnedScore(*head)
        unseen = score.of(look(known) if others is None else others)
    else:
        features, labels = look(known), material.labels[known].long()
        score = fit_mahalanobis_score(features, labels)
        unseen = _cross_fitted(features, labels) if others is None else score.of(others)
    ordinary = [unseen]
    if len(material.photographs):
        ordinary.append(score.of(look(material.photographs)))
    # Of every kind of picture 95 % are to stay.
    threshold = max(float(scores.quantile(KEPT)) for scores in ordinary)
    return Finish(calibration, score, threshold, len(unseen))


def _cross_fitted(features: Tensor, labels: Tensor) -> Tensor:
    """Scores of pictures, each by what is fitted to others: its own fit would find it too near.

    Of two there are no others to fit to: of one picture nothing varies.
    """
    if len(features) < 3:
        return fit_mahalanobis_score(features, labels).of(features)
    scores, folds = features.new_empty(len(features)), torch.arange(len(features)) % _FOLDS
    for fold in range(min(_FOLDS, len(features))):
        mine = folds == fold
        scores[mine] = fit_mahalanobis_score(features[~mine], labels[~mine]).of(features[mine])
    return scores


def _known_and_fresh(material: Material, fitted: int) -> tuple[Tensor, Tensor]:
    """Places of pictures to fit the score to, and of others; none where there are too few."""
    places = material.places
    mixed = places[torch.randperm(len(places), generator=torch.Generator().manual_seed(0))]
    if len(material.kept_back):
        return mixed[:fitted], material.kept_back
    fresh = mixed[fitted:][:_FRESH]
    return mixed[:fitted], fresh if len(fresh) == _FRESH else fresh[:0]
