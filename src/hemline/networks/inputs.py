"""What a network has to know of the pictures that it is given."""

import math
from dataclasses import dataclass

import numpy as np

from hemline.pixels import Form, Pixels

_EDGE = 32  # pixels: of about this size pictures are when they reach the first stage


@dataclass(frozen=True)
class Inputs:
    """The form of the pictures, and their mean.

    Attributes:
        form: height, width and channels.
        mean: of each channel over the training part, of values 0..1; in thousandths, so that a few
            more pictures change nothing.
    """

    form: Form
    mean: tuple[float, ...]

    @classmethod
    def of(cls, pixels: Pixels, form: Form) -> "Inputs":
        """Of a training part, uint8 `(n, h, w)` or `(n, h, w, 3)`."""
        channels = pixels.reshape(-1, form.channels)
        sums = [int(channels[:, place].sum(dtype=np.int64)) for place in range(form.channels)]
        return cls(form, tuple(round(total / len(channels) / 255, 3) for total in sums))

    @property
    def reduction(self) -> int:
        """How often smaller than the picture its first layer's output is: 1 up to 45 pixels."""
        shorter = min(self.form.height, self.form.width)
        power: int = 2 ** max(0, round(math.log2(shorter / _EDGE)))
        return power
