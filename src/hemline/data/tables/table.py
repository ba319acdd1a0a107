"""A table, whatever file it lies in: names of its columns, its first rows, and a way to read it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hemline.data.raw import InMemory
from hemline.data.tables.cells import Rows
from hemline.data.tables.columns import Columns
from hemline.pixels import Pixels

HEAD = 200  # rows by which columns are told


@dataclass(frozen=True)
class Cells:
    """What was read of a table.

    Attributes:
        pixels: uint8 `(rows, values)`, or of the pictures' own shape where the table tells it; no
            values where there are no pixels.
        texts: the cells of every other column that was asked for, by its place.
        pictures: the files that lie within the cells; None where there are none.
    """

    pixels: Pixels
    texts: Mapping[int, Sequence[str]]
    pictures: Sequence[InMemory] | None = None


@dataclass(frozen=True)
class Table:
    """A table that is not read yet.

    Attributes:
        path: of its file.
        name: of the file within the data set.
        names: of the columns; None where they have none.
        head: the first rows, as text.
        read: gives the cells of the columns that matter.
        pictures: the column that holds whole pictures, as files or as arrays; None for none.
        label: the column of labels, where the file says it; None where its names have to.
        note: what is to be said of that; empty for nothing.
    """

    path: Path
    name: str
    names: Sequence[str] | None
    head: Rows
    read: Callable[[Columns], Cells] = field(repr=False)
    pictures: int | None = None
    label: int | None = None
    note: str = ""
