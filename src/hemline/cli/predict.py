"""`hemline predict`: labels and probabilities for photographs and other pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hemline import models
from hemline.cli.answers import Row, make_rows, print_rows
from hemline.cli.common import JsonOption, console, print_json, print_training_data, say
from hemline.cli.opening import DataArguments, takes_data
from hemline.errors import HemlineError, PixelsError

if TYPE_CHECKING:
    from hemline.classifier import Answers, Classifier
    from hemline.data import Dataset


@takes_data
def command(
    *,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="Pictures of any size, folders, globs; idx files and .npy files of pictures.",
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="MODEL",
            help=f"Model file, run folder or {' or '.join(models.shipped_models())}; "
            f"left out: {models.PHOTO} for photographs, {models.DEFAULT} for idx and .npy files "
            "and for test pictures.",
        ),
    ] = None,
    test_index: Annotated[
        str | None,
        typer.Option(metavar="I | I:J", help="Test pictures by index, with their actual label."),
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Classes to show, likeliest first.")] = 3,
    show: Annotated[
        Path | None,
        typer.Option(
            metavar="PNG", help="Draw the steps from file to what the model sees (12 pictures)."
        ),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="Write a table; files that it holds are not done again. Of test pictures it holds "
            "the actual class, too.",
        ),
    ] = None,
    max_megapixels: Annotated[
        float,
        typer.Option(
            min=0.001, max=178, metavar="N", help="Larger pictures are refused undecoded."
        ),
    ] = 50,
    data: DataArguments,
    as_json: JsonOption = False,
) -> None:
    """Predict the class of pictures.

    Example: hemline predict photo.jpg --show seen.png
    """
    from hemline.classifier import Classifier
    from hemline.cli.judging import open_for, write_table

    _check_use(files, test_index, csv, show)
    opened = model or Path(_usual_model(files or []))
    classifier = Classifier.load(opened)
    complaints: list[str] = []
    if test_index is not None:
        dataset = open_for(classifier, opened, data, quiet=True)
        places = _places(test_index, len(dataset.test))
        answers = classifier.answer(dataset.test.pixels[places])
        if csv is not None:
            write_table(csv, dataset, places, answers, classifier)
            written = {"csv": str(csv), "pictures": len(places)}
            _print_written(written, f"{len(places):,} test pictures", classifier, as_json=as_json)
            return
        rows = _test_rows(answers, classifier, places, dataset, top)
    else:
        from hemline.cli.files import expand, predict_files

        found, complaints = expand(files or [])
        if csv is not None:
            _write_csv(classifier, found, csv, max_megapixels, complaints, as_json=as_json)
            return
        rows, unread = predict_files(classifier, found, top, max_megapixels, show)
        complaints += unread
    if as_json:
        print_json([{**row, "trained_on": classifier.trained_on} for row in rows])
    else:
        print_rows(rows)
        if rows:
            print_training_data(classifier)
    _complain(complaints)


def _usual_model(files: list[Path]) -> str:
    """The one for photographs, unless nothing but pixels of the data set is named."""
    from hemline.data.pictures import holds_pixels

    return models.DEFAULT if all(map(holds_pixels, files)) else models.PHOTO


def _check_use(
    files: list[Path] | None, test_index: str | None, csv: Path | None, show: Path | None
) -> None:
    if bool(files) == (test_index is not None):
        raise HemlineError(
            "Expected either picture files or --test-index, received "
            f"{'both' if files else 'neither'}; name some pictures."
        )
    if show and not files:
        raise HemlineError(
            "Expected picture files beside --show, received --test-index; name some pictures."
        )
    if csv and show:
        raise HemlineError(
            "Expected --csv or --show, received both; draw some of the pictures by themselves."
        )


def _write_csv(
    classifier: "Classifier",
    files: list[Path],
    path: Path,
    megapixels: float,
    complaints: list[str],
    *,
    as_json: bool,
) -> None:
    from hemline.cli.files import write_csv

    summary = write_csv(classifier, files, path, megapixels)
    told = f"{summary['files']:,} files, {summary['new']:,} of them new"
    _print_written(summary, told, classifier, as_json=as_json)
    if summary["bad"]:
        complaints.append(
            f"Expected pictures, received {summary['bad']:,} files that cannot be read; "
            f"see the column error of {path}."
        )
    _complain(complaints)


def _print_written(
    summary: dict[str, Any], told: str, classifier: "Classifier", *, as_json: bool
) -> None:
    if as_json:
        print_json({**summary, "trained_on": classifier.trained_on})
    else:
        console().print(f"{summary['csv']}: {told}")
        print_training_data(classifier)


def _complain(complaints: list[str]) -> None:
    for complaint in complaints:
        say(complaint)
    if complaints:
        raise typer.Exit(2)


def _test_rows(
    answers: "Answers", classifier: "Classifier", places: list[int], dataset: "Dataset", top: int
) -> list[Row]:
    names = [{"index": place} for place in places]
    rows = make_rows(answers, classifier, names, top)
    for row, place in zip(rows, places, strict=True):
        actual = int(dataset.test.labels[place])
        row["actual"] = {"label": actual, "class": dataset.classes[actual]}
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
