"""Files that a table names: beside it or in a folder, with their suffix or without."""

import contextlib
import posixpath
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from hemline.data.beside import pictures_below
from hemline.data.parts import part_of
from hemline.data.raw import OnDisk
from hemline.errors import DataError

_SAMPLE = 50  # rows that tell where files lie
_MOST = 0.5  # share of them that has to be there


ANYWHERE = "**"


class Where(NamedTuple):
    """Where the files of a column lie: a folder, and how many folders of each name to leave out.

    The folder `ANYWHERE` is any, where no two files bear one name.
    """

    folder: str
    left_out: int


class Files:
    """The pictures below a folder by their names; it is looked through when first asked.

    Args:
        root: the folder of the data set.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    @cached_property
    def _named(self) -> dict[str, OnDisk]:
        return {_normal(picture.name): picture for picture in pictures_below(self._root)}

    @cached_property
    def _loosely(self) -> dict[str, list[OnDisk]]:
        """Without suffix, or with one in other letters."""
        loosely: dict[str, list[OnDisk]] = {}
        for name, picture in self._named.items():
            for key in (posixpath.splitext(name)[0], name.casefold()):
                loosely.setdefault(key, []).append(picture)
        return loosely

    @cached_property
    def _anywhere(self) -> dict[str, list[OnDisk]]:
        """By the names alone, with suffix and without."""
        anywhere: dict[str, list[OnDisk]] = {}
        for name, picture in self._named.items():
            base = posixpath.basename(name)
            for key in {base, posixpath.splitext(base)[0]}:
                anywhere.setdefault(key, []).append(picture)
        return anywhere

    @cached_property
    def _bare(self) -> set[str]:
        """The names alone, with suffix and without, in small letters."""
        return {key.casefold() for key in self._anywhere}

    @cached_property
    def _folders(self) -> list[str]:
        folders = {posixpath.dirname(name) for name in self._named}
        while above := {posixpath.dirname(folder) for folder in folders} - folders:
            folders |= above
        return sorted(folders)

    @property
    def in_folders(self) -> bool:
        """Whether the pictures lie in several folders, which may be those of classes."""
        return len({posixpath.dirname(name) for name in self._named}) > 1

    def where(self, cells: Sequence[str], table: str) -> Where | None:
        """The folder in which most of the named files lie; None if there is none.

        The names as they are written, from the folder of the table on, go before all else, and
        the names alone, in whatever folders, where no folder has more of them. Of several folders
        the one that is named for the table's part is meant, or for the training part, then the
        one beside the table.

        Args:
            cells: of a column, the first ones.
            table: name of the table within the data set.

        Raises:
            DataError: several folders hold them, and no name says which is meant.
        """
        filled = [cell for cell in cells if cell.strip()]
        sample = filled[:: max(1, len(filled) // _SAMPLE)]
        written = Where(posixpath.dirname(table), 0)
        if self._count(sample, written) > _MOST * len(sample):
            return written
        known = sum(_normal(_pieces(cell)[-1]).casefold() in self._bare for cell in sample)
        if known <= _MOST * len(sample):  # in whatever folder
            return None
        deepest = max((cell.replace("\\", "/").strip("/").count("/") for cell in sample), default=0)
        part = part_of(posixpath.basename(table)) or "train"
        ranked = []
        for place in (Where(folder, out) for folder in self._folders for out in range(deepest + 1)):
            count = self._count(sample, place)
            meant = part_of(posixpath.basename(place.folder)) == part
            beside = place.folder == posixpath.dirname(table)
            ranked.append(((count, meant, beside, -place.left_out), place))
        ranked.sort(reverse=True)
        most = ranked[0][0][0] if ranked else 0
        anywhere = Where(ANYWHERE, deepest)
        if (count := self._count(sample, anywhere)) > max(most, _MOST * len(sample)):
            return anywhere
        if most <= _MOST * len(sample):
            return None
        if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
            raise DataError(
                f"Expected one folder with the files that {table} names, received "
                f"{ranked[0][1].folder} and {ranked[1][1].folder} that both hold them; name one "
                "of them train, or write the folder into the table."
            )
        return ranked[0][1]

    def outside(self, cells: Sequence[str], table: str) -> str:
        """The first of these cells that leads to a file outside of the data; empty if none does."""
        root = self._root.resolve()
        for cell in cells:
            with contextlib.suppress(OSError, ValueError):
                path = (root / posixpath.dirname(table) / cell.strip()).resolve()
                if cell.strip() and not path.is_relative_to(root) and path.is_file():
                    return cell
        return ""

    def _count(self, cells: Sequence[str], where: Where) -> int:
        return sum(self.find(cell, where) is not None for cell in cells)

    def find(self, cell: str, where: Where) -> OnDisk | None:
        """The picture that a cell names; None if there is none, or more than one."""
        pieces = _pieces(cell)[where.left_out :]
        if not pieces or not pieces[-1]:
            return None
        if where.folder == ANYWHERE:
            alike = self._anywhere.get(_normal(pieces[-1]), [])
            return alike[0] if len(alike) == 1 else None
        name = _normal(posixpath.normpath(posixpath.join(where.folder, *pieces)))
        if name in self._named:
            return self._named[name]
        found = self._loosely.get(name) or self._loosely.get(name.casefold(), [])
        return found[0] if len(found) == 1 else None


def _pieces(cell: str) -> list[str]:
    """Folders and name of the file that a cell names; one at least, which may be empty."""
    return cell.strip().replace("\\", "/").strip("/").split("/")


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name)
