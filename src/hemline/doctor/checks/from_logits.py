"""A softmax output trained with a from-logits loss."""

import numpy as np

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding, chance
from hemline.doctor.measures.statistics import (
    ALPHA,
    fit_temperature,
    fitted_losses,
    mean_above_zero,
)
from hemline.doctor.replies.answers import PROBABILITIES

_TOO_SURE = 2.0  # as a temperature; without it there is nothing to explain
_WORTH = 0.02  # of the loss: of a network with its right loss the sign is the other one
_LEARNED = 0.5  # of the answers right: of who has learned less there is no telling how
_GIVEN_UP, _SURE = 0.02, 0.8  # share of a class that is still named, confidence beside it
_TRAINED_SURE = 1.7  # as a temperature on training pictures: cross-entropy leaves 0.7 to 1.1
_OTHERWISE = 5.5  # beyond it, it is no softmax: densities that were multiplied, say
_ALIKE = 0.9  # of the temperature on test pictures: over-training leaves less of it in training
_PICTURES = 400  # of the training part
_ENOUGH = 50  # pictures of a class, of which so small a share can be told


class FromLogits(Check):
    """Did the loss know that the outputs are probabilities?"""

    name = "from-logits-loss"
    question = "Did the loss in training take the outputs for what they are?"
    well = "a loss that fits the outputs"
    alike = (
        "a temperature between 1.7 and 5.5 that was left in behind the training; over-training on "
        "other pictures than the training part given"
    )

    def applies(self, case: Case) -> bool:
        """To soft probabilities with the labels in order."""
        answers = case.working
        return answers.form == PROBABILITIES and not (answers.decided or answers.voted)

    def examine(self, case: Case) -> Finding | None:
        """By the loss that is stated, a class given up, or what the answers are like."""
        return (
            self._stated(case)
            or self._given_up(case)
            or self._fitted(case)
            or self._sure_in_training(case)
        )

    def _stated(self, case: Case) -> Finding | None:
        names = ("loss", "train_loss", "validation_loss", "test_loss")
        said = [case.reported[name] for name in names if name in case.reported]
        right = float(case.right(case.best, case.confirm).mean())
        # Guessing costs ln k; who is right this often has a far smaller loss.
        bound = float(np.log(case.k)) * (1 - right) + 0.5
        floor = float(np.log(np.e + case.k - 1) - 1)  # the least that such a loss can be
        if not said or min(said) < floor - 0.01 or min(said) < bound + 0.3:
            return None
        return self._finding(
            f"The loss stated is {min(said):.3f}, though {100 * right:.0f} % are right: a loss "
            f"that takes probabilities for logits never falls below {floor:.3f}.",
            loss=min(said),
        )

    def _given_up(self, case: Case) -> Finding | None:
        """Such a loss is bounded, so that a class can be given up at small cost, with confidence.

        The right loss is not: whoever is sure of another class each time pays without limit.
        """
        answers, actual = case.working, case.own_labels[case.confirm.actual]
        if answers.logs is None:
            return None
        known = float((answers.labels == actual).mean())
        counts = np.bincount(actual, minlength=case.k)
        named = np.bincount(answers.labels, minlength=len(counts))[: len(counts)]
        given = np.where(counts >= _ENOUGH, named / np.maximum(counts, 1), np.inf)
        least = int(given.argmin())
        name = case.classes[int(case.renaming[least])]
        top = np.exp(answers.logs.max(axis=1))[actual == least]
        if given[least] > _GIVEN_UP or known < _LEARNED or not len(top) or top.mean() < _SURE:
            return None
        if not given_up_by_loss(case, least):
            return None  # a class that was never there is no matter of the loss
        return self._finding(
            f"{name} is named for {int(given[least] * len(top))} of {len(top):,}, and "
            f"another class for its pictures with {100 * top.mean():.0f} % on average: no loss "
            "that takes probabilities for what they are allows that.",
            given=float(given[least]),
            confidence=float(top.mean()),
        )

    def _fitted(self, case: Case) -> Finding | None:
        """Such a training makes `p` itself play the part of the logits.

        Then `softmax(k p)` predicts better than `p` under any temperature (paired, each half with
        the temperature of the other; Vuong, 1989). Of a network with its right loss, whatever its
        training, it predicts clearly worse.
        """
        logs, actual = case.working.logs, case.own_labels[case.confirm.actual]
        learned = float((case.working.labels == actual).mean()) > _LEARNED
        if logs is None or len(actual) < 400 or not learned:
            return None
        never = np.isin(actual, list(set(actual.tolist()) - set(case.working.labels.tolist())))
        logs, actual = logs[~never], actual[~never]  # who never saw a class is too sure of others
        values = np.exp(logs)
        losses = [fitted_losses(scores, actual) for scores in (logs, values)]
        gain = losses[0] - losses[1]
        p_value = mean_above_zero(gain)
        sure = float((values.max(axis=1) > 0.999).mean())
        enough = float(gain.mean()) >= _WORTH * float(losses[0].mean())
        if p_value >= ALPHA or not enough or fit_temperature(logs, actual) < _TOO_SURE:
            return None
        return self._finding(
            f"{100 * sure:.0f} % of the answers are given with 99.9 % or more; the probabilities "
            f"themselves serve better as logits than their logarithms do (loss "
            f"{losses[1].mean():.2f} for {losses[0].mean():.2f} at the best temperature of each, "
            f"{chance(p_value)}).",
            p_value=p_value,
        )

    def _sure_in_training(self, case: Case) -> Finding | None:
        """Cross-entropy sets the confidence on its own training pictures right by itself.

        Who is too sure of these, and hardly less so than of others, was trained with another loss;
        over-training leaves a confidence that suits the training pictures alone.
        """
        never = list(set(range(case.k)) - set(case.working.labels.tolist()))
        factors = too_sure_in_training(case, never)
        if factors is None:
            return None
        known, other = factors
        return self._finding(
            f"The answers are too sure by a factor of {other:.1f}, and of training pictures by "
            f"{known:.1f}, which a loss that takes them for probabilities does not leave. (A "
            "temperature that was left in behind the training would look the same.)",
            temperature_in_training=known,
            temperature=other,
        )

    def _finding(self, evidence: str, **figures: float) -> Finding:
        return self.finding(
            evidence,
            0.5,
            "The network ends with a softmax, and its loss applied another.",
            "SparseCategoricalCrossentropy(from_logits=False)  # or leave the softmax out",
            **figures,
        )


