"""Folders and globs, spelled out."""

import contextlib
import glob
from pathlib import Path

from hemline.errors import DataError
from hemline.photos.formats import BEGINNING, SUFFIXES, is_picture


def pictures_in(path: Path) -> list[Path]:
    """The files that `path` means: a file, all pictures below a folder, or a glob's.

    Folders and globs give their files sorted. In a folder only those count that end like a
    picture, or begin like one where their names have no end, and are not hidden.

    Raises:
        DataError: a folder without pictures, or a glob that no file matches.
    """
    if path.is_dir():
        return _some(sorted(_below(path)), f"{path} without any", "name another folder")
    if not glob.has_magic(str(path)) or path.exists():
        return [path]
    found = sorted(Path(name) for name in glob.glob(str(path), recursive=True))  # noqa: PTH207
    files = [file for file in found if file.is_file()]
    return _some(files, f"{path} that matches no file", "correct the pattern")


def _below(folder: Path) -> list[Path]:
    return [
        file
        for file in folder.rglob("*")
        if (not file.suffix or file.suffix.lower() in SUFFIXES)
        and file.is_file()
        and not _hidden(file, folder)
        and (file.suffix or _begins_like_a_picture(file))
    ]


def _begins_like_a_picture(file: Path) -> bool:
    with contextlib.suppress(OSError), file.open("rb") as stream:
        return is_picture(stream.read(BEGINNING))
    return False


def _hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _some(files: list[Path], received: str, advice: str) -> list[Path]:
    if not files:
        raise DataError(f"Expected pictures, received {received}; {advice}.")
    return files
