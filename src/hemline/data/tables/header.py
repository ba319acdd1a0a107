"""Names of columns: which of them tell what, and whether the first row of a table holds them."""

import re

from hemline.data.tables.cells import Rows, are_files, is_file, is_number, is_numeric

# Names in small letters and digits alone, the most telling first.
LABELS = ("label", "labels", "class", "classes", "classid", "classlabel", "target", "category",
          "categoryid", "labelid", "y", "classname", "labelname", "categoryname",
          "breed", "species", "diagnosis", "dx")  # fmt: skip
DESCRIPTIONS = ("description", "classname", "labelname", "categoryname", "labeltext", "name")
PARTS = ("split", "part", "set", "subset", "partition", "usage")
FILES = ("filename", "file", "imagepath", "filepath", "path", "image", "imagename", "img",
          "imageid", "picture", "id", "name")  # fmt: skip
_WIDE = 64  # columns, from which a row is one of pixels


def has_header(rows: Rows) -> bool:
    """Whether the first row names the columns."""
    first, rest = rows[0], rows[1:]
    named = list(first[1:] if not first[0].strip() else first)  # without that of the index
    counted = [str(number) for number in range(len(named) + 1)]
    if len(named) > 2 and named in (counted[:-1], counted[1:]):  # as pandas names columns
        return True
    if any(
        cell.strip() and not is_number(cell) and is_numeric(rest, place)
        for place, cell in enumerate(first)
    ):
        return True
    if any(are_files(rest, place) > is_file(cell) for place, cell in enumerate(first)):
        return True
    if len(first) >= _WIDE:
        return not any(map(is_number, first))
    told = any(
        names_files(cell) or (len(cell.strip()) > 1 and plain(cell) in LABELS) for cell in first
    )
    return told and not any(map(is_file, first))


def is_mangled(rows: Rows) -> bool:
    """Whether the first row is one of pixels that pandas took for names: `0`, `0.1`, `0.2`."""
    first, rest = rows[0], rows[1:]
    counted = [place for place, cell in enumerate(first) if re.fullmatch(r"\d+\.\d+", cell)]
    return (
        len(counted) > len(first) / 2
        and len(set(first)) == len(first)
        and all(row[place].isdecimal() for row in rest for place in counted if place < len(row))
    )


def names_files(name: str) -> bool:
    """Whether a column of this name may hold names of files without a suffix."""
    words = set(re.split(r"[^a-z0-9]+", name.lower()))
    return plain(name) in FILES or not words.isdisjoint({"id", "file", "filename", "image"})


def plain(name: str) -> str:
    """A column's name in small letters and digits alone."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