def too_sure_in_training(
    case: Case, without: list[int], most: float = _OTHERWISE
) -> tuple[float, float] | None:
    """The temperatures of training and test pictures, where no loss of cross-entropy left them.

    Args:
        case: where there is no training part, there is no telling.
        without: labels whose pictures are left out.
        most: the temperature from which something else is likelier.
    """
    if case.train is None:
        return None
    found = []
    for sample in (case.train, case.confirm):
        answers = case.answers(case.best, sample)
        actual = case.own_labels[sample.actual]
        kept = ~np.isin(actual, without)
        if answers.logs is None or kept.sum() < _PICTURES:
            return None
        if (answers.labels == actual)[kept].mean() < min(_LEARNED, case.good):
            return None
        found.append(fit_temperature(answers.logs[kept], actual[kept]))
    known, other = found
    fits = min(known, other) > _TRAINED_SURE and known < most and known > _ALIKE * other
    return (known, other) if fits else None


def given_up_by_loss(case: Case, given: int) -> bool:
    """Whether the loss gave up the class of a label, rather than that nobody showed it.

    Then the other classes are answered with far too much confidence, too, even in training.
    """
    logs, actual = case.working.logs, case.own_labels[case.confirm.actual]
    if logs is None or case.train is not None:
        return too_sure_in_training(case, [given], 100.0) is not None
    logs, actual = logs[actual != given], actual[actual != given]
    if fit_temperature(logs, actual) < _TOO_SURE:
        return False
    losses = [fitted_losses(scores, actual).mean() for scores in (logs, np.exp(logs))]
    return bool(losses[0] > losses[1])
