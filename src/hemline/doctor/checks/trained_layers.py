"""No trained layers: the answers know nothing of garments."""

import numpy as np

from hemline.doctor.case import Case
from hemline.doctor.checks.answer_count import follows_input
from hemline.doctor.checks.base import Check, Finding, share
from hemline.doctor.digits import digit_accuracy
from hemline.doctor.statistics import ALPHA, at_least

_MEND = "prediction_model = Sequential([trained_model, Softmax()])  # the trained layers first"


class OutputFollowsInput(Check):
    """Is there a layer between pictures and answers at all?"""

    name = "no-trained-layers"
    question = "Do the answers have the shape of the classes, not that of the pictures?"
    ends = True

    def applies(self, case: Case) -> bool:
        """Where no answer could be read, or there are as many values as pixels."""
        return case.reading.fault is not None or _classes(case) in {28, 784}

    def examine(self, case: Case) -> Finding | None:
        """By the shape of what comes back."""
        fault = case.reading.fault
        if fault is None:
            shape: tuple[int, ...] | None = (len(case.search), _classes(case) or 0)
        elif not follows_input(fault.shape):
            return None
        else:
            shape = fault.shape
        return self.finding(
            f"In went {case.reading.form}; back came shape {shape}: the output has the shape of "
            "the picture, not of ten classes.",
            1.0,
            "The prediction model holds an activation (a softmax, say) but not the trained layers.",
            _MEND,
            shape=list(shape or ()),
        )


class NoTrainedLayers(Check):
    """Do the answers know more of garments than a network without training?"""

    name = "no-trained-layers"
    question = "Do the answers know more of garments than those of untrained networks?"
    ends = True
    symptom = True

    def examine(self, case: Case) -> Finding | None:
        """Against the best of many random networks with freely renamed outputs."""
        if case.trained:
            return None
        right, n = case.counted
        reach = case.reach
        evidence = (
            f"{share(right, n)}; in no form, and under no names of the labels, clearly more than "
            f"the {100 * reach:.0f} % that networks without any training reach."
        )
        digits, p_value = digit_accuracy(case)
        if p_value < ALPHA / 10:
            return self.finding(
                f"{evidence} Of drawn digits it recognises {100 * digits:.0f} %.",
                1.0,
                "The model was trained on the digits of MNIST.",
                "Train on Fashion-MNIST: the files of both have the same names.",
                reach=reach,
                digits=digits,
            )
        chance = at_least(right, n, 0.1)
        return self.finding(
            evidence,
            1.0,
            "The weights in use are not trained ones: the layers were made anew, the weights were "
            "never loaded, or the labels of the training were shuffled.",
            f"{_MEND}; or load the weights: model.load_state_dict(...), model.load_weights(...).",
            reach=reach,
            p_better_than_chance=chance,
            labels_given=np.bincount(case.received.labels.clip(0, 9), minlength=10).tolist(),
        )


def _classes(case: Case) -> int | None:
    return case.answers(case.contract, case.search).classes
