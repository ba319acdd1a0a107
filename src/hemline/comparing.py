"""Whether what was made of a model file answers as the file does."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hemline.classifier import Classifier
from hemline.errors import ModelFileError
from hemline.pixels import Pixels, noise

_TOLERANCE = 1e-4  # of the largest logit, or of 1
_COMPARED = 64  # pictures


def difference(
    classifier: Classifier, answer: Callable[[Pixels], NDArray[np.float32]], made: str, form: str
) -> float:
    """The largest difference from the model file's logits.

    Args:
        classifier: the model file.
        answer: logits `(n, classes)` of pictures in the model's form.
        made: what was made, for the error.
        form: what the network then has none of.

    Raises:
        ModelFileError: it is more than rounding.
    """
    pixels = noise(classifier.form, _COMPARED)
    expected = classifier.logits(pixels)
    farthest = float(np.abs(answer(pixels) - expected).max())
    if not farthest <= _TOLERANCE * max(1.0, float(np.abs(expected).max())):
        raise ModelFileError(
            f"Expected {made} with the logits of {classifier.path}, received logits that differ "
            f"by {farthest:.2g}; this network has no {form}."
        )
    return farthest
