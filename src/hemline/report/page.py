"""The report: one self-contained HTML page on one run, or on several side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hemline.evaluation import reliability_bins, worst_mistakes
from hemline.files import write_whole
from hemline.pixels import Pixels
from hemline.report import charts
from hemline.report.class_rows import class_rows
from hemline.report.examined import Examined
from hemline.report.matrix import matrix_of
from hemline.report.tiles import Answer, answers, picture_uri, some_places
from hemline.report.words import describe_parts, lead_of, times

_SOME, _WORST = 24, 24  # test pictures shown
_PAIRS, _EXAMPLES = 6, 6  # pairs of classes most often confused, and pictures of each


@dataclass(frozen=True)
class ConfusedPair:
    """A mistake that is made often, with its most confident examples."""

    actual: str
    predicted: str
    count: int
    examples: list[Answer]


def write_report(runs: Sequence[Examined], augmented: Sequence[Pixels | None], path: Path) -> None:
    """Write the page.

    Args:
        runs: judged on the same data, at least one.
        augmented: for each run rows of pictures in the form of the data: a training picture and
            what the augmentation makes of it; None where there is none.
        path: of the page.

    Raises:
        OSError: the file cannot be written.
    """
    write_whole(path, render_report(runs, augmented))


def render_report(runs: Sequence[Examined], augmented: Sequence[Pixels | None]) -> str:
    """The page as text; it refers to nothing outside itself."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("hemline", "report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": _percent, "count": "{:,}".format, "duration": _duration}
    environment.filters |= {"points": _points, "times": times}
    contents = [_content(run, pixels, runs) for run, pixels in zip(runs, augmented, strict=True)]
    template = environment.get_template("page.html.j2")
    page = template.render(data=runs[0].dataset, runs=contents, lead=lead_of(runs))
    return page.strip() + "\n"


def _content(run: Examined, augmented: Pixels | None, runs: Sequence[Examined]) -> dict[str, Any]:
    """What the template shows of one run."""
    labels, evaluation = run.dataset.test.labels, run.evaluation
    return {
        "run": run,
        "evaluation": evaluation,
        "gain": run.gain_over(runs[0]) if run is not runs[0] else None,
        "charts": _charts(run, runs),
        "says": describe_parts(run),
        "matrix": matrix_of(evaluation),
        "classes": class_rows(evaluation),
        "some": answers(run, some_places(labels, _SOME)),
        "pairs": _confused_pairs(run),
        "worst": answers(run, worst_mistakes(run.probabilities, labels, _WORST)),
        "augmented": []
        if augmented is None
        else [list(map(picture_uri, row)) for row in augmented],
    }


def _charts(run: Examined, runs: Sequence[Examined]) -> dict[str, Any]:
    from markupsafe import Markup

    bins = reliability_bins(run.probabilities, run.dataset.test.labels)
    drawn = {"reliability": charts.draw_reliability(bins)}
    for key in ("loss", "accuracy") if run.epochs else ():
        drawn[key] = charts.draw_curves(run.epochs, run.kept, key, _limits(runs, key))
    return {name: Markup(chart) for name, chart in drawn.items()}  # noqa: S704  made here


def _limits(runs: Sequence[Examined], key: str) -> tuple[float, float]:
    """One axis for all runs: curves side by side are compared by their height."""
    values = [
        epoch[name]
        for run in runs
        for epoch in run.epochs
        for name in (key, f"validation_{key}")
        if epoch[name] is not None
    ]
    low, high = min(values), max(values)
    margin = 0.05 * (high - low) + 1e-3
    return low - margin, high + margin


def _confused_pairs(run: Examined) -> list[ConfusedPair]:
    labels, predicted = run.dataset.test.labels, run.predicted
    worst, classes = worst_mistakes(run.probabilities, labels), run.dataset.classes
    pairs = []
    for actual, taken_for, count in run.evaluation.most_confused(_PAIRS):
        among = worst[(labels[worst] == actual) & (predicted[worst] == taken_for)]
        examples = answers(run, among[:_EXAMPLES])
        pairs.append(ConfusedPair(classes[actual], classes[taken_for], count, examples))
    return pairs


def _percent(share: float, digits: int = 2) -> str:
    return f"{100 * share:.{digits}f}\N{NO-BREAK SPACE}%" if np.isfinite(share) else "-"


def _points(difference: float, sign: str = "") -> str:
    """A difference of shares in percentage points, with a true minus."""
    return f"{100 * difference:{sign}.2f}".replace("-", "\N{MINUS SIGN}")


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
