"""Ways: how pictures are handed to a target."""

from typing import NamedTuple

ARRAY, TENSOR = "array", "as a PyTorch tensor"
ONE_BY_ONE, ONE_TENSOR = "one picture at a time", "one PyTorch tensor at a time"
PICTURE, NAME, PATH, BYTES, STREAM = "PIL picture", "file name", "Path", "bytes", "open file"
UPLOAD, ENCODED, BODY = "upload", "base64", "body"


class FileWay(NamedTuple):
    """A way that takes files, or pictures that were opened from files.

    Attributes:
        kind: what a picture arrives as.
        single: one a call; else all of them as a list.
        field: of a form or of a JSON object, where a server takes the file in one.
    """

    kind: str
    single: bool = True
    field: str = ""


_FIELDS = ("file", "image", "photo", "picture", "upload")
CALLED_WITH = {
    "a list of PIL pictures": FileWay(PICTURE, single=False),
    "one PIL picture at a time": FileWay(PICTURE),
    "a list of file names": FileWay(NAME, single=False),
    "one file name at a time": FileWay(NAME),
    "a list of Path objects": FileWay(PATH, single=False),
    "one Path object at a time": FileWay(PATH),
    "a list of bytes of files": FileWay(BYTES, single=False),
    "the bytes of one file at a time": FileWay(BYTES),
    "a list of open files": FileWay(STREAM, single=False),
    "one open file at a time": FileWay(STREAM),
}
SENT_AS = {
    **{f"uploads in the field {field}": FileWay(UPLOAD, field=field) for field in _FIELDS},
    **{f"JSON with base64 in {field}": FileWay(ENCODED, field=field) for field in _FIELDS[:2]},
    "files as the body of a request": FileWay(BODY),
}
FILE_WAYS = CALLED_WITH | SENT_AS


def takes_files(way: str) -> bool:
    """Whether files are handed over, or pictures opened from files; not arrays."""
    return way in FILE_WAYS


def is_single(way: str) -> bool:
    """Whether pictures go one a call."""
    return way in {ONE_BY_ONE, ONE_TENSOR} or (way in FILE_WAYS and FILE_WAYS[way].single)


def is_tensor(way: str) -> bool:
    """Whether PyTorch tensors are handed over."""
    return way in {TENSOR, ONE_TENSOR}
