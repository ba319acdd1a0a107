"""A Python callable as a target, in this process."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.inputs.forms import InputForm
from hemline.doctor.inputs.ways import FILE_WAYS, is_single, is_tensor, takes_files
from hemline.doctor.replies.unpacking import as_array
from hemline.doctor.targets.base import (
    RefusedError,
    Target,
    as_files,
    copy_of,
    promises_probabilities,
    stacked,
)
from hemline.doctor.targets.callables import callable_forms, resized_forms
from hemline.doctor.targets.handing import handed_over


class FunctionTarget(Target):
    """Pictures in, whatever comes out.

    Args:
        predict: the callable.
        name: for people; left out, the callable's own.
        folder: where files are put that it is called with, each until it has answered; left out,
            one that goes away with the target.
    """

    kind = "callable"

    def __init__(
        self, predict: Callable[[Any], Any], name: str = "", folder: Path | None = None
    ) -> None:
        super().__init__()
        self._predict, self.folder = predict, folder
        self._own_folder: TemporaryDirectory[str] | None = None
        own = getattr(predict, "__qualname__", None) or type(predict).__name__
        self.name = name or str(own)
        self.promises_probabilities = promises_probabilities(self.name.rpartition(":")[2])

    def forms(self) -> Iterator[InputForm]:
        """Raw pixels first; if those are refused, it has another contract of its own."""
        yield from callable_forms(self.pictures, "torch" in sys.modules)

    def resized_forms(self, edges: Sequence[int]) -> Iterator[InputForm]:
        """Squares of such edges."""
        yield from resized_forms(edges, "torch" in sys.modules)

    def answer(self, batch: NDArray[Any], way: str) -> Any:
        """What the callable returns."""
        if takes_files(way):
            return self.answer_files(as_files(batch), way)
        return self._answers(_copies(batch, way), way)

    def answer_files(self, files: Sequence[bytes], way: str) -> Any:
        """What the callable returns for files."""
        with handed_over(files, FILE_WAYS[way].kind, self._place()) as shown:
            return self._answers(shown, way)

    def close(self) -> None:
        """Remove the folder for files."""
        if self._own_folder is not None:
            self._own_folder.cleanup()
            self._own_folder = self.folder = None

    def _answers(self, shown: Any, way: str) -> Any:
        try:
            if is_single(way):
                return stacked([self._array(self._predict(one), 1) for one in shown])
            return self._array(self._predict(shown), len(shown))
        except (Exception, SystemExit) as error:
            raise RefusedError(first_line(error)) from error

    def _array(self, raw: Any, n: int) -> NDArray[Any]:
        if isinstance(raw, dict) and any(promises_probabilities(str(key)) for key in raw):
            self.promises_probabilities = True
        return as_array(raw, n, self.vocabulary)

    def _place(self) -> Path:
        if self.folder is None:
            self._own_folder = TemporaryDirectory(prefix="hemline-")
            self.folder = Path(self._own_folder.name)
        return self.folder


def _copies(batch: NDArray[Any], way: str) -> Any:
    """The batch as an array or a tensor; or its pictures, each by itself."""
    shown: Any = copy_of(batch)
    if is_tensor(way):  # not imported: a callable that wants tensors has done so
        shown = sys.modules["torch"].from_numpy(shown)
    return [_alone(one) for one in shown] if is_single(way) else shown


def _alone(one: Any) -> Any:
    """A picture of a batch, no longer a part of it."""
    return one.clone() if hasattr(one, "clone") else np.array(one)


def first_line(error: BaseException) -> str:
    """An error in one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else "no reason given"
    return f"{type(error).__name__}: {text[:160]}"
