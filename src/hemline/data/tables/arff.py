"""ARFF, the text tables of Weka and OpenML: attributes with their types, then rows, or sparse ones.

The format is that of https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/.
"""

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hemline.data.arrays.admitting import to_bytes
from hemline.data.tables.columns import Columns
from hemline.data.tables.rows import TextReader
from hemline.data.tables.table import HEAD, Cells, Table
from hemline.data.tables.text import LONGEST, Layout, encoding_in, opened_text, parse_rows
from hemline.errors import DataError
from hemline.pixels import Pixels

_ATTRIBUTE = re.compile(r"""@attribute\s+('(?:\\.|[^'])*'|"(?:\\.|[^"])*"|\S+)\s+(.*)""", re.I)
_COMMENT, _ENCODING = "%", "utf-8-sig"


@dataclass(frozen=True)
class _Header:
    """What stands before the rows: attributes with the values of nominal ones, and its lines."""

    names: list[str]
    values: list[list[str]]
    lines: int
    head: list[str]


def open_arff(path: Path, name: str) -> Table | None:
    """The table in an ARFF file; None if the file is none.

    Args:
        path: of the file, gzip or not.
        name: of the file within the data set.

    Raises:
        DataError: a header without attributes or rows.
        OSError: the file cannot be read.
    """
    header = _header(path)
    if header is None:
        return None
    if header.head and header.head[0].lstrip().startswith("{"):
        sparse = _Sparse(path, header)
        head = [sparse.row(line) for line in header.head]
        return Table(path, name, header.names, head, sparse.read)
    quote = '"' if any(re.search(r'(^|,)\s*"', line) for line in header.head) else "'"
    length = sum(map(len, header.head)) / max(1, len(header.head))
    layout = Layout(_ENCODING, ",", quote, header.lines, _COMMENT, length)
    reader = TextReader(path, layout, header.names)
    return Table(path, name, header.names, parse_rows(header.head, layout), reader.read)


def _header(path: Path) -> _Header | None:
    if encoding_in(path) != _ENCODING:
        return None
    with opened_text(path, _ENCODING) as text:
        header, began = _Header([], [], 0, []), False
        for number, line in enumerate(iter(lambda: text.readline(LONGEST), ""), 1):
            word = line.strip().lower()
            if word.startswith("@data"):
                head = [row for row in itertools.islice(text, HEAD) if _is_row(row)]
                return _Header(header.names, header.values, number, head)
            if word and not word.startswith(_COMMENT):
                if not began and not word.startswith("@relation"):
                    return None
                began = True
                _add_attribute(header, line.strip())
    if not began:
        return None
    raise DataError(
        f"Expected rows after @data, received {path} that ends before; obtain it again."
    )


def _is_row(line: str) -> bool:
    return not line.isspace() and not line.startswith(_COMMENT)


def _add_attribute(header: _Header, line: str) -> None:
    if found := _ATTRIBUTE.match(line):
        header.names.append(_unquoted(found[1]))
        kind = found[2].strip()
        nominal = kind[1:-1].split(",") if kind.startswith("{") else []
        header.values.append([_unquoted(value.strip()) for value in nominal])


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


class _Sparse:
    """Rows such as `{0 12, 5 255, 784 '3'}`: what is left out is 0, or the first nominal value."""

    def __init__(self, path: Path, header: _Header) -> None:
        self._path, self._lines = path, header.lines
        self._blank = [values[0] if values else "0" for values in header.values]

    def row(self, line: str) -> list[str]:
        """The cells of a line, with those that it leaves out."""
        row = list(self._blank)
        try:
            for item in filter(str.strip, line.strip().strip("{}").split(",")):
                place, value = item.split(None, 1)
                row[int(place)] = _unquoted(value.strip())
        except (ValueError, IndexError) as error:
            raise DataError(
                f"Expected sparse rows such as {{0 12, 5 255}}, received {self._path} with "
                f"{line.strip()[:40]!r}; save it dense."
            ) from error
        return row

    def read(self, columns: Columns) -> Cells:
        """Read some columns, as `TextReader` does."""
        pixels: list[Pixels] = []
        texts: dict[int, list[str]] = {column: [] for column in columns.texts}
        with opened_text(self._path, _ENCODING) as lines:
            for line in filter(_is_row, itertools.islice(lines, self._lines, None)):
                row = self.row(line)
                pixels.append(self._pixels([row[column] for column in columns.pixels], line))
                for column, cells in texts.items():
                    cells.append(row[column])
        return Cells(np.stack(pixels), texts)

    def _pixels(self, cells: list[str], line: str) -> Pixels:
        try:
            return to_bytes(np.array(cells).astype(float))
        except ValueError as error:  # of pixels as well
            raise DataError(
                f"Expected whole numbers from 0 to 255, received {self._path} with other ones in "
                f"{line.strip()[:40]!r}; mend or remove that line."
            ) from error
