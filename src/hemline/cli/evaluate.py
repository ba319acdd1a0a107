"""`hemline evaluate`: honest figures of a model file on the test part."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hemline import models
from hemline.cli.answers import plain
from hemline.cli.common import (
    JsonOption,
    ModelArgument,
    accuracy_line,
    console,
    percent,
    plain_table,
    print_json,
    print_training_data,
)
from hemline.cli.opening import DataArguments, takes_data

if TYPE_CHECKING:
    from rich.console import Console

    from hemline.data import Dataset
    from hemline.evaluation import ClassFigures, Evaluation

_TABLE = 20  # classes: of more the hardest are shown, and no matrix
_PAIRS, _MORE_PAIRS = 5, 10  # most often confused; of more classes more of them
_NAME = 16  # columns that the name of a class needs at the least


@takes_data
def command(
    *,
    model: ModelArgument = models.DEFAULT,
    csv: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="Also write the answer to every test picture."),
    ] = None,
    data: DataArguments,
    as_json: JsonOption = False,
) -> None:
    """Evaluate a model file on the test part of the data.

    Example: hemline evaluate runs/seed-0
    """
    from hemline.classifier import Classifier
    from hemline.cli.judging import open_for, warn_of_another_split, write_table
    from hemline.evaluation import evaluate_probabilities

    classifier = Classifier.load(model)
    dataset = open_for(classifier, model, data, quiet=as_json)
    answers = classifier.answer(dataset.test.pixels)
    if csv is not None:
        write_table(csv, dataset, range(len(dataset.test)), answers, classifier)
    evaluation = evaluate_probabilities(answers.probabilities, dataset.test.labels, dataset.classes)
    if as_json:
        described = dataset.describe(dataset.test)
        facts = {"model": str(classifier.path), "trained_on": classifier.trained_on}
        print_json(facts | _describe(evaluation) | {"data": described})
    else:
        _print(evaluation, dataset)
        print_training_data(classifier)
    warn_of_another_split(classifier, dataset)


def _describe(evaluation: "Evaluation") -> dict[str, Any]:
    names = [row.name for row in evaluation.per_class]
    return asdict(evaluation) | {
        "per_class": [_figures(row) for row in evaluation.per_class],
        "untested": evaluation.untested,
        "confusion": evaluation.confusion.tolist(),
        "most_confused": [
            {"actual": names[actual], "predicted": names[predicted], "count": count}
            for actual, predicted, count in evaluation.most_confused(_pairs(names))
        ],
    }


def _figures(row: "ClassFigures") -> dict[str, Any]:
    figures = asdict(row)
    return {"label": figures.pop("label"), "class": figures.pop("name"), **figures}


def _print(evaluation: "Evaluation", dataset: "Dataset") -> None:
    out, data = console(), dataset.name
    _print_summary(out, evaluation, data)
    _print_classes(out, evaluation, data)
    _print_confusion(out, evaluation, data)
    names = dataset.classes
    pairs = evaluation.most_confused(_pairs(names))
    if pairs:
        out.print(plain("\n", ("Most often confused", "bold"), f" on {data}"))
    for actual, predicted, count in pairs:
        out.print(plain(f"{count:>5}  {names[actual]} taken for {names[predicted]}"))


def _print_summary(out: "Console", evaluation: "Evaluation", data: str) -> None:
    out.print(plain((accuracy_line(evaluation, data), "bold")))
    means = [
        f"{name} {percent(mean)} (95 %: {100 * low:.2f} to {100 * high:.2f})"
        for name, mean, (low, high) in (
            (
                "Balanced accuracy",
                evaluation.balanced_accuracy,
                evaluation.balanced_accuracy_interval,
            ),
            ("macro F1", evaluation.macro_f1, evaluation.macro_f1_interval),
        )
    ]
    out.print(",\n".join(means))
    out.print(
        f"Loss {evaluation.nll:.4f} nats, Brier score {evaluation.brier:.4f}, "
        f"expected calibration error {percent(evaluation.ece)}\n"
    )


def _print_classes(out: "Console", evaluation: "Evaluation", data: str) -> None:
    """All classes in order, or the hardest of many."""
    rows = evaluation.per_class
    title = f" on {data}"
    if len(rows) > _TABLE:
        rows = evaluation.hardest[:_TABLE]
        title = f": the {len(rows)} hardest of {len(evaluation.per_class):,}{title}"
    out.print(plain(("Per class", "bold"), title))
    table = plain_table("Class", "Precision", "Recall", "95 %", "F1", "Pictures", right=5)
    table.columns[0].no_wrap, table.columns[0].overflow = False, "fold"
    for row in rows:
        low, high = row.recall_interval
        figures = [percent(row.precision), percent(row.recall)]
        figures += [f"{100 * low:.1f} to {100 * high:.1f}", percent(row.f1)]
        shown = figures if row.support else ["-"] * len(figures)
        table.add_row(plain(row.name), *shown, f"{row.support:,}")
    out.print(table)
    untested = evaluation.untested
    if untested:
        named = f"{', '.join(untested[:_PAIRS])}{' ...' if len(untested) > _PAIRS else ''}"
        sentence = (
            f"No test picture of {len(untested):,} of {len(evaluation.per_class):,} classes, "
            f"which no mean takes in: {named}"
        )
        out.print(plain(sentence), soft_wrap=False)


def _print_confusion(out: "Console", evaluation: "Evaluation", data: str) -> None:
    """The matrix, where it fits the terminal."""
    names = [row.name for row in evaluation.per_class]
    digits = len(str(max(int(evaluation.confusion.max()), len(names) - 1)))
    if len(names) > _TABLE or len(names) * (digits + 1) + _NAME > out.width:
        return
    out.print(plain("\n", ("Confusion", "bold"), f" on {data}"))
    out.print("Row: actual class; column: predicted label")
    table = plain_table("", *map(str, range(len(names))), right=len(names))
    table.columns[0].no_wrap, table.columns[0].overflow = False, "fold"
    table.padding = (0, 1, 0, 0)  # so that its counts are whole in a narrow terminal, too
    for label, counts in enumerate(evaluation.confusion.tolist()):
        cells = (
            plain((str(n), "bold")) if i == label else str(n or "·") for i, n in enumerate(counts)
        )
        table.add_row(plain(f"{label} {names[label]}"), *cells)
    out.print(table)


def _pairs(classes: Sequence[str]) -> int:
    return _PAIRS if len(classes) <= _TABLE else _MORE_PAIRS
