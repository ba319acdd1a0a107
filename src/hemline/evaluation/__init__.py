"""Evaluation: figures that can be trusted, each with what it was computed on."""

from hemline.evaluation.averages import balanced_accuracy, macro_f1
from hemline.evaluation.evaluate import (
    ClassFigures,
    Evaluation,
    evaluate,
    evaluate_probabilities,
)
from hemline.evaluation.intervals import paired_difference, wilson_interval
from hemline.evaluation.matching import match_dataset
from hemline.evaluation.metrics import (
    ReliabilityBins,
    brier_score,
    confusion_matrix,
    expected_calibration_error,
    negative_log_likelihood,
    per_class_figures,
    reliability_bins,
    worst_mistakes,
)

__all__ = [
    "ClassFigures",
    "Evaluation",
    "ReliabilityBins",
    "balanced_accuracy",
    "brier_score",
    "confusion_matrix",
    "evaluate",
    "evaluate_probabilities",
    "expected_calibration_error",
    "macro_f1",
    "match_dataset",
    "negative_log_likelihood",
    "paired_difference",
    "per_class_figures",
    "reliability_bins",
    "wilson_interval",
    "worst_mistakes",
]
