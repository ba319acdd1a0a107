"""Pictures and tables for people."""

from hemline.report.predictions import PredictionFile
from hemline.report.sheets import Tile, draw_sheet
from hemline.report.steps import draw_steps

__all__ = ["PredictionFile", "Tile", "draw_sheet", "draw_steps"]
