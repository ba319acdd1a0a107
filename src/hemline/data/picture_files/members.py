"""What zip and tar have in common: members with names, of sizes that are only claimed."""

import lzma
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import TypeVar

from hemline.data.account import Account
from hemline.data.picture_files.listing import ignored_by_name
from hemline.errors import DataError
from hemline.photos.costs import LARGEST
from hemline.printing import printable

_SPARE, _RATIO = 1_000_000_000, 200  # bytes that may unpack in any case; and times the archive
# What the readers of archives raise for damage has no common base, and is in part what they would
# raise for faults of their own: `tarfile` a TypeError for a header of no bytes, `zipfile` an
# IndexError for a member without a name.
DAMAGE = (
    ArithmeticError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)

Member = TypeVar("Member")


class Budget:
    """How much an archive may unpack to before it is taken for one that is made to do harm."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = self._most = _SPARE + _RATIO * path.stat().st_size

    def take(self, size: int) -> None:
        """Count the size that a member claims.

        Raises:
            DataError: it is too much.
        """
        self._left -= size
        if self._left < 0:
            raise DataError(
                f"Expected an archive that unpacks to at most {self._most:,} bytes ({_RATIO} times "
                f"its size), received {self._path} that unpacks to more; pack it anew, or pass the "
                "folder."
            )


def member_name(raw: str) -> str:
    """A member's name as a path that leads nowhere outside; a backslash of Windows counts too."""
    pieces = (raw if "/" in raw else raw.replace("\\", "/")).split("/")
    inside = [piece for piece in pieces if piece not in ("", ".", "..") and piece[1:] != ":"]
    return printable("/".join(inside)) or "unnamed"


def admitted(name: str, size: int, objection: str, account: Account) -> bool:
    """Whether a member may be opened; if not, the account says why."""
    if ignored := ignored_by_name(name):
        account.ignore(name, ignored)
        return False
    if size > LARGEST and not objection:
        objection = f"of {size:,} bytes, where no picture needs more than {LARGEST:,}"
    if objection:
        account.refuse(name, objection)
    return not objection


def put(members: dict[str, Member], name: str, member: Member, account: Account) -> None:
    """Of members that bear one name the last one counts, as when all are unpacked."""
    if name in members:
        number = 1
        while (earlier := f"{name} ({number})") in account:
            number += 1
        account.ignore(earlier, "written again later in the archive")
    members[name] = member
