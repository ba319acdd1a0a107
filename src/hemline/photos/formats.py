"""Formats of pictures, known by how files begin, whatever their names say."""

import struct

# Format: the names that its files usually have.
_READ = {
    "PNG": (".png", ".apng"),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
    "WebP": (".webp",),
    "AVIF": (".avif",),
    "HEIC": (".heic", ".heif", ".hif"),
    "TIFF": (".tif", ".tiff"),
    "BMP": (".bmp", ".dib"),
    "GIF": (".gif",),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm"),
}
FORMATS = tuple(_READ)
CERTAIN = tuple(name for name in FORMATS if name not in ("BMP", "PPM"))  # by two letters: anything
SUFFIXES = frozenset(suffix for suffixes in _READ.values() for suffix in suffixes)
BEGINNING = 64  # bytes that are looked at

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # the last two: with places of 64 bits
_STARTS = {
    PNG: "PNG",
    JPEG: "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    **dict.fromkeys(TIFF, "TIFF"),
    b"8BPS": "Photoshop",
    b"%PDF": "PDF",
    b"\0\0\1\0": "icon",
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL ": "JPEG XL",
    b"\0\0\0\x0cjP  ": "JPEG 2000",
    b"<svg": "SVG",
    b"v/1\x01": "OpenEXR",
    b"DDS ": "DirectDraw",
}
_HEVC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AV1 = {b"avif", b"avis"}
# Truevision's header: the table of colours, then place, size, depth and flags of the picture.
_TGA = struct.Struct("<BBBHHBHHHHBB")
_TGA_WITH_TABLE, _TGA_WITHOUT = (1, 9), (2, 3, 10, 11)  # kinds of pictures
_TGA_DEPTHS, _TGA_FLAGS = (8, 15, 16, 24, 32), 0x40


def is_picture(start: bytes) -> bool:
    """Whether a file that begins so is for certain a picture of a format that is read.

    Args:
        start: its first bytes, `BEGINNING` of them if there are as many.
    """
    return format_of(start) in CERTAIN


def format_of(start: bytes) -> str:
    """What a file that begins so is; empty if that is not certain, as of BMP and PPM.

    Args:
        start: its first bytes, `BEGINNING` of them if there are as many.
    """
    if start[4:8] == b"ftyp":
        return _boxed(start)
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WebP"
    if start[8:10] == b"CR" and start.startswith(TIFF):  # Canon's, which begins as a TIFF does
        return "camera raw"
    known = (name for begins, name in _STARTS.items() if start.startswith(begins))
    return next(known, "TGA" if _is_tga(start) else "")


def _boxed(start: bytes) -> str:
    """By its brands (ISO/IEC 14496-12): a length, `ftyp`, the brand, a version, and others."""
    length = min(max(int.from_bytes(start[:4], "big"), 12), len(start))
    brands = {start[8:12]} | {start[place : place + 4] for place in range(16, length, 4)}
    if brands & _AV1:
        return "AVIF"
    return "HEIC" if brands & _HEVC else "video"


def _is_tga(start: bytes) -> bool:
    """It has no number that it begins with, so every field has to make sense."""
    if len(start) < _TGA.size:
        return False
    _, table, kind, first, colours, bits, _, _, *size, depth, flags = _TGA.unpack_from(start)
    if kind in _TGA_WITH_TABLE:
        fits = table == 1 and bits in _TGA_DEPTHS and depth in (8, 16)
    else:
        fits = kind in _TGA_WITHOUT and not any((table, first, colours, bits))
    return fits and all(size) and depth in _TGA_DEPTHS and flags < _TGA_FLAGS
