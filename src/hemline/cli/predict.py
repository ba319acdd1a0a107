"""`hemline predict`: labels and probabilities for pictures."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hemline import models
from hemline.cli.common import (
    DataOption,
    JsonOption,
    ModelOption,
    console,
    percent,
    plain_table,
    print_json,
    print_training_data,
)
from hemline.errors import HemlineError, PixelsError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hemline.classifier import Classifier

Row = dict[str, Any]


def command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="28x28 grey pictures, idx files, .npy files."),
    ] = None,
    model: ModelOption = models.DEFAULT,
    test_index: Annotated[
        str | None,
        typer.Option(metavar="I | I:J", help="Test pictures by index, with their actual label."),
    ] = None,
    top: Annotated[int, typer.Option(min=1, max=10, help="Classes to show, likeliest first.")] = 3,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Predict the class of pictures.

    Example: hemline predict --test-index 0
    """
    from hemline.classifier import Classifier

    if bool(files) == (test_index is not None):
        raise HemlineError(
            "Expected either picture files or --test-index, received "
            f"{'both' if files else 'neither'}; name some pictures."
        )
    classifier = Classifier.load(model)
    rows, complaints = (
        (_predict_test(classifier, test_index, data, top), [])
        if test_index is not None
        else _predict_files(classifier, files or [], top)
    )
    if as_json:
        print_json([{**row, "trained_on": classifier.trained_on} for row in rows])
    else:
        _print(rows)
        print_training_data(classifier)
    for complaint in complaints:
        print(f"hemline: {complaint}", file=sys.stderr)
    if complaints:
        raise typer.Exit(2)


def _predict_files(
    classifier: "Classifier", files: list[Path], top: int
) -> tuple[list[Row], list[str]]:
    """Rows of all pictures that can be read, and a sentence for each file that cannot."""
    import numpy as np

    from hemline.data import read_pictures

    rows: list[Row] = []
    complaints: list[str] = []
    for file in files:
        try:
            pictures = list(read_pictures(file))
        except HemlineError as error:
            complaints.append(str(error))
            continue
        if pictures:
            pixels = np.stack([picture.pixels for picture in pictures])
            names = [{"file": picture.name} for picture in pictures]
            rows += _rows(classifier.predict_proba(pixels), names, top)
    return rows, complaints


def _predict_test(classifier: "Classifier", index: str, data: str | None, top: int) -> list[Row]:
    from hemline.data import open_dataset
    from hemline.labels import CLASSES

    dataset = open_dataset(data)
    places = _places(index, len(dataset.test))
    probabilities = classifier.predict_proba(dataset.test.pixels[places])
    rows = _rows(probabilities, [{"index": place} for place in places], top)
    for row, place in zip(rows, places, strict=True):
        actual = int(dataset.test.labels[place])
        row["actual"] = {"label": actual, "class": CLASSES[actual]}
        row["data"] = dataset.name
    return rows


def _places(index: str, count: int) -> list[int]:
    """`3` or `0:10`, within a test part of `count` pictures."""
    first, colon, last = index.partition(":")
    try:
        start = int(first or 0) if colon else int(first)
        stop = int(last or count) if colon else start + 1
    except ValueError:
        start = stop = -1
    if not 0 <= start < stop <= count:
        raise PixelsError(
            f"Expected --test-index I or I:J within 0 to {count - 1:,}, received {index}; "
            "write 0, or 0:10 for the first ten."
        )
    return list(range(start, stop))


def _rows(probabilities: "NDArray[np.float32]", names: list[dict[str, Any]], top: int) -> list[Row]:
    from hemline.labels import CLASSES

    rows = []
    for name, row in zip(names, probabilities, strict=True):
        best = [
            {"label": int(label), "class": CLASSES[label], "probability": float(row[label])}
            for label in (-row).argsort(kind="stable")[:top]
        ]
        rows.append({**name, **best[0], "top": best})
    return rows


def _print(rows: list[Row]) -> None:
    if len(rows) == 1:
        _print_one(rows[0])
        return
    actual = any("actual" in row for row in rows)
    table = plain_table("Picture", "Predicted", "Probability", *(["Actual", ""] if actual else []))
    table.columns[2].justify = "right"
    for row in rows:
        cells = [_name(row), row["class"], percent(row["probability"])]
        if actual:
            cells += [row["actual"]["class"], "" if _agrees(row) else "wrong"]
        table.add_row(*cells)
    console().print(table)


def _print_one(row: Row) -> None:
    out = console()
    out.print(_name(row))
    out.print(f"  Predicted  [bold]{row['class']}[/bold] (label {row['label']})")
    if "actual" in row:
        verdict = "they agree" if _agrees(row) else "they differ"
        out.print(
            f"  Actual     {row['actual']['class']} (label {row['actual']['label']}): {verdict}"
        )
    for entry in row["top"]:
        bar = "█" * round(30 * entry["probability"])
        out.print(f"  {percent(entry['probability']):>10}  {entry['class']:<12} {bar}")


def _name(row: Row) -> str:
    return row["file"] if "file" in row else f"Test picture {row['index']} of {row['data']}"


def _agrees(row: Row) -> bool:
    return bool(row["label"] == row["actual"]["label"])
