"""Which part of a data set a name means: `x_train`, `fashion-mnist_test.csv`, `valid`."""

import re
from collections.abc import Mapping
from typing import Any

from hemline.data.raw import ALL, PARTS
from hemline.errors import DataError

_BEFORE = r"(?:x|y|images?|imgs?|labels?|data)"
_AFTER = r"(?:x|y|images?|imgs?|labels?|data|set)"
_TRAIN = "train(?:ing)?"
# Kaggle's competitions: a public part to choose by, and a private one that decides.
_VALIDATION = "val(?:id(?:ation)?)?|dev|public[ _-]?test"
_TEST = "test(?:ing)?|t10k|private[ _-]?test"
_WORD = re.compile(
    rf"(?<![a-z]){_BEFORE}?(?:({_TRAIN})|({_VALIDATION})|({_TEST})){_AFTER}?(?![a-z])"
)


def part_of(name: str) -> str:
    """`train`, `validation` or `test`, as the last such word in `name` says; else empty."""
    found = list(_WORD.finditer(name.lower()))
    return PARTS[found[-1].lastindex - 1] if found else ""  # type: ignore[operator]


def without_part(name: str) -> str:
    """What is left of a name, in lower case, when the words for parts are taken out."""
    return _WORD.sub(lambda word: word[0].replace(word[word.lastindex or 0], ""), name.lower())


def settled(parts: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Parts as `assemble` takes them: one without a name is the training part beside others.

    Args:
        parts: by name; the empty name or `all` for what bears none.
        where: they come from, as errors call it.

    Raises:
        DataError: several parts, but none to train with.
    """
    named = {part or ALL: content for part, content in parts.items()}
    if len(named) == 1:
        return {"train" if part == "train" else ALL: content for part, content in named.items()}
    if ALL in named and "train" not in named:
        named["train"] = named.pop(ALL)
    if "train" not in named or ALL in named:
        raise DataError(
            f"Expected a training part beside the others, received {', '.join(named)} in {where}; "
            "give it the word train in its name, or point --data at one file."
        )
    return {part: named[part] for part in PARTS if part in named}
