"""A folder of pictures: every file below it found, followed through links but in no circle."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from hemline.data.account import Account
from hemline.data.building.classes import natural_key
from hemline.data.options import DataOptions
from hemline.data.picture_files.layout import arrange
from hemline.data.picture_files.listing import enter, ignored_by_name, suffix_of
from hemline.data.raw import FilePart, OnDisk
from hemline.errors import DataError
from hemline.printing import printable

_DATA = (".parquet", ".csv", ".tsv", ".arff", ".npz", ".npy")
_SHOWN = 3  # folders in a sentence


class _Folder(NamedTuple):
    path: str
    prefix: str  # of the names within
    above: frozenset[tuple[int, int]]  # the folders that it lies in, as device and number


def read_folder(
    path: Path, options: DataOptions, account: Account
) -> Mapping[str, FilePart] | None:
    """A folder a class, nested or in parts, as `hemline.data.picture_files.layout` understands it.

    Returns:
        The parts; None if `path` is no folder.

    Raises:
        DataError: no pictures, or in folders that are no classes.
    """
    if not path.is_dir():
        return None
    files = list(found_below(path, account))
    if not files:
        raise DataError(f"Expected pictures or another form of data, {_nothing(path, account)}")
    account.took_for = "a folder a class"
    return arrange(files, options, account)


def _nothing(path: Path, account: Account) -> str:
    if not account.counts["found"]:
        return f"received {path}, which is an empty folder; correct the path."
    ignored = account.files("ignored")
    data = {name.split("/")[0] for name in ignored if "/" in name and suffix_of(name) in _DATA}
    if len(data) > 1:
        named = ", ".join(sorted(data, key=natural_key)[:_SHOWN])
        return (
            f"received {path} with several folders that hold tables or arrays ({named}); point "
            "--data at one of them."
        )
    file, reason = next(iter((account.files("refused") or account.files("ignored")).items()))
    return (
        f"received {path} without any ({file}: {reason}); pass a folder that holds a folder of "
        "pictures for each class."
    )


def found_below(root: Path, account: Account) -> Iterator[OnDisk]:
    """Every picture below `root`; what else was found is in the account."""
    waiting = [_Folder(str(root), "", frozenset())]
    while waiting:
        folder = waiting.pop()
        entries, above = _opened(folder, account)
        if not entries and folder.prefix and folder.prefix not in account:
            account.ignore(folder.prefix, "an empty folder")
        for entry in entries:
            name = folder.prefix + printable(entry.name)
            if not _is_folder(entry):
                yield from _pictures(entry, name, account)
            elif reason := ignored_by_name(name):
                account.ignore(f"{name}/", f"a folder, {reason}")
            else:
                waiting.append(_Folder(entry.path, f"{name}/", above))


def _opened(
    folder: _Folder, account: Account
) -> tuple[list["os.DirEntry[str]"], frozenset[tuple[int, int]]]:
    """What is in a folder, and the folders that this lies in; nothing if it cannot be entered."""
    try:
        status = Path(folder.path).stat()
        entries = list(os.scandir(folder.path))
    except OSError as error:
        account.refuse(folder.prefix or ".", f"a folder that cannot be read ({_why(error)})")
        return [], folder.above
    identity = (status.st_dev, status.st_ino)
    if identity in folder.above:
        account.refuse(folder.prefix, "a link back to a folder that it lies in")
        return [], folder.above
    return entries, folder.above | {identity}


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _pictures(entry: "os.DirEntry[str]", name: str, account: Account) -> Iterator[OnDisk]:
    """Enter what is no folder in the account; give it if it is a picture."""
    if reason := ignored_by_name(name):
        account.ignore(name, reason)
        return
    try:
        regular = entry.is_file() or stat.S_ISREG(entry.stat().st_mode)
    except OSError as error:
        account.refuse(name, f"a link that leads nowhere ({_why(error)})")
        return
    file = OnDisk(name, entry.path)
    if not regular:
        account.refuse(name, "no file but a device, a pipe or a socket")
    elif enter(file, account):
        yield file


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
