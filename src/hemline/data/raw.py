"""What readers find: parts with pictures, before classes are numbered and a form is decided."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from hemline.data.account import Account
from hemline.data.options import DataOptions
from hemline.photos.costs import refuse_large
from hemline.photos.intake import Intake
from hemline.pixels import Pixels

PARTS = ("train", "validation", "test")
ALL = "all"  # the one part of data that come in no parts


@dataclass(frozen=True)
class RawPart:
    """Pictures of one part before classes are numbered and before they are brought to a form.

    Attributes:
        pixels: uint8 `(n, h, w)` or `(n, h, w, 3)`, of whatever size, the same in all parts.
        classes: name of every picture's class, as text.
        names: of the pictures, such as their files; None where they have none.
        groups: what belongs together; None where nothing is known of that.
        digests: of `pixels`, where they are known.
        origins: digests of the pictures as they came, where they were brought to another form.
        decoded: the pixels were made of files, and are nobody else's.
    """

    pixels: Pixels
    classes: Sequence[str]
    names: Sequence[str] | None = None
    groups: Sequence[str] | None = None
    digests: Sequence[bytes] | None = None
    origins: Sequence[bytes] | None = None
    decoded: bool = False


class PictureFile(Protocol):
    """A picture that is not decoded yet, wherever it lies."""

    @property
    def name(self) -> str:
        """Of the file within the data set, as the account calls it."""

    def open(self) -> BinaryIO:
        """Its content as a stream; errors are whatever its source raises."""

    def read(self) -> bytes:
        """Its content.

        Raises:
            OSError: it cannot be read.
            HemlineError: it is damaged or absurdly large.
        """


@dataclass(frozen=True)
class InMemory:
    """A picture file whose content is at hand, out of a table for instance."""

    name: str
    content: bytes = field(repr=False)

    def open(self) -> BinaryIO:
        """The content as a stream."""
        return io.BytesIO(self.content)

    def read(self) -> bytes:
        """The content."""
        return self.content


@dataclass(frozen=True)
class OnDisk:
    """A picture file by its path."""

    name: str
    path: str | Path = field(repr=False)

    def open(self) -> BinaryIO:
        """The content as a stream."""
        return open(self.path, "rb")  # noqa: PTH123 - as below

    def read(self) -> bytes:
        """The content.

        Raises:
            OSError: it cannot be read.
            PhotoError: it is larger than any picture needs to be.
        """
        with open(self.path, "rb", buffering=0) as stream:  # noqa: PTH123 - in half the time
            refuse_large(stream, "a file")
            return stream.read()


@dataclass(frozen=True)
class FilePart:
    """Picture files of one part, decoded only when the part is asked for.

    Readers enter the files in the account; those that turn out damaged are refused there later.

    Attributes:
        files: the pictures.
        classes: name of every picture's class, as text.
        groups: what belongs together; None where nothing is known of that.
        sealed: the archive that holds all of them, whose bytes stand for theirs in the cache.
    """

    files: Sequence[PictureFile]
    classes: Sequence[str]
    groups: Sequence[str] | None = None
    sealed: Path | None = None


class Loaded(NamedTuple):
    """A part in one form, and the intake by which it got there, with the background it shares."""

    part: RawPart
    intake: Intake


Parts = Mapping[str, RawPart] | Mapping[str, FilePart]
# Gives None, and leaves the account alone, where the path holds another form of data. Otherwise it
# enters every file in the account, sets `account.took_for` to a few words ("a table of pixels"),
# and gives parts by their name, one of PARTS, or ALL alone.
Reader = Callable[[Path, DataOptions, Account], Parts | None]
