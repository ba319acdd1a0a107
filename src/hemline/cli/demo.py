"""`hemline demo`: the main job from end to end, with whatever data can be had."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hemline.cli.answers import plain
from hemline.cli.common import (
    JsonOption,
    OutOption,
    SeedOption,
    SetOption,
    accuracy_line,
    console,
    is_named,
    print_json,
    program_name,
)
from hemline.cli.opening import DataArguments, takes_data
from hemline.cli.pictures import draw_predictions, write_picture
from hemline.cli.report import write_page
from hemline.cli.train import run_training

if TYPE_CHECKING:
    from hemline.data import Dataset
    from hemline.evaluation import Evaluation
    from hemline.report import Examined
    from hemline.training import TrainingResult


@takes_data
def command(
    *,
    recipe: Annotated[str, typer.Option(metavar="RECIPE", help="Recipe to train by.")] = "fast",
    data: DataArguments,
    seed: SeedOption = 0,
    out: OutOption = None,
    changes: SetOption = None,
    report: Annotated[bool, typer.Option(help="Write a page on the run.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Obtain the data, train, evaluate, predict, write a report.

    Where no data are named and the usual ones cannot be had, drawn garments take their place, and
    every figure says so.

    Example: hemline demo
    """
    from hemline.recipes import load_recipe

    loaded = load_recipe(recipe, changes or [])
    dataset, reason = _open(data, quiet=as_json)
    if not as_json:
        _introduce(dataset, reason)
    result = run_training(loaded, dataset, seed, out, quiet=as_json)
    evaluation, document = _judge(result, dataset, report=report)
    if as_json:
        print_json(document)
    else:
        accuracy = accuracy_line(evaluation, dataset.name)
        _conclude(accuracy, document, data.again(dataset))


def _open(data: DataArguments, *, quiet: bool) -> tuple["Dataset", str]:
    """The data, and why they are drawn if they are."""
    from hemline.data import open_dataset
    from hemline.errors import DataError

    try:
        return data.open("train", "test", quiet=quiet), ""
    except DataError as error:
        if is_named(data.data):  # what was named must be what is used
            raise
        return open_dataset("sketches"), str(error)


def _introduce(dataset: "Dataset", reason: str) -> None:
    out = console()
    if reason:
        out.print(plain(f"{reason}\n", (f"Going on with {dataset.name}.", "bold")))
    train, test = len(dataset.train), len(dataset.test)
    out.print(plain(f"Data: {dataset.name}, {train:,} training and {test:,} test pictures\n"))


def _judge(
    result: "TrainingResult", dataset: "Dataset", *, report: bool
) -> tuple["Evaluation", dict[str, Any]]:
    """Evaluate, predict the first test picture, draw the first predictions, write the report."""
    from hemline.classifier import Classifier
    from hemline.report import examine

    examined = examine(result.run.folder, dataset)
    evaluation = examined.evaluation
    picture = result.run.folder / "predictions.png"
    write_picture(picture, draw_predictions(Classifier.load(result.run.model), dataset))
    classes = dataset.classes
    predicted, actual = int(examined.predicted[0]), int(dataset.test.labels[0])
    return evaluation, {
        "data": dataset.describe(dataset.test),
        "accuracy": evaluation.accuracy,
        "interval": list(evaluation.interval),
        "first": {"predicted": classes[predicted], "actual": classes[actual]},
        "recipe": result.recipe.name,
        "seconds": result.seconds,
        "run": str(result.run.folder),
        "model": str(result.run.model),
        "picture": str(picture),
        "report": _report(examined, result.run.folder / "report.html") if report else None,
    }


def _report(examined: "Examined", path: Path) -> str | None:
    """The page on the run; None where the packages for it are missing."""
    try:
        write_page([examined], path)
    except ModuleNotFoundError as error:
        if error.name not in ("jinja2", "matplotlib"):
            raise
        return None
    return str(path)


def _conclude(accuracy: str, document: dict[str, Any], option: str) -> None:
    first, run, hemline = document["first"], document["run"], program_name()
    agree = "they agree" if first["predicted"] == first["actual"] else "they differ"
    text = plain(
        "\n",
        (accuracy, "bold"),
        f"\nFirst test picture of {document['data']['name']}:\n"
        f"  predicted {first['predicted']}, actual {first['actual']}: {agree}\n\n"
        f"Model file   {document['model']}\n"
        f"Picture      {document['picture']}\n"
        f"Report       {document['report'] or 'none'}\n\n"
        f"Try next:\n"
        f"  {hemline} evaluate {run}{option}\n"
        f"  {hemline} predict --model {run} --test-index 0:10{option}\n"
        f"  {hemline} describe {document['recipe']}{option}",
    )
    console().print(text)
