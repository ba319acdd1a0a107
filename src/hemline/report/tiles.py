"""Pictures of the data for the page, each with what was predicted and what it is."""

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hemline.pixels import Pixels
from hemline.report.examined import Examined

_WHOLE, _LARGEST = 64, 112  # pixels an edge: up to where pixels stay as they are; and of any tile


@dataclass(frozen=True)
class Answer:
    """One test picture and the answer to it.

    Attributes:
        place: in the test part, counted from 0.
        source: the picture, as a data URI.
        predicted, actual: names of the classes.
        probability: of the class predicted.
        right: whether it is the actual one.
    """

    place: int
    source: str
    predicted: str
    actual: str
    probability: float
    right: bool


def answers(run: Examined, places: Iterable[int]) -> list[Answer]:
    """The answers of `run` to the test pictures at `places`."""
    test, predicted, classes = run.dataset.test, run.predicted, run.dataset.classes
    return [
        Answer(
            int(place),
            picture_uri(test.pixels[place]),
            classes[predicted[place]],
            classes[test.labels[place]],
            float(run.probabilities[place].max()),
            bool(run.right[place]),
        )
        for place in places
    ]


def some_places(labels: NDArray[np.integer], count: int) -> list[int]:
    """Places of the first pictures; spread over the part where it is sorted by class."""
    count = min(count, len(labels))
    is_sorted = bool((labels[:-1] <= labels[1:]).all())
    last = len(labels) - 1 if is_sorted else count - 1
    return [int(place) for place in np.linspace(0, last, count).round()]


def picture_uri(picture: Pixels) -> str:
    """A picture as a data URI: pixel for pixel, or a smaller one of a large picture."""
    image, buffer = Image.fromarray(picture), io.BytesIO()
    if max(image.size) <= _WHOLE:
        image.save(buffer, "PNG", optimize=True)
        return _uri("png", buffer)
    image.thumbnail((_LARGEST, _LARGEST), Image.Resampling.LANCZOS)
    image.save(buffer, "JPEG", quality=85)
    return _uri("jpeg", buffer)


def _uri(kind: str, buffer: io.BytesIO) -> str:
    return f"data:image/{kind};base64," + base64.b64encode(buffer.getvalue()).decode()
