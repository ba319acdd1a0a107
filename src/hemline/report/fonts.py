"""Fonts for drawn captions: names of classes may be in any script."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

# Where Pillow's own font lacks a letter, the first of these that is there and has all.
_OTHERS = (
    "DejaVuSans.ttf",
    "NotoSansCJK-Regular.ttc",
    "wqy-microhei.ttc",
    "Arial Unicode.ttf",
    "PingFang.ttc",
    "msyh.ttc",
    "malgun.ttf",
    "YuGothM.ttc",
    "Nirmala.ttf",
    "leelawui.ttf",
)
_NO_LETTER = "\uffff"  # every font draws it as it draws what it lacks


@cache
def font_for(text: str, size: int) -> FreeTypeFont:
    """A font that has every letter of `text`, if there is one; else Pillow's own."""
    own = ImageFont.load_default(size)
    assert isinstance(own, FreeTypeFont)  # noqa: S101  Pillow draws no text without FreeType
    if _has_all(own, text):
        return own
    return next((font for font in _other_fonts(size) if _has_all(font, text)), own)


def shortened(text: str, font: FreeTypeFont, width: int) -> str:
    """`text`, or as much of it as fits into so many pixels, and an ellipsis."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


@cache
def _other_fonts(size: int) -> tuple[FreeTypeFont, ...]:
    fonts = []
    for name in (*_OTHERS, *_of_matplotlib()):
        try:
            fonts.append(ImageFont.truetype(name, size))
        except OSError:
            continue
    return tuple(fonts)


def _of_matplotlib() -> list[str]:
    found = find_spec("matplotlib")
    fonts = Path(found.origin or "").parent / "mpl-data" / "fonts" / "ttf" if found else Path()
    return [str(fonts / "DejaVuSans.ttf")]


def _has_all(font: FreeTypeFont, text: str) -> bool:
    missing = bytes(font.getmask(_NO_LETTER))
    return all(letter.isspace() or bytes(font.getmask(letter)) != missing for letter in set(text))
