"""Pictures in formats that are not read, known by how they begin, so that they can be named."""

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
BEGINNING = 16  # bytes that are looked at


def format_of(start: bytes) -> str:
    """What a file that begins so is; empty if nobody knows.

    Args:
        start: its first bytes, `BEGINNING` of them if there are as many.
    """
    if start[4:8] == b"ftyp":  # ISO/IEC 14496-12: a length, this, and the brand
        return _BRANDS.get(start[8:12], "video")
    return next((name for begins, name in _STARTS if start.startswith(begins)), "")
