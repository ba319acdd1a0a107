"""Whole pictures in cells: numbers with blanks between them, `70 80 82 72`."""

import warnings
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from hemline.errors import DataError

_FEWEST = 64  # numbers of a picture
_SHOWN = 20  # characters of a faulty cell


def is_packed(cells: Sequence[str]) -> bool:
    """Whether cells are pictures, as far as their beginnings say."""
    return bool(cells) and all(
        cell.count(" ") >= _FEWEST - 1 and cell[:100].replace(" ", "").isdecimal() for cell in cells
    )


def unpacked(cells: Iterable[str], where: str) -> NDArray[np.int64]:
    """The numbers of each cell, `(n, values)`.

    Raises:
        DataError: no whole numbers, or of one cell more than of others.
    """
    rows = [_numbers(cell, where) for cell in cells]
    for row in rows:
        if len(row) != len(rows[0]):
            raise DataError(
                f"Expected {len(rows[0]):,} numbers in every picture, received {where} with "
                f"{len(row):,} in one; mend or remove that row."
            )
    return np.stack(rows) if rows else np.empty((0, 0), np.int64)


def _numbers(cell: str, where: str) -> NDArray[np.int64]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of what cannot be read to its end
            return np.fromstring(cell, np.int64, sep=" ")
    except (ValueError, DeprecationWarning) as error:
        raise DataError(
            f"Expected whole numbers with blanks between them, received {where} with a cell that "
            f"begins {cell[:_SHOWN]!r} and holds others; mend or remove that row."
        ) from error
