"""`hemline train`: train by a recipe and leave a run folder."""

import contextlib
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hemline.cli.common import (
    DeviceOption,
    JsonOption,
    OutOption,
    SeedOption,
    SetOption,
    console,
    percent,
    print_json,
    program_name,
    say,
)
from hemline.cli.opening import DataArguments, takes_data
from hemline.cli.progress import watch_training
from hemline.errors import HemlineError, RunError

if TYPE_CHECKING:
    from hemline.data import Dataset, Photographs
    from hemline.training import Recipe, TrainingResult

_STARTED = time.perf_counter()


@takes_data
def command(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="Name or path of a recipe.")],
    data: DataArguments,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Epochs, instead of the recipe's.")
    ] = None,
    seed: SeedOption = 0,
    out: OutOption = None,
    changes: SetOption = None,
    device: DeviceOption = "auto",
    photos: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Photographs for the recipe photo: a folder a kind of garment."
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="MODEL",
            help="Start from the features of a model file, run folder or model in the box.",
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Train by a recipe; leave a run folder with the model file.

    Example: hemline train seed --epochs 5 --set learning_rate=0.0005
    """
    from hemline.recipes import load_recipe

    if resume and out is None:
        raise RunError("Expected --out DIR beside --resume, received none; name the run folder.")
    changes = [*(changes or []), *([f"epochs={epochs}"] if epochs else [])]
    loaded = load_recipe(recipe, changes)
    intake = None
    if start:
        from hemline.classifier import Classifier

        intake = Classifier.load(start).intake
    dataset = data.open("train", intake=intake, quiet=as_json)
    photographs = _read_photographs(photos, dataset) if photos else None
    result = run_training(
        loaded,
        dataset,
        seed,
        out,
        device=device,
        resume=resume,
        photographs=photographs,
        start=start,
        quiet=as_json,
    )
    if as_json:
        print_json(_describe(result))
    else:
        _print(result, data.again(dataset))


def run_training(
    recipe: "Recipe",
    dataset: "Dataset",
    seed: int,
    out: Path | None,
    *,
    device: str = "auto",
    resume: bool = False,
    photographs: "Photographs | None" = None,
    start: str | None = None,
    quiet: bool = False,
) -> "TrainingResult":
    """Train with progress; Ctrl-C says how to go on and leaves with exit code 130."""
    from hemline.training import new_run_folder, train

    folder = out or new_run_folder(recipe, seed)
    try:
        with watch_training(recipe.epochs, drawn=dataset.drawn, quiet=quiet) as watch:
            return train(
                recipe,
                dataset,
                folder=folder,
                seed=seed,
                device=device,
                resume=resume,
                photographs=photographs,
                start=start,
                **watch._asdict(),
            )
    except HemlineError:
        with contextlib.suppress(OSError):  # a folder with anything in it stays
            folder.rmdir()
        raise
    except KeyboardInterrupt:
        again = [argument for argument in sys.argv[1:] if argument != "--resume"]
        again += [] if out else ["--out", str(folder)]
        print(
            f"\nStopped. {folder} is whole up to its last epoch; to go on:\n"
            f"  {program_name()} {shlex.join(again)} --resume",
            file=sys.stderr,
        )
        raise typer.Exit(130) from None


def _read_photographs(folder: Path, dataset: "Dataset") -> "Photographs":
    from hemline.data import read_photographs

    photographs = read_photographs(folder, dataset)
    for complaint in photographs.unread:
        say(f"left out: {complaint}")
    return photographs


def _describe(result: "TrainingResult") -> dict[str, Any]:
    kept = result.epochs[result.kept - 1]
    return {
        "recipe": result.recipe.name,
        "seed": result.seed,
        "parameters": result.parameters,
        "epochs": len(result.epochs),
        "steps_per_epoch": result.steps_per_epoch,
        **kept.of_model(),
        "data": kept.data,
        "seconds": result.seconds | {"total": time.perf_counter() - _STARTED},
        "run": str(result.run.folder),
        "model": str(result.run.model),
    }


def _print(result: "TrainingResult", option: str) -> None:
    kept, seconds = result.epochs[result.kept - 1], result.seconds
    chosen = f" Kept epoch {kept.epoch}." if result.recipe.restore_best_weights else ""
    accuracy = kept.accuracy if kept.validation_accuracy is None else kept.validation_accuracy
    kind = "Training" if kept.validation_accuracy is None else "Validation"
    console().print(
        f"\nTrained {result.parameters:,} parameters in {seconds['training']:.1f} s.{chosen}\n"
        f"{kind} accuracy {percent(accuracy)} on {kept.data}.\n"
        f"Model file: {result.run.model}\n"
        f"Next: {program_name()} evaluate {result.run.folder}{option}"
    )
