"""The time that a peer has, and what it reached in it."""

import math
import os
import time
from collections.abc import Callable


class Budget:
    """Seconds since the process was started, imports and reading the data among them.

    Every figure counts one evaluation, its own, as if the peer had known when to stop: the clock
    stands still during all others.

    Args:
        seconds: after which to stop; None for never.
    """

    def __init__(self, seconds: float | None = None):
        self.seconds = seconds or math.inf
        self.began = float(os.environ.get("BEGAN", time.time()))  # whoever starts the process
        self.evaluating = 0.0
        self.history: list[list[float]] = []  # seconds and test accuracy

    @property
    def spent(self) -> float:
        return time.time() - self.began - self.evaluating

    @property
    def over(self) -> bool:
        return self.spent >= self.seconds

    def note(self, accuracy: Callable[[], float]) -> None:
        """Take the test accuracy reached so far."""
        before, began = self.spent, time.time()
        reached = accuracy()
        took = time.time() - began
        self.evaluating += took
        self.history.append([before + took, reached])
