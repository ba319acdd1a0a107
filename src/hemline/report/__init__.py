"""Pictures, pages and tables for people."""

from hemline.report.examined import Examined, examine
from hemline.report.page import render_report, write_report
from hemline.report.predictions import PredictionFile
from hemline.report.sheets import Tile, draw_sheet
from hemline.report.steps import draw_steps
from hemline.report.tables import answer_lines, write_answers
from hemline.report.tiles import some_places

__all__ = [
    "Examined",
    "PredictionFile",
    "Tile",
    "answer_lines",
    "draw_sheet",
    "draw_steps",
    "examine",
    "render_report",
    "some_places",
    "write_answers",
    "write_report",
]
