"""`hemline recipes`, `hemline models`, `hemline runs`: what there is to train, use and compare."""

import contextlib
import json
import textwrap
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hemline.cli.common import JsonOption, console, percent, plain_table, print_json, say

if TYPE_CHECKING:
    from rich.table import Table


def recipes(
    recipe: Annotated[
        str | None, typer.Argument(metavar="[RECIPE]", help="Show all its keys.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the recipes, or the keys of one and what they are for.

    Example: hemline recipes fast
    """
    from hemline.recipes import recipe_names

    if recipe:
        _show_keys(recipe, as_json)
        return
    rows = [_describe_recipe(name) for name in recipe_names()]
    table = plain_table("Recipe", "Network", "Widths", "Epochs", "What it is")
    _may_break(table, -1)
    for row in rows:
        widths = "-".join(map(str, row["widths"]))
        cells = [row["name"], row["network"], widths, str(row["epochs"]), row["description"]]
        table.add_row(*cells)
    _print(rows, table, as_json)


def _describe_recipe(name: str) -> dict[str, Any]:
    from hemline.recipes import load_recipe

    loaded = load_recipe(name)
    keys = ("name", "network", "widths", "epochs", "description")
    return {key: getattr(loaded, key) for key in keys}


def _show_keys(name: str, as_json: bool) -> None:
    from hemline.recipes import describe_keys, load_recipe

    loaded = load_recipe(name)
    rows = [
        key._asdict() | {"value": getattr(loaded, key.name)} for key in describe_keys(type(loaded))
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        default = row["default"]
        usual = default is None or row["value"] == default
        other = "" if usual else f"; left out: {_shown(default)}"
        value = f"{row['name']} = {_shown(row['value'])}"
        console().print(textwrap.fill(value, 80, subsequent_indent=" " * 4), style="bold")
        console().print(_indented(row["meaning"]) + "\n" + _indented(row["allowed"] + other))


def _indented(text: str) -> str:
    return textwrap.fill(text, 78, initial_indent=" " * 4, subsequent_indent=" " * 4)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def models(as_json: JsonOption = False) -> None:
    """List the models that come with Hemline.

    Example: hemline models
    """
    from hemline.models import find_model, shipped_models

    rows = [_describe_model(name, find_model(name)) for name in shipped_models()]
    table = plain_table("Model", "Trained on", "Form", "Classes", "Parameters", "MB", right=3)
    for row in rows:
        numbers = [str(len(row["classes"])), f"{row['parameters']:,}", f"{row['bytes'] / 1e6:.1f}"]
        table.add_row(row["name"], row["trained_on"], row["form"], *numbers)
    _print(rows, table, as_json)


def _describe_model(name: str, path: Path) -> dict[str, Any]:
    from hemline.classifier import Classifier

    classifier = Classifier.load(name)
    return {
        "name": name,
        "path": str(path),
        "bytes": path.stat().st_size,
        "trained_on": classifier.trained_on,
        "form": str(classifier.form),
        "classes": classifier.classes_.tolist(),
        "parameters": classifier.metadata["parameters"],
    }


def runs(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where they lie.", show_default=True)
    ] = Path("runs"),
    as_json: JsonOption = False,
) -> None:
    """List the runs in a folder, the newest last.

    Example: hemline runs
    """
    rows = []
    for path in sorted(folder.glob("*/environment.json"), key=_written):
        try:
            rows.append(_describe_run(path.parent))
        except (OSError, ValueError, OverflowError) as error:
            say(f"left out {path.parent}, which is no whole run ({error}).")
    if not rows and not as_json:
        console().print(f"No runs in {folder}. Begin with: hemline train fast")
        return
    table = plain_table("Run", "Recipe", "Data", "Begun", "Seed", "Epochs", "Accuracy", right=3)
    _may_break(table, 0)
    _may_break(table, 2)
    for row in rows:
        accuracy = row["validation_accuracy"] or row["accuracy"]
        cells = [row["run"], row["recipe"], row["data"], row["begun"], str(row["seed"])]
        done = f"{row['epochs']}/{row['of']}"
        table.add_row(*cells, done, "-" if accuracy is None else percent(accuracy))
    _print(rows, table, as_json)


def _written(path: Path) -> float:
    with contextlib.suppress(OSError):  # a link to nothing, or what is removed just now
        return path.stat().st_mtime
    return 0.0


def _describe_run(folder: Path) -> dict[str, Any]:
    from hemline.run_files import RunFiles

    files = RunFiles(folder)
    recipe, environment, epochs = (
        files.read_recipe(),
        files.read_environment(),
        files.read_metrics(),
    )
    last = epochs[-1] if epochs else {}
    begun = datetime.fromtimestamp(files.environment.stat().st_mtime).astimezone()
    return {
        "run": str(folder),
        "recipe": recipe["name"],
        "data": environment["data"]["name"],
        "begun": begun.isoformat(" ", "minutes")[:16],
        "seed": environment["seed"],
        "epochs": len(epochs),
        "of": recipe["epochs"],
        "accuracy": last.get("accuracy"),
        "validation_accuracy": last.get("validation_accuracy"),
        "model": files.model.exists(),
    }


def _may_break(table: "Table", column: int) -> None:
    """Where a table is wider than its place, this column gives way."""
    table.columns[column].no_wrap = False
    table.columns[column].overflow = "fold"


def _print(rows: list[dict[str, Any]], table: "Table", as_json: bool) -> None:
    if as_json:
        print_json(rows)
    else:
        console().print(table)
