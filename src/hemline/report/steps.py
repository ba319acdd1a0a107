"""The steps from a picture file to what the model saw, drawn large enough to judge."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from hemline.photos import Colours, Mask, Seen
from hemline.pixels import Form, Pixels
from hemline.report.fonts import font_for, shortened
from hemline.report.sheets import enlarged

_PANEL = 280  # edge of a step: ten screen pixels for each of 28
_GAP, _MARGIN, _LINE = 16, 24, 20
_PAPER, _INK, _QUIET = "#ffffff", "#1d1f24", "#6b7078"
_OUTLINE = (255, 0, 200)  # magenta: the rarest colour in clothes and floors

Panel = tuple[str, Image.Image]


def draw_steps(pictures: Sequence[tuple[Seen, str]]) -> bytes:
    """Draw one row a picture: the file upright, what was found in it, what the model saw.

    Args:
        pictures: what was seen, each with the answer that was given.

    Returns:
        A PNG, as bytes.
    """
    rows = [_panels(seen) for seen, _ in pictures]
    row = _PANEL + 3 * _LINE + _GAP
    width = max(2, *map(len, rows)) * (_PANEL + _GAP) - _GAP + 2 * _MARGIN
    sheet = Image.new("RGB", (width, len(pictures) * row + 2 * _MARGIN - _GAP), _PAPER)
    for place, ((seen, answer), panels) in enumerate(zip(pictures, rows, strict=True)):
        y = _MARGIN + place * row
        title = f"{Path(seen.name).name}: {answer}"
        font = font_for(title, 15)
        words = shortened(title, font, width - 2 * _MARGIN)
        ImageDraw.Draw(sheet).text((_MARGIN, y), words, _INK, font)
        _draw_row(sheet, panels, y + 2 * _LINE - 8)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _draw_row(sheet: Image.Image, panels: Sequence[Panel], y: int) -> None:
    draw = ImageDraw.Draw(sheet)
    for place, (caption, panel) in enumerate(panels):
        x = _MARGIN + place * (_PANEL + _GAP)
        left, top = (_PANEL - panel.width) // 2, (_PANEL - panel.height) // 2
        sheet.paste(panel, (x + left, y + top))
        draw.text((x, y + 4 + _PANEL), caption, _QUIET, font_for(caption, 12))


def _panels(seen: Seen) -> list[Panel]:
    form = Form.of(seen.pixels[None])
    model = enlarged(seen.pixels, _PANEL)
    if _passed_through(seen.colours, seen.pixels):
        return [(f"{form} already: seen bit for bit", model)]
    last = (f"{form}: seen", model)
    upright = ("Picture, upright", _fitted(seen.colours))
    if seen.garment is None:
        return [upright, last]
    return [
        upright,
        ("Garment found", _fitted(_outlined(seen.colours, seen.garment))),
        ("Cut out, as bright as the data", _fitted(seen.cut)),
        last,
    ]


def _passed_through(colours: Colours, pixels: Pixels) -> bool:
    seen = pixels if pixels.ndim == 3 else pixels[..., None]
    return colours.shape[:2] == pixels.shape[:2] and bool((colours == seen).all())


def _fitted(array: Pixels) -> Image.Image:
    """A picture as large as the panel allows."""
    image = Image.fromarray(array)
    scale = _PANEL / max(image.size)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)


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
