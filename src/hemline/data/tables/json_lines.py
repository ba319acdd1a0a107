"""JSON lines, as Hugging Face's `metadata.jsonl`: an object a row, the same keys in each."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from hemline.data.arrays.admitting import to_bytes
from hemline.data.memory import require_memory
from hemline.data.tables.columns import Columns
from hemline.data.tables.packed import unpacked
from hemline.data.tables.table import HEAD, Cells, Table
from hemline.data.tables.text import LONGEST, encoding_in, opened_text, size_of
from hemline.errors import DataError

# As many bytes as the text of pictures has: itself, and twice its numbers of eight bytes.
_TIMES = 6


def open_json_lines(path: Path, name: str) -> Table | None:
    """The table in a file of JSON lines; None if the file is none.

    Args:
        path: of the file, gzip or not.
        name: of the file within the data set.

    Raises:
        DataError: lines that are no such objects.
        OSError: the file cannot be read.
    """
    if (first := _first(path)) is None:
        return None
    names = list(first)

    def read(columns: Columns) -> Cells:
        if columns.packed is not None:
            require_memory(_TIMES * size_of(path), str(path))
        rows = list(_rows(path, names))
        texts = {column: [row[column] for row in rows] for column in columns.texts}
        packed = [] if columns.packed is None else [row[columns.packed] for row in rows]
        pixels = to_bytes(unpacked(packed, str(path))) if packed else np.empty((len(rows), 0), "u1")
        return Cells(pixels, texts)

    return Table(path, name, names, list(itertools.islice(_rows(path, names), HEAD)), read)


def is_json_lines(path: Path) -> bool:
    """Whether the first line is an object of several keys without others within it."""
    return _first(path) is not None


def _first(path: Path) -> dict[str, Any] | None:
    if not (encoding := encoding_in(path)):
        return None
    with opened_text(path, encoding) as stream:
        line = stream.readline(LONGEST)
    return _object(line)


def _object(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    flat = len(found) > 1 and not any(isinstance(value, dict | list) for value in found.values())
    return found if flat else None


def _rows(path: Path, names: list[str]) -> Iterator[list[str]]:
    with opened_text(path, encoding_in(path)) as stream:
        for number, line in enumerate(stream, 1):
            if line.isspace():
                continue
            if (found := _object(line.strip())) is None:
                raise DataError(
                    f"Expected an object without others within it in every line, received {path} "
                    f"with another in line {number}; mend or remove that line."
                )
            yield ["" if (cell := found.get(name)) is None else str(cell) for name in names]
