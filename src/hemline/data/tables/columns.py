"""What the columns of a table mean: by their names or, where these say nothing, by their cells."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hemline.data.options import DataOptions
from hemline.data.parts import part_of
from hemline.data.tables.cells import Rows, is_index, is_numeric, one_hot_of
from hemline.data.tables.header import DESCRIPTIONS, FILES, LABELS, PARTS, plain
from hemline.data.tables.packed import is_packed
from hemline.errors import DataError

_FEWEST = 64  # pixels of a picture, 8 an edge; a table of files has fewer columns


@dataclass(frozen=True)
class Columns:
    """Places of the columns that are read.

    Attributes:
        pixels: in the order of the pixels; empty where pictures lie in files.
        label: None where there is none.
        description: the same in words, perhaps.
        part: that each row belongs to.
        group: that each row belongs to.
        files: that may hold names of files, the most likely first.
        ends: the first and the last of the numbers, one of them a pixel and one the label.
        packed: that holds all pixels of a picture in a cell.
        one_hot: a column a class, of which one holds a 1 in every row.
    """

    pixels: tuple[int, ...] = ()
    label: int | None = None
    description: int | None = None
    part: int | None = None
    group: int | None = None
    files: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    packed: int | None = None
    one_hot: tuple[int, ...] = ()

    @property
    def texts(self) -> list[int]:
        """Columns other than those of pixels that are read."""
        one = (self.label, self.description, self.part, self.group)
        some = (*one, *self.files, *self.ends, *self.one_hot)
        return sorted({column for column in some if column is not None})


def find_columns(
    names: Sequence[str] | None, rows: Rows, options: DataOptions, where: str
) -> Columns:
    """Find out what the columns of a table mean.

    Args:
        names: of the columns; None where they have none.
        rows: the first rows of cells, at least one.
        options: may name the column of groups, and the size of the pictures.
        where: the table, as errors call it.

    Raises:
        DataError: a name that stands twice, or numbers of which nobody knows which is the label.
    """
    names = list(names) if names is not None else [""] * len(rows[0])
    _refuse_twice(names, where)
    found = _by_name(names, rows, options)
    free = [
        place
        for place in range(len(names))
        if place not in found.texts and any(place < len(row) and row[place].strip() for row in rows)
    ]
    for place in free:
        if is_packed([row[place] for row in rows if place < len(row)]):
            left = [column for column in free if column != place]
            return _labelled(replace(found, packed=place), left, names, rows, where)
    family = _family(names, free, rows)
    left = [] if found.label is not None else _beside(family, names, free, rows)
    if family and (found.label is not None or left or _is_picture(len(family), options)):
        return _labelled(replace(found, pixels=family), left, names, rows, where)
    numbers = [place for place in free if is_numeric(rows, place)]
    if len(numbers) >= _FEWEST:
        return _by_place(found, numbers, free, rows, options, where)
    return _of_files(found, names, free, rows)


def _refuse_twice(names: Sequence[str], where: str) -> None:
    counts = Counter(name.strip() for name in names if name.strip())
    for name, count in counts.most_common(1):
        if count > 1:
            raise DataError(
                f"Expected a name of its own for every column, received {where} with {count} "
                f"columns named {name!r}; rename or remove the wrong ones."
            )


def _by_name(names: Sequence[str], rows: Rows, options: DataOptions) -> Columns:
    """The columns whose names tell what they are, pixels apart."""
    called = [plain(name) for name in names]
    group = names.index(options.group) if options.group in names else None
    taken = {group}
    part = next((c for c in _named(called, PARTS) if _tells_part(rows, c)), None)
    taken.add(part)
    label = next((c for c in _named(called, LABELS) if c not in taken), None)
    taken.add(label)
    description = next((c for c in _named(called, DESCRIPTIONS) if c not in taken), None)
    return Columns(label=label, description=description, part=part, group=group)


def _named(called: Sequence[str], wanted: Sequence[str]) -> list[int]:
    return [called.index(name) for name in wanted if name in called]


def _tells_part(rows: Rows, column: int) -> bool:
    cells = [row[column] for row in rows if column < len(row)]
    return sum(bool(part_of(cell)) for cell in cells) > len(cells) / 2


def _is_picture(values: int, options: DataOptions) -> bool:
    """Whether so many values are a picture, square or of the size that is named."""
    squares = (math.isqrt(values) ** 2, 3 * math.isqrt(values // 3) ** 2)
    return values in squares or bool(options.size and math.prod(options.size) == values)


def _family(names: Sequence[str], free: Sequence[int], rows: Rows) -> tuple[int, ...]:
    """Columns such as `pixel1` to `pixel784` or `1x1` to `28x28`, as the numbers order them."""
    kin: dict[str, list[int]] = {}
    for place in free:
        if re.search(r"\d", names[place]):
            kin.setdefault(re.sub(r"\d+", "#", names[place]), []).append(place)
    largest = max(kin.values(), key=len, default=[])
    if len(largest) < _FEWEST or not all(is_numeric(rows[:3], place) for place in largest):
        return ()
    return tuple(sorted(largest, key=lambda c: [int(n) for n in re.findall(r"\d+", names[c])]))


def _beside(
    pixels: Sequence[int], names: Sequence[str], free: Sequence[int], rows: Rows
) -> list[int]:
    """Columns that may be the label: neither pixels, nor files, nor an index."""
    return [
        place
        for place in free
        if place not in pixels and plain(names[place]) not in FILES and not is_index(rows, place)
    ]


def _labelled(
    found: Columns, left: list[int], names: Sequence[str], rows: Rows, where: str
) -> Columns:
    """The label beside named pixels: by its name, one-hot, or the one column that is left."""
    if found.label is not None:
        return found
    if one_hot := one_hot_of(left, rows):
        return replace(found, one_hot=one_hot)
    left = left if found.description is None else [*left, found.description]
    if len(left) > 1:
        raise DataError(
            f"Expected one column beside the pixels, or one named label, received {where} with "
            f"{', '.join(repr(names[place]) for place in left)}; name the right one label."
        )
    return replace(found, label=left[0] if left else None, description=None)


def _by_place(
    found: Columns,
    numbers: list[int],
    free: Sequence[int],
    rows: Rows,
    options: DataOptions,
    where: str,
) -> Columns:
    """Pixels without names: all numbers but an index and the label, at the beginning or the end."""
    texts = [place for place in free if place not in numbers]
    if found.label is None and len(texts) == 1:
        found = replace(found, label=texts[0])
    numbers = [c for c in numbers if c not in (numbers[0], numbers[-1]) or not is_index(rows, c)]
    said = options.size is not None and math.prod(options.size) == len(numbers) - 1
    if found.label is not None or (_is_picture(len(numbers), options) and not said):
        return replace(found, pixels=tuple(numbers))
    if said or _is_picture(len(numbers) - 1, options):
        return replace(found, pixels=tuple(numbers[1:-1]), ends=(numbers[0], numbers[-1]))
    raise DataError(
        f"Expected a label and square pictures, received {where} with {len(numbers):,} columns of "
        "numbers; name the column of labels in a first row, and add --size WIDTHxHEIGHT."
    )


def _of_files(found: Columns, names: Sequence[str], free: Sequence[int], rows: Rows) -> Columns:
    called = [plain(name) for name in names]
    free = [*free, *([] if found.description is None else [found.description])]
    likely = [place for place in _named(called, FILES) if place in free]
    files = (*likely, *(place for place in free if place not in likely))
    one_hot = one_hot_of(files, rows) if found.label is None else ()
    return replace(found, files=files, one_hot=one_hot)
