"""Tables of every kind: from their columns to parts with classes, in several files or one."""

import filecmp
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from hemline.data.account import Account
from hemline.data.arrays.emnist import mapping_file
from hemline.data.beside import account_for, files_in, folders_in, name_within
from hemline.data.options import DataOptions
from hemline.data.parts import part_of, settled
from hemline.data.raw import FilePart, Parts, RawPart
from hemline.data.tables.arff import open_arff
from hemline.data.tables.cells import are_files
from hemline.data.tables.columns import Columns, find_columns
from hemline.data.tables.files import Files
from hemline.data.tables.header import names_files
from hemline.data.tables.json_lines import open_json_lines
from hemline.data.tables.labelled_rows import Found, read_rows
from hemline.data.tables.parquet import open_parquet
from hemline.data.tables.rows import open_text
from hemline.data.tables.table import Table
from hemline.errors import DataError
from hemline.photos import SUFFIXES

_OPENERS: tuple[Callable[[Path, str], Table | None], ...] = (
    open_parquet,
    open_arff,
    open_json_lines,
    open_text,
)
_EXAMPLE = re.compile("submission", re.I)  # what Kaggle wants handed in, its labels made up
_NUMBERED = re.compile(r"(.*?)(\d+)-of-(\d+)")  # as Hugging Face names files
_WIDE = 64  # columns from which on a table is one of pixels
_FOLDERS = 4  # within each other, in which tables are looked for


def read_tables(path: Path, options: DataOptions, account: Account) -> Parts | None:
    """Read labelled pictures from tables: a column a pixel, files named in a column, or within it.

    Args:
        path: of a table, or of a folder with several of one set.
        options: may say the size of flattened pictures and a column of groups.
        account: what becomes of each file.

    Returns:
        The parts; None where there is no table of pictures.

    Raises:
        DataError: a damaged table, columns that nobody can tell apart, pictures without labels.
        PixelsError: values that are no pixels.
    """
    candidates = list(_candidates(path))
    twins = {file: twin for file in candidates if path.is_dir() and (twin := _twin(file))}
    opened = (_opened(file, path) for file in candidates if twins.get(file) not in candidates)
    tables = [table for table in opened if table]
    _refuse_gaps([table.name for table in tables], path)
    if not tables:
        return None
    root = path if path.is_dir() else path.parent
    files = Files(root)
    found = [one for table in tables if (one := _found(table, files, options, path, account))]
    if not found and path.is_file():
        raise DataError(_without_pictures(tables[0], files))
    used = _chosen(found, path, files)
    if not used:
        return None
    reason = "named in no table" if used[0].where else "beside a table that holds pictures"
    maps = [file for one in used if (file := mapping_file(one.table.path))]
    names = [*(one.table.name for one in used), *(name_within(file, root) for file in maps)]
    account_for(path, names, account, reason)
    _leave_aside([one for one in found if one not in used], account)
    for note in (one.table.note for one in used if one.table.note):
        account.note(note)
    for file, twin in twins.items():
        account.ignore(name_within(file, root), f"another copy of {twin.name}")
    rows = [read_rows(one, files, options, account).by_part() for one in used]
    account.took_for = _describe(used)
    parts = _merged(rows, path)
    if parts.keys() == {"test"} and reason in account.files("ignored").values():
        raise DataError(
            f"Expected a training part as well, received {path} whose tables name files of the "
            "test part alone; add a table named train."
        )
    return settled(parts, str(path))


def _candidates(path: Path, depth: int = _FOLDERS) -> Iterator[Path]:
    """Files in a folder and in those folders within it that may hold tables of one set.

    These are named for parts, stand alone, or hold one file each beside their pictures.
    """
    yield from files_in(path)
    below = folders_in(path) if depth else []
    a_table_each = len(below) > 1 and len(files_in(below[0])) == 1 and _has_pictures(below[0])
    for folder in below:
        if len(below) == 1 or part_of(folder.name) or folder.name.lower() == "data":
            yield from _candidates(folder, depth - 1)
        elif a_table_each:
            yield from files_in(folder)


