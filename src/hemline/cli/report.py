"""`hemline report`: one self-contained page on one run, or on several side by side."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hemline.cli.common import DataOption, JsonOption, accuracy_line, console, print_json, writing
from hemline.errors import HemlineError

if TYPE_CHECKING:
    from hemline.pixels import Pixels
    from hemline.report import Examined

_SHOWN = (9, 0, 1, 3, 7, 8)  # classes whose first training picture shows the augmentation
_VARIANTS = 7


def command(
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN...", help="Run folders; or model files, without the curves."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="HTML", help="The page. Left out: report.html in the first run."),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a page on a run, or on several side by side.

    Example: hemline report runs/seed-0
    """
    from hemline.data import open_dataset
    from hemline.report import examine

    dataset = open_dataset(data or _data_of(runs))
    examined = [examine(run, dataset) for run in runs]
    path = out or (Path(runs[0]) if Path(runs[0]).is_dir() else Path()) / "report.html"
    write_page(examined, path)
    if as_json:
        print_json({"report": str(path), "runs": [_describe(run) for run in examined]})
        return
    for run in examined:
        console().print(f"[bold]{run.name}[/bold]: {accuracy_line(run.evaluation, dataset.name)}")
    console().print(f"Report: {path}")


def write_page(runs: Sequence["Examined"], path: Path) -> None:
    """Write the page on runs that were judged on the same data.

    Raises:
        HemlineError: the file cannot be written.
        ModuleNotFoundError: the extra `report` is missing.
    """
    from hemline.report import write_report

    with writing(path):
        write_report(runs, [_augmented(run) for run in runs], path)


def _data_of(runs: list[str]) -> str | None:
    """What `--data` would have to be for the data that the runs were trained on."""
    from hemline.classifier import Classifier

    drawn = {bool(Classifier.load(run).metadata["data"]["drawn"]) for run in runs}
    if len(drawn) > 1:
        raise HemlineError(
            "Expected runs trained on the same data, received some trained on sketches and some "
            "on Fashion-MNIST; say with --data which to judge them on."
        )
    return "sketches" if drawn.pop() else None


def _augmented(run: "Examined") -> "Pixels | None":
    """Training pictures, each followed by what the augmentation makes of it; None without one."""
    import numpy as np
    import torch

    from hemline.training.augmentation import build_augmentation
    from hemline.training.recipe import parse_recipe

    augment = build_augmentation(parse_recipe(run.recipe), torch.Generator().manual_seed(0))
    if augment is None:
        return None
    train = run.dataset.train
    places = [int(np.argmax(train.labels == label)) for label in _SHOWN]
    plain = torch.tensor(train.pixels[places])
    none = torch.zeros(len(plain), dtype=torch.bool)  # of these is a photograph
    columns = [plain, *(augment(plain, none) for _ in range(_VARIANTS))]
    pixels: Pixels = torch.stack(columns, dim=1).numpy()
    return pixels


def _describe(run: "Examined") -> dict[str, Any]:
    evaluation = run.evaluation
    return {
        "run": run.name,
        "accuracy": evaluation.accuracy,
        "interval": list(evaluation.interval),
        "n": evaluation.n,
        "data": run.dataset.name,
    }
