"""Pictures inside a .zip or .tar, read where they lie: nothing is unpacked to disk."""

import contextlib
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hemline.data.account import Account
from hemline.data.options import DataOptions
from hemline.data.picture_files.layout import arrange
from hemline.data.picture_files.listing import suffix_of
from hemline.data.picture_files.members import DAMAGE
from hemline.data.picture_files.tars import PACKED, pictures_in_tar
from hemline.data.picture_files.zips import pictures_in_zip
from hemline.data.raw import FilePart
from hemline.errors import DataError

_BLOCK = 512
_TABLES = (".csv", ".tsv", ".jsonl")
_SHOWN = 3  # of them in a sentence


def read_archive(
    path: Path, options: DataOptions, account: Account
) -> Mapping[str, FilePart] | None:
    """A folder a class inside a zip, or inside a tar that is plain or packed by gzip, bzip2 or xz.

    Names of members only tell classes: `..` and absolute ones lead nowhere. An archive that unpacks
    to more than 200 times its size and a gigabyte is refused.

    Returns:
        The parts; None if `path` is no archive, or one without pictures.

    Raises:
        DataError: a damaged archive, or pictures in no folders of classes.
    """
    kind = archive_kind(path)
    if not kind:
        return None
    try:
        files = list((pictures_in_zip if kind == "zip" else pictures_in_tar)(path, account))
    except DAMAGE as error:
        raise DataError(
            f"Expected a whole {kind}, received {path} that is damaged ({error}); obtain it again."
        ) from error
    if not files:
        return None
    account.took_for = f"a {kind} with a folder a class"
    tables = [name for name in account.files("ignored") if suffix_of(name) in _TABLES]
    try:
        parts = arrange(files, options, account)
    except DataError as error:
        if tables:
            raise _by_table(path, tables) from error
        raise
    if tables and account.notes:
        named = ", ".join(tables[:_SHOWN])
        account.note(f"Tables within an archive are not read ({named}); unpack it to use them.")
    return {part: replace(content, sealed=path) for part, content in parts.items()}


def _by_table(path: Path, tables: Sequence[str]) -> DataError:
    return DataError(
        f"Expected a folder of pictures for each class in an archive, received {path} whose "
        f"classes stand in a table, it seems ({', '.join(tables[:_SHOWN])}); unpack it and pass "
        "the folder."
    )


def archive_kind(path: Path) -> str:
    """`zip` or `tar`, as the content says; empty if it is neither."""
    if not path.is_file():
        return ""
    with path.open("rb") as stream:
        start = stream.read(_BLOCK)
    if start.startswith(b"PK\x03\x04") or zipfile.is_zipfile(path):
        return "zip"
    if start[257:262] == b"ustar":
        return "tar"
    if start.startswith(tuple(PACKED)):
        with contextlib.suppress(*DAMAGE), tarfile.open(path, "r|*") as archive:
            return "tar" if archive.next() else ""
    return ""
