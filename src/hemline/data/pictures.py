"""Picture files of every kind: photographs, the data set's own form, idx and `.npy` files."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hemline.data.building.forming import to_form
from hemline.data.idx import idx_shape, read_idx_file
from hemline.data.memory import require_memory
from hemline.data.npy import Header, read_header, whole
from hemline.errors import DataError, PixelsError
from hemline.files import is_endless
from hemline.photos import MEGAPIXELS, Intake, Seen, see
from hemline.photos.fitting import stored_form
from hemline.photos.formats import BEGINNING, format_of
from hemline.pixels import Form, Pixels, as_bytes, as_pixels, check_shape

_LARGE = 100_000_000  # bytes
_SETS = frozenset({".csv", ".tsv", ".npz", ".parquet", ".arff", ".zip", ".tar", ".tgz"})


@dataclass(frozen=True)
class NamedPixels:
    """One picture in a form with its file, its place there if there are many, and its steps.

    `parts` are those of a photograph that lie apart, each by itself in the form.
    """

    file: Path
    place: int | None
    pixels: Pixels
    seen: Seen | None = None
    parts: tuple[Pixels, ...] = ()

    @property
    def name(self) -> str:
        """`file`, or `file[3]` for one of many."""
        return str(self.file) if self.place is None else f"{self.file}[{self.place}]"


def read_pictures(
    path: Path, intake: Intake, *, megapixels: float = MEGAPIXELS
) -> Iterator[NamedPixels]:
    """Read a picture, an idx file or a `.npy` file.

    Args:
        path: of the file.
        intake: the form of the pixels, and how a picture is brought to it.
        megapixels: larger pictures are refused before they are decoded.

    Yields:
        Every picture in the file, in order.

    Raises:
        HemlineError: the file cannot be read, or is none of these.
    """
    try:
        if is_endless(path):  # a pipe would wait for ever
            raise DataError(f"Expected a file, received {path} that is a device or a pipe.")
        if path.suffix.lower() in _SETS:
            raise DataError(
                f"Expected a picture, an idx file or a .npy file, received {path}, which holds a "
                "whole set; save its pixels with numpy.save and pass that, or judge the model on "
                "it by hemline evaluate --data."
            )
        pixels = _read_many(path, intake)
        seen = see(path, intake, megapixels=megapixels) if pixels is None else None
    except OSError as error:
        raise DataError(
            f"Expected a readable picture, received {path} ({error.strerror or 'not a picture'}); "
            "pass a picture, an idx file or a .npy file."
        ) from error
    except PixelsError as error:
        raise PixelsError(f"{path}: {error}") from error
    if seen is not None:
        yield NamedPixels(path, None, seen.pixels, seen, seen.parts)
    if pixels is not None:
        for place, picture in enumerate(pixels):
            yield NamedPixels(path, place if len(pixels) > 1 else None, picture)


def _read_many(path: Path, intake: Intake) -> Pixels | None:
    """The pictures of an idx or `.npy` file, or None if it is neither."""
    read = _read_npy if path.suffix == ".npy" else _read_idx if _is_idx(path) else None
    return to_form(read(path, intake), intake) if read else None


def holds_pixels(path: Path) -> bool:
    """Whether a file holds pixels as they are, and no photographs."""
    try:
        return path.is_file() and (path.suffix == ".npy" or _is_idx(path))
    except OSError:
        return False


def _is_idx(path: Path) -> bool:
    with path.open("rb") as stream:
        start = stream.read(BEGINNING)
    # Several formats of pictures begin with two zeros as well: icons, and what phones store.
    return start[:2] in (b"\x00\x00", b"\x1f\x8b") and not format_of(start)


def _read_idx(path: Path, intake: Intake) -> Pixels:
    shape = idx_shape(path)
    form = stored_form(shape or (), intake)
    if shape and math.prod(shape) < path.stat().st_size:  # else it may be damaged
        check_shape(shape, form)  # before it is read
    return as_pixels(read_idx_file(path), form)


def _read_npy(path: Path, intake: Intake) -> Pixels:
    received = f"{path} that NumPy cannot read"
    with (
        whole("a .npy file of uint8 pixels", received, "save it with numpy.save"),
        path.open("rb") as stream,
    ):
        header = read_header(stream)
        form = stored_form(header.shape, intake)
        _check_header(header, path, form, path.stat().st_size - stream.tell())
        stream.seek(0)
        return as_pixels(np.lib.format.read_array(stream, allow_pickle=False), form)


def _check_header(header: Header, path: Path, form: Form, there: int) -> None:
    """Refuse what cannot be pictures of this form, before any of it is read."""
    if header.kind.hasobject:
        raise ValueError("it holds a pickle, which can run any code when it is opened")
    check_shape(header.shape, form)
    if header.size > _LARGE:
        as_bytes(np.empty(0, header.kind))  # refuses by the type; of less it can say more
    if header.size > there:
        raise ValueError(f"it states {header.size:,} bytes and holds {there:,}")
    require_memory(header.size, f"{path} with the shape {header.shape}")
