"""Pictures known by how they begin, those in formats that are not read as well."""

import struct

_STARTS = (
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"8BPS", "Photoshop"),
    (b"%PDF", "PDF"),
    (b"\0\0\1\0", "icon"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"<svg", "SVG"),
    (b"v/1\x01", "OpenEXR"),
    (b"DDS ", "DirectDraw"),
)
_BRANDS = {b"avif": "AVIF", b"avis": "AVIF"} | dict.fromkeys(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "HEIC"
)
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_READ = {PNG: "PNG", JPEG: "JPEG", b"GIF87a": "GIF", b"GIF89a": "GIF"}
# Truevision's header: the table of colours, then place, size, depth and flags of the picture.
_TGA = struct.Struct("<BBBHHBHHHHBB")
_TGA_WITH_TABLE, _TGA_WITHOUT = (1, 9), (2, 3, 10, 11)  # kinds of pictures
_TGA_DEPTHS, _TGA_FLAGS = (8, 15, 16, 24, 32), 0x40
BEGINNING = 18  # bytes that are looked at


def kind_of(start: bytes) -> str:
    """What a picture that begins so is, of those that can be read; empty for anything else.

    Args:
        start: its first bytes, `BEGINNING` of them if there are as many.
    """
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WebP"
    return next((kind for begins, kind in _READ.items() if start.startswith(begins)), "")


def format_of(start: bytes) -> str:
    """What a file that begins so is; empty if nobody knows.

    Args:
        start: its first bytes, `BEGINNING` of them if there are as many.
    """
    if start[4:8] == b"ftyp":  # ISO/IEC 14496-12: a length, this, and the brand
        return _BRANDS.get(start[8:12], "video")
    known = (name for begins, name in _STARTS if start.startswith(begins))
    return next(known, "TGA" if _is_tga(start) else "")


def _is_tga(start: bytes) -> bool:
    """It has no number that it begins with, so every field has to make sense."""
    if len(start) < BEGINNING:
        return False
    _, table, kind, first, colours, bits, _, _, *size, depth, flags = _TGA.unpack(start)
    if kind in _TGA_WITH_TABLE:
        fits = table == 1 and bits in _TGA_DEPTHS and depth in (8, 16)
    else:
        fits = kind in _TGA_WITHOUT and not any((table, first, colours, bits))
    return fits and all(size) and depth in _TGA_DEPTHS and flags < _TGA_FLAGS
