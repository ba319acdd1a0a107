"""`hemline evaluate`: honest figures of a model file on the test part."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from hemline import models
from hemline.cli.common import (
    DataOption,
    JsonOption,
    ModelArgument,
    accuracy_line,
    console,
    percent,
    plain_table,
    print_json,
    print_training_data,
)

if TYPE_CHECKING:
    from hemline.evaluation import Evaluation


def command(
    model: ModelArgument = models.DEFAULT, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Evaluate a model file on the test part of the data.

    Example: hemline evaluate runs/seed-0
    """
    from hemline.classifier import Classifier
    from hemline.data import open_dataset
    from hemline.evaluation import evaluate

    classifier = Classifier.load(model)
    dataset = open_dataset(data)
    evaluation = evaluate(classifier, dataset.test.pixels, dataset.test.labels)
    if as_json:
        described = dataset.describe(dataset.test)
        facts = {"model": str(classifier.path), "trained_on": classifier.trained_on}
        print_json(facts | _describe(evaluation) | {"data": described})
    else:
        _print(evaluation, dataset.name)
        print_training_data(classifier)


def _describe(evaluation: "Evaluation") -> dict[str, Any]:
    from hemline.labels import CLASSES

    return asdict(evaluation) | {
        "interval": list(evaluation.interval),
        "per_class": [
            {"label": row.label, "class": row.name, **_figures(row)} for row in evaluation.per_class
        ],
        "confusion": evaluation.confusion.tolist(),
        "most_confused": [
            {"actual": CLASSES[actual], "predicted": CLASSES[predicted], "count": count}
            for actual, predicted, count in evaluation.most_confused()
        ],
    }


def _figures(row: Any) -> dict[str, Any]:
    return {key: getattr(row, key) for key in ("precision", "recall", "f1", "support")}


def _print(evaluation: "Evaluation", data: str) -> None:
    from hemline.labels import CLASSES

    out = console()
    out.print(f"[bold]{accuracy_line(evaluation, data)}[/bold]")
    out.print(
        f"Loss {evaluation.nll:.4f} nats, Brier score {evaluation.brier:.4f}, "
        f"expected calibration error {percent(evaluation.ece)}\n"
    )
    out.print(f"[bold]Per class[/bold] on {data}")
    classes = plain_table("Class", "Precision", "Recall", "F1", "Pictures", right=4)
    for row in evaluation.per_class:
        figures = (percent(value) for value in (row.precision, row.recall, row.f1))
        classes.add_row(row.name, *figures, f"{row.support:,}")
    out.print(classes)
    out.print(f"\n[bold]Confusion[/bold] on {data}\nRow: actual class; column: predicted label")
    confusion = plain_table("", *map(str, range(len(CLASSES))), right=len(CLASSES))
    confusion.padding = (0, 1, 0, 0)  # so that its counts are whole in a narrow terminal, too
    for label, counts in enumerate(evaluation.confusion.tolist()):
        cells = (f"[bold]{n}[/bold]" if i == label else str(n or "·") for i, n in enumerate(counts))
        confusion.add_row(f"{label} {CLASSES[label]}", *cells)
    out.print(confusion)
    out.print(f"\n[bold]Most often confused[/bold] on {data}")
    for actual, predicted, count in evaluation.most_confused():
        out.print(f"{count:>5}  {CLASSES[actual]} taken for {CLASSES[predicted]}")
