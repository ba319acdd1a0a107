"""What a folder of photographs shows, by its name: classes, or none of them, or it is asked."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from hemline.errors import DataError
from hemline.names import letters_of, spellings_of

_NEAR = 0.8  # of two names; `trouzers` and `trousers` are at 0.88
_NONE = "none"  # folders whose name begins so are none of the classes, whatever follows


def labels_of(
    names: Sequence[str], classes: Sequence[str], aliases: Mapping[str, Sequence[str]]
) -> list[tuple[int, ...]]:
    """Labels that each name means; empty for none of the classes, several where it leaves it open.

    Args:
        names: of the folders.
        classes: of the data set; `T-shirt/top` goes by either part as well.
        aliases: other names, each of one class, of several, or known to be of none.

    Raises:
        DataError: a name that is near to a known one, and none itself.
    """
    known = _known(classes, aliases)
    return [_meaning(name, known) for name in names]


def _known(
    classes: Sequence[str], aliases: Mapping[str, Sequence[str]]
) -> dict[str, tuple[int, ...]]:
    places = {name: place for place, name in enumerate(classes)}
    known = {alias: tuple(places[name] for name in meant) for alias, meant in aliases.items()}
    for name, place in places.items():
        known |= dict.fromkeys([name, *name.split("/")], (place,))
    return {letters_of(name): labels for name, labels in known.items()}


def _meaning(name: str, known: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    plain = letters_of(name)
    for spelling in spellings_of(plain):
        if spelling in known:
            return known[spelling]
    near = get_close_matches(plain, known, 1, _NEAR)
    if near and not plain.startswith(_NONE):
        raise DataError(
            f"Expected folders named for what lies in them, received {name}, which is near to "
            f"{near[0]} and is not that; rename it, to {_NONE}-{name} if it is none of the classes."
        )
    return ()
