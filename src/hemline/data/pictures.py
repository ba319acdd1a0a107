"""Picture files that are already in the data set's form: 28x28, grey, bright on black."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hemline.data.idx import parse_idx
from hemline.errors import DataError, HemlineError, PixelsError
from hemline.pixels import SIDE, Pixels, as_pixels

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")


@dataclass(frozen=True)
class NamedPixels:
    """One picture `(28, 28)` with the name of its file, and its place in it if there are many."""

    name: str
    pixels: Pixels


def read_pictures(path: Path) -> Iterator[NamedPixels]:
    """Read an idx file, a `.npy` file or a 28x28 grey picture.

    Yields:
        Every picture in the file, in order, named `file` or `file[3]`.

    Raises:
        HemlineError: the file cannot be read, or is none of these.
    """
    try:
        pixels = _read(path)
    except OSError as error:
        raise DataError(
            f"Expected a readable picture, received {path} ({error.strerror or 'not a picture'}); "
            "pass a 28x28 grey PNG, an idx file or a .npy file."
        ) from error
    except PixelsError as error:
        raise PixelsError(f"{path}: {error}") from error
    for place, picture in enumerate(pixels):
        yield NamedPixels(str(path) if len(pixels) == 1 else f"{path}[{place}]", picture)


def _read(path: Path) -> Pixels:
    if path.suffix == ".npy":
        return _read_npy(path)
    with path.open("rb") as stream:
        start = stream.read(4)
    if start[:2] in (b"\x00\x00", b"\x1f\x8b"):
        return as_pixels(parse_idx(path.read_bytes(), str(path)))
    return _read_image(path)


def _read_npy(path: Path) -> Pixels:
    try:
        return as_pixels(np.load(path, allow_pickle=False))
    except (ValueError, EOFError) as error:
        if isinstance(error, HemlineError):
            raise
        raise DataError(
            f"Expected a .npy file of uint8 pixels, received {path} that NumPy cannot read "
            f"({str(error).splitlines()[0]}); save it with numpy.save."
        ) from error


def _read_image(path: Path) -> Pixels:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=FORMATS) as image:
            if image.size != (SIDE, SIDE) or image.mode != "L":
                raise PixelsError(
                    f"Expected a 28x28 grey picture, received {image.width}x{image.height} "
                    f"{image.mode}; photographs are not read yet, so convert it first."
                )
            return as_pixels(np.asarray(image))
    except (UnidentifiedImageError, Image.DecompressionBombError, SyntaxError) as error:
        raise DataError(
            f"Expected a picture ({', '.join(FORMATS)}), an idx file or a .npy file, "
            f"received {path} that is none of these; check the file."
        ) from error
