"""`hemline report`: one self-contained page on one run, or on several side by side."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hemline.cli.answers import plain
from hemline.cli.common import JsonOption, accuracy_line, console, print_json, writing
from hemline.cli.opening import DataArguments, takes_data
from hemline.errors import HemlineError, RecipeError

if TYPE_CHECKING:
    from hemline.pixels import Pixels
    from hemline.report import Examined

_SHOWN, _VARIANTS = 6, 7  # training pictures, and what the augmentation makes of each


@takes_data
def command(
    *,
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN...", help="Run folders; or model files, without the curves."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="HTML", help="The page. Left out: report.html in the first run."),
    ] = None,
    data: DataArguments,
    as_json: JsonOption = False,
) -> None:
    """Write a page on a run, or on several side by side.

    Example: hemline report runs/seed-0
    """
    examined = _examine(runs, data, quiet=as_json)
    path = out or (Path(runs[0]) if Path(runs[0]).is_dir() else Path()) / "report.html"
    write_page(examined, path)
    if as_json:
        described = [_describe(run, examined[0]) for run in examined]
        print_json({"report": str(path), "runs": described})
        return
    for run in examined:
        line = accuracy_line(run.evaluation, run.dataset.name)
        console().print(plain((run.name, "bold"), f": {line}"))
        if run is not examined[0]:
            console().print(plain(f"  {_difference_line(run, examined[0])}"))
    console().print(plain(f"Report: {path}"))


def write_page(runs: Sequence["Examined"], path: Path) -> None:
    """Write the page on runs that were judged on the same data.

    Raises:
        HemlineError: the file cannot be written.
        ModuleNotFoundError: the extra `report` is missing.
    """
    from hemline.report import write_report

    with writing(path):
        write_report(runs, [_augmented(run) for run in runs], path)


def _examine(runs: Sequence[str], data: DataArguments, *, quiet: bool) -> list["Examined"]:
    """Let every run answer the same test part.

    Raises:
        HemlineError: without --data, runs that were trained on different data.
    """
    from hemline.classifier import Classifier
    from hemline.cli.judging import open_for, warn_of_another_split
    from hemline.report import examine

    classifiers = [Classifier.load(run) for run in runs]
    names = {classifier.trained_on for classifier in classifiers}
    if data.data is None and len(names) > 1:
        raise HemlineError(
            f"Expected runs trained on the same data, received some trained on "
            f"{' and some on '.join(sorted(names))}; say with --data which to judge them on."
        )
    dataset = open_for(classifiers[0], runs[0], data, quiet=quiet)
    for classifier in classifiers:
        warn_of_another_split(classifier, dataset)
    return [examine(run, dataset) for run in runs]


def _augmented(run: "Examined") -> "Pixels | None":
    """Training pictures, each followed by what the augmentation makes of it.

    None where there is none, and where nothing can be trained.
    """
    import numpy as np

    from hemline.recipes import parse_recipe

    try:
        import torch

        from hemline.training.augmentation import build_augmentation
        from hemline.training.mirroring import decide_mirroring
    except ModuleNotFoundError:
        return None
    try:
        recipe = parse_recipe(run.recipe)
    except RecipeError:  # of an earlier version
        return None
    dataset = run.dataset
    augment = build_augmentation(
        recipe,
        torch.Generator().manual_seed(0),
        mirror=decide_mirroring(recipe, dataset).keeps_class,
        background=dataset.form.background,
    )
    if augment is None:
        return None
    by_class = np.argsort(dataset.train.labels, kind="stable")
    places = by_class[np.linspace(0, len(by_class) - 1, _SHOWN).round().astype(int)]
    pictures = torch.tensor(dataset.train.pixels[places])
    none = torch.zeros(len(pictures), dtype=torch.bool)  # of these is a photograph
    columns = [pictures, *(augment(pictures, none) for _ in range(_VARIANTS))]
    pixels: Pixels = torch.stack(columns, dim=1).numpy()
    return pixels


def _difference_line(run: "Examined", first: "Examined") -> str:
    points, (low, high) = run.gain_over(first)
    return (
        f"{100 * points:+.2f} points of accuracy beside {first.name} on the same pictures "
        f"(95 %: {100 * low:+.2f} to {100 * high:+.2f})"
    )


def _describe(run: "Examined", first: "Examined") -> dict[str, Any]:
    evaluation = run.evaluation
    described = {
        "run": run.name,
        "accuracy": evaluation.accuracy,
        "interval": list(evaluation.interval),
        "balanced_accuracy": evaluation.balanced_accuracy,
        "macro_f1": evaluation.macro_f1,
        "n": evaluation.n,
        "data": run.dataset.name,
    }
    if run is not first:
        points, interval = run.gain_over(first)
        described["paired_difference"] = {
            "to": first.name,
            "accuracy": points,
            "interval": list(interval),
        }
    return described
