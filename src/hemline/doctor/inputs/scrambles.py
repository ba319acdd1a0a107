"""Reshapes that tear a picture up, and what to feed so that the network sees one again.

Each keeps the number of values, and no error tells: an array is filled row after row with whatever
comes next.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hemline.pixels import Pixels

_EDGE = 32  # to which np.resize is asked to bring a picture

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Scramble:
    """One such slip, on the values of a picture of `count` in a row.

    Attributes:
        name: for people.
        cause: in a sentence.
        mend: a line of code.
        undo: from height and width to the place, int64 `(count,)`, of the value that each value of
            what is fed has to have.
    """

    name: str
    cause: str
    mend: str
    undo: Callable[[int, int], Places]


def _tripled(height: int, width: int) -> Places:
    """Grey as three channels, last, reshaped to have them first: each value comes three times."""
    count = height * width
    return 3 * np.arange(count) % count


def _repeated(height: int, width: int) -> Places:
    """np.resize to a larger square: rows of its length are cut from rows of the picture's."""
    places = np.arange(height * width)
    row, column = places // _EDGE * height // _EDGE, places % _EDGE * width // _EDGE
    nearest: Places = row * width + column
    return nearest


def _stride(step: int) -> Callable[[int, int], Places]:
    def undo(height: int, width: int) -> Places:
        """Rows that are read so many values further than they are long, or less far."""
        row, column = np.divmod(np.arange(height * width), width + step)
        places: Places = np.minimum(row, height - 1) * width + np.minimum(column, width - 1)
        return places

    return undo


def _patches(edge: int) -> Callable[[int, int], Places]:
    def undo(height: int, width: int) -> Places:
        """Squares cut by a reshape alone: each is taken from values that lie one after another."""
        places = np.arange(height * width).reshape(height // edge, edge, width // edge, edge)
        squares: Places = places.transpose(0, 2, 1, 3).reshape(-1)
        return squares

    return undo


def _as_text(first: int) -> Callable[[int, int], Places]:
    def undo(height: int, width: int) -> Places:
        """Columns sorted as text: pixel1, pixel10, pixel100, pixel101, ..."""
        return np.argsort(np.argsort([str(first + place) for place in range(height * width)]))

    return undo


_CUT, _PATCHES = (2, 4, 7, 8, 14, 16), "patches of {}"
_STRIDE = (
    "Rows are read from a buffer by another length than they have there: a stride, or rows that "
    "are filled up. That shears the picture."
)
_SORTED = "The columns were sorted as text in one place and not in the other: 1, 10, 100, 101, ..."
_IN_ORDER = 'table[[f"pixel{i}" for i in range(n)]]  # the columns by name, as in training'
SCRAMBLES: Mapping[str, Scramble] = {
    "tripled": Scramble(
        "spread for a reshape to three channels first",
        "Grey was repeated as three channels at the end, and these were moved to the front by a "
        "reshape where a transpose was meant, which tears the picture up.",
        "np.repeat(pixels[:, None], 3, axis=1)  # (n, 3, h, w); no reshape of (n, h, w, 3)",
        _tripled,
    ),
    "repeated": Scramble(
        f"with the rows of a picture of {_EDGE}x{_EDGE}",
        "np.resize (or a reshape) fills the larger picture with the values one after the other "
        "instead of scaling it, which tears it up.",
        f"Image.fromarray(picture).resize(({_EDGE}, {_EDGE}))  # not np.resize",
        _repeated,
    ),
    "as text": Scramble("with its columns sorted as text", _SORTED, _IN_ORDER, _as_text(1)),
    "as text from 0": Scramble("with its columns sorted as text", _SORTED, _IN_ORDER, _as_text(0)),
    **{
        f"{name} rows": Scramble(
            f"with {name} rows",
            _STRIDE,
            "np.frombuffer(data, np.uint8).reshape(height, stride)[:, :width]",
            _stride(step),
        )
        for name, step in (("shorter", -1), ("longer", 1))
    },
    **{
        _PATCHES.format(edge): Scramble(
            f"laid out in squares of {edge}x{edge}",
            "Patches were cut by a reshape alone, which takes strips of rows for squares.",
            f"x.reshape(n, h // {edge}, {edge}, w // {edge}, {edge}).transpose(0, 1, 3, 2, 4)",
            _patches(edge),
        )
        for edge in _CUT
    },
}


def scrambles_of(height: int, width: int) -> tuple[str, ...]:
    """The slips that such pictures may meet."""
    small = max(height, width) < _EDGE
    unfit = {_PATCHES.format(edge) for edge in _CUT if height % edge or width % edge}
    unfit |= set() if small else {"repeated"}
    return tuple(kind for kind in SCRAMBLES if kind not in unfit)


def unscrambled(pixels: Pixels, kind: str) -> Pixels:
    """Grey pictures `(n, h, w)` so that a pipeline with this slip sees them as they are."""
    n, height, width = pixels.shape
    places = SCRAMBLES[kind].undo(height, width)
    return np.ascontiguousarray(pixels.reshape(n, -1)[:, places].reshape(n, height, width))
