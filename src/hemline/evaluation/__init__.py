"""Evaluation: figures that can be trusted, each with what it was computed on."""

from hemline.evaluation.evaluate import ClassFigures, Evaluation, evaluate
from hemline.evaluation.intervals import wilson_interval
from hemline.evaluation.metrics import (
    brier_score,
    confusion_matrix,
    expected_calibration_error,
    negative_log_likelihood,
    per_class_figures,
)

__all__ = [
    "ClassFigures",
    "Evaluation",
    "brier_score",
    "confusion_matrix",
    "evaluate",
    "expected_calibration_error",
    "negative_log_likelihood",
    "per_class_figures",
    "wilson_interval",
]
