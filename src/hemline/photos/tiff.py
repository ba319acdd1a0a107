"""TIFF: what of it is a picture that can be read, decided before it is decoded."""

from typing import TYPE_CHECKING

from hemline.errors import PhotoError

if TYPE_CHECKING:
    from PIL.Image import Image

# Others are kept for scans and maps; JPEG and WebP within a TIFF would need limits of their own.
_COMPRESSIONS = {
    "raw",
    "tiff_lzw",
    "tiff_adobe_deflate",
    "tiff_deflate",
    "packbits",
    "tiff_ccitt",
    "group3",
    "group4",
}
_NO_COLOURS = {"F": "decimal numbers", "I": "numbers of 32 bits", "LAB": "Lab colours"}
_KIND, _DNG = 254, 50706  # tags: of the first picture, and of Adobe's raw files
_REDUCED = 1  # the first picture is a smaller copy of another one
_TILES = (322, 323)  # width and height of the pieces in which pixels are stored
_PADDING = 1024  # pixels by which a tile may be larger than the picture


def refuse_tiff(image: "Image", name: str) -> None:
    """Refuse a TIFF that is no picture of eight or sixteen bits, or costs more than it shows.

    Args:
        image: opened and not decoded; other formats pass.
        name: how the error calls it.

    Raises:
        PhotoError: it is one.
    """
    if image.format == "TIFF" and (reason := _reason(image)):
        raise PhotoError(
            f"Expected a TIFF of 8 or 16 bits, uncompressed or packed by LZW, Deflate or PackBits, "
            f"received {name} that {reason}; save it anew as PNG."
        )


def _reason(image: "Image") -> str:
    tags = getattr(image, "tag_v2", {})
    kind = tags.get(_KIND, 0)
    packed = image.info.get("compression", "raw")
    tiles = [size for tag in _TILES if isinstance(size := tags.get(tag), int)]
    if _DNG in tags or (isinstance(kind, int) and kind & _REDUCED):
        return "is a camera's raw file, or begins with a preview"
    if packed not in _COMPRESSIONS:
        return f"is packed by {packed}"
    if any(size > max(image.size) + _PADDING for size in tiles):
        return "has tiles larger than the picture"
    return f"holds {_NO_COLOURS[image.mode]}" if image.mode in _NO_COLOURS else ""
