"""Predictions as a CSV file that grows by whole lines, and that a later run can continue."""

import contextlib
import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from io import FileIO
from pathlib import Path

from hemline.errors import HemlineError
from hemline.files import lock, takes_a_stream, whole_file
from hemline.report.tables import ANSWER, Line, bare, columns_of, csv_text, harmless

_FIXED = ("file", "place", "garments", *ANSWER, "error", "model")
_PLACE, _ERROR, _MODEL = (_FIXED.index(name) for name in ("place", "error", "model"))


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
        self.columns = columns_of(_FIXED, classes)
        if takes_a_stream(path):
            lines: list[list[str]] = []
            self._stream = path.open("wb", buffering=0)
            self._stream.write(csv_text([self.columns]))
        else:
            self._stream, lines = self._continued(path.resolve())
        self.done = {line[0] for line in lines}
        self.bad = {line[0] for line in lines if line[_ERROR]}

    def add(self, file: str, pictures: Iterable[Line], error: str = "") -> None:
        """Write the lines of one file, all at once.

        Args:
            file: its path, as it was given.
            pictures: for each picture in it its place, the garments where it shows several, and
                its line of `answer_lines`.
            error: why there are none.
        """
        count = 2 + len(ANSWER)
        lines = [[file, *line[:count], "", self._model, *line[count:]] for line in pictures]
        if error:
            no_shares = [""] * (len(self.columns) - len(_FIXED))
            lines = [[file, *[""] * count, error, self._model, *no_shares]]
            self.bad.add(file)
        self.done.add(file)
        # One call for whole lines: a kill leaves all of them or, at the worst, a last line that
        # the next run drops.
        self._append(csv_text(lines))

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
            temporary.write_bytes(csv_text([self.columns, *lines]))
            stream = temporary.open("ab", buffering=0)
            _lock(stream.fileno(), path)  # before it has its name: nobody can be quicker
        return stream, lines

    def _read(self, path: Path) -> list[list[str]]:
        """Its lines, without those that were cut short."""
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        header, *lines = list(csv.reader(io.StringIO(_whole_lines(text), newline=""))) or [[]]
        lines = [[bare(cell) for cell in line] for line in lines]
        lines = [line for line in lines if len(line) == len(header)]  # torn by a full disk
        if header != [harmless(column) for column in self.columns]:
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
