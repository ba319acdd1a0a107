"""Masks of photographs, drawn by hand: polygons in hundredths of width and height."""

import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

JUDGES = Path(__file__).with_name("by_hand.json")  # of 60 photographs that judge the eye


def hand_drawn(edge, file=JUDGES):
    """Name of each photograph to its mask, 0 to 255, uint8 `(edge, edge)` whatever its aspect."""
    polygons = json.loads(file.read_text())
    return {name: _mask(outlines, edge) for name, outlines in polygons.items()}


def _mask(outlines, edge, finer=4):
    image = Image.new("L", (finer * edge, finer * edge))
    for outline in outlines:
        points = [(x * finer * edge / 100, y * finer * edge / 100) for x, y in outline]
        ImageDraw.Draw(image).polygon(points, fill=255)
    return np.asarray(image.resize((edge, edge), Image.Resampling.BOX))