def _refuse_gaps(names: Sequence[str], path: Path) -> None:
    """Refuse tables of which some are missing, as `train-00000-of-00002` without its other half."""
    found: dict[tuple[str, int], set[int]] = {}
    for name in names if path.is_dir() else ():
        if numbered := _NUMBERED.search(name):
            start, number, of = numbered.groups()
            found.setdefault((start, int(of)), set()).add(int(number))
    for (start, of), numbers in found.items():
        if len(numbers) < of:
            gap = min(set(range(of)) - numbers, default=0)
            raise DataError(
                f"Expected {of} files of {start.rstrip('-_')}, received {path} with "
                f"{len(numbers)}, without number {gap}; obtain the others too."
            )


def _has_pictures(folder: Path) -> bool:
    return any(entry.suffix.lower() in SUFFIXES for entry in folder.iterdir())


def _twin(file: Path) -> Path | None:
    """The same file outside, where a download has it again in a folder of its name."""
    outer = file.parent.parent / file.name
    doubled = file.parent.name in (file.name, file.stem) and outer.is_file()
    return outer if doubled and filecmp.cmp(outer, file, shallow=False) else None


def _opened(file: Path, path: Path) -> Table | None:
    if _EXAMPLE.search(file.name) and file != path:
        return None
    name = name_within(file, path)
    return next((table for opener in _OPENERS if (table := opener(file, name))), None)


def _names(table: Table) -> Sequence[str]:
    return table.names or table.head[0]


def _found(
    table: Table, files: Files, options: DataOptions, path: Path, account: Account
) -> Found | None:
    """Where the pictures of a table are; None if it has none."""
    try:
        columns = _columns(table, options)
    except DataError:
        certain = table.pictures is not None or len(_names(table)) >= _WIDE
        if path.is_file() or (certain and not files.in_folders):
            raise
        return None  # some other table that lies beside the data
    if columns.pixels or columns.packed is not None:
        return Found(table, columns)
    if table.pictures is not None:
        return Found(table, _label_alone(columns, None))
    for column in columns.files:
        cells = [row[column] for row in table.head if column < len(row)]
        called = table.names is not None and names_files(table.names[column])
        # Beside folders of classes a table may count something else than their files.
        sure = called or path.is_file() or are_files(table.head, column)
        if sure and (where := files.where(cells, table.name)):
            if outside := files.outside(cells, table.name):
                account.note(
                    f"{table.name} names {outside}, which lies elsewhere; files of the same names "
                    f"in {path if path.is_dir() else path.parent} are taken."
                )
            return Found(table, _label_alone(columns, column), where)
    return None


def _columns(table: Table, options: DataOptions) -> Columns:
    if not table.head:
        raise DataError(
            f"Expected rows below the names of columns, received {table.path} without any; "
            "obtain it again."
        )
    columns = find_columns(table.names, table.head, options, str(table.path))
    return columns if table.label is None else replace(columns, label=table.label)


def _label_alone(columns: Columns, files: int | None) -> Columns:
    """The column of files, and as the label the one that is left if no other is it."""
    left = [column for column in columns.files if column != files]
    label = left[0] if columns.label is None and len(left) == 1 else columns.label
    return replace(columns, label=label, files=() if files is None else (files,))


def _without_pictures(table: Table, files: Files) -> str:
    cells = [cell for row in table.head for cell in row]
    if outside := files.outside(cells, table.name):
        return (
            f"Expected a table that names files beside it, received {table.path} with {outside}, "
            "which lies elsewhere; put the table into a folder around its files, and pass that."
        )
    names = ", ".join(repr(name[:20]) for name in _names(table)[:4])
    return (
        f"Expected a table with a column for each pixel, or with names of files that are there, "
        f"received {table.path} whose columns ({names} and on) are neither; correct it, or put it "
        "beside its files."
    )


