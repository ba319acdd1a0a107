"""No trained layers: the answers know nothing of the classes."""

from dataclasses import replace

import numpy as np

from hemline.doctor.asking import probe_size
from hemline.doctor.case import Case
from hemline.doctor.checks.answer_count import follows_input, sides
from hemline.doctor.checks.base import CERTAIN, Check, Finding, share
from hemline.doctor.measures.digits import digit_accuracy
from hemline.doctor.measures.statistics import at_least

_SURE = 1e-4  # p-value of digits that are recognised: it is one more question, seldom asked
_MEND = "prediction_model = Sequential([trained_model, Softmax()])  # the trained layers first"


class OutputFollowsInput(Check):
    """Is there a layer between pictures and answers at all?"""

    name = "no-trained-layers"
    question = "Do the answers have the shape of the classes, not that of the pictures?"
    well = "trained layers"
    ends = True

    def applies(self, case: Case) -> bool:
        """Where no answer could be read, or there are as many values as pixels."""
        return case.reading.fault is not None or case.reading.classes in sides(case)

    def examine(self, case: Case) -> Finding | None:
        """By the shape of what comes back."""
        fault = case.reading.fault
        if fault is None:
            shape: tuple[int, ...] | None = (probe_size(case.target), case.reading.classes or 0)
        elif not follows_input(fault.shape, case):
            return None
        else:
            shape = fault.shape
        return self.finding(
            f"In went {case.reading.form}; back came shape {shape}: the output has the shape of "
            f"the picture, not of {case.k} classes.",
            1.0,
            "The prediction model holds an activation (a softmax, say) but not the trained layers.",
            _MEND,
            shape=list(shape or ()),
        )


class NoTrainedLayers(Check):
    """Do the answers know more of the classes than a network without training?"""

    name = "no-trained-layers"
    question = "Do the answers know more of the classes than those of untrained networks?"
    well = "trained layers"
    alike = (
        "a last layer made anew behind thousands of features; statistics of batch norm that were "
        "not loaded; a model of other classes; pictures torn up by a slip that has no name here"
    )
    ends = True
    symptom = True

    def examine(self, case: Case) -> Finding | None:
        """Against the best of many random networks with freely renamed outputs."""
        if case.trained:
            return None
        right, n = case.counted
        reach = case.reach.renamed
        evidence = (
            f"{share(right, n)}; in no form, and under no names of the labels, clearly more than "
            f"the {100 * reach:.0f} % that networks without any training reach. No other scale, "
            "inversion, symmetry or order of the labels restores the answers."
        )
        digits, p_value = digit_accuracy(case)
        if p_value < _SURE:
            found = self.finding(
                f"{evidence} Of drawn digits it recognises {100 * digits:.0f} %.",
                1.0,
                "The model was trained on the digits of MNIST.",
                f"Train on {case.material.name}: the files of several sets have MNIST's names.",
                reach=reach,
                digits=digits,
            )
            return replace(found, certainty=CERTAIN, runner_up="")
        chance = at_least(right, n, float(np.bincount(case.confirm.actual).max()) / n)
        return self.finding(
            evidence,
            1.0,
            "The weights in use are not trained ones, or not for these classes: layers were made "
            "anew, weights never loaded, labels shuffled in training.",
            f"{_MEND}; or load the weights: model.load_state_dict(...), model.load_weights(...).",
            reach=reach,
            p_better_than_chance=chance,
            labels_given=_counts(case.received.labels.clip(0, case.k - 1), case.k),
        )


def _counts(labels: np.ndarray, k: int) -> list[int]:
    return [int(count) for count in np.bincount(labels, minlength=k)]
