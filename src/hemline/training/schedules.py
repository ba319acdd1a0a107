"""How the learning rate changes over a training, as a share of the recipe's."""

from collections.abc import Callable

Schedule = Callable[[int], float]


def constant(_steps_done: int) -> float:
    """The recipe's learning rate throughout."""
    return 1.0


def triangle(total: int, warm_up: float = 0.15) -> Schedule:
    """Up in a straight line over the first share of all steps, then down to zero.

    Args:
        total: steps of the whole training.
        warm_up: share of them on the way up.
    """

    def share(steps_done: int) -> float:
        passed = (steps_done + 1) / (total + 1)
        return min(passed / warm_up, (1 - passed) / (1 - warm_up))

    return share
