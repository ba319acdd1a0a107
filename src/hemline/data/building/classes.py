"""Names of classes: how they are written, ordered and compared between parts."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from hemline.errors import DataError

_DIGITS = re.compile(r"\d+")
_LONGEST = 20  # digits of a number


def clean(name: str) -> str:
    """The name as it is shown and compared: NFC, no space around it."""
    return unicodedata.normalize("NFC", name).strip()


def natural_key(name: str) -> tuple[str, str]:
    """Sorts as people count: 1, 2, 10; capitals do not stand before all else."""
    return _DIGITS.sub(lambda digits: digits[0].zfill(_LONGEST), name.casefold()), name


def class_order(parts: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The classes of a data set in the order of their labels, which is one for all parts.

    Args:
        parts: the name of the class of every picture, or every name once, by part.

    Raises:
        DataError: a name that is empty, two that differ by case or space alone, or a class that
            one part has and another has not.
    """
    raw = {part: set(map(_composed, set(names))) for part, names in parts.items()}
    _refuse_likenesses({name for names in raw.values() for name in names})
    cleaned = {part: {clean(name) for name in names} for part, names in raw.items()}
    every = set().union(*cleaned.values())
    for part, names in cleaned.items():
        missing = sorted(every - names, key=natural_key)
        if missing:
            raise DataError(_missing(missing, part, cleaned))
    return tuple(sorted(every, key=natural_key))


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _refuse_likenesses(names: set[str]) -> None:
    first: dict[str, str] = {}
    for name in sorted(names):
        plain = "".join(name.split())
        if not plain:
            raise DataError(
                f"Expected a name for every class, received {name!r}; give the class a name."
            )
        # A and a are two letters, but Shirt and shirt one garment.
        other = first.setdefault(plain if len(plain) == 1 else plain.casefold(), name)
        if other != name:
            raise DataError(
                "Expected names of classes that differ by more than case or space, received "
                f"{other!r} and {name!r}; give both the same name, or tell them apart."
            )


def _missing(missing: list[str], part: str, parts: Mapping[str, set[str]]) -> str:
    elsewhere = next(name for name, names in parts.items() if missing[0] in names)
    more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    return (
        f"Expected the same classes in every part, received {missing[0]!r}{more} in the "
        f"{elsewhere} part but not in the {part} part; add pictures of it there, or remove it here."
    )
