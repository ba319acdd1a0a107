"""What every target can do: say what it may want, and answer."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.inputs.forms import InputForm
from hemline.doctor.inputs.picture_files import png_files
from hemline.doctor.replies.vocabulary import Vocabulary
from hemline.pixels import Form


class RefusedError(Exception):
    """The target said no to this input; another form may do."""


class Target(ABC):
    """Something that answers to pictures.

    Attributes:
        name: for people.
        kind: what it is, in a word or two.
        promises_pixels: whether it says of itself that it takes pixels 0..255.
        promises_probabilities: whether it says of itself that it gives probabilities.
        fixed_batch: the only number of pictures that it takes at once, if there is one.
        at_most: how many pictures it is asked about at once; None until more were refused.
        facts: what it says of itself beyond that.
        pictures: the form of those that it is shown; known once they have met.
        vocabulary: what it may call the classes; likewise.
    """

    name: str
    kind: str
    promises_pixels = False
    promises_probabilities = False
    fixed_batch: int | None = None
    at_most: int | None = None
    pictures: Form
    vocabulary: Vocabulary

    def __init__(self) -> None:
        self.facts: dict[str, Any] = {}

    def meet(self, pictures: Form, vocabulary: Vocabulary) -> None:
        """Be told what is coming, before the first question.

        Raises:
            TargetError: it does not take such pictures, by what it says of itself.
        """
        self.pictures, self.vocabulary = pictures, vocabulary

    @abstractmethod
    def forms(self) -> Iterator[InputForm]:
        """The forms worth trying, the likeliest first."""

    def resized_forms(self, edges: Sequence[int]) -> Iterator[InputForm]:  # noqa: ARG002
        """Further forms, for pictures brought to such edges; none where a target has said all."""
        yield from ()

    @abstractmethod
    def answer(self, batch: NDArray[Any], way: str) -> Any:
        """What it gives for a batch.

        Raises:
            RefusedError: it does not take such a batch.
            TargetError: it is gone, or does not come back.
        """

    def answer_files(self, files: Sequence[bytes], way: str) -> Any:  # noqa: ARG002
        """What it gives for picture files, in a way that takes such.

        Raises:
            RefusedError: it does not take them.
            TargetError: it is gone, or does not come back.
        """
        raise RefusedError("it takes arrays, not files")

    def close(self) -> None:
        """Let go of processes and connections."""
        return


def probability_output(names: list[str]) -> tuple[str, bool]:
    """The output to look at, and whether its name promises probabilities."""
    promising = [name for name in names if promises_probabilities(name)]
    return (promising or names)[0], bool(promising)


def promises_probabilities(name: str) -> bool:
    """Whether something of this name gives probabilities, and not their logarithms."""
    said = name.lower()
    return ("prob" in said or "softmax" in said) and "log" not in said


def copy_of(batch: NDArray[Any]) -> NDArray[Any]:
    """A copy: a pipeline may change what it is given."""
    return np.array(batch, copy=True)


def as_files(batch: NDArray[Any]) -> list[bytes]:
    """Whole pixels `(n, h, w)` or `(n, h, w, 3)` as lossless picture files.

    Raises:
        RefusedError: other numbers than files can hold.
    """
    if batch.dtype != np.uint8:
        raise RefusedError(f"files hold whole pixels, not {batch.dtype}")
    return png_files(batch)


def stacked(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Answers to one picture each as answers to all of them, `(n, ...)`."""
    return np.concatenate([as_row(part) for part in parts])


def as_row(part: NDArray[Any]) -> NDArray[Any]:
    """The answer to one picture with an axis for pictures, `(1, ...)`: some leave it out."""
    return part if part.shape[:1] == (1,) else part[None]


def in_batches(
    call: Callable[[NDArray[Any]], NDArray[Any]], batch: NDArray[Any], size: int | None
) -> NDArray[Any]:
    """Answers of something that takes exactly `size` pictures at once; the last part is filled."""
    if size is None:
        return call(batch)
    parts = []
    for place in range(0, len(batch), size):
        part = batch[place : place + size]
        full = np.concatenate([part, np.repeat(part[-1:], size - len(part), axis=0)])
        parts.append(call(full)[: len(part)])
    return np.concatenate(parts)
