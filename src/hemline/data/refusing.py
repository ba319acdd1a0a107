"""Forms that are known and not read: each is refused by its name, with the way to convert it."""

import contextlib
import gzip
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple, NoReturn

from hemline.data.account import Account
from hemline.data.beside import files_in, folders_in
from hemline.data.building.classes import natural_key
from hemline.data.options import DataOptions
from hemline.data.tables.json_lines import is_json_lines
from hemline.data.tables.text import encoding_of, sniff
from hemline.errors import DataError
from hemline.photos import SUFFIXES

_START = 512  # bytes that tell a form


class _Known(NamedTuple):
    what: str
    advice: str


_ARRAYS = "save them with numpy.savez(FILE, x_train=…, y_train=…, x_test=…, y_test=…)"
_UNPACK = "unpack it and pass the folder"
_MATLAB = "a .mat file of MATLAB"
_ARROWS = "dataset_dict.json"  # in a folder that datasets.save_to_disk has written
_ARROW = _Known(
    "made of Arrow files", "open it with datasets.load_from_disk and save it with to_parquet"
)
_BY_START = {
    b"\x89HDF\r\n\x1a\n": _Known("an HDF5 file", f"read its arrays with h5py and {_ARRAYS}"),
    b"MATLAB 5": _Known(_MATLAB, f"read its arrays with scipy.io.loadmat and {_ARRAYS}"),
    b"MATLAB 7": _Known(f"{_MATLAB} 7.3", f"read its arrays with h5py and {_ARRAYS}"),
    b"Rar!\x1a\x07": _Known("a RAR archive", _UNPACK),
    b"7z\xbc\xaf'\x1c": _Known("a 7z archive", _UNPACK),
    b"\x28\xb5\x2f\xfd": _Known("a Zstandard archive", _UNPACK),
    b"ARROW1": _ARROW,
    b"\xff\xff\xff\xff": _ARROW,
    b"SQLite format 3": _Known("an SQLite database", "export its table as CSV"),
    b"\xd0\xcf\x11\xe0": _Known("an Excel workbook", "save it as CSV"),
    b"%PDF": _Known("a PDF file", "pass the data instead"),
    b"version https://git-lfs": _Known("a pointer of Git LFS", "fetch the file with git lfs pull"),
    b"<": _Known("a web page or XML", "obtain the data file itself"),
    b"{": _Known("a JSON file", "save it as CSV with a column of file names and one of labels"),
    b"[": _Known("a JSON file", "save it as CSV with a column of file names and one of labels"),
}
_PICKLE = _Known(
    "a pickle, which can run any code when it is opened",
    f"open it where you trust it, take its arrays, and {_ARRAYS}",
)
_TORCH = _Known(
    "a file of PyTorch, a pickle that can run any code when it is opened",
    f"open it where you trust it, take its tensors as .numpy(), and {_ARRAYS}",
)
_TFRECORD = _Known(
    "a TFRecord file",
    "read it with tf.data.TFRecordDataset and save its pictures as PNG, a folder for each class",
)
_CIFAR = _Known(
    "a binary file of CIFAR",
    f"read it with numpy.fromfile(FILE, 'uint8').reshape(-1, 3073), labels first, and {_ARRAYS}",
)
_CIFAR_ROW = 3073  # bytes: a label and 32x32x3 pixels
_EMPTY = _Known("an empty file", "obtain it again")
_PICKLED = (b"(lp", b"(dp", b"(ip", b"ccopy_reg", b"cnumpy")  # as protocol 0 begins
_BY_MEMBER = {  # of a zip file
    "data.pkl": _TORCH,
    "xl/workbook.xml": _Known("an Excel workbook", "save it as CSV"),
    "model.weights.h5": _Known("a model of Keras", "pass the data instead"),
}


def refuse_known(path: Path, options: DataOptions, account: Account) -> None:
    """Refuse a file of a form that is known and not read, or a folder of nothing but such files.

    The arguments are those of a reader of data.

    Raises:
        DataError: it is one; the sentence names the form and the way out.
        OSError: the file cannot be read.
    """
    del options, account
    if path.is_file():
        if known := _known(path):
            _refuse(path, known)
    elif (path / _ARROWS).is_file():
        _refuse(path, _ARROW)
    elif path.is_dir() and not folders_in(path):
        _refuse_folder(path)


def _refuse_folder(folder: Path) -> None:
    if any(file.suffix.lower() in SUFFIXES for file in folder.iterdir()):
        return
    found = {file: _known(file) for file in files_in(folder)}
    if all(known or _is_mere_text(file) for file, known in found.items()):
        for file in sorted(found, key=lambda file: natural_key(file.name)):
            if (known := found[file]) and known is not _EMPTY:
                _refuse(file, known)


def _is_mere_text(file: Path) -> bool:
    """A page to read, and no table."""
    with file.open("rb") as stream:
        return bool(encoding_of(stream.read(_START))) and sniff(file) is None


def _refuse(path: Path, known: _Known) -> NoReturn:
    raise DataError(
        f"Expected pictures, arrays or a table, received {path}, which is {known.what}; "
        f"{known.advice}."
    )


def _known(path: Path) -> _Known | None:
    start = _start(path)
    if not start:
        return _EMPTY
    if start[:4] == b"PK\x03\x04":
        return _by_members(path)
    if _is_pickle(start) or (start.startswith(_PICKLED) and path.suffix != ".csv"):
        return _PICKLE
    if _is_tfrecord(start):
        return _TFRECORD
    if path.suffix == ".bin" and path.stat().st_size % _CIFAR_ROW == 0:
        return _CIFAR
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    known = next((known for magic, known in _BY_START.items() if text.startswith(magic)), None)
    return None if known and is_json_lines(path) else known


def _start(path: Path) -> bytes:
    """The first bytes, unpacked if they are gzip."""
    with path.open("rb") as stream:
        start = stream.read(_START)
    if start[:2] == b"\x1f\x8b":
        with contextlib.suppress(OSError, EOFError, zlib.error), gzip.open(path) as packed:
            return packed.read(_START)
    return start


def _by_members(path: Path) -> _Known | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None  # what is wrong is said where archives are read
    return next(
        (known for end, known in _BY_MEMBER.items() for name in names if name.endswith(end)), None
    )


def _is_pickle(start: bytes) -> bool:
    """Protocol 2 to 5; the next bytes are those that NumPy, PyTorch and plain objects lead to."""
    return start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")


def _is_tfrecord(start: bytes) -> bool:
    """Whether the first eight bytes, a length, are followed by their checksum."""
    return len(start) >= 12 and _masked_crc32c(start[:8]) == int.from_bytes(start[8:12], "little")


def _masked_crc32c(data: bytes) -> int:
    """Castagnoli's CRC, turned and shifted as TensorFlow's `lib/hash/crc32c.h` does."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
