"""Predictions as a CSV file that grows by whole lines, and that a later run can continue."""

import contextlib
import csv
import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from io import FileIO
from pathlib import Path
from typing import Any

from hemline.errors import HemlineError
from hemline.files import lock, takes_a_stream, whole_file

_ANSWER = ("place", "class", "label", "probability", "none_of_these", "ood_score")
_FIXED = ("file", *_ANSWER, "error", "model")
_PLACE, _ERROR, _MODEL = (_FIXED.index(name) for name in ("place", "error", "model"))
# With which a spreadsheet's formulas begin (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?[0-9.]+(e[+-]?[0-9]+)?")

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
        if takes_a_stream(path):
            lines: list[list[str]] = []
            self._stream = path.open("wb", buffering=0)
            self._stream.write(_text([self.columns]))
        else:
            self._stream, lines = self._continued(path.resolve())
        self.done = {line[0] for line in lines}
        self.bad = {line[0] for line in lines if line[_ERROR]}

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
        self._append(_text(lines))

    def _append(self, text: bytes) -> None:
        """All of the text, or nothing of it where a disk is full."""
        end = self._stream.tell() if self._stream.seekable() else None
        try:
            written = self._stream.write(text)
            if written is not None and written < len(text):
                self._stream.write(text[written:])  # which says what is wrong
        except OSError:
            if end is not None:  # a pipe cannot take anything back
                self._stream.truncate(end)
            raise

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def _continued(self, path: Path) -> tuple[FileIO, list[list[str]]]:
        """The file without what was cut short, open at its end and locked, and its lines."""
        with _claimed(path), whole_file(path) as temporary:
            lines = self._read(path) if path.stat().st_size else []
            temporary.write_bytes(_text([self.columns, *lines]))
            stream = temporary.open("ab", buffering=0)
            _lock(stream.fileno(), path)  # before it has its name: nobody can be quicker
        return stream, lines

    def _read(self, path: Path) -> list[list[str]]:
        """Its lines, without those that were cut short."""
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        header, *lines = list(csv.reader(io.StringIO(_whole_lines(text), newline=""))) or [[]]
        lines = [[_bare(cell) for cell in line] for line in lines]
        lines = [line for line in lines if len(line) == len(header)]  # torn by a full disk
        if header != [_harmless(column) for column in self.columns]:
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


@contextlib.contextmanager
def _claimed(path: Path) -> Iterator[None]:
    """Nobody else begins or continues the file meanwhile; one that was not there may be empty."""
    new = not path.exists()
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o666)
    try:
        _lock(descriptor, path)
        if not os.path.samestat(os.fstat(descriptor), path.stat()):  # replaced in between
            raise _busy(path)
        try:
            yield
        except BaseException:
            if new:
                path.unlink(missing_ok=True)
            raise
    finally:
        os.close(descriptor)


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
    for line in lines:
        cells = [_harmless(cell) if isinstance(cell, str) else cell for cell in line]
        # A carriage return ends a line as well, and not every Python quotes it.
        torn = any(isinstance(cell, str) and "\r" in cell for cell in cells)
        options: dict[str, Any] = {"quoting": csv.QUOTE_ALL} if torn else {}
        csv.writer(buffer, lineterminator="\n", **options).writerow(cells)
    # Names of files may hold bytes that are no UTF-8: they come back as they were.
    return buffer.getvalue().encode("utf-8", "surrogateescape")


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: with one more apostrophe in front."""
    return f"'{cell}" if _is_formula(cell) else cell


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _is_formula(cell) else cell


def _is_formula(cell: str) -> bool:
    """Whether a cell would be one, but for the apostrophes that it may have."""
    inner = cell.lstrip("'")
    return inner.startswith(_FORMULA) and not _NUMBER.fullmatch(inner)


def _lock(descriptor: int, path: Path) -> None:
    try:
        lock(descriptor)
    except OSError as error:
        raise _busy(path) from error


def _busy(path: Path) -> HemlineError:
    return HemlineError(
        f"Expected a table that nobody else is writing, received {path}, which another process "
        "has open; wait for it, or choose another path."
    )
