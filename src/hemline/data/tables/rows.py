"""The rows of a table of text, read in blocks of a few megabytes so that memory stays bounded."""

import contextlib
import csv
import itertools
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.data.arrays.admitting import refuse_scaled, to_bytes
from hemline.data.memory import require_memory
from hemline.data.tables.cells import is_number
from hemline.data.tables.columns import Columns
from hemline.data.tables.header import has_header, is_mangled
from hemline.data.tables.packed import unpacked
from hemline.data.tables.table import Cells, Table
from hemline.data.tables.text import Layout, opened_text, repaired, size_of, sniff
from hemline.errors import DataError, PixelsError
from hemline.pixels import Pixels

_BLOCK = 8_000_000  # characters that are parsed at once


class TextReader:
    """Reads a table of text; `read` is what a `Table` wants.

    Args:
        path: of the file.
        layout: how it is written.
        names: of the columns, as errors call them.
    """

    def __init__(self, path: Path, layout: Layout, names: Sequence[str]) -> None:
        self._path, self._layout, self._names = path, layout, names

    def read(self, columns: Columns) -> Cells:
        """Read some columns.

        Raises:
            DataError: no rows, rows of other widths, or cells that are no numbers where pixels
                are; the sentence names the line.
            PixelsError: numbers that are no pixels.
        """
        packed = 0 if columns.packed is None else round(self._layout.length / 2)
        self._require_memory(len(columns.pixels) or packed)
        runs = self._runs(columns.pixels)
        parsed = (self._parsed(lines, number, runs, columns) for lines, number in self._blocks())
        blocks = [block for block in parsed if block]
        if not blocks:
            raise DataError(
                f"Expected rows below the names of columns, received {self._path} without any; "
                "obtain it again."
            )
        texts = {
            column: [cell for block in blocks for cell in block.texts[column]]
            for column in columns.texts
        }
        pixels = _joined(blocks)
        self._admit(refuse_scaled, pixels, np.empty(0, np.int16))
        ascending = sorted(columns.pixels)
        if ascending != list(columns.pixels):
            pixels = pixels[:, [ascending.index(column) for column in columns.pixels]]
        return Cells(pixels, texts)

    def _require_memory(self, pixels: int) -> None:
        rows = size_of(self._path) / max(1, self._layout.length)
        require_memory(round(rows * pixels), f"{self._path} with about {rows:,.0f} rows")

    def _runs(self, pixels: Sequence[int]) -> list[tuple[bool, int, int]]:
        """Columns side by side: whether they hold pixels, the first of them, and their number."""
        wanted, runs = set(pixels), []
        for is_pixels, run in itertools.groupby(range(len(self._names)), wanted.__contains__):
            first, *others = run
            runs.append((is_pixels, first, 1 + len(others)))
        return runs

    def _blocks(self) -> Iterator[tuple[list[str], int]]:
        """Lines, a few megabytes at once, and the number of the first; no cell is torn apart."""
        quote = self._layout.quote
        with opened_text(self._path, self._layout.encoding) as stream:
            number = 1 + sum(1 for _ in itertools.islice(stream, self._layout.skip))
            while lines := stream.readlines(_BLOCK):
                within = sum(line.count(quote) for line in lines) % 2
                while within and (line := stream.readline()):
                    lines.append(line)
                    within ^= line.count(quote) % 2
                yield lines, number
                number += len(lines)

    def _parsed(
        self, lines: list[str], number: int, runs: list[tuple[bool, int, int]], columns: Columns
    ) -> Cells | None:
        """The cells of some lines; None if all are empty."""
        comment = self._layout.comment or "\n"  # with which a line begins that is empty
        rows = [line for line in lines if not (line.isspace() or line.startswith(comment))]
        if not rows:
            return None
        # Whole numbers are read five times as fast as others.
        for kind in (np.int16, np.float64):
            with contextlib.suppress(ValueError), warnings.catch_warnings():
                warnings.simplefilter("error")  # NumPy 1 makes 1 of 1.5, and says so
                loaded = self._loaded(rows, kind, runs)
                break
        else:
            raise self._fault(lines, number, columns)
        return self._cells(loaded, runs, columns)

    def _loaded(
        self, rows: list[str], kind: type[np.number[Any]], runs: list[tuple[bool, int, int]]
    ) -> NDArray[np.void]:
        fields = [
            (str(first), kind if is_pixels else object, (count,))
            for is_pixels, first, count in runs
        ]
        layout = self._layout
        return np.loadtxt(
            rows,
            np.dtype(fields),
            comments=None,
            delimiter=layout.delimiter,
            quotechar=layout.quote,
            ndmin=1,
        )

    def _cells(
        self, rows: NDArray[np.void], runs: list[tuple[bool, int, int]], columns: Columns
    ) -> Cells:
        numbers = [rows[str(first)] for is_pixels, first, _ in runs if is_pixels]
        texts = {
            first + place: [repaired(cell) for cell in rows[str(first)][:, place]]
            for is_pixels, first, count in runs
            for place in range(count)
            if not is_pixels and first + place in columns.texts
        }
        if columns.packed is not None:
            numbers = [unpacked(self._column(rows, runs, columns.packed), str(self._path))]
        joined = np.concatenate(numbers, axis=1) if numbers else np.empty((len(rows), 0), np.uint8)
        return Cells(self._admit(to_bytes, joined), texts)

    def _column(
        self, rows: NDArray[np.void], runs: list[tuple[bool, int, int]], column: int
    ) -> Sequence[str]:
        first = next(first for _, first, count in runs if first <= column < first + count)
        cells: list[str] = rows[str(first)][:, column - first].tolist()
        return cells

    def _admit(self, check: Callable[..., Any], *numbers: NDArray[Any]) -> Any:
        try:
            return check(*numbers)
        except PixelsError as error:
            raise PixelsError(f"{self._path}: {error}") from error

    def _fault(self, lines: list[str], number: int, columns: Columns) -> DataError:
        """What is wrong with some lines that cannot be parsed."""
        return DataError(
            next(self._faults(lines, number, columns), "")
            or f"Expected a table, received {self._path} that cannot be read from line {number} "
            "on; save it as CSV anew."
        )

    def _faults(self, lines: list[str], number: int, columns: Columns) -> Iterator[str]:
        layout, pixels = self._layout, sorted(columns.pixels)
        reader = csv.reader(lines, delimiter=layout.delimiter, quotechar=layout.quote)
        for row in reader:
            if layout.comment and row and row[0].startswith(layout.comment):
                continue
            where = f"{self._path} with {{}} in line {number + reader.line_num - 1}"
            if row and len(row) != len(self._names):
                cells = f"{len(row):,} cells"
                yield (
                    f"Expected {len(self._names):,} cells in every row, received "
                    f"{where.format(cells)}; mend or remove that line."
                )
            for column in pixels if row else ():
                if not is_number(row[column]):
                    cell = repr(row[column][:20]) if row[column].strip() else "an empty cell"
                    yield (
                        f"Expected numbers from 0 to 255 in the column {self._name(column)}, "
                        f"received {where.format(cell)}; mend or remove that line."
                    )

    def _name(self, column: int) -> str:
        return self._names[column] or str(column + 1)


def _joined(blocks: list[Cells]) -> Pixels:
    """The pixels of all blocks, which are let go of one by one: memory holds them once."""
    pixels = np.empty(
        (sum(len(block.pixels) for block in blocks), blocks[0].pixels.shape[1]), np.uint8
    )
    end = len(pixels)
    while blocks:
        block = blocks.pop().pixels
        pixels[end - len(block) : end] = block
        end -= len(block)
    return pixels


def open_text(path: Path, name: str) -> Table | None:
    """The table in a text file; None if the file is none.

    Args:
        path: of the file, gzip or not.
        name: of the file within the data set.

    Raises:
        DataError: damaged gzip.
        OSError: the file cannot be read.
    """
    if (found := sniff(path)) is None:
        return None
    layout, rows = found
    names = rows[0] if has_header(rows) else None
    titled = names is not None or is_mangled(rows)
    if titled:
        layout = replace(layout, skip=layout.skip + 1)
    reader = TextReader(path, layout, names or [""] * len(rows[0]))
    return Table(path, name, names, rows[1:] if titled else rows, reader.read)
