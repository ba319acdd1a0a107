"""Recipes by name or from a file, with changes on top; read strictly."""

import dataclasses
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from hemline.errors import RecipeError, did_you_mean
from hemline.files import is_endless
from hemline.recipes.keys import typed
from hemline.recipes.recipe import Recipe


def recipe_names() -> list[str]:
    """The recipes that come with Hemline."""
    files = resources.files("hemline.recipes").iterdir()
    return sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml"))


def load_recipe(name: str | Path, changes: Sequence[str] = ()) -> Recipe:
    """Read a recipe by its name or from a TOML file, with `key=value` changes on top.

    Raises:
        RecipeError: no such recipe, unknown or missing keys, or values of the wrong type.
    """
    try:
        values = tomllib.loads(_read(name))
        for change in changes:
            values |= _parse_change(change)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"Expected TOML, received {name}: {error}; correct it.") from error
    return parse_recipe(values)


def parse_recipe(values: Mapping[str, Any]) -> Recipe:
    """Check keys and types strictly: a misspelt key must not be ignored.

    Raises:
        RecipeError: an unknown or missing key, or a value of the wrong type.
    """
    fields = {field.name: field.type for field in dataclasses.fields(Recipe)}
    required = [
        field.name for field in dataclasses.fields(Recipe) if field.default is dataclasses.MISSING
    ]
    if unknown := sorted(values.keys() - fields.keys()):
        mend = did_you_mean(unknown[0], fields, "hemline recipes seed lists them all.")
        raise RecipeError(
            f"Expected keys that a recipe has, received unknown {', '.join(unknown)}; {mend}"
        )
    if missing := [name for name in required if name not in values]:
        raise RecipeError(
            f"Expected the keys {', '.join(required)} in a recipe, received one without "
            f"{', '.join(missing)}; correct it."
        )
    return Recipe(**{key: typed(key, values[key], fields[key]) for key in values})


def _read(name: str | Path) -> str:
    path = Path(name)
    if path.suffix == ".toml":
        try:
            if is_endless(path):  # to open a pipe would take for ever
                raise OSError("a device or a pipe")
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RecipeError(
                f"Expected a recipe file, received {path} that cannot be read ({error}); "
                "check the path."
            ) from error
    if str(name) not in recipe_names():
        raise RecipeError(
            f"Expected a recipe ({', '.join(recipe_names())}) or the path of a .toml file, "
            f"received {name!s}; {_mend(name)}"
        )
    file = resources.files("hemline.recipes").joinpath(f"{name}.toml")
    return file.read_text(encoding="utf-8")


def _mend(name: str | Path) -> str:
    if Path(name).suffix == ".onnx" or Path(name).is_dir():
        return "to start from a model's features, name a recipe, and the model after --from."
    return did_you_mean(str(name), recipe_names(), "choose one of these.")


def _parse_change(change: str) -> dict[str, Any]:
    key, equals, value = change.partition("=")
    if not equals:
        raise RecipeError(f"Expected --set key=value, received {change}; write --set epochs=5.")
    try:
        return {key.strip(): tomllib.loads(f"value = {value}")["value"]}
    except tomllib.TOMLDecodeError:  # a bare word is a string: --set optimiser=adam
        return {key.strip(): value.strip()}
