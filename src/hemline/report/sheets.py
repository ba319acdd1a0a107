"""Sheets: many small pictures in a grid, each with a few words below it."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from hemline.pixels import Pixels
from hemline.report.fonts import font_for, shortened

_LARGEST, _LEAST = 128, 112  # screen pixels: of the longest edge, and for captions
_GAP, _LINE, _MARGIN, _TITLE = 14, 16, 24, 22
_PAPER, _INK, _QUIET = "#ffffff", "#1d1f24", "#6b7078"
_COLOURS = {None: _INK, True: "#1a6b3c", False: "#b3261e"}


@dataclass(frozen=True)
class Tile:
    """One picture `(h, w)` or `(h, w, 3)` uint8 with captions; `right` marks an answer so."""

    pixels: Pixels
    captions: Sequence[str]
    right: bool | None = None


def draw_sheet(title: str, subtitle: str, tiles: Sequence[Tile], columns: int) -> bytes:
    """Draw `tiles`, pictures of one size, row by row under a title.

    Returns:
        A PNG, as bytes.
    """
    captions = max(len(tile.captions) for tile in tiles)
    width, height = enlarged(tiles[0].pixels, _LARGEST).size
    cell = (max(width, _LEAST) + _GAP, height + captions * _LINE + _GAP + 4)
    rows = -(-len(tiles) // columns)
    top = _MARGIN + _TITLE + _LINE + _GAP
    size = (columns * cell[0] - _GAP + 2 * _MARGIN, top + rows * cell[1] - _GAP + _MARGIN)
    sheet = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN, _MARGIN), title, _INK, font_for(title, 18))
    draw.text((_MARGIN, _MARGIN + _TITLE), subtitle, _QUIET, font_for(subtitle, 12))
    for place, tile in enumerate(tiles):
        row, column = divmod(place, columns)
        _draw_tile(sheet, draw, tile, (_MARGIN + column * cell[0], top + row * cell[1]))
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return buffer.getvalue()


def enlarged(pixels: Pixels, edge: int) -> Image.Image:
    """A picture about so large: small ones in whole squares of a pixel, large ones shrunk."""
    image = Image.fromarray(pixels)
    longest = max(image.size)
    if longest > edge:
        image.thumbnail((edge, edge), Image.Resampling.LANCZOS)
        return image
    scale = edge // longest
    return image.resize((scale * image.width, scale * image.height), Image.Resampling.NEAREST)


def _draw_tile(
    sheet: Image.Image, draw: ImageDraw.ImageDraw, tile: Tile, corner: tuple[int, int]
) -> None:
    x, y = corner
    picture = enlarged(tile.pixels, _LARGEST)
    sheet.paste(picture, corner)
    colour = _COLOURS[tile.right]
    right, bottom = x + picture.width, y + picture.height
    if tile.right is not None:
        draw.rectangle((x - 2, y - 2, right + 1, bottom + 1), outline=colour, width=2)
    if tile.right is not None and not tile.right:  # a second sign beside the colour
        _draw_cross(draw, right - 18, y + 6, colour)
    for line, caption in enumerate(tile.captions):
        ink, font = colour if line == 0 else _QUIET, font_for(caption, 12)
        words = shortened(caption, font, max(picture.width, _LEAST) + _GAP // 2)
        draw.text((x, bottom + 4 + line * _LINE), words, ink, font)


def _draw_cross(draw: ImageDraw.ImageDraw, x: int, y: int, colour: str) -> None:
    draw.rectangle((x - 3, y - 3, x + 14, y + 14), fill=_PAPER)
    draw.line((x, y, x + 11, y + 11), colour, 3)
    draw.line((x, y + 11, x + 11, y), colour, 3)
