"""Which of the outermost columns of numbers is the label, where no name tells."""

import math
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from hemline.errors import DataError

_UNEVEN = 0.95  # share of one value from which a column is a corner of pictures, not a label
_MANY, _TIMES = 100, 4  # values that a column of pixels has, and times as many as one of labels


def label_end(first: Sequence[str], last: Sequence[str], where: str) -> int:
    """Which of two columns holds the labels, 0 or 1, where the other one holds pixels.

    Labels count from 0 or 1 without a gap, and none of them has nearly all pictures.

    Raises:
        DataError: both may, or neither.
    """
    values = [Counter(cells) for cells in (first, last)]
    plausible = [_is_label(counts, len(first)) for counts in values]
    if all(plausible):
        few, many = sorted(len(counts) for counts in values)
        if many >= max(_MANY, _TIMES * few):
            plausible = [len(counts) == few for counts in values]
    if sum(plausible) == 1:
        return plausible.index(True)
    raise DataError(
        f"Expected labels in the first or the last column, received {where} where "
        f"{'both' if all(plausible) else 'neither'} may hold them; name the columns in a first row."
    )


def _is_label(counts: Counter[str], rows: int) -> bool:
    numbers = sorted(number for cell in counts if (number := whole(cell)) is not None)
    counted = numbers == list(range(numbers[0], numbers[0] + len(counts))) if numbers else False
    uneven = max(counts.values()) > _UNEVEN * rows
    return counted and numbers[0] in (0, 1) and len(numbers) > 1 and not uneven


def whole(cell: str) -> int | None:
    """The whole number that a cell holds, as `3`, `3.0` or `3.000e+00`; None if it holds none."""
    with suppress(ValueError):
        value = float(cell)
        if math.isfinite(value) and value.is_integer() and value >= 0:
            return int(value)
    return None
