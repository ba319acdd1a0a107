"""Pictures of the data for the page, each with what was predicted and what it is."""

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image

from hemline.labels import CLASSES
from hemline.pixels import Pixels
from hemline.report.examined import Examined


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
    test, predicted = run.dataset.test, run.predicted
    return [
        Answer(
            int(place),
            png_uri(test.pixels[place]),
            CLASSES[predicted[place]],
            CLASSES[test.labels[place]],
            float(run.probabilities[place].max()),
            bool(run.right[place]),
        )
        for place in places
    ]


def png_uri(picture: Pixels) -> str:
    """A picture as a data URI."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
