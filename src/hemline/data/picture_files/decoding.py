"""Picture files become pixels of one form, or a reason why they are none."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from hemline.cores import cores
from hemline.data.building.deciding import decide_intake
from hemline.data.building.forming import to_form
from hemline.data.building.splits import digest, has_colour
from hemline.data.memory import require_memory
from hemline.data.options import DataOptions, Size
from hemline.data.raw import PictureFile
from hemline.errors import DataError, HemlineError
from hemline.photos import see
from hemline.photos.intake import Intake
from hemline.photos.opening import open_image
from hemline.pixels import Form, Pixels

_GREY_MODES = {"1", "L", "LA", "I", "I;16", "I;16B", "F"}
_LARGE = 500_000  # pixels from which on decoding takes longer than the Python around it
_OFTEN = 100  # pictures between two reports of progress
_FILE = "a file"  # how errors call each

Progress = Callable[[float], None]


@dataclass
class Decoded:
    """The pictures among some files.

    Attributes:
        pixels: uint8 `(n, h, w)` or `(n, h, w, 3)`.
        intake: by which they became that, with the background that they share.
        origins: what `digest` makes of each picture as it came.
        refused: why the other files are none, by their places.
        coloured: whether any picture came in colour.
        changed: whether any picture did not stay as it came.
    """

    pixels: Pixels
    intake: Intake
    origins: list[bytes] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    coloured: bool = False
    changed: bool = False


class _Picture(NamedTuple):
    pixels: Pixels
    origin: bytes
    coloured: bool
    changed: bool


def decode_files(
    files: Sequence[PictureFile], wish: DataOptions | Intake, progress: Progress
) -> Decoded:
    """Decode files and bring them to a form.

    Args:
        files: pictures, as far as is known.
        wish: the intake, or what the user says of it.
        progress: is told the share that is done.

    Raises:
        DataError: the pixels would not fit into memory, or no file is a picture.
    """
    intake, sizes = survey(files, wish)
    threads = bool(intake.find) or float(np.prod(sizes, axis=1).mean()) > _LARGE
    decoded = _decoded(files, intake, progress, threads=threads)
    if isinstance(wish, DataOptions) and wish.colour is None and not decoded.coloured:
        decoded.intake = decide_intake(sizes, wish, colour=False)
        decoded.pixels = to_form(decoded.pixels, decoded.intake)
    decoded.intake = replace(decoded.intake, form=Form.of(decoded.pixels))
    return decoded


def survey(files: Sequence[PictureFile], wish: DataOptions | Intake) -> tuple[Intake, list[Size]]:
    """What the beginnings of the files say: the intake, and the width and height of each picture.

    Raises:
        DataError: the pixels would not fit into memory.
    """
    headers = [_header(file) for file in files]
    sizes = [size for size, _ in headers if size] or [(0, 0)]
    if isinstance(wish, Intake):
        # A background is told of pictures that a model is asked about, not of those of a data set.
        intake = replace(wish, form=replace(wish.form, background=""))
    else:
        intake = decide_intake(sizes, wish, colour=any(coloured for _, coloured in headers))
    needed = len(files) * intake.form.values
    require_memory(needed, f"{len(files):,} pictures of {intake.form}")
    return intake, sizes


def _header(file: PictureFile) -> tuple[Size | None, bool]:
    """Width and height as the file states them, None if it does not; whether it may be coloured."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with file.open() as stream, open_image(stream, _FILE) as image:
                return image.size, image.mode not in _GREY_MODES
        except Exception:  # what is wrong is said when it is decoded
            return None, False


def _decoded(
    files: Sequence[PictureFile], intake: Intake, progress: Progress, *, threads: bool
) -> Decoded:
    decoded = Decoded(np.empty((len(files), *intake.form.shape), np.uint8), intake)
    for place, picture in enumerate(_each(files, intake, threads=threads)):
        if isinstance(picture, str):
            decoded.refused[place] = picture
        else:
            decoded.pixels[len(decoded.origins)] = picture.pixels
            decoded.origins.append(picture.origin)
            decoded.coloured |= picture.coloured
            decoded.changed |= picture.changed
        if place % _OFTEN == 0:
            progress(place / len(files))
    if not decoded.origins:
        raise DataError(
            f"Expected pictures, received {len(files):,} files of which none can be read "
            f"({files[0].name}: {decoded.refused[0]}); obtain them again."
        )
    progress(1.0)
    decoded.pixels = decoded.pixels[: len(decoded.origins)]
    return decoded


def _each(
    files: Sequence[PictureFile], intake: Intake, *, threads: bool
) -> Iterator[_Picture | str]:
    if not threads:
        yield from (_picture(file, intake) for file in files)
        return
    with ThreadPoolExecutor(cores()) as pool:
        yield from pool.map(lambda file: _picture(file, intake), files)


def _picture(file: PictureFile, intake: Intake) -> _Picture | str:
    """The file's picture, or why it has none."""
    try:
        content = file.read()
        if reason := _not_a_picture(content):
            return reason
        seen = see(content, intake, _FILE)
    except DataError:
        return "no picture that can be read, in spite of its name"
    except HemlineError as error:
        return _reason(str(error))
    except OSError as error:
        return f"cannot be read ({error.strerror or type(error).__name__})"
    except MemoryError:
        return "does not fit into memory when it is decoded"
    coloured = has_colour(seen.colours)
    same = seen.garment is None and seen.pixels.shape[:2] == seen.colours.shape[:2]
    changed = not same or (coloured and intake.form.channels == 1)
    return _Picture(seen.pixels, digest(seen.colours), coloured, changed)


def _reason(sentence: str) -> str:
    """What an error says of the file: of `Expected …, received a file that is damaged; …` that."""
    received = sentence.partition(f"received {_FILE} ")[2].rpartition(";")[0]
    return received.removeprefix("that is ") or sentence


def _not_a_picture(content: bytes) -> str:
    if not content:
        return "empty"
    start = content[:512].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<body")):
        return "a web page, not a picture"
    return ""
