"""`hemline train`: train by a recipe and leave a run folder."""

import contextlib
import shlex
import sys
from collections.abc import Iterator, Sequence
from functools import partial
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
    plain_table,
    program_name,
    say,
)
from hemline.cli.opening import DataArguments, reading_progress, takes_data
from hemline.cli.progress import watch_training
from hemline.cli.trained import tell
from hemline.errors import HemlineError, RunError

if TYPE_CHECKING:
    from hemline.data import Dataset, Photographs
    from hemline.training import Recipe, TrainingResult

Hooks = dict[str, Any]  # what `train` calls, by the name of its argument


@takes_data
def command(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="Name or path of a recipe.")],
    data: DataArguments,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Epochs, instead of the recipe's.")
    ] = None,
    seed: SeedOption = 0,
    seeds: Annotated[
        int, typer.Option(min=1, help="Train so many times, from --seed on; say mean and spread.")
    ] = 1,
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
    track: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Tell tensorboard, mlflow or wandb as well; may be given again."
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Train by a recipe; leave a run folder with the model file.

    Example: hemline train seed --epochs 5 --set learning_rate=0.0005
    """
    from hemline.recipes import load_recipe
    from hemline.training import new_run_folder

    if resume and out is None:
        raise RunError("Expected --out DIR beside --resume, received none; name the run folder.")
    if resume and seeds > 1:
        raise RunError(
            f"Expected one seed beside --resume, received --seeds {seeds}; go on with each run by "
            "its --seed and --out."
        )
    changes = [*(changes or []), *([f"epochs={epochs}"] if epochs else [])]
    loaded = load_recipe(recipe, changes)
    loaded.check_photographs(given=photos is not None)
    intake = None
    if start:
        from hemline.classifier import Classifier

        intake = Classifier.load(start).intake
    else:
        data = data.made_for(loaded)
    dataset = data.open("train", intake=intake, quiet=as_json)
    photographs = _read_photographs(photos, dataset, quiet=as_json) if photos else None
    results = [
        run_training(
            loaded,
            dataset,
            each,
            out if seeds == 1 else new_run_folder(loaded, each, out or Path("runs")),
            device=device,
            resume=resume,
            photographs=photographs,
            start=start,
            track=track or [],
            quiet=as_json,
        )
        for each in range(seed, seed + seeds)
    ]
    tell(results, data.again(dataset), as_json=as_json)


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
    track: Sequence[str] = (),
    quiet: bool = False,
) -> "TrainingResult":
    """Train with progress; Ctrl-C says how to go on and leaves with exit code 130."""
    from hemline.training import new_run_folder, train

    folder = out or new_run_folder(recipe, seed)
    try:
        with contextlib.ExitStack() as stack:
            watch = stack.enter_context(
                watch_training(recipe.epochs, drawn=dataset.drawn, quiet=quiet)
            )
            hooks = _all_of(watch._asdict(), *_trackers(track, folder, stack))
            return train(
                recipe,
                dataset,
                folder=folder,
                seed=seed,
                device=device,
                resume=resume,
                photographs=photographs,
                start=start,
                **hooks,
            )
    except HemlineError:
        with contextlib.suppress(OSError):  # a folder with anything in it stays
            folder.rmdir()
        raise
    except KeyboardInterrupt:
        again = [*_without("--resume", "--seeds", "--seed", "--out"), "--seed", str(seed)]
        print(
            f"\nStopped. {folder} is whole up to its last epoch; to go on:\n"
            f"  {program_name()} {shlex.join(again)} --out {shlex.quote(str(folder))} --resume",
            file=sys.stderr,
        )
        raise typer.Exit(130) from None


def _trackers(names: Sequence[str], folder: Path, stack: contextlib.ExitStack) -> Iterator[Hooks]:
    if names:
        from hemline.training.trackers import tracker_of

        for name in names:
            yield stack.enter_context(tracker_of(name, folder)).hooks


def _all_of(*groups: Hooks) -> Hooks:
    """One hook for all of a name, which calls them in turn."""

    def call(name: str, told: Any) -> None:
        for group in groups:
            if name in group:
                group[name](told)

    return {name: partial(call, name) for name in groups[0]}


def _without(*options: str) -> list[str]:
    """The words of the command line, but for these options and their values."""
    words: list[str] = []
    for before, word in zip(["", *sys.argv[1:]], sys.argv[1:], strict=False):
        value = before in options and before != "--resume"
        if not value and word.partition("=")[0] not in options:
            words.append(word)
    return words


def _read_photographs(folder: Path, dataset: "Dataset", *, quiet: bool) -> "Photographs":
    from hemline.data import read_photographs

    with reading_progress(quiet=quiet) as progress:
        photographs = read_photographs(folder, dataset, progress or (lambda _: None))
    for complaint in photographs.unread:
        say(f"left out: {complaint}")
    if not quiet:
        _show_folders(photographs)
    return photographs


def _show_folders(photographs: "Photographs") -> None:
    table = plain_table("Folder", "Taken for", "Photographs", right=1)
    for each in photographs.folders:
        table.add_row(each.name, " or ".join(each.classes) or "none of these", f"{each.files:,}")
    console().print(table)
