"""A Python callable as a target, in this process."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.forms import InputForm, layouts_of
from hemline.doctor.targets.base import (
    ONE_BY_ONE,
    RefusedError,
    Target,
    copy_of,
    promises_probabilities,
)
from hemline.doctor.unpacking import as_array
from hemline.pixels import Form

TENSOR = "as a PyTorch tensor"


class FunctionTarget(Target):
    """Pictures in, whatever comes out.

    Args:
        predict: the callable.
        name: for people; left out, the callable's own.
    """

    kind = "callable"

    def __init__(self, predict: Callable[[Any], Any], name: str = "") -> None:
        super().__init__()
        self._predict = predict
        own = getattr(predict, "__qualname__", None) or type(predict).__name__
        self.name = name or str(own)
        self.promises_probabilities = promises_probabilities(self.name.rpartition(":")[2])

    def forms(self) -> Iterator[InputForm]:
        """Raw pixels first; if those are refused, it has another contract of its own."""
        yield from callable_forms(self.pictures, "torch" in sys.modules)

    def answer(self, batch: NDArray[Any], way: str) -> Any:
        """What the callable returns."""
        try:
            if way == ONE_BY_ONE:
                parts = [self._array(self._predict(copy_of(picture)), 1) for picture in batch]
                return np.stack([part[0] if part.shape[:1] == (1,) else part for part in parts])
            return self._array(self._predict(_handed_over(batch, way)), len(batch))
        except (Exception, SystemExit) as error:
            raise RefusedError(first_line(error)) from error

    def _array(self, raw: Any, n: int) -> NDArray[Any]:
        return as_array(raw, n, self.vocabulary)


def callable_forms(pictures: Form, with_torch: bool) -> Iterator[InputForm]:
    """The forms in which a callable may want such pictures."""
    ways = ["array", *([TENSOR] if with_torch else [])]
    plain = [layout for layout in layouts_of(pictures) if layout.is_plain]
    rest = [layout for layout in layouts_of(pictures) if not layout.is_plain]
    for way in ways:
        yield InputForm(plain[0], way=way)
    for layouts in (plain, rest):
        for dtype in ("float32", "uint8", "float64"):
            yield from (InputForm(layout, dtype, way=way) for way in ways for layout in layouts)
    for dtype in ("uint8", "float32"):
        yield from (InputForm(layout, dtype, way=ONE_BY_ONE) for layout in plain)


def _handed_over(batch: NDArray[Any], way: str) -> Any:
    if way == TENSOR:  # not imported: a callable that wants tensors has done so
        return sys.modules["torch"].from_numpy(copy_of(batch))
    return copy_of(batch)


def first_line(error: BaseException) -> str:
    """An error in one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else "no reason given"
    return f"{type(error).__name__}: {text[:160]}"
