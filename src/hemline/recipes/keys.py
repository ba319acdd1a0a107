"""What each key of a recipe may be, and what it is for: said once, where the key is declared."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any, Literal, NamedTuple, get_args, get_origin

from hemline.errors import RecipeError

_WORDS = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


class Range(NamedTuple):
    """Numbers that a key may have, in words and as a test of one."""

    words: str
    fits: Callable[[float], bool]


ABOVE_ZERO = Range("above zero", lambda value: 0 < value < math.inf)
AT_LEAST_ZERO = Range("of at least 0", lambda value: 0 <= value < math.inf)
BELOW_ONE = Range("from 0 to below 1", lambda value: 0 <= value < 1)
SHARE = Range("from 0 to 1", lambda value: 0 <= value <= 1)


def up_to(most: float) -> Range:
    """From 0 to `most`."""
    return Range(f"from 0 to {most:g}", lambda value: 0 <= value <= most)


def key(meaning: str, range_: Range | None = None, *, default: Any = dataclasses.MISSING) -> Any:
    """Declare a key; one without a default has to be in every recipe."""
    return dataclasses.field(default=default, metadata={"meaning": meaning, "range": range_})


def check_ranges(recipe: Any) -> None:
    """Compare all numbers of a recipe with the ranges of their keys.

    Raises:
        RecipeError: one is out of its range.
    """
    for each in dataclasses.fields(recipe):
        value, range_ = getattr(recipe, each.name), each.metadata["range"]
        numbers = value if isinstance(value, tuple) else (value,)
        if range_ and not all(map(range_.fits, numbers)):
            shown = list(value) if isinstance(value, tuple) else value
            raise RecipeError(
                f"Expected {each.name} {range_.words}, received {shown}; "
                f"correct recipe {recipe.name}."
            )


def typed(name: str, value: Any, kind: Any) -> Any:
    """A value as it comes out of a file, as its key wants it.

    Raises:
        RecipeError: it is of another type.
    """
    if get_origin(kind) is Literal:
        if value in get_args(kind):
            return value
    elif get_origin(kind) is tuple:
        number = get_args(kind)[0]
        if isinstance(value, list) and all(type(item) in (int, number) for item in value):
            return tuple(map(number, value))
    elif kind is float and type(value) in (int, float):
        return float(value)
    elif type(value) is kind:
        return value
    raise RecipeError(
        f"Expected {name} to be {in_words(kind)}, received {value!r}; correct the recipe or --set."
    )


def in_words(kind: Any) -> str:
    """What a key takes."""
    if get_origin(kind) is Literal:
        return " or ".join(map(str, get_args(kind)))
    if get_origin(kind) is tuple:
        return f"a list of {'whole ' * (get_args(kind)[0] is int)}numbers"
    return _WORDS[kind]


class KeyDescription(NamedTuple):
    """A row of `hemline recipes`.

    Attributes:
        name: of the key.
        allowed: what it may be.
        default: what it is where a recipe leaves it out; None where it may not.
        meaning: what it is for.
    """

    name: str
    allowed: str
    default: Any
    meaning: str


def describe_keys(recipe: type) -> list[KeyDescription]:
    """All keys, in the order in which they are declared."""
    rows = []
    for each in dataclasses.fields(recipe):
        range_ = each.metadata["range"]
        allowed = in_words(each.type) + (f" {range_.words}" if range_ else "")
        default = None if each.default is dataclasses.MISSING else each.default
        rows.append(KeyDescription(each.name, allowed, default, each.metadata["meaning"]))
    return rows
