"""What the headers of NumPy's files say, and errors of theirs as sentences."""

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, NamedTuple

import numpy as np

from hemline.errors import DataError, HemlineError

_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


class Header(NamedTuple):
    """What a file states of its array."""

    shape: tuple[int, ...]
    kind: np.dtype[Any]

    @property
    def size(self) -> int:
        """Bytes."""
        return math.prod(self.shape) * self.kind.itemsize


def read_header(stream: IO[bytes]) -> Header:
    """Read the header of a `.npy` file; within `whole`, for it raises whatever NumPy does."""
    version = np.lib.format.read_magic(stream)
    if version not in _READERS:
        raise ValueError("version {}.{} of the format".format(*version))
    shape, _, kind = _READERS[version](stream)
    if any(edge < 0 for edge in shape):
        raise ValueError(f"shape {shape}")
    return Header(shape, kind)


@contextmanager
def whole(expected: str, received: str, advice: str) -> Iterator[None]:
    """Make one sentence of whatever a damaged file of NumPy's raises.

    Raises:
        DataError: anything was raised but errors of ours and of the system.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of headers that Python 2 wrote
            yield
    except (OSError, HemlineError):
        raise
    except Exception as error:  # what damaged headers and archives raise has no common base
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise DataError(
            f"Expected {expected}, received {received} ({reason}); {advice}."
        ) from error
