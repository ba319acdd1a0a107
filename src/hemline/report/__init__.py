"""Pictures for people."""

from hemline.report.sheets import Tile, draw_sheet

__all__ = ["Tile", "draw_sheet"]
