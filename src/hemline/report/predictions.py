"""Predictions as a CSV file that grows by whole lines, and that a later run can continue."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from hemline.errors import HemlineError
from hemline.files import write_whole

_ANSWER = ("place", "class", "label", "probability", "none_of_these", "ood_score")
_FIXED = ("file", *_ANSWER, "error", "model")
_PLACE, _ERROR, _MODEL = (_FIXED.index(name) for name in ("place", "error", "model"))

Line = Sequence[object]


class PredictionFile:
    """A CSV file of predictions by one model: one line a picture, bad files with their error.

    Attributes:
        columns: of the table; those of the classes come last, in the order of the labels.
        done: files that need not be read again.
        bad: those of them that could not be read.
    """

    def __init__(self, path: Path, model: str, classes: Sequence[str]) -> None:
        """Continue the file at `path`, or begin it.

        Args:
            path: of the file.
            model: what tells the model from others.
            classes: names, in the order of the labels.

        Raises:
            HemlineError: the file is no table of predictions, or was made with another model.
            OSError: it cannot be read or written.
        """
        self._model = model
        taken = [f"{name} (class)" if name in _FIXED else name for name in classes]
        self.columns = [*_FIXED, *taken]
        lines = self._read(path) if path.exists() and path.stat().st_size else []
        self.done = {line[0] for line in lines}
        self.bad = {line[0] for line in lines if line[_ERROR]}
        write_whole(path, _text([self.columns, *lines]))
        self._stream = path.open("ab", buffering=0)

    def add(self, file: str, pictures: Iterable[Line], error: str = "") -> None:
        """Write the lines of one file, all at once.

        Args:
            file: its path, as it was given.
            pictures: for each picture in it place, class, label, probability, whether it is none
                of the classes, out-of-distribution score, and the probabilities of all.
            error: why there are none.
        """
        count = len(_ANSWER)
        lines = [[file, *line[:count], "", self._model, *line[count:]] for line in pictures]
        if error:
            no_shares = [""] * (len(self.columns) - len(_FIXED))
            lines = [[file, *[""] * count, error, self._model, *no_shares]]
            self.bad.add(file)
        self.done.add(file)
        # One call for whole lines: a kill leaves all of them or, at the worst, a last line that
        # the next run drops.
        self._stream.write(_text(lines))

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def _read(self, path: Path) -> list[list[str]]:
        """Its lines, without a last one that was cut short."""
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        header, *lines = list(csv.reader(io.StringIO(_whole_lines(text), newline=""))) or [[]]
        if header != self.columns or any(len(line) != len(header) for line in lines):
            raise HemlineError(
                f"Expected a table that hemline predict has begun, received {path} that is "
                "another; choose another path."
            )
        if any(line[_MODEL] != self._model for line in lines):
            raise HemlineError(
                f"Expected a table made with the same model, received {path} made with another; "
                "choose another path, or delete it."
            )
        if lines and lines[-1][_PLACE]:  # of a file of many pictures some may be missing
            lines = [line for line in lines if line[0] != lines[-1][0]]
        return lines


def _whole_lines(text: str) -> str:
    """`text` up to the end of its last whole line; quoted cells may hold line ends."""
    start = end = quotes = 0
    while (stop := text.find("\n", start) + 1) > 0:
        quotes += text.count('"', start, stop)
        start = stop
        if quotes % 2 == 0:
            end = stop
    return text[:end]


def _text(lines: Iterable[Line]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(lines)
    # Names of files may hold bytes that are no UTF-8: they come back as they were.
    return buffer.getvalue().encode("utf-8", "surrogateescape")
