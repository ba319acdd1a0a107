"""Picture files opened: the format by their content, the costs known before anything is decoded."""

import contextlib
import io
import warnings
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from hemline.errors import DataError, PhotoError
from hemline.installing import install_command
from hemline.photos.costs import refuse_costly, refuse_large
from hemline.photos.formats import BEGINNING, FORMATS, format_of
from hemline.photos.pieces import refuse_many
from hemline.photos.tiff import refuse_tiff

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_MEGAPIXELS = 178  # from 179 on Pillow itself refuses
# What Pillow calls them, where that is another name. Those that begin in no way of their own last.
_PILLOW = {"WebP": ("WEBP",), "HEIC": ("HEIF",), "": ("BMP", "PPM")}


@contextlib.contextmanager
def opened(source: Path | bytes, name: str) -> Iterator["Image"]:
    """A picture file as an image of Pillow that is not decoded yet.

    Args:
        source: the file, or its content.
        name: how errors call it.

    Raises:
        PhotoError: too large, damaged, or dear to decode; in the block too.
        DataError: not one of the formats that are read.
        OSError: the file cannot be opened.
    """
    stream: BinaryIO = source.open("rb") if isinstance(source, Path) else io.BytesIO(source)
    with stream, _told(stream, name):
        refuse_large(stream, name)
        refuse_many(stream, name)
        with open_image(stream, name) as image:
            refuse_costly(image, stream, name)
            refuse_tiff(image, name)
            yield image


def open_image(stream: BinaryIO, name: str) -> "Image":
    """What Pillow makes of a file by its content alone; its errors are those of `PIL.Image.open`.

    Raises:
        PhotoError: a HEIC file without the package that reads it.
    """
    from PIL import Image, UnidentifiedImageError

    kind = format_of(stream.read(BEGINNING))
    stream.seek(0)
    if kind == "HEIC":
        _demand_heic(name)
    formats = _PILLOW.get(kind, (kind,) if kind in FORMATS else ())
    if not formats:
        raise UnidentifiedImageError(kind)
    return Image.open(stream, formats=formats)


@cache
def reads_heic() -> bool:
    """Whether the package for it is installed."""
    return find_spec("pillow_heif") is not None


def _demand_heic(name: str) -> None:
    if not reads_heic():
        raise PhotoError(
            f"Expected a picture that can be read here, received {name} that is HEIC, for which "
            f"the package pillow-heif is missing; run: {install_command('heic')}."
        )
    _register_heic()


@cache
def _register_heic() -> None:
    import pillow_heif

    # Maps of depth and the like are no pictures, and thumbnails are too small to be of use.
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


@contextlib.contextmanager
def _told(stream: BinaryIO, name: str) -> Iterator[None]:
    """What goes wrong meanwhile, in a sentence."""
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of what is checked here anyway
            yield
    except (DataError, PhotoError, MemoryError):
        raise
    except UnidentifiedImageError as error:
        raise _unknown(stream, name) from error
    except Image.DecompressionBombError as error:
        raise too_large(name, f"more than {MOST_MEGAPIXELS} megapixels") from error
    except Exception as error:  # what damaged files raise has no common base
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise PhotoError(
            f"Expected a whole picture, received {name} that is damaged ({reason}); "
            "obtain it again."
        ) from error


def too_large(name: str, received: str) -> PhotoError:
    """The error of a picture with too many pixels."""
    return PhotoError(
        f"Expected at most the pixels that --max-megapixels allows, received {name} of {received}; "
        f"shrink it, or allow up to {MOST_MEGAPIXELS}."
    )


def _unknown(stream: BinaryIO, name: str) -> DataError:
    stream.seek(0)
    kind = format_of(stream.read(BEGINNING))
    if kind and kind not in FORMATS:
        return DataError(
            f"Expected a picture ({', '.join(FORMATS)}), received {name} in the format {kind}, "
            "which is not read; convert it to JPEG or PNG."
        )
    return DataError(
        f"Expected a picture ({', '.join(FORMATS)}), an idx file or a .npy file, "
        f"received {name} that is none of these; check the file."
    )
