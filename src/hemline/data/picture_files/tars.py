"""Pictures inside a tar: ranges of its bytes, or all in memory where the tar is compressed."""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from hemline.data.account import Account
from hemline.data.memory import require_memory
from hemline.data.picture_files.listing import enter
from hemline.data.picture_files.members import Budget, admitted, member_name, put
from hemline.data.raw import InMemory, PictureFile

PACKED: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
_BLOCK = 512
_OFTEN = 100_000_000  # bytes between two looks at the memory left


@dataclass(frozen=True)
class InTar:
    """A picture inside a tar that is not compressed."""

    name: str
    archive: Path = field(repr=False)
    offset: int
    size: int

    def open(self) -> BinaryIO:
        """The content as a stream."""
        return io.BytesIO(self.read())

    def read(self) -> bytes:
        """The content."""
        with self.archive.open("rb") as stream:
            stream.seek(self.offset)
            return stream.read(self.size)


def pictures_in_tar(path: Path, account: Account) -> Iterable[PictureFile]:
    """Every picture in the archive; what else it holds is in the account.

    Raises:
        DataError: it unpacks to too much.
        tarfile.TarError: it is damaged; and what else `DAMAGE` lists.
    """
    files: dict[str, PictureFile] = {}
    budget, kept = Budget(path), 0
    opener = _opener(path)
    with opener(path, "rb") as stream, tarfile.open(fileobj=stream, mode="r:") as archive:
        for member in archive:  # forward alone: in a compressed stream there is no fast way back
            budget.take(member.size)
            name = member_name(member.name)
            if member.isdir() or not admitted(name, member.size, _objection(member), account):
                continue
            if opener is open:
                file: PictureFile = InTar(name, path, member.offset_data, member.size)
            else:
                stream.seek(member.offset_data)
                file = InMemory(name, stream.read(member.size))
            if enter(file, account):
                put(files, name, file, account)
                kept = _looked(kept + member.size, path) if opener is not open else 0
        _check_end(stream, archive.offset, account)
    return files.values()


def _opener(path: Path) -> Callable[..., Any]:
    with path.open("rb") as stream:
        start = stream.read(_BLOCK)
    return next((opener for magic, opener in PACKED.items() if start.startswith(magic)), open)


def _check_end(stream: BinaryIO, end: int, account: Account) -> None:
    """What comes after the last member is zeros, or else a damaged header hides others."""
    if stream.tell() < end + _BLOCK:
        account.note("The archive ends without the mark of its end; it may be truncated.")
    while block := stream.read(_BLOCK):
        if block.strip(b"\0"):
            raise tarfile.ReadError("something follows its last file")


def _looked(kept: int, path: Path) -> int:
    """Bytes read since the memory left was last looked at."""
    if kept < _OFTEN:
        return kept
    require_memory(2 * _OFTEN, f"the rest of {path}, which is compressed and has to be held whole")
    return 0


def _objection(member: tarfile.TarInfo) -> str:
    if member.issym() or member.islnk():
        return "a link, which is not followed in an archive"
    return "" if member.isreg() and not member.issparse() else "no ordinary file"
