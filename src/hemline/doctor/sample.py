"""Pictures that are asked about together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Sample:
    """Pictures uint8 `(n, h, w)` or `(n, h, w, 3)` and labels int64 `(n,)`.

    Attributes:
        name: which tells them from others.
        pixels: as they lie in the data.
        actual: their labels.
    """

    name: str
    pixels: NDArray[np.uint8]
    actual: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.actual)
