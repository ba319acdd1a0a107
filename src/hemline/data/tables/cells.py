"""What the cells of a column look like: numbers, names of pictures, an index, one-hot labels."""

from collections.abc import Sequence

from hemline.photos import SUFFIXES

Rows = Sequence[Sequence[str]]

ONE = {"1", "1.0"}  # of a one-hot column
_BINARY = {"0", "0.0", *ONE}


def is_number(cell: str) -> bool:
    """Whether a cell is a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def is_numeric(rows: Rows, column: int) -> bool:
    """Whether most cells of a column are numbers; those that are not are refused when read."""
    cells = [row[column] for row in rows if column < len(row) and row[column].strip()]
    return sum(is_number(cell) for cell in cells) > len(cells) / 2


def is_file(cell: str) -> bool:
    """Whether a cell ends as names of pictures do."""
    return cell.strip().lower().endswith(tuple(SUFFIXES))


def are_files(rows: Rows, column: int) -> bool:
    """Whether a column holds names that end as pictures do."""
    return bool(rows) and all(is_file(row[column]) for row in rows if column < len(row))


def is_index(rows: Rows, column: int) -> bool:
    """Whether a column counts the rows, or numbers them beyond what pixels and labels reach."""
    cells = [row[column].strip() for row in rows if column < len(row)]
    if len(cells) < 3 or not all(cell.isdecimal() for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    counted = list(range(numbers[0], numbers[0] + len(numbers)))
    return numbers == counted or (len(set(numbers)) == len(numbers) and max(numbers) > 255)


def one_hot_of(places: Sequence[int], rows: Rows) -> tuple[int, ...]:
    """Columns of 0 and 1 of which every row has one 1; none if there are no such."""
    whole = [row for row in rows if len(row) > max(places, default=0)]
    binary = [place for place in places if {row[place].strip() for row in whole} <= _BINARY]
    hot = len(binary) > 1 and all(
        sum(row[place].strip() in ONE for place in binary) == 1 for row in whole
    )
    return tuple(binary) if hot else ()
