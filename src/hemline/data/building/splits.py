"""Parts cut from a part: for the test by content alone, so that no seed chooses it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hemline.data.dataset import Labels
from hemline.pixels import Pixels

Places = NDArray[np.int64]


def content_split(
    pixels: Pixels,
    labels: Labels,
    share: float,
    groups: ArrayLike | None = None,
    *,
    salt: str = "test",
    digests: Sequence[bytes] | None = None,
    origins: Sequence[bytes] | None = None,
) -> tuple[Places, Places]:
    """Cut about `share` of the pictures of every class off, chosen by what the pictures are.

    Identical pictures, and pictures of one group, make a unit that lies on one side as a whole.
    Units are ordered by the SHA-256 of `salt` and their pictures, and are cut off in that order as
    long as their classes still lack more pictures than they would then have too many. So the cut
    depends on no seed and no order of files, and pictures that are added later move few others. A
    class of two units or more has pictures on both sides; a class of one unit is kept whole.

    Args:
        pixels: uint8 `(n, h, w)` or `(n, h, w, 3)`.
        labels: integers `(n,)`.
        share: 0 to below 1.
        groups: `(n,)`, the same for pictures that belong together.
        salt: another one cuts independently.
        digests: what `digest` makes of each of `pixels`, where it is known already.
        origins: the same of the pictures as they came, by which units are ordered, so that another
            size of the pixels leaves the cut as it is; left out: `digests`.

    Returns:
        Places that stay and places cut off, int64, each in ascending order.
    """
    cut = np.zeros(len(labels), dtype=bool)
    if share:
        digests = digests or [digest(picture) for picture in pixels]
        order = [sha256(salt.encode() + origin).digest() for origin in origins or digests]
        for unit in _chosen(list(_units(order, _joined(digests, groups))), labels.tolist(), share):
            cut[unit] = True
    return np.flatnonzero(~cut), np.flatnonzero(cut)


def digest(picture: Pixels) -> bytes:
    """SHA-256 of a picture `(h, w)` or `(h, w, 3)`; the same in three channels that are alike."""
    if picture.ndim == 3 and not has_colour(picture):
        picture = picture[..., 0]
    return sha256(np.ascontiguousarray(picture).data).digest()


def has_colour(pixels: Pixels) -> bool:
    """Whether any pixel of `(..., 3)` is not grey."""
    red = pixels[..., 0]
    return not (np.array_equal(red, pixels[..., 1]) and np.array_equal(red, pixels[..., 2]))


def _joined(digests: Sequence[bytes], groups: ArrayLike | None) -> Places:
    """A number for each picture, the same for all that are tied by likeness or group."""
    first = {digest: place for place, digest in reversed(list(enumerate(digests)))}
    alike = np.array([first[digest] for digest in digests])
    if groups is None:
        return alike
    group = np.unique(np.asarray(groups), return_inverse=True)[1]
    units = alike
    while True:
        tied = _lowest(_lowest(units, alike), group)
        if np.array_equal(tied, units):
            return units
        units = tied


def _lowest(numbers: Places, of: Places) -> Places:
    lowest = np.full(len(numbers), len(numbers))
    np.minimum.at(lowest, of, numbers)
    return lowest[of]


def _units(order: list[bytes], unit: Places) -> Iterator[list[int]]:
    """Places of each unit's pictures, the unit with the smallest digest in `order` first."""
    units: dict[int, list[int]] = {}
    numbers = unit.tolist()
    for place in sorted(range(len(order)), key=order.__getitem__):
        units.setdefault(numbers[place], []).append(place)
    return iter(units.values())


def _chosen(units: Sequence[list[int]], labels: list[int], share: float) -> Iterator[list[int]]:
    """The units to cut off."""
    every = Counter(labels)
    wanted = {label: round(share * count) for label, count in every.items()}
    taken = dict.fromkeys(every, 0)
    alone = {label: {label: 1} for label in every}  # most units are one picture
    left = []
    for unit in units:
        count = alone[labels[unit[0]]] if len(unit) == 1 else Counter(labels[at] for at in unit)
        lacking = 0
        for label, n in count.items():
            lacking += min(n, max(0, wanted[label] - taken[label]))
        if 2 * lacking > len(unit) and _taken(count, taken, every):
            yield unit
        else:
            left.append((unit, count))
    # A class that is too small for its share, or of large units alone, gives its first one.
    for unit, count in left:
        if not all(map(taken.__getitem__, count)) and _taken(count, taken, every):
            yield unit


def _taken(count: Mapping[int, int], taken: dict[int, int], every: Mapping[int, int]) -> bool:
    """Count a unit as taken, unless it would leave nothing of a class."""
    if any(taken[label] + n >= every[label] for label, n in count.items()):
        return False
    for label, n in count.items():
        taken[label] += n
    return True