def _chosen(found: Sequence[Found], path: Path, files: Files) -> list[Found]:
    """The tables of one set: those that are named for parts, or the only one."""
    labelled = [one for one in found if one.labelled]
    if not labelled:
        classes = files.in_folders and path.is_dir()
        alone = [one for one in found if not (one.where and classes)]
        if alone:
            raise DataError(
                f"Expected a column of labels, received {alone[0].table.path} without one; name "
                "it label in the first row, or add the table that has them."
            )
        return []
    named = [one for one in labelled if one.part or one.columns.part is not None]
    used = named or labelled
    _refuse_mixed(used, path)
    for part in {one.part for one in used}:
        # Names that differ by numbers alone are those of one table in several files.
        names = {re.sub(r"\d+", "", one.table.name): one for one in used if one.part == part}
        if len(names) > 1:
            raise DataError(
                f"Expected one table for each part, with train or test in its name, received "
                f"{' and '.join(one.table.name for one in names.values())} in {path}; "
                "put each set into a folder of its own, or point --data at one table."
            )
    return used


def _refuse_mixed(used: Sequence[Found], path: Path) -> None:
    """Refuse a table with all parts beside others, which may hold the same pictures again."""
    whole = [one for one in used if one.columns.part is not None and not one.part]
    others = [one for one in used if one not in whole]
    if whole and others:
        raise DataError(
            f"Expected one set of tables, received {whole[0].table.name} with a column of parts "
            f"beside {others[0].table.name} in {path}; point --data at one of them."
        )


def _leave_aside(found: Sequence[Found], account: Account) -> None:
    for one in found:
        if one.labelled:
            account.ignore(one.table.name, "a table beside those that are named for parts")
        else:
            account.ignore(one.table.name, "a table without labels")
            account.note(f"{one.table.name} has no labels and was left aside.")


def _describe(used: Sequence[Found]) -> str:
    tables = "a table" if len(used) == 1 else f"{len(used)} tables"
    if used[0].where:
        return f"{tables} of files"
    return (
        f"{tables} with pictures" if used[0].table.pictures is not None else f"{tables} of pixels"
    )


def _merged(
    rows: Sequence[Mapping[str, RawPart | FilePart]], path: Path
) -> dict[str, RawPart] | dict[str, FilePart]:
    """The parts of several tables, those of one name put together."""
    parts: dict[str, list[RawPart | FilePart]] = {}
    for table in rows:
        for name, part in table.items():
            parts.setdefault(name, []).append(part)
    raw = {
        name: [part for part in some if isinstance(part, RawPart)] for name, some in parts.items()
    }
    files = {
        name: [part for part in some if isinstance(part, FilePart)] for name, some in parts.items()
    }
    shapes = {part.pixels.shape[1:] for some in raw.values() for part in some}
    if (any(raw.values()) and any(files.values())) or len(shapes) > 1:
        raise DataError(
            f"Expected tables of one kind, received {path} with pictures of several sizes or kinds "
            f"({', '.join(map(str, shapes)) or 'files'}); point --data at one of them."
        )
    if shapes:
        return {name: _joined_pixels(some) for name, some in raw.items()}
    return {name: _joined_files(some) for name, some in files.items()}


def _joined_pixels(parts: Sequence[RawPart]) -> RawPart:
    if len(parts) == 1:
        return parts[0]
    pixels = np.concatenate([part.pixels for part in parts])
    classes = [name for part in parts for name in part.classes]
    return RawPart(pixels, classes, groups=_joined_groups(parts))


def _joined_files(parts: Sequence[FilePart]) -> FilePart:
    files = [file for part in parts for file in part.files]
    classes = [name for part in parts for name in part.classes]
    return FilePart(files, classes, _joined_groups(parts))


def _joined_groups(parts: Sequence[RawPart] | Sequence[FilePart]) -> list[str] | None:
    groups = [part.groups for part in parts]
    return None if None in groups else [group for some in groups for group in some or ()]
