"""The steps from a photograph to the 28x28 that the model saw, drawn large enough to judge."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from hemline.photos import Colours, Mask, Seen
from hemline.pixels import SIDE

_PANEL = 10 * SIDE  # edge of a step: ten screen pixels for each that the model sees
_GAP, _MARGIN, _LINE = 16, 24, 20
_PAPER, _INK, _QUIET = "#ffffff", "#1d1f24", "#6b7078"
_OUTLINE = (255, 0, 200)  # magenta: the rarest colour in clothes and floors
_STEPS = ("Photograph, upright", "Garment found", "Cut out, as bright as the data", "28x28: seen")


def draw_steps(pictures: Sequence[tuple[Seen, str]]) -> bytes:
    """Draw one row a picture: photograph, garment outlined, cut out, 28x28.

    Args:
        pictures: what was seen, each with the answer that was given.

    Returns:
        A PNG, as bytes.
    """
    row = _PANEL + 3 * _LINE + _GAP
    width = len(_STEPS) * (_PANEL + _GAP) - _GAP + 2 * _MARGIN
    sheet = Image.new("RGB", (width, len(pictures) * row + 2 * _MARGIN - _GAP), _PAPER)
    for place, (seen, answer) in enumerate(pictures):
        _draw_row(sheet, seen, answer, _MARGIN + place * row)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _draw_row(sheet: Image.Image, seen: Seen, answer: str, y: int) -> None:
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN, y), f"{Path(seen.name).name}: {answer}", _INK, ImageFont.load_default(15))
    for place, (caption, panel) in enumerate(_panels(seen)):
        x = _MARGIN + place * (_PANEL + _GAP)
        left, top = (_PANEL - panel.width) // 2, (_PANEL - panel.height) // 2
        sheet.paste(panel, (x + left, y + 2 * _LINE - 8 + top))
        below = (x, y + 2 * _LINE - 4 + _PANEL)
        draw.text(below, caption, _QUIET, ImageFont.load_default(12))


def _panels(seen: Seen) -> list[tuple[str, Image.Image]]:
    model = _fitted(seen.pixels)
    if seen.garment is None:
        return [("28x28 already: seen bit for bit", model)]
    steps = (
        _fitted(seen.colours),
        _fitted(_outlined(seen.colours, seen.garment)),
        _fitted(seen.cut),
        model,
    )
    return list(zip(_STEPS, steps, strict=True))


def _fitted(array: Colours) -> Image.Image:
    """A picture as large as the panel allows; the model's own pixels stay squares."""
    image = Image.fromarray(array)
    scale = _PANEL / max(image.size)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    squares = image.size == (SIDE, SIDE)
    return image.resize(size, Image.Resampling.NEAREST if squares else Image.Resampling.LANCZOS)


def _outlined(colours: Colours, garment: Mask) -> Colours:
    """The garment with a line around it, the rest faded."""
    width = max(1, round(max(garment.shape) / 150))
    wide = np.pad(garment, width, mode="edge")
    inner = wide.copy()
    for shift in range(-width, width + 1):
        inner &= np.roll(wide, shift, axis=0) & np.roll(wide, shift, axis=1)
    line = garment & ~inner[width:-width, width:-width]
    drawn = np.where(garment[..., None], colours, colours // 3 + 150)
    drawn[line] = _OUTLINE
    return drawn.astype(np.uint8)
