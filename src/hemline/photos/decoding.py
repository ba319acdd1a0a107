"""Picture files become arrays: checked before they are decoded, never a surprise."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hemline.errors import PhotoError
from hemline.photos.opening import opened, too_large

if TYPE_CHECKING:
    from PIL.Image import Image

MEGAPIXELS = 50  # phones take up to 50 at once; decoding them takes up to 800 MB as WebP, else 600
EDGE = 448  # longest edge that is kept: sixteen times 28
_SHORTEST, _SHORTEST_GARMENT = 1, 16  # below there is nothing to find
_LONGEST_RATIO = 12  # no garment is so long
_ROWS = 64  # that are brought to eight bits at once
_ORIENTATION = 0x0112
_TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}  # EXIF to Pillow's Transpose, from EXIF 2.32

Colours = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Photo:
    """A decoded picture, upright, its longest edge at most 448.

    Attributes:
        name: of the file.
        colours: red, green and blue, uint8 `(height, width, 3)`; on white where it is transparent.
        opaque: bool `(height, width)`, or None if the picture has no transparent part.
        size: width and height of the file, before it was turned and shrunk.
    """

    name: str
    colours: Colours
    opaque: Mask | None
    size: tuple[int, int]


def decode(
    source: Path | bytes,
    name: str = "",
    *,
    megapixels: float = MEGAPIXELS,
    garment: bool = True,
) -> Photo:
    """Decode the first frame of a picture file.

    Args:
        source: the file, or its content.
        name: how errors call it; left out: the path.
        megapixels: larger pictures are refused before anything is decoded.
        garment: refuse what is too small or too long to hold one.

    Raises:
        PhotoError: too large, too small, or damaged.
        DataError: not one of these formats.
        OSError: the file cannot be opened.
    """
    name = name or name_of(source)
    with opened(source, name) as image:
        size = image.size
        _check_size(size, name, megapixels, _SHORTEST_GARMENT if garment else _SHORTEST)
        image.draft(None, _kept(size))  # JPEG: decodes only as large as is needed
        image.load()
        _check_size(image.size, name, megapixels, _SHORTEST)  # frames can be larger than said
        # Of a TIFF Pillow turns the pixels itself.
        turn = 1 if image.format == "TIFF" else _orientation(image, name)
        return Photo(name, *_upright(image, turn), size)


def name_of(source: Path | bytes) -> str:
    """How errors call a picture that nobody has named."""
    return str(source) if isinstance(source, Path) else "the picture"


def _check_size(size: tuple[int, int], name: str, megapixels: float, shortest: int) -> None:
    width, height = size
    if width * height > megapixels * 1e6:
        raise too_large(name, f"{width:,}x{height:,} ({width * height / 1e6:.1f} megapixels)")
    if shortest > 1 and (min(size) < shortest or max(size) > _LONGEST_RATIO * min(size)):
        raise PhotoError(
            f"Expected a picture of at least {shortest}x{shortest} and at most "
            f"{_LONGEST_RATIO} times as long as wide, received {name} of {width:,}x{height:,}; "
            "pass a photograph of one garment."
        )


def _orientation(image: "Image", name: str) -> int:
    """The turn that EXIF asks for, 1 to 8; refused if there is EXIF that cannot be understood."""
    from PIL.Image import Exif

    content, exif = image.info.get("exif"), Exif()
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        try:
            # Anew, because Pillow has read it once already and kept what was wrong to itself.
            exif.load(content or b"")
            broken = bool(complaints)
        except Exception:  # Pillow's parser raises whatever its own reading raises
            broken = True
    turn = exif.get(_ORIENTATION) or (None if broken else image.getexif().get(_ORIENTATION))
    if broken and turn is None:
        raise PhotoError(
            f"Expected EXIF that says which way is up, received {name} with broken EXIF; "
            "save the picture anew without it."
        )
    return turn if turn in _TURNS else 1  # 0 and the like mean: unknown


def _upright(image: "Image", turn: int) -> tuple[Colours, Mask | None]:
    """Colours and opaque part, shrunk and turned."""
    from PIL.Image import Resampling, Transpose

    image = _eight_bits(image)
    if turn in _TURNS:
        image = image.transpose(Transpose(_TURNS[turn]))
    if max(image.size) > EDGE:
        # `reducing_gap` averages whole blocks first: ten times faster, no visible difference.
        image = image.resize(_kept(image.size), Resampling.BILINEAR, reducing_gap=2)
    if image.mode == "RGB":
        return np.array(image), None
    array = np.array(image).astype(np.float32)
    alpha = array[..., 3:] / 255
    colours = np.rint(array[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    opaque = alpha[..., 0] >= 0.5
    return colours, None if opaque.all() else opaque


def _kept(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height of what is kept of a picture."""
    scale = min(EDGE / max(size), 1.0)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _eight_bits(image: "Image") -> "Image":
    """The picture as RGB, or as RGBA if anything in it may be transparent."""
    from PIL import Image

    if image.mode.startswith("I"):  # 16 bits of grey
        image = Image.fromarray(_high_bytes(image))
    mode = "RGBA" if image.has_transparency_data else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _high_bytes(image: "Image") -> NDArray[np.uint8]:
    """The upper eight of 16 bits, uint8 `(height, width)`; some rows at a time, to save memory."""
    levels = np.empty((image.height, image.width), np.uint8)
    for top in range(0, image.height, _ROWS):
        bottom = min(image.height, top + _ROWS)
        rows = np.asarray(image.crop((0, top, image.width, bottom)), np.int64)
        levels[top:bottom] = np.clip(rows >> 8, 0, 255)
    return levels
