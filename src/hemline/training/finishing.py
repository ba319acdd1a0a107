"""What a trained network still lacks before it is a model file: all that is fitted to it."""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from hemline.networks import Network
from hemline.training.calibration import Calibration, fit_calibration
from hemline.training.foreign import KEPT, ForeignScore, fit_foreign_score

_FITTED = 6000  # training pictures that the score is fitted to; more change nothing
_FRESH = 3000  # others for its threshold, where no pictures were kept back


class Finish(NamedTuple):
    """What is fitted to a network when its training is over.

    Attributes:
        calibration: of its logits; None to leave them as they are.
        score: how foreign a picture is.
        threshold: of that score; 95 % of pictures like those of the training are below.
        fresh: how many pictures the threshold was taken from.
    """

    calibration: Calibration | None
    score: ForeignScore
    threshold: float
    fresh: int

    def of_model(self) -> dict[str, Any]:
        """What the model file says of it."""
        foreign = {"threshold": self.threshold, "kept": KEPT, "pictures": self.fresh}
        calibration = self.calibration._asdict() if self.calibration else None
        return {"calibration": calibration, "foreign": foreign}


@torch.no_grad()
def finish(
    network: Network,
    pixels: Tensor,
    labels: Tensor,
    places: Tensor,
    kept_back: Tensor,
    *,
    calibrate: bool,
    bfloat16: bool = False,
) -> Finish:
    """Fit calibration and foreign score.

    Args:
        network: trained.
        pixels: uint8 `(n, 28, 28)`.
        labels: uint8 `(n,)`.
        places: int64, of the pictures that were trained on.
        kept_back: int64, of those that were not; if there are none, others stand in for them that
            the score is not fitted to.
        calibrate: whether to fit the probabilities; needs pictures that were kept back.
        bfloat16: look at the pictures with 8 bits of mantissa, as the training did.
    """
    chance = torch.Generator().manual_seed(0)
    mixed = places[torch.randperm(len(places), generator=chance).to(places.device)]
    known, fresh = mixed[:_FITTED], kept_back
    if not len(fresh):
        fresh = mixed[_FITTED:][:_FRESH] if len(mixed) > _FITTED else mixed
    seen, unseen = (
        network.features_at_rest(pixels[some], bfloat16=bfloat16) for some in (known, fresh)
    )
    logits, actual = network.head(unseen), labels[fresh].long()
    calibration = fit_calibration(logits, actual) if calibrate else None
    score = fit_foreign_score(seen, labels[known].long())
    return Finish(calibration, score, score.threshold(unseen), len(fresh))
