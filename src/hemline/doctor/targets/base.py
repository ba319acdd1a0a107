"""What every target can do: say what it may want, and answer."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.forms import InputForm, Layout, layouts_of
from hemline.doctor.vocabulary import Vocabulary
from hemline.errors import TargetError
from hemline.pixels import Form

ONE_BY_ONE = "one picture at a time"
_MOST_AT_ONCE = 4096  # pictures that a model may want: all of them are made up for each answer


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
        facts: what it says of itself beyond that.
        pictures: the form of those that it is shown; known once they have met.
        vocabulary: what it may call the classes; likewise.
    """

    name: str
    kind: str
    promises_pixels = False
    promises_probabilities = False
    fixed_batch: int | None = None
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

    @abstractmethod
    def answer(self, batch: NDArray[Any], way: str) -> Any:
        """What it gives for a batch.

        Raises:
            RefusedError: it does not take such a batch.
            TargetError: it is gone, or does not come back.
        """

    def close(self) -> None:
        """Let go of processes and connections."""
        return


_DTYPES = {
    "tensor(uint8)": "uint8",
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(float16)": "float16",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
}


def declared_forms(name: str, dtype: str, shape: list[Any], pictures: Form) -> list[InputForm]:
    """The forms that a declared input leaves open to such pictures.

    Raises:
        TargetError: they do not fit.
    """
    kind = _DTYPES.get(dtype, dtype)
    if kind not in _DTYPES.values():
        raise TargetError(
            f"Expected an input of numbers, received {name} that wants {dtype}; "
            "examine the part of the pipeline that takes pictures."
        )
    ways = [(shape[1:], "array"), (shape, ONE_BY_ONE)] if shape else [(None, "array")]
    found = [
        InputForm(layout, dtype=kind, way=way)
        for wanted, way in ways
        for layout in layouts_of(pictures)
        if (layout.is_plain if wanted is None else _fits(wanted, layout))
    ]
    if not found:
        raise TargetError(
            f"Expected an input that takes pictures of {pictures}, received {name} that wants "
            f"shape {shape}; give it data of that size, or examine the pipeline with what comes "
            "before this model."
        )
    if found[0].way == "array" and shape and _at_once(shape[0]) > _MOST_AT_ONCE:
        raise TargetError(
            f"Expected a model that takes up to {_MOST_AT_ONCE:,} pictures at once, received "
            f"{name} that wants {shape[0]:,}; export it for any number of them."
        )
    return found


def _at_once(size: Any) -> int:
    """Pictures that a first axis asks for; 0 for any number, which files spell in several ways."""
    return size if isinstance(size, int) else 0


def _fits(wanted: list[Any], layout: Layout) -> bool:
    if len(wanted) != len(layout.shape):
        return False
    pairs = zip(wanted, layout.shape, strict=True)
    if any(isinstance(size, int) and size > 0 and size != mine for size, mine in pairs):
        return False
    known = any(isinstance(size, int) and size > 0 for size in wanted)
    return known or layout.order != "framed"  # frames are only for those that ask for them


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
