"""Tables as text: found out by their beginning, whatever their suffix says."""

import contextlib
import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hemline.errors import DataError

_DELIMITERS = ",;\t"
_LINES, _HEAD = 200, 4_000_000  # of a table's beginning: lines, and characters
LONGEST = 2_000_000  # characters of a line: a row of the largest pictures has a third of that
_FIRST = 64  # bytes, among which a zip of texts has a zero, though few of them further on
_ODD = 0.02  # share of control characters that no text reaches


@dataclass(frozen=True)
class Layout:
    """How the text of a table is written.

    Attributes:
        encoding: of its characters; bytes that do not fit it are taken for Latin-1.
        delimiter: between the cells.
        quote: around cells that hold a delimiter.
        skip: lines before the first row.
        length: characters of a row, on average.
        comment: what lines begin with that are no rows; empty for nothing.
    """

    encoding: str
    delimiter: str = ","
    quote: str = '"'
    skip: int = 0
    comment: str = ""
    length: float = 0


def sniff(path: Path) -> tuple[Layout, list[list[str]]] | None:
    """The layout and the first rows of a table; None if the file is none.

    Raises:
        OSError: it cannot be read.
        DataError: it is a gzip file that is damaged.
    """
    encoding = encoding_in(path)
    if not encoding:
        return None
    with opened_text(path, encoding) as stream:
        lines = head_of(stream)
    width, delimiter = max((_usual_width(lines, delimiter), delimiter) for delimiter in _DELIMITERS)
    if width < 2:
        return None
    blank = next(number for number, line in enumerate(lines) if not line.isspace())
    length = sum(map(len, lines)) / len(lines)
    layout = Layout(encoding, delimiter, skip=blank, length=length)
    return layout, parse_rows(lines, layout)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[io.BufferedReader | gzip.GzipFile]:
    """The bytes of a file, unpacked if it is gzip, whatever its suffix says.

    Raises:
        DataError: damaged gzip, or within the block a text that ends amid a character.
    """
    try:
        with path.open("rb") as file:
            packed = file.peek(2)[:2] == b"\x1f\x8b"
            with gzip.open(file) if packed else file as stream:
                yield stream
    except (EOFError, gzip.BadGzipFile, zlib.error, UnicodeError) as error:
        raise DataError(
            f"Expected a whole table, received {path} that is damaged ({error}); obtain it again."
        ) from error


@contextlib.contextmanager
def opened_text(path: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    """The characters of a file, as `opened` gives its bytes."""
    with opened(path) as stream, io.TextIOWrapper(stream, encoding, "surrogateescape") as text:
        yield text


def encoding_in(path: Path) -> str:
    """The encoding of a file; empty if it is no text."""
    with opened(path) as stream:
        return encoding_of(stream.peek(4096)[:4096])


def encoding_of(start: bytes) -> str:
    """The encoding of a text that begins so; empty if it is no text."""
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):  # as spreadsheets save "Unicode text"
        return "utf-16"
    odd = sum(byte < 9 or 13 < byte < 32 for byte in start)
    binary = b"\0" in start[:_FIRST] or odd > _ODD * len(start)
    return "" if binary or not start.strip() else "utf-8-sig"


def size_of(path: Path) -> int:
    """Bytes of a file, as many as it has unpacked if it is gzip."""
    with path.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
        size = stream.seek(0, io.SEEK_END)
        if packed and size >= 4:
            stream.seek(-4, io.SEEK_END)  # gzip ends with the size, beyond 4 GB the rest of it
            return max(size, int.from_bytes(stream.read(4), "little"))
    return size


def head_of(stream: io.TextIOBase) -> list[str]:
    """The first lines of a text; none where a line is longer than any row."""
    lines: list[str] = []
    while len(lines) < _LINES and sum(map(len, lines)) < _HEAD:
        line = stream.readline(LONGEST)
        if len(line) >= LONGEST:
            return []
        if not line:
            break
        lines.append(line)
    return lines


def _usual_width(lines: Sequence[str], delimiter: str) -> int:
    """Cells in most of the lines."""
    widths = Counter(map(len, parse_rows(lines, Layout("", delimiter))))
    width, count = widths.most_common(1)[0] if widths else (0, 0)
    return width if count > widths.total() / 2 else 0


def parse_rows(lines: Sequence[str], layout: Layout) -> list[list[str]]:
    """Cells of the lines that are not empty."""
    try:
        reader = csv.reader(lines, delimiter=layout.delimiter, quotechar=layout.quote)
        return [[repaired(cell) for cell in row] for row in reader if row]
    except csv.Error:  # a cell of more than 128 KB, or something worse
        return []


def repaired(cell: str) -> str:
    """A cell whose bytes are no UTF-8, as Latin-1."""
    if cell.isascii() or not any("\udc80" <= letter <= "\udcff" for letter in cell):
        return cell
    return cell.encode("utf-8", "surrogateescape").decode("latin-1")
