"""A softmax output trained with a from-logits loss."""

import numpy as np

from hemline.doctor.answers import PROBABILITIES, Scores, log_sum
from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding, chance
from hemline.doctor.statistics import ALPHA, fit_temperature, mean_above_zero

_FLOOR = float(np.log(np.e + 9) - 1)  # the least that such a loss can be: 1.461


class FromLogits(Check):
    """Did the loss know that the outputs are probabilities?"""

    name = "from-logits-loss"
    question = "Did the loss in training take the outputs for what they are?"

    def applies(self, case: Case) -> bool:
        """To soft probabilities with the labels in order."""
        answers = case.working
        return answers.form == PROBABILITIES and not (answers.decided or answers.voted)

    def examine(self, case: Case) -> Finding | None:
        """By the loss that is stated, else by which family of outputs the answers fit."""
        return self._stated(case) or self._fitted(case)

    def _stated(self, case: Case) -> Finding | None:
        names = ("loss", "train_loss", "validation_loss", "test_loss")
        said = [case.reported[name] for name in names if name in case.reported]
        right = float(case.right(case.best, case.confirm).mean())
        # Guessing among ten costs 2.303; who is right this often has a far smaller loss.
        bound = 2.302585 * (1 - right) + 0.5
        if not said or min(said) < _FLOOR - 0.01 or min(said) < bound + 0.3:
            return None
        return self._finding(
            f"The loss stated is {min(said):.3f}, though {100 * right:.0f} % are right: a loss "
            f"that takes probabilities for logits never falls below {_FLOOR:.3f}.",
            loss=min(said),
        )

    def _fitted(self, case: Case) -> Finding | None:
        """Such a training makes `p` itself play the part of the logits.

        Then `softmax(k p)` predicts better than `p` under any temperature (paired, on the half on
        which neither was fitted; Vuong, 1989).
        """
        logs, actual = case.working.logs, case.confirm.actual
        if logs is None or len(actual) < 400:
            return None
        half = len(actual) // 2
        values = np.exp(logs)
        losses = [_fitted_losses(scores, actual, half) for scores in (logs, values)]
        gain = losses[0] - losses[1]
        p_value = mean_above_zero(gain)
        sure = float((values.max(axis=1) > 0.999).mean())
        if p_value >= ALPHA or float(gain.mean()) < 0.1 * float(losses[0].mean()):
            return None
        return self._finding(
            f"{100 * sure:.0f} % of the answers are given with 99.9 % or more; the probabilities "
            f"themselves serve better as logits than their logarithms do (loss "
            f"{losses[1].mean():.2f} for {losses[0].mean():.2f} at the best temperature of each, "
            f"{chance(p_value)}).",
            p_value=p_value,
        )

    def _finding(self, evidence: str, **figures: float) -> Finding:
        return self.finding(
            evidence,
            0.5,
            "The network ends with a softmax, and its loss applied another.",
            "SparseCategoricalCrossentropy(from_logits=False)  # or leave the softmax out",
            **figures,
        )


def _fitted_losses(scores: Scores, actual: np.ndarray, half: int) -> np.ndarray:
    """Losses on the second half under the temperature that fits the first best."""
    scaled = scores[half:] / fit_temperature(scores[:half], actual[:half])
    rows = np.arange(len(scaled))
    losses: np.ndarray = log_sum(scaled)[:, 0] - scaled[rows, actual[half:]]
    return losses
