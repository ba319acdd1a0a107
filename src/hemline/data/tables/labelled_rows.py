"""The rows of one table: pictures with their classes, the parts they are in, and their groups."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import numpy as np

from hemline.data.account import Account
from hemline.data.arrays.admitting import admit_pictures, to_bytes
from hemline.data.arrays.emnist import in_characters, upright
from hemline.data.options import DataOptions, groups_by_name
from hemline.data.parts import part_of
from hemline.data.raw import FilePart, PictureFile, RawPart
from hemline.data.tables.cells import ONE
from hemline.data.tables.columns import Columns
from hemline.data.tables.ends import label_end, whole
from hemline.data.tables.files import Files, Where
from hemline.data.tables.table import Table
from hemline.errors import DataError
from hemline.pixels import Pixels

_MISSING = frozenset({"", "?", "nan", "null"})  # none is a class, of what shows none
Texts = Mapping[int, Sequence[str]]


@dataclass(frozen=True)
class Found:
    """A table of pictures that is not read yet.

    Attributes:
        table: the table.
        columns: its columns.
        where: the folder with the files that it names; None where pictures are in the table.
    """

    table: Table
    columns: Columns
    where: Where | None = None

    @property
    def part(self) -> str:
        """As its name says, or the nearest of its folders; empty where they do not."""
        names = reversed(PurePosixPath(self.table.name).parts)
        return next(filter(None, map(part_of, names)), "")

    @property
    def labelled(self) -> bool:
        """Whether the first rows have any label."""
        label = self.columns.label
        if label is None:
            return bool(self.columns.ends or self.columns.one_hot)
        return any(not _is_missing(row[label]) for row in self.table.head if label < len(row))


@dataclass(frozen=True)
class LabelledRows:
    """What was read of a table; every sequence has an entry a row.

    Attributes:
        pictures: pixels, or files that are not decoded.
        classes: name of each picture's class.
        parts: `train`, `validation`, `test`, or nothing.
        groups: what belongs together; None where nothing is known of that.
    """

    pictures: Pixels | Sequence[PictureFile]
    classes: Sequence[str]
    parts: Sequence[str]
    groups: Sequence[str] | None

    def by_part(self) -> dict[str, RawPart | FilePart]:
        """The rows of each part."""
        parts: dict[str, list[int]] = {}
        for place, part in enumerate(self.parts):
            parts.setdefault(part, []).append(place)
        return {part: self._at(places) for part, places in parts.items()}

    def _at(self, places: Sequence[int]) -> RawPart | FilePart:
        classes = [self.classes[place] for place in places]
        groups = None if self.groups is None else [self.groups[place] for place in places]
        if isinstance(self.pictures, np.ndarray):
            whole = len(places) == len(self.pictures)  # which need not be copied
            pixels = self.pictures if whole else self.pictures[np.asarray(places)]
            return RawPart(pixels, classes, groups=groups)
        return FilePart([self.pictures[place] for place in places], classes, groups)


def read_rows(found: Found, files: Files, options: DataOptions, account: Account) -> LabelledRows:
    """Read a table with labels.

    Files that are not there or have no label, or two of them, are refused in the account.

    Raises:
        DataError: pixels without a label, or rows in a part that nobody knows.
        PixelsError: values that are no pixels.
    """
    columns, table = found.columns, found.table
    cells = table.read(columns)
    texts, pixels = cells.texts, cells.pixels
    if columns.ends:
        columns, pixels = _apart(columns, texts, pixels, table)
    classes = _hot(texts, found) if columns.one_hot else _in_words(texts, columns)
    parts = _parts(texts, found)
    pictures: Pixels | list[PictureFile]
    if found.where or cells.pictures is not None:
        named = _named(texts, found, files) if found.where else cells.pictures or ()
        kept = _present(named, classes, table, account)
        pictures = [file for place in kept if not isinstance(file := named[place], str)]
    else:
        _refuse_missing(classes, table)
        kept = list(range(len(classes)))
        pixels = admit_pictures(pixels, table.name, options.size, account.note)
        pictures, classes = upright(pixels, table.path), in_characters(classes, table.path)
    return LabelledRows(
        pictures,
        [classes[place] for place in kept],
        [parts[place] for place in kept],
        _groups(pictures, kept, texts, found, options),
    )


def _apart(columns: Columns, texts: Texts, pixels: Pixels, table: Table) -> tuple[Columns, Pixels]:
    """The label told from the pixel where one lies before the others and one behind them."""
    first, last = (texts[place] for place in columns.ends)
    label = label_end(first, last, str(table.path))
    try:
        corner = to_bytes(np.array((last, first)[label], float))[:, None]
    except ValueError as error:  # of pixels as well
        raise DataError(
            f"Expected whole numbers from 0 to 255, received {table.path} with others in its "
            f"{('last', 'first')[label]} column; name the columns in a first row."
        ) from error
    together = (pixels, corner) if label == 0 else (corner, pixels)
    return replace(columns, label=columns.ends[label]), np.concatenate(together, axis=1)


def _is_missing(cell: str) -> bool:
    return cell.strip().lower() in _MISSING


def _in_words(texts: Texts, columns: Columns) -> list[str]:
    """Classes, by their description where that says the same as numbers; empty where missing."""
    labels = [] if columns.label is None else texts[columns.label]
    if columns.description is not None:
        words = texts[columns.description]
        pairs = set(zip(labels, words, strict=True))
        numbers = all(label.strip().isdecimal() for label in set(labels))
        if numbers and len(pairs) == len(set(labels)) == len(set(words)):
            labels = words
    plain = {label: "" if _is_missing(label) else _counted(label) for label in set(labels)}
    return [plain[label] for label in labels]


def _counted(label: str) -> str:
    """`3` for `3.0` and `3.000e+00`, as programs write numbers that were whole."""
    written = re.fullmatch(r"\s*\d+\.0+(e[+-]?\d+)?\s*|\s*\d\.\d+e[+-]?\d+\s*", label, re.I)
    number = whole(label) if written else None
    return label if number is None else str(number)


def _hot(texts: Texts, found: Found) -> list[str]:
    """Classes, by the one column of each row that holds a 1; empty where there are more or none.

    Columns without names are numbered.
    """
    columns, names = found.columns.one_hot, found.table.names
    called = [names[column] for column in columns] if names else [*map(str, range(len(columns)))]
    cells = zip(*(texts[column] for column in columns), strict=True)
    ones = ([cell.strip() in ONE for cell in row] for row in cells)
    return [called[row.index(True)] if sum(row) == 1 else "" for row in ones]


def _parts(texts: Texts, found: Found) -> list[str]:
    column = found.columns.part
    if column is None:
        return [found.part] * len(next(iter(texts.values())))
    parts = {cell: part_of(cell) for cell in set(texts[column])}
    for cell, part in parts.items():
        if not part:
            raise DataError(
                f"Expected train, validation or test as the part of every row, received "
                f"{found.table.path} with {cell!r}; correct these rows."
            )
    return [parts[cell] for cell in texts[column]]


def _refuse_missing(classes: Sequence[str], table: Table) -> None:
    if "" in classes:
        raise DataError(
            f"Expected a label in every row, received {table.path} without one in row "
            f"{classes.index('') + 1:,}; add it or remove the row."
        )


def _named(texts: Texts, found: Found, files: Files) -> list[PictureFile | str]:
    """The files that a column names; the cell itself where the file is not there."""
    cells = texts[found.columns.files[0]]
    return [files.find(cell, found.where) or cell for cell in cells] if found.where else []


def _present(
    named: Sequence[PictureFile | str], classes: Sequence[str], table: Table, account: Account
) -> list[int]:
    """Places of the files that can be used, each once; the others are refused."""
    labels: dict[str, set[str]] = {}
    for file, label in zip(named, classes, strict=True):
        labels.setdefault(_name(file), set()).add(label)
    kept: dict[str, int] = {}
    for place, file in enumerate(named):
        row = f"row {place + 1:,} of {table.name}"
        given = labels[_name(file)]
        if isinstance(file, str):
            account.refuse(file.strip() or row, f"named in {row}, but not there")
        elif len(given) > 1:
            account.refuse(file.name, f"with {len(given)} labels in {table.name}")
        elif given == {""}:
            account.refuse(file.name, f"without a label in {row}")
        else:
            account.use(file.name)
            kept.setdefault(file.name, place)
    if not kept:
        raise DataError(
            f"Expected files with labels, received {table.path} with {len(named):,} rows and none "
            f"that can be used ({list(account.files('refused').items())[-1]}); correct the table."
        )
    return list(kept.values())


def _name(file: PictureFile | str) -> str:
    return file if isinstance(file, str) else file.name


def _groups(
    pictures: Pixels | Sequence[PictureFile],
    kept: Sequence[int],
    texts: Texts,
    found: Found,
    options: DataOptions,
) -> list[str] | None:
    """What the pictures belong to, by a column or by the names of files."""
    if found.columns.group is not None:
        cells = texts[found.columns.group]
        return [cells[place] for place in kept]
    if options.group is None:
        return None
    if isinstance(pictures, np.ndarray):
        raise DataError(
            f"Expected a column {options.group!r} to group by, received {found.table.path} without "
            "it; correct --group."
        )
    return groups_by_name([picture.name for picture in pictures], options.group)
