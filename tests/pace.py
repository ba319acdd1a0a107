"""Limits on time that mean the same on a fast, a slow and a busy machine.

Machines differ by a factor of three, and other work stretches the clock. So what is limited is the
time of processors, against that of a piece of work that no change of ours makes dearer.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache

LIBRARIES = "import numpy, PIL.Image, onnxruntime, typer, rich.console"


def processor_seconds(work: Callable[[], object], tries: int = 3) -> float:
    """What the work costs this process and those that it starts, the least of some tries."""

    def cost() -> float:
        before = os.times()
        work()
        return sum(os.times()[:4]) - sum(before[:4])

    return min(cost() for _ in range(tries))


@cache
def start_of_libraries() -> float:
    """Processor seconds of a process that imports what an answer from a cold start needs."""
    return processor_seconds(lambda: subprocess.run([sys.executable, "-c", LIBRARIES], check=True))
