"""What the pictures of a data set tell against it, in one sentence each."""

from collections.abc import Collection, Sequence

from hemline.data.dataset import Split
from hemline.pixels import Pixels

_DARK = 64  # of 255: no picture that was meant to be seen is darker throughout
_SHOWN = 30  # characters of a name


def darkness(pixels: Pixels) -> str:
    """Whether the values end far below white, as those of 4 or 12 bits do; empty if not."""
    brightest = int(pixels.max(initial=0))
    if not 0 < brightest < _DARK:
        return ""
    return (
        f"The brightest value of all pictures is {brightest}, where white is 255: if that is white "
        f"in these data, multiply all values by {255 / brightest:.3g} first."
    )


def contradictions(digests: Sequence[bytes], split: Split, classes: Sequence[str]) -> str:
    """Whether identical pictures have different labels; empty if not.

    Args:
        digests: of the pictures.
        split: their labels, and names if they have any.
        classes: names of the labels.
    """
    first: dict[bytes, int] = {}
    pairs = [
        (first[digest], place)
        for place, digest in enumerate(digests)
        if split.labels[first.setdefault(digest, place)] != split.labels[place]
    ]
    if not pairs:
        return ""
    one, other = pairs[0]
    return (
        f"{len(pairs):,} picture{'s are' if len(pairs) > 1 else ' is'} identical to one of another "
        f"class, {_named(one, split)} "
        f"({classes[split.labels[one]]}) and {_named(other, split)} "
        f"({classes[split.labels[other]]}) for one."
    )


def repetitions(train: Collection[bytes], test: Sequence[bytes]) -> str:
    """Whether pictures of the test part were trained on; empty if not."""
    repeated = sum(digest in train for digest in test)
    if not repeated:
        return ""
    return (
        f"{repeated:,} of {len(test):,} test pictures lie in the training part as well: accuracy "
        "will look better than it is."
    )


def _named(place: int, split: Split) -> str:
    return split.names[place][-_SHOWN:] if split.names else f"number {place + 1:,}"
