"""What the user may say of data instead of leaving it to the data."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hemline.errors import DataError
from hemline.photos.intake import Find, Fit, check_choices

Size = tuple[int, int]  # width and height


@dataclass(frozen=True)
class DataOptions:
    """How data are read; None leaves it to the data.

    Attributes:
        size: width and height of the pictures that come out, in pixels.
        colour: three channels, or one.
        fit: how a picture of another aspect is fitted.
        find: what is looked for in each picture and cut out; empty for the whole picture.
        group: a regular expression on the names of the files, whose first group (or whole match)
            says what belongs together; in a table the name of a column will do.
        strict: a refused file is an error.

    Raises:
        PixelsError: an unknown `fit` or `find`.
    """

    size: Size | None = None
    colour: bool | None = None
    fit: Fit | None = None
    find: Find | None = None
    group: str | None = None
    strict: bool = False

    def __post_init__(self) -> None:
        check_choices(self.fit, self.find)


UNSAID = DataOptions()


def parse_size(text: str | int | Size | None) -> Size | None:
    """Width and height from `64`, `64x48` or a pair.

    Raises:
        DataError: it is none of these.
    """
    if text is None or isinstance(text, tuple):
        return text
    edges = re.fullmatch(r"(\d{1,5})(?:[x\u00d7](\d{1,5}))?", str(text).strip().lower())
    if not edges:
        raise DataError(
            f"Expected a size such as 64, or 64x48 (width x height), received {text!r}; "
            "correct --size."
        )
    width = int(edges[1])
    return width, int(edges[2] or width)


def groups_by_name(names: Sequence[str], pattern: str) -> list[str]:
    """What each picture belongs to, by its name; one that the pattern does not fit stands alone.

    Args:
        names: of the files, folders within the part before them (`letter/0394_01.png`).
        pattern: a regular expression; its first group, or the whole match, is the group.

    Raises:
        DataError: no regular expression, or one that fits no name.
    """
    try:
        fits = [re.search(pattern, name) for name in names]
    except re.error as error:
        raise DataError(
            f"Expected a regular expression after --group, received {pattern!r} ({error}); "
            "correct it."
        ) from error
    if names and not any(fits):
        raise DataError(
            f"Expected names that --group {pattern!r} fits, received {len(names)} that it does "
            f"not, {names[0]} for one; correct the pattern."
        )
    return [
        (fit[fit.re.groups and 1] or "") if fit else name
        for name, fit in zip(names, fits, strict=True)
    ]
