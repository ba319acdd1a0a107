"""How the learning rate changes over a training, as a share of the recipe's."""

from collections.abc import Callable
from itertools import pairwise

Schedule = Callable[[float], float]
WARM_UP = 0.15  # share of a training in which the linear_warmup_decay climbs


def constant(_progress: float) -> float:
    """The recipe's learning rate throughout."""
    return 1.0


def linear_warmup_decay(progress: float) -> float:
    """Up in a straight line over the first share of the training, then down to zero.

    Args:
        progress: share of the training that is done, 0 to 1.
    """
    return min(progress / WARM_UP, (1 - progress) / (1 - WARM_UP))


SCHEDULES: dict[str, Schedule] = {"constant": constant, "linear_warmup_decay": linear_warmup_decay}


def rates_of_epoch(schedule: Schedule, rate: float, epoch: int, of: int, steps: int) -> list[float]:
    """Learning rate of each step of an epoch.

    Args:
        schedule: of the training.
        rate: learning rate where the schedule is 1.
        epoch: counted from 0.
        of: epochs of the training.
        steps: of this epoch; another epoch may have more or fewer.
    """
    corners = [(epoch + step / steps) / of for step in range(steps + 1)]
    return [rate * schedule((before + after) / 2) for before, after in pairwise(corners)]
