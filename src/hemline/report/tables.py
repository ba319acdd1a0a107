"""Answers as CSV: what a line holds, and how a cell is written so that no program obeys it."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from hemline.classifier import Answers, Classifier
from hemline.data import Dataset
from hemline.files import write_whole

ANSWER = ("class", "label", "probability", "none_of_these", "ood_score")
_KNOWN = ("index", "actual", "actual_label", *ANSWER)
# With which a spreadsheet's formulas begin (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?[0-9.]+(e[+-]?[0-9]+)?")

Line = Sequence[object]


def answer_lines(answers: Answers, classifier: Classifier) -> list[list[object]]:
    """Cells for each picture: what it is, whether it is anything, and the shares of all classes."""
    return [
        [
            classifier.classes_[label],
            label,
            f"{shares[label]:.6f}",
            score > classifier.threshold,
            f"{score:.6g}",
            *(f"{share:.6f}" for share in shares),
        ]
        for label, shares, score in zip(answers.labels, *answers, strict=True)
    ]


def write_answers(
    path: Path, dataset: Dataset, places: Sequence[int], answers: Answers, classifier: Classifier
) -> None:
    """Write the answers to some test pictures as a CSV file, beside their actual classes.

    Args:
        path: of the file.
        dataset: its classes in the order of the model.
        places: of the pictures in the test part.
        answers: to these pictures.
        classifier: that has answered.

    Raises:
        OSError: it cannot be written.
    """
    lines: list[Line] = [columns_of(_KNOWN, classifier.classes_)]
    for place, line in zip(places, answer_lines(answers, classifier), strict=True):
        actual = int(dataset.test.labels[place])
        lines.append([place, dataset.classes[actual], actual, *line])
    write_whole(path, csv_text(lines))


def columns_of(fixed: Sequence[str], classes: Iterable[str]) -> list[str]:
    """Those of the classes last, and none of them twice."""
    return [*fixed, *(f"{name} (class)" if name in fixed else str(name) for name in classes)]


def csv_text(lines: Iterable[Line]) -> bytes:
    """The lines as a file holds them."""
    buffer = io.StringIO()
    for line in lines:
        cells = [harmless(cell) if isinstance(cell, str) else cell for cell in line]
        # A carriage return ends a line as well, and not every Python quotes it.
        torn = any(isinstance(cell, str) and "\r" in cell for cell in cells)
        options: dict[str, Any] = {"quoting": csv.QUOTE_ALL} if torn else {}
        csv.writer(buffer, lineterminator="\n", **options).writerow(cells)
    # Names of files may hold bytes that are no UTF-8: they come back as they were.
    return buffer.getvalue().encode("utf-8", "surrogateescape")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: with one more apostrophe in front."""
    return f"'{cell}" if _is_formula(cell) else cell


def bare(cell: str) -> str:
    """What `harmless` was given."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell) else cell


def _is_formula(cell: str) -> bool:
    """Whether a cell would be one, but for the apostrophes that it may have."""
    inner = cell.lstrip("'")
    return inner.startswith(_FORMULA) and not _NUMBER.fullmatch(inner)
