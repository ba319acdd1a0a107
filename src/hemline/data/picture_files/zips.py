"""Pictures inside a zip, each read when it is needed."""

import contextlib
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from hemline.data.account import Account
from hemline.data.picture_files.listing import enter
from hemline.data.picture_files.members import DAMAGE, Budget, admitted, member_name, put
from hemline.errors import PhotoError

_UTF8, _ENCRYPTED = 0x800, 0x1  # flags of a member


@dataclass(frozen=True)
class InZip:
    """A picture inside a zip."""

    name: str
    archive: zipfile.ZipFile = field(repr=False)
    member: zipfile.ZipInfo = field(repr=False)

    def read(self) -> bytes:
        """The content, checked by the CRC that the archive states."""
        try:
            return self.archive.read(self.member)
        except DAMAGE as error:
            raise PhotoError(
                f"Expected a whole file, received a file that is damaged in the archive ({error}); "
                "pack it anew."
            ) from error

    def open(self) -> BinaryIO:
        """The content as a stream."""
        return cast(BinaryIO, self.archive.open(self.member))


def pictures_in_zip(path: Path, account: Account) -> Iterator[InZip]:
    """Every picture in the archive; what else it holds is in the account."""
    archive = zipfile.ZipFile(path)
    budget = Budget(path)
    files: dict[str, InZip] = {}
    for member in archive.infolist():
        if not member.is_dir():
            name = member_name(_decoded(member))
            put(files, name, InZip(name, archive, member), account)
    for name, file in files.items():
        size = file.member.file_size
        if admitted(name, size, _objection(file.member), account) and enter(file, account):
            budget.take(size)
            yield file


def _objection(member: zipfile.ZipInfo) -> str:
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a link, which is not followed in an archive"
    return "encrypted; unpack the archive by its password" if member.flag_bits & _ENCRYPTED else ""


def _decoded(member: zipfile.ZipInfo) -> str:
    """The member's name; many programs write UTF-8 without saying so."""
    if not member.flag_bits & _UTF8:
        with contextlib.suppress(UnicodeError):
            return member.orig_filename.encode("cp437").decode()
    return member.filename
