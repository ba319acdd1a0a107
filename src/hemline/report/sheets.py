"""Sheets: many small pictures in a grid, each with a few words below it."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from hemline.pixels import SIDE, Pixels

_SCALE = 4
_PICTURE = SIDE * _SCALE
_GAP, _LINE, _MARGIN, _TITLE = 14, 16, 24, 22
_PAPER, _INK, _QUIET = "#ffffff", "#1d1f24", "#6b7078"
_COLOURS = {None: _INK, True: "#1a6b3c", False: "#b3261e"}


@dataclass(frozen=True)
class Tile:
    """One picture `(28, 28)` uint8 with captions; `right` marks an answer as right or wrong."""

    pixels: Pixels
    captions: Sequence[str]
    right: bool | None = None


def draw_sheet(title: str, subtitle: str, tiles: Sequence[Tile], columns: int) -> bytes:
    """Draw `tiles` row by row under a title.

    Returns:
        A PNG, as bytes.
    """
    captions = max(len(tile.captions) for tile in tiles)
    cell = (_PICTURE + _GAP, _PICTURE + captions * _LINE + _GAP + 4)
    rows = -(-len(tiles) // columns)
    top = _MARGIN + _TITLE + _LINE + _GAP
    size = (columns * cell[0] - _GAP + 2 * _MARGIN, top + rows * cell[1] - _GAP + _MARGIN)
    sheet = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN, _MARGIN), title, _INK, ImageFont.load_default(18))
    draw.text((_MARGIN, _MARGIN + _TITLE), subtitle, _QUIET, ImageFont.load_default(12))
    for place, tile in enumerate(tiles):
        row, column = divmod(place, columns)
        _draw_tile(sheet, draw, tile, (_MARGIN + column * cell[0], top + row * cell[1]))
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return buffer.getvalue()


def _draw_tile(
    sheet: Image.Image, draw: ImageDraw.ImageDraw, tile: Tile, corner: tuple[int, int]
) -> None:
    x, y = corner
    picture = Image.fromarray(tile.pixels).resize((_PICTURE, _PICTURE), Image.Resampling.NEAREST)
    sheet.paste(picture, corner)
    colour = _COLOURS[tile.right]
    if tile.right is not None:
        draw.rectangle((x - 2, y - 2, x + _PICTURE + 1, y + _PICTURE + 1), outline=colour, width=2)
    if tile.right is not None and not tile.right:  # a second sign beside the colour
        _draw_cross(draw, x + _PICTURE - 18, y + 6, colour)
    for line, caption in enumerate(tile.captions):
        ink = colour if line == 0 else _QUIET
        draw.text((x, y + _PICTURE + 4 + line * _LINE), caption, ink, ImageFont.load_default(12))


def _draw_cross(draw: ImageDraw.ImageDraw, x: int, y: int, colour: str) -> None:
    draw.rectangle((x - 3, y - 3, x + 14, y + 14), fill=_PAPER)
    draw.line((x, y, x + 11, y + 11), colour, 3)
    draw.line((x, y + 11, x + 11, y), colour, 3)
