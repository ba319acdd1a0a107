"""Data in few files, such as tables and arrays, and an account of what lies beside them."""

from collections.abc import Callable, Iterable
from pathlib import Path

from hemline.data.account import Account
from hemline.data.building.classes import natural_key
from hemline.data.picture_files.folder import found_below
from hemline.data.picture_files.listing import ignored_by_name
from hemline.data.raw import OnDisk
from hemline.photos import SUFFIXES


def files_in(path: Path) -> list[Path]:
    """`path` if it is a file, or the files in the folder `path` that may hold data, sorted.

    Pictures, hidden files and what systems leave are not among them.

    Raises:
        OSError: the folder cannot be read.
    """
    if path.is_file():
        return [path]
    return [
        entry
        for entry in _sorted(path, lambda name: not name.lower().endswith(tuple(SUFFIXES)))
        if entry.is_file()
    ]


def folders_in(path: Path) -> list[Path]:
    """The folders in the folder `path`, sorted; none in a file.

    Raises:
        OSError: the folder cannot be read.
    """
    return [entry for entry in _sorted(path) if entry.is_dir()] if path.is_dir() else []


def _sorted(folder: Path, wanted: Callable[[str], bool] = bool) -> list[Path]:
    entries = (entry.name for entry in folder.iterdir())
    names = (name for name in entries if wanted(name) and not ignored_by_name(name))
    return [folder / name for name in sorted(names, key=natural_key)]


def name_within(file: Path, path: Path) -> str:
    """The name of a file within the data set at `path`, as the account calls it."""
    return file.name if file == path else file.relative_to(path).as_posix()


def pictures_below(folder: Path) -> list[OnDisk]:
    """Every picture below a folder, which leaves no trace in any account."""
    return list(found_below(folder, Account()))


def account_for(path: Path, used: Iterable[str], account: Account, reason: str) -> None:
    """Enter every file at `path` in the account.

    Args:
        path: of the data set, a file or a folder.
        used: names of the files that hold the data.
        account: of the data set.
        reason: for which pictures beside them are ignored.

    Raises:
        DataError: a file is refused, and the account is strict.
    """
    for picture in found_below(path, account) if path.is_dir() else ():
        account.ignore(picture.name, reason)
    for name in used:
        account.use(name)
