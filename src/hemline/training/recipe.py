"""A recipe: everything that determines a training, in one small TOML file."""

import dataclasses
import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from hemline.errors import RecipeError


@dataclass(frozen=True)
class Recipe:
    """What determines a training; with the seed and the machine it fixes the weights.

    Attributes:
        name: what runs and figures call it.
        description: one line for people.
        network: kind of network.
        hidden: units of each hidden layer.
        epochs: times through the training part.
        batch_size: pictures a step.
        optimiser: how a gradient becomes a change of weights (Adam: Kingma & Ba, 2015).
        learning_rate: size of that change.
    """

    name: str
    description: str
    network: Literal["mlp"]
    hidden: tuple[int, ...]
    epochs: int
    batch_size: int
    optimiser: Literal["adam"]
    learning_rate: float

    def __post_init__(self) -> None:
        positive: dict[str, float] = {"epochs": self.epochs, "batch_size": self.batch_size}
        positive |= {"hidden": min(self.hidden, default=1), "learning_rate": self.learning_rate}
        for key, value in positive.items():
            if not 0 < value < math.inf:
                raise RecipeError(
                    f"Expected {key} above zero, received {value}; correct recipe {self.name}."
                )

    def steps_per_epoch(self, pictures: int) -> int:
        """Batches that `pictures` make, the last one perhaps smaller."""
        return math.ceil(pictures / self.batch_size)

    def to_toml(self) -> str:
        """The recipe as a file that `load_recipe` reads back to an equal recipe."""
        values = dataclasses.asdict(self)
        lines = (
            f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()
        )
        # The one character that JSON leaves as it is and TOML wants escaped.
        return "\n".join(lines).replace("\x7f", "\\u007f") + "\n"


def recipe_names() -> list[str]:
    """The recipes that come with Hemline."""
    files = resources.files("hemline.training").joinpath("recipes").iterdir()
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
    for problem, keys in (
        ("unknown", values.keys() - fields.keys()),
        ("missing", fields.keys() - values.keys()),
    ):
        if keys:
            raise RecipeError(
                f"Expected the keys {', '.join(fields)} in a recipe, received {problem} "
                f"{', '.join(sorted(keys))}; correct the recipe or --set."
            )
    return Recipe(**{key: _typed(key, values[key], fields[key]) for key in fields})


def _read(name: str | Path) -> str:
    path = Path(name)
    if path.suffix == ".toml":
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RecipeError(
                f"Expected a recipe file, received {path} that cannot be read ({error}); "
                "check the path."
            ) from error
    if str(name) not in recipe_names():
        raise RecipeError(
            f"Expected a recipe ({', '.join(recipe_names())}) or the path of a .toml file, "
            f"received {name!s}; choose one of these."
        )
    folder = resources.files("hemline.training").joinpath("recipes")
    return folder.joinpath(f"{name}.toml").read_text(encoding="utf-8")


def _parse_change(change: str) -> dict[str, Any]:
    key, equals, value = change.partition("=")
    if not equals:
        raise RecipeError(f"Expected --set key=value, received {change}; write --set epochs=5.")
    try:
        return {key.strip(): tomllib.loads(f"value = {value}")["value"]}
    except tomllib.TOMLDecodeError:  # a bare word is a string: --set optimiser=adam
        return {key.strip(): value.strip()}


def _typed(key: str, value: Any, kind: Any) -> Any:
    if get_origin(kind) is Literal:
        if value in get_args(kind):
            return value
        expected = " or ".join(map(str, get_args(kind)))
    elif get_origin(kind) is tuple:
        if isinstance(value, list) and all(type(item) is int for item in value):
            return tuple(value)
        expected = "a list of whole numbers"
    elif kind is float and type(value) in (int, float):
        return float(value)
    elif type(value) is kind:
        return value
    else:
        expected = {int: "a whole number", float: "a number", str: "text"}[kind]
    raise RecipeError(
        f"Expected {key} to be {expected}, received {value!r}; correct the recipe or --set."
    )
