"""The time of an examination, and what there was none for."""

import time

SECONDS = 10.0
_PICTURES = 2_000  # that can be asked about in any case, however slow the target is


class Budget:
    """Seconds from now on, or so many more as a slow target needs for some thousand pictures.

    What has to be asked is sized by how long one picture takes, to fit; what need not be asked is
    left out once nothing is left.

    Attributes:
        seconds: in all.
        left_out: what there was no time for, in words.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds, self._began = seconds, time.monotonic()
        self.left_out: list[str] = []

    @property
    def left(self) -> float:
        """Seconds that are left, at least 0."""
        return max(0.0, self._began + self.seconds - time.monotonic())

    @property
    def is_short(self) -> bool:
        """Whether half of them are gone."""
        return self.left < self.seconds / 2

    def allow_for(self, seconds_each: float) -> None:
        """Make it last for a target that takes so long for a picture."""
        self.seconds = max(self.seconds, round(_PICTURES * seconds_each))

    def skip(self, what: str) -> None:
        """Note that something was left out."""
        if what not in self.left_out:
            self.left_out.append(what)
